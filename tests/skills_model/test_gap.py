"""The gap in a small world worked out by hand (see conftest), and what must hold in any world."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills_model import planning, synthetic
from skills_model import store as store_module
from skills_model.assessment import RankRule
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, ScenarioError, ScopeError
from skills_model.gap import CUTS, MEASURES, QUALITY, gaps, held, labels, quality
from skills_model.organisations import organisations
from skills_model.privacy import Scope, numbers
from skills_model.scenario import Scenario
from skills_model.store import Store

World = dict[str, pd.DataFrame]

ALL = Scope.local()
SUMS = [name for name in MEASURES if name not in {"headcount", "coverage_low", "coverage", "coverage_high", "assessed_share"}]
TRIPLES = ["met", "coverage", "ranks_short", "staff_short"]


def held_of(store: Store, organisation: str, level: str, skill: str, assumptions: Assumptions | None = None) -> list[list[float]]:
    rows = held(store, ALL, [organisation], assumptions).query("role_level == @level and skill == @skill").sort_values("rank")
    assert rows["rank"].tolist() == list(range(1, int(rows["required_rank"].iloc[0]) + 1))
    return rows[["held_low", "held", "held_high"]].round(6).to_numpy().tolist()


def test_held_has_one_row_for_each_rank_up_to_the_required_one(small_store: Store) -> None:
    frame = held(small_store, ALL)
    assert list(frame.columns) == [
        "organisation", "role_family", "role", "role_level", "skill", "required_rank", "rank", "headcount", "assessed_headcount",
        "staff_fte", "assessed_fte", "budgeted_fte", "posts", "held_low", "held", "held_high",
    ]  # fmt: skip
    # AAA: analyst 2, senior 3 and 1, lead 3, cyber-lead 2; BBB: analyst 2, cyber-lead 2.
    assert len(frame) == 11 + 4
    analyst = frame.query("organisation == 'AAA' and role_level == 'analyst' and rank == 2").iloc[0]
    assert analyst[["headcount", "assessed_headcount", "staff_fte", "assessed_fte", "budgeted_fte", "posts"]].tolist() == [
        3, 2, 2.5, 1.5, 3.0, 3.0,
    ]  # fmt: skip
    assert frame.query("organisation == 'AAA' and role_level == 'senior-analyst'")["posts"].unique().tolist() == [0.5]


def test_unassessed_people_take_the_share_of_their_own_role_level(small_store: Store) -> None:
    """p1 holds rank 1 (0.75 to 1.25), half of p2 rank 2 (1.75 to 2.25); p3 is as likely to hold a rank as those 1.5 FTE.

    Rank 1: low 0.75 + 0.5, middle 1.5 + 1 x 1.5/1.5, high 1.5 + 1. Rank 2: low 0.75 x 0.5, middle 0.5 + 1 x 0.5/1.5, high 0.25 + 0.5 + 1.
    """
    assert held_of(small_store, "AAA", "analyst", "sql") == [[1.25, 2.5, 2.5], [0.375, 0.833333, 1.75]]


def test_a_stale_test_has_a_range(small_store: Store) -> None:
    """The other half of p2: rank 2 with a quarter to either side, so a quarter of rank 3 at best."""
    assert held_of(small_store, "AAA", "senior-analyst", "sql") == [[0.5, 0.5, 0.5], [0.375, 0.5, 0.5], [0, 0, 0.125]]
    assert held_of(small_store, "AAA", "senior-analyst", "risk") == [[0.5, 0.5, 0.5]]


def test_where_nobody_of_the_role_level_is_assessed_the_role_family_stands_in(small_store: Store) -> None:
    """Sql in the family: 2.0 FTE assessed (p1, p2 twice), all hold rank 1, half of them rank 2, none rank 3."""
    assert held_of(small_store, "AAA", "lead-analyst", "sql") == [[0, 1, 1], [0, 0.5, 1], [0, 0, 1]]


def test_where_nobody_of_the_family_is_assessed_in_it_the_organisation_stands_in(small_store: Store) -> None:
    """In BBB only p6 is assessed, in risk: rank 1 held, rank 2 not."""
    assert held_of(small_store, "BBB", "analyst", "sql") == [[0, 1, 1], [0, 0, 1]]


def test_where_nobody_at_all_is_assessed_the_assumption_stands_in(tmp_path: Path, small_world: World, small_rule: RankRule) -> None:
    small_world["assessment"] = small_world["assessment"].iloc[:0]
    assumptions = Assumptions.load().with_values({"unassessed_share": 0.3})
    with Store.create(tmp_path / "unknown.duckdb") as store:
        store.write("tests", "0" * 64, "nobody assessed", small_world, rule=small_rule)
        assert held_of(store, "AAA", "analyst", "sql", assumptions) == [[0, 0.75, 2.5], [0, 0.75, 2.5]]
        total = gaps(store, ALL, [], assumptions=assumptions).iloc[0]
    assert (total["met_low"], total["assessed_share"]) == (0, 0)
    assert total["met"] == pytest.approx(0.3 * total["met_high"])


def test_posts_without_staff_hold_no_skill(small_store: Store) -> None:
    """Two cyber leads are funded in AAA and none is in post."""
    assert held_of(small_store, "AAA", "cyber-lead", "risk") == [[0, 0, 0], [0, 0, 0]]


SQL_IN_AAA = {
    "headcount": 4,  # p1, p2 (in two role levels), p3, p8; not the leaver p5, not p4 whose job is not mapped
    "required_fte": 4.5,  # 3.0 analysts, 0.5 seniors in post (0.4 funded), 1.0 lead
    "met_low": 0.375,
    "met": 0.833333,  # analysts 0.833333 at rank 2, seniors and lead 0 at rank 3
    "met_high": 2.875,  # 1.75 + 0.125 + 1
    "coverage_low": 0.083333,
    "coverage": 0.185185,
    "coverage_high": 0.638889,
    "staff_short_low": 1.125,  # 4.0 in post
    "staff_short": 3.166667,
    "staff_short_high": 3.625,
    "ranks_short_low": 1.125,  # analysts 0 + 0.75, seniors 0 + 0 + 0.375, lead 0
    "ranks_short": 3.666667,  # analysts 0 + 1.666667, seniors 0 + 0 + 0.5, lead 0 + 0.5 + 1
    "ranks_short_high": 7.0,  # analysts 1.25 + 2.125, seniors 0 + 0.125 + 0.5, lead 1 + 1 + 1
    "vacancy_short": 0.5,
    "vacancy_ranks_short": 1.0,
    "fte_short": 3.666667,
    "total_ranks_short": 4.666667,
    "assessed_share": 0.5,  # 2.0 of 4.0
}
RISK_IN_AAA = {
    "headcount": 1,
    "required_fte": 2.5,  # 0.5 seniors at rank 1, 2.0 cyber leads at rank 2
    "met_low": 0.5,
    "met": 0.5,
    "met_high": 0.5,
    "coverage_low": 0.2,
    "coverage": 0.2,
    "coverage_high": 0.2,
    "staff_short_low": 0,
    "staff_short": 0,
    "staff_short_high": 0,
    "ranks_short_low": 0,
    "ranks_short": 0,
    "ranks_short_high": 0,
    "vacancy_short": 2.0,
    "vacancy_ranks_short": 4.0,
    "fte_short": 2.0,
    "total_ranks_short": 4.0,
    "assessed_share": 1.0,
}


def test_the_gap_of_one_organisation_by_skill(small_store: Store) -> None:
    frame = gaps(small_store, ALL, ["skill"], ["AAA"])
    assert list(frame.columns) == ["skill", *MEASURES]
    assert frame["skill"].tolist() == ["risk", "sql"]
    assert frame.iloc[1][list(MEASURES)].to_dict() == pytest.approx(SQL_IN_AAA, abs=1e-6)
    assert frame.iloc[0][list(MEASURES)].to_dict() == pytest.approx(RISK_IN_AAA, abs=1e-6)


def test_cuts_come_in_the_order_asked_for_with_codes(small_store: Store) -> None:
    """BBB: p7 short of sql rank 2 whole (posts 1.0), p6 short of risk rank 2."""
    frame = gaps(small_store, ALL, ["icb", "role_family", "region", "organisation_type"])
    assert list(frame.columns[:4]) == ["icb", "role_family", "region", "organisation_type"]
    assert frame.iloc[:, :4].to_numpy().tolist() == [
        ["ICB1", "data", "Y1", "Acute"],
        ["ICB1", "security", "Y1", "Acute"],
        ["ICB2", "data", "Y1", "Ambulance"],
        ["ICB2", "security", "Y1", "Ambulance"],
    ]
    assert frame["fte_short"].tolist() == pytest.approx([3.666667, 2.0, 1.0, 1.0], abs=1e-6)


def test_a_person_in_two_role_levels_is_one_person(small_store: Store) -> None:
    """p2 is half analyst, half senior: in both rows by role level, once in the family."""
    assert gaps(small_store, ALL, ["role_level"], ["AAA"])["headcount"].tolist() == [3, 0, 1, 1]
    assert gaps(small_store, ALL, ["role_family"], ["AAA"])["headcount"].tolist() == [4, 0]


def test_requirements_of_an_inactive_framework_do_not_count(small_store: Store) -> None:
    assert "punch-cards" not in gaps(small_store, ALL, ["skill"])["skill"].tolist()


def test_no_cut_is_one_total(small_store: Store) -> None:
    total = gaps(small_store, ALL, [])
    assert len(total) == 1
    assert total["fte_short"].iloc[0] == pytest.approx(3.666667 + 2 + 1 + 1, abs=1e-6)


def test_an_unknown_cut_is_refused_with_the_nearest(small_store: Store) -> None:
    with pytest.raises(ScenarioError) as error:
        gaps(small_store, ALL, ["skils", "role_family", "role_family"])
    assert len(error.value.faults) == 2
    assert all(cut in str(error.value) for cut in CUTS)
    assert "nearest: 'skill'" in str(error.value)


def test_unknown_organisations_are_refused_with_the_nearest(small_store: Store) -> None:
    with pytest.raises(DataError) as error:
        gaps(small_store, ALL, ["skill"], ["AAX", "AAA", "zzz"])
    assert [fault.found for fault in error.value.faults] == ["'AAX'", "'zzz'"]
    assert "nearest: 'AAA'" in error.value.faults[0].allowed
    with pytest.raises(DataError):
        held(small_store, ALL, ["AAX"])


def test_labels_name_every_id(small_store: Store) -> None:
    names = labels(small_store, ALL)
    assert set(names) == set(CUTS)
    assert names["organisation"]["AAA"] == "Ash Acute Trust"
    assert names["icb"]["ICB2"] == "Birch Board"
    assert names["role_level"]["senior-analyst"] == "Senior analyst"
    for cut in CUTS:
        assert set(gaps(small_store, ALL, [cut])[cut]) <= set(names[cut])


def test_organisations_with_their_sizes(small_store: Store) -> None:
    """AAA: p1 to p4 and p8, 4.8 FTE, vacancies 0.5 analysts and 2.0 cyber leads; people too many in one role level fill no vacancy."""
    frame = organisations(small_store, ALL)
    assert list(frame.columns) == [
        "code", "name", "type", "region", "icb", "headcount", "fte", "posts", "vacancy_fte", "demonstration", "region_code", "icb_code",
    ]  # fmt: skip
    assert frame["code"].tolist() == ["AAA", "BBB"]
    assert frame[["headcount", "fte", "posts", "vacancy_fte"]].to_numpy().tolist() == [[5, 4.8, 7.3, 2.5], [2, 2.0, 2.0, 0.0]]


def test_queries_for_planning_give_the_latest_snapshot(small_store: Store) -> None:
    staff = small_store.query("staff_by_group", ALL, organisations=["AAA"])
    assert staff.to_numpy().tolist() == [
        ["AAA", "analyst", "data", "6", "25 to 34", 2, 2.0],
        ["AAA", "analyst", "data", "6", "35 to 44", 1, 0.5],
        ["AAA", "lead-analyst", "data", "8a", "45 to 54", 1, 1.0],
        ["AAA", "senior-analyst", "data", "7", "35 to 44", 1, 0.5],
    ]
    funded = small_store.query("establishment_by_group", ALL, organisations=["AAA"])
    assert funded.to_numpy().tolist()[0] == ["AAA", "analyst", "data", "6", 3.0, 0.25, 0.0]
    assert small_store.query("unmapped", ALL).to_numpy().tolist() == [["AAA", 1, 0.8]]


# What the store keeps counted

BY_PEOPLE = {f"{name}_by_group": (Path(__file__).parent / f"{name}_by_people.sql").read_text("utf-8") for name in ("held", "gap")}


def by_people(store: Store, name: str, **parameters: object) -> pd.DataFrame:
    """Ask the same, counting person by person."""
    real = store_module._read_sql
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_module, "_read_sql", lambda query: BY_PEOPLE.get(query) or real(query))
        return store.query(name, ALL, **parameters)


def assert_counts_are_right(store: Store) -> None:
    for area in (None, ["AAA"]):
        known: dict[str, object] = {"organisations": area, "unassessed_share": 0.4}
        assert_same(store.query("held_by_group", ALL, **known), by_people(store, "held_by_group", **known))
        for by in ([], ["icb", "role_family"], ["skill"], ["organisation", "role_level", "skill"]):
            assert_same(store.query("gap_by_group", ALL, by=by, **known), by_people(store, "gap_by_group", by=by, **known))


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Compare amounts that are rounded to six digits, at different places of the sum."""
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, atol=3e-6, rtol=0)


