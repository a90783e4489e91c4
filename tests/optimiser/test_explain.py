"""Why a plan is as it is, against problems small enough for a pencil."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from optimiser.errors import TablesError
from optimiser.explain import Explanation, explain
from optimiser.resolve import Resolver
from optimiser.solver import optimise
from optimiser.tables import PlanningTables

CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture
def budgeted(planning):
    """Return a maker of two skills to train for, money to do it with.

    10 places of cyber at £2, each missing weighs 4: the first £20 lower the shortfall by 2 a pound, from 55 to 15. Then 5 places of data
    at £10, each missing weighs 3: the next £50 lower it by 0.3 a pound, to 0. Beyond £70 there is nothing to buy.
    """

    def make(money: float, **parts) -> PlanningTables:
        tables = {
            "stocks": "stock, skill | cyber 1, cyber | data 1, data | money,",
            "inflows": f"stock, amount | money, {money}",
            "requirements": "stock, required, shortfall_weight | cyber 1, 10, 4 | data 1, 5, 3",
            "levers": "lever, unit_cost | train cyber, 2 | train data, 10",
            "effects": "lever, stock, amount | train cyber, cyber 1, 1 | train cyber, money, -2 | train data, data 1, 1 | train data, money, -10",
        }
        settings = {"periods": 1, "stages": ("shortfall", "cost"), "attributes": ("skill",)}
        return planning(**(settings | tables | parts))

    return make


def price_of(explained: Explanation, family: str, item: str, period: int = 1) -> dict:
    frame = explained.prices
    (row,) = frame[(frame["family"] == family) & (frame["item"] == item) & (frame["period"] == period)].to_dict("records")
    return row


def idle_of(explained: Explanation, lever: str) -> dict:
    (row,) = explained.idle[explained.idle["lever"] == lever].to_dict("records")
    return row


def test_inside_a_straight_piece_a_range_gives_the_price_on_both_sides(budgeted):
    """£30: a pound more buys a tenth of a place of data. A place more of cyber takes £2 from data: 0.6. One of data is one more missing."""
    explained = explain(budgeted(30), steps=())
    money = price_of(explained, "inflow", "money")
    assert [money[name] for name in ("price", "left", "right", "holds_from", "holds_to")] == pytest.approx([-0.3, -0.3, -0.3, 20, 70])
    assert (money["stage"], money["found"], money["step"], money["amount"]) == ("shortfall", "range", 1.0, 30.0)
    assert price_of(explained, "required", "cyber 1")["price"] == pytest.approx(0.6)
    assert price_of(explained, "required", "data 1")["price"] == pytest.approx(3.0)
    assert price_of(explained, "required", "data 1")["skill"] == "data"
    assert "£1 more arriving in stock 'money' in period 1 would lower the weighted shortfall by 0.3; £1 less would raise it by 0.3." in (
        explained.sentences
    )
    assert (
        "One more required of stock 'data 1' in period 1 would raise the weighted shortfall by 3; one fewer would lower it by 3."
        in explained.sentences
    )


def test_at_a_bend_left_and_right_differ_and_are_found_by_solving_again(budgeted):
    """£20 buy all of cyber: a pound less loses half a place of 4, a pound more buys a tenth of 3."""
    explained = explain(budgeted(20), steps=())
    money = price_of(explained, "inflow", "money")
    assert [money["left"], money["right"]] == pytest.approx([-2.0, -0.3])
    assert money["found"] == "re-solved"
    assert "£1 more arriving in stock 'money' in period 1 would lower the weighted shortfall by 0.3; £1 less would raise it by 2." in (
        explained.sentences
    )


def test_the_price_of_a_later_stage_stands_only_where_the_earlier_does_not_change(planning):
    """All 10 places are filled: 3 at £2, for want of seats, 7 at £5. A cheap seat more saves £3; a place more costs £5, and misses nobody."""
    tables = planning(
        periods=1,
        stocks="stock | skill",
        requirements="stock, required | skill, 10",
        levers="lever, unit_cost | here, 2 | away, 5",
        effects="lever, stock, amount | here, skill, 1 | away, skill, 1",
        limits="limit, amount | seats, 3",
        uses="limit, kind, item, amount | seats, lever, here, 1",
    )
    explained = explain(tables)
    seats = price_of(explained, "limit", "seats")
    assert (seats["stage"], seats["left"], seats["right"]) == ("cost", pytest.approx(-3.0), pytest.approx(-3.0))
    assert price_of(explained, "required", "skill")["right"] == pytest.approx(5.0)
    assert "One more on limit 'seats' in period 1 would lower the cost by £3; one fewer would raise it by £3." in explained.sentences
    assert not any("oney" in line for line in explained.sentences)


def test_a_side_without_a_plan_is_said_to_have_none(planning):
    """Two posts that must be filled, two recruits allowed: one fewer, or one post more, is impossible."""
    tables = planning(
        periods=1,
        stocks="stock | post",
        requirements="stock, required, hard | post, 2, true",
        levers="lever, unit_cost, maximum | recruit, 10, 2",
        effects="lever, stock, amount | recruit, post, 1",
        stages=("cost",),
    )
    explained = explain(tables)
    post = price_of(explained, "required", "post")
    assert post["left"] == pytest.approx(10.0)
    assert np.isnan(post["right"])
    assert (
        "One more required of stock 'post' in period 1 would leave no plan; one fewer would lower the cost by £10." in explained.sentences
    )


def test_a_limit_without_a_price_may_still_be_all_that_allows_a_plan(planning):
    """Two posts that must be filled, for nothing, through two seats: one seat fewer leaves no plan, one more changes nothing."""
    tables = planning(
        periods=1,
        stocks="stock | post",
        requirements="stock, required, hard | post, 2, true",
        levers="lever | recruit",
        effects="lever, stock, amount | recruit, post, 1",
        limits="limit, amount | seats, 2",
        uses="limit, kind, item, amount | seats, lever, recruit, 1",
        stages=("cost",),
    )
    explained = explain(tables)
    assert "One more on limit 'seats' in period 1 would leave the cost as it is; one fewer would leave no plan." in explained.sentences


def test_money_is_the_difference_between_solved_plans(budgeted):
    """From £30: £10 more buys a place of data, £40 more the four that are missing, £100 more nothing beyond that."""
    explained = explain(budgeted(30), steps=(10, 40, 100))
    shortfall = explained.money[explained.money["stage"] == "shortfall"]
    assert shortfall["change"].tolist() == pytest.approx([-3.0, -12.0, -12.0])
    cost = explained.money[explained.money["stage"] == "cost"]
    assert cost["change"].tolist() == pytest.approx([10.0, 40.0, 40.0])
    assert explained.bought["skill"].tolist() == ["data", "data", "data"]
    assert explained.bought["before"].tolist() == pytest.approx([4.0, 4.0, 4.0])
    assert explained.bought["change"].tolist() == pytest.approx([-1.0, -4.0, -4.0])
    (holds,) = explained.holds.to_dict("records")
    assert (holds["item"], holds["family"]) == ("money", "inflow")
    assert [holds["slope"], holds["holds_to"]] == pytest.approx([-0.3, 40.0])
    assert (
        "£10 more of 'money' in period 1 would lower the weighted shortfall by 3; "
        "in period 1 alone the shortfall falls for skill 'data' by 1." in explained.sentences
    )
    assert (
        "Each further pound of 'money' does as much, within a tenth, up to about £40 more; "
        "by then the requirement on stock 'data 1' in period 1 is met." in explained.sentences
    )


def test_what_stops_money_may_be_another_limit(budgeted):
    """Two seats on the course of data: £10 more fills the second, then seats are the limit and not money."""
    seats = {"limits": "limit, amount | seats, 2", "uses": "limit, kind, item, amount | seats, lever, train data, 1"}
    explained = explain(budgeted(30, **seats), steps=(50, 100))
    assert explained.holds["holds_to"].tolist() == pytest.approx([10.0])
    assert explained.stops[["family", "item", "period", "event"]].to_numpy().tolist() == [["limit", "seats", 1, "binds"]]
    assert "up to about £10 more; by then limit 'seats' in period 1 begins to bind." in explained.sentences[-1] + explained.sentences[-2]


def test_money_that_never_stops_helping_is_followed_to_ten_times_the_largest_step(budgeted):
    """A thousand places of data: from £30 up, each £10 buys one."""
    many = {"requirements": "stock, required, shortfall_weight | cyber 1, 10, 4 | data 1, 1000, 3"}
    explained = explain(budgeted(30, **many), steps=(10, 20))
    (holds,) = explained.holds.to_dict("records")
    assert np.isnan(holds["holds_to"])
    assert holds["looked_to"] == 200.0
    assert "Each further pound of 'money' does as much, within a tenth, up to £200 more, as far as was looked." in explained.sentences


def test_money_that_buys_nothing_says_so(budgeted):
    explained = explain(budgeted(80), steps=(10,), money="money")
    assert explained.holds["holds_to"].isna().all()
    assert "£10 more of 'money' in period 1 would leave the weighted shortfall as it is." in explained.sentences


def test_a_larger_budget_comes_as_the_budget_does_or_in_one_period(planning):
    """£6 and £3 a year for places at £1, of which each year needs its own: £3 more as 2 + 1, or all in the year that lacks money."""
    tables = planning(
        periods=2,
        period_label="year",
        start=date(2026, 4, 1),
        stocks="stock | first | second | money",
        inflows="stock, period, amount | money, 1, 6 | money, 2, 3",
        requirements="stock, period, required | first, 1, 7 | second, 2, 9",
        levers="lever, unit_cost | train first, 1 | train second, 1",
        effects=(
            "lever, stock, amount | train first, first, 1 | train first, money, -1 | train second, second, 1 | train second, money, -1"
        ),
    )
    spread, second = (explain(tables, steps=(3.0,), period=period) for period in (None, 2))
    assert spread.money["change"].iloc[0] == pytest.approx(-2.0)  # one place of the first year, where 1 is missing, one of the second
    assert second.money["change"].iloc[0] == pytest.approx(-3.0)
    assert any("£3 more of 'money' in year 2 (from April 2027) would lower" in sentence for sentence in second.sentences)
    assert any("£3 more of 'money' over all periods, in the proportions of the tables, would" in line for line in spread.sentences)


def test_an_unused_lever_is_as_far_from_use_as_its_price_says(budgeted):
    """Data away costs £12 where £10 does: the £2 would buy a fifth of a place, 0.6 of shortfall; below £10 it would be used."""

    def tables(price: float) -> PlanningTables:
        both = f"lever, unit_cost | train cyber, 2 | train data, 10 | away, {price}"
        effects = "lever, stock, amount | train cyber, cyber 1, 1 | train cyber, money, -2 | train data, data 1, 1 | train data, money, -10"
        return budgeted(30, levers=both, effects=f"{effects} | away, data 1, 1 | away, money, -{price}")

    explained = explain(tables(12), steps=())
    away = idle_of(explained, "away")
    assert [away["reduced"], away["price"], away["enters_below"]] == pytest.approx([0.6, 12.0, 10.0])
    assert (away["stage"], away["found"]) == ("shortfall", "range")
    assert (
        "Lever 'away' is not used: in period 1, where it comes nearest, one unit would raise the weighted shortfall by 0.6; "
        "below £10 a unit, where it costs £12, it would be used." in explained.sentences
    )
    assert "away" in optimise(tables(9.99)).actions["lever"].tolist()
    assert "away" not in optimise(tables(10.01)).actions["lever"].tolist()


def test_money_may_come_through_an_account(budgeted):
    """The same, paid from an account that a lever of move_weight 0 fills from the budget."""
    explained = explain(
        budgeted(
            30,
            stocks="stock, skill | cyber 1, cyber | data 1, data | money, | account,",
            levers="lever, unit_cost, move_weight | train cyber, 2, 1 | train data, 10, 1 | away, 12, 1 | fund, 0, 0",
            effects=(
                "lever, stock, amount | train cyber, cyber 1, 1 | train cyber, account, -2 | train data, data 1, 1 "
                "| train data, account, -10 | away, data 1, 1 | away, account, -12 | fund, money, -1 | fund, account, 1"
            ),
        ),
        steps=(),
    )
    assert idle_of(explained, "away")["enters_below"] == pytest.approx(10.0)


def test_an_unused_lever_that_only_costs_is_measured_in_the_cost_stage(planning):
    """£5 where £2 does, no budget: £3 too dear, discounted at 25% in the period in which it could be used."""

    def tables(price: float) -> PlanningTables:
        return planning(
            periods=1,
            discount=0.25,
            stocks="stock | skill",
            requirements="stock, required | skill, 10",
            levers=f"lever, unit_cost | here, 2 | away, {price}",
            effects="lever, stock, amount | here, skill, 1 | away, skill, 1",
        )

    explained = explain(tables(5))
    away = idle_of(explained, "away")
    assert (away["stage"], away["found"]) == ("cost", "re-solved")
    assert [away["reduced"], away["enters_below"]] == pytest.approx([2.4, 2.0])
    assert any("would raise the discounted cost by £2.40; it stays out at least down to £2" in line for line in explained.sentences)
    assert "away" in optimise(tables(1.99)).actions["lever"].tolist()
    assert "away" not in optimise(tables(2.01)).actions["lever"].tolist()


def test_a_lever_for_which_there_is_no_room_is_said_to_have_none(planning):
    """Its only seat is never there: no price would do. The other can be used in the second period alone, and is as good as nothing then."""
    tables = planning(
        periods=2,
        stocks="stock | skill",
        levers="lever, move_weight | never, 0 | later, 0",
        limits="limit, period, amount | seats, 1, 0 | seats, 2, 0 | others, 1, 0",
        uses="limit, kind, item, amount | seats, lever, never, 1 | others, lever, later, 1",
        goals="goal, kind, item, amount | any, stock, skill, 1",
        stages=("goal:any",),
    )
    explained = explain(tables)
    idle = explained.idle.set_index(["lever", "period"])["found"]
    assert idle["never"].tolist() == ["no room", "no room"]
    assert idle["later", 2] != "no room"
    assert "Not used, as the other rows leave no room in any period: 'never'." in explained.sentences
    assert any(line.startswith("Lever 'later' is not used: in period 2 it would do as well") for line in explained.sentences)


def test_what_a_price_cannot_bring_in_is_said(planning):
    """Downgrading takes a place of what is needed: no price of its own would bring it in; it has none."""
    tables = planning(
        periods=1,
        stocks="stock, opening | skill, 5",
        transitions="from_stock, to_stock, rate | skill, skill, 1",
        requirements="stock, required | skill, 10",
        levers="lever | downgrade",
        effects="lever, stock, amount | downgrade, skill, -1",
    )
    explained = explain(tables)
    assert np.isnan(idle_of(explained, "downgrade")["enters_below"])
    assert (
        "Lever 'downgrade' is not used: in period 1, where it comes nearest, one unit would raise the weighted shortfall by 1; "
        "no lower price alone would bring it in." in explained.sentences
    )


def test_whole_plans_are_explained_with_the_numbers_held_and_said_to_be(budgeted):
    """£25 buys 10 places of cyber and no place of data, £5 left over: with the numbers held, money is worth nothing."""
    tables = budgeted(25, levers="lever, unit_cost, whole | train cyber, 2, true | train data, 10, true")
    explained = explain(tables, steps=(10,), money="money")
    assert explained.whole_fixed
    assert explained.sentences[0].startswith("Whole numbers are held at the plan's")
    assert explained.money["change"].tolist() == pytest.approx([0.0, 0.0])
    assert np.isnan(idle_of(explained, "train data")["reduced"])
    assert "Not used, and held so, as they are whole numbers: 'train data'." in explained.sentences


def test_pounds_are_what_pays_and_what_fills_it_and_nothing_else(planning):
    """The budget fills the account that pays for the nurse at £100; nurses who come by themselves are no money, whatever they are worth."""
    tables = planning(
        periods=1,
        stages=("shortfall",),
        stocks="stock | budget | account | nurses",
        inflows="stock, period, amount | budget, 1, 100 | nurses, 1, 1",
        requirements="stock, period, required, shortfall_weight | nurses, 1, 50, 300",
        levers="lever, unit_cost, move_weight | hire, 100, 1 | fund, 0, 0",
        effects="lever, stock, amount | hire, nurses, 1 | hire, account, -100 | fund, account, 1 | fund, budget, -1",
    )
    explained = explain(tables, steps=(200,))
    bought = "would lower the weighted shortfall by 600; in period 1 alone the shortfall falls for stock 'nurses' by 2."
    assert f"£200 more of 'budget' in period 1 {bought}" in explained.sentences
    assert any(line.startswith("£1 more arriving in stock 'budget'") for line in explained.sentences)
    assert any(line.startswith("One more arriving in stock 'nurses'") for line in explained.sentences)
    asked = explain(tables, steps=(20,), money="nurses")
    assert any(line.startswith("20 more of 'nurses' in period 1 would lower") for line in asked.sentences)


def test_a_limit_that_counts_prices_is_money_too(planning):
    """£100 to spend at £50 a nurse, of whom three are wanted."""
    tables = planning(
        periods=1,
        stages=("shortfall",),
        stocks="stock | nurses",
        requirements="stock, required | nurses, 3",
        levers="lever, unit_cost | hire, 50",
        effects="lever, stock, amount | hire, nurses, 1",
        limits="limit, amount | spent, 100",
        uses="limit, kind, item, amount | spent, lever, hire, 50",
    )
    explained = explain(tables, steps=(50, 100))
    assert explained.money["change"].tolist() == pytest.approx([-1, -1])
    assert any("up to about £50 more" in line for line in explained.sentences)


def test_a_plan_that_nothing_holds_back_says_so(planning):
    tables = planning(
        periods=1,
        stocks="stock, opening | skill, 5",
        transitions="from_stock, to_stock, rate | skill, skill, 1",
        requirements="stock, required | skill, 4",
    )
    explained = explain(tables)
    assert explained.prices.empty
    assert explained.sentences == (
        "No limit, requirement, inflow or bound of a lever has a price: a little more or less of any one would make no stage better.",
    )


def test_a_minimum_holds_no_further_than_the_maximum(planning):
    """5 places must be used and 5.5 may: a sixth that must be used cannot be; one fewer saves its price."""
    tables = planning(
        periods=1,
        stocks="stock | skill",
        levers="lever, unit_cost, minimum, maximum | train, 1, 5, 5.5",
        stages=("cost",),
    )
    least = price_of(explain(tables), "minimum", "train")
    assert [least["left"], least["holds_to"]] == [1.0, 5.5]
    assert np.isnan(least["right"])


def test_of_what_is_not_allowed_at_all_there_is_nothing_to_take_away(planning):
    tables = planning(
        periods=1,
        stocks="stock | skill",
        requirements="stock, required | skill, 5",
        levers="lever, unit_cost, maximum | train, 1, 0",
        effects="lever, stock, amount | train, skill, 1",
    )
    assert "One more allowed of lever 'train' in period 1 would lower the weighted shortfall by 1; there is nothing to take away." in (
        explain(tables).sentences
    )


def test_there_may_be_nothing_to_explain(planning):
    """No rows, or no levers either: HiGHS has no basis then."""
    for tables in (planning(periods=1), planning(periods=1, levers="lever, kind | spare, x", attributes=("kind",))):
        explained = explain(tables)
        assert explained.prices.empty
        assert explained.sentences[0].startswith("No limit, requirement, inflow or bound of a lever has a price")


def test_where_time_runs_out_the_duals_stand_and_it_is_said(budgeted):
    explained = explain(budgeted(20), seconds=0.0)
    assert explained.out_of_time
    assert explained.money.empty
    assert set(explained.prices["found"]) <= {"range", "dual only"}
    assert price_of(explained, "inflow", "money")["found"] == "dual only"
    assert explained.sentences[-1].startswith("Time ran out")
    assert any(line.startswith("At the margin, each unit more arriving in stock 'money'") for line in explained.sentences)


def test_only_the_most_important_are_looked_into(budgeted):
    explained = explain(budgeted(20), most=1, steps=())
    assert (explained.prices["found"] != "dual only").sum() >= 1
    assert sum(line.startswith(("One more", "£1 more")) for line in explained.sentences) == 1
    assert any("more rows have a price; they are in the table only." in line for line in explained.sentences)


def test_the_same_plan_is_explained_alike_from_tables_plan_and_resolver(budgeted):
    tables = budgeted(20)
    first, second, third = (explain(source).sentences for source in (tables, optimise(tables), Resolver.of(tables)))
    assert first == second == third


def test_unknown_items_columns_and_steps_are_refused(budgeted):
    for step in (0.0, -10.0, float("nan")):
        with pytest.raises(TablesError, match="allowed: finite amounts above 0"):
            explain(budgeted(20), steps=(10.0, step))
    with pytest.raises(TablesError, match="Unknown item"):
        explain(budgeted(20), money="monie")
    with pytest.raises(TablesError, match="allowed: skill, stock"):
        explain(budgeted(20), by=["skil"])
    with pytest.raises(TablesError, match="Column twice there"):
        explain(budgeted(20), by=["stock", "stock"])
    assert "stock" in explain(budgeted(20), by=["stock"], steps=(10,)).bought.columns


def test_williams_prices_are_what_the_changed_tables_come_to():
    """Every price of the published problem, up and down, solved from nothing: 10 skilled more in year 3, say, cost £7,479."""
    tables = PlanningTables.read(CASES / "williams_cost")
    explained = explain(tables)
    row = price_of(explained, "required", "skilled", period=3)
    assert row["price"] == pytest.approx(747.92, abs=0.01)
    for sign in (-1, 1):
        frames = tables.frames()
        needs = frames["requirements"].copy()
        needs.loc[(needs["stock"] == "skilled") & (needs["period"] == 3), "required"] += sign * row["step"]
        changed = optimise(PlanningTables.from_frames(tables.problem, frames | {"requirements": needs}))
        side = row["right" if sign > 0 else "left"]
        assert changed.stages[0]["value"] == pytest.approx(498677.285 + sign * side * row["step"], abs=0.01)
    assert "One more allowed of lever 'recruit skilled' in year 2 would lower the cost by £673; one fewer would raise it by £673." in (
        explained.sentences
    )


def test_an_explanation_is_written_whole(budgeted, tmp_path):
    explained = explain(budgeted(30), steps=(10,))
    explained.write(tmp_path / "why")
    names = ["bought.csv", "explanation.json", "explanation.txt", "holds.csv", "idle.csv", "money.csv", "prices.csv", "stops.csv"]
    assert sorted(path.name for path in (tmp_path / "why").iterdir()) == names
    said = json.loads((tmp_path / "why" / "explanation.json").read_text("utf-8"))
    assert said["sentences"] == list(explained.sentences)
    assert (tmp_path / "why" / "explanation.txt").read_text("utf-8").splitlines() == list(explained.sentences)
    assert pd.read_csv(tmp_path / "why" / "prices.csv")["price"].tolist() == pytest.approx(explained.prices["price"].tolist())


def test_what_pays_for_holding_a_stock_is_money(planning):
    """Nine in ten of 10 people at £50 stay and are paid by a twin row, £450, which is all there is: £50 more hires one."""
    tables = planning(
        1,
        stages=("shortfall",),
        stocks="stock,opening,unit_cost|staff,10,50|pay,,",
        transitions="from_stock,to_stock,rate|staff,staff,0.9|staff,pay,-45",
        inflows="stock,period,amount|pay,1,450",
        requirements="stock,required|staff,12",
        levers="lever,unit_cost|hire,0",
        effects="lever,stock,amount|hire,staff,1|hire,pay,-50",
    )
    explained = explain(tables, steps=(50,))
    assert any(line.startswith("£50 more of 'pay' in period 1 would lower the weighted shortfall by 1") for line in explained.sentences)
