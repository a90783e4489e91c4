"""Where there is no plan, the conflict is the smallest, the change the cheapest, and both are in ids of the tables."""

from __future__ import annotations

import json

import pytest

from optimiser.errors import PlanError
from optimiser.solver import optimise

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
    assert "required of 'staff' in period 1 by -4" in str(error)


def test_a_budget_a_cap_and_a_hard_need(planning):
    """Few enough surplus, enough people, and money that must be spent: the three together cannot be."""
    parts = STAFF | {
        "requirements": "stock,required,hard,surplus_cap|staff,4,true,1",
        "limits": "limit,amount,sense|spend,9,>=",
        "uses": "limit,kind,item,amount|spend,lever,hire,3",
        "inflows": "stock,amount|money,100",
    }
    error = refused(planning, **parts)
    assert keys(error.conflict) == {("balance", "staff", 1), ("cover", "staff", 1), ("limit", "spend", 1)}
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
    """Twice a whole number is never 3: no conflict among the linear rows, and a change all the same."""
    parts = {
        "levers": "lever,whole|pair,true",
        "limits": "limit,amount,sense|three,3,==",
        "uses": "limit,kind,item,amount|three,lever,pair,2",
    }
    error = refused(planning, **parts)
    assert error.conflict == ()
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