def test_counts_give_what_counting_people_gives(small_store: Store) -> None:
    assert_counts_are_right(small_store)


def test_counts_give_what_counting_people_gives_in_a_trust(tmp_path: Path) -> None:
    synthetic.demo_store(tmp_path / "one.duckdb", 1, "DEMO063")
    with Store.open(tmp_path / "one.duckdb") as store:
        assert_counts_are_right(store)
        assert len(store.query("held_by_group", ALL, unassessed_share=0.4)) > 100


def test_a_mapping_counts_at_once_and_not_any_more_when_it_is_undone(small_store: Store, small_rule: RankRule) -> None:
    before = gaps(small_store, ALL, ["organisation", "skill"])
    said = pd.DataFrame([("AAA", "job title", "wizard", "analyst")], columns=["organisation", "subject", "found", "meaning"])
    number = small_store.write("mapping", "a" * 64, "wizard", {"mapping": said}, rule=small_rule, replace=True)
    assert gaps(small_store, ALL, ["skill"], ["AAA"]).set_index("skill").loc["sql", "headcount"] == 5
    assert_counts_are_right(small_store)
    small_store.undo(number, rule=small_rule)
    pd.testing.assert_frame_equal(gaps(small_store, ALL, ["organisation", "skill"]), before)


# What if, and what was


