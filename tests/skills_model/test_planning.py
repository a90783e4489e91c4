"""From skills to planning tables and back, on an organisation small enough to work out by hand."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from optimiser.projection import project
from optimiser.solver import optimise
from skills_model import planning
from skills_model.assessment import RankRule
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, ScenarioError
from skills_model.planning import build, build_world, describe
from skills_model.planning.describe import Described
from skills_model.planning.prices import annual_pay
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
from skills_model.store import Store

sys.path.insert(0, str(Path(__file__).parent))
import tiny

ANALYST, ENGINEER = f"staff:{tiny.CODE}:analyst", f"staff:{tiny.CODE}:engineer"


def plan(pounds: float, periods: int = 4, inputs: planning.Inputs | None = None, **values: float) -> Described:
    """Build, solve, audit and describe a plan of the tiny organisation."""
    inputs = inputs or tiny.inputs()
    assumptions, scenario = tiny.assumptions(**values), tiny.scenario(pounds, periods)
    solved = optimise(build(inputs, scenario, assumptions))
    assert max(solved.audit().values()) < 1e-6
    return describe(solved, build_world(inputs, scenario, assumptions))


def totals(described: Described, by: str) -> dict[str, float]:
    """Add up the FTE of actions."""
    return {str(key): round(float(value), 6) for key, value in described.actions.groupby(by)["fte"].sum().items()}


def test_money_goes_first_to_what_closes_most() -> None:
    """£1,000 buys ten of the eleven trainings at £100 (half a weight each) rather than one recruit (two weights).

    Doing nothing leaves 4 analysts without rank 1, 7 without rank 2 and one empty engineer's post: 12 ranks. Seven people can start at once
    (4 to rank 1; 3 of the 6 at rank 1 to rank 2); of the four who reach rank 1 and could go on, money remains for three.
    """
    described = plan(1000.0)
    assert described.summary["do_nothing"]["ranks_short"] == pytest.approx(12.0)
    assert described.summary["plan"]["ranks_short"] == pytest.approx(2.0)
    assert described.summary["cost"]["total"] == pytest.approx(1000.0)
    assert totals(described, "action") == {"Train": 10.0}
    assert totals(described, "period") == {"1": 7.0, "2": 3.0}


def test_enough_money_closes_everything_and_leaves_the_rest() -> None:
    """Eleven trainings at £100 and one recruit at £1,000 close all twelve ranks for £2,100 of £5,000; pay is outside the budget."""
    described = plan(5000.0)
    assert described.summary["plan"]["ranks_short"] == pytest.approx(0.0, abs=1e-9)
    assert described.summary["cost"]["total"] == pytest.approx(2100.0)
    quarter = build_world(tiny.inputs(), tiny.scenario(0), tiny.assumptions()).groups.set_index("role_level")["pay"]["engineer"]
    assert described.summary["cost"]["by_stream"]["establishment-pay"] == pytest.approx(3 * quarter)


def test_without_money_the_plan_is_doing_nothing() -> None:
    """A budget of 0 leaves every stock where the projection has it."""
    described = plan(0.0, leaver_rate=0.1)
    assert described.actions.empty
    assert described.summary["plan"] == described.summary["do_nothing"]


def test_prices_are_charged_as_they_are_reported() -> None:
    """What a lever costs in the cost stage is what it takes from accounts, and staff are paid what holding them costs."""
    tables = build(tiny.inputs(), tiny.scenario(1000.0), tiny.assumptions(backfill_share=0.3))
    drawn = tables.effects[tables.effects["stock"].str.startswith("account:") & (tables.effects["amount"] < 0)]
    charged = drawn.groupby("lever")["amount"].sum()
    price = tables.levers.set_index("lever")["unit_cost"]
    assert (-charged).to_dict() == pytest.approx(price[charged.index].to_dict())
    held = tables.stocks.set_index("stock")["unit_cost"]
    moves = tables.transitions.assign(period=tables.transitions["period"].fillna(0)).set_index(["from_stock", "period"])
    twin = moves.loc[moves["to_stock"] == f"money:establishment-pay:{tiny.CODE}", "rate"]
    stay = moves.loc[moves["to_stock"] == moves.index.get_level_values("from_stock"), "rate"]
    assert len(twin) == 2 * 4 + 2  # staff in each of four periods, cover in any
    for stock, period in twin.index:
        assert twin[stock, period] == pytest.approx(-held[stock] * stay[stock, period])


def test_doing_nothing_never_runs_out_of_money_or_breaks_a_limit() -> None:
    """The projection with every lever at zero is itself a plan, whatever the organisation starts from."""
    inputs = tiny.inputs()
    crowded = dataclasses.replace(inputs, posts=inputs.posts.assign(budgeted_fte=[8.0, 5.0], bank_fte=[0.0, 2.0]))
    tables = build(crowded, tiny.scenario(0.0), tiny.assumptions(leaver_rate=0.2, vacancy_factor=0.3))
    assert project(tables).to_numpy().min() >= -1e-6
    assert optimise(tables).status == "optimal"


def test_growth_is_needed_but_not_funded() -> None:
    """Demand that grows by half in a year is missing at the end, since posts stay as funded."""
    scenario = tiny.scenario(0.0).changed(demand={"growth": {"data": {"rate": 0.5, "path": "straight"}}})
    tables = build(tiny.inputs(), scenario, tiny.assumptions())
    needed = tables.requirements.set_index(["stock", "period"])["required"]
    assert needed[ANALYST, 4] == pytest.approx(15.0)
    assert needed[ENGINEER, 4] == pytest.approx(5.0)
    posts = tables.limits.set_index(["limit", "period"])["amount"]
    assert posts[f"posts:{tiny.CODE}:analyst", 4] == pytest.approx(10.0)


def test_every_uncertain_assumption_that_is_read_moves_cells_between_its_ends() -> None:
    """Drivers agree with tables built anew, and name only cells that stand in the tables."""
    assumptions, scenario = Assumptions.load(), tiny.scenario(1000.0)
    rows = planning.drivers(tiny.inputs(), scenario, assumptions)
    fee = (
        rows[(rows["assumption"] == "course_fee") & (rows["table"] == "levers")]
        .set_index("key", drop=False)
        .loc[f"train:{tiny.CODE}:analyst:data-modelling:2"]
    )
    low = build(tiny.inputs(), scenario, assumptions.with_values({"course_fee[2]": assumptions["course_fee[2]"].low}))
    assert fee["low"] == pytest.approx(low.levers.set_index("lever")["unit_cost"][fee["key"]])
    assert fee["low"] < fee["value"] < fee["high"]
    assert not rows["assumption"].str.startswith("demo_").any()
    assert {"leaver_rate", "recruitment_cost", "course_lead_time"} <= set(rows["assumption"])
    assert not rows.duplicated(["assumption", "table", "key", "cell"]).any()


def test_wrong_requests_are_named_together() -> None:
    """A budget below 0 and a horizon out of range are two faults of one error."""
    with pytest.raises(ScenarioError) as error:
        planning.with_budget(Scenario.load("baseline"), -1.0, 0)
    assert [fault.table for fault in error.value.faults] == ["--budget", "--periods"]


def test_unknown_names_in_a_scenario_are_named() -> None:
    """A role family, a skill and a pay year that do not exist are three faults."""
    scenario = tiny.scenario(0.0).changed(
        demand={"growth": {"astrology": {"rate": 0.1}}}, weights={"skill": {"alchemy": 2.0}}, pay_year="2019/20"
    )
    with pytest.raises(ScenarioError) as error:
        build(tiny.inputs(), scenario, tiny.assumptions())
    assert len(error.value.faults) == 3


def test_the_budget_is_spread_evenly_by_year() -> None:
    """Ten quarters of £500,000 are £200,000, £200,000 and, for half a year, £100,000."""
    scenario = planning.with_budget(Scenario.load("baseline"), 500_000.0, 10)
    assert scenario.budget["development"] == pytest.approx({"2026/27": 200_000.0, "2027/28": 200_000.0, "2028/29": 100_000.0})


def test_what_a_year_does_not_spend_is_lost() -> None:
    """With no carry-over, money of the first year buys nothing in the second."""
    tables = build(tiny.inputs(), tiny.scenario(800.0, 8), tiny.assumptions())
    still = project(tables).loc[f"money:development:{tiny.CODE}"]
    assert still[[1, 4, 5, 8]].tolist() == pytest.approx([400.0, 400.0, 400.0, 400.0])


def test_the_way_of_the_gap_begins_now() -> None:
    """Period 0 is what the gap measures say today: 4 and 7 analysts' ranks and one vacant post are short."""
    described = plan(1000.0)
    assert described.summary["now"] == pytest.approx({"ranks_short": 12.0, "coverage": (3 + 4) / (10 + 5), "staff_fte": 14.0})
    assert described.path["period"].tolist() == [0, 1, 2, 3, 4]


