"""A plan made again from what was really done, on an organisation small enough to work out by hand."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pandas as pd
import pytest

from optimiser.plan import Plan
from optimiser.solver import optimise
from optimiser.tables import PlanningTables, Problem
from skills_model.errors import DataError
from skills_model.planning import build
from skills_model.planning.actuals import Followed, Missing, bearing, covered, follow, found_missing, in_progress, missing, with_history
from skills_model.planning.describe.cost import MOVES, TO_FIND, paid, streams
from skills_model.planning.describe.reading import SMALLEST_ACTION, Reading
from skills_model.planning.world import build_world

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
import tiny
from purse import budget, stream, world

RANK_1, RANK_2 = (f"train:{tiny.CODE}:analyst:data-modelling:{rank}" for rank in (1, 2))
RECRUIT = f"recruit:{tiny.CODE}:engineer"
SKILL_1, SKILL_2, ENGINEERS = (
    f"skill:{tiny.CODE}:analyst:data-modelling:1",
    f"skill:{tiny.CODE}:analyst:data-modelling:2",
    f"staff:{tiny.CODE}:engineer",
)


def tables(pounds: float = 1000.0, **values: float) -> PlanningTables:
    """Return the tables of the tiny organisation; at £1,000 the plan trains 7 analysts in period 1 and 3 in period 2, at £100 each."""
    return build(tiny.inputs(), tiny.scenario(pounds), tiny.assumptions(**values))


def records(*rows: tuple[str, int, float, float | None]) -> pd.DataFrame:
    """Return what was done: line, period, FTE started, pounds (None: as priced)."""
    frame = pd.DataFrame(list(rows), columns=["line", "period", "amount", "cost"])
    return frame.astype({"amount": "float64", "cost": "float64", "period": "int64"})


def lacking(followed: Followed) -> Missing:
    """Return what is missing."""
    trial = optimise(missing(followed))
    assert max(trial.audit().values()) < 1e-6
    return found_missing(trial)


def solved(followed: Followed) -> Plan:
    """Solve and audit, with what is missing."""
    plan = optimise(covered(followed, lacking(followed)))
    assert max(plan.audit().values()) < 1e-6
    return plan


def optimised(made: PlanningTables) -> Plan:
    """Solve and audit a plan that follows nothing."""
    plan = optimise(made)
    assert max(plan.audit().values()) < 1e-6
    return plan


def starts(plan: Plan) -> dict[tuple[str, int], float]:
    """Return the starts by lever and period that are not of money."""
    rows = plan.actions[~plan.actions["kind"].isin(("fund",)) & (plan.actions["amount"] >= SMALLEST_ACTION)]
    return {(str(row.lever), int(row.period)): round(float(row.amount), 6) for row in rows.itertuples()}


def held(plan: Plan, stock: str, period: int) -> float:
    """Return what a stock holds at the end of a period."""
    rows = plan.stocks[(plan.stocks["stock"] == stock) & (plan.stocks["period"] == period)]
    return float(rows["amount"].iloc[0])


def of_period(plan: Plan, *periods: int) -> pd.DataFrame:
    """Return a plan's own starts of some periods as records at the planned price."""
    rows = plan.actions[plan.actions["period"].isin(periods) & ~plan.actions["kind"].isin(("fund",))]
    return records(*((str(row.lever), int(row.period), float(row.amount), float(row.cost)) for row in rows.itertuples()))


def test_what_went_as_planned_leaves_the_plan_as_it_was() -> None:
    """Starts and pounds of periods 1 and 2 as planned: the same starts in every period, the same value in every stage."""
    first = optimised(tables())
    followed = follow(tables(), of_period(first, 1, 2), 2)
    again = solved(followed)
    assert starts(again) == starts(first)
    assert [stage["value"] for stage in again.stages] == pytest.approx([stage["value"] for stage in first.stages])
    assert lacking(followed).nothing


