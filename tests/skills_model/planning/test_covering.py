"""Cover of posts and skills by every route: what it gives, what it costs, how long it may last."""

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
from skills_model.planning import build
from skills_model.planning.levers import covering
from skills_model.planning.options import Options
from skills_model.planning.prices import annual_salary

sys.path.insert(0, str(Path(__file__).parents[1]))
import tiny

ANALYST, ENGINEER = f"staff:{tiny.CODE}:analyst", f"staff:{tiny.CODE}:engineer"
CONTRACT = f"contract:{tiny.CODE}:engineer"
AT_ONCE = {
    # No route but the contractor, without delay, end or handover, who knows all that the post needs.
    "recruitment_market_share": 0.0,
    "contract_ceiling_share[contractor]": 1.0,
    "contract_ceiling_fall": 0.0,
    "contract_approval_weeks": 0.0,
    "contract_months_most": 24.0,
    "contract_transfer_share": 0.0,
    "contract_skill_share": 1.0,
}


def tables(pounds: float = 1_000_000.0, periods: int = 4, inputs: planning.Inputs | None = None, **values: float) -> PlanningTables:
    """Build the tables of the tiny organisation."""
    return build(inputs or tiny.inputs(), tiny.scenario(pounds, periods), tiny.assumptions(**values))


def solved(*arguments: object, **values: float) -> Plan:
    """Build, solve and audit."""
    plan = optimise(tables(*arguments, **values))
    assert max(plan.audit().values()) < 1e-6
    return plan


def used(plan: Plan, lever: str) -> list[float]:
    """Return what a plan uses of a lever, period by period."""
    rows = plan.actions[plan.actions["lever"] == lever].set_index("period")["amount"]
    return rows.reindex(range(1, plan.tables.problem.periods + 1), fill_value=0.0).round(6).tolist()


def short(plan: Plan, stock: str) -> list[float]:
    """Return what is short of a stock, period by period."""
    rows = plan.coverage[plan.coverage["stock"] == stock].set_index("period")["shortfall"]
    return rows.round(6).tolist()


def price(built: PlanningTables, lever: str) -> float:
    """Return the price of one FTE for a period, after checking that it is what the lever draws."""
    pounds = float(built.levers.set_index("lever")["unit_cost"][lever])
    drawn = built.effects[(built.effects["lever"] == lever) & built.effects["stock"].str.startswith("account:")]
    assert -drawn["amount"].sum() == pytest.approx(pounds)
    return pounds


def offered(*offers: tuple[str, str, str, float, str, str | None]) -> planning.Inputs:
    """Return the tiny organisation with offers of shared posts: partner, role level, skill, FTE, first day, last day."""
    columns = ["from_organisation", "role_level", "skill", "fte", "start_date", "end_date"]
    rows = pd.DataFrame(list(offers), columns=columns).assign(organisation=tiny.CODE, kind="share", cost=None, travel=None, source="tests")
    return dataclasses.replace(tiny.inputs(), options=Options(offers=rows))


def test_contractors_count_while_they_are_paid() -> None:
    """Where nobody can be hired, a contractor covers the vacant post up to the ceiling, in the period only."""
    plan = solved(**AT_ONCE)
    assert used(plan, CONTRACT) == [1.0] * 4
    assert short(plan, ENGINEER)[:4] == [0.0] * 4
    assert plan.stocks.set_index(["stock", "period"])["amount"][ENGINEER, 4] == pytest.approx(4.0)


def test_contractors_become_fewer_every_year() -> None:
    """A tenth of fifteen posts is more than the one vacant post; half of that in the second year is less."""
    plan = solved(1_000_000.0, 8, **AT_ONCE | {"contract_ceiling_share[contractor]": 0.1, "contract_ceiling_fall": 0.5})
    assert used(plan, CONTRACT) == [1.0] * 4 + [0.75] * 4


def test_temporary_cover_makes_room_before_a_recruit_arrives() -> None:
    """The vacant engineer's post is held by agency staff: that cover ends as the recruit starts, and its cost is given back."""
    inputs = tiny.inputs()
    covered = dataclasses.replace(inputs, posts=inputs.posts.assign(agency_fte=[0.0, 1.0]))
    plan = solved(5000.0, 4, covered)
    ended, hired = used(plan, f"end-cover:{tiny.CODE}:engineer"), used(plan, f"recruit:{tiny.CODE}:engineer")
    assert sum(ended) == sum(hired) == pytest.approx(1.0)
    start = hired.index(1.0) + 1
    assert ended[start] == pytest.approx(1.0)
    built = plan.tables
    saved = built.effects[(built.effects["lever"] == f"end-cover:{tiny.CODE}:engineer") & (built.effects["amount"] > 0)]["amount"]
    pay = built.stocks.set_index("stock")["unit_cost"][ENGINEER]
    assert saved.tolist() == pytest.approx([1.2 * pay])


