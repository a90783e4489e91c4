"""The value of a stage along a range, against curves worked out by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pandas as pd
import pytest

from optimiser.errors import TablesError
from optimiser.frontier import frontier
from optimiser.resolve import Change, Resolver
from optimiser.solver import optimise
from optimiser.tables import PlanningTables

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture
def three_pieces(planning) -> PlanningTables:
    """Return two skills to train for, money to do it with, and each pound worth less than the one before.

    10 places of cyber at £2, each missing weighs 4: £20 that lower the shortfall by 2 a pound, from 40 + 15 = 55 to 15. Then 5 places of
    data at £10, each missing weighs 3: £50 at 0.3 a pound, to 0. Beyond £70 there is nothing to buy. So the slopes are -2 up to £20, -0.3
    up to £70, then 0; and 55, 15, 0 the values there.
    """
    return planning(
        periods=1,
        stocks="stock | cyber | data | money",
        inflows="stock, amount | money, 30",
        requirements="stock, required, shortfall_weight | cyber, 10, 4 | data, 5, 3",
        levers="lever, unit_cost | train cyber, 2 | train data, 10",
        effects="lever, stock, amount | train cyber, cyber, 1 | train cyber, money, -2 | train data, data, 1 | train data, money, -10",
        stages=("shortfall", "cost"),
    )


def test_every_breakpoint_is_found_exactly(three_pieces):
    """And the knee is at £20: 55 x (1 - 20 / 100) - 15 = 29 below the straight line from (0, 55) to (100, 0), £70 only 16.5."""
    curve = frontier(three_pieces, "money", 0.0, 100.0, tolerance=0.0)
    assert curve.complete
    assert curve.table["amount"].tolist() == pytest.approx([0.0, 20.0, 70.0, 100.0])
    assert curve.table["value"].tolist() == pytest.approx([55.0, 15.0, 0.0, 0.0])
    assert curve.table["slope_right"].tolist()[:-1] == pytest.approx([-2.0, -0.3, 0.0])
    assert curve.table["slope_left"].tolist()[1:] == pytest.approx([-2.0, -0.3, 0.0])
    assert curve.table["kind"].tolist() == ["end", "knee", "breakpoint", "end"]
    assert curve.table["bound"].tolist()[:-1] == [0.0, 0.0, 0.0]
    assert curve.table["cost"].tolist() == pytest.approx([0.0, 20.0, 70.0, 70.0])
    assert curve.knee == pytest.approx(20.0)
    assert curve.sentences == (
        "Going from £0 to £100 would lower the weighted shortfall by 55.",
        (
            "The bend is strongest at £20: before it, each further £10 lowers the weighted shortfall by 20 on average, "
            "after it lowers it by 1.88."
        ),
    )


def test_between_rows_the_value_is_on_the_straight_line(three_pieces):
    """£10: 55 - 20; £45: 15 - 7.5; beyond the range nothing is said."""
    curve = frontier(three_pieces, "money", 0.0, 100.0, tolerance=0.0)
    assert [curve.at(amount) for amount in (10.0, 45.0)] == pytest.approx([35.0, 7.5])
    assert math.isnan(curve.at(101.0))


def test_a_range_that_begins_at_a_breakpoint_or_lies_in_one_piece_has_two_rows(three_pieces):
    resolver = Resolver.of(three_pieces)
    for low, high, slope in ((20.0, 70.0, -0.3), (30.0, 60.0, -0.3), (70.0, 90.0, 0.0)):
        curve = frontier(resolver, "money", low, high, tolerance=0.0)
        assert curve.table["amount"].tolist() == [low, high]
        assert curve.table["slope_right"].tolist()[0] == pytest.approx(slope)
        assert curve.knee is None


def test_with_too_few_points_what_is_not_known_is_bounded(three_pieces):
    """The tangents 55 - 2a, 21 - 0.3a and 0 at three amounts meet at £20 and £70: no lower than there can the curve be."""
    curve = frontier(three_pieces, "money", 0.0, 100.0, points=3)
    assert not curve.complete
    assert curve.table["kind"].tolist() == ["end", "knee", "end"]
    assert curve.table["amount"].tolist() == [0.0, 30.0, 100.0]  # the ends and the plan as it stands
    line, bend = 55 - 43 * 2 / 3, 15.0  # at £20, between (0, 55) and (30, 12); the curve
    assert curve.table["bound"].tolist()[:2] == pytest.approx([line - bend, 12 * 30 / 70])
    ends = frontier(three_pieces, "money", 40.0, 100.0, points=2)
    assert ends.table["bound"].tolist()[0] == pytest.approx(9 * 30 / 60)  # at £70, between (40, 9) and (100, 0)
    assert ends.table["kind"].tolist() == ["end", "end"]


def test_points_stop_where_the_curve_is_known_closely_enough(three_pieces):
    """Within half of the fall the two ends and the plan as it stands are enough: 11.33 of 55 is the most that the curve may be below."""
    curve = frontier(three_pieces, "money", 0.0, 100.0, tolerance=0.5)
    assert curve.complete
    assert len(curve.table) == 3


def test_where_plans_begin_is_found_and_said(planning):
    """6 posts must be filled at £5 each: no plan below £30; from there another skill at £1 a place, 10 of them missing."""
    tables = planning(
        periods=1,
        stocks="stock | post | skill | money",
        inflows="stock, amount | money, 35",
        requirements="stock, required, hard | post, 6, true | skill, 10,",
        levers="lever, unit_cost | recruit, 5 | train, 1",
        effects="lever, stock, amount | recruit, post, 1 | recruit, money, -5 | train, skill, 1 | train, money, -1",
    )
    curve = frontier(tables, "money", 0.0, 50.0)
    assert curve.feasible == (pytest.approx(30.0, abs=5e-5), 50.0)
    assert curve.table["value"].tolist() == pytest.approx([10.0, 0.0, 0.0], abs=5e-5)
    assert curve.table["amount"].tolist() == pytest.approx([30.0, 40.0, 50.0], abs=5e-5)
    assert curve.sentences[0] == "There is no plan below £30."
    nowhere = frontier(tables, "money", 0.0, 20.0)
    assert nowhere.feasible is None
    assert nowhere.table.empty
    assert nowhere.sentences == ("There is no plan anywhere from £0 to £20.",)


def test_plans_may_lie_inside_the_range_only(planning):
    """Exactly as many hours as the amount says must be used, between 2 and 6: at both ends of 0 to 10 there is no plan."""
    tables = planning(
        periods=1,
        stocks="stock | skill",
        requirements="stock, required | skill, 5",
        levers="lever, minimum, maximum | train, 2, 6",
        effects="lever, stock, amount | train, skill, 1",
        limits="limit, amount, sense | hours, 4, ==",
        uses="limit, kind, item, amount | hours, lever, train, 1",
    )
    curve = frontier(tables, "hours", 0.0, 10.0)
    assert curve.feasible == (pytest.approx(2.0, abs=1e-5), pytest.approx(6.0, abs=1e-5))
    assert curve.sentences[:2] == ("There is no plan below 2.", "There is no plan above 6.")
    assert curve.at(5.0) == pytest.approx(0.0, abs=1e-5)


def test_a_requirement_and_changes_made_together_are_ranges_too(three_pieces):
    """With n places of cyber needed, £(30 - 2n) are left for data: 3 - 0.2n of its 5 places, the others weigh 3 each: from 6 to 12.

    With n fewer of each needed, £(10 + 2n) are left for the 5 - n places of data: 3 x (4 - 1.2n) is missing, nothing from n = 10 / 3 on.
    """
    need = frontier(three_pieces, "cyber", 0.0, 10.0, tolerance=0.0)
    assert need.table["value"].tolist() == pytest.approx([6.0, 12.0])
    together = [Change("required", "cyber", None, -1.0), Change("required", "data", None, -1.0)]
    curve = frontier(three_pieces, together, 0.0, 4.0, tolerance=0.0)
    assert curve.table["amount"].tolist() == pytest.approx([0.0, 10 / 3, 4.0])
    assert curve.table["value"].tolist() == pytest.approx([12.0, 0.0, 0.0], abs=1e-9)
    assert curve.table["kind"].tolist() == ["end", "knee", "end"]


def test_one_period_of_a_budget_may_be_meant(planning):
    """£4 a year; the second year's from 0 to 8: a place costs £1, none is needed before the end."""
    tables = planning(
        periods=2,
        stocks="stock | skill | money",
        transitions="from_stock, to_stock, rate | skill, skill, 1 | money, money, 1",
        inflows="stock, amount | money, 4",
        requirements="stock, period, required | skill, 2, 10",
        levers="lever, unit_cost | train, 1",
        effects="lever, stock, amount | train, skill, 1 | train, money, -1",
    )
    curve = frontier(tables, "money", 0.0, 8.0, period=2, tolerance=0.0)
    assert curve.table["amount"].tolist() == pytest.approx([0.0, 6.0, 8.0])
    assert curve.table["value"].tolist() == pytest.approx([6.0, 0.0, 0.0], abs=1e-9)


