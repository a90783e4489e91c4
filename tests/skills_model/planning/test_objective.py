"""What a plan is for: a coverage target at least cost, critical skills first, weights; worked out by hand on the tiny organisation.

Of 10 posts of analysts 3 have data modelling at the required rank 2, and 3 more people are one rank below; of 5 posts of engineers 4 have
testing. So coverage is 7 of 15. A training costs £100, a hire £1,000.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pandas as pd
import pytest

from optimiser.solver import optimise
from skills_model.errors import ScenarioError
from skills_model.planning import Inputs, World, build, build_world, describe, objective, weights
from skills_model.planning.describe import Described
from skills_model.planning.options import Options

sys.path.insert(0, str(Path(__file__).parents[1]))
import tiny

NO_LEVY = {"apprenticeship_levy_rate": 0.0}


def plan(pounds: float, aim: dict[str, object], inputs: Inputs | None = None, periods: int = 4, **values: float) -> Described:
    """Build, solve, audit and describe a plan of the tiny organisation with an aim."""
    inputs, assumptions = inputs or tiny.inputs(), tiny.assumptions(**NO_LEVY | values)
    scenario = tiny.scenario(pounds, periods).with_settings({"objective": aim})
    solved = optimise(build(inputs, scenario, assumptions))
    assert max(solved.audit().values()) < 1e-6
    assert solved.inflation() < 1e-6
    return describe(solved, build_world(inputs, scenario, assumptions))


def world(options: Options | None = None, **settings: object) -> World:
    """Return the world of the tiny organisation with options and settings."""
    inputs = dataclasses.replace(tiny.inputs(), options=options or Options())
    return build_world(inputs, tiny.scenario(1000.0).with_settings(settings), tiny.assumptions())


def starts(described: Described) -> dict[str, float]:
    """Add up the FTE of actions by kind."""
    return {str(kind): round(float(fte), 6) for kind, fte in described.actions.groupby("kind")["fte"].sum().items()}


def test_a_target_is_reached_at_least_cost() -> None:
    """Two thirds of 15 posts are 10 at the required rank, 3 more than today: 3 trainings for £300 of £5,000."""
    told = plan(5000.0, {"aim": "target", "target": 10 / 15})
    assert starts(told) == {"train": 3.0}
    assert told.summary["cost"]["total"] == pytest.approx(300.0)
    assert told.summary["objective"] == pytest.approx(
        {"aim": "target", "target": 10 / 15, "coverage": 10 / 15, "reached": True, "missed_fte": 0.0, "missed_after_fte": 0.0}
    )


def test_a_target_out_of_reach_is_missed_by_as_little_as_can_be_and_says_so() -> None:
    """80% of 15 posts are 12, 5 more than today; £100 trains one, so that 4 are missed by the end and after it."""
    told = plan(100.0, {"aim": "target", "target": 0.8})
    assert starts(told) == {"train": 1.0}
    assert told.summary["objective"]["reached"] is False
    assert told.summary["objective"]["missed_fte"] == pytest.approx(4.0)
    assert told.summary["objective"]["missed_after_fte"] == pytest.approx(4.0)
    assert any(
        note.startswith("The coverage target of 80% cannot be reached: 4 FTE at their required rank") for note in told.summary["notes"]
    )


def test_a_target_lasts_beyond_the_last_period() -> None:
    """A contractor for nearly nothing in the vacant post would bring 8 of 15 in the last quarter; it is trained for, since that lasts."""
    cheap = {"contract_ceiling_share": 1.0, "contract_ceiling_fall": 0.0, "contract_skill_share": 1.0, "contract_day_rate": 0.01}
    told = plan(5000.0, {"aim": "target", "target": 8 / 15}, **cheap)
    assert starts(told)["train"] == pytest.approx(1.0)
    assert told.summary["objective"]["reached"] is True


def test_a_target_below_today_costs_nothing() -> None:
    """40% is less than the 7 of 15 that are there."""
    told = plan(5000.0, {"aim": "target", "target": 0.4})
    assert told.summary["cost"]["total"] == 0.0


def test_critical_skills_come_before_what_closes_most() -> None:
    """£1,000 would train ten (as without an aim); with testing as the critical skill it hires the one engineer who is missing."""
    assert starts(plan(1000.0, {"aim": "gap"})) == {"train": 10.0}
    told = plan(1000.0, {"aim": "critical", "critical": ["testing"]})
    assert starts(told) == {"recruit": 1.0}
    assert told.summary["objective"] == {"aim": "critical", "critical": ["Testing"]}
    assert [stage["name"] for stage in told.summary["stages"]][:2] == ["goal:critical", "shortfall"]
    assert "Testing" in told.weights.loc[told.weights["what"] == "critical skill", "name"].tolist()


def test_money_that_critical_skills_leave_goes_where_it_closes_most() -> None:
    """Data modelling takes all 11 trainings that there are to give, for £1,100 of £2,100; the rest hires."""
    told = plan(2100.0, {"aim": "critical", "critical": ["data-modelling"]})
    assert starts(told) == {"recruit": 1.0, "train": 11.0}


def test_critical_skills_are_those_of_cover_targets_where_none_is_named() -> None:
    """The cover target names testing."""
    targets = pd.DataFrame({"skill": ["testing"], "rank": [1], "people": [3]})
    here = world(Options(cover_targets=targets), objective={"aim": "critical"})
    assert objective.critical_skills(here) == ["testing"]


@pytest.mark.parametrize("skill", ["", "unheard-of"])
def test_an_aim_without_critical_skills_says_what_to_do(skill: str) -> None:
    """Neither a name nor a cover target, or a name that no role level needs."""
    here = world(objective={"aim": "critical", "critical": [skill] if skill else []})
    with pytest.raises(ScenarioError, match=r"`--critical SKILL`|'unheard-of'; allowed|unheard-of"):
        objective.critical_skills(here)


def test_stages_are_those_of_the_aim() -> None:
    """Which stream pays is decided last, whatever the aim."""
    assert objective.stages(world()) == ("shortfall", "cost", "moves", "goal:money")
    assert objective.stages(world(objective={"aim": "target"})) == ("goal:coverage", "cost", "shortfall", "moves", "goal:money")
    assert objective.stages(world(objective={"aim": "critical"}))[0] == "goal:critical"


def test_maturity_weighs_only_where_asked_for_and_never_more_than_the_most() -> None:
    """At a fifth of the best score, four fifths of the quarter that the most allows: 1.2; shown beside 1 either way."""
    immature = Options(maturity=0.2)
    assert weights.organisation_weight(world(immature)) == 1.0
    weighed = world(immature, weights={"maturity": True})
    assert weights.organisation_weight(weighed) == pytest.approx(1.2)
    assert weights.organisation_weight(world(Options(maturity=0.0), weights={"maturity": True})) == pytest.approx(1.25)
    assert weights.organisation_weight(world(weights={"maturity": True})) == 1.0
    plain, more = (weights.shortfall_weight(here, here.ladder) for here in (world(immature), weighed))
    assert (more / plain).tolist() == pytest.approx([1.2] * len(plain))


def test_a_weighted_skill_is_closed_first() -> None:
    """With testing ten times as important, £1,000 hires rather than trains."""
    assumptions, scenario = tiny.assumptions(**NO_LEVY), tiny.scenario(1000.0).with_settings({"weights": {"skill": {"testing": 10.0}}})
    inputs = tiny.inputs()
    told = describe(optimise(build(inputs, scenario, assumptions)), build_world(inputs, scenario, assumptions))
    assert starts(told) == {"recruit": 1.0}
    shown = told.weights.set_index(["what", "name"])["weight"]
    assert shown["skill", "Testing"] == 10.0
    assert shown["skill", "every other skill"] == 1.0
