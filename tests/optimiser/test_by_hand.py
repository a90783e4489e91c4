"""Each rule of the contract in a problem small enough to solve with a pencil; the working stands above the figures."""

from __future__ import annotations

import pytest

from optimiser.errors import PlanError
from optimiser.plan import Plan
from optimiser.solver import optimise


def used(plan: Plan) -> dict[tuple[str, int], float]:
    return {(row.lever, row.period): round(row.amount, 9) for row in plan.actions.itertuples()}


def held(plan: Plan, stock: str) -> list[float]:
    """Return a stock at periods 0 to T."""
    return plan.stocks.loc[plan.stocks["stock"] == stock, "amount"].round(9).tolist()


def missing(plan: Plan, stock: str) -> list[float]:
    return plan.coverage.loc[plan.coverage["stock"] == stock, "shortfall"].round(9).tolist()


def worth(plan: Plan) -> dict[str, float]:
    return {stage["name"]: round(stage["value"], 9) for stage in plan.stages}


# Stocks


def test_a_stock_opens_stays_and_flows_at_its_cost(planning):
    """100 people, 90% stay (80% into period 2), 5 come in a period (3 leave in period 2); 2 pounds each at the end of a period (3 in period 2)."""
    plan = optimise(
        planning(
            3,
            stocks="stock,opening,unit_cost|staff,100,2",
            stock_periods="stock,period,unit_cost|staff,2,3",
            transitions="from_stock,to_stock,rate,period|staff,staff,0.9,|staff,staff,0.8,2",
            inflows="stock,period,amount|staff,,5|staff,2,-3",
        )
    )
    # 90 + 5; 95 x 0.8 - 3; 73 x 0.9 + 5. The opening costs nothing: costs are of the end of each period.
    assert held(plan, "staff") == [100, 95, 73, 70.7]
    assert worth(plan)["cost"] == 2 * 95 + 3 * 73 + 2 * 70.7


def test_a_cost_of_one_period_alone_leaves_the_other_periods_at_the_stocks_own(planning):
    tables = planning(
        2, stocks="stock,opening,unit_cost|a,1,", transitions="from_stock,to_stock,rate|a,a,1", stock_periods="stock,period,unit_cost|a,2,7"
    )
    assert worth(optimise(tables))["cost"] == 0 + 7


def test_people_are_promoted_from_one_stock_to_the_next(planning):
    """A tenth of 50 juniors moves up (a fifth into period 2) and 85% stay; what is in neither row has left."""
    plan = optimise(
        planning(
            2,
            stocks="stock,opening|junior,50|senior,8",
            transitions="from_stock,to_stock,rate,period|junior,junior,0.85,|junior,senior,0.1,|junior,senior,0.2,2|senior,senior,1,",
        )
    )
    # Juniors 50, 42.5, 36.125. Seniors 8, 8 + 5, 13 + 8.5.
    assert held(plan, "junior") == [50, 42.5, 36.125]
    assert held(plan, "senior") == [8, 13, 21.5]


def test_nobody_can_be_taken_who_is_not_there(planning):
    """20 are wanted, but of the 3 unskilled only 3 can be trained, whoever trains them."""
    plan = optimise(
        planning(
            1,
            stocks="stock,opening|unskilled,3|skilled,0",
            transitions="from_stock,to_stock,rate|unskilled,unskilled,1|skilled,skilled,1",
            requirements="stock,required|skilled,20",
            levers="lever|train here|train there",
            effects="lever,stock,amount|train here,unskilled,-1|train here,skilled,1|train there,unskilled,-1|train there,skilled,1",
        )
    )
    assert missing(plan, "skilled") == [17]
    assert held(plan, "unskilled") == [3, 0]


# Levers and their effects


def test_first_year_leavers_are_an_effect_below_zero_a_period_later(planning):
    """8 are needed throughout, and a fifth of each period's hires leaves after one period."""
    plan = optimise(
        planning(
            3,
            stocks="stock|staff",
            transitions="from_stock,to_stock,rate|staff,staff,1",
            requirements="stock,required,hard|staff,8,true",
            levers="lever,unit_cost|hire,1",
            effects="lever,stock,lag,amount|hire,staff,,1|hire,staff,1,-0.2",
        )
    )
    # 8; then the 1.6 who left; then the 0.32 of these. More hires early save none: 1 more now spares 0.8 and 0.16 later.
    assert used(plan) == {("hire", 1): 8, ("hire", 2): 1.6, ("hire", 3): 0.32}


