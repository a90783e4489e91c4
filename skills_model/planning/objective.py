"""What a plan is for: the aim as stages and goals of the planning tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from skills_model.errors import Fault, ScenarioError
from skills_model.planning import money
from skills_model.planning.levers.rows import Tables, joined, limited, use
from skills_model.planning.stocks import requirements
from skills_model.planning.world import World

GAP, TARGET, CRITICAL = "gap", "target", "critical"
TARGET_STAGES = ("goal:coverage", "cost", "shortfall", "moves")
CRITICAL_STAGE = "goal:critical"


def stages(world: World) -> tuple[str, ...]:
    """Return the stages of the aim in their order.

    gap       close the most weighted gap that the money allows, then at least cost, then with the fewest moves
    target    miss the coverage target by as little as possible, then spend least; of plans as cheap, the one that closes most
    critical  close the most weighted gap in the critical skills, and only then what `gap` does

    Last of all comes which stream pays, which changes no action.
    """
    aim = world.scenario.objective.aim
    if aim == TARGET:
        return (*TARGET_STAGES, money.STAGE)
    return (*((CRITICAL_STAGE,) if aim == CRITICAL else ()), *world.scenario.stages, money.STAGE)


def target(world: World) -> Tables:
    """Write the coverage target: what is short of the required ranks by the last period, and of what lasts after it, within what it allows.

    sum shortfall - miss <= (1 - target) * sum required, over the stocks at their required rank; the goal is the miss, in FTE at the
    required rank. It holds at the end of the last period, cover by contractors included, and again after the horizon, where only those
    count who stay or are on their way: or else a plan would buy cover for one quarter and stop developing people.
    """
    if world.scenario.objective.aim != TARGET:
        return {}
    top, every = _at_the_top(world), requirements(world)
    needed = every[every["period"] == world.scenario.periods].set_index("stock")["required"]
    parts = [_target_on(world, name, top[stock], needed) for name, stock in (("coverage", "stock"), ("coverage-after", "after"))]
    return {table: joined(*(part[table] for part in parts)) for table in parts[0]}


def critical(world: World) -> Tables:
    """Write the weighted shortfall of the critical skills, within the horizon and after it, as a goal of its own."""
    if world.scenario.objective.aim != CRITICAL:
        return {}
    rung = world.ladder[world.ladder["skill"].isin(critical_skills(world))]
    short = requirements(world)
    short = short[short["stock"].isin([*rung["stock"], *rung["after"]])]
    goal = short[["stock", "period"]].rename(columns={"stock": "item"})
    return {"goals": goal.assign(goal=CRITICAL, kind="shortfall", amount=short["shortfall_weight"])}


def critical_skills(world: World) -> list[str]:
    """Return the skills to protect first: those that the scenario names, else those of the organisation's cover targets, sorted.

    Raises ScenarioError where there are none, and for each that no role level there needs.
    """
    named, wanted = world.scenario.objective.critical, world.inputs.options.cover_targets["skill"]
    skills = sorted(set(named) or set(wanted))
    faults = [] if skills else [_none_critical(world)]
    faults += _nobody_needs(world, sorted(set(named)))
    if faults:
        raise ScenarioError(faults)
    needed = [skill for skill in skills if skill in set(world.ladder["skill"])]
    if not needed:
        raise ScenarioError([_none_critical(world)])
    return needed


def _at_the_top(world: World) -> pd.DataFrame:
    rung = world.ladder
    return rung[rung["rank"] == rung["required_rank"]]


def _target_on(world: World, name: str, stock: pd.Series, needed: pd.Series) -> Tables:
    """Write the target on some stocks at the last period."""
    last, limit, miss = world.scenario.periods, f"{name}-target:{world.code}", f"miss:{name}:{world.code}"
    allowed = (1.0 - world.scenario.objective.target) * float(needed[stock].sum())
    right = pd.DataFrame({"limit": [limit], "kind": "coverage-target", "period": last, "amount": allowed})
    uses = [use(limit, "shortfall", stock, 1.0), use(limit, "lever", pd.Series([miss]), -1.0)]
    return {
        **limited(right, uses),
        "levers": pd.DataFrame({"lever": [miss], "unit_cost": 0.0, "kind": "miss", "move_weight": 0.0}),
        "goals": pd.DataFrame(
            {"goal": ["coverage"], "kind": "lever", "item": miss, "amount": 1.0, "period": pd.array([None], dtype="Int64")}
        ),
    }


def _none_critical(world: World) -> Fault:
    return Fault(
        "No critical skills",
        f"scenario {world.scenario.id}",
        column="objective.critical",
        found=f"no skill named, and {world.code} has no cover target for a skill that its role levels need",
        allowed="skills that role levels of the organisation need",
        action="Name skills under objective.critical (`--critical SKILL`), or import cover targets.",
    )


def _nobody_needs(world: World, skills: Sequence[str]) -> list[Fault]:
    needed = sorted(set(world.ladder["skill"]))
    few = ", ".join(needed) if len(needed) <= 20 else f"{', '.join(needed[:3])} and {len(needed) - 3} more"
    return [
        Fault(
            "Critical skill that no role level needs",
            f"scenario {world.scenario.id}",
            column="objective.critical",
            found=f"'{skill}'",
            allowed=few,
            action="Correct the name, or leave it out.",
        )
        for skill in skills
        if skill not in needed
    ]


PARTS: dict[str, Callable[[World], Tables]] = {"target": target, "critical": critical}