def test_a_bias_lowers_ones_own_view_and_nothing_else(small_store: Store) -> None:
    """p6's own view of risk, 1 from 0.5 to 1.5, becomes 0.5 from 0 to 1; in AAA no self-assessment counts."""
    lowered = Assumptions.load().with_values({"self_assessment_bias": 0.5})
    assert held_of(small_store, "BBB", "cyber-lead", "risk") == [[0.5, 1, 1], [0, 0, 0.5]]
    assert held_of(small_store, "BBB", "cyber-lead", "risk", lowered) == [[0, 0.5, 1], [0, 0, 0]]
    told = gaps(small_store, ALL, ["skill"], ["BBB"], self_bias=0.5).set_index("skill").loc["risk"]
    assert told[["ranks_short_low", "ranks_short", "ranks_short_high"]].tolist() == [1, 1.5, 2]
    same = gaps(small_store, ALL, ["skill"], ["AAA"])
    pd.testing.assert_frame_equal(gaps(small_store, ALL, ["skill"], ["AAA"], self_bias=2), same)
    pd.testing.assert_frame_equal(gaps(small_store, ALL, ["skill"], assumptions=lowered, self_bias=0), gaps(small_store, ALL, ["skill"]))
    with pytest.raises(ScenarioError, match="self_assessment_bias"):
        gaps(small_store, ALL, ["skill"], self_bias=-0.5)


