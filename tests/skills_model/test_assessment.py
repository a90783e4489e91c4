"""Which rank a person holds now: worked examples of the rule in current_level.sql."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from skills_model.assessment import KINDS, RankRule
from skills_model.assumptions import Assumptions
from skills_model.gap import gaps
from skills_model.privacy import Scope
from skills_model.store import Store

PERSON = f"{1:032x}"
RULE = (Path(__file__).parents[2] / "docs" / "rank-rule.md").read_text("utf-8")
JUDGED = re.compile(r"(self|manager|evidence|test) (\d) on (\S{10})")
ASSESSMENT = ["organisation", "person", "skill", "rank", "kind", "assessed_on"]

World = dict[str, pd.DataFrame]


def held_now(tmp_path: Path, world: World, rule: RankRule, *assessments: tuple[int, str, str]) -> dict[str, object] | None:
    """Return what p1 holds in sql after assessments of rank, kind and date; the snapshot is of 31 March 2026."""
    rows = [("AAA", PERSON, "sql", *assessment) for assessment in assessments]
    world["assessment"] = pd.DataFrame(rows, columns=["organisation", "person", "skill", "rank", "kind", "assessed_on"])
    with Store.create(tmp_path / "rule.duckdb") as store:
        store.write("tests", "0" * 64, "rule", world, rule=rule)
        levels = store.query("current_level", Scope.local(), **rule.parameters())
        stored = store._select("SELECT * FROM current_level ORDER BY organisation, person, skill", {})
    pd.testing.assert_frame_equal(levels, stored)
    assert len(levels) <= 1
    return None if levels.empty else {str(key): value for key, value in levels.iloc[0].items()}


@pytest.mark.parametrize(
    "assessments,rank,low,high",
    [
        pytest.param([(2, "self", "2026-01-01")], 2, 1.5, 2.5, id="a self-assessment may be half a rank off"),
        pytest.param([(2, "manager", "2026-01-01")], 2, 1.75, 2.25, id="a manager's view a quarter"),
        pytest.param([(2, "evidence", "2026-01-01")], 2, 2, 2, id="evidence is taken as it is"),
        pytest.param(
            [(3, "self", "2026-01-01"), (1, "manager", "2025-01-01")], 1, 0.75, 1.25, id="a manager counts before one's own newer view"
        ),
        pytest.param([(3, "manager", "2026-01-01"), (2, "evidence", "2025-01-01")], 2, 2, 2, id="evidence before a manager"),
        pytest.param([(3, "evidence", "2026-01-01"), (2, "test", "2025-01-01")], 2, 2, 2, id="a test before evidence"),
        pytest.param([(3, "test", "2025-01-01"), (1, "test", "2025-02-01")], 1, 1, 1, id="of the best kind the newest, lower or not"),
        pytest.param([(2, "test", "2024-03-31")], 2, 2, 2, id="two years to the day is not stale"),
        pytest.param([(2, "test", "2024-03-30")], 2, 1.75, 2.25, id="a day more is"),
        pytest.param([(2, "self", "2020-01-01")], 2, 1.25, 2.75, id="a stale view of one's own has both margins"),
        pytest.param([(4, "self", "2026-01-01")], 4, 3.5, 4, id="nobody holds more ranks than the framework has"),
        pytest.param([(0, "self", "2026-01-01")], 0, 0, 0.5, id="nor fewer than none"),
        pytest.param([(1, "manager", "2026-06-01")], 1, 0.75, 1.25, id="an assessment after the snapshot counts"),
    ],
)
def test_the_rank_that_counts(
    tmp_path: Path, small_world: World, small_rule: RankRule, assessments: list[tuple[int, str, str]], rank: int, low: float, high: float
) -> None:
    level = held_now(tmp_path, small_world, small_rule, *assessments)
    assert level is not None
    assert (level["rank"], level["rank_low"], level["rank_high"]) == (rank, low, high)


def test_nobody_assessed_is_unknown_not_zero(tmp_path: Path, small_world: World, small_rule: RankRule) -> None:
    """No row stands for a person whom nobody has assessed."""
    assert held_now(tmp_path, small_world, small_rule) is None


def test_margins_are_parameters(tmp_path: Path, small_world: World, small_rule: RankRule) -> None:
    rule = replace(small_rule, margin_low={**small_rule.margin_low, "self": 1.0}, stale_years=0.5, margin_stale=0.1)
    level = held_now(tmp_path, small_world, rule, (3, "self", "2025-09-01"))
    assert level is not None
    assert (level["rank_low"], level["rank_high"]) == (pytest.approx(1.9), pytest.approx(3.6))


def test_margins_come_from_the_assumptions() -> None:
    """Each kind has a margin of its own in the file of assumptions."""
    assumptions = Assumptions.load().with_values(
        {"rank_margin_low[manager]": 0.4, "rank_margin_high[test]": 0.1, "assessment_stale_years": 3}
    )
    rule = RankRule.from_assumptions(assumptions)
    assert (rule.margin_low["manager"], rule.margin_high["test"], rule.stale_years) == (0.4, 0.1, 3)
    assert rule.parameters()["stale_months"] == 36
    assert set(rule.margin_low) == set(rule.margin_high) == set(KINDS)


def test_a_new_assessment_rebuilds_only_the_organisations_it_touches(small_store: Store, small_world: World, small_rule: RankRule) -> None:
    """Other margins for a second import change its organisation and leave the other as it was."""
    new = pd.DataFrame([("BBB", f"{6:032x}", "risk", 2, "manager", "2026-02-01")], columns=small_world["assessment"].columns)
    wide = replace(small_rule, margin_low=dict.fromkeys(KINDS, 1.0))
    before = small_store.query("current_level", Scope(frozenset({"AAA"}), person_level=True), **small_rule.parameters())
    small_store.write("skills", "1" * 64, "more", {"assessment": new}, rule=wide)
    stored = small_store._select("SELECT * FROM current_level ORDER BY organisation, person, skill", {})
    pd.testing.assert_frame_equal(stored[stored["organisation"] == "AAA"].reset_index(drop=True), before)
    other = stored[stored["organisation"] == "BBB"]
    assert other[["rank", "rank_low", "kind"]].to_numpy().tolist() == [[2, 1.0, "manager"]]


# The tables of docs/rank-rule.md


def written(first: str) -> list[list[str]]:
    """Return the cells of the table of the document whose first heading is `first`."""
    table = next(block for block in RULE.split("\n\n") if block.startswith(f"| {first} |"))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def judged(text: str, organisation: str, person: str) -> list[tuple[str, str, str, int, str, str]]:
    found = [(organisation, person, "sql", int(rank), kind, day) for kind, rank, day in JUDGED.findall(text)]
    assert found or text.endswith("nobody"), text
    return found


def test_the_document_says_which_rank_counts(tmp_path: Path, small_world: World) -> None:
    """One person for each line, all in one store."""
    examples = written("assessments")
    assert len(examples) > 10
    people = [f"{1000 + number:032x}" for number in range(len(examples))]
    rows = [row for person, example in zip(people, examples, strict=True) for row in judged(example[0], "AAA", person)]
    small_world["person"] = pd.concat([small_world["person"], pd.DataFrame({"person": people, "organisation": "AAA"})])
    small_world["assessment"] = pd.DataFrame(rows, columns=ASSESSMENT)
    rule = RankRule.from_assumptions(Assumptions.load())
    with Store.create(tmp_path / "rule.duckdb") as store:
        store.write("tests", "0" * 64, "rule", small_world)
        levels = store.query("current_level", Scope.local(), **rule.parameters()).set_index("person")
    for person, (text, *expected, why) in zip(people, examples, strict=True):
        found = levels.loc[person, ["rank", "rank_low", "rank_high"]].tolist() if person in levels.index else []
        assert found == [float(cell) for cell in expected if cell], f"{text}: {why}"


def test_the_document_says_what_a_group_holds(tmp_path: Path, small_world: World) -> None:
    """One organisation for each line, so that nobody stands in for anybody of another line."""
    examples = written("staff")
    assert len(examples) > 5
    for number, (staff, *_) in enumerate(examples):
        code, snapshot = f"EX{number:03}", 100 + number
        add(small_world, "organisation", (code, code, "Acute", None, None, None, None, True))
        add(small_world, "snapshot", (snapshot, code, "2026-03-31"))
        for place, member in enumerate(staff.split(", ")):
            fte, person = float(member.partition(":")[0]), f"{1000 * number + place + 10_000:032x}"
            add(small_world, "person", (person, code))
            post = (code, snapshot, person, 1, "unknown", "T", "G", "Job", None, "analyst", "6", fte, "permanent", None, None)
            add(small_world, "assignment", post)
            for row in judged(member, code, person):
                add(small_world, "assessment", row)
    with Store.create(tmp_path / "group.duckdb") as store:
        store.write("tests", "0" * 64, "group", small_world)
        for number, (staff, bias, *expected) in enumerate(examples):
            total = gaps(store, Scope.local(), ["role_level"], [f"EX{number:03}"], self_bias=float(bias)).iloc[0]
            assert total[["met_low", "met", "met_high"]].tolist() == pytest.approx([float(cell) for cell in expected]), (staff, bias)


def add(world: World, table: str, row: tuple[object, ...]) -> None:
    world[table] = pd.concat([world[table], pd.DataFrame([row], columns=world[table].columns)], ignore_index=True)
