"""Where there is no plan, the conflict is the smallest, the change the cheapest, and both are in ids of the tables."""

from __future__ import annotations

import json
import threading

import highspy
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from optimiser.arrays import arrays_of
from optimiser.conflict import Clock
from optimiser.errors import PlanError
from optimiser.formulation import formulate
from optimiser.refusal import SEARCHED, why_infeasible
from optimiser.solver import optimise
from optimiser.tables import PlanningTables, Problem
from optimiser.watch import Watch

STAFF = {
    "stocks": "stock,opening|staff,4|money,",
    "transitions": "from_stock,to_stock,rate|staff,staff,1",
    "inflows": "stock,amount|money,6",
    "requirements": "stock,required,hard|staff,10,true",
    "levers": "lever,unit_cost,maximum|hire,3,9",
    "effects": "lever,stock,amount|hire,staff,1|hire,money,-3",
}


def refused(planning, periods=1, **parts):
    with pytest.raises(PlanError) as caught:
        optimise(planning(periods, **parts))
    assert caught.value.status == "infeasible"
    json.dumps([caught.value.conflict, caught.value.relaxation])
    return caught.value


def keys(entries):
    return {(entry["family"], entry["item"], entry["period"]) for entry in entries}


def changes(error):
    return {(entry["family"], entry["item"], entry["period"]): entry["change"] for entry in error.relaxation}


def test_a_budget_against_a_hard_need(planning):
    """6 more people cost 18 pounds and there are 6: 4 people fewer is a change of 0.4, 12 pounds more one of 2."""
    error = refused(planning, **STAFF)
    assert keys(error.conflict) == {("balance", "staff", 1), ("balance", "money", 1), ("cover", "staff", 1), ("stock", "money", 1)}
    assert changes(error) == {("required", "staff", 1): -4.0}
    assert "lower the hard requirement on 'staff' by 4 to 6 in period 1" in str(error)


def test_a_budget_a_cap_and_a_hard_need(planning):
    """Few enough surplus, enough people, and money that must be spent: the three together cannot be."""
    parts = STAFF | {
        "requirements": "stock,required,hard,surplus_cap|staff,4,true,1",
        "limits": "limit,amount,sense|spend,9,>=",
        "uses": "limit,kind,item,amount|spend,lever,hire,3",
        "inflows": "stock,amount|money,100",
    }
    error = refused(planning, **parts)
    assert keys(error.conflict) == {("balance", "staff", 1), ("cover", "staff", 1), ("limit", "spend", 1), ("surplus_cap", "staff", 1)}
    assert changes(error) == {("limit", "spend", 1): -6.0}


def test_a_minimum_against_a_limit(planning):
    parts = STAFF | {
        "requirements": "stock,required|staff,10",
        "levers": "lever,minimum|hire,2",
        "limits": "limit,amount|seats,1",
        "uses": "limit,kind,item,amount|seats,lever,hire,1",
    }
    error = refused(planning, **parts)
    assert keys(error.conflict) == {("limit", "seats", 1), ("minimum", "hire", 1)}
    assert changes(error) in ({("limit", "seats", 1): 1.0}, {("minimum", "hire", 1): -1.0})


def test_a_maximum_against_a_hard_need_over_time(planning):
    """Hiring 1 a period reaches 6 in period 2, not 10: only the need of the last period is named, and only what is missing there."""
    parts = STAFF | {
        "levers": "lever,maximum|hire,1",
        "effects": "lever,stock,amount|hire,staff,1",
        "requirements": "stock,period,required,hard|staff,2,10,true",
    }
    error = refused(planning, 2, **parts)
    assert ("cover", "staff", 2) in keys(error.conflict)
    assert {("maximum", "hire", 1), ("maximum", "hire", 2)} <= keys(error.conflict)
    assert changes(error) == {("required", "staff", 2): -4.0}