def test_what_would_arrive_after_the_end_is_not_begun(planning):
    """A course of two periods: begun in period 1 it is there in period 3, begun later never."""
    parts = {
        "stocks": "stock|skill",
        "transitions": "from_stock,to_stock,rate|skill,skill,1",
        "requirements": "stock,required|skill,4",
        "levers": "lever,unit_cost|course,1",
        "effects": "lever,stock,lag,amount|course,skill,2,1",
    }
    plan = optimise(planning(3, **parts))
    assert used(plan) == {("course", 1): 4}
    assert missing(plan, "skill") == [4, 4, 0]
    assert optimise(planning(2, **parts)).actions.empty


def test_an_effect_of_one_period_overrides_the_effect_of_every_period(planning):
    """At most 4 places; in period 2 a place yields only half a person, in period 3 it comes too late."""
    plan = optimise(
        planning(
            3,
            stocks="stock|skill",
            transitions="from_stock,to_stock,rate|skill,skill,1",
            requirements="stock,period,required|skill,3,6",
            levers="lever,unit_cost,maximum|course,1,4",
            effects="lever,stock,lag,amount,period|course,skill,1,1,|course,skill,1,0.5,2",
        )
    )
    # 4 x 1 + 4 x 0.5.
    assert used(plan) == {("course", 1): 4, ("course", 2): 4}
    assert missing(plan, "skill") == [0]


def test_courses_begun_before_the_plan_arrive_in_it(planning):
    """3 places taken in period 0 and 2 the period before, half a person each two periods later: 1 in period 1, 1.5 in period 2."""
    plan = optimise(
        planning(
            2,
            stocks="stock,opening|staff,2",
            transitions="from_stock,to_stock,rate|staff,staff,1",
            requirements="stock,required|staff,4",
            levers="lever,unit_cost|course,9|hire,5",
            effects="lever,stock,lag,amount|course,staff,2,0.5|hire,staff,0,1",
            history="lever,period,amount|course,0,3|course,-1,2",
        )
    )
    assert used(plan) == {("hire", 1): 1}
    assert held(plan, "staff") == [2, 4, 5.5]
    assert worth(plan)["cost"] == 5, "what was done before costs nothing now"


def test_terms_of_one_period_keep_the_levers_own_where_blank(planning):
    """5 pounds, from 1 to 3 a period; period 2 has its own maximum, period 3 its own price and minimum."""
    parts = {
        "stocks": "stock|staff",
        "requirements": "stock,required|staff,100",
        "levers": "lever,unit_cost,minimum,maximum|hire,5,1,3",
        "lever_periods": "lever,period,unit_cost,minimum,maximum|hire,2,,,2|hire,3,1,0,",
        "effects": "lever,stock,amount|hire,staff,1",
    }
    plan = optimise(planning(3, **parts))
    assert used(plan) == {("hire", 1): 3, ("hire", 2): 2, ("hire", 3): 3}
    assert worth(plan)["cost"] == 5 * 3 + 5 * 2 + 1 * 3
    least = optimise(planning(3, **parts, stages=("cost",)))
    assert used(least) == {("hire", 1): 1, ("hire", 2): 1}


def test_people_may_be_whole_in_one_period_and_not_in_another(planning):
    """2.5 are needed in each period and nobody stays."""
    plan = optimise(
        planning(
            2,
            stocks="stock|staff",
            requirements="stock,required|staff,2.5",
            levers="lever,unit_cost|hire,1",
            lever_periods="lever,period,whole|hire,2,true",
            effects="lever,stock,amount|hire,staff,1",
        )
    )
    assert used(plan) == {("hire", 1): 2.5, ("hire", 2): 3}


def test_a_whole_lever_may_be_in_parts_in_one_period(planning):
    plan = optimise(
        planning(
            2,
            stocks="stock|staff",
            requirements="stock,required|staff,2.5",
            levers="lever,unit_cost,whole|hire,1,true",
            lever_periods="lever,period,whole|hire,2,false",
            effects="lever,stock,amount|hire,staff,1",
        )
    )
    assert used(plan) == {("hire", 1): 3, ("hire", 2): 2.5}