def test_agency_work_falls_by_the_year_to_nothing() -> None:
    """Agency alone: three fifths of a fifteenth of fifteen posts a year later, and less each year."""
    routes = {"contract_ceiling_share[contractor]": 0.0, "contract_ceiling_share[agency]": 1 / 15, "contract_ceiling_fall[agency]": 0.4}
    plan = solved(1_000_000.0, 12, **AT_ONCE | {"contract_ceiling_fall": 0.0} | routes)
    assert used(plan, f"{CONTRACT}:agency") == [1.0] * 4 + [0.6] * 4 + [0.36] * 4
    assert sum(used(plan, CONTRACT)) == 0


def test_cover_comes_when_case_and_checks_are_done() -> None:
    """Six and a half of thirteen weeks are gone: half a period of one person, who takes the whole post; 20 weeks leave 6 of the second."""
    half = solved(1_000_000.0, 4, **AT_ONCE | {"contract_approval_weeks": 6.5})
    assert used(half, CONTRACT) == [0.5, 1.0, 1.0, 1.0]
    late = solved(1_000_000.0, 4, **AT_ONCE | {"contract_approval_weeks": 20.0})
    assert used(late, CONTRACT) == pytest.approx([0.0, 6 / 13, 1.0, 1.0], abs=1e-6)


def test_cover_of_a_post_ends() -> None:
    """Six of 24 months are two of eight quarters, by one route or by two in turn."""
    plan = solved(1_000_000.0, 8, **AT_ONCE | {"contract_months_most": 6.0})
    assert sum(used(plan, CONTRACT)) == pytest.approx(2.0)
    both = {"contract_months_most": 6.0, "contract_ceiling_share[agency]": 1.0}
    plan = solved(1_000_000.0, 8, **AT_ONCE | both)
    assert sum(used(plan, CONTRACT)) + sum(used(plan, f"{CONTRACT}:agency")) == pytest.approx(2.0)


def test_days_of_handover_cover_nothing() -> None:
    """A fifth of the days: one FTE that is paid covers four fifths of the post and of its skill."""
    plan = solved(1_000_000.0, 4, **AT_ONCE | {"contract_transfer_share": 0.2})
    assert used(plan, CONTRACT) == [1.0] * 4
    assert short(plan, ENGINEER)[:4] == pytest.approx([0.2] * 4)
    assert short(plan, f"skill:{tiny.CODE}:engineer:testing:1")[:4] == pytest.approx([0.2] * 4)


def test_a_statement_of_work_brings_skills_and_fills_no_post() -> None:
    """It closes the ranks of the vacant post, which stays vacant, and needs no vacancy: analysts without rank 2 are covered too."""
    routes = {"contract_ceiling_share[contractor]": 0.0, "contract_ceiling_share[statement-of-work]": 1.0, "course_seats": 0.0}
    plan = solved(10_000_000.0, 4, **AT_ONCE | routes)
    assert short(plan, f"skill:{tiny.CODE}:engineer:testing:1")[:4] == [0.0] * 4
    assert short(plan, ENGINEER)[:4] == [1.0] * 4
    assert used(plan, f"contract:{tiny.CODE}:analyst:statement-of-work") == [7.0] * 4


def test_the_price_of_a_route_is_work_overhead_insurance_and_lost_tax() -> None:
    """By hand for band 5: £311 a day and 220 days a year; the pay of the band; its salary."""
    assume = tiny.assumptions()
    built = tables()
    pay = float(built.stocks.set_index("stock")["unit_cost"][ENGINEER])
    salary = float(annual_salary(pd.Series(["5"]), "Y60", tiny.scenario(), assume)[0])
    invoiced = 311 * 220
    insurance = 0.15 * (invoiced - 5000)
    assert price(built, CONTRACT) == pytest.approx((invoiced * 1.15 + 0.5 * insurance) * 1.2 / 4)
    assert price(built, f"{CONTRACT}:statement-of-work") == pytest.approx(invoiced * 1.5 / 4)
    assert price(built, f"{CONTRACT}:bank") == pytest.approx(pay * 1.1)
    assert price(built, f"{CONTRACT}:agency") == pytest.approx(min(pay * 1.2, salary * 1.55 / 4) * 1.2)


def test_the_price_cap_holds_agency_rates_down() -> None:
    """A margin of 90% would be above the cap; a twentieth is below it."""
    salary = float(annual_salary(pd.Series(["5"]), "Y60", tiny.scenario(), tiny.assumptions())[0])
    dear, cheap = (tables(**{"contract_overhead[agency]": margin, "contract_vat_lost[agency]": 0.0}) for margin in (0.9, 0.05))
    assert price(dear, f"{CONTRACT}:agency") == pytest.approx(salary * 1.55 / 4)
    assert price(cheap, f"{CONTRACT}:agency") == pytest.approx(cheap.stocks.set_index("stock")["unit_cost"][ENGINEER] * 1.05)