def test_fewer_starts_than_planned_are_made_up_later() -> None:
    """Of 4 planned to rank 1 in period 1 only 1 began: the 3 others begin in period 2, when there is room and £250 a quarter is saved.

    Two of the three at rank 1 began rank 2. By the end as many hold each rank as before, since money and time are left.
    """
    first, late = optimised(tables()), records((RANK_1, 1, 1.0, None), (RANK_2, 1, 2.0, None))
    again = solved(follow(tables(), late, 1))
    found = starts(again)
    assert found[RANK_1, 1] == 1.0
    assert found[RANK_2, 1] == 2.0
    assert found[RANK_1, 2] == pytest.approx(3.0)
    assert sum(found.values()) == pytest.approx(10.0)
    assert held(again, SKILL_1, 2) == pytest.approx(7.0)
    assert [held(plan, SKILL_1, 4) for plan in (first, again)] == pytest.approx([10.0, 10.0])


def test_nothing_recorded_in_what_is_over_is_nothing_done() -> None:
    """Period 1 is over and nobody began: no start in it, and the plan begins in period 2."""
    again = solved(follow(tables(), records(), 1))
    assert min(period for _, period in starts(again)) == 2
    assert held(again, SKILL_1, 2) == pytest.approx(6.0)


def test_what_cost_more_leaves_less() -> None:
    """The seven of period 1 cost £800 and not £700: £200 are left of £1,000, which is two trainings more and not three."""
    first = optimised(tables())
    done = of_period(first, 1)
    dearer = done.assign(cost=done["cost"] * 800.0 / done["cost"].sum())
    followed = follow(tables(), dearer, 1)
    again = solved(followed)
    assert sum(amount for (_, period), amount in starts(again).items() if period > 1) == pytest.approx(2.0)
    assert again.actions.loc[again.actions["period"] == 1, "cost"].sum() == pytest.approx(800.0)
    assert lacking(followed).nothing


def test_what_cost_less_leaves_more() -> None:
    """At half the price £650 are left: the four who can still learn (of those who reach rank 1) begin, and £250 of a recruit's £1,000."""
    done = of_period(optimised(tables()), 1)
    again = solved(follow(tables(), done.assign(cost=done["cost"] / 2), 1))
    later = {start: amount for start, amount in starts(again).items() if start[1] > 1}
    assert sum(amount for (lever, _), amount in later.items() if lever == RECRUIT) == pytest.approx(0.25)
    assert sum(later.values()) == pytest.approx(4.25)


def test_money_that_nobody_has_is_named_and_the_rest_of_the_plan_goes_without() -> None:
    """£1,500 were spent of £1,000: £500 are overspent in period 1, no money is left, and there is still a plan."""
    done = of_period(optimised(tables()), 1)
    followed = follow(tables(), done.assign(cost=done["cost"] * 1500.0 / done["cost"].sum()), 1)
    over = lacking(followed).money
    assert over[["spent_on", "period"]].to_numpy().tolist() == [["training", 1]]
    assert over["pounds"].sum() == pytest.approx(500.0)
    again = solved(followed)
    assert {period for _, period in starts(again)} == {1}


def two_years(**values: float) -> PlanningTables:
    """Return the tables over eight quarters with £1,000 in each year; in period 1 the plan trains 7 analysts for £700."""
    return build(tiny.inputs(), tiny.scenario(2000.0, 8), tiny.assumptions(**values))


def spending(plan: Plan, *periods: int) -> float:
    """Return the pounds of a plan's starts in some periods."""
    return float(plan.actions.loc[plan.actions["period"].isin(periods), "cost"].sum())


def test_what_a_year_overspent_is_taken_out_of_the_next() -> None:
    """£1,500 were spent of the first year's £1,000: £500 are left of the second year's £1,000, and nothing has to be found."""
    done = of_period(optimised(two_years()), 1)
    followed = follow(two_years(), done.assign(cost=done["cost"] * 1500.0 / done["cost"].sum()), 1)
    found = lacking(followed)
    development = f"money:development:{tiny.CODE}"
    assert found.ahead.to_numpy().tolist() == [[development, 1, 5, pytest.approx(500.0)]]
    assert found.money.empty
    again = solved(followed)
    assert spending(again, 1) == pytest.approx(1500.0)
    assert spending(again, 2, 3, 4) == pytest.approx(0.0, abs=1e-6)
    assert spending(again, 5, 6, 7, 8) == pytest.approx(500.0)


