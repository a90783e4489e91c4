"""Courses that plans can choose from: the organisation's own, and the apprenticeships that the reference data know of."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import pandas as pd

from skills_model.errors import Fault
from skills_model.reference import table

APPROVED = "Approved"
WEEKS_A_MONTH = 52 / 12
UNIT = "AU"
"""How the codes of apprenticeship units begin: short courses that the levy may pay for."""


@dataclass(frozen=True, eq=False)
class Offered:
    """What plans can choose from.

    courses  one row a course: course, label, own (not the project's), standard, level, funding (band, pounds), price, hours, weeks, seats
             (places a year), completion; blank where nobody says
    effects  one row a course and skill: course, for_family (role family; blank for all), skill, rank_before, rank_after
    notes    standards of the reference data that are left out, and why
    faults   the organisation's own courses that name a standard nobody may start
    """

    courses: pd.DataFrame
    effects: pd.DataFrame
    notes: list[str]
    faults: list[Fault]


def offered(courses: pd.DataFrame, effects: pd.DataFrame) -> Offered:
    """Join the organisation's own courses with the standards that the reference data place on skills.

    `courses` and `effects` as the stored tables `course` and `course_effect`. A course of its own for a standard takes the place of the
    project's. Only approved standards with a funding band are added; the others are noted.
    """
    known = table("apprenticeship_standards")
    own = courses.assign(own=True, standard=courses["apprenticeship_standard"].str.strip().str.upper(), label=courses["course_label"])
    own = own.merge(known[["standard", "level", "months", "funding", "status"]], on="standard", how="left")
    # Skills come at the end of the standard, however short the course says it is.
    own["weeks"] = own["weeks"].astype(float).clip(lower=_weeks(own["months"]).fillna(0.0))
    shipped = table("standard_skills").merge(known, on="standard", how="left", validate="many_to_one")
    shipped = shipped[~shipped["standard"].isin(own["standard"])]
    open_now = (shipped["status"] == APPROVED) & shipped["funding"].notna()
    raised = shipped[open_now].assign(
        for_family=shipped["role_family"], course=shipped["standard"].str.lower() + "-" + shipped["role_family"]
    )
    added = raised.drop_duplicates("course").assign(own=False, price=raised["funding"], weeks=_weeks(raised["months"]))
    columns = ["course", "label", "own", "standard", "level", "funding", "price", "hours", "weeks", "seats", "completion"]
    steps = ["course", "for_family", "skill", "rank_before", "rank_after"]
    return Offered(
        _below(own.reindex(columns=columns), added.reindex(columns=columns)),
        _below(effects.reindex(columns=steps), raised[steps]).astype({"rank_before": "int64", "rank_after": "int64"}),
        [_note(row) for row in shipped[~open_now].drop_duplicates("standard").to_dict("records")],
        [_refused(row, known) for row in own[own["standard"].notna() & (own["status"] != APPROVED)].to_dict("records")],
    )


def _weeks(months: pd.Series) -> pd.Series:
    return months.astype(float) * WEEKS_A_MONTH


def _below(own: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([rows for rows in (own, added) if len(rows)] or [own], ignore_index=True)


def _note(row: Mapping[Hashable, object]) -> str:
    """Say why a standard of the reference data is not used."""
    why = "no funding band is known for it" if row["status"] == APPROVED else f"it is not approved ({row['status']})"
    return f"Apprenticeship standard {row['standard']} ({row['label']}) is left out, since {why}."


def _refused(row: Mapping[Hashable, object], known: pd.DataFrame) -> Fault:
    status = f"status '{row['status']}'" if isinstance(row["status"], str) else "which has no known status"
    return Fault(
        "Apprenticeship standard not approved",
        "course",
        column="apprenticeship_standard",
        found=f"'{row['standard']}' of course '{row['course']}', {status}",
        allowed=", ".join(known.loc[known["status"] == APPROVED, "standard"]),
        action="Name a standard that is approved for starts, or none where the course is no apprenticeship.",
    )
