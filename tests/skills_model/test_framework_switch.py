"""A version takes the place of another: assessments, staff and posts are carried over by the crosswalk, and undo restores everything."""

from __future__ import annotations

from io import BytesIO

import pandas as pd
import pytest

from skills_model.assessment import RankRule
from skills_model.errors import DataError, ScopeError
from skills_model.framework.compare import compare
from skills_model.framework.impact import impact
from skills_model.framework.switch import activate, deactivate
from skills_model.gap import gaps
from skills_model.privacy import Scope
from skills_model.store import Store

ALL = Scope.local()
TABLES = ("framework", "role_level", "skill", "requirement", "crosswalk", "assignment", "assessment", "establishment", "current_level")
Frames = dict[str, pd.DataFrame]


def framework(name: str, series: str = "small", ranks: int = 4, measured_on: str = "roles") -> pd.DataFrame:
    """Return the row of a framework that is not active."""
    columns = ["framework", "series", "label", "version", "publisher", "licence", "source", "ranks", "active", "measured_on"]
    return pd.DataFrame([(name, series, f"Framework {name}", "2", "us", "MIT", "tests", ranks, False, measured_on)], columns=columns)


def renamed(world: Frames, version: str = "small-2", ending: str = "-two") -> Frames:
    """Return a version in which every role level and skill of the small framework has another id, and nothing else changes."""
    rows = {table: world[table].query("framework == 'small'").assign(framework=version) for table in ("role_level", "skill", "requirement")}
    for frame in rows.values():
        for column in {"role_level", "skill"} & set(frame):
            frame[column] += ending
    pairs = [("role level", level) for level in world["role_level"].query("framework == 'small'")["role_level"]]
    pairs += [("skill", skill) for skill in world["skill"].query("framework == 'small'")["skill"]]
    same = [(subject, "small", name, version, name + ending, "exact") for subject, name in pairs]
    return {"framework": framework(version), **rows, "crosswalk": crosswalk(*same)}


def crosswalk(*rows: tuple[str, str, str, str, str, str]) -> pd.DataFrame:
    """Return rows of the crosswalk, each as sure as can be."""
    columns = ["subject", "framework_from", "id_from", "framework_to", "id_to", "relation"]
    return pd.DataFrame(rows, columns=columns).assign(confidence=1.0, source="tests")


def skills(framework: str, *names: str) -> pd.DataFrame:
    return pd.DataFrame({"framework": framework, "skill": names, "skill_label": [f"{framework} {name}" for name in names]})


def write(store: Store, frames: Frames, rule: RankRule, kind: str = "framework") -> int:
    return store.write(kind, f"{len(store.query('imports', ALL)):064x}", "tests", frames, rule=rule)


def state(store: Store) -> dict[str, str]:
    return {table: store.digest(table, ALL) for table in TABLES}


def held(store: Store) -> set[tuple[object, ...]]:
    """Return organisation, skill and rank of everything held, in a shape that can be compared."""
    rows = pd.read_csv(BytesIO(store.export("current_level", ALL)))
    return set(rows[["person", "skill", "rank", "kind"]].itertuples(index=False, name=None))


def test_where_only_names_change_the_gap_stays_as_it_is(small_store: Store, small_world: Frames, small_rule: RankRule) -> None:
    write(small_store, renamed(small_world), small_rule)
    cuts = ["organisation", "role_family"]
    before, total = gaps(small_store, ALL, cuts), gaps(small_store, ALL, ["skill"])
    activate(small_store, ALL, "small-2", rule=small_rule)
    pd.testing.assert_frame_equal(gaps(small_store, ALL, cuts), before)
    after = gaps(small_store, ALL, ["skill"])
    assert after["skill"].tolist() == [f"{name}-two" for name in total["skill"]]
    pd.testing.assert_frame_equal(after.drop(columns="skill"), total.drop(columns="skill"))


def test_undo_restores_everything(small_store: Store, small_world: Frames, small_rule: RankRule) -> None:
    write(small_store, renamed(small_world), small_rule)
    before, gap = state(small_store), gaps(small_store, ALL, ["role_level", "skill"])
    number = activate(small_store, ALL, "small-2", rule=small_rule)
    assert state(small_store) != before
    small_store.undo(number, rule=small_rule)
    assert state(small_store) == before
    pd.testing.assert_frame_equal(gaps(small_store, ALL, ["role_level", "skill"]), gap)
    assert small_store.broken_audit_entry() is None


