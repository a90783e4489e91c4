"""Planning tables for one organisation, from its staff, skills and posts, a scenario and assumptions."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pandas as pd

from optimiser.tables import PlanningTables
from optimiser.tables import Problem as TablesProblem
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, Fault, ScenarioError
from skills_model.planning import cycles, levers, money, objective, prices, stocks
from skills_model.planning.inputs import Inputs
from skills_model.planning.world import DEVELOPMENT, ESTABLISHMENT_PAY, LEVY, World, build_world, once
from skills_model.scenario import Scenario

Part = Callable[[World], dict[str, pd.DataFrame]]
OF_MONEY = (*money.PARTS, "after-horizon", "post")
"""Parts of the planning tables that read how much money there is; they are kept with their world, to be held beside those of other money."""
ALL: dict[str, Part] = {
    "stocks": lambda world: {"stocks": stocks.stocks(world)},
    "transitions": lambda world: {"transitions": stocks.transitions(world)},
    "inflows": lambda world: {"inflows": stocks.inflows(world)},
    "requirements": lambda world: {"requirements": stocks.requirements(world)},
    **money.PARTS,
    **levers.PARTS,
    **objective.PARTS,
}
PARTS = {name: once(part) if name in OF_MONEY else part for name, part in ALL.items()}


def with_budget(scenario: Scenario, pounds: float | None, periods: int) -> Scenario:
    """Return the scenario with a development budget over the whole horizon, spread evenly over its periods and so over its years.

    With None as the pounds only the horizon changes.

    Raises ScenarioError naming a budget below 0 and a horizon that is out of range.
    """
    faults = []
    if pounds is not None and not 0 <= pounds < float("inf"):
        faults.append(
            Fault("Impossible budget", "--budget", found=f"{pounds:g}", allowed="0 or more pounds", action="Give the pounds to spend.")
        )
    longest = 10 * scenario.periods_per_year
    if not 1 <= periods <= longest:
        faults.append(
            Fault(
                "Period out of range",
                "--periods",
                found=str(periods),
                allowed=f"1 to {longest} {scenario.period}s",
                action="Choose one of these.",
            )
        )
    if faults:
        raise ScenarioError(faults)
    horizon = scenario.changed(periods=periods)
    if pounds is None:
        return horizon
    years: dict[str, float] = {}
    for t in range(1, periods + 1):
        years[horizon.year_of(t)] = years.get(horizon.year_of(t), 0.0) + pounds / periods
    return horizon.changed(budget={**scenario.budget, DEVELOPMENT: years})


def check(scenario: Scenario, inputs: Inputs) -> None:
    """Raise ScenarioError for every setting that names something unknown: role families, skills, role levels, streams, the pay year."""
    years = prices.pay_years(inputs.options.pay_points)
    known: dict[str, tuple[Collection[str], Collection[str]]] = {
        "demand.growth": ([name for name, way in scenario.demand.growth.items() if way.range != (0.0, 0.0)], inputs.labels["role_family"]),
        "weights.skill": (scenario.weights.skill, inputs.labels["skill"]),
        "weights.role_level": (scenario.weights.role_level, inputs.labels["role_level"]),
        "budget": (scenario.budget, [DEVELOPMENT, ESTABLISHMENT_PAY, LEVY, *inputs.options.streams["funding_stream"]]),
        "objective.critical": (scenario.objective.critical, inputs.labels["skill"]),
        "pay_year": ([scenario.pay_year], years),
    }
    faults = [
        Fault("Unknown name", f"scenario {scenario.id}", column=part, found=f"'{name}'", allowed=_few(allowed), action="Correct the name.")
        for part, (named, allowed) in known.items()
        for name in named
        if name not in allowed
    ]
    if faults:
        raise ScenarioError(faults)


def build(inputs: Inputs, scenario: Scenario, assumptions: Assumptions) -> PlanningTables:
    """Write the planning tables of one organisation.

    Money is pounds, staff and skills are FTE; a period is the scenario's. The assumptions are taken as they are, the scenario's own values
    included. Raises ScenarioError for unknown names in the scenario, DataError where no role level needs a skill, or where moving
    people round a circle would make skill.
    """
    return build_of(checked_world(inputs, scenario, assumptions))


def checked_world(inputs: Inputs, scenario: Scenario, assumptions: Assumptions) -> World:
    """Join what planning tables are written from; raises ScenarioError for unknown names, DataError where no role level needs a skill."""
    check(scenario, inputs)
    if inputs.held.empty:
        found = f"no role level of {inputs.organisation['code']} that needs a skill"
        raise DataError([Fault("Nothing to plan", "requirement", found=found, action="Map job titles to role levels that need skills.")])
    return build_world(inputs, scenario, assumptions)


def build_of(world: World) -> PlanningTables:
    """Write the planning tables of a world; raises DataError where moving people round a circle would make skill."""
    tables = PlanningTables.from_frames(problem(world), frames(world))
    cycles.check(tables)
    return tables


def problem(world: World) -> TablesProblem:
    """Return the settings of the planning tables; `discount` is that of one period."""
    scenario = world.scenario
    yearly = 1 + world.assumptions.value("discount_rate")
    return TablesProblem(
        periods=scenario.periods,
        period_label=scenario.period,
        start=scenario.start,
        discount=yearly ** (1 / scenario.periods_per_year) - 1,
        stages=objective.stages(world),
        attributes=stocks.ATTRIBUTES,
    )


def frames(world: World) -> dict[str, pd.DataFrame]:
    """Return the planning tables as frames, unchecked."""
    parts = [part(world) for part in PARTS.values()]
    parts.append(levers.maximum(world, pd.concat([part["levers"] for part in parts if "levers" in part], ignore_index=True)))
    names = dict.fromkeys(name for part in parts for name in part)
    tables = {name: pd.concat([part[name] for part in parts if name in part], ignore_index=True) for name in names}
    for name in ("stocks", "levers", "limits"):
        tables[name]["organisation"] = world.code
    out = tables["levers"]["kind"].isin(world.scenario.levers.without)
    tables["levers"].loc[out, "maximum"] = 0.0  # what the planner leaves out is there, and closed
    return tables


def _few(allowed: Collection[str]) -> str:
    names = sorted(allowed)
    return ", ".join(names) if len(names) <= 20 else f"{', '.join(names[:3])} and {len(names) - 3} more"