def test_the_moves_stage_counts_by_weight(planning):
    """Three ways cost the same; moving money weighs 0, lending half a move, hiring one."""
    parts = {
        "stocks": "stock|staff",
        "requirements": "stock,required|staff,6",
        "levers": "lever,maximum,move_weight|pay,2,0|lend,2,0.5|hire,,",
        "effects": "lever,stock,amount|hire,staff,1|lend,staff,1|pay,staff,1",
    }
    plan = optimise(planning(1, **parts))
    assert used(plan) == {("pay", 1): 2, ("lend", 1): 2, ("hire", 1): 2}
    assert worth(plan)["moves"] == 0 * 2 + 0.5 * 2 + 1 * 2


def test_a_lever_without_effects_still_costs_and_counts(planning):
    plan = optimise(planning(2, levers="lever,unit_cost,minimum|report,7,2"))
    assert used(plan) == {("report", 1): 2, ("report", 2): 2}
    assert worth(plan) == {"shortfall": 0, "cost": 28, "moves": 4}


# Requirements and cover


def test_cover_counts_in_its_own_period_only_and_may_take_away(planning):
    """4 people of 6; two courses a period take half a person each; a contractor counts as one, in period 2 as half."""
    plan = optimise(
        planning(
            2,
            stocks="stock,opening|staff,4",
            transitions="from_stock,to_stock,rate|staff,staff,1",
            requirements="stock,required|staff,6",
            levers="lever,unit_cost,minimum,maximum|contract,1,,|course,0,2,2",
            cover="lever,stock,amount,period|contract,staff,1,|contract,staff,0.5,2|course,staff,-0.5,",
        )
    )
    # 4 - 1 + 3 x 1 = 6; nothing of it remains: 4 - 1 + 6 x 0.5 = 6.
    assert used(plan) == {("contract", 1): 3, ("contract", 2): 6, ("course", 1): 2, ("course", 2): 2}
    assert held(plan, "staff") == [4, 4, 4]
    assert plan.coverage["cover"].tolist() == [2, 2]


def test_a_hard_need_goes_before_any_weight(planning):
    """5 people for two teams: 4 at a weight of 10, or 3 who must be there."""
    parts = {
        "stocks": "stock|a|b",
        "levers": "lever|to a|to b",
        "effects": "lever,stock,amount|to a,a,1|to b,b,1",
        "limits": "limit,amount|people,5",
        "uses": "limit,kind,item,amount|people,lever,to a,1|people,lever,to b,1",
    }
    plan = optimise(planning(1, **parts, requirements="stock,required,shortfall_weight,hard|a,4,10,|b,3,1,true"))
    assert used(plan) == {("to a", 1): 2, ("to b", 1): 3}
    assert worth(plan)["shortfall"] == 10 * 2
    soft = optimise(planning(1, **parts, requirements="stock,required,shortfall_weight|a,4,10|b,3,1"))
    assert used(soft) == {("to a", 1): 4, ("to b", 1): 1}
    assert worth(soft)["shortfall"] == 1 * 2


def test_a_requirement_of_one_period_keeps_the_rest_of_its_row(planning):
    """Weight 3 throughout, though period 2 names another need; period 3 names another weight alone."""
    plan = optimise(
        planning(
            3, stocks="stock|a", requirements="stock,period,required,shortfall_weight|a,,4,3|a,2,5,|a,3,,1", levers="lever,maximum|none,0"
        )
    )
    assert missing(plan, "a") == [4, 5, 4]
    assert worth(plan)["shortfall"] == 3 * 4 + 3 * 5 + 1 * 4


def test_what_is_over_costs_and_may_be_capped(planning):
    """6 are needed and in period 2 at least 9 must be hired; 3 over at 5 pounds, beyond the cap of 2, which period 2 lifts."""
    parts = {
        "stocks": "stock|staff",
        "requirements": "stock,period,required,surplus_cost,surplus_cap|staff,,6,5,2|staff,2,,,inf",
        "levers": "lever|hire",
        "lever_periods": "lever,period,minimum|hire,2,9",
        "effects": "lever,stock,amount|hire,staff,1",
    }
    plan = optimise(planning(2, **parts))
    assert used(plan) == {("hire", 1): 6, ("hire", 2): 9}
    assert worth(plan)["cost"] == 5 * 3
    with pytest.raises(PlanError) as caught:
        optimise(planning(2, **parts | {"lever_periods": "lever,period,minimum|hire,1,9"}))
    assert caught.value.status == "infeasible"
    assert {entry["family"] for entry in caught.value.relaxation} <= {"minimum", "surplus_cap"}
    assert [entry["period"] for entry in caught.value.relaxation] == [1]