def test_whole_numbers_are_said_to_be_held(three_pieces):
    tables = three_pieces.frames()
    tables["levers"]["whole"] = True
    curve = frontier(PlanningTables.from_frames(three_pieces.problem, tables), "money", 30.0, 60.0)
    assert curve.whole_fixed
    assert curve.sentences[0] == "Whole numbers are held at the plan's: other whole numbers might do better."
    assert curve.table["value"].tolist() == pytest.approx([12.0, 12.0])


def test_williams_cost_over_the_recruits_allowed():
    """Each row of the curve of skilled recruits allowed, 500 in year 2, is what the tables so changed come to."""
    tables = PlanningTables.read(CASES / "williams_cost")
    change = [Change("maximum", "recruit skilled", 2, 1.0)]
    curve = frontier(tables, change, -150.0, 150.0, tolerance=0.0, money=False)
    assert curve.complete
    assert curve.at(0.0) == pytest.approx(498677.285, abs=1e-3)
    assert (curve.table["slope_right"].dropna().diff().dropna() >= -1e-6).all()
    for row in curve.table.to_dict("records"):
        more = pd.DataFrame([{"lever": "recruit skilled", "period": 2, "maximum": 500.0 + row["amount"]}])
        solved = optimise(PlanningTables.from_frames(tables.problem, tables.frames() | {"lever_periods": more}))
        assert solved.stages[0]["value"] == pytest.approx(row["value"], rel=1e-6)


