"""Whole starts of small groups, and plans made again from the problem that is still in the solver."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from optimiser.errors import PlanError
from optimiser.plan import Plan
from optimiser.renewal import differences, kin, plan_of, renewed, share_of
from optimiser.resolve import Resolver
from optimiser.solver import optimise
from optimiser.tables import PlanningTables, Problem
from optimiser.whole_starts import Sharing, whole_starts, with_starts

EXACT = 1e-6


def posts(vacant: list[float], *, market: float = 100.0, money: float = 1000.0, periods: int = 6, stay: float = 1.0) -> PlanningTables:
    """Write groups with vacant posts: a hire fills one a period later, costs 10 and is one of a market that all share."""
    groups = [f"group {number}" for number in range(len(vacant))]
    hires = [f"hire {number}" for number in range(len(vacant))]
    every = range(1, periods + 1)
    frames = {
        "stocks": pd.DataFrame({"stock": ["money", *groups], "opening": 0.0}),
        "transitions": pd.DataFrame(
            {"from_stock": ["money", *groups], "to_stock": ["money", *groups], "rate": [1.0] + [stay] * len(groups)}
        ),
        "inflows": pd.DataFrame({"stock": ["money"], "period": [1], "amount": [money]}),
        "requirements": pd.DataFrame({"stock": groups, "required": vacant, "shortfall_weight": [1.0 + n / 10 for n in range(len(groups))]}),
        "levers": pd.DataFrame({"lever": hires, "unit_cost": 10.0}),
        "effects": pd.concat(
            [
                pd.DataFrame({"lever": hires, "stock": groups, "lag": 1, "amount": 1.0}),
                pd.DataFrame({"lever": hires, "stock": "money", "lag": 0, "amount": -10.0}),
            ]
        ),
        "limits": pd.DataFrame({"limit": ["market", *(f"posts {group}" for group in groups)], "amount": [market, *vacant]}),
        "uses": pd.concat(
            [
                *(pd.DataFrame({"limit": "market", "kind": "lever", "item": hires, "amount": 1.0, "lag": lag}) for lag in every),
                pd.DataFrame({"limit": "market", "kind": "lever", "item": hires, "amount": 1.0, "lag": 0}),
                pd.DataFrame({"limit": [f"posts {group}" for group in groups], "kind": "stock", "item": groups, "amount": 1.0, "lag": 0}),
            ]
        ),
    }
    return PlanningTables.from_frames(Problem(periods), frames)


def started(found) -> dict[tuple[str, int], float]:
    return {(use.lever, use.period): use.least for use in found.held if use.least}


def test_a_vacancy_of_two_and_six_tenths_is_two_people_and_one_part_time():
    tables = posts([2.6])
    found = whole_starts(Resolver.of(tables), [Sharing(("hire 0",), least=0.2)], 4)
    assert started(found) == {("hire 0", 1): 2.6}
    assert found.gap("shortfall") == pytest.approx(0.0, abs=EXACT)


def test_without_part_time_a_part_of_a_vacancy_waits_for_the_first_period_that_is_not_whole():
    found = whole_starts(Resolver.of(posts([2.6])), [Sharing(("hire 0",))], 4)
    assert started(found) == {("hire 0", 1): 2.0}
    # 0.6 is short in periods 2 to 5 and comes in 6; period 1 is short by 2.6 whatever is done
    assert found.answer.worth["shortfall"] == pytest.approx(2.6 + 4 * 0.6)
    assert found.linear.worth["shortfall"] == pytest.approx(2.6)


def test_a_part_time_start_is_no_smaller_than_the_least():
    sharing = Sharing(("hire 0",), least=0.2)
    assert started(whole_starts(Resolver.of(posts([1.1])), [sharing], 4)) == {("hire 0", 1): 1.0}
    assert started(whole_starts(Resolver.of(posts([1.2])), [sharing], 4)) == {("hire 0", 1): 1.2}


def test_those_who_leave_are_not_replaced_before_a_whole_one_fits():
    """A tenth of two leaves in each period: the linear plan hires 0.2 again and again; in whole numbers nobody fits beside two, or 1.8."""
    tables = posts([2.0], stay=0.9)
    resolver = Resolver.of(tables)
    assert resolver.base.found.used[0, :4] == pytest.approx([2.0, 0.2, 0.2, 0.2])
    found = whole_starts(resolver, [Sharing(("hire 0",), stay=0.9)], 4)
    assert started(found) == {("hire 0", 1): 2.0}
    # what is missing of 2 after one period is 0.2, after two 0.38, after three 0.542; so one part-time start of that fits at the last
    parted = whole_starts(resolver, [Sharing(("hire 0",), stay=0.9, least=0.2)], 4)
    assert parted.gap("shortfall") < found.gap("shortfall")
    parts = [amount for amount in started(parted).values() if amount % 1]
    assert len(parts) == 1


def test_a_market_too_small_for_all_gives_whole_people_to_some():
    """The linear plan shares three hires among four groups; rounded down each has none of the third, which is then added."""
    tables = posts([1.5, 1.5, 1.5, 1.5], market=3.0)
    found = whole_starts(Resolver.of(tables), [Sharing((f"hire {n}",)) for n in range(4)], 4)
    assert sum(started(found).values()) == pytest.approx(3.0)
    assert all(amount == 1.0 for amount in started(found).values())


def test_what_the_tables_fix_stays():
    tables = posts([2.5])
    fixed = pd.DataFrame({"lever": ["hire 0"], "period": [1], "minimum": [0.5], "maximum": [0.5]})
    tables = PlanningTables.from_frames(tables.problem, tables.frames() | {"lever_periods": fixed})
    found = whole_starts(Resolver.of(tables), [Sharing(("hire 0",), least=0.2)], 4)
    assert started(found) == {("hire 0", 1): 0.5, ("hire 0", 2): 2.0}


def cramped(vacant: float, room: list[float]) -> PlanningTables:
    """Write one group with vacant posts, where a period has room for few hires unless a dear annex makes more, and other work wants the money.

    Of £1,000 a whole annex takes all; of ten that the other work needs, each costs £100.
    """
    tables = posts([vacant])
    frames = tables.frames()
    other = {
        "stocks": pd.DataFrame({"stock": ["other"], "opening": 0.0}),
        "transitions": pd.DataFrame({"from_stock": ["other"], "to_stock": ["other"], "rate": 1.0}),
        "requirements": pd.DataFrame({"stock": ["other"], "required": 10.0, "shortfall_weight": 1.0}),
        "levers": pd.DataFrame({"lever": ["annex", "work"], "unit_cost": [1000.0, 100.0]}),
        "effects": pd.DataFrame(
            {"lever": ["annex", "work", "work"], "stock": ["money", "money", "other"], "lag": 0, "amount": [-1000.0, -100.0, 1.0]}
        ),
        "limits": pd.DataFrame({"limit": "room", "period": range(1, len(room) + 1), "amount": room}),
        "uses": pd.DataFrame({"limit": "room", "kind": "lever", "item": ["hire 0", "annex"], "amount": [1.0, -1.0], "lag": 0}),
    }
    return PlanningTables.from_frames(tables.problem, frames | {name: pd.concat([frames[name], rows]) for name, rows in other.items()})


def annexes(found) -> float:
    rows = found.answer.arrays.levers.tolist()
    return float(found.answer.found.used[rows.index("annex")].sum())


def test_a_start_that_only_something_dear_makes_room_for_is_made_later():
    """Nine tenths and then one tenth of a person are one in period 2, for which an annex would take nine tenths of all money; 3 has room."""
    found = whole_starts(Resolver.of(cramped(1.0, [0.9, 0.1, 1.0])), [Sharing(("hire 0",))], 4)
    assert started(found) == {("hire 0", 3): 1.0}
    assert annexes(found) == pytest.approx(0.0, abs=EXACT)
    # of one post in periods 1 to 3, and of ten of the other work 0.1 in each of six
    assert found.answer.worth["shortfall"] == pytest.approx(3 + 6 * 0.1)


@pytest.mark.parametrize("room, fits", [(0.9, True), (0.7, False)])
def test_starts_with_which_far_more_would_be_left_do_not_fit(room, fits, monkeypatch):
    """The linear plan leaves 1.1 of the post and 0.6 of the other work, so starts may leave ten times as much beside it: 18.7.

    One person in period 2 leaves 2 of the post; an annex of a tenth takes the money of one piece of other work in six periods, which makes
    8.6 in all, one of three tenths that of three, 20.6.
    """
    tried = []
    honest = Resolver.at

    def asked(resolver, *parts, **how):
        try:
            found = honest(resolver, *parts, **how)
        except PlanError as error:
            tried.append(error.status)
            raise
        tried.append(found.worth["shortfall"])
        return found

    monkeypatch.setattr(Resolver, "at", asked)
    found = whole_starts(Resolver.of(cramped(1.0, [0.9, room, 1.0])), [Sharing(("hire 0",))], 4)
    assert found.linear.worth["shortfall"] == pytest.approx(1.7)
    assert tried[0] == (pytest.approx(8.6) if fits else "infeasible")
    assert started(found) == {("hire 0", 3): 1.0}  # either way it waits until there is room


def test_a_part_time_start_that_only_something_dear_makes_room_for_is_made_smaller():
    """Three tenths and again three tenths are six tenths in period 2; what there is room for then are three."""
    found = whole_starts(Resolver.of(cramped(0.6, [0.3, 0.3, 0.0, 0.0, 0.0, 0.0])), [Sharing(("hire 0",), least=0.2)], 4)
    assert started(found) == {("hire 0", 2): 0.3}
    assert annexes(found) == pytest.approx(0.0, abs=EXACT)


def test_a_start_more_that_fits_and_makes_the_plan_worse_is_not_made():
    """There is room for six tenths; one person in their place would take an annex of four tenths, which costs four of the other work."""
    found = whole_starts(Resolver.of(cramped(1.0, [0.6, 0.0, 0.0, 0.0, 0.0, 0.0])), [Sharing(("hire 0",))], 4)
    assert started(found) == {}
    assert annexes(found) == pytest.approx(0.0, abs=EXACT)
    assert found.answer.worth["shortfall"] == pytest.approx(6.0)


def test_levers_that_fill_the_same_places_are_rounded_together():
    """Half a person by each of two routes is one person."""
    tables = posts([1.0])
    frames = tables.frames()
    more = {
        name: pd.concat([frames[name], frames[name][frames[name][column] == "hire 0"].replace("hire 0", "other route")])
        for name, column in (("levers", "lever"), ("effects", "lever"), ("uses", "item"))
    }
    halves = pd.DataFrame({"lever": ["hire 0", "other route"], "period": 1, "maximum": 1.0})
    tables = PlanningTables.from_frames(tables.problem, frames | more | {"lever_periods": halves})
    found = whole_starts(Resolver.of(tables), [Sharing(("hire 0", "other route"))], 4)
    assert sum(started(found).values()) == pytest.approx(1.0)
    assert len(started(found)) == 1


def against_the_best(seed: int) -> float:
    """Return the shortfall as a multiple of what a mixed-integer solve finds, where six groups share a market and money."""
    chance = np.random.default_rng(seed)
    vacant = chance.integers(2, 30, 6) / 10
    tables = posts(list(vacant), market=float(chance.integers(3, 7)), money=float(chance.integers(30, 90)), stay=0.97)
    levers = tables.levers["lever"]
    found = whole_starts(Resolver.of(tables), [Sharing((lever,), stay=0.97) for lever in levers], 4)
    whole = pd.concat([pd.DataFrame({"lever": levers, "period": period, "whole": True}) for period in range(1, 5)])
    best = optimise(PlanningTables.from_frames(tables.problem, tables.frames() | {"lever_periods": whole}))
    return found.answer.worth["shortfall"] / float(str(best.stages[0]["value"]))


def test_it_comes_near_the_best_that_whole_numbers_can_do():
    """Never better, sometimes as good, never far: with as little to share as here each person is a tenth of it all."""
    times = [against_the_best(seed) for seed in range(10)]
    assert min(times) >= 1 - EXACT
    assert sum(time <= 1 + EXACT for time in times) >= 3
    assert max(times) <= 1.13
    assert sum(times) / len(times) <= 1.07


def test_the_tables_with_starts_held_give_the_same_plan_from_nothing():
    tables = posts([2.6, 1.3, 0.7], market=4.0, stay=0.95)
    resolver = Resolver.of(tables)
    found = whole_starts(resolver, [Sharing((f"hire {n}",), stay=0.95, least=0.2) for n in range(3)], 4)
    with_them = with_starts(tables, found.held)
    assert_same(renewed(resolver, with_them, held=found.held), optimise(with_them))
    again = PlanningTables.from_frames(with_them.problem, with_them.frames())  # they keep the contract
    assert again.digest() == with_them.digest()


def test_starts_held_keep_a_price_that_a_period_has():
    tables = posts([1.6])
    priced = pd.DataFrame({"lever": ["hire 0", "hire 0"], "period": [2, 6], "unit_cost": [12.0, 15.0], "maximum": [3.0, 3.0]})
    tables = PlanningTables.from_frames(tables.problem, tables.frames() | {"lever_periods": priced})
    found = whole_starts(Resolver.of(tables), [Sharing(("hire 0",), least=0.2)], 4)
    rows = with_starts(tables, found.held).lever_periods.set_index("period")
    assert rows["unit_cost"].dropna().to_dict() == {2: 12.0, 6: 15.0}
    assert rows.loc[6, "maximum"] == 3.0
    assert rows.loc[1, ["minimum", "maximum"]].tolist() == [1.6, 1.6]


def test_whole_starts_of_changed_tables_are_those_of_their_own():
    """From the solver's basis for other money, and from nothing: the same starts."""
    resolver = Resolver.of(posts([2.6, 1.3, 0.7], money=100.0, stay=0.95))
    poor = posts([2.6, 1.3, 0.7], money=30.0, stay=0.95)
    sharings = [Sharing((f"hire {n}",), stay=0.95, least=0.2) for n in range(3)]
    warm = whole_starts(resolver, sharings, 4, changes=differences(resolver, poor))
    cold = whole_starts(Resolver.of(poor), sharings, 4)
    assert started(warm) == pytest.approx(started(cold))
    assert warm.answer.worth == pytest.approx(cold.answer.worth)


