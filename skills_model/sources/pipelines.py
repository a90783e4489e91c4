"""Staff on their way: apprentices, graduates and people who have accepted a post, by the day they count as staff in post."""

from __future__ import annotations

from typing import get_args

import pandas as pd

from skills_model.errors import Fault
from skills_model.schema import Pipeline
from skills_model.sources import esr, meanings
from skills_model.sources.kinds import Built, Context, Field, Kind, left_out
from skills_model.sources.said import each, role_levels_said, unsaid_titles
from skills_model.sources.staff import LONGEST_TITLE

_KEY = ["pipeline", "role_level", "start_date"]
_NOT_MAPPED = "job title without a role level yet"
_ON_PURPOSE = "job title outside the role levels on purpose"

FIELDS = (
    Field("pipeline", "how they come", headings=("kind", "type", "route", "pipeline type", "scheme"),
          choices=get_args(Pipeline.model_fields["pipeline"].annotation),
          meanings={"apprenticeship": "apprentice", "apprentices": "apprentice", "graduates": "graduate", "graduate scheme": "graduate",
                    "graduate trainee": "graduate", "starter": "known starter", "new starter": "known starter", "offer accepted": "known starter",
                    "appointed": "known starter", "conditional offer": "known starter"}),
    Field("job_title", "job title of the post; what it means is said once and remembered", needed=False, filled=False, longest=LONGEST_TITLE,
          headings=("position title", "post title", "post", "position", "role")),
    Field("role_level", "id or name of the role level, where the file itself has it", needed=False, filled=False,
          headings=("framework role level", "ddat role level", "role level name")),
    Field("start_date", "day from which they count as staff in post: of apprentices and graduates, the day they qualify", "date",
          headings=("start", "starts on", "expected start date", "planned start", "end of programme", "expected completion", "date")),
    Field("pay_scale", "band they will be paid at, such as Band 5; blank for the usual one of the role level", needed=False, filled=False,
          headings=("band", "pay scale", "grade", "pay band", "afc band")),
    Field("headcount", "people; blank for one", "whole number", needed=False, filled=False, headings=("people", "number", "number of people"),
          minimum=1, unit="people"),
    Field("fte", "their full-time equivalent, all together; blank for full time", "number", needed=False, filled=False,
          headings=("wte", "contracted wte", "offered wte", "expected fte"), above=0, unit="FTE"),
    Field("source", "where this is known from; blank for the name of the file", needed=False, filled=False,
          headings=("known from", "list", "system")),
)  # fmt: skip


def build(frame: pd.DataFrame, context: Context) -> Built:
    """Add up those who come to one role level on one day in one way; whose job title means no role level yet is left out, and listed."""
    levels, faults = role_levels_said(frame["role_level"], context)
    faults += _nameless(frame, context)
    said = meanings.saved(context.store, context.scope, str(context.organisation), meanings.TITLE)
    titles = frame["job_title"].map(meanings.plain, na_action="ignore")
    lines = frame.assign(
        role_level=levels.fillna(each(titles, said.get)),
        band=each(frame["pay_scale"], esr.band_of),
        headcount=frame["headcount"].fillna(1).astype("int64"),
        source=frame["source"].fillna(context.name),
        occupation_code=None,
    )
    lines["fte"] = lines["fte"].fillna(lines["headcount"].astype("float64"))
    faults += _more_than_full_time(lines, context) + _unknown_bands(lines, context)
    nobody_said = frame["role_level"].isna() & titles.notna() & ~titles.isin(said)
    on_purpose = lines["role_level"].isna() & titles.isin(said)
    reasons = {_NOT_MAPPED: lines[nobody_said], _ON_PURPOSE: lines[on_purpose]}
    fte = {reason: float(part["fte"].sum()) for reason, part in reasons.items()}
    counts = {reason: len(part) for reason, part in reasons.items()}
    made = _added_up(lines[lines["role_level"].notna() & lines["pipeline"].notna() & lines["start_date"].notna()], context)
    notes = _already_there(made, context)
    if nobody_said.any():
        notes.append("People without a role level are not kept. Say what their titles mean, undo this import and take the file in again.")
    return Built({Pipeline.TABLE: made}, faults, left_out(counts, fte), unsaid_titles(lines[nobody_said], context), notes)


def _added_up(lines: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Return one row a way of coming, role level and day, at the band of most of the people, under the first row of the file it is from."""
    groups = lines.assign(row=lines.index).groupby(_KEY)
    made = groups.agg(headcount=("headcount", "sum"), fte=("fte", "sum"), source=("source", "first"), row=("row", "first"))
    bands = lines.groupby([*_KEY, "band"])["headcount"].sum().reset_index().sort_values(["headcount", "band"])
    made["band"] = bands.groupby(_KEY)["band"].last().reindex(made.index).astype("str")
    made = made.reset_index().set_index("row").sort_index().rename_axis(None)
    return made.assign(organisation=str(context.organisation))[list(Pipeline.model_fields)]


def _already_there(made: pd.DataFrame, context: Context) -> list[str]:
    """Say how many begin no later than the latest staff list, which then has them already."""
    lists = context.store.query("staff_lists", context.scope, organisations=[context.organisation])
    if lists.empty:
        return []
    newest = lists["newest"].max()
    people = int(made.loc[made["start_date"] <= newest, "headcount"].sum())
    return [f"{people} people begin by {newest:%d %B %Y}, the day of the latest staff list, and count as being on it."] if people else []


def _nameless(frame: pd.DataFrame, context: Context) -> list[Fault]:
    rows = frame.index[frame["job_title"].isna() & frame["role_level"].isna()].tolist()
    action = "Fill in one of them, or leave the row out."
    return [Fault("Blank", context.name, row, "role_level", "nothing", "a job title or a role level", action) for row in rows]


def _more_than_full_time(lines: pd.DataFrame, context: Context) -> list[Fault]:
    wrong = lines[lines["fte"] > lines["headcount"]]
    return [
        Fault("More FTE than people", context.name, int(str(row)), "fte", f"{fte:g}", f"at most {people}", "Correct fte or headcount.")
        for row, fte, people in wrong[["fte", "headcount"]].itertuples()
    ]


def _unknown_bands(lines: pd.DataFrame, context: Context) -> list[Fault]:
    wrong = lines.loc[lines["pay_scale"].notna() & lines["band"].isna(), "pay_scale"]
    allowed, action = "an Agenda for Change band, such as Band 5, or nothing", "Correct it, or leave it blank."
    return [Fault("Unknown band", context.name, int(str(row)), "pay_scale", f"'{band}'", allowed, action) for row, band in wrong.items()]


def _example() -> pd.DataFrame:
    """Return rows for the template: two apprentices, a graduate and somebody who has accepted a post."""
    rows = [
        ("apprentice", "Data analyst", "2027-09-01", "Band 5", 2, 2.0, "example; apprenticeship register"),
        ("graduate", "Junior developer", "2027-03-01", "Band 5", 1, 1.0, "example; graduate scheme"),
        ("known starter", "Service desk analyst", "2026-12-01", None, 1, 0.6, "example; recruitment system"),
    ]
    return pd.DataFrame(rows, columns=["pipeline", "role_level", "start_date", "pay_scale", "headcount", "fte", "source"], dtype=object)


KIND = Kind(
    "pipeline",
    "Staff on their way",
    "Apprentices, graduates and people who have accepted a post: one row a person or a group, by role level and start date.",
    FIELDS,
    build,
    example=_example,
)
KINDS = (KIND,)
