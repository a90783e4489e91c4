"""Moves between role levels: who may go where, what goes with them, how many accept."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pandas as pd
import pytest

from optimiser.plan import Plan
from optimiser.projection import project
from optimiser.solver import optimise
from optimiser.tables import PlanningTables
from skills_model import planning
from skills_model.planning import build, build_world, cycles
from skills_model.planning.levers import moving

sys.path.insert(0, str(Path(__file__).parents[1]))
import tiny

STAYS = {
    # Nobody is trained or hired, and everybody asked accepts at once.
    "course_seats": 0.0,
    "recruitment_market_share": 0.0,
    "move_acceptance": 1.0,
    "move_weeks": 13.0,
    "induction_cost": 500.0,
}
REDEPLOY = f"redeploy:{tiny.CODE}:analyst:engineer"


def inputs(
    bands: tuple[str, str] = ("6", "6"),
    staff: tuple[float, float] = (10.0, 4.0),
    posts: tuple[float, float] = (8.0, 6.0),
    needs: tuple[int, int] = (1, 1),
    promotion: tuple[tuple[str, str], ...] = (),
) -> planning.Inputs:
    """Return analysts and engineers who both need testing, at a rank each; half of the analysts and a quarter of the engineers hold any."""
    base = tiny.inputs()
    rows = [
        (level, "testing", need, rank, share * fte)
        for level, need, share, fte in zip(("analyst", "engineer"), needs, (0.5, 0.25), staff, strict=True)
        for rank in range(1, need + 1)
    ]
    held = pd.DataFrame(rows, columns=["role_level", "skill", "required_rank", "rank", "held"])
    rises = pd.DataFrame(list(promotion), columns=["role_level", "to_role_level"]).assign(rate=0.05)
    return dataclasses.replace(
        base,
        staff=base.staff.assign(band=bands, fte=staff),
        posts=base.posts.assign(band=bands, budgeted_fte=posts),
        held=held,
        rates=dataclasses.replace(base.rates, promotion=rises),
    )


def tables(given: planning.Inputs, pounds: float = 1_000_000.0, periods: int = 4, **values: float) -> PlanningTables:
    """Build the tables of a tiny organisation in which people can only be moved, and engineers matter twice as much as analysts."""
    scenario = tiny.scenario(pounds, periods).changed(weights={"role_level": {"engineer": 2.0}})
    return build(given, scenario, tiny.assumptions(**STAYS | values))


def solved(given: planning.Inputs, pounds: float = 1_000_000.0, periods: int = 4, **values: float) -> Plan:
    """Build, solve and audit."""
    plan = optimise(tables(given, pounds, periods, **values))
    assert max(plan.audit().values()) < 1e-6
    return plan


def moves(built: PlanningTables) -> list[str]:
    """List the levers that move people."""
    return built.levers[built.levers["kind"].isin(["redeploy", "promote"])]["lever"].tolist()


def amounts(plan: Plan, stock: str) -> list[float]:
    """Return a stock at the end of each period."""
    return plan.stocks[plan.stocks["stock"] == stock].sort_values("period")["amount"].round(6).tolist()


def stock(kind: str, level: str) -> str:
    """Return the id of a stock: of staff, or of testing at a rank."""
    return f"staff:{tiny.CODE}:{level}" if kind == "staff" else f"skill:{tiny.CODE}:{level}:testing:{kind}"


def staff(plan: Plan) -> list[list[float]]:
    """Return analysts and engineers at the end of each of four periods."""
    return [amounts(plan, stock("staff", level))[-4:] for level in ("analyst", "engineer")]


def test_people_fill_vacant_posts_near_by_and_take_their_skills_along() -> None:
    """Four engineers in six posts: two analysts move in the second period, when they have agreed, at £500 each.

    Half of the analysts hold the rank: two who leave take one with them, and one arrives.
    """
    plan = solved(inputs())
    assert plan.actions.set_index("lever")["amount"][REDEPLOY] == pytest.approx(2.0)
    assert staff(plan) == [[10.0, 8.0, 8.0, 8.0], [4.0, 6.0, 6.0, 6.0]]
    assert amounts(plan, stock("1", "analyst"))[-1] == pytest.approx(4.0)
    assert amounts(plan, stock("1", "engineer"))[-1] == pytest.approx(2.0)
    assert plan.actions["cost"].sum() == pytest.approx(1000.0)


def test_only_what_both_need_carries_over() -> None:
    """Engineers need rank 2, analysts rank 1: who moves brings rank 1 and, as far as anybody knows, not rank 2."""
    plan = solved(inputs(needs=(1, 2)))
    assert amounts(plan, stock("1", "engineer"))[-1] == pytest.approx(1.0 + 1.0)
    assert amounts(plan, stock("2", "engineer"))[-1] == pytest.approx(1.0)


def test_a_share_of_a_group_accepts_in_any_year() -> None:
    """A tenth of ten analysts is one in four quarters; a second one moves a year later, of nine a little less."""
    plan = solved(inputs(), 1_000_000.0, 8, move_acceptance=0.1)
    moved = plan.actions[plan.actions["lever"] == REDEPLOY].set_index("period")["amount"].reindex(range(1, 9), fill_value=0.0)
    assert moved.rolling(4).sum().max() <= 1.0 + 1e-6
    assert amounts(plan, stock("staff", "engineer"))[-7:][0] <= 5.0 + 1e-6
    assert moved.iloc[:4].sum() == pytest.approx(1.0, abs=0.1)


def test_consultation_and_notice_take_their_time() -> None:
    """Twenty weeks are two quarters."""
    assert staff(solved(inputs(), move_weeks=20.0)) == [[10.0, 10.0, 8.0, 8.0], [4.0, 4.0, 6.0, 6.0]]


def test_a_promotion_fills_a_vacancy_and_leaves_one() -> None:
    """Two analysts of band 6 become engineers of band 7: their own posts are vacant from then on, and the rise is paid."""
    given = inputs(bands=("6", "7"), posts=(10.0, 6.0), promotion=(("analyst", "engineer"),))
    plan = solved(given)
    assert plan.actions.set_index("lever")["amount"][f"promote:{tiny.CODE}:analyst:engineer"] == pytest.approx(2.0)
    assert staff(plan) == [[10.0, 8.0, 8.0, 8.0], [4.0, 6.0, 6.0, 6.0]]
    pay = plan.tables.stocks.set_index("stock")["unit_cost"]
    still = project(plan.tables).loc[f"money:establishment-pay:{tiny.CODE}"]
    spent = still[[1, 2, 3, 4]].to_numpy() - amounts(plan, f"money:establishment-pay:{tiny.CODE}")[-4:]
    rise = 2 * (pay[stock("staff", "engineer")] - pay[stock("staff", "analyst")])
    assert spent.tolist() == pytest.approx([0.0, rise, rise, rise], abs=1e-3)


def test_job_evaluation_decides_who_may_move() -> None:
    """To another role on the same band; up by one band to the next level, or two where a planner says so; never down."""
    next_level = (("analyst", "engineer"),)
    assert moves(tables(inputs(bands=("6", "7")))) == []
    assert moves(tables(inputs(bands=("7", "6"), promotion=next_level))) == []
    assert moves(tables(inputs(bands=("6", "8a"), promotion=next_level))) == []
    assert moves(tables(inputs(bands=("6", "8a"), promotion=next_level), promotion_bands_most=2.0)) == [
        f"promote:{tiny.CODE}:analyst:engineer"
    ]


def test_skills_must_be_near() -> None:
    """Three ranks are within reach by the assumption, two where a planner says so."""
    far = inputs(needs=(1, 4), staff=(10.0, 4.0))
    assert moves(tables(far)) == [REDEPLOY]
    assert moves(tables(far, reach_ranks=2.0)) == [f"redeploy:{tiny.CODE}:engineer:analyst"]


def test_one_direction_of_a_pair_and_none_beside_a_promotion() -> None:
    """Towards the greater share of vacant posts; on one band the next level with more ranks is a promotion and no redeployment."""
    assert moves(tables(inputs())) == [REDEPLOY]
    assert moves(tables(inputs(staff=(4.0, 6.0)))) == [f"redeploy:{tiny.CODE}:engineer:analyst"]
    assert moves(tables(inputs(needs=(1, 2), promotion=(("analyst", "engineer"),)))) == [f"promote:{tiny.CODE}:analyst:engineer"]


def test_nobody_moves_to_a_post_that_is_not_funded() -> None:
    """Engineers have as many posts as staff; a group without any funded post is no target at all."""
    assert staff(solved(inputs(posts=(10.0, 4.0)))) == [[10.0] * 4, [4.0] * 4]
    assert moves(tables(inputs(posts=(10.0, 0.0)))) == [f"redeploy:{tiny.CODE}:engineer:analyst"]


def test_leavers_and_decay_change_what_moves_with_people() -> None:
    """Of half of the analysts at rank 1, a tenth a year forget: after a year 0.45 carry over, while 0.5 still leave."""
    world = build_world(inputs(), tiny.scenario(), tiny.assumptions(**STAYS, skill_decay=0.1))
    shares = moving.shares_held(world).set_index(world.ladder["stock"])
    assert shares.loc[stock("1", "analyst"), "high"] == pytest.approx(0.5)
    quarter = 1 - 0.9**0.25
    assert shares.loc[stock("1", "analyst"), "low"] == pytest.approx(0.5 * (1 - quarter) ** 4)


def test_ranks_that_decay_fall_to_the_one_below() -> None:
    """Half hold rank 2 and no fewer rank 1: who forgets rank 2 still holds rank 1."""
    world = build_world(inputs(needs=(2, 2)), tiny.scenario(0.0, 1).changed(period="year"), tiny.assumptions(**STAYS, skill_decay=0.1))
    shares = moving.shares_held(world).set_index(world.ladder["stock"])
    assert shares.loc[stock("2", "analyst"), "low"] == pytest.approx(0.45)
    assert shares.loc[stock("1", "analyst"), "low"] == pytest.approx(0.5 - 0.05 + 0.05)


def test_moving_round_a_circle_creates_no_skill() -> None:
    """Three groups near each other, with shares of 0.9, 0.5 and 0.1: whatever is moved, no more people hold the rank than before."""
    built = tables(three())
    cycles.check(built)
    assert len(moves(built)) == 3
    skills = [f"skill:{tiny.CODE}:{level}:testing:1" for level in ("analyst", "engineer", "tester")]
    before = project(built).loc[skills].sum()
    everybody = pd.DataFrame([(lever, t, 1.0) for lever in moves(built) for t in (1, 2)], columns=["lever", "period", "amount"])
    after = project(built, everybody).loc[skills].sum()
    assert (after <= before + 1e-9).all()
    assert after[4] == pytest.approx(before[4])


def test_temporary_cover_of_those_who_move_stays() -> None:
    """An analyst's post is covered by a bank: somebody else may be promoted from among the analysts, and the cover does not end for it."""
    given = inputs(bands=("6", "7"), posts=(11.0, 5.0), promotion=(("analyst", "engineer"),))
    covered = dataclasses.replace(given, posts=given.posts.assign(bank_fte=[1.0, 0.0]))
    plan = solved(covered)
    assert staff(plan) == [[10.0, 9.0, 9.0, 9.0], [4.0, 5.0, 5.0, 5.0]]
    assert amounts(plan, f"cover:{tiny.CODE}:analyst")[-4:] == [1.0] * 4