def test_a_gap_as_at_a_day_knows_what_was_known_then(small_store: Store) -> None:
    """In June 2025 AAA had p1, whom nobody had assessed, and p5, who had passed a test at rank 4; posts are those of its first establishment.

    Required: 3.0 analysts, 0.4 seniors, 1.0 lead; p1 is taken to hold what p5 does.
    """
    then = gaps(small_store, ALL, ["skill"], ["AAA"], as_at=dt.date(2025, 6, 1)).set_index("skill").loc["sql"]
    assert then[["headcount", "required_fte", "met_low", "met", "met_high", "vacancy_short"]].tolist() == pytest.approx([2, 4.4, 1, 2, 2, 2.4])
    assert then["assessed_share"] == 0.5
    for day in (dt.date(2026, 3, 31), dt.date(2030, 1, 1)):
        pd.testing.assert_frame_equal(gaps(small_store, ALL, ["skill"], as_at=day), gaps(small_store, ALL, ["skill"]))
    with pytest.raises(ScenarioError, match="2025-03-31"):
        gaps(small_store, ALL, ["skill"], as_at=dt.date(2025, 3, 30))


def test_an_assessment_after_the_day_is_not_known_on_it(small_store: Store) -> None:
    """Of p1 only the manager's view of September is known on the day before p1 judged; p2's test of 2023 was not yet old in 2024."""
    early = quality(small_store, ALL, ["skill"], ["AAA"], as_at=dt.date(2025, 9, 30)).set_index("skill")
    assert early.index.tolist() == ["sql"], "nobody of the first staff list is assessed in risk"
    assert early.loc["sql", ["assessed_headcount", "assessments", "compared"]].tolist() == [2, 2, 0]


