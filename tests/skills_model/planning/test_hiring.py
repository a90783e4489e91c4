"""Recruiting by every route: who comes when, with which skills, at which cost, and what limits it."""

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
from skills_model.planning import build, build_world
from skills_model.planning.levers import hiring
from skills_model.planning.levers.routes import routes
from skills_model.planning.options import Options

sys.path.insert(0, str(Path(__file__).parents[1]))
import tiny

ANALYST, ENGINEER = f"staff:{tiny.CODE}:analyst", f"staff:{tiny.CODE}:engineer"
TESTING = f"skill:{tiny.CODE}:engineer:testing:1"
OPEN = f"recruit:{tiny.CODE}:engineer"
CLINICAL = f"{OPEN}:clinical-staff"


def tables(pounds: float = 100_000.0, periods: int = 4, inputs: planning.Inputs | None = None, **values: float) -> PlanningTables:
    """Build the tables of the tiny organisation."""
    return build(inputs or tiny.inputs(), tiny.scenario(pounds, periods), tiny.assumptions(**values))


def solved(problem: PlanningTables) -> Plan:
    """Solve and audit."""
    plan = optimise(problem)
    assert max(plan.audit().values()) < 1e-6
    return plan


def hired(plan: Plan) -> dict[str, float]:
    """Add up the requests to recruit by lever."""
    rows = plan.actions[(plan.actions["kind"] == "recruit") & (plan.actions["amount"] > 1e-6)]
    return {str(lever): round(float(fte), 6) for lever, fte in rows.groupby("lever")["amount"].sum().items()}


def done(problem: PlanningTables, *actions: tuple[str, int, float]) -> pd.DataFrame:
    """Project what given starts lead to, without a solver: lever, period, FTE."""
    return project(problem, pd.DataFrame(actions, columns=["lever", "period", "amount"]))


def with_options(inputs: planning.Inputs | None = None, **frames: pd.DataFrame) -> planning.Inputs:
    """Return the tiny organisation with tables of its own."""
    return dataclasses.replace(inputs or tiny.inputs(), options=dataclasses.replace(Options(), **frames))


def route(name: str, contract: str = "permanent", **values: object) -> dict[str, object]:
    """Return a row of the stored table `recruitment_route`; three months from approval, £1,000 a joiner."""
    usual = {"recruitment_route_label": name, "organisation": None, "cost": 1000.0, "weeks": 13.0, "starts": None, "source": "trust"}
    return {"recruitment_route": name, "contract": contract, "role_family": None, "months": None, **usual, **values}


def own_routes(*rows: dict[str, object]) -> pd.DataFrame:
    """Return the user's routes."""
    return pd.DataFrame(list(rows), columns=Options().routes.columns)


def ending(day: str) -> pd.DataFrame:
    """Return posts of both role levels whose funding ends on a day."""
    rows = [(level, posts, pd.Timestamp(day), None) for level, posts in (("analyst", 10.0), ("engineer", 5.0))]
    return pd.DataFrame(rows, columns=list(Options().posts.columns))