def test_money_that_is_gone_before_anything_is_done(planning):
    """More goes out than comes in; the message names it as a fault of the data, and the inflow is what can change."""
    parts = STAFF | {"inflows": "stock,amount|money,-5", "requirements": "stock,required|staff,1"}
    error = refused(planning, 2, **parts)
    assert ("balance", "money", 1) in keys(error.conflict)
    assert changes(error) == {("inflow", "money", 1): 5.0, ("inflow", "money", 2): 5.0}
    assert "If nothing is done, 'money' is -5 in period 1" in str(error)


def test_limits_that_exclude_each_other(planning):
    parts = STAFF | {
        "requirements": "stock,required|staff,1",
        "limits": "limit,amount,sense|few,1,|many,3,>=|known,2,==",
        "uses": "limit,kind,item,amount,lag|few,lever,hire,1,|many,lever,hire,1,|known,lever,hire,1,1",
        "history": "lever,period,amount|hire,0,5",
    }
    error = refused(planning, **parts)
    assert {family for family, *_ in keys(error.conflict)} == {"limit"}
    assert changes(error)["limit", "known", 1] == 3.0, "a row that is known to be broken is broken by what is known"


def test_balance_is_never_given_up(planning):
    """A stock that empties itself has nothing that may change: there is a conflict, and no relaxation is made up."""
    parts = {
        "stocks": "stock,opening|staff,4|debt,",
        "transitions": "from_stock,to_stock,rate|staff,debt,-1",
    }
    error = refused(planning, **parts)
    assert keys(error.conflict) >= {("balance", "debt", 1)}
    assert error.relaxation == ()


def test_whole_numbers_alone_can_make_a_plan_impossible(planning):
    """Twice a whole number is never 3, though 1.5 would be: that it must be whole is a part of the conflict."""
    parts = {
        "levers": "lever,whole|pair,true",
        "limits": "limit,amount,sense|three,3,==",
        "uses": "limit,kind,item,amount|three,lever,pair,2",
    }
    error = refused(planning, **parts)
    assert keys(error.conflict) == {("limit", "three", 1), ("whole", "pair", 1)}
    assert "In conflict because whole numbers are asked for (without them there is a plan): limit 'three' == 3" in str(error)
    assert abs(changes(error)["limit", "three", 1]) == 1.0


def test_a_raised_cap_counts_as_surplus_in_limits(planning):
    """6 people over a cap of 1 are 6 in a limit on surplus too: raising the cap alone leaves that limit broken."""
    parts = {
        "stocks": "stock,opening|staff,10",
        "transitions": "from_stock,to_stock,rate|staff,staff,1",
        "requirements": "stock,required,surplus_cap|staff,4,1",
        "limits": "limit,amount|idle,2",
        "uses": "limit,kind,item,amount|idle,surplus,staff,1",
    }
    error = refused(planning, **parts)
    assert changes(error) == {("limit", "idle", 1): 4.0, ("surplus_cap", "staff", 1): 5.0}
    optimise(planning(1, **parts | {"requirements": "stock,required,surplus_cap|staff,4,6", "limits": "limit,amount|idle,6"}))


def test_a_lowered_hard_need_counts_as_surplus_in_limits(planning):
    """10 people where 10 are needed leave none over: with 8 needed there are the 2 that the limit asks for."""
    parts = {
        "stocks": "stock,opening|staff,10",
        "transitions": "from_stock,to_stock,rate|staff,staff,1",
        "requirements": "stock,required,hard|staff,10,true",
        "limits": "limit,amount,sense|spare,2,>=",
        "uses": "limit,kind,item,amount|spare,surplus,staff,1",
    }
    error = refused(planning, **parts)
    assert changes(error) == {("required", "staff", 1): -2.0}
    optimise(planning(1, **parts | {"requirements": "stock,required,hard|staff,8,true"}))