def test_plans_hold_no_person() -> None:
    """No planning table has a column, or an id, that stands for one member of staff."""
    tables = build(tiny.inputs(), tiny.scenario(800.0), tiny.assumptions())
    for frame in tables.frames().values():
        assert not {"person", "name", "age_band"} & set(pd.DataFrame(frame).columns)


def test_skills_that_decay_fall_to_the_rank_below() -> None:
    """A fifth a year: of 3 at rank 2 and 3 at rank 1, 0.6 fall to rank 1 and 0.6 to none."""
    scenario = tiny.scenario().changed(period="year", periods=1)
    ends = project(build(tiny.inputs(), scenario, tiny.assumptions(skill_decay=0.2)))[1]
    skill = f"skill:{tiny.CODE}:analyst:data-modelling"
    assert ends[[f"{skill}:1", f"{skill}:2"]].tolist() == pytest.approx([5.4, 2.4])
    assert ends[f"after:{skill}:1"] == pytest.approx(5.4)


def test_the_share_that_may_be_carried_over_is_there_next_year() -> None:
    """Half of the first £400 joins the second."""
    tables = build(tiny.inputs(), tiny.scenario(800.0, 8), tiny.assumptions(carry_over_share=0.5))
    still = project(tables).loc[f"money:development:{tiny.CODE}"]
    assert still[[1, 4, 5, 8]].tolist() == pytest.approx([400.0, 400.0, 600.0, 600.0])