def clinical() -> planning.Inputs:
    """Return the tiny organisation with its engineers in a role family whose posts clinical staff fill."""
    inputs, name = tiny.inputs(), {"it-operations": "clinical-systems"}

    def renamed(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(role_family=rows["role_family"].replace(name))

    rates = dataclasses.replace(inputs.rates, leaving=renamed(inputs.rates.leaving), joining=renamed(inputs.rates.joining))
    return dataclasses.replace(
        inputs,
        staff=renamed(inputs.staff),
        posts=renamed(inputs.posts),
        demand=dataclasses.replace(inputs.demand, posts=renamed(inputs.demand.posts)),
        rates=rates,
        labels={**inputs.labels, "role_family": {"data": "Data", "clinical-systems": "Clinical systems"}},
    )


def test_recruits_who_leave_in_their_first_year_take_skills_and_pay_with_them() -> None:
    """One engineer starts work in period 2; a quarter of such recruits is gone a year later, after the horizon for whoever starts later."""
    problem = tables(0.0, 8, first_year_leaver_rate=0.25)
    after = f"after:{ENGINEER}"
    early, late = done(problem, (OPEN, 1, 1.0)), done(problem, (OPEN, 5, 1.0))
    assert early.loc[ENGINEER].tolist() == pytest.approx([4, 4, 5, 5, 5, 5, 4.75, 4.75, 4.75])
    assert early.loc[TESTING].tolist() == pytest.approx(early.loc[ENGINEER].tolist())
    pay = f"money:establishment-pay:{tiny.CODE}"
    quarter = problem.stocks.set_index("stock")["unit_cost"][ENGINEER]
    assert (project(problem).loc[pay] - early.loc[pay]).tolist() == pytest.approx([0, 0, *[quarter] * 4, *[0.75 * quarter] * 3])
    assert late.loc[ENGINEER, 8] == pytest.approx(5.0)
    assert (early.loc[after, 8], late.loc[after, 8]) == pytest.approx((4.75, 4.75))


def test_a_panel_that_approves_every_second_request_is_asked_twice_for_a_hire() -> None:
    """One post is vacant: two requests at half a hire each fill it, and only the hire made costs its £1,000."""
    plan = solved(tables(recruitment_approval_share=0.5))
    assert hired(plan) == {OPEN: 2.0}
    assert plan.stocks.query("stock == @ENGINEER and period == 4")["amount"].tolist() == pytest.approx([5.0])
    assert plan.actions.query("lever == @OPEN")["cost"].sum() == pytest.approx(1000.0)


def test_notice_and_approval_delay_a_start_by_band() -> None:
    """13 weeks to advertise, 13 to approve, and for band 6 another 13 of notice: two quarters for engineers, three for analysts."""
    values = {"recruitment_approval_weeks": 13.0, "recruitment_notice_weeks[6]": 13.0}
    rows = routes(build_world(tiny.inputs(), tiny.scenario(), tiny.assumptions(**values)))
    assert rows[rows["route"] == "open-advert"].set_index("role_level")["delay"].to_dict() == {"analyst": 3, "engineer": 2}


def test_a_fixed_term_ends_for_exactly_who_is_left_of_it() -> None:
    """Whatever leaves or decays meanwhile, after the end all is as if nobody had come; nobody on a term counts after the horizon.

    Analysts have two ranks, of which the upper falls to the lower; a term of six quarters, in which half of those who come leave early.
    """
    values = {"leaver_rate": 0.2, "skill_decay": 0.2, "first_year_leaver_rate": 0.5, "fixed_term_months": 18.0}
    problem = tables(0.0, 12, with_options(posts=ending("2035-03-31")), **values)
    still, lever = project(problem), f"recruit:{tiny.CODE}:analyst:fixed-term"
    people = [name for name in still.index if not name.startswith(("money", "account"))]
    for start, ends in ((1, 8), (5, 12), (8, None), (12, None)):
        came = done(problem, (lever, start, 1.0)).loc[people]
        if start < 12:
            assert came.loc[ANALYST, start + 1] == pytest.approx(still.loc[ANALYST, start + 1] + 1.0)
        gone = [name for name in people if name.startswith("after:")]
        assert came.loc[gone, 12].tolist() == pytest.approx(still.loc[gone, 12].tolist())
        if ends:
            assert came.loc[ANALYST, ends - 1] > still.loc[ANALYST, ends - 1] + 0.1
            assert came[list(range(ends, 13))].to_numpy() == pytest.approx(still.loc[people, list(range(ends, 13))].to_numpy())


def test_the_pay_of_a_fixed_term_ends_with_it() -> None:
    """Two quarters of one engineer cost two quarters of pay."""
    problem = tables(0.0, 8, with_options(posts=ending("2035-03-31")), fixed_term_months=6.0)
    pay, quarter = f"money:establishment-pay:{tiny.CODE}", problem.stocks.set_index("stock")["unit_cost"][ENGINEER]
    drawn = project(problem).loc[pay] - done(problem, (f"{OPEN}:fixed-term", 1, 1.0)).loc[pay]
    assert drawn.tolist() == pytest.approx([0, 0, quarter, quarter, 0, 0, 0, 0, 0], abs=1e-6)


def test_a_fixed_term_is_offered_where_the_funding_of_posts_ends() -> None:
    """A permanent hire would outlive a post that ends in March 2027; one of two quarters fills it within that time, as early as it can."""
    assert f"{OPEN}:fixed-term" not in set(tables().levers["lever"])
    inputs = with_options(posts=ending("2027-03-31"))
    plan = solved(tables(100_000.0, 8, inputs, fixed_term_months=6.0))
    assert set(hired(plan)) == {f"{OPEN}:fixed-term"}
    there = plan.stocks[plan.stocks["stock"] == ENGINEER].set_index("period")["amount"]
    assert there[[2, 3]].tolist() == pytest.approx([5.0, 5.0])
    assert there[[4, 5, 8]].tolist() == pytest.approx([4.0, 4.0, 4.0])


def test_the_market_gives_a_share_of_posts_in_any_year() -> None:
    """A fifth of fifteen posts is three hires in any four quarters, six in two years, however many posts are vacant."""
    inputs = tiny.inputs()
    vacant = dataclasses.replace(inputs, posts=inputs.posts.assign(budgeted_fte=[10.0, 15.0]))
    plan = solved(tables(1_000_000.0, 8, vacant, recruitment_market_share=0.2))
    rows = plan.actions[plan.actions["kind"] == "recruit"].groupby("period")["amount"].sum().reindex(range(1, 9), fill_value=0.0)
    assert rows.rolling(4).sum().max() <= 3 + 1e-6
    assert rows.sum() == pytest.approx(6.0)


def test_the_market_counts_hires_and_not_requests() -> None:
    """A panel that approves half of the requests leaves room for twice as many."""
    inputs = tiny.inputs()
    vacant = dataclasses.replace(inputs, posts=inputs.posts.assign(budgeted_fte=[10.0, 15.0]))
    plan = solved(tables(1_000_000.0, 4, vacant, recruitment_market_share=0.2, recruitment_approval_share=0.5))
    assert hired(plan) == {OPEN: pytest.approx(6.0)}


def test_clinical_staff_fill_posts_of_their_role_families_only() -> None:
    """Engineers of clinical systems may have been clinicians; those of IT operations, and analysts of data, may not."""
    names = set(tables(inputs=clinical()).levers["lever"])
    assert CLINICAL in names
    assert not {name for name in set(tables().levers["lever"]) | names - {CLINICAL} if "clinical-staff" in name}


def test_clinical_moves_need_no_market_but_have_a_limit_of_their_own() -> None:
    """Where nobody outside can be hired, a tenth of five posts a year moves in from clinical work: half an FTE."""
    plan = solved(tables(inputs=clinical(), recruitment_market_share=0.0, clinical_starts_share=0.1))
    assert hired(plan) == {CLINICAL: pytest.approx(0.5)}


def test_clinical_staff_begin_with_less_informatics_and_learn_the_rest() -> None:
    """A tenth can test on the first day; by courses of a quarter 0.8 of the others learn it, since all recruits can. All of it is paid."""
    values = {
        "clinical_weeks": 13.0, "clinical_conversion_weeks": 13.0, "clinical_skill_share": 0.1, "clinical_conversion_completion": 0.8,
        "clinical_return_rate": 0.0, "clinical_conversion_fee": 500.0, "clinical_gap_weeks": 13.0, "cover_cost_factor": 1.2,
    }  # fmt: skip
    problem = tables(0.0, 6, clinical(), **values)
    moved = done(problem, (CLINICAL, 1, 1.0))
    assert moved.loc[ENGINEER].tolist() == pytest.approx([4, 4, 5, 5, 5, 5, 5])
    assert moved.loc[TESTING].tolist() == pytest.approx([4, 4, 4.1, 4.82, 4.82, 4.82, 4.82])
    assert moved.loc[f"after:{TESTING}", 6] == pytest.approx(4.82)
    quarter = problem.stocks.set_index("stock")["unit_cost"][ENGINEER]
    drawn = {name: -moved.loc[f"account:{name}:{tiny.CODE}", 1] for name in ("recruitment", "training", "backfill")}
    assert drawn == pytest.approx({"recruitment": 1000.0, "training": 500.0, "backfill": 0.2 * quarter})
    assert problem.levers.set_index("lever")["unit_cost"][CLINICAL] == pytest.approx(sum(drawn.values()))


def test_nobody_is_trained_to_a_rank_that_a_conversion_leads_to() -> None:
    """Of one clinician 0.72 learns to test by conversion, so that training has room for the other 0.18 while that lasts."""
    values = {"clinical_skill_share": 0.1, "clinical_conversion_completion": 0.8, "clinical_conversion_weeks": 26.0, "clinical_weeks": 13.0}
    problem = tables(0.0, 6, clinical(), **values)
    uses = problem.uses[(problem.uses["item"] == CLINICAL) & problem.uses["limit"].str.startswith("room:")]
    assert uses["lag"].tolist() == [1, 2]
    assert uses["amount"].tolist() == pytest.approx([0.72, 0.72])


def test_clinical_knowledge_counts_for_the_skills_that_rest_on_it() -> None:
    """Seven in ten clinicians can design clinical workflows on their first day, where one in ten can test."""
    inputs = clinical()
    held = inputs.held.assign(skill=inputs.held["skill"].replace("testing", "clinical-workflow-design"))
    problem = tables(0.0, 6, dataclasses.replace(inputs, held=held), clinical_return_rate=0.0)
    arrives = problem.effects[(problem.effects["lever"] == CLINICAL) & problem.effects["stock"].str.startswith("skill:")]
    assert arrives.sort_values("lag")["amount"].tolist()[0] == pytest.approx(0.7)


def test_a_graduate_scheme_leads_to_the_first_level_of_a_role() -> None:
    """Analysts are promoted to engineers here, so only they are a first level; fewer graduates than recruits hold a rank."""
    problem = tables(0.0, 8, recruit_skill_share=0.9, graduate_weeks=13.0)
    lever = f"recruit:{tiny.CODE}:analyst:graduate-scheme"
    assert [name for name in problem.levers["lever"] if name.endswith("graduate-scheme")] == [lever]
    came = done(problem, (lever, 1, 1.0))
    skill = f"skill:{tiny.CODE}:analyst:data-modelling"
    assert (came.loc[f"{skill}:1", 2], came.loc[f"{skill}:2", 2]) == pytest.approx((6.55, 3.2))


def test_a_route_of_the_user_stands_in_place_of_the_projects() -> None:
    """An own open advert at £400 takes two quarters instead of one; who joins is as its profile says: two in five hold rank 1, none rank 2."""
    profile = pd.DataFrame(
        [("open-advert", "analyst", "data-modelling", 1, 0.4)], columns=["recruitment_route", "role_level", "skill", "rank", "share"]
    )
    own = with_options(routes=own_routes(route("open-advert", cost=400.0, weeks=26.0)), profiles=profile)
    problem, lever = tables(0.0, 6, own, recruit_skill_share=0.3), f"recruit:{tiny.CODE}:analyst"
    assert problem.levers.set_index("lever")["unit_cost"][lever] == pytest.approx(400.0)
    came, skill = done(problem, (lever, 1, 1.0)), f"skill:{tiny.CODE}:analyst:data-modelling"
    assert came.loc[ANALYST].tolist() == pytest.approx([10, 10, 10, 11, 11, 11, 11])
    assert (came.loc[f"{skill}:1", 3], came.loc[f"{skill}:2", 3]) == pytest.approx((6.4, 3.0))


def test_lower_ranks_than_a_profile_names_are_held_by_at_least_as_many() -> None:
    """Where a fifth brings rank 2, and recruits in general know rank 1 to nine tenths, nine tenths bring rank 1."""
    profile = pd.DataFrame(
        [("friends", "analyst", "data-modelling", 2, 0.2)], columns=["recruitment_route", "role_level", "skill", "rank", "share"]
    )
    own = with_options(routes=own_routes(route("friends", role_family="data")), profiles=profile)
    problem = tables(0.0, 6, own, recruit_skill_share=0.9)
    came, skill = done(problem, (f"recruit:{tiny.CODE}:analyst:friends", 1, 1.0)), f"skill:{tiny.CODE}:analyst:data-modelling"
    assert (came.loc[f"{skill}:1", 2], came.loc[f"{skill}:2", 2]) == pytest.approx((6.9, 3.2))
    assert f"{OPEN}:friends" not in set(problem.levers["lever"])


def test_a_route_takes_so_many_a_year_over_all_role_levels() -> None:
    """Six posts are vacant among analysts and engineers; a route that takes two a year gives two in the first year."""
    inputs = tiny.inputs()
    vacant = dataclasses.replace(inputs, posts=inputs.posts.assign(budgeted_fte=[13.0, 7.0]))
    own = with_options(vacant, routes=own_routes(route("open-advert", starts=2.0)))
    plan = solved(tables(1_000_000.0, 4, own, graduate_starts=0.0))
    assert sum(hired(plan).values()) == pytest.approx(2.0)


def test_contractors_of_a_users_route_join_nothing() -> None:
    """They are cover, so that no lever recruits them; a secondment ends after its months."""
    own = with_options(routes=own_routes(route("agency", "contractor"), route("visitors", "secondment", months=6.0)))
    problem = tables(0.0, 8, own)
    assert f"{OPEN}:agency" not in set(problem.levers["lever"])
    came = done(problem, (f"{OPEN}:visitors", 1, 1.0))
    assert came.loc[ENGINEER].tolist() == pytest.approx([4, 4, 5, 5, 4, 4, 4, 4, 4])


def test_nobody_outside_is_asked_in_a_frozen_year() -> None:
    """With 2026/27 frozen the vacant post is advertised in the fifth quarter; clinical staff may move meanwhile."""
    frozen = tiny.scenario(100_000.0, 8).changed(levers={"frozen": ["2026/27"]})
    plan = solved(build(tiny.inputs(), frozen, tiny.assumptions()))
    rows = plan.actions[(plan.actions["kind"] == "recruit") & (plan.actions["amount"] > 1e-6)]
    assert rows["period"].min() == 5
    plan = solved(
        build(clinical(), frozen, tiny.assumptions(clinical_starts_share=1.0, clinical_skill_share=1.0, clinical_return_rate=0.0))
    )
    assert hired(plan) == {CLINICAL: pytest.approx(1.0)}
    assert plan.actions[plan.actions["lever"] == CLINICAL].query("amount > 1e-6")["period"].max() < 5


def test_a_scenario_limits_the_starts_of_a_kind_in_a_year() -> None:
    """At most half an FTE a year is recruited, over all levers of the kind; contractors count for the part of a year that they are there."""
    scenario = tiny.scenario(100_000.0, 8).changed(levers={"maximum": {"recruit": 0.5, "contract": 1.0}})
    world = build_world(tiny.inputs(), scenario, tiny.assumptions())
    every = pd.DataFrame({"lever": ["a", "b", "c"], "kind": ["recruit", "recruit", "contract"]})
    written = hiring.maximum(world, every)
    limits, uses = written["limits"].set_index("limit")["amount"], written["uses"]
    assert limits.to_dict() == {f"maximum:recruit:{tiny.CODE}": 0.5, f"maximum:contract:{tiny.CODE}": 1.0}
    of_kind = uses.groupby("limit")["item"].unique().map(sorted).to_dict()
    assert of_kind == {f"maximum:recruit:{tiny.CODE}": ["a", "b"], f"maximum:contract:{tiny.CODE}": ["c"]}
    assert uses.groupby("item")["amount"].sum().to_dict() == {"a": 4.0, "b": 4.0, "c": 1.0}
    assert hiring.maximum(build_world(tiny.inputs(), tiny.scenario(), tiny.assumptions()), every) == {}
    plan = solved(build(tiny.inputs(), scenario, tiny.assumptions()))
    rows = plan.actions[plan.actions["lever"] == OPEN].set_index("period")["amount"].reindex(range(1, 9), fill_value=0.0)
    assert [rows[:4].sum(), rows[4:].sum()] == pytest.approx([0.5, 0.5])


def test_posts_without_any_staff_lose_recruits_too() -> None:
    """Where nobody tells how recruits leave, a recruit who arrives is there for a whole year at the rate for unknown ages."""
    inputs = tiny.inputs()
    empty = dataclasses.replace(inputs, staff=inputs.staff.iloc[:0], held=inputs.held.assign(held=0.0))
    came = done(tables(0.0, 8, empty, leaver_rate=0.2), (OPEN, 1, 1.0))
    assert came.loc[ENGINEER, 6] == pytest.approx(2.718281828 ** (-0.2))