# How far it can be trusted


def test_quality_says_how_old_and_whose_the_assessments_are_and_where_they_disagree(small_store: Store) -> None:
    """Sql: p1's manager (6 months) and p2's test (38 months, old) for each of two role levels; p1's own view is two ranks from the manager's.

    Risk: p2's evidence (2 months), with nothing to compare.
    """
    frame = quality(small_store, ALL, ["skill"], ["AAA"])
    assert list(frame.columns) == ["skill", *QUALITY]
    sql, risk = (frame[frame["skill"] == skill].iloc[0] for skill in ("sql", "risk"))
    assert sql[list(QUALITY)].tolist() == pytest.approx([2, 3, 38, 2 / 3, 0, 1, 1], abs=1e-6)
    assert risk[list(QUALITY)[:-1]].tolist() == [1, 1, 2, 0, 0, 0]
    assert pd.isna(risk["apart_share"])
    mild = Assumptions.load().with_values({"raters_apart_ranks": 3})
    assert quality(small_store, ALL, [], ["AAA"], mild)["apart_share"].tolist() == [0]


def test_an_old_view_is_no_disagreement(small_store: Store, small_world: World, small_rule: RankRule) -> None:
    """What p2 thought two years ago, far from the evidence of this year, may have been so then."""
    columns = small_world["assessment"].columns
    old = pd.DataFrame([("AAA", f"{2:032x}", "risk", 4, "self", "2024-01-01")], columns=columns)
    small_store.write("skills", "1" * 64, "old", {"assessment": old}, rule=small_rule)
    assert quality(small_store, ALL, ["skill"], ["AAA"]).set_index("skill").loc["risk", "compared"] == 0
    new = old.assign(assessed_on="2025-01-01")
    small_store.write("skills", "2" * 64, "new", {"assessment": new}, rule=small_rule)
    risk = quality(small_store, ALL, ["skill"], ["AAA"]).set_index("skill").loc["risk"]
    assert risk[["compared", "apart_share", "self_share"]].tolist() == [1, 1, 0]