def possible(tables, entries):
    """Say whether the rows and bounds of these entries can all be kept, asking another solver and letting all others go."""
    arrays = arrays_of(tables)
    programme = formulate(arrays)
    layout, needs = programme.layout, arrays.needs
    said = keys(entries)
    kept = [key in said for key in zip(programme.families, programme.items, programme.periods, strict=True)]
    lower, upper, whole = np.zeros(layout.size), np.full(layout.size, np.inf), np.zeros(layout.size)
    for (lever, period), column in np.ndenumerate(layout.x):
        key = (arrays.levers[lever], period + 1)
        lower[column] = arrays.terms.minimum[lever, period] if ("minimum", *key) in said else 0
        upper[column] = arrays.terms.maximum[lever, period] if ("maximum", *key) in said else np.inf
        whole[column] = ("whole", *key) in said
    for (stock, period), column in np.ndenumerate(layout.stock):
        lower[column] = 0 if ("stock", arrays.stocks[stock], period + 1) in said else -np.inf
    for need, (stock, period) in enumerate(zip(needs.stock, needs.period, strict=True)):
        key = (arrays.stocks[stock], period + 1)
        upper[layout.shortfall[need]] = 0 if needs.hard[need] and ("cover", *key) in said else np.inf
        upper[layout.surplus[need]] = needs.surplus_cap[need] if ("surplus_cap", *key) in said else np.inf
    rows = [LinearConstraint(programme.matrix[kept], programme.row_lower[kept], programme.row_upper[kept])] if any(kept) else []
    answer = milp(np.zeros(layout.size), constraints=rows, bounds=Bounds(lower, upper), integrality=whole)
    assert answer.status in {0, 2}, answer.message
    return answer.status == 0


def is_irreducible(tables, entries):
    """Say whether the entries conflict, and no longer do without any one of them."""
    return not possible(tables, entries) and all(possible(tables, entries[:n] + entries[n + 1 :]) for n in range(len(entries)))


def applied(tables, relaxation):
    """Write the changes into the tables as overrides of one period."""
    arrays, frames = arrays_of(tables), tables.frames()
    place = {name: {item: n for n, item in enumerate(items)} for name, items in (("stock", arrays.stocks), ("lever", arrays.levers))}
    need = lambda item, period: arrays.needs.place[place["stock"][item], period]  # noqa: E731
    limit = lambda item, period: np.flatnonzero((arrays.limit_names[arrays.limits.limit] == item) & (arrays.limits.period == period))[0]  # noqa: E731
    homes = {
        "limit": ("limits", "limit", "amount", lambda item, period: arrays.limits.amount[limit(item, period)]),
        "inflow": ("inflows", "stock", "amount", lambda item, period: arrays.inflow[place["stock"][item], period]),
        "required": ("requirements", "stock", "required", lambda item, period: arrays.needs.required[need(item, period)]),
        "surplus_cap": ("requirements", "stock", "surplus_cap", lambda item, period: arrays.needs.surplus_cap[need(item, period)]),
        "minimum": ("lever_periods", "lever", "minimum", lambda item, period: arrays.terms.minimum[place["lever"][item], period]),
        "maximum": ("lever_periods", "lever", "maximum", lambda item, period: arrays.terms.maximum[place["lever"][item], period]),
    }
    for entry in relaxation:
        table, key, column, value = homes[entry["family"]]
        number = max(0.0, value(entry["item"], entry["period"] - 1) + entry["change"]) if table == "lever_periods" else None
        number = value(entry["item"], entry["period"] - 1) + entry["change"] if number is None else number
        frame = frames[table].astype({"period": "Int64"})
        there = (frame[key] == entry["item"]) & (frame["period"] == entry["period"]).fillna(value=False)
        if there.any():
            frames[table] = frame.assign(**{column: frame[column].mask(there.to_numpy(dtype=bool), number)})
        else:
            row = {name: [None] for name in frame.columns} | {key: [entry["item"]], "period": [entry["period"]], column: [number]}
            frames[table] = pd.DataFrame({name: [*frame[name].astype("object"), *cells] for name, cells in row.items()})
    return PlanningTables.from_frames(tables.problem, frames)