def of_streams(followed: Followed) -> dict[str, list[list[float]]]:
    """Return budget, carried in, used, carried out and lapsed of each year, by stream, as a reader of the plan sees them."""
    here = build_world(tiny.inputs(), tiny.scenario(2000.0, 8), tiny.assumptions())
    rows = streams(Reading.of(solved(followed), here))
    return {str(name): own[MOVES].to_numpy().tolist() for name, own in rows.groupby("stream")}


def test_an_overspending_is_told_as_that_and_not_as_another_budget() -> None:
    """£1,000 were given for each year, £1,500 spent in the first: £500 are owed by the second, which has £500 to spend."""
    done = of_period(optimised(two_years()), 1)
    told = of_streams(follow(two_years(), done.assign(cost=done["cost"] * 1500.0 / done["cost"].sum()), 1))
    assert told["development"] == [[1000.0, 0.0, 1500.0, -500.0, 0.0], [1000.0, -500.0, 500.0, 0.0, 0.0]]
    assert TO_FIND not in told


def test_what_must_be_found_is_owed_by_nobody_until_it_is() -> None:
    """£2,500 were spent of £2,000: the second year's £1,000 are gone, and £500 are carried as a debt of no stream; pay has no part in it."""
    done = of_period(optimised(two_years()), 1)
    told = of_streams(follow(two_years(), done.assign(cost=done["cost"] * 2500.0 / done["cost"].sum()), 1))
    assert told["development"] == [[1000.0, 0.0, 2000.0, -1000.0, 0.0], [1000.0, -1000.0, 0.0, 0.0, 0.0]]
    assert told[TO_FIND] == [[0.0, 0.0, 500.0, -500.0, 0.0], [0.0, -500.0, 0.0, -500.0, 0.0]]


def test_pay_beyond_its_budget_is_told_as_that() -> None:
    """Two recruits came into one vacant post: the pay of the second is no budget of anybody, but must be found, year after year."""
    told = of_streams(follow(two_years(), records((RECRUIT, 1, 2.0, None)), 1))
    plain = of_streams(follow(two_years(), records((RECRUIT, 1, 1.0, None)), 1))
    assert [year[0] for year in told["establishment-pay"]] == [year[0] for year in plain["establishment-pay"]]
    assert TO_FIND not in plain
    first, second = told[TO_FIND]
    assert first[3] == -first[2] == second[1]
    assert second[3] == pytest.approx(-first[2] - second[2], abs=0.01)


def test_the_cost_of_a_plan_is_all_that_was_spent_whoever_has_it() -> None:
    """£2,500 were spent of £2,000: £500 of them are the cost of no stream, and all is told."""
    done = of_period(optimised(two_years()), 1)
    followed = follow(two_years(), done.assign(cost=done["cost"] * 2500.0 / done["cost"].sum()), 1)
    here = build_world(tiny.inputs(), tiny.scenario(2000.0, 8), tiny.assumptions())
    spent = paid(Reading.of(solved(followed), here)).groupby("stream")["pounds"].sum()
    assert spent.to_dict() == {"development": pytest.approx(2000.0), TO_FIND: pytest.approx(500.0)}


def test_what_is_overspent_beyond_all_that_is_to_come_must_be_found() -> None:
    """£2,500 were spent of £2,000 over both years: all of the second year's £1,000 is gone, and £500 are in no stream."""
    done = of_period(optimised(two_years()), 1)
    followed = follow(two_years(), done.assign(cost=done["cost"] * 2500.0 / done["cost"].sum()), 1)
    found = lacking(followed)
    assert found.ahead["pounds"].sum() == pytest.approx(1000.0)
    assert found.money["pounds"].sum() == pytest.approx(500.0)
    assert spending(solved(followed), 5, 6, 7, 8) == pytest.approx(0.0, abs=1e-6)


