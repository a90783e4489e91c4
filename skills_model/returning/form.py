"""The form of a return: one table, each of whose rows says of which part it is; writer and importer both follow it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from skills_model import schema

RETURN, STAFF, ROLES, POSTS, SKILLS, FLOWS, TOTAL = "return", "staff", "role set", "posts", "skills", "flow", "total"
SIGNED_OFF, DRAFT = "signed off", "draft"
SHARED = ("part", "organisation", "as_at")
"""What every row says."""
TABLES: Mapping[str, type[schema.Row]] = {
    STAFF: schema.ReturnedStaff,
    ROLES: schema.ReturnedRole,
    POSTS: schema.Establishment,
    SKILLS: schema.ReturnedSkill,
    FLOWS: schema.ReturnedFlow,
}
"""The table that the rows of a part become."""
PARTS: Mapping[str, tuple[str, ...]] = {
    RETURN: (
        "status", "signed_off_on", "signed_off_by", "agreement", "name", "organisation_type", "region_code", "region_name", "icb_code",
        "icb_name", "demonstration", "headcount", "fte", "unmapped_headcount", "outside_fte",
    ),
    STAFF: ("role_level", "band", "age_band", "headcount", "fte"),
    ROLES: ("role_set", "role_level", "headcount", "fte"),
    POSTS: ("role_level", "band", "budgeted_fte", "bank_fte", "agency_fte"),
    SKILLS: (
        "role_level", "skill", "rank", "assessed_headcount", "assessed_fte", "assessed_held", "held_low", "held", "held_high", "unknown_fte",
    ),
    FLOWS: ("from_date", "flow", "role_level", "to_role_level", "age_band", "headcount", "fte"),
}  # fmt: skip
"""What the rows of each part say, beside SHARED; everything else in them is blank."""
MAY_BE_BLANK: Mapping[str, frozenset[str]] = {
    RETURN: frozenset({"agreement", "region_code", "region_name", "icb_code", "icb_name", "signed_off_on", "signed_off_by"}),
    STAFF: frozenset({"role_level", "band"}),
    FLOWS: frozenset({"role_level", "to_role_level"}),
}
ADDED: Mapping[str, tuple[str, ...]] = {
    STAFF: ("headcount", "fte"),
    ROLES: ("headcount", "fte"),
    POSTS: ("budgeted_fte", "bank_fte", "agency_fte"),
    SKILLS: ("assessed_headcount", "assessed_fte", "assessed_held", "held_low", "held", "held_high", "unknown_fte"),
    FLOWS: ("headcount", "fte"),
}
"""What the rows of a part are added up by, in a row of the part `total`."""
COLUMNS = tuple(dict.fromkeys([*SHARED, *(name for part in PARTS.values() for name in part), "of_part", "rows"]))
WHOLE = frozenset({"headcount", "unmapped_headcount", "assessed_headcount", "role_set", "rank", "rows"})
"""Columns of whole numbers."""
MARK = "data"
"""The column in which a file about invented organisations says so."""

_ADDRESS = re.compile(r"\S+@\S+")
_TITLE = re.compile(r"^(mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame)\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d{4,}")


def personal(words: str, *, numbers: bool = False) -> str:
    """Say what in the words for a role, or with `numbers` for an agreement, tells who somebody is; nothing where nothing does.

    >>> personal("Chief information officer"), personal("Dr A. Person"), personal("someone@nhs.net")
    ('', "a person's title", 'an email address')
    """
    if _ADDRESS.search(words):
        return "an email address"
    if _TITLE.search(words.strip()):
        return "a person's title"
    return "a number of four digits or more" if _NUMBER.search(words) and not numbers else ""


def totals(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the rows of each part up: of_part, rows and the columns of ADDED; one row a part, in their order."""
    told = []
    for part, columns in ADDED.items():
        own = rows[rows["part"] == part]
        told.append({"part": TOTAL, "of_part": part, "rows": len(own)} | {name: round(float(own[name].sum()), 6) for name in columns})
    return pd.DataFrame(told)
