"""Ways in which a plan could look better than it is: what rows written naively allow, and the rows of the design refuse.

Each is shown both ways, so that a test fails when the cheat stops being one as well as when the rule stops holding.
"""

from __future__ import annotations

import pytest

from optimiser.errors import PlanError
from optimiser.plan import Plan
from optimiser.projection import project
from optimiser.solver import optimise


def used(plan: Plan) -> dict[tuple[str, int], float]:
    return {(row.lever, row.period): round(row.amount, 9) for row in plan.actions.itertuples()}


def held(plan: Plan, stock: str) -> list[float]:
    return plan.stocks.loc[plan.stocks["stock"] == stock, "amount"].round(9).tolist()


# Two groups of 10, 8 of each able at first; a quarter forgets it in each period, which leaves a share of 0.6 after one.
GROUPS = {
    "stocks": "stock,opening|staff g,10|staff h,10|skill g,8|skill h,8",
    "transitions": "from_stock,to_stock,rate|staff g,staff g,1|staff h,staff h,1|skill g,skill g,0.75|skill h,skill h,0.75",
    "levers": "lever,maximum|redeploy g to h,5|redeploy h to g,5",
    "limits": "limit,amount|there g,0|there h,0",
    "uses": (
        "limit,kind,item,amount,lag|there g,lever,redeploy g to h,1,|there g,stock,staff g,-1,1|"
        "there h,lever,redeploy h to g,1,|there h,stock,staff h,-1,1"
    ),
}


def moving(takes: float, brings: float) -> str:
    """Write redeployment: who goes takes so much skill from the giver, and brings so much."""
    rows = [
        f"redeploy {a} to {b},staff {a},-1|redeploy {a} to {b},staff {b},1|"
        f"redeploy {a} to {b},skill {a},{-takes}|redeploy {a} to {b},skill {b},{brings}"
        for a, b in ("gh", "hg")
    ]
    return "|".join(["lever,stock,amount", *rows])


def ability(plan: Plan) -> list[float]:
    """Return the skill of both groups together, worked out again from the actions."""
    return project(plan.tables, plan.actions).loc[["skill g", "skill h"]].sum().round(9).tolist()


def test_moving_people_to_and_fro_creates_no_skill(planning):
    """Who goes takes the higher of the opening and the do-nothing share, 0.8, and brings the lower, 0.6; the other way round pays."""
    everywhere = {"requirements": "stock,required|skill g,10|skill h,10"}
    naive = optimise(planning(2, **GROUPS, **everywhere, effects=moving(takes=0.6, brings=0.8)))
    assert used(naive)[("redeploy g to h", 1)] == used(naive)[("redeploy h to g", 1)] == 5
    assert held(naive, "staff g") == held(naive, "staff h") == [10, 10, 10], "everybody is back"
    assert ability(naive)[1] == 12 + 2 * 5 * 0.2, "and skill has come out of nothing"
    careful = optimise(planning(2, **GROUPS, **everywhere, effects=moving(takes=0.8, brings=0.6)))
    assert careful.actions.empty
    assert ability(careful) == [16, 12, 9]


def test_moving_people_where_they_are_needed_creates_no_skill_either(planning):
    """Only group h needs the skill: 5 go at once, and in period 2 as many as group g has skill left to give."""
    there = {"requirements": "stock,required|skill h,10"}
    careful = optimise(planning(2, **GROUPS, **there, effects=moving(takes=0.8, brings=0.6)))
    # g: 6 - 5 x 0.8 = 2, then 1.5, which 1.875 people take along. h: 6 + 5 x 0.6 = 9, then 6.75 + 1.875 x 0.6.
    assert held(careful, "skill g") == [8, 2, 0]
    assert held(careful, "skill h") == [8, 9, 7.875]
    assert ability(careful) == [16, 11, 7.875], "less than the 16, 12 and 9 that doing nothing leaves"


# 1 person, 10 wanted at the end; 2 pounds a head and period, 6 pounds a period, and what is left is kept.
POSTS = {
    "stocks": "stock,opening|staff,1|pay,",
    "inflows": "stock,amount|pay,6",
    "requirements": "stock,period,required|staff,3,10",
    "levers": "lever|hire",
}
PAID_ON_STAYING = "from_stock,to_stock,rate|staff,staff,1|staff,pay,-2|pay,pay,1"
RUN_RATE = {"limits": "limit,period,amount|run rate,3,6", "uses": "limit,kind,item,amount|run rate,stock,staff,2"}


