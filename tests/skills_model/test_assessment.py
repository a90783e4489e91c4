"""Which rank a person holds now: worked examples of the rule in current_level.sql."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from skills_model.assessment import KINDS, RankRule
from skills_model.assumptions import Assumptions
from skills_model.privacy import Scope
from skills_model.store import Store

PERSON = f"{1:032x}"

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
