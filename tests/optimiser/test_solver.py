"""Stages in their order, statuses that never lie, and plans worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser import session, watch
from optimiser.errors import PlanError
from optimiser.session import Session
from optimiser.solver import optimise

# 10 people are needed and 4 are there. A hire costs 3 and stays, a contract costs 2 and is gone; 15 pounds a period, none kept.
SMALL = {
    "stocks": "stock,opening|staff,4|money,",
    "transitions": "from_stock,to_stock,rate|staff,staff,1",
    "inflows": "stock,amount|money,15",
    "requirements": "stock,required|staff,10",
    "levers": "lever,unit_cost,maximum|hire,3,4|contract,2,",
    "effects": "lever,stock,amount|hire,staff,1|hire,money,-3|contract,money,-2",
    "cover": "lever,stock,amount|contract,staff,1",
}


def used(plan):
    return {(row.lever, row.period): round(row.amount, 9) for row in plan.actions.itertuples()}


def test_each_stage_is_solved_among_the_best_plans_of_the_one_before(planning):
    """Shortfall is least at 0 only with 6 more people in each period, within 15 pounds; then hiring once is cheapest."""
    plan = optimise(planning(2, **SMALL))
    assert plan.status == "optimal"
    assert [stage["name"] for stage in plan.stages] == ["shortfall", "cost", "moves"]
    # 6 people for 15 pounds: 3 hires and 3 contracts, or fewer hires; in period 2 whoever was hired is still there.
    assert plan.stages[0]["value"] == 0
    assert used(plan) == {("contract", 1): 3, ("hire", 1): 3, ("contract", 2): 3}
    assert plan.stages[1]["value"] == 21
    assert plan.stages[2]["value"] == 9


def test_cost_alone_does_nothing(planning):
    plan = optimise(planning(2, **SMALL, stages=("cost",)))
    assert plan.actions.empty
    assert plan.coverage["shortfall"].tolist() == [6, 6]


def test_the_earlier_of_two_equal_plans_is_chosen_and_then_by_lever(planning):
    tables = planning(
        3,
        stocks="stock|a",
        transitions="from_stock,to_stock,rate|a,a,1",
        levers="lever|q|p",
        effects="lever,stock,amount|p,a,1|q,a,1",
        requirements="stock,period,required|a,3,5",
    )
    assert used(optimise(tables)) == {("p", 1): 5}


def test_a_budget_may_carry_over_and_money_may_expire(planning):
    """10 pounds a period, half of what is left carried over: to spend all in period 2 there are 15."""
    parts = {
        "stocks": "stock|money|staff",
        "transitions": "from_stock,to_stock,rate|money,money,0.5|staff,staff,1",
        "inflows": "stock,amount|money,10",
        "levers": "lever,maximum|hire,0",
        "lever_periods": "lever,period,maximum|hire,2,inf",
        "effects": "lever,stock,amount|hire,money,-1|hire,staff,1",
        "requirements": "stock,period,required|staff,2,100",
    }
    assert used(optimise(planning(2, **parts))) == {("hire", 2): 15}
    expiring = parts | {
        "transitions": "from_stock,to_stock,rate|money,money,1|staff,staff,1",
        "levers": "lever,maximum,move_weight|hire,0,|expire,inf,0",
        "effects": parts["effects"] + "|expire,money,-1",
        "limits": "limit,amount|two periods,10",
        "uses": "limit,kind,item,amount|two periods,stock,money,1",
    }
    assert used(optimise(planning(3, **expiring)))[("hire", 2)] == 20
    assert ("expire", 3) not in used(optimise(planning(3, **expiring)))


def test_hard_needs_and_caps_are_kept(planning):
    capped = SMALL | {"requirements": "stock,required,hard,surplus_cap|staff,5,true,0", "levers": "lever,minimum|hire,0|contract,0"}
    plan = optimise(planning(2, **capped, stages=("cost",)))
    assert plan.coverage["shortfall"].tolist() == [0, 0]
    assert plan.coverage["surplus"].tolist() == [0, 0]


def test_limits_of_every_sense_bind(planning):
    parts = SMALL | {
        "limits": "limit,period,amount,sense|at most,,2,|at least,2,3,>=|exactly,1,1,==",
        "uses": "limit,kind,item,amount,lag|at most,lever,hire,1,|at least,lever,contract,1,|at least,stock,staff,0.25,1|exactly,lever,contract,1,",
    }
    plan = optimise(planning(2, **parts, stages=("cost",)))
    assert used(plan) == {("contract", 1): 1, ("contract", 2): 2}
    limits = plan.limits.set_index(["limit", "period"])
    assert limits.loc[("at most", 1)].to_dict() == {"used": 0.0, "sense": "<=", "amount": 2.0, "slack": 2.0}
    assert limits.loc[("at least", 2)].to_dict() == {"used": 3.0, "sense": ">=", "amount": 3.0, "slack": 0.0}
    assert limits.loc[("exactly", 1)].to_dict() == {"used": 1.0, "sense": "==", "amount": 1.0, "slack": 0.0}


def test_whole_levers_are_used_in_whole_numbers_and_never_above_the_budget(planning):
    """16 pounds for hires at 3: 5.33 of them, or 5 whole ones; the bound says that no more can be had."""
    parts = SMALL | {"levers": "lever,unit_cost,whole|hire,3,true|contract,2,", "cover": "lever,stock,amount|contract,staff,0.1"}
    parts["inflows"] = "stock,amount|money,16"
    plan = optimise(planning(1, **parts))
    assert used(plan) == {("hire", 1): 5, ("contract", 1): 0.5}
    assert plan.status == "optimal"
    assert plan.stages[0]["bound"] == pytest.approx(plan.stages[0]["value"]) == 0.95
    assert plan.summary()["gap"] == 0
    loose = optimise(planning(1, **parts | {"levers": "lever,unit_cost|hire,3|contract,2"}))
    assert used(loose) == {("hire", 1): 5.333333333}
    assert "bound" not in loose.summary()


def test_whole_stages_hold_the_ones_before(planning):
    parts = SMALL | {"levers": "lever,unit_cost,maximum,whole|hire,3,4,true|contract,2,,true"}
    plan = optimise(planning(2, **parts))
    assert [stage["value"] for stage in plan.stages] == [0, 21, 9]
    assert used(plan) == {("contract", 1): 3, ("hire", 1): 3, ("contract", 2): 3}
    assert set(plan.shadow_prices["stage"]) <= {"shortfall", "cost", "moves"}


def knapsack(planning, items=70, seed=3):
    """Make a whole-number problem that takes a solver a while: many prices, three budgets."""
    rng = np.random.default_rng(seed)
    levers = "lever,maximum,whole" + "".join(f"|l{n:03},1,true" for n in range(items))
    limits = "limit,amount" + "".join(f"|b{b},{items * 5}" for b in range(4))
    weights = rng.integers(5, 40, (4, items))
    uses = "limit,kind,item,amount" + "".join(f"|b{b},lever,l{n:03},{weights[b, n]}" for b in range(4) for n in range(items))
    goals = "goal,kind,item,amount" + "".join(f"|g,lever,l{n:03},{-int(weights[:, n].sum() + rng.integers(-9, 9))}" for n in range(items))
    return planning(1, levers=levers, limits=limits, uses=uses, goals=goals, stages=("goal:g",))


def test_a_gap_that_was_allowed_is_reported_with_the_bound(planning):
    plan = optimise(knapsack(planning), gap=0.2)
    (stage,) = plan.stages
    assert plan.status == "feasible"
    assert stage["bound"] < stage["value"] <= 0.8 * stage["bound"]
    assert 0 < stage["gap"] <= 0.2
    assert plan.summary()["bound"] == stage["bound"]


def test_a_time_limit_leaves_a_plan_with_its_gap_or_says_that_there_is_none(planning):
    plan = optimise(knapsack(planning, 200), time_limit=1.0)
    assert plan.status == "feasible"
    assert plan.stages[0]["bound"] < plan.stages[0]["value"]
    assert plan.seconds["total"] < 30
    with pytest.raises(PlanError) as caught:
        optimise(planning(2, **SMALL), time_limit=0.0)
    assert caught.value.status == "stopped"


def test_a_solve_can_be_cancelled_and_says_how_far_it_is(planning, monkeypatch):
    monkeypatch.setattr(watch, "PAUSE", 0.1)
    seen = []
    with pytest.raises(PlanError) as caught:
        optimise(knapsack(planning, 200), progress=seen.append, cancel=lambda: len(seen) >= 3)
    assert caught.value.status == "cancelled"
    assert len(seen) >= 3
    assert seen[-1].stage == "goal:g"
    assert seen[-1].bound <= seen[-1].value
    assert seen[0].seconds < seen[-1].seconds


def test_a_linear_solve_can_be_cancelled(planning):
    with pytest.raises(PlanError) as caught:
        optimise(planning(12, **SMALL), cancel=lambda: True)
    assert caught.value.status == "cancelled"


def test_a_stage_without_end_is_unbounded_and_names_the_lever(planning):
    with pytest.raises(PlanError, match="Growing without a limit: sell") as caught:
        optimise(planning(1, stocks="stock|sold", levers="lever,unit_cost|sell,-1|buy,1", effects="lever,stock,amount|sell,sold,1"))
    assert caught.value.status == "unbounded"


def test_an_unbounded_later_stage_is_no_plan(planning):
    with pytest.raises(PlanError, match="Stage cost can be made better without end"):
        optimise(planning(2, **SMALL | {"levers": "lever,unit_cost|hire,3|contract,2|sell,-1"}))


def test_an_answer_that_the_tables_refute_is_no_plan(planning, monkeypatch):
    """The audit stands between the solver and the user: a solver that lies is found out."""
    honest = Session.values
    monkeypatch.setattr(Session, "values", lambda solving: honest(solving) * 1.01)
    with pytest.raises(PlanError, match="does not keep the tables") as caught:
        optimise(planning(2, **SMALL | {"requirements": "stock,required,hard|staff,10,true"}))
    assert caught.value.status == "failed"


def test_an_answer_that_only_the_solvers_own_tolerance_lets_through_is_asked_for_as_exactly_as_it_can(planning, monkeypatch):
    """A lever of £10,000 that is 1e-9 below 0 does not add up; the second answer, of the finest tolerance, is the one that counts."""
    honest, opened, finest = Session.values, Session.open, []

    def opening(*arguments, fine=False):
        finest.append(fine)
        return opened(*arguments, fine=fine)

    monkeypatch.setattr(Session, "open", opening)
    monkeypatch.setattr(Session, "values", lambda solving: honest(solving) * (1.0 if finest[-1] else 1.01))
    plan = optimise(planning(2, **SMALL | {"requirements": "stock,required,hard|staff,10,true"}))
    assert finest == [False, True]
    assert max(plan.audit().values()) < 1e-6


def test_a_face_that_slips_is_replaced_by_a_row_that_holds(planning, monkeypatch):
    """Where fixing columns and rows lets an earlier stage slip, each is held by a row of its own; the plan is the same."""
    tables = planning(2, **SMALL)
    usual = optimise(tables)
    rows = []
    monkeypatch.setattr(Session, "freeze", lambda solving: rows.append(solving.highs.getNumRow()))
    held = optimise(tables)
    assert max(rows) > len(usual.coverage) + len(usual.limits) + 4, "a row was added"
    assert [stage["value"] for stage in held.stages] == pytest.approx([0, 21, 9], abs=1e-4)


def test_a_limit_reached_in_a_later_stage_leaves_the_rest_unproven(planning, monkeypatch):
    monkeypatch.setattr(Session, "next", lambda *_: "stopped")
    plan = optimise(planning(2, **SMALL))
    assert plan.status == "feasible"
    assert plan.stages[0] == {"name": "shortfall", "value": 0}
    assert [(stage["name"], stage["bound"]) for stage in plan.stages[1:]] == [("cost", 0.0), ("moves", 0.0)]
    assert plan.summary()["bound"] == 0


def test_interior_point_and_simplex_come_to_the_same_plan(planning, monkeypatch):
    tables = planning(6, **SMALL)
    simplex = optimise(tables)
    monkeypatch.setattr(session, "INTERIOR_POINT_FROM", 0)
    interior = optimise(tables)
    assert interior.options["algorithm"] == "ipm"
    assert [stage["value"] for stage in interior.stages] == pytest.approx([stage["value"] for stage in simplex.stages])
    assert used(interior) == pytest.approx(used(simplex))


def test_prices_say_what_one_more_would_change(planning):
    """15 pounds buy 7.5 contracts and 10 are missing: a pound less leaves half a person more missing, and so does a person more needed."""
    tight = SMALL | {"requirements": "stock,required|staff,14", "levers": "lever,unit_cost,maximum|hire,3,0|contract,2,"}
    plan = optimise(planning(1, **tight))
    prices = plan.shadow_prices.set_index(["stage", "family", "item", "period"])["price"]
    assert prices["shortfall", "cover", "staff", 1] == pytest.approx(1)
    assert prices["shortfall", "balance", "money", 1] == pytest.approx(-0.5)


def test_nothing_at_all_is_a_plan(planning):
    plan = optimise(planning(1))
    assert plan.status == "optimal"
    assert plan.audit() == {"balance": 0.0, "cover": 0.0, "limit": 0.0}


def test_limits_can_not_be_met_by_surplus_and_shortfall_together_unseen(planning):
    """A limit on surplus that wants more of it than there is makes both grow; the plan says by how much."""
    parts = SMALL | {
        "levers": "lever,maximum|hire,0|contract,0",
        "limits": "limit,amount,sense|cheat,3,>=",
        "uses": "limit,kind,item,amount|cheat,surplus,staff,1",
    }
    plan = optimise(planning(1, **parts))
    assert plan.inflation() == pytest.approx(3)
    assert plan.coverage[["shortfall", "surplus"]].to_numpy().tolist() == [[9, 3]]


def test_whole_people_with_bounds_in_parts(planning):
    """At least 0.25 and at most 1.75 / 1.25 of them: one. Without a whole number between the bounds there is no plan."""
    texts = {
        "levers": "lever,unit_cost,minimum,maximum,whole|hire,4,0.25,7.5,true",
        "limits": "limit,amount|seats,1.75",
        "uses": "limit,kind,item,amount|seats,lever,hire,1.25",
    }
    plan = optimise(planning(1, **texts, stages=("cost",)))
    assert (plan.status, plan.actions["amount"].tolist()) == ("optimal", [1.0])
    none = texts | {"levers": "lever,unit_cost,minimum,maximum,whole|hire,4,0.25,0.75,true"}
    with pytest.raises(PlanError) as refused:
        optimise(planning(1, **none, stages=("cost",)))
    assert refused.value.status == "infeasible"
    assert {entry["family"] for entry in refused.value.conflict} == {"minimum", "maximum", "whole"}
    assert refused.value.relaxation


@pytest.mark.parametrize("effect", [1e-9, 1e-10, 1e-13])
def test_effects_as_small_as_success_to_a_high_power_are_solved(planning, effect):
    """HiGHS of itself drops coefficients up to 1e-9, and positions and counts would no longer agree."""
    tables = planning(
        1,
        stocks="stock|a",
        requirements="stock,required|a,1",
        levers="lever,maximum|l,4",
        effects=f"lever,stock,amount|l,a,{effect}",
    )
    plan = optimise(tables)
    assert plan.status == "optimal"
    assert plan.stages[0]["value"] == pytest.approx(1.0)


def test_a_stage_that_was_not_reached_has_the_bound_that_every_plan_keeps(planning, monkeypatch):
    """The cost of no plan is below the £2 of what must be used, whatever is done."""
    tables = planning(
        1,
        stocks="stock|a",
        requirements="stock,required|a,5",
        levers="lever,unit_cost,minimum|l,2,1",
        effects="lever,stock,amount|l,a,1",
    )
    monkeypatch.setattr(Session, "next", lambda *_: "stopped")
    plan = optimise(tables)
    assert plan.status == "feasible"
    assert plan.stages[1] == {"name": "cost", "value": 10.0, "bound": 2.0, "gap": 0.8}