def test_the_cap_alone_bounds_what_pays(planning):
    """Each hire saves a pound, 6 are needed and 2 may be over."""
    plan = optimise(
        planning(
            1,
            stocks="stock|staff",
            requirements="stock,required,surplus_cap|staff,6,2",
            levers="lever,unit_cost|hire,-1",
            effects="lever,stock,amount|hire,staff,1",
            stages=("cost",),
        )
    )
    assert used(plan) == {("hire", 1): 8}


# Limits


def test_the_sense_and_the_amount_of_a_limit_may_change_by_period(planning):
    """At most 4, but in period 2 at least 2, and in period 3 nothing is said; `<=` is the sense where none is given."""
    parts = {
        "limits": "limit,period,amount,sense|seats,1,4,|seats,2,2,>=",
        "uses": "limit,kind,item,amount|seats,lever,train,1",
        "stages": ("cost",),
    }
    eager = optimise(planning(3, **parts, levers="lever,unit_cost,maximum|train,-1,10"))
    assert used(eager) == {("train", 1): 4, ("train", 2): 10, ("train", 3): 10}
    unwilling = optimise(planning(3, **parts, levers="lever,unit_cost,maximum|train,1,10"))
    assert used(unwilling) == {("train", 2): 2}


def test_an_endless_amount_lifts_a_limit_for_a_period_whatever_its_sense(planning):
    """At least 3 in every period but the second, whose own row leaves the sense blank."""
    plan = optimise(
        planning(
            3,
            levers="lever,unit_cost|train,1",
            limits="limit,period,amount,sense|seats,,3,>=|seats,2,-inf,",
            uses="limit,kind,item,amount|seats,lever,train,1",
            stages=("cost",),
        )
    )
    assert used(plan) == {("train", 1): 3, ("train", 3): 3}


def test_an_exact_limit_holds_from_both_sides(planning):
    limits = {"limits": "limit,amount,sense|places,3,==", "uses": "limit,kind,item,amount|places,lever,train,0.5", "stages": ("cost",)}
    for price in (1, -1):
        assert used(optimise(planning(1, **limits, levers=f"lever,unit_cost|train,{price}"))) == {("train", 1): 6}


def test_before_period_1_a_stock_counts_as_its_opening(planning):
    """A tenth of the 50 teachers of two periods ago may take a trainee: 50 for periods 1 and 2, then the 45 of period 1."""
    plan = optimise(
        planning(
            3,
            stocks="stock,opening|teachers,50",
            transitions="from_stock,to_stock,rate|teachers,teachers,0.9",
            levers="lever,unit_cost|train,-1",
            limits="limit,amount|trainees,0",
            uses="limit,kind,item,amount,lag|trainees,lever,train,1,|trainees,stock,teachers,-0.1,2",
            stages=("cost",),
        )
    )
    assert used(plan) == {("train", 1): 5, ("train", 2): 5, ("train", 3): 4.5}


def test_seats_are_taken_by_this_period_and_the_one_before(planning):
    """5 seats for courses of two periods, 3 of them taken in period 0 and 9 in period -1, which are free again."""
    plan = optimise(
        planning(
            3,
            levers="lever,unit_cost|train,-1",
            limits="limit,amount|seats,5",
            uses="limit,kind,item,amount,lag|seats,lever,train,1,|seats,lever,train,1,1",
            history="lever,period,amount|train,0,3|train,-1,9",
            stages=("cost",),
        )
    )
    # x1 <= 2, x1 + x2 <= 5, x2 + x3 <= 5: 7 in all, the earlier the better.
    assert used(plan) == {("train", 1): 2, ("train", 2): 3, ("train", 3): 2}


def test_a_use_may_weigh_otherwise_in_one_period(planning):
    """A place takes one seat of 6, in period 2 three, in period 3 none at all."""
    plan = optimise(
        planning(
            3,
            levers="lever,unit_cost,maximum|train,-1,10",
            limits="limit,amount|seats,6",
            uses="limit,kind,item,amount,period|seats,lever,train,1,|seats,lever,train,3,2|seats,lever,train,0,3",
            stages=("cost",),
        )
    )
    assert used(plan) == {("train", 1): 6, ("train", 2): 2, ("train", 3): 10}


