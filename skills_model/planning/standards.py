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
    raised = shipped[open_now].assign(for_family=shipped["role_family"], course=_ids(shipped))
    added = raised.drop_duplicates("course").assign(own=False, price=raised["funding"], weeks=_weeks(raised["months"]))
    columns = ["course", "label", "own", "standard", "level", "funding", "price", "hours", "weeks", "seats", "completion"]
    steps = ["course", "for_family", "skill", "rank_before", "rank_after"]
    return Offered(
        _below(own.reindex(columns=columns), added.reindex(columns=columns)),
        _below(effects.reindex(columns=steps), raised[steps]).astype({"rank_before": "int64", "rank_after": "int64"}),
        [_note(row) for row in shipped[~open_now].drop_duplicates("standard").to_dict("records")],
        [_refused(row, known) for row in own[own["standard"].notna() & (own["status"] != APPROVED)].to_dict("records")],
    )


def names() -> dict[str, str]:
    """Return the names of standards and of the project's own courses, by id; those of apprenticeship units begin with their code."""
    known = table("apprenticeship_standards")
    known = known.assign(name=known["label"].where(~_unit(known["standard"]), known["standard"] + " " + known["label"]))
    placed = table("standard_skills").merge(known, on="standard", how="left", validate="many_to_one")
    return dict(zip(known["standard"], known["name"], strict=True)) | dict(zip(_ids(placed), placed["name"], strict=True))


def units(courses: pd.DataFrame) -> set[str]:
    """Return the ids of courses that are apprenticeship units: of the stored table `course`, and of the project's own."""
    own, placed = courses["apprenticeship_standard"].str.strip().str.upper(), table("standard_skills")
    return {*courses.loc[_unit(own), "course"], *_ids(placed)[_unit(placed["standard"])]}


def _ids(placed: pd.DataFrame) -> pd.Series:
    """Name the project's own course of each standard and role family."""
    return placed["standard"].str.lower() + "-" + placed["role_family"]


def _unit(codes: pd.Series) -> pd.Series:
    return codes.astype("str").str.startswith(UNIT).fillna(value=False).astype(bool)


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