def is_no_larger_than_needed(tables, relaxation):
    """Say whether no single change could be a hundredth smaller while the others stay."""
    for n, entry in enumerate(relaxation):
        smaller = [*relaxation[:n], entry | {"change": 0.99 * entry["change"]}, *relaxation[n + 1 :]]
        try:
            optimise(applied(tables, smaller))
        except PlanError:
            continue
        return False
    return True


CONFLICTS = {
    "a budget, a cap and a hard need": (
        # 4 people, money for 2 more, at most 3 contractors: 9 of 10. One need less is a tenth; a contractor more a third; money a half.
        1,
        {
            "stocks": "stock,opening|staff,4|money,",
            "transitions": "from_stock,to_stock,rate|staff,staff,1",
            "inflows": "stock,amount|money,6",
            "requirements": "stock,required,hard|staff,10,true",
            "levers": "lever,maximum|contract,3|hire,",
            "effects": "lever,stock,amount|hire,staff,1|hire,money,-3",
            "cover": "lever,stock,amount|contract,staff,1",
        },
        {("balance", "money", 1), ("balance", "staff", 1), ("cover", "staff", 1), ("maximum", "contract", 1), ("stock", "money", 1)},
        {("required", "staff", 1): -1.0},
        [
            "the hard requirement of 10 on 'staff' in period 1",
            "the maximum of 3 of 'contract' in period 1",
            "'money' not below 0 in period 1",
            "lower the hard requirement on 'staff' by 1 to 9 in period 1",
        ],
    ),
    "a minimum and seats": (
        # One course less is a quarter of the minimum, one seat more a third of the seats.
        2,
        {
            "levers": "lever,minimum|train,4",
            "limits": "limit,amount|seats,3",
            "uses": "limit,kind,item,amount|seats,lever,train,1",
        },
        {("limit", "seats", 1), ("minimum", "train", 1)},
        {("minimum", "train", 1): -1.0, ("minimum", "train", 2): -1.0},
        [
            "limit 'seats' <= 3 in period 1; the minimum of 4 of 'train' in period 1",
            "lower the minimum of 'train' by 1 to 3 in periods 1 and 2",
        ],
    ),
    "equalities that exclude each other over periods": (
        # From exactly 5 to exactly 9 in a period, 3 at most coming in: 8 instead of 9 is a ninth, 6 of 5 a fifth, 4 of 3 a third.
        2,
        {
            "stocks": "stock,opening|staff,4",
            "transitions": "from_stock,to_stock,rate|staff,staff,1",
            "levers": "lever,maximum|hire,3",
            "effects": "lever,stock,amount|hire,staff,1",
            "limits": "limit,period,amount,sense|plan,1,5,==|plan,2,9,==",
            "uses": "limit,kind,item,amount|plan,stock,staff,1",
        },
        {("balance", "staff", 2), ("limit", "plan", 1), ("limit", "plan", 2), ("maximum", "hire", 2)},
        {("limit", "plan", 2): -1.0},
        ["limit 'plan' == 5 in period 1; limit 'plan' == 9 in period 2", "lower limit 'plan' by 1 to 8 in period 2"],
    ),
    "a cap and no way to shed staff in time": (
        # Whoever is let go is gone a period later.
        2,
        {
            "stocks": "stock,opening|staff,10",
            "transitions": "from_stock,to_stock,rate|staff,staff,1",
            "requirements": "stock,required,surplus_cap|staff,4,2",
            "levers": "lever|leave",
            "effects": "lever,stock,lag,amount|leave,staff,1,-1",
        },
        {("balance", "staff", 1), ("cover", "staff", 1), ("surplus_cap", "staff", 1)},
        {("surplus_cap", "staff", 1): 4.0},
        [
            "the requirement of 4 on 'staff' in period 1; the surplus cap of 2 on 'staff' in period 1",
            "raise the surplus cap on 'staff' by 4 to 6 in period 1",
            "Whatever is done, 'staff' is 6 over, where 2 are allowed, in period 1: that is a fault of the data.",
        ],
    ),
    "whole numbers": (
        # Cohorts of 4 make 4 or 8 of 6, and 1 may be over; 1.5 cohorts would do.
        1,
        {
            "stocks": "stock|staff",
            "requirements": "stock,required,hard,surplus_cap|staff,6,true,1",
            "levers": "lever,whole|cohort,true",
            "effects": "lever,stock,amount|cohort,staff,4",
        },
        {("balance", "staff", 1), ("cover", "staff", 1), ("surplus_cap", "staff", 1), ("whole", "cohort", 1)},
        {("required", "staff", 1): -2.0},
        ["In conflict because whole numbers are asked for (without them there is a plan): ", "whole numbers of 'cohort' in period 1"],
    ),
    "a least share and openings": (
        # Half of 10 should be senior, 2 are, 2 at most are promoted: a third promotion is half of 2, a share of 1 less than nothing a whole.
        1,
        {
            "stocks": "stock,opening|all,10|senior,2",
            "transitions": "from_stock,to_stock,rate|all,all,1|senior,senior,1",
            "levers": "lever,maximum|promote,2",
            "effects": "lever,stock,amount|promote,senior,1",
            "limits": "limit,amount,sense|share,0,>=",
            "uses": "limit,kind,item,amount|share,stock,senior,1|share,stock,all,-0.5",
        },
        {("balance", "all", 1), ("balance", "senior", 1), ("limit", "share", 1), ("maximum", "promote", 1)},
        {("maximum", "promote", 1): 1.0},
        [
            "limit 'share' >= 0 in period 1",
            "raise the maximum of 'promote' by 1 to 3 in period 1",
            "limit 'share' is at -3 where at least 0",
        ],
    ),
    "money that history has spent": (
        # 4 courses begun before cost 2 each, and there are 5 pounds.
        2,
        {
            "stocks": "stock,opening|money,5",
            "transitions": "from_stock,to_stock,rate|money,money,1",
            "inflows": "stock,period,amount|money,1,0|money,2,7",
            "levers": "lever|train",
            "effects": "lever,stock,lag,amount|train,money,1,-2",
            "history": "lever,period,amount|train,0,4",
        },
        {("balance", "money", 1), ("stock", "money", 1)},
        {("inflow", "money", 1): 3.0},
        ["Whatever is done, 'money' is -3 in period 1: that is a fault of the data.", "raise the inflow of 'money' by 3 to 3 in period 1"],
    ),
}