# What a scope sees


def test_one_never_sees_exact_numbers_of_an_organisation_that_is_not_ones_own(small_store: Store) -> None:
    """AAA's own rows are exact; BBB's two people are stars in every column that counts people."""
    scope = Scope(frozenset({"AAA"}), protected=frozenset({"BBB"}))
    frame = gaps(small_store, scope, ["organisation", "skill"])
    assert numbers(frame.loc[frame["organisation"] == "AAA", "met"]).tolist() == pytest.approx([0.5, 0.833333])
    other = frame[frame["organisation"] == "BBB"]
    for column in ("headcount", "required_fte", "met", "staff_short_high", "coverage", "assessed_share"):
        assert other[column].tolist() == ["*", "*"], column
    assert gaps(small_store, scope, ["skill"])["headcount"].tolist() == ["*", "*"]
    assert gaps(small_store, scope, ["skill"], ["AAA"])["headcount"].tolist() == [1, 4]


def test_a_public_result_is_protected_even_about_ones_own(small_store: Store) -> None:
    frame = gaps(small_store, Scope(frozenset({"AAA"}), audience="public"), ["skill"])
    assert frame["headcount"].tolist() == ["*", "*"]
    sizes = organisations(small_store, Scope(None, audience="public"))
    assert sizes["headcount"].tolist() == ["*", "*"]
    assert sizes["fte"].tolist() == ["*", "*"]


def test_an_organisation_without_a_staff_list_is_not_in_the_gaps_until_there_is_one(
    tmp_path: Path, small_world: dict[str, pd.DataFrame], small_rule: RankRule
) -> None:
    """Nobody knows who fills the posts of BBB, so they do not count as empty, today as little as at a date."""
    late = {name: small_world[name][small_world[name]["organisation"] == "BBB"] for name in ("snapshot", "assignment")}
    world = small_world | {name: small_world[name][small_world[name]["organisation"] == "AAA"] for name in late}
    with Store.create(tmp_path / "late.duckdb") as store:
        store.write("tests", "0" * 64, "world", world, rule=small_rule)
        now = gaps(store, ALL, ["organisation"])
        assert now["organisation"].tolist() == ["AAA"]
        pd.testing.assert_frame_equal(gaps(store, ALL, ["organisation"], as_at=dt.date(2026, 3, 31)), now)
        sizes = organisations(store, ALL).set_index("code")
        assert sizes.loc["BBB", ["fte", "posts", "vacancy_fte"]].tolist() == [0, 0, 0]
        with pytest.raises(DataError, match="posts count once there is a staff list"):
            planning.read(store, ALL, "BBB", Scenario.load("baseline"), Assumptions.load())
        number = store.write("tests", "1" * 64, "staff list", late, rule=small_rule)
        assert gaps(store, ALL, ["organisation"])["organisation"].tolist() == ["AAA", "BBB"]
        store.undo(number, rule=small_rule)
        pd.testing.assert_frame_equal(gaps(store, ALL, ["organisation"]), now)