def test_hiring_in_the_last_period_is_not_free(planning):
    """Pay has a twin on the hire itself, and what the staff of the end cost a period must be within what comes in after it."""
    naive = optimise(planning(3, **POSTS, transitions=PAID_ON_STAYING, effects="lever,stock,amount|hire,staff,1"))
    assert held(naive, "staff")[-1] == 10, "20 a period from 6: most are hired at the very end, when pay is still to come"
    twins = {"transitions": PAID_ON_STAYING, "effects": "lever,stock,amount|hire,staff,1|hire,pay,-2"}
    saved = optimise(planning(3, **POSTS, **twins))
    # 3 x 6 in all, 2 for one person in each of the periods 1 and 2: 14 left pay 7 in period 3, 14 a period from 6 a period.
    assert held(saved, "staff") == [1, 1, 1, 7]
    lasting = optimise(planning(3, **POSTS, **twins, **RUN_RATE))
    assert held(lasting, "staff")[-1] == 3
    assert 2 * held(lasting, "staff")[-1] <= 6


def test_a_fee_in_two_parts_is_paid_in_full_before_the_end(planning):
    """A course costs 1 at once and 1 a period later; 4 pounds come in period 2, the last: what would be paid after it is charged in it."""
    parts = {
        "stocks": "stock|skill|money",
        "inflows": "stock,period,amount|money,2,4",
        "requirements": "stock,period,required|skill,2,9",
        "levers": "lever|course",
    }
    fee = "lever,stock,lag,amount,period|course,skill,0,1,|course,money,0,-1,|course,money,1,-1,"
    assert used(optimise(planning(2, **parts, effects=fee))) == {("course", 2): 4}, "half the fee is never paid"
    assert used(optimise(planning(2, **parts, effects=fee + "|course,money,0,-2,2"))) == {("course", 2): 2}


def test_lending_is_held_to_people_and_not_to_a_surplus_made_up(planning):
    """8 people where 6 are needed may lend 2. Held to the surplus, they lend 5 and are 3 short of what they have."""
    parts = {
        "stocks": "stock,opening|here,8|there,0",
        "transitions": "from_stock,to_stock,rate|here,here,1",
        "requirements": "stock,required,shortfall_weight|here,6,1|there,5,3",
        "levers": "lever|lend",
        "cover": "lever,stock,amount|lend,there,1",
    }
    naive = optimise(
        planning(1, **parts, limits="limit,amount|spare,0", uses="limit,kind,item,amount|spare,lever,lend,1|spare,surplus,here,-1")
    )
    assert used(naive) == {("lend", 1): 5}
    assert naive.coverage.set_index("stock").loc["here", ["shortfall", "surplus"]].tolist() == [3, 5]
    assert naive.inflation() == 3, "and the plan says so"
    careful = optimise(
        planning(1, **parts, limits="limit,amount|spare,-6", uses="limit,kind,item,amount|spare,lever,lend,1|spare,stock,here,-1")
    )
    assert used(careful) == {("lend", 1): 2}
    assert careful.inflation() == 0


def test_a_gap_that_must_halve_is_not_met_by_a_larger_gap_before(planning):
    """8 are needed and each gap is at most half the one before. Held to gaps nobody is hired: the first is said to be 32."""
    parts = {
        "stocks": "stock|staff",
        "transitions": "from_stock,to_stock,rate|staff,staff,1",
        "requirements": "stock,required|staff,8",
        "levers": "lever,unit_cost|hire,10",
        "effects": "lever,stock,amount|hire,staff,1",
        "stages": ("cost",),
    }
    on_gaps = {
        "limits": "limit,period,amount|halve,2,0|halve,3,0",
        "uses": "limit,kind,item,amount,lag|halve,shortfall,staff,1,|halve,shortfall,staff,-0.5,1",
    }
    naive = optimise(planning(3, **parts, **on_gaps))
    assert naive.actions.empty
    assert naive.inflation() >= 24
    # 8 - staff[t] <= (8 - staff[t-1]) / 2: hire 4 and 2.
    on_stocks = {
        "limits": "limit,period,amount,sense|halve,2,4,>=|halve,3,4,>=",
        "uses": "limit,kind,item,amount,lag|halve,stock,staff,1,|halve,stock,staff,-0.5,1",
    }
    careful = optimise(planning(3, **parts, **on_stocks))
    assert used(careful) == {("hire", 2): 4, ("hire", 3): 2}
    assert careful.inflation() == 0