@pytest.mark.parametrize("name", CONFLICTS)
def test_a_conflict_is_the_smallest_and_its_cheapest_change_makes_a_plan(planning, name):
    periods, parts, conflict, change, sentences = CONFLICTS[name]
    tables = planning(periods, **parts)
    error = refused(planning, periods, **parts)
    assert keys(error.conflict) == conflict
    assert is_irreducible(tables, list(error.conflict))
    assert changes(error) == pytest.approx(change)
    assert is_no_larger_than_needed(tables, list(error.relaxation))
    assert optimise(applied(tables, error.relaxation)).status == "optimal"
    for sentence in sentences:
        assert sentence in str(error)


def test_where_only_the_recurrence_is_broken_the_message_says_so_and_by_how_much(planning):
    """Without an inflow to change, a minimum in conflict elsewhere does not hide what nothing can mend."""
    parts = {
        "stocks": "stock,opening|debt,|money,5|staff,4",
        "transitions": "from_stock,to_stock,rate|staff,staff,1|staff,debt,-0.5",
        "levers": "lever,minimum|spend,7",
        "effects": "lever,stock,amount|spend,money,-1",
    }
    error = refused(planning, **parts)
    assert error.relaxation == ()
    assert keys(error.conflict) == {("balance", "debt", 1), ("stock", "debt", 1)}
    assert "No change of limits, levers' bounds, inflows that the tables give, hard requirements or caps makes a plan possible." in str(
        error
    )
    assert "is to be corrected: 'debt', 2 too little in period 1." in str(error)


