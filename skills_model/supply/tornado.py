"""What drives a forecast: each uncertain number at its low and its high, all others at their median."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from skills_model.factor import TENTH, Factor, Floats
from skills_model.supply.course import Course, Shared
from skills_model.supply.draws import RANKS, Futures
from skills_model.supply.layout import Layout, Question
from skills_model.supply.sampling import Run

COLUMNS = ("factor", "label", "source", "acts_on", "unit", "value_low", "value", "value_high", "measure", "median", "low", "high", "swing")
UNITS = {
    "leaving": "leavers a year as a share of staff, mean of the staff at the start",
    "joining": "FTE that join in the first year",
    "pipeline": "FTE that arrive from pipelines within the horizon",
    "demand": "posts needed at the end of the horizon (FTE)",
}
TIMES = "times the usual"
ENDS = (0.0, -TENTH, TENTH)


def tornado(question: Question) -> pd.DataFrame:
    """Return how far each uncertain number alone moves supply, demand and gap at the end of the horizon, in total, the widest first.

    Columns: COLUMNS. value_low, value and value_high are the number itself, in its unit, at its 10th, 50th and 90th percentile; median is
    the measure (FTE) with every number at its median; low and high are what is added to it; swing is how far these lie apart. Skills are
    added up where the question is by skill.
    """
    whole = replace(question, by=("skill",) if "skill" in question.by else ())
    layout = Layout.of(whole)
    moving = [*question.factors, *_ranks(question)]
    futures = Futures.at(moving, [{}, *({factor.name: end} for factor in moving for end in ENDS[1:])])
    run = Run(whole, layout, futures, chance=False)
    supply, demand = run.amounts(layout.units[0])
    measured = {"supply": supply[-1].sum(axis=0)}
    if demand is not None:
        measured |= {"demand": demand[-1].sum(axis=0), "gap": demand[-1].sum(axis=0) - measured["supply"]}
    posts = measured.get("demand", np.full(futures.count, np.nan))
    rows = []
    for number, factor in enumerate(moving):
        at = [0, 2 * number + 1, 2 * number + 2]
        unit, values = _values(factor, run.shared, layout.units[0].courses, posts)
        for measure, amounts in measured.items():
            median, low, high = amounts[at]
            told = (unit, *values[[at[1], at[0], at[2]]], measure, median, low - median, high - median, abs(high - low))
            rows.append((factor.name, factor.label, factor.source, factor.acts_on, *told))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = frame.select_dtypes("number").columns
    frame[numbers] = frame[numbers].round(6) + 0.0
    frame["measure"] = pd.Categorical(frame["measure"], ["supply", "demand", "gap"])
    ordered = frame.sort_values(["measure", "swing", "factor"], ascending=[True, False, True], ignore_index=True)
    return ordered.astype({"measure": "str"})


def _ranks(question: Question) -> list[Factor]:
    """Return how people place themselves as a factor, where skills are asked for and no factor says so already."""
    if "skill" not in question.by or any(factor.acts_on == "opening ranks" for factor in question.factors):
        return []
    return [Factor(RANKS, "How people place themselves", "range of the assessments", "opening ranks", {}, {})]


def _values(factor: Factor, shared: Shared, courses: list[Course], posts: Floats) -> tuple[str, Floats]:
    """Return the unit of a number, and the number in each future."""
    unit = UNITS.get(factor.acts_on, TIMES)
    size = shared.pipeline.shape
    if factor.acts_on == "leaving":
        staff = sum(course.opening.sum() for course in courses)
        leavers = sum((course.opening * course.leaving).sum(axis=1) / course.years @ shared.leaving for course in courses)
        return unit, np.asarray(leavers / staff if staff else np.zeros(size), dtype=np.float64)
    if factor.acts_on == "joining":
        first = [(course, course.joiners[: round(1 / course.years)].sum(axis=(0, 1))) for course in courses]
        joiners = [fte * shared.joining[family] for course, amounts in first for family, fte in zip(course.families, amounts, strict=True)]
        return unit, np.asarray(sum(joiners, np.zeros(size)), dtype=np.float64)
    if factor.acts_on == "pipeline":
        return unit, np.asarray(sum(course.pipeline.sum() for course in courses) * shared.pipeline, dtype=np.float64)
    if factor.acts_on == "demand":
        return unit, posts
    if factor.acts_on == "promotion" and shared.promotion is not None:
        return unit, shared.promotion
    if factor.acts_on == "ageing" and shared.ageing is not None:
        return unit, np.asarray(shared.ageing.mean(axis=0), dtype=np.float64)
    return unit, np.full(size, np.nan)