def test_a_gap_counts_only_once_it_has_been(planning):
    """Contractors may stand in for what was missing in the period before; before period 1 nothing was. Period 2 weighs most."""
    plan = optimise(
        planning(
            3,
            stocks="stock|staff",
            requirements="stock,period,required,shortfall_weight|staff,,8,|staff,2,,3",
            levers="lever,unit_cost|contract,1",
            cover="lever,stock,amount|contract,staff,1",
            limits="limit,amount|vacancies,0",
            uses="limit,kind,item,amount,lag|vacancies,lever,contract,1,|vacancies,shortfall,staff,-1,1",
        )
    )
    assert used(plan) == {("contract", 2): 8}
    assert missing(plan, "staff") == [8, 0, 8]


def test_surplus_where_nothing_is_required_is_nothing(planning):
    """The limit on what is over binds in period 1 only; in period 2 nothing is required."""
    plan = optimise(
        planning(
            2,
            stocks="stock|staff",
            requirements="stock,period,required,hard|staff,1,5,true",
            levers="lever,unit_cost,maximum|hire,-1,9",
            effects="lever,stock,amount|hire,staff,1",
            limits="limit,amount|over,1",
            uses="limit,kind,item,amount|over,surplus,staff,1",
            stages=("cost",),
        )
    )
    assert used(plan) == {("hire", 1): 6, ("hire", 2): 9}


# Stages


def test_stages_are_taken_in_the_order_given(planning):
    parts = {
        "stocks": "stock|staff",
        "requirements": "stock,required|staff,2",
        "levers": "lever,unit_cost|hire,3",
        "effects": "lever,stock,amount|hire,staff,1",
    }
    assert worth(optimise(planning(1, **parts, stages=("shortfall", "cost")))) == {"shortfall": 0, "cost": 6}
    assert worth(optimise(planning(1, **parts, stages=("cost", "shortfall")))) == {"cost": 0, "shortfall": 2}


def test_a_discount_weighs_cost_alone(planning):
    """At 25% a pound of period 1 weighs 0.8, of period 2 0.64; what is missing, and moves, weigh the same in every period."""
    parts = {
        "stocks": "stock,opening,unit_cost|staff,,1|kit,,",
        "transitions": "from_stock,to_stock,rate|kit,kit,1",
        "requirements": "stock,period,required,surplus_cost|staff,,3,|kit,2,1,",
        "levers": "lever,unit_cost,maximum|hire,10,1|buy,10,",
        "effects": "lever,stock,amount|hire,staff,1|buy,kit,1",
        "discount": 0.25,
    }
    plan = optimise(planning(2, **parts))
    # A hire and its keep in each period, 11 x (0.8 + 0.64); the kit, needed in period 2 only, is bought then, for 6.4 rather than 8.
    assert used(plan) == {("hire", 1): 1, ("hire", 2): 1, ("buy", 2): 1}
    assert worth(plan) == {"shortfall": 4, "cost": round(11 * 1.44 + 6.4, 9), "moves": 3}
    assert plan.actions["cost"].tolist() == [10, 10, 10], "costs of actions are as they are paid"
    at_once = optimise(planning(2, **parts | {"discount": 0.0}))
    assert used(at_once)[("buy", 1)] == 1, "without a discount the earlier of two equal plans"


def test_a_surplus_is_discounted_too(planning):
    plan = optimise(
        planning(
            2,
            stocks="stock,opening|a,5",
            transitions="from_stock,to_stock,rate|a,a,1",
            requirements="stock,required,surplus_cost|a,1,10",
            discount=1.0,
        )
    )
    assert worth(plan)["cost"] == 40 * 0.5 + 40 * 0.25


def test_a_goal_weighs_any_item_in_any_period(planning):
    """Make people useful late: a head in period 3 counts 5, in others 1; what is over in period 1 counts against it by 2."""
    plan = optimise(
        planning(
            3,
            stocks="stock|staff",
            requirements="stock,period,required|staff,1,2",
            levers="lever,maximum|hire,4",
            effects="lever,stock,amount|hire,staff,1",
            goals="goal,kind,item,period,amount|late,stock,staff,,-1|late,stock,staff,3,-5|late,surplus,staff,,2|late,lever,hire,2,1.5",
            stages=("goal:late", "cost"),
        )
    )
    # Period 1: up to 2 gain 1 each, the next lose 2 - 1. Period 2: gain 1, but the use costs 1.5. Period 3: 4 x 5.
    assert used(plan) == {("hire", 1): 2, ("hire", 3): 4}
    assert worth(plan)["goal:late"] == -(2 + 20)