# 10, 4, 0 and 6 pounds come in; only period 4 has anything to buy.
MONEY = {
    "stocks": "stock|money|kit",
    "transitions": "from_stock,to_stock,rate|money,money,1|kit,kit,1",
    "inflows": "stock,period,amount|money,1,10|money,2,4|money,4,6",
    "requirements": "stock,period,required|kit,4,100",
    "effects": "lever,stock,amount|buy,money,-1|buy,kit,1|expire,money,-1",
    "lever_periods": "lever,period,maximum|buy,4,inf",
}


def test_money_that_expires_can_not_be_kept(planning):
    """Money lasts its own period and the next two: at the end of a period no more is left than came in it and the one before."""
    levers = "lever,maximum,move_weight|buy,0,|expire,,0"
    assert used(optimise(planning(4, **MONEY, levers=levers))) == {("buy", 4): 20}, "without the limit all of it waits"
    life = {
        "limits": "limit,period,amount|two periods,1,10|two periods,2,14|two periods,3,4|two periods,4,6",
        "uses": "limit,kind,item,amount|two periods,stock,money,1",
    }
    plan = optimise(planning(4, **MONEY, **life, levers=levers))
    # At the end of period 3 the 10 of period 1 are gone, the 4 of period 2 are left, and 6 come in.
    assert used(plan)[("buy", 4)] == 10
    assert plan.actions.loc[plan.actions["lever"] == "expire", "amount"].sum() == 10
    assert held(plan, "money")[3:] == [4, 0]
    assert plan.stages[-1]["value"] == 10, "what expires is no move"
    with pytest.raises(PlanError) as caught:
        optimise(planning(4, **MONEY, **life, levers="lever,maximum,move_weight|buy,0,|expire,0,0"))
    assert caught.value.status == "infeasible", "money without a way out must not be there"


def test_nobody_is_taught_twice(planning):
    """10 people, 3 of rank 2: without the room for training, 20 of 10 come to be of rank 2."""
    parts = {
        "stocks": "stock,opening|rank 1,10|rank 2,3",
        "transitions": "from_stock,to_stock,rate|rank 1,rank 1,1|rank 2,rank 2,1",
        "requirements": "stock,required|rank 2,20",
        "levers": "lever|course",
        "effects": "lever,stock,lag,amount|course,rank 2,1,1",
    }
    assert held(optimise(planning(3, **parts)), "rank 2")[-1] == 20
    room = {"limits": "limit,amount|room,0", "uses": "limit,kind,item,amount|room,lever,course,1|room,stock,rank 2,1|room,stock,rank 1,-1"}
    plan = optimise(planning(3, **parts, **room))
    assert held(plan, "rank 2") == [3, 3, 10, 10]
    assert used(plan) == {("course", 1): 7}


def test_nothing_is_reaped_that_was_not_sown(planning):
    """Apprentices are taken on two periods after they began: before period 3 only who began before the plan can be."""
    parts = {
        "stocks": "stock|staff",
        "transitions": "from_stock,to_stock,rate|staff,staff,1",
        "requirements": "stock,required|staff,20",
        "levers": "lever,maximum|begin,5|take on,",
        "effects": "lever,stock,amount|take on,staff,1",
        "limits": "limit,amount|apprentices,0",
    }
    lagged = "limit,kind,item,amount,lag|apprentices,lever,take on,1,|apprentices,lever,begin,-1,2"
    plan = optimise(planning(4, **parts, uses=lagged, history="lever,period,amount|begin,-1,3"))
    # Who began in period -1 in period 1, nobody in period 2, then who began in periods 1 and 2.
    assert held(plan, "staff") == [0, 3, 3, 8, 13]
    naive = optimise(planning(4, **parts, uses=lagged.replace("begin,-1,2", "begin,-1,")))
    assert held(naive, "staff") == [0, 5, 10, 15, 20], "without the lag they are reaped as they are sown"
    never = optimise(planning(2, **parts, uses=lagged))
    assert held(never, "staff") == [0, 0, 0]


def test_an_effect_begins_with_the_plan(planning):
    """A course of two periods, begun in period 1 at the earliest, is there in period 3, whatever is paid."""
    plan = optimise(
        planning(
            3,
            stocks="stock|skill",
            requirements="stock,required,shortfall_weight|skill,1,1000000",
            levers="lever,minimum|course,5",
            effects="lever,stock,lag,amount|course,skill,2,1",
        )
    )
    assert held(plan, "skill") == [0, 0, 0, 5]
