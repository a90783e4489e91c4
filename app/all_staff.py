"""What is said of all staff and boards: sentences and tables in words, for the page and for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from app import findings

SHARE = findings.MEASURES["coverage"]
SOURCES = {"person-level": "people", "return": "return", "both": "people and return", "none": "none"}
NOT_KNOWN = "not known"
COLUMNS = {
    "name": "Staff group",
    "people": "People",
    "asked": "Rank asked",
    "met": "Meet it",
    "ranks": "Ranks short",
    "assessed": "Assessed",
    "of_assessed": "Of those assessed",
    "source": "Assessed from",
    "counted": "Counted from",
}
RETURNED = {"name": "Organisation", "date": "Date of the return", "returned": "People returned", "assessed": "People assessed one by one"}


def headline(tiers: pd.DataFrame) -> str:
    """Say how much of what is asked of all staff, and of boards, is met; one row a tier.

    >>> headline(pd.DataFrame([("Digital literacy", 0.62, 0.2, 0.9, 0.3, "return"), ("Board", 0.5, 0, 1, 0, "none")],
    ...     columns=["tier_label", "share", "share_low", "share_high", "assessed_share", "source"]))
    'Digital literacy: 62% of what is asked is met (between 20% and 90%; 30% is assessed). Board: not known, nobody is assessed'
    >>> headline(pd.DataFrame([("Board", 0.5, 0, 1, 0, "none")],
    ...     columns=["tier_label", "share", "share_low", "share_high", "assessed_share", "source"]))
    'Not known yet: nobody is assessed in what is asked of all staff, and no counts are returned'
    """
    if not len(tiers) or (tiers["source"] == "none").all():
        return "Not known yet: nobody is assessed in what is asked of all staff, and no counts are returned"
    return ". ".join(f"{row['tier_label']}: {_said(row)}" for row in tiers.to_dict("records"))


def ordered(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Put the rows that meet least first, those of which nothing is known last."""
    known = frame.assign(_unknown=frame["source"] == "none", _share=findings.numbers(frame, "share"))
    return known.sort_values(["_unknown", "_share", name], na_position="last", ignore_index=True).drop(columns=["_unknown", "_share"])


def written(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Write rows as people read them; `name` is the column that names a row. Columns: those of COLUMNS."""
    rows = [
        {
            "name": row[name],
            "people": findings.amount(row["headcount"]),
            "asked": asked(row),
            "met": met(row),
            "ranks": NOT_KNOWN if row["source"] == "none" else findings.amount(row["ranks_short"]),
            "assessed": findings.percent(row["assessed_share"]),
            "of_assessed": NOT_KNOWN if row["source"] == "none" else findings.percent(row["share_of_assessed"]),
            "source": SOURCES[row["source"]],
            "counted": row["counted"],
        }
        for row in frame.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def asked(row: Mapping[Any, Any]) -> str:
    """Write the ranks that are asked.

    >>> asked({"rank_least": 1, "rank_most": 3}), asked({"rank_least": 2, "rank_most": 2})
    ('1 to 3', '2')
    """
    least, most = int(row["rank_least"]), int(row["rank_most"])
    return f"{least}" if least == most else f"{least} to {most}"


def met(row: Mapping[Any, Any]) -> str:
    """Write the share that is met, with its range."""
    if row["source"] == "none":
        return NOT_KNOWN
    return f"{findings.percent(row['share'])} {findings.between(row['share_low'], row['share_high'], SHARE)}"


def returned_finding(progress: pd.DataFrame) -> str:
    """Say how many organisations have returned counts.

    >>> returned_finding(pd.DataFrame({"last_return": [pd.Timestamp("2026-03-31"), pd.NaT]}))
    '1 of 2 organisations has returned counts of all staff; 1 has not'
    """
    yes, no = int(progress["last_return"].notna().sum()), int(progress["last_return"].isna().sum())
    return f"{yes:,} of {yes + no:,} organisations {_have(yes)} returned counts of all staff; {no:,} {_have(no)} not"


def returned_rows(progress: pd.DataFrame) -> pd.DataFrame:
    """Write who has returned what, those who have not first. Columns: those of RETURNED."""
    order = progress.assign(_there=progress["last_return"].notna()).sort_values(["_there", "name", "organisation"])
    rows = [
        {
            "name": f"{row['name']}, {row['organisation']}",
            "date": _days(row["first_return"], row["last_return"]),
            "returned": findings.amount(row["returned"]),
            "assessed": findings.amount(row["assessed"]),
        }
        for row in order.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(RETURNED))


def _said(row: Mapping[Any, Any]) -> str:
    if row["source"] == "none":
        return f"{NOT_KNOWN}, nobody is assessed"
    share, low, high = (findings.percent(row[name]) for name in ("share", "share_low", "share_high"))
    return f"{share} of what is asked is met (between {low} and {high}; {findings.percent(row['assessed_share'])} is assessed)"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _days(first: object, last: object) -> str:
    if pd.isna(last):  # type: ignore[call-overload]
        return "not returned"
    days = [f"{day.day} {day:%B %Y}" for day in (pd.Timestamp(str(first)), pd.Timestamp(str(last)))]
    return days[0] if days[0] == days[1] else f"{days[0]} to {days[1]}"