def test_a_goal_may_care_for_the_gap_of_one_period_alone(planning):
    """3 hires in all; what is missing in period 2 counts 5 there, and nothing in period 1, though period 1 weighs most otherwise."""
    plan = optimise(
        planning(
            2,
            stocks="stock|staff",
            requirements="stock,period,required,shortfall_weight|staff,1,3,9|staff,2,2,1",
            levers="lever|hire",
            effects="lever,stock,amount|hire,staff,1",
            limits="limit,period,amount|hires,2,3",
            uses="limit,kind,item,amount,lag|hires,lever,hire,1,|hires,lever,hire,1,1",
            goals="goal,kind,item,period,amount|late,shortfall,staff,2,5",
            stages=("goal:late", "shortfall"),
        )
    )
    assert used(plan) == {("hire", 1): 1, ("hire", 2): 2}
    assert worth(plan) == {"goal:late": 0, "shortfall": 9 * 2}


# What is thought of as special, as rows


def test_several_streams_pay_into_accounts(planning):
    """National money (10) may pay for training only, local money (7) for anything; a course costs 2, a hire 3."""
    plan = optimise(
        planning(
            1,
            stocks="stock|national|local|training account|hiring account|skill|staff",
            inflows="stock,amount|national,10|local,7",
            requirements="stock,required,shortfall_weight|skill,6,1|staff,2,10",
            levers="lever,unit_cost,move_weight|national to training,0,0|local to training,0,0|local to hiring,0,0|course,2,|hire,3,",
            effects=(
                "lever,stock,amount|national to training,national,-1|national to training,training account,1|"
                "local to training,local,-1|local to training,training account,1|local to hiring,local,-1|local to hiring,hiring account,1|"
                "course,training account,-2|course,skill,1|hire,hiring account,-3|hire,staff,1"
            ),
        )
    )
    # 2 hires take 6 of the local 7; 10 + 1 buy 5.5 courses of the 6.
    assert used(plan) == {
        ("hire", 1): 2,
        ("course", 1): 5.5,
        ("local to hiring", 1): 6,
        ("local to training", 1): 1,
        ("national to training", 1): 10,
    }
    assert worth(plan) == {"shortfall": 0.5, "cost": 17, "moves": 7.5}


def test_pay_has_a_twin_for_every_row_that_puts_people_on_the_pay_roll(planning):
    """5 people, 80% stay, 1 comes by himself in period 2, hires come at once; 2 pounds a head, 20 a period in the account."""
    plan = optimise(
        planning(
            3,
            stocks="stock,opening|staff,5|pay,0",
            transitions="from_stock,to_stock,rate|staff,staff,0.8|staff,pay,-1.6|pay,pay,1",
            inflows="stock,period,amount|staff,2,1|pay,,20|pay,2,18",
            requirements="stock,period,required,hard|staff,1,6,true|staff,3,100,",
            levers="lever|hire",
            effects="lever,stock,amount|hire,staff,1|hire,pay,-2",
        )
    )
    staff, pay = held(plan, "staff"), held(plan, "pay")
    # Period 1: 4 stay and 2 are hired. Period 3: what 60 pounds leave, less 2 x 6 and 2 x 5.8, pays 36.4 / 2 people.
    assert staff == [5, 6, 5.8, 18.2]
    assert pay == [0, 20 - 2 * 6, 40 - 2 * 6 - 2 * 5.8, 0]


def test_training_by_rank_has_room_for_those_below_and_not_yet_on_the_way(planning):
    """10 people of rank 1, 3 of them of rank 2 already, 4 on a course of two periods since period 0: 3 more can begin, no more."""
    plan = optimise(
        planning(
            4,
            stocks="stock,opening|rank 1,10|rank 2,3",
            transitions="from_stock,to_stock,rate|rank 1,rank 1,1|rank 2,rank 2,1",
            requirements="stock,required|rank 2,20",
            levers="lever|course",
            effects="lever,stock,lag,amount|course,rank 2,2,1",
            limits="limit,amount|room,0",
            uses="limit,kind,item,amount,lag|room,lever,course,1,|room,lever,course,1,1|room,stock,rank 2,1,|room,stock,rank 1,-1,",
            history="lever,period,amount|course,0,4",
        )
    )
    # Period 1: x + 4 on the way + 3 there <= 10. Period 2: x + 3 on the way + 7 there <= 10.
    assert used(plan) == {("course", 1): 3}
    assert held(plan, "rank 2") == [3, 3, 7, 10, 10]