def test_quality_bias_and_the_past_of_others_are_protected_too(small_store: Store) -> None:
    scope = Scope(frozenset({"AAA"}), protected=frozenset({"BBB"}))
    seen = quality(small_store, scope, ["organisation"]).set_index("organisation")
    assert set(seen.loc["BBB", ["assessed_headcount", "assessments", "median_age", "stale_share", "self_share"]]) == {"*"}
    assert seen.loc["AAA", ["assessed_headcount", "assessments", "compared"]].tolist() == ["2", "4", "1"]
    others = gaps(small_store, scope, ["organisation", "skill"], self_bias=1).query("organisation == 'BBB'")
    assert others["headcount"].tolist() == others["met_high"].tolist() == ["*", "*"]
    own = Scope(frozenset({"BBB"}), protected=frozenset({"AAA"}))
    past = gaps(small_store, own, ["organisation", "skill"], as_at=dt.date(2025, 6, 1))
    assert past["organisation"].tolist() == ["AAA", "AAA"], "BBB had no staff list then, and nobody knows its posts"
    assert past["required_fte"].tolist() == ["*", "*"]
    assert quality(small_store, Scope(None, audience="public"), [])["assessments"].tolist() == ["*"]
    with pytest.raises(ScopeError):
        quality(small_store, Scope(frozenset({"BBB"})), ["skill"], ["AAA"])


def test_organisations_of_others_are_protected_and_give_no_order_away(small_store: Store) -> None:
    sizes = organisations(small_store, Scope(frozenset({"BBB"}), protected=None))
    assert sizes["code"].tolist() == ["BBB", "AAA"]
    assert sizes["fte"].tolist() == ["2", "*"]


def test_beyond_ones_reach_there_is_nothing(small_store: Store) -> None:
    scope = Scope(frozenset({"BBB"}))
    assert gaps(small_store, scope, ["organisation"])["organisation"].tolist() == ["BBB"]
    assert organisations(small_store, scope)["code"].tolist() == ["BBB"]
    with pytest.raises(ScopeError):
        gaps(small_store, scope, ["skill"], ["AAA"])
    for name in ("staff_by_group", "establishment_by_group", "unmapped", "organisations", "held_by_group"):
        parameters = {"unassessed_share": 0.5} if name == "held_by_group" else {}
        frame = small_store.query(name, scope, organisations=["AAA"], **parameters)
        assert frame.empty, name


def test_a_plan_needs_a_scope_that_sees_exactly(small_store: Store) -> None:
    for scope in (Scope(frozenset({"AAA"}), audience="public"), Scope(frozenset({"BBB"}), protected=frozenset({"AAA"}))):
        with pytest.raises(ScopeError):
            held(small_store, scope, ["AAA"])


def test_single_people_need_a_scope_that_reaches_them(small_store: Store) -> None:
    with pytest.raises(ScopeError):
        small_store.query("latest_assignment", Scope(frozenset({"AAA"})))
    assert len(small_store.query("latest_assignment", Scope(frozenset({"AAA"}), person_level=True))) == 6


# What must hold in any world

LEVELS = ["analyst", "senior-analyst", "lead-analyst", "cyber-lead", None]
PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["AAA", "BBB"]),
        st.lists(st.tuples(st.sampled_from(LEVELS), st.sampled_from([0.2, 0.5, 0.6, 1.0])), min_size=1, max_size=2),
        st.dictionaries(
            st.sampled_from(["sql", "risk"]), st.tuples(st.integers(0, 4), st.sampled_from(["self", "manager", "evidence", "test"]))
        ),
    ),
    max_size=14,
)
POSTS = st.dictionaries(
    st.tuples(st.sampled_from(["AAA", "BBB"]), st.sampled_from(LEVELS[:-1])), st.sampled_from([0.0, 0.4, 1.0, 2.5, 7.0]), max_size=8
)

type Drawn = list[tuple[str, list[tuple[str | None, float]], dict[str, tuple[int, str]]]]