def test_money_of_one_purpose_bears_no_overspending() -> None:
    """Where no stream may be spent ahead, all £500 must be found, and the second year keeps its £1,000."""
    done = of_period(optimised(two_years()), 1)
    followed = follow(two_years(), done.assign(cost=done["cost"] * 1500.0 / done["cost"].sum()), 1)
    found = found_missing(optimise(missing(followed, ())))
    assert found.ahead.empty
    assert found.money["pounds"].sum() == pytest.approx(500.0)


@pytest.mark.parametrize("share, left", [(0.0, 1000.0), (0.5, 1150.0)])
def test_what_a_year_did_not_spend_goes_on_as_far_as_its_stream_lets_it(share: float, left: float) -> None:
    """£700 of the first year's £1,000 were spent, nothing later: of £300 the second year has none, or half, beside its own £1,000."""
    done = of_period(optimised(two_years(carry_over_share=share)), 1)
    again = solved(follow(two_years(carry_over_share=share), done, 4))
    assert spending(again, 1, 2, 3, 4) == pytest.approx(700.0)
    held_at = held(again, f"money:development:{tiny.CODE}", 4)
    assert held_at == pytest.approx(300.0)
    assert held(again, f"money:development:{tiny.CODE}", 5) + spending(again, 5) == pytest.approx(left)


def test_one_s_own_streams_bear_overspending_and_development_first() -> None:
    """National, capital, levy and hoped-for money cannot be spent ahead, nor money that expires."""
    rows = [stream("trust", "trust contribution"), stream("fund", "national ring-fence", "training"), stream("assets", "capital")]
    rows += [stream("gift", "trust contribution", months=12.0)]
    here = world(rows, [budget(name, "2026/27", 100.0) for name in ("trust", "fund", "assets", "gift", "development")], periods=8)
    assert bearing(here) == ("development", "trust")


def test_pounds_without_a_start_are_taken_from_the_account_of_the_line() -> None:
    """£300 for a recruit who never came: £700 are left for seven trainings."""
    followed = follow(tables(), records((RECRUIT, 1, 0.0, 300.0)), 1)
    assert followed.unstarted[["line", "pounds"]].to_numpy().tolist() == [[RECRUIT, 300.0]]
    again = solved(followed)
    assert sum(starts(again).values()) == pytest.approx(7.0)


def test_starts_that_are_begun_stay_although_the_plan_would_not_choose_them() -> None:
    """The recruit of period 3 is under contract: £1,000 are kept for him, and nothing else can be paid for."""
    first = optimised(tables())
    assert (RECRUIT, 3) not in starts(first)
    again = solved(follow(tables(), records((RECRUIT, 3, 1.0, None)), 0))
    assert starts(again) == {(RECRUIT, 3): 1.0}
    assert held(again, ENGINEERS, 4) == pytest.approx(5.0)


def test_more_than_the_limits_allowed_was_done_all_the_same() -> None:
    """Two recruits came into one vacant post, and five began rank 2 where three were at rank 1: what is over is not refused.

    Later limits leave room for it: nobody more is recruited, and the pay of the second is told as overspending, every period that he is there.
    """
    followed = follow(tables(5000.0), records((RECRUIT, 1, 2.0, None), (RANK_2, 1, 5.0, None)), 1)
    again = solved(followed)
    found = starts(again)
    assert found[RECRUIT, 1] == 2.0
    assert held(again, ENGINEERS, 2) == pytest.approx(6.0)
    assert {lever for lever, period in found if period > 1} <= {RANK_1, RANK_2}
    over = lacking(followed).money
    assert set(over["spent_on"]) == {"establishment-pay"}
    assert over["pounds"].to_numpy() == pytest.approx([over["pounds"].iloc[0]] * len(over))