def test_a_rank_decays_into_the_rank_below(planning):
    """Of 10 people of rank 1 or above, 4 are of rank 2. A tenth leave and a tenth of each rank forget it."""
    plan = optimise(
        planning(
            1,
            stocks="stock,opening|rank 1,10|rank 2,4",
            transitions="from_stock,to_stock,rate|rank 1,rank 1,0.8|rank 2,rank 1,0.1|rank 2,rank 2,0.8",
        )
    )
    # Counted apart: rank 2 alone 4 x 0.8; rank 1 alone 6 x 0.8 + 4 x 0.1; together 8.4.
    assert held(plan, "rank 2") == [4, 3.2]
    assert held(plan, "rank 1") == [10, 8.4]


def test_rank_2_implies_rank_1(planning):
    """7 are wanted at rank 2 and 5 have rank 1: two must be raised to rank 1 too."""
    plan = optimise(
        planning(
            1,
            stocks="stock,opening|rank 1,5|rank 2,0",
            transitions="from_stock,to_stock,rate|rank 1,rank 1,1|rank 2,rank 2,1",
            requirements="stock,required|rank 2,7",
            levers="lever,unit_cost|to rank 1,1|to rank 2,1",
            effects="lever,stock,amount|to rank 1,rank 1,1|to rank 2,rank 2,1",
            limits="limit,amount|nested,0",
            uses="limit,kind,item,amount|nested,stock,rank 2,1|nested,stock,rank 1,-1",
        )
    )
    assert used(plan) == {("to rank 1", 1): 2, ("to rank 2", 1): 7}


def test_release_for_training_is_spread_over_the_course(planning):
    """20 people of 100 hours release 5%, 100 hours a period; a course takes 10 hours in its first period and 10 in the next."""
    plan = optimise(
        planning(
            3,
            stocks="stock,opening|staff,20|skill,",
            transitions="from_stock,to_stock,rate|staff,staff,1|skill,skill,1",
            requirements="stock,period,required|skill,3,99",
            levers="lever|course",
            effects="lever,stock,amount|course,skill,1",
            limits="limit,amount|release,0",
            uses="limit,kind,item,amount,lag|release,lever,course,10,|release,lever,course,10,1|release,stock,staff,-5,",
        )
    )
    # x1 <= 10, x1 + x2 <= 10, x2 + x3 <= 10: 20, the first 10 at once.
    assert used(plan) == {("course", 1): 10, ("course", 3): 10}
    assert plan.limits["used"].tolist() == [0, 0, 0]


def test_a_retention_premium_keeps_the_cheaper_leavers_first_and_no_more_than_there_are(planning):
    """A tenth of 20 leave; the first kept costs 5, others 20; 5 + 20 keep both, and more money keeps nobody else."""
    parts = {
        "stocks": "stock,opening|staff,20|money,0",
        "transitions": "from_stock,to_stock,rate|staff,staff,0.9",
        "requirements": "stock,required|staff,30",
        "levers": "lever,unit_cost,maximum|keep the first,5,1|keep others,20,",
        "effects": "lever,stock,amount|keep the first,staff,1|keep the first,money,-5|keep others,staff,1|keep others,money,-20",
        "limits": "limit,amount|leavers,0",
        "uses": "limit,kind,item,amount,lag|leavers,lever,keep the first,1,|leavers,lever,keep others,1,|leavers,stock,staff,-0.1,1",
    }
    kept = {money: used(optimise(planning(1, **parts, inflows=f"stock,amount|money,{money}"))) for money in (4, 15, 25, 100)}
    assert kept == {
        4: {("keep the first", 1): 0.8},
        15: {("keep the first", 1): 1, ("keep others", 1): 0.5},
        25: {("keep the first", 1): 1, ("keep others", 1): 1},
        100: {("keep the first", 1): 1, ("keep others", 1): 1},
    }