def test_a_shared_post_is_covered_as_far_and_long_as_it_is_offered() -> None:
    """Half an FTE from July to December, agreed in no time: two of four quarters of a plan that begins in April."""
    inputs = offered(("PART1", "engineer", "", 0.5, "2026-07-01", "2026-12-31"))
    plan = solved(1_000_000.0, 4, inputs, recruitment_market_share=0.0, share_weeks=0.0, share_skill_share=1.0)
    assert used(plan, f"share:{tiny.CODE}:engineer:PART1") == [0.0, 0.5, 0.5, 0.0]
    assert short(plan, ENGINEER)[:4] == [1.0, 0.5, 0.5, 1.0]
    pay = plan.tables.stocks.set_index("stock")["unit_cost"][ENGINEER]
    assert price(plan.tables, f"share:{tiny.CODE}:engineer:PART1") == pytest.approx(pay + 2000 / 4)


def test_a_shared_post_waits_until_it_is_agreed() -> None:
    """Forty-six of the 91 days of the first quarter are gone after 6 weeks and 4 days."""
    inputs = offered(("PART1", "engineer", "", 1.0, "2026-01-01", None))
    plan = solved(1_000_000.0, 4, inputs, recruitment_market_share=0.0, share_weeks=46 / 7, share_skill_share=1.0)
    assert used(plan, f"share:{tiny.CODE}:engineer:PART1") == pytest.approx([45 / 91, 1.0, 1.0, 1.0], abs=1e-6)


def test_an_offer_for_every_role_level_is_shared_between_them() -> None:
    """One FTE of a partner cannot be at two vacant posts; a skill that is offered alone brings no other."""
    inputs = offered(("PART1", "", "", 1.0, "2026-01-01", None))
    vacant = dataclasses.replace(inputs, posts=inputs.posts.assign(budgeted_fte=[11.0, 5.0]))
    plan = solved(1_000_000.0, 4, vacant, recruitment_market_share=0.0, share_weeks=0.0)
    levers = [used(plan, f"share:{tiny.CODE}:{level}:PART1") for level in ("analyst", "engineer")]
    assert [round(a + b, 6) for a, b in zip(*levers, strict=True)] == [1.0] * 4
    one = tables(inputs=offered(("PART1", "", "testing", 1.0, "2026-01-01", None)))
    shared = one.cover[one.cover["lever"].str.startswith("share:")]
    assert set(shared["lever"]) == {f"share:{tiny.CODE}:engineer:PART1:testing"}
    assert set(shared["stock"]) == {ENGINEER, f"skill:{tiny.CODE}:engineer:testing:1"}


def test_two_offers_of_a_partner_are_two_levers() -> None:
    """Each has its dates and its price."""
    inputs = offered(("PART1", "engineer", "", 0.5, "2026-04-01", "2026-09-30"), ("PART1", "engineer", "", 0.5, "2026-10-01", None))
    built = tables(inputs=inputs)
    levers = built.levers[built.levers["kind"] == "share"]["lever"].tolist()
    assert levers == [f"share:{tiny.CODE}:engineer:PART1", f"share:{tiny.CODE}:engineer:PART1:2026-10-01:engineer"]
    assert built.limits[built.limits["kind"] == "offer"]["limit"].nunique() == 2


def test_a_partner_offers_no_more_than_it_has_above_its_own_need() -> None:
    """Ten staff and ten posts of which nineteen in twenty must be filled: half an FTE is spare."""
    partners = pd.DataFrame({"organisation": ["PART1"], "role_level": ["engineer"], "staff_fte": [10.0], "posts": [10.0]})
    offers = offered(
        ("PART1", "engineer", "", 0.5, "2026-04-01", "2026-09-30"), ("PART1", "engineer", "", 0.5, "2026-10-01", None)
    ).options.offers
    assert covering.beyond_spare(offers, partners, tiny.assumptions()) == []
    together = offers.assign(start_date="2026-04-01", end_date=None)
    said = covering.beyond_spare(together, partners, tiny.assumptions())
    assert said == ["1 FTE of engineer from PART1, which has 0.5 to spare"]
    assert covering.beyond_spare(together, partners.assign(organisation="OTHER"), tiny.assumptions()) == []


def test_doing_nothing_is_a_plan_with_every_route_open() -> None:
    """With no use of any lever nothing changes, and no limit is broken."""
    inputs = offered(("PART1", "", "", 1.0, "2026-01-01", None))
    built = tables(0.0, inputs=inputs, **AT_ONCE)
    plan = optimise(built)
    assert max(plan.audit().values()) < 1e-6
    still = project(built)
    assert still.loc[ENGINEER].tolist() == pytest.approx([4.0] * 5)
    assert plan.actions[plan.actions["amount"] > 1e-9].empty