def test_what_is_no_range_is_refused(three_pieces):
    for low, high in ((1.0, 1.0), (2.0, 1.0), (0.0, math.inf)):
        with pytest.raises(TablesError, match="Not a range"):
            frontier(three_pieces, "money", low, high)
    with pytest.raises(TablesError, match="Nothing to change"):
        frontier(three_pieces, [], 0.0, 1.0)


def test_a_frontier_is_written_whole(three_pieces, tmp_path):
    curve = frontier(three_pieces, "money", 0.0, 100.0, tolerance=0.0)
    curve.write(tmp_path / "curve")
    assert sorted(path.name for path in (tmp_path / "curve").iterdir()) == ["frontier.csv", "frontier.json"]
    assert pd.read_csv(tmp_path / "curve" / "frontier.csv")["kind"].tolist() == ["end", "knee", "breakpoint", "end"]
    said = json.loads((tmp_path / "curve" / "frontier.json").read_text("utf-8"))
    assert said["knee"] == pytest.approx(20.0)
    assert said["sentences"] == list(curve.sentences)


def test_where_plans_begin_is_said_as_a_round_amount(planning):
    """Money below 0 has no plan; the edge is found to a millionth of the range, and is £0 to a person."""
    tables = planning(
        1,
        stages=("shortfall",),
        stocks="stock|money|a",
        inflows="stock,period,amount|money,1,10",
        requirements="stock,required|a,5",
        levers="lever,unit_cost|learn,10",
        effects="lever,stock,amount|learn,a,1|learn,money,-10",
    )
    curve = frontier(tables, "money", -9, 1000)
    assert "There is no plan below £0." in curve.sentences
    assert curve.feasible == (pytest.approx(0.0, abs=1e-2), 1000)