def test_a_plan_by_the_year_has_a_years_pay_time_and_places() -> None:
    """What a quarter holds, four times; nothing arrives within a period, so that a course of one quarter takes a year."""
    quarters = build(tiny.inputs(), tiny.scenario(), tiny.assumptions(release_share=0.04))
    years = build(tiny.inputs(), tiny.scenario().changed(period="year", periods=3), tiny.assumptions(release_share=0.04))
    for table, key, cell, row in (
        ("stocks", "stock", "unit_cost", ENGINEER),
        ("levers", "lever", "unit_cost", f"contract:{tiny.CODE}:engineer"),
        ("limits", "limit", "amount", f"seats:{tiny.CODE}:testing:1"),
    ):
        long, short = (tables.frames()[table].set_index(key)[cell] for tables in (years, quarters))
        assert long[row] == pytest.approx(4 * short[row])
    hours = [
        uses[(uses["kind"] == "stock") & (uses["item"] == ANALYST)].set_index("limit")["amount"] for uses in (years.uses, quarters.uses)
    ]
    assert hours[0][f"release:{tiny.CODE}:analyst"] == pytest.approx(4 * hours[1][f"release:{tiny.CODE}:analyst"])
    assert years.effects.loc[years.effects["lever"].str.startswith("train:"), "lag"].max() == 1


def test_london_pays_a_supplement_or_says_that_none_is_known() -> None:
    """Band 6 in Outer London: 15% of the middle point, at most £5,941, with on-costs; a year without supplements is no year without cost."""
    scenario, assumptions = Scenario.load("baseline"), Assumptions.load()
    bands = pd.Series(["6"])
    inside, outside = (annual_pay(bands, region, scenario, assumptions)[0] for region in ("Y56", "Y60"))
    on_costs = 1 + sum(
        assumptions.value(*name) for name in (("employer_ni_rate",), ("employer_pension_rate", "trust"), ("apprenticeship_levy_rate",))
    )
    assert inside - outside == pytest.approx(5941 * on_costs)
    later = scenario.changed(pay_year="2026/27")
    assert annual_pay(bands, "Y60", later, assumptions)[0] > outside
    with pytest.raises(ScenarioError, match=r"2026/27.*Outer London"):
        annual_pay(bands, "Y56", later, assumptions)


def test_demand_never_falls_below_no_posts() -> None:
    """Half of today's posts less every year is none after two years, when nothing is short and every post there is is covered."""
    scenario = tiny.scenario(0.0, 12).changed(
        demand={"growth": {family: {"rate": -0.5, "path": "straight"} for family in ("data", "it-operations")}}
    )
    tables = build(tiny.inputs(), scenario, tiny.assumptions())
    assert tables.requirements["required"].min() == 0
    told = describe(optimise(tables), build_world(tiny.inputs(), scenario, tiny.assumptions())).summary
    assert told["plan"] == pytest.approx({"ranks_short": 0.0, "coverage": 1.0, "staff_fte": 14.0}, rel=1e-12)


def test_an_organisation_whose_role_levels_need_no_skill_is_refused() -> None:
    """There is nothing to close; the error says what to map."""
    inputs = tiny.inputs()
    with pytest.raises(DataError, match=r"Nothing to plan.*TINY1"):
        build(dataclasses.replace(inputs, held=inputs.held.iloc[:0]), tiny.scenario(), tiny.assumptions())