def test_a_coverage_target_is_met_at_least_cost(planning):
    """80% of 20 means at most 4 missing, whoever they are: the dearer team goes without. Beyond reach, the goal says by how much."""
    parts = {
        "stocks": "stock|a|b",
        "requirements": "stock,required|a,10|b,10",
        "effects": "lever,stock,amount|fill a,a,1|fill b,b,1",
        "limits": "limit,amount|target,4",
        "uses": "limit,kind,item,amount|target,shortfall,a,1|target,shortfall,b,1|target,lever,violation,-1",
        "goals": "goal,kind,item,amount|target,lever,violation,1",
        "stages": ("goal:target", "cost"),
    }
    plan = optimise(planning(1, **parts, levers="lever,unit_cost,maximum,move_weight|fill a,1,,|fill b,2,,|violation,,,0"))
    assert used(plan) == {("fill a", 1): 10, ("fill b", 1): 6}
    assert worth(plan) == {"goal:target": 0, "cost": 22}
    short = optimise(planning(1, **parts, levers="lever,unit_cost,maximum,move_weight|fill a,1,8,|fill b,2,4,|violation,,,0"))
    assert worth(short) == {"goal:target": 4, "cost": 16}


def test_the_worst_relative_gap_is_a_goal(planning):
    """6 people for teams of 4 and 8: the plainest sum is content with either; the worst share missing is least at one half each."""
    plan = optimise(
        planning(
            1,
            stocks="stock|small|large",
            requirements="stock,required|small,4|large,8",
            levers="lever,move_weight|to small,|to large,|worst,0",
            effects="lever,stock,amount|to small,small,1|to large,large,1",
            limits="limit,amount|people,6|small team,0|large team,0",
            uses=(
                "limit,kind,item,amount|people,lever,to small,1|people,lever,to large,1|"
                "small team,shortfall,small,0.25|small team,lever,worst,-1|large team,shortfall,large,0.125|large team,lever,worst,-1"
            ),
            goals="goal,kind,item,amount|fair,lever,worst,1",
            stages=("goal:fair", "shortfall"),
        )
    )
    assert worth(plan) == {"goal:fair": 0.5, "shortfall": 6}
    assert used(plan) == {("to small", 1): 2, ("to large", 1): 4, ("worst", 1): 0.5}


def test_the_worst_tenth_of_futures_is_a_goal(planning):
    """Ten equal futures want 1 to 10 people; the two worst want 9 and 10, and 4 hires leave 5 and 6 missing, 5.5 in the mean.

    Rockafellar and Uryasev: the mean of the worst fifth is least level + sum of what is above it / 2.
    """
    futures = range(1, 11)
    plan = optimise(
        planning(
            1,
            stocks="stock|" + "|".join(f"future {n:02}" for n in futures),
            requirements="stock,required|" + "|".join(f"future {n:02},{n}" for n in futures),
            levers="lever,unit_cost,maximum,move_weight|hire,1,4,|level,,,0|" + "|".join(f"above {n:02},,,0" for n in futures),
            effects="lever,stock,amount|" + "|".join(f"hire,future {n:02},1" for n in futures),
            limits="limit,amount|" + "|".join(f"future {n:02},0" for n in futures),
            uses="limit,kind,item,amount|"
            + "|".join(
                f"future {n:02},shortfall,future {n:02},1|future {n:02},lever,level,-1|future {n:02},lever,above {n:02},-1" for n in futures
            ),
            goals="goal,kind,item,amount|worst fifth,lever,level,1|" + "|".join(f"worst fifth,lever,above {n:02},0.5" for n in futures),
            stages=("goal:worst fifth", "cost"),
        )
    )
    assert worth(plan) == {"goal:worst fifth": 5.5, "cost": 4}


def test_organisations_share_seats_by_weight(planning):
    """5 seats for two trusts that want 4 each; one weighs twice."""
    plan = optimise(
        planning(
            1,
            stocks="stock|north|south",
            requirements="stock,required,shortfall_weight|north,4,1|south,4,2",
            levers="lever|train north|train south",
            effects="lever,stock,amount|train north,north,1|train south,south,1",
            limits="limit,amount|seats,5",
            uses="limit,kind,item,amount|seats,lever,train north,1|seats,lever,train south,1",
        )
    )
    assert used(plan) == {("train north", 1): 1, ("train south", 1): 4}