def test_tables_are_kin_where_only_money_and_amounts_of_limits_differ():
    tables = posts([1.0, 2.0])
    assert kin(tables) == kin(posts([1.0, 2.0], money=5.0, market=7.0))
    assert kin(tables) == kin(PlanningTables.from_frames(tables.problem, {name: frame[::-1] for name, frame in tables.frames().items()}))
    assert kin(tables) != kin(posts([1.0, 2.0], stay=0.9))
    assert kin(tables) != kin(posts([1.0, 2.0], market=float("inf")))
    assert kin(tables) != kin(posts([1.0, 2.0], periods=5))


@pytest.mark.parametrize("money, market", [(0.0, 4.0), (15.0, 4.0), (26.0, 2.5), (90.0, 1.0)])
def test_a_plan_made_again_is_the_plan_made_from_nothing(money, market):
    resolver = Resolver.of(posts([2.6, 1.3, 0.7], money=40.0, market=4.0, stay=0.95))
    tables = posts([2.6, 1.3, 0.7], money=money, market=market, stay=0.95)
    assert_same(renewed(resolver, tables), optimise(tables))


def test_money_that_leaves_no_plan_is_told_as_that():
    tables = posts([2.6], money=40.0)
    forced = pd.DataFrame({"lever": ["hire 0"], "minimum": [0.5], "maximum": [3.0]})
    frames = tables.frames() | {"lever_periods": forced.assign(period=1)}
    resolver = Resolver.of(PlanningTables.from_frames(tables.problem, frames))
    frames["inflows"] = frames["inflows"].assign(amount=4.0)
    with pytest.raises(PlanError) as error:
        renewed(resolver, PlanningTables.from_frames(tables.problem, frames))
    assert error.value.status == "infeasible"