def another_world(small_world: World, people: Drawn, posts: dict[tuple[str, str], float]) -> World:
    world = dict(small_world)
    identity = [f"{number:032x}" for number in range(len(people))]
    world["person"] = pd.DataFrame(
        [(person, code) for person, (code, _, _) in zip(identity, people, strict=True)], columns=small_world["person"].columns
    )
    world["assignment"] = pd.DataFrame(
        [
            (code, snapshot, person, number, "unknown", "T", "G", f"Job {number}", None, level, "6", fte, "permanent", "2020-01-01", None)
            for person, (code, jobs, _) in zip(identity, people, strict=True)
            for snapshot in ([2] if code == "AAA" else [3])
            for number, (level, fte) in enumerate(jobs, start=1)
        ],
        columns=small_world["assignment"].columns,
    )
    world["assessment"] = pd.DataFrame(
        [
            (code, person, skill, rank, kind, "2026-01-01")
            for person, (code, _, skills) in zip(identity, people, strict=True)
            for skill, (rank, kind) in skills.items()
        ],
        columns=small_world["assessment"].columns,
    )
    world["establishment"] = pd.DataFrame(
        [(code, "2026-03-31", level, "6", fte, None, 0.0, 0.0, None, None, None) for (code, level), fte in posts.items()],
        columns=small_world["establishment"].columns,
    )
    return world


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=PEOPLE, posts=POSTS)
def test_in_any_world_roll_ups_are_the_sum_of_their_parts_and_ranges_are_in_order(
    small_world: World, small_rule: RankRule, people: Drawn, posts: dict[tuple[str, str], float]
) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "any.duckdb") as store:
        store.write("tests", "0" * 64, "any world", another_world(small_world, people, posts), rule=small_rule)
        assert_counts_are_right(store)
        ranks = held(store, ALL)
        parts = gaps(store, ALL, ["organisation", "role_level", "skill"])
        pairs = [("organisation", "skill"), ("role_level", "skill"), ("icb", "role_family")]
        coarser = {cuts: gaps(store, ALL, list(cuts)) for cuts in [(), *((cut,) for cut in CUTS), *pairs]}
    for frame in [parts, *coarser.values()]:
        for name in TRIPLES:
            low, middle, high = (frame[name + suffix].to_numpy(dtype=float) for suffix in ("_low", "", "_high"))
            assert (low <= middle + 1e-6).all(), name
            assert (middle <= high + 1e-6).all(), name
        assert (frame[SUMS] >= -1e-6).all(axis=None)
        assert np.allclose(frame[SUMS].sum(), parts[SUMS].sum(), atol=1e-4)
    for cuts, frame in coarser.items():
        within = [cut for cut in cuts if cut in {"organisation", "role_level", "skill"}]
        if cuts and len(within) == len(cuts):
            expected = parts.groupby(within)[SUMS].sum()
            pd.testing.assert_frame_equal(frame.set_index(within)[SUMS], expected, atol=1e-4, check_dtype=False)
    # Who holds a rank holds those below, and nobody holds more than there is.
    for name in ("held_low", "held", "held_high"):
        steps = ranks.groupby(["organisation", "role_level", "skill"])[name].diff().dropna()
        assert (steps <= 1e-9).all(), name
        assert (ranks[name] <= ranks["staff_fte"] + 1e-9).all(), name


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=PEOPLE, posts=POSTS)
def test_in_any_world_a_protected_result_holds_no_small_and_no_exact_number(
    small_world: World, small_rule: RankRule, people: Drawn, posts: dict[tuple[str, str], float]
) -> None:
    public = Scope(None, audience="public")
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "any.duckdb") as store:
        store.write("tests", "0" * 64, "any world", another_world(small_world, people * 3, posts), rule=small_rule)
        frames = [gaps(store, public, list(cuts)) for cuts in ([], ["skill"], ["organisation"], ["icb", "role_family"])]
    for frame in frames:
        for name in ["headcount", *SUMS]:
            left = numbers(frame[name]).dropna()
            assert (left % 5 == 0).all(), name
            assert not left.between(1, 7).any(), name
