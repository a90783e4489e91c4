"""What the shortfalls of a plan weigh, and who says so."""

from __future__ import annotations

import pandas as pd

from skills_model.planning import weights as weighing
from skills_model.planning.objective import CRITICAL, critical_skills
from skills_model.planning.world import World

COLUMNS = ["what", "name", "weight", "source"]


def weights(world: World) -> pd.DataFrame:
    """Return every weight that a scenario sets, the usual ones for all else, and the organisation with and without digital maturity."""
    own, assume, labels = world.scenario.weights, world.assumptions, world.inputs.labels
    set_by = f"scenario {world.scenario.id}"
    rows: list[tuple[str, str, float, str]] = []
    for what, chosen, there, usual in (
        ("skill", own.skill, set(world.ladder["skill"]), "skill_priority"),
        ("role_level", own.role_level, set(world.groups["role_level"]), "role_criticality"),
    ):
        here = {name: weight for name, weight in chosen.items() if name in there}
        rows += [(what.replace("_", " "), labels[what].get(name, name), float(weight), set_by) for name, weight in sorted(here.items())]
        rest = f"every {'other ' if here else ''}{what.replace('_', ' ')}"
        rows.append((what.replace("_", " "), rest, assume.value(usual), _source(world, usual)))
    rows.append(
        (
            "post without staff",
            "beside a skill missing whole",
            assume.value("staff_shortfall_weight"),
            _source(world, "staff_shortfall_weight"),
        )
    )
    rows += _organisation(world)
    if world.scenario.objective.aim == CRITICAL:
        first = "protected before anything else: its shortfall is made least first"
        rows += [("critical skill", labels["skill"].get(name, name), 1.0, first) for name in critical_skills(world)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _organisation(world: World) -> list[tuple[str, str, float, str]]:
    """Return the organisation's weight without digital maturity, and with it where it has a score."""
    name, counts, mature = str(world.inputs.organisation["name"]), world.scenario.weights.maturity, weighing.maturity_weight(world)
    use = {True: "in use", False: "not in use"}
    without = ("organisation", name, 1.0, f"without digital maturity; {use[not counts or mature is None]}")
    if mature is None:
        return [without]
    share = f"{world.inputs.options.maturity:.0%} of the best score of digital maturity"
    return [without, ("organisation", name, mature, f"{share}; {use[counts]}")]


def _source(world: World, assumption: str) -> str:
    return f"{world.assumptions.called(assumption)} ({world.assumptions[assumption].source})"
