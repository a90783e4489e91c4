"""What is said of all staff and boards: sentences and tables in words, for the page and for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from app import findings

type Between = Callable[[object, object, findings.Measure], str]

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
}
RETURNED = {
    "name": "Organisation",
    "date": "Returned",
    "returned": "People returned",
    "one_by_one": "People assessed one by one",
    "people": "People",
    "met": "Meet it",
    "assessed": "Assessed",
}


def headline(tiers: pd.DataFrame) -> str:
    """Say how much of what is asked of all staff, and of boards, is met; one row a tier.

    >>> headline(pd.DataFrame([("Digital literacy", 0.62, 0.2, 0.9, "return"), ("Board", 0.5, 0, 1, "none")],
    ...     columns=["tier_label", "share", "share_low", "share_high", "source"]))
    'Digital literacy: 62% of what is asked is met (20% to 90%). Board: not known, nobody is assessed'
    >>> headline(pd.DataFrame({"source": ["none"]}))
    'Not known yet: nobody is assessed in what is asked of all staff, and no counts are returned'
    """
    if not len(tiers) or (tiers["source"] == "none").all():
        return "Not known yet: nobody is assessed in what is asked of all staff, and no counts are returned"
    return ". ".join(f"{row['tier_label']}: {_said(row)}" for row in tiers.to_dict("records"))


def quality(tiers: pd.DataFrame) -> str:
    """Say how much is assessed, and what the number of people rests on.

    >>> quality(pd.DataFrame([("Digital literacy", 0.3, "published count, return"), ("Board", 0.8, "return")],
    ...     columns=["tier_label", "assessed_share", "counted"]))
    'Digital literacy: 30% is assessed; people are counted from: published count, return. Board: 80% is assessed; people are counted from: return.'
    """
    return " ".join(
        f"{row['tier_label']}: {findings.percent(row['assessed_share'])} is assessed; people are counted from: {row['counted']}."
        for row in tiers.to_dict("records")
    )


def ordered(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Put the rows that meet least first, those of which nothing is known last."""
    known = frame.assign(_unknown=frame["source"] == "none", _share=findings.numbers(frame, "share"))
    return known.sort_values(["_unknown", "_share", name], na_position="last", ignore_index=True).drop(columns=["_unknown", "_share"])


def written(frame: pd.DataFrame, name: str, between: Between = findings.between) -> pd.DataFrame:
    """Write rows as people read them; `name` is the column that names a row, `between` writes a range. Columns: those of COLUMNS."""
    rows = [
        {
            "name": row[name],
            "people": people(row["headcount"]),
            "asked": asked(row),
            "met": met(row, between),
            "ranks": NOT_KNOWN if row["source"] == "none" else findings.amount(row["ranks_short"]),
            "assessed": findings.percent(row["assessed_share"]),
            "of_assessed": NOT_KNOWN if row["source"] == "none" else findings.percent(row["share_of_assessed"]),
            "source": SOURCES[row["source"]],
        }
        for row in frame.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def people(count: object) -> str:
    """Write a number of people.

    >>> people(9), people(1200), people("*")
    ('9', '1,200', '*')
    """
    return findings.amount(count).removesuffix(".0")


def asked(row: Mapping[Any, Any]) -> str:
    """Write the ranks that are asked.

    >>> asked({"rank_least": 1, "rank_most": 3}), asked({"rank_least": 2, "rank_most": 2})
    ('1 to 3', '2')
    """
    least, most = int(row["rank_least"]), int(row["rank_most"])
    return f"{least}" if least == most else f"{least} to {most}"


def met(row: Mapping[Any, Any], between: Between = findings.between) -> str:
    """Write the share that is met, with its range."""
    if row["source"] == "none":
        return NOT_KNOWN
    return f"{findings.percent(row['share'])} {between(row['share_low'], row['share_high'], SHARE)}"


def returned_finding(progress: pd.DataFrame) -> str:
    """Say how many organisations have returned counts, and from when these are.

    >>> returned_finding(pd.DataFrame({"first_return": [pd.Timestamp("2026-03-01"), pd.NaT], "last_return": [pd.Timestamp("2026-03-31"), pd.NaT]}))
    '1 of 2 organisations has returned counts of all staff, dated 1 March 2026 to 31 March 2026; 1 has not'
    >>> returned_finding(pd.DataFrame({"first_return": [pd.NaT], "last_return": [pd.NaT]}))
    'The organisation has not returned counts of all staff'
    """
    yes, no = int(progress["last_return"].notna().sum()), int(progress["last_return"].isna().sum())
    dated = f", dated {_days(progress['first_return'].min(), progress['last_return'].max())}" if yes else ""
    if yes + no == 1:
        return f"The organisation has {'' if yes else 'not '}returned counts of all staff{dated}"
    if not yes or not no:
        return f"{'None' if no else 'All'} of {yes + no:,} organisations {'has' if no else 'have'} returned counts of all staff{dated}"
    return f"{yes:,} of {yes + no:,} organisations {_have(yes)} returned counts of all staff{dated}; {no:,} {_have(no)} not"


def by_organisation(progress: pd.DataFrame, measured: pd.DataFrame, between: Between = findings.between) -> pd.DataFrame:
    """Write what each organisation has returned and what it meets, those without a return first. Columns: those of RETURNED.

    `measured` is by organisation; one of which nothing is counted has no row there. `between` writes a range.
    """
    found = {row["organisation"]: row for row in measured.to_dict("records")}
    order = progress.assign(_there=progress["last_return"].notna()).sort_values(["_there", "name", "organisation"])
    rows = [
        {
            "name": f"{row['name']}, {row['organisation']}",
            "date": "not returned" if pd.isna(row["last_return"]) else _days(row["first_return"], row["last_return"]),
            "returned": people(row["returned"]),
            "one_by_one": people(row["assessed"]),
            **_of_organisation(found.get(row["organisation"]), between),
        }
        for row in order.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(RETURNED))


def _of_organisation(row: Mapping[Any, Any] | None, between: Between) -> dict[str, str]:
    if row is None:
        return dict.fromkeys(("people", "met", "assessed"), NOT_KNOWN)
    return {"people": people(row["headcount"]), "met": met(row, between), "assessed": findings.percent(row["assessed_share"])}


def _said(row: Mapping[Any, Any]) -> str:
    if row["source"] == "none":
        return f"{NOT_KNOWN}, nobody is assessed"
    return f"{findings.percent(row['share'])} of what is asked is met ({findings.spread(row['share_low'], row['share_high'], SHARE)})"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _days(first: object, last: object) -> str:
    days = [f"{day.day} {day:%B %Y}" for day in (pd.Timestamp(str(first)), pd.Timestamp(str(last)))]
    return days[0] if days[0] == days[1] else f"{days[0]} to {days[1]}"
