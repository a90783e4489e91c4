"""What a shortfall weighs: priority of the skill, criticality of the role level, digital maturity of the organisation."""

from __future__ import annotations

import pandas as pd

from skills_model.planning.world import World


def shortfall_weight(world: World, rows: pd.DataFrame) -> pd.Series:
    """Return what one FTE short weighs now, for rows of skills or of staff: priority x criticality x organisation / ranks required.

    A skill that is missing at all its ranks weighs as much as its priority; so many times `staff_shortfall_weight` weighs a post without
    staff.
    """
    weights, assumptions = world.scenario.weights, world.assumptions
    usual = assumptions.value("role_criticality")
    weight = rows["role_level"].map(lambda name: weights.role_level.get(name, usual)).astype(float) * organisation_weight(world)
    if "skill" not in rows.columns:
        return weight * assumptions.value("staff_shortfall_weight")
    usual = assumptions.value("skill_priority")
    return weight * rows["skill"].map(lambda name: weights.skill.get(name, usual)).astype(float) / rows["required_rank"]


def maturity_weight(world: World) -> float | None:
    """Return what shortfalls of the organisation would weigh by its digital maturity: 1 at the best score, the most at none.

    None where it has no score. Whether it counts is a setting, off by default: low self-scores must not quietly earn money.
    """
    share = world.inputs.options.maturity
    return None if share is None else 1.0 + (world.assumptions.value("maturity_weight_most") - 1.0) * (1.0 - share)


def organisation_weight(world: World) -> float:
    """Return what shortfalls of the organisation weigh: 1, or its maturity weight where the scenario says so and there is a score."""
    weight = maturity_weight(world) if world.scenario.weights.maturity else None
    return 1.0 if weight is None else weight