def test_a_pound_more_is_shared_as_the_tables_share_the_money():
    tables = posts([1.0])
    frames = tables.frames() | {"inflows": pd.DataFrame({"stock": "money", "period": [1, 3], "amount": [30.0, 10.0]})}
    direction = share_of(PlanningTables.from_frames(tables.problem, frames), "money")
    assert direction.amount == 40.0
    assert {(change.period, change.by) for change in direction.changes} == {(1, 0.75), (3, 0.25)}
    assert share_of(posts([1.0], money=0.0), "money").changes[0].by == 1.0


def test_a_pound_less_is_not_taken_from_what_is_over():
    """Of £30, £10 and £40 in periods 1, 3 and 5 the last two are to come after period 2; a period that gives back has no share; none: the next."""
    tables = posts([1.0])
    amounts = pd.DataFrame({"stock": "money", "period": [1, 3, 5], "amount": [30.0, 10.0, 40.0]})

    def shared(inflows: pd.DataFrame, after: int) -> tuple[float, dict[int | None, float]]:
        direction = share_of(PlanningTables.from_frames(tables.problem, tables.frames() | {"inflows": inflows}), "money", after)
        return direction.amount, {change.period: change.by for change in direction.changes}

    assert shared(amounts, 2) == (50.0, {3: 0.2, 5: 0.8})
    assert shared(amounts, 3) == (40.0, {5: 1.0})
    assert shared(amounts, 5) == (0.0, {6: 1.0})
    assert shared(amounts.assign(amount=[30.0, -1e-9, 40.0]), 2)[1] == {5: 1.0}