def test_a_hard_need_that_no_lever_reaches_is_a_fault_of_the_data(planning):
    parts = STAFF | {"levers": "lever,maximum|hire,0", "requirements": "stock,required,hard|staff,10,true"}
    assert "Whatever is done, the hard requirement on 'staff' is 6 short in period 1: that is a fault of the data." in str(
        refused(planning, **parts)
    )


def test_entries_and_sentences_carry_the_attributes_of_the_tables(planning):
    tables = planning(
        1,
        attributes=("place", "grade"),
        levers="lever,minimum,place,grade|hire,2,north,",
        limits="limit,amount,place|seats,1,",
        uses="limit,kind,item,amount|seats,lever,hire,1",
    )
    arrays = arrays_of(tables)
    error = why_infeasible(formulate(arrays), arrays, tables=tables)
    assert list(error.conflict) == [
        {"family": "limit", "item": "seats", "period": 1},
        {"family": "minimum", "item": "hire", "period": 1, "attributes": {"place": "north"}},
    ]
    assert error.relaxation[0]["attributes"] == {"place": "north"}
    assert "the minimum of 2 of 'hire' (place north) in period 1" in str(error)


@pytest.mark.parametrize("halted", [False, True])
def test_a_search_without_time_says_so_and_claims_nothing(planning, halted):
    arrays = arrays_of(planning(1, **STAFF))
    error = why_infeasible(formulate(arrays), arrays, 20.0 if halted else 0.0, Watch(halted=halted))
    assert (error.status, error.conflict, error.relaxation) == ("infeasible", (), ())
    assert "There was no time to find out more." in str(error)


def test_a_search_stops_where_the_watch_halts(planning):
    """50 levers that are used or not, shared out evenly in 6 ways at once: that takes a solver minutes, but told to stop it does."""
    rows, levers = 6, 50
    sizes = np.random.default_rng(0).integers(0, 100, (rows, levers))
    arrays = arrays_of(
        planning(
            1,
            levers="lever,whole,maximum|" + "|".join(f"l{n},true,1" for n in range(levers)),
            limits="limit,amount,sense|" + "|".join(f"c{row},{total // 2},==" for row, total in enumerate(sizes.sum(axis=1))),
            uses="limit,kind,item,amount|" + "|".join(f"c{row},lever,l{n},{size}" for (row, n), size in np.ndenumerate(sizes)),
        )
    )
    programme, watch = formulate(arrays), Watch()
    timer = threading.Timer(0.5, lambda: setattr(watch, "halted", True))
    timer.start()
    clock = Clock.of(SEARCHED * 20.0, None)
    error = why_infeasible(programme, arrays, 20.0, watch)
    assert clock.left() > 0, "its own time was not over"
    assert error.conflict == ()
    assert "There was no time to find out more." in str(error)
    assert "Cheapest change" not in str(error)


def test_needs_that_reward_what_is_missing_are_named(planning):
    """A shortfall that weighs less than nothing grows with the surplus, without a lever."""
    with pytest.raises(PlanError, match=r"Shortfall and surplus grow together: staff\. Give them weights and costs") as caught:
        optimise(planning(1, stocks="stock|staff|others", requirements="stock,required,shortfall_weight|staff,1,-1|others,1,1"))
    assert caught.value.status == "unbounded"


class Busy(highspy.Highs):
    """HiGHS after a hundred seconds of solving."""

    def getRunTime(self):  # noqa: N802 - HiGHS' name
        return 100.0


@pytest.mark.parametrize("whole, more", [(True, 0.0), (False, 100.0)])
def test_a_solver_is_given_the_time_that_is_left_by_its_own_clock(whole, more):
    """HiGHS counts from its first linear solve on, and anew with each in whole numbers."""
    highs = Busy()
    highs.setOptionValue("output_flag", False)
    Clock.of(50.0, None).run(highs, whole=whole)
    _, limit = highs.getOptionValue("time_limit")
    assert more < limit <= more + 50.0