def test_facts_stay_as_they_were_stored(small_store: Store, small_world: Frames, small_rule: RankRule) -> None:
    write(small_store, renamed(small_world), small_rule)
    before = state(small_store)
    activate(small_store, ALL, "small-2", rule=small_rule)
    after = state(small_store)
    assert {table for table in TABLES if before[table] != after[table]} == {"framework", "current_level"}


def test_a_switch_is_one_that_can_be_thrown_again_and_again(small_store: Store, small_world: Frames, small_rule: RankRule) -> None:
    write(small_store, renamed(small_world), small_rule)
    first = state(small_store)
    for _ in range(2):
        activate(small_store, ALL, "small-2", rule=small_rule)
        activate(small_store, ALL, "small", rule=small_rule)
    assert state(small_store) == first
    number = deactivate(small_store, ALL, "small", rule=small_rule)
    assert gaps(small_store, ALL, ["skill"]).empty
    small_store.undo(number, rule=small_rule)
    assert state(small_store) == first


def test_what_cannot_be_switched_says_why(small_store: Store, small_world: Frames, small_rule: RankRule) -> None:
    write(small_store, {"framework": framework("everybody", "everybody", measured_on="all staff")}, small_rule)
    for act, name, found in (
        (activate, "small", "is active already"),
        (deactivate, "old", "is not active"),
        (activate, "everybody", "measured on all staff"),
        (activate, "smal", "nearest: 'small'"),
    ):
        with pytest.raises(DataError, match=found):
            act(small_store, ALL, name)
    with pytest.raises(ScopeError):
        activate(small_store, Scope(frozenset({"AAA"})), "old")


def test_a_clash_of_ids_names_every_one(small_store: Store, small_world: Frames, small_rule: RankRule) -> None:
    other = {
        name: rows.assign(framework="rival") for name, rows in renamed(small_world, ending="").items() if name in {"role_level", "skill"}
    }
    write(small_store, {"framework": framework("rival", "rival"), **other}, small_rule)
    before = state(small_store)
    with pytest.raises(DataError) as error:
        activate(small_store, ALL, "rival", rule=small_rule)
    assert {fault.problem for fault in error.value.faults} == {"In two active frameworks"}
    assert len(error.value.faults) == 4 + 2
    assert state(small_store) == before
    found = impact(small_store, ALL, "rival", rule=small_rule)
    assert found.faults == error.value.faults
    assert found.gaps.empty


# What an assessment counts for


def test_a_skill_counts_over_versions_in_either_direction(small_store: Store, small_rule: RankRule) -> None:
    """old punch-cards <- mid cards (written backwards) and mid cards -> small sql: an assessment of punch cards is one of SQL."""
    frames = {
        "framework": framework("mid", "mid"),
        "skill": skills("mid", "cards"),
        "crosswalk": crosswalk(
            ("skill", "mid", "cards", "old", "punch-cards", "exact"), ("skill", "mid", "cards", "small", "sql", "exact")
        ),
    }
    write(small_store, frames, small_rule)
    rows = small_store.query("active_skill", ALL)
    assert set(rows.itertuples(index=False, name=None)) == {("sql", "sql"), ("risk", "risk"), ("punch-cards", "sql"), ("cards", "sql")}


def test_only_what_is_exactly_the_same_counts(small_store: Store, small_rule: RankRule) -> None:
    rows = [("skill", "old", "punch-cards", "small", "sql", relation) for relation in ("close",)]
    write(small_store, {"crosswalk": crosswalk(*rows)}, small_rule)
    assert "punch-cards" not in set(small_store.query("active_skill", ALL)["found"])


def test_one_skill_that_became_two_counts_for_both_and_two_that_became_one_by_the_rank_rule(
    small_store: Store, small_world: Frames, small_rule: RankRule
) -> None:
    version = {
        "framework": framework("small-2"),
        "skill": skills("small-2", "data", "querying"),
        "crosswalk": crosswalk(
            ("skill", "small", "sql", "small-2", "querying", "exact"),
            ("skill", "small", "sql", "small-2", "data", "exact"),
            ("skill", "small", "risk", "small-2", "data", "exact"),
        ),
    }
    write(small_store, version, small_rule)
    before = {(person, skill): (rank, kind) for person, skill, rank, kind in held(small_store)}
    activate(small_store, ALL, "small-2", rule=small_rule)
    after = {(person, skill): (rank, kind) for person, skill, rank, kind in held(small_store)}
    for (person, skill), found in before.items():
        assert after[person, skill] == found, "a level of a skill that is no longer active stays"
        if skill == "sql":
            assert after[person, "querying"] == found
    both = [person for person, skill in before if skill == "sql" and (person, "risk") in before]
    assert both
    kinds = ["test", "evidence", "manager", "self"]
    for person in both:
        best = min((before[person, skill] for skill in ("sql", "risk")), key=lambda found: kinds.index(found[1]))
        assert after[person, "data"][1] == best[1]


