"""The training places of a plan, kept with its run, so that suggestions need not write its planning tables again; no row is a person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from app.pipeline.plans import PlanJob, PlanResult
from optimiser.tables import PlanningTables
from skills_model.places.offers import Offers, offers
from skills_model.reference import table

PLACES = "places"
LEVEL_SEVEN = 7


@dataclass(frozen=True)
class Offered:
    """The places of a plan's first year, and what of the plan decides who could go.

    level_seven  lines of apprenticeships of level 7, which the levy pays for by age
    periods      of a year
    priority     weight of a skill, where it has one of its own
    assumed      values of the scenario in the place of assumptions
    """

    offers: Offers
    level_seven: frozenset[str]
    periods: int
    priority: Mapping[str, float]
    assumed: Mapping[str, float]

    @classmethod
    def of(cls, job: PlanJob, actions: pd.DataFrame) -> Offered:
        """Read them from the planning tables of a plan and what it does."""
        group, scenario = job.world.groups, job.scenario
        per_fte = dict(zip(group["role_level"], group["people_per_fte"], strict=True))
        found = offers(job.tables, actions, scenario.periods_per_year, per_fte)
        return cls(found, _level_seven(job.tables), scenario.periods_per_year, scenario.weights.skill, scenario.assumptions)

    @classmethod
    def from_json(cls, text: str) -> Offered | None:
        """Read the places that `kept` wrote beside a plan; None where they were not."""
        content = json.loads(text).get(PLACES)
        if content is None:
            return None
        told = content | {"offers": Offers.from_dict(content["offers"]), "level_seven": frozenset(content["level_seven"])}
        return cls(**told)


def kept(result: PlanResult, job: PlanJob) -> str:
    """Write a plan as one JSON text, with its places."""
    found = Offered.of(job, result.actions)
    told = vars(found) | {"offers": found.offers.to_dict(), "level_seven": sorted(found.level_seven)}
    return json.dumps(json.loads(result.to_json()) | {PLACES: told})


def _level_seven(tables: PlanningTables) -> frozenset[str]:
    standards = table("apprenticeship_standards")
    known = set(standards.loc[standards["level"].astype("float64") == LEVEL_SEVEN, "standard"])
    own = tables.levers[tables.levers["kind"] == "apprentice"]
    return frozenset(own.loc[own["route"].isin(known), "lever"])