def test_cover_that_ends_as_a_recruit_arrives_makes_the_room_that_he_needs() -> None:
    """The vacant engineer's post is held by agency staff. A recruit begun in period 1 takes it in 2, when the plan ends that cover.

    So the plan is the same again, although the recruit alone would be one too many: no room and no money is missing.
    """
    inputs = tiny.inputs()
    covered_post = dataclasses.replace(inputs, posts=inputs.posts.assign(agency_fte=[0.0, 1.0]))
    made = build(covered_post, tiny.scenario(5000.0), tiny.assumptions())
    first = optimised(made)
    followed = follow(made, of_period(first, 1), 1)
    assert followed.crowded["limit"].str.startswith("posts:").any()
    assert lacking(followed).nothing
    assert starts(solved(followed)) == starts(first)


def test_every_record_that_cannot_be_is_told_at_once() -> None:
    """A line, a period and a number that cannot be, in three records: three faults."""
    wrong = records(("train:nobody", 1, 1.0, None), (RANK_1, 9, 1.0, None), (RANK_1, 1, -1.0, None))
    with pytest.raises(DataError) as told:
        follow(tables(), wrong, 1)
    assert [fault.problem for fault in told.value.faults] == ["Unknown line", "Period out of range", "Number that cannot be"]


def test_starts_in_progress_are_the_history_of_a_plan_from_a_later_staff_list() -> None:
    """Three who began rank 2 in period 2, a course of two quarters, are in training when period 3 starts a plan of its own.

    They hold the rank at the end of the second quarter (6 FTE then, of 3 today), and until then nobody else can begin: all three who are at
    rank 1 are away.
    """
    later = tables(5000.0, course_lead_time=2.0)
    history, lost = in_progress(later, records((RANK_2, 2, 3.0, None), ("train:gone", 2, 1.0, None)), 3)
    assert history.to_numpy().tolist() == [[RANK_2, 0, 3.0]]
    assert lost["lever"].tolist() == ["train:gone"]
    plan = solved(with_history(later, history))
    assert [held(plan, SKILL_2, period) for period in (1, 2)] == pytest.approx([3.0, 6.0])
    assert (RANK_2, 1) not in starts(plan)
    assert starts(optimised(later))[RANK_2, 1] == pytest.approx(3.0)


def test_beside_what_is_begun_only_what_gives_money_or_room_by_itself_may_be_done() -> None:
    """Ending cover empties the stock that takes the room, a swap takes less than nothing of it, a sale brings money; a hire does none of it."""
    levers, account = ["end cover", "hire", "sale", "swap"], "account:support:A"
    crammed = PlanningTables.from_frames(
        Problem(2, stages=("cost",), attributes=("kind", "funding_stream", "account")),
        {
            "stocks": pd.DataFrame(
                {"stock": ["staff", "cover", account], "opening": [1.0, 2.0, 0.0], "kind": ["staff", "cover", "account"]}
            ).assign(account=[None, None, "support"]),
            "transitions": pd.DataFrame({"from_stock": ["staff", "cover"], "to_stock": ["staff", "cover"], "rate": 1.0}),
            "levers": pd.DataFrame({"lever": levers, "kind": "redeploy"}),
            "effects": pd.DataFrame({"lever": levers[:3], "stock": ["cover", "staff", account], "lag": 0, "amount": [-1.0, 1.0, 5.0]}),
            "limits": pd.DataFrame({"limit": ["desks"], "amount": [1.0], "kind": ["posts"]}),
            "uses": pd.DataFrame({"limit": "desks", "item": ["staff", "cover", "swap"], "amount": [1.0, 1.0, -1.0], "lag": 0}).assign(
                kind=["stock", "stock", "lever"]
            ),
        },
    )
    nothing = pd.DataFrame({"line": pd.Series(dtype="str"), "period": pd.Series(dtype="int64"), "amount": 0.0, "cost": 0.0})
    followed = follow(crammed, nothing, 0)
    assert followed.crowded["limit"].unique().tolist() == ["desks"]
    held = missing(followed).levers.set_index("lever")["maximum"].reindex(levers)
    assert held[held == 0].index.tolist() == ["hire"]