def test_a_rank_stays_within_the_framework_it_counts_in(small_store: Store, small_rule: RankRule) -> None:
    version = {
        "framework": framework("small-2", ranks=2),
        "skill": skills("small-2", "querying"),
        "crosswalk": crosswalk(("skill", "small", "sql", "small-2", "querying", "exact")),
    }
    write(small_store, version, small_rule)
    assert max(rank for _, skill, rank, _ in held(small_store) if skill == "sql") > 2
    activate(small_store, ALL, "small-2", rule=small_rule)
    assert max(rank for _, skill, rank, _ in held(small_store) if skill == "querying") == 2


def test_nobody_counts_twice_where_one_role_level_became_two(small_store: Store, small_world: Frames, small_rule: RankRule) -> None:
    version = renamed(small_world)
    version["crosswalk"] = pd.concat(
        [version["crosswalk"], crosswalk(("role level", "small", "analyst", "small-2", "lead-analyst-two", "exact")).assign(confidence=0.5)]
    )
    write(small_store, version, small_rule)
    before = small_store.query("organisations", ALL)[["code", "headcount", "fte", "posts"]]
    activate(small_store, ALL, "small-2", rule=small_rule)
    rows = small_store.query("active_role_level", ALL)
    assert rows["found"].is_unique
    assert rows.set_index("found")["role_level"]["analyst"] == "analyst-two"  # the surest
    pd.testing.assert_frame_equal(small_store.query("organisations", ALL)[["code", "headcount", "fte", "posts"]], before)


def test_a_requirement_of_another_framework_follows_its_skill(small_store: Store, small_world: Frames, small_rule: RankRule) -> None:
    """A local framework needs SQL, which the version after calls otherwise."""
    local = {
        "framework": framework("local", "local"),
        "role_level": small_world["role_level"].head(1).assign(framework="local", role="dba", role_level="dba", role_level_label="DBA"),
        "requirement": pd.DataFrame([("local", "dba", "sql", 4)], columns=["framework", "role_level", "skill", "required_rank"]),
    }
    write(small_store, local, small_rule)
    activate(small_store, ALL, "local", rule=small_rule)
    write(small_store, renamed(small_world), small_rule)
    assert impact(small_store, ALL, "small-2", rule=small_rule).lost_needs.empty
    activate(small_store, ALL, "small-2", rule=small_rule)
    needs = small_store.query("requirements", ALL).query("framework == 'local'")
    assert needs[["role_level", "skill", "required_rank"]].to_numpy().tolist() == [["dba", "sql-two", 4]]


# What a version changes


@pytest.fixture
def later(small_store: Store, small_world: Frames, small_rule: RankRule) -> Store:
    """Return the small store with a later version: analysts renamed and asked for more, lead analysts gone, cyber leads' risk gone."""
    levels = small_world["role_level"].query("framework == 'small' and role_level != 'lead-analyst'").assign(framework="small-2")
    levels[["role_level", "role_level_label"]] = levels[["role_level", "role_level_label"]].replace(
        {"analyst": "data-analyst", "Analyst": "Data analyst"}
    )
    needs = [("data-analyst", "querying", 3), ("senior-analyst", "querying", 3), ("senior-analyst", "ethics", 1)]
    version = {
        "framework": framework("small-2"),
        "role_level": levels,
        "skill": skills("small-2", "querying", "ethics"),
        "requirement": pd.DataFrame([("small-2", *need) for need in needs], columns=["framework", "role_level", "skill", "required_rank"]),
        "crosswalk": crosswalk(
            ("skill", "small", "sql", "small-2", "querying", "exact"),
            ("role level", "small", "analyst", "small-2", "data-analyst", "exact"),
        ),
    }
    write(small_store, version, small_rule)
    return small_store