def test_a_programme_that_can_be_kept_is_not_said_to_conflict(planning):
    """What misses by less than the solver's tolerance looks like this too: nothing is claimed."""
    arrays = arrays_of(planning(1, **STAFF | {"requirements": "stock,required|staff,10"}))
    error = why_infeasible(formulate(arrays), arrays)
    assert (error.conflict, error.relaxation) == ((), ())
    assert "What conflicts cannot be told from rounding." in str(error)
    assert "The rows miss each other by no more than the solver's tolerance of 1e-7" in str(error)


def test_millions_are_written_out(planning):
    """To six digits they would all look alike."""
    spent = {"stocks": "stock|money|spent", "inflows": "stock,amount|money,1000000", "levers": "lever|pay"}
    error = refused(
        planning,
        **spent,
        effects="lever,stock,amount|pay,money,-1|pay,spent,1",
        requirements="stock,required,hard|spent,1000001,true",
    )
    assert "the hard requirement of 1,000,001 on 'spent'" in str(error)
    assert "lower the hard requirement on 'spent' by 1 to 1,000,000" in str(error)


def invented(seed):
    """Invent a small problem that is often impossible: hard needs, caps, minima, equalities, money, whole numbers, debts."""
    rng = np.random.default_rng(seed)
    periods, names, levers = int(rng.integers(1, 4)), ["a", "b", "money"], ["k", "l"]
    pick = lambda *values: values[rng.integers(len(values))]  # noqa: E731
    frames = {
        "stocks": pd.DataFrame({"stock": names, "opening": rng.integers(0, 20, 3)}),
        "transitions": pd.DataFrame(
            [("a", "a", 0.9), ("b", "b", 0.8), ("money", "money", 1.0), ("a", "b", 0.05), ("a", "money", pick(-0.5, -0.1))],
            columns=["from_stock", "to_stock", "rate"],
        ),
        "inflows": pd.DataFrame({"stock": pick(["a"], ["a", "money"], ["money"]), "amount": float(rng.integers(-3, 9))}),
        "requirements": pd.DataFrame(
            {"stock": ["a", "b"], "required": rng.integers(5, 30, 2), "hard": rng.random(2) < 0.4, "surplus_cap": rng.integers(0, 10, 2)}
        ),
        "levers": pd.DataFrame(
            {"lever": levers, "minimum": rng.integers(0, 2, 2), "maximum": rng.integers(2, 6, 2), "whole": rng.random(2) < 0.5}
        ),
        "effects": pd.DataFrame(
            [("k", "a", int(rng.integers(2)), 1.5), ("l", "b", 0, -1.0), ("k", "money", 0, -2.0), ("l", "money", 1, -1.0)],
            columns=["lever", "stock", "lag", "amount"],
        ),
        "limits": pd.DataFrame({"limit": ["c", "d"], "amount": rng.integers(1, 8, 2), "sense": [pick("<=", "==", ">="), "<="]}),
        "uses": pd.DataFrame(
            [("c", "lever", "k", 1.0), ("c", "lever", "l", 2.0), ("d", "surplus", "a", 1.0), ("d", "lever", "l", 1.0)],
            columns=["limit", "kind", "item", "amount"],
        ),
        "history": pd.DataFrame({"lever": levers, "period": 0, "amount": rng.integers(0, 4, 2)}),
    }
    return PlanningTables.from_frames(Problem(periods), frames)


def test_every_impossible_problem_has_a_smallest_conflict_and_a_change_or_a_reason_why_there_is_none():
    """Over invented problems: the conflict is irreducible, and the changes, written into the tables, make a plan."""
    impossible, hopeless = 0, 0
    for seed in range(15):
        tables = invented(seed)
        try:
            optimise(tables)
        except PlanError as error:
            assert error.status == "infeasible"
            impossible += 1
            assert is_irreducible(tables, list(error.conflict)), seed
            if error.relaxation:
                optimise(applied(tables, error.relaxation))
            else:
                hopeless += 1
                assert "No change of limits, levers' bounds, inflows" in str(error), seed
    assert impossible >= 10
    assert hopeless >= 1