@pytest.mark.parametrize(
    "text, named",
    [
        ("[weights.skill]\ncyber-security = -1.0", "weights.skill.cyber-security"),
        ("[weights.role_level]\nanalyst = inf", "weights.role_level.analyst"),
        ('[budget.development]\n"2026/27" = inf', "budget.development.2026/27"),
    ],
)
def test_numbers_that_would_break_a_plan_are_named_as_settings(tmp_path: Path, text: str, named: str) -> None:
    """A negative weight would reward shortfall without end; an endless number cannot be solved."""
    file = tmp_path / "odd.toml"
    file.write_text(f'id = "odd"\nlabel = "Odd"\nbase = "baseline"\n{text}\n', encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        Scenario.load(str(file))
    assert [fault.column for fault in error.value.faults] == [named]


def test_a_base_that_is_no_text_is_named(tmp_path: Path) -> None:
    """It is a wrong setting like any other."""
    file = tmp_path / "odd.toml"
    file.write_text('id = "odd"\nlabel = "Odd"\nbase = 3\n', encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        Scenario.load(str(file))
    assert "base" in [fault.column for fault in error.value.faults]


def test_the_value_of_one_key_counts_before_that_of_all() -> None:
    """In whichever order a scenario and its base name them."""
    changed = Assumptions.load().with_values({"course_fee[4]": 20.0, "course_fee": 10.0})
    assert changed.by_key("course_fee") == {"1": 10.0, "2": 10.0, "3": 10.0, "4": 20.0}
    with pytest.raises(ScenarioError, match="inf"):
        changed.with_values({"course_fee": float("inf")})


def test_a_plan_says_what_its_totals_take_for_granted() -> None:
    """Recruits' pay that finance has not confirmed, starts that come too late to count, and staff that could not be placed."""

    def notes(*asked: float, **terms: Any) -> list[str]:
        return [note for note in plan(*asked, **terms).summary["notes"] if " lapses in " not in note]

    (lapses,) = plan(0.0).summary["notes"]
    assert lapses.startswith("Pay of funded posts: £42,743 lapses in 2026/27.")
    hired = notes(5000.0)
    assert len(hired) == 1
    assert hired[0].startswith("Vacancy funding is not confirmed: the pay of recruits (£32,057 above doing nothing")
    late = notes(100_000.0, periods=1, release_share=0.01, recruitment_market_share=0.0)
    assert [note.split(" ", 1)[1][:32] for note in late] == ["FTE are started too late to count"[:32]]
    some = dataclasses.replace(tiny.inputs(), unmapped_fte=2.5)
    assert notes(0.0, inputs=some) == ["2.5 FTE of staff are left out, since their job titles are not mapped to a role level."]


def test_what_to_do_adds_up_to_what_is_charged() -> None:
    """No action that costs money is too small to be listed."""
    described = plan(777.77, backfill_share=0.3, leaver_rate=0.11)
    charged = described.actions[described.actions["stream"] == "development"]["cost"].sum()
    assert charged == pytest.approx(described.summary["cost"]["total"], abs=0.01)
    by_year = described.summary["cost"]["by_year"]["development"]
    assert sum(by_year.values()) == pytest.approx(described.summary["cost"]["total"], abs=0.005)


def test_what_years_cost_is_told_to_the_penny_and_makes_the_sum_of_the_stream() -> None:
    """Half of £7,777.77 a year is no whole number of pennies."""
    told = plan(7_777.77, periods=8, backfill_share=0.3, leaver_rate=0.11).summary["cost"]
    assert sorted(told["by_year"]) == ["development", "establishment-pay"]
    for stream, years in told["by_year"].items():
        assert list(years) == ["2026/27", "2027/28"]
        assert all(round(pounds, 2) == pounds for pounds in years.values())
        assert sum(years.values()) == pytest.approx(told["by_stream"][stream], abs=1e-6)


def test_staff_on_other_terms_count_at_the_band_of_their_posts_or_are_told(
    tmp_path: Path, small_world: dict[str, pd.DataFrame], small_rule: RankRule
) -> None:
    """A consultant has no Agenda for Change band; where nothing else has one for the role level, the plan cannot price it."""
    jobs, posts, levels = small_world["assignment"], small_world["establishment"], small_world["role_level"]
    lead = "lead-analyst"
    world = small_world | {"assignment": jobs.assign(band=jobs["band"].where(jobs["role_level"] != lead, None))}
    with Store.create(tmp_path / "known.duckdb") as store:
        store.write("tests", "0" * 64, "world", world, rule=small_rule)
        staff = planning.read(store, Scope.local(), "AAA", tiny.scenario(), Assumptions.load()).staff
        assert staff.loc[staff["role_level"] == lead, "band"].tolist() == ["8a"]
    world["establishment"] = posts[posts["role_level"] != lead]
    world["role_level"] = levels.assign(suggested_band=levels["suggested_band"].where(levels["role_level"] != lead, None))
    with Store.create(tmp_path / "unknown.duckdb") as store:
        store.write("tests", "0" * 64, "world", world, rule=small_rule)
        with pytest.raises(DataError, match=r"Pay band not known.*no post of lead-analyst has one"):
            planning.read(store, Scope.local(), "AAA", tiny.scenario(), Assumptions.load())