def test_versions_are_compared_by_what_is_the_same(later: Store) -> None:
    rows = compare(later, ALL, "small", "small-2").changes
    found = {
        tuple(None if pd.isna(cell) else cell for cell in row)
        for row in rows.drop(columns=["label_from", "label_to", "skill_label"]).to_numpy()
    }
    assert found == {
        ("role level", "renamed", "analyst", "data-analyst", None, None, None),
        ("role level", "removed", "lead-analyst", None, None, None, None),
        ("skill", "renamed", "sql", "querying", None, None, None),
        ("skill", "removed", "risk", None, None, None, None),
        ("skill", "added", None, "ethics", None, None, None),
        ("requirement", "raised", "analyst", "data-analyst", "querying", 2, 3),
        ("requirement", "dropped", "senior-analyst", "senior-analyst", "risk", 1, None),
        ("requirement", "added", "senior-analyst", "senior-analyst", "ethics", None, 1),
        ("requirement", "dropped", "lead-analyst", None, "sql", 3, None),
        ("requirement", "dropped", "cyber-lead", "cyber-lead", "risk", 2, None),
    }


def test_a_comparison_backwards_is_the_opposite(later: Store) -> None:
    counts = compare(later, ALL, "small-2", "small").counts().set_index(["subject", "change"])["count"].to_dict()
    assert counts["role level", "renamed"] == counts["skill", "renamed"] == 1
    assert counts["role level", "added"] == counts["skill", "removed"] == counts["requirement", "lowered"] == 1
    assert counts["requirement", "added"] == 3


def test_the_impact_is_what_then_happens(later: Store, small_rule: RankRule) -> None:
    """Worked out beforehand and written nowhere, it is what the gap then is."""
    before = state(later)
    found = impact(later, ALL, "small-2", rule=small_rule)
    assert state(later) == before
    assert found.replaces == ("small",)
    assert not found.faults
    levels = found.levels.set_index("fate")["levels"]
    staff = found.staff.set_index("fate")
    assert staff["fte"].to_dict() == {"other requirements": 3.5 + 0.5, "without requirements": 1.0, "disappears": 1.0}
    assert staff["budgeted_fte"].to_dict() == {"other requirements": 4.4, "without requirements": 3.0, "disappears": 1.0}
    fates = found.role_levels.set_index("role_level")[["fate", "becomes"]].astype(object)
    assert fates.loc["analyst"].tolist() == ["other requirements", "data-analyst"]
    assert fates.loc["lead-analyst", "fate"] == "disappears"
    activate(later, ALL, "small-2", rule=small_rule)
    carried = sum(skill == "querying" for _, skill, _, _ in held(later))
    lost = sum(skill == "risk" for _, skill, _, _ in held(later))
    assert levels.to_dict() == {"renamed": carried, "not carried over": lost}
    families = found.gaps.set_index("role_family")
    then = gaps(later, ALL, ["role_family"]).set_index("role_family")
    for measure in ("required_fte", "fte_short", "total_ranks_short", "coverage", "headcount"):
        assert families.loc["data", f"{measure}_after"] == then.loc["data", measure]
    assert pd.isna(families.loc["security", "coverage_after"])
    assert families.loc["", "label"] == "All"


def test_numbers_of_others_are_protected(later: Store) -> None:
    outside = Scope(frozenset({"CCC"}), protected=None)
    found = impact(later, outside, "small-2", ["AAA", "BBB"])
    for rows in (found.levels, found.staff, found.role_levels, found.gaps):
        numbers = rows.select_dtypes(exclude="str").to_numpy(dtype=float, na_value=0)
        assert not ((numbers > 0) & (numbers < 5)).any()
    assert (found.staff["headcount"] == "*").all()


def test_the_impact_of_a_framework_without_forerunner_is_what_begins_to_count(small_store: Store, small_rule: RankRule) -> None:
    """Levels of skills that do not count are kept, and counted once they do."""
    person = "1".zfill(32)
    frames = {
        "framework": framework("extra", "extra"),
        "skill": skills("extra", "knitting"),
        "assessment": pd.DataFrame(
            [("AAA", person, "knitting", 3, "self", "2026-01-01")],
            columns=["organisation", "person", "skill", "rank", "kind", "assessed_on"],
        ),
    }
    write(small_store, frames, small_rule)
    found = impact(small_store, ALL, "extra", rule=small_rule)
    assert found.comparison is None
    assert found.levels.set_index("fate")["levels"]["begins to count"] == 1