def test_without_moves_nothing_changes() -> None:
    """A plan in which nobody accepts is doing nothing."""
    built = tables(inputs(), move_acceptance=0.0)
    assert staff(optimise(built)) == [[10.0] * 4, [4.0] * 4]
    assert project(built).to_numpy().min() >= -1e-9


def three() -> planning.Inputs:
    """Return three roles on one band that need one rank of testing, with as much of their posts vacant as their order says."""
    base = inputs()
    names, fte, posts, held = ("analyst", "engineer", "tester"), (8.0, 8.0, 8.0), (10.0, 11.0, 12.0), (7.2, 4.0, 0.8)
    rows = {"role_family": "data", "role_level": list(names), "band": "6"}
    labels = dict(base.labels) | {"role_level": {name: name.capitalize() for name in names}}
    establishment = pd.DataFrame(rows).assign(budgeted_fte=posts, bank_fte=0.0, agency_fte=0.0)
    return dataclasses.replace(
        base,
        staff=pd.DataFrame(rows).assign(age_band="35 to 44", headcount=8, fte=fte),
        posts=establishment,
        held=pd.DataFrame({"role_level": list(names), "skill": "testing", "required_rank": 1, "rank": 1, "held": held}),
        labels=labels,
        demand=dataclasses.replace(base.demand, posts=establishment.assign(organisation=tiny.CODE, posts=establishment["budgeted_fte"])),
    )