def test_an_answer_that_does_not_fit_the_tables_is_no_plan():
    resolver = Resolver.of(posts([2.6], money=40.0))
    with pytest.raises(PlanError, match="does not keep the tables"):
        plan_of(resolver, posts([1.0], money=40.0), resolver.base, 0.0)


def assert_same(found: Plan, expected: Plan) -> None:
    """Hold two plans equal: proven, the same value in every stage, the same uses, the same stocks."""
    assert found.status == expected.status == "optimal"
    for one, other in zip(found.stages, expected.stages, strict=True):
        assert one["name"] == other["name"]
        assert one["value"] == pytest.approx(other["value"], rel=EXACT, abs=EXACT)
    keys = ["lever", "period"]
    uses = found.actions.set_index(keys)["amount"].sub(expected.actions.set_index(keys)["amount"], fill_value=0.0)
    assert (uses.abs() < EXACT).all()
    pd.testing.assert_series_equal(found.stocks["amount"], expected.stocks["amount"], rtol=EXACT, atol=EXACT)
    assert max(found.audit().values()) <= EXACT
    assert {row["stage"] for row in found.proof} == {stage["name"] for stage in found.stages}


def test_what_is_fixed_stays_to_the_last_digit_whatever_is_rounded_beside_it():
    """A start of 0.580330492... that was made is no number of the few digits that starts are rounded to; two more hires are still whole."""
    tables, made = posts([2.6, 3.0]), 0.5803304921
    frames = tables.frames()
    frames["lever_periods"] = pd.DataFrame({"lever": ["hire 0", "hire 1"], "period": 1, "minimum": made, "maximum": made})
    tables = PlanningTables.from_frames(tables.problem, frames)
    found = whole_starts(Resolver.of(tables), [Sharing(("hire 0",)), Sharing(("hire 1",))], 4)
    assert {use.least for use in found.held if use.period == 1} == {made}
    assert started(found)["hire 0", 2] == started(found)["hire 1", 2] == 2.0
