"""What is said of an organisation beside like ones: sentences and tables in words, for the page and for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from app import findings
from skills_model.peers import Funnel, Peers

PER = 1000.0
UNKNOWN = "not known"


@dataclass(frozen=True)
class Told:
    """Say how a measure is named and written: `phrase` is a value in a sentence, `whole` names what its share is of.

    A measure is written as a percentage with so many decimals, signed where it is a change, or as so many in a thousand.
    """

    id: str
    label: str
    phrase: str
    whole: str = "people"
    decimals: int = 0
    per: float = 1.0
    change: bool = False

    def written(self, value: object) -> str:
        """Write a value; what is hidden stays hidden.

        >>> MEASURES["vacancy_share"].written(0.0729), MEASURES["staff_share"].written(0.045019), MEASURES["coverage"].written("*")
        ('7.3%', '45.0', '*')
        """
        number = pd.to_numeric(value, errors="coerce")  # type: ignore[call-overload]
        if pd.isna(number):
            return findings.HIDDEN if value == findings.HIDDEN else UNKNOWN
        if self.per == PER:
            return f"{number * PER:.1f}"
        text = f"{number:{'+' if self.change else ''}.{self.decimals}%}"
        return text.lstrip("+-") if not text.strip("+-0.%") else text

    def between(self, low: object, high: object) -> str:
        """Write two ends, once where they are written alike.

        >>> MEASURES["vacancy_share"].between(0.05, 0.09), MEASURES["coverage"].between(0.681, 0.684)
        ('5.0% to 9.0%', '68%')
        """
        first, last = self.written(low), self.written(high)
        return first if first == last else f"{first} to {last}"


MEASURES = {
    told.id: told
    for told in (
        Told("vacancy_share", "Vacant posts", "{} of posts vacant", whole="posts", decimals=1),
        Told("staff_share", "Staff in post per 1,000 of all staff", "{} staff in post per 1,000 of all staff", per=PER),
        Told("coverage", "Coverage of required skills", "{} of required skills in place"),
        Told("temporary_share", "Bank and agency", "{} of those at work bank or agency", decimals=1),
        Told("older_share", "Aged 55 and over", "{} of staff aged 55 or over"),
        Told("leaver_rate", "Leavers a year", "{} of staff left in a year", decimals=1),
        Told("joiner_rate", "Joiners a year", "{} of those there at the start joined in a year", decimals=1),
        Told("staff_change", "Projected change of staff", "a projected change of staff of {}", change=True),
        Told("gap_share", "Projected gap", "a projected gap of {} of the posts needed"),
        Told("maturity", "Digital maturity", "{} of the best possible score of digital maturity"),
    )
}
"""The measures in the order in which they are offered."""
BY_LABEL = {told.label: told for told in MEASURES.values()}
COLUMNS = {"measure": "Measure", "own": "Here", "median": "Median of peers", "middle": "Middle half of peers", "known": "Peers known"}


def finding(name: str, row: Mapping[Any, Any], told: Told) -> str:
    """Say where an organisation lies beside its peers, from one row of peers.beside; never a position.

    >>> row = {"own": 0.073, "lower": 0.053, "median_low": 0.071, "median_high": 0.071, "upper": 0.091, "shown": 11, "small": 0}
    >>> finding("Ash Trust", row, MEASURES["vacancy_share"])
    'Ash Trust: 7.3% of posts vacant. The median of 11 peers is 7.1%, and half of them lie between 5.3% and 9.1%'
    >>> finding("Ash Trust", row | {"own": float("nan")}, MEASURES["vacancy_share"])
    'Ash Trust: not known. The median of 11 peers is 7.1%, and half of them lie between 5.3% and 9.1%'
    >>> finding("Ash Trust", row | {"median_low": float("nan"), "shown": 2}, MEASURES["vacancy_share"])
    'Ash Trust: 7.3% of posts vacant. Too few peers are known to compare it with'
    """
    own = told.written(row["own"])
    unsaid = {findings.HIDDEN: "too few people to show", UNKNOWN: UNKNOWN}
    said = f"{name}: {unsaid[own] if own in unsaid else told.phrase.format(own)}"
    if pd.isna(row["median_low"]):
        return f"{said}. Too few peers are known to compare it with"
    median = told.between(row["median_low"], row["median_high"])
    exact = row["median_low"] == row["median_high"]
    at, half = ("is", "half") if exact else ("lies at", "at least half")
    middle = f"{told.written(row['lower'])} and {told.written(row['upper'])}"
    return f"{said}. The median of {row['shown'] + row['small']} peers {at} {median}, and {half} of them lie between {middle}"


def like(peers: Peers) -> str:
    """Say which organisations are compared, and how far the search for them had to be widened.

    >>> print(like(Peers("AAA", "Acute", ("B",) * 11, "all staff", 15839.81, True, 1.5, False, 8)))
    Compared with 11 others of the type Acute, up to 1.5 times as large or as small by all staff (15,840 FTE here)
    >>> print(like(Peers("AAA", "Ambulance", ("B",) * 9, "posts", 120.0, True, None, True, 8)))
    Compared with 9 others of the type Ambulance, of any size. Fewer than 8 are closer to it
    >>> print(like(Peers("AAA", "Other bodies", ("B",) * 3, "posts", 120.0, False, None, True, 8)))
    Compared with 3 others of every type, of any size. Fewer than 8 are closer to it, and these are few too: little can be said
    """
    count = len(peers.codes)
    kind = f"of the type {peers.organisation_type}" if peers.same_type else "of every type"
    basis = "all staff" if peers.basis == "all staff" else "digital posts"
    near = "of any size"
    if peers.ratio is not None:
        near = f"up to {peers.ratio:g} times as large or as small by {basis} ({findings.amount(peers.size)} FTE here)"
    said = f"Compared with {findings.counted(count, 'other')} {kind}, {near}"
    if not peers.widened:
        return said
    few = "" if peers.enough else ", and these are few too: little can be said"
    return f"{said}. Fewer than {peers.least} are closer to it{few}"


def paths_finding(paths: pd.DataFrame, first: str, last: str) -> str:
    """Say in which role family staff are projected to change least like those of peers; `paths` as those of app.pipeline.compare.

    >>> paths = pd.DataFrame([("Data", "2028/29", 1.1, 1.02), ("Cyber", "2028/29", 0.9, 1.2), ("Odd", "2028/29", 0.5, float("nan"))],
    ...     columns=["role_family_label", "year", "own", "median"])
    >>> paths_finding(paths, "2025/26", "2028/29")
    'From 2025/26 to 2028/29 least like its peers: Cyber, projected -10% here and +20% at their median'
    >>> paths_finding(paths[2:], "2025/26", "2028/29")
    'Too few peers are known to compare how staff are projected to change'
    """
    ends = paths[paths["year"] == last].assign(own=lambda rows: findings.numbers(rows, "own")).dropna(subset=["own", "median"])
    if ends.empty:
        return "Too few peers are known to compare how staff are projected to change"
    furthest = ends.assign(away=(ends["own"] - ends["median"]).abs()).sort_values(["away", "role_family_label"], ascending=[False, True])
    row, told = furthest.iloc[0], MEASURES["staff_change"]
    here, there = told.written(row["own"] - 1), told.written(row["median"] - 1)
    if here == there:
        return f"From {first} to {last} staff are projected to change as at the median of peers in every role family"
    return f"From {first} to {last} least like its peers: {row['role_family_label']}, projected {here} here and {there} at their median"


def chance(funnel: Funnel, organisation: str, told: Told) -> str:
    """Say whether chance alone would leave an organisation where it is; a difference beyond chance is not yet good or bad.

    >>> points = pd.DataFrame([("AAA", 200.0, 0.16, 0.02, 0.04, 0.11, 0.14)],
    ...     columns=["organisation", "people", "share", "low_998", "low_95", "high_95", "high_998"])
    >>> vacant = MEASURES["vacancy_share"]
    >>> print(chance(Funnel(None, 0.07, points, points), "AAA", vacant))
    16.0% of 200 posts: more than chance alone would make it around the peers' mean of 7.0% (99.8% of such places: 2.0% to 14.0%)
    >>> print(chance(Funnel(None, 0.07, points.assign(share=0.12), points), "AAA", vacant))
    12.0% of 200 posts: more than chance alone would mostly make it around the peers' mean of 7.0% (95% of such places: 4.0% to 11.0%)
    >>> print(chance(Funnel(None, 0.07, points.assign(share=0.1), points), "AAA", vacant))
    10.0% of 200 posts: within what chance alone would make it around the peers' mean of 7.0% (95% of such places: 4.0% to 11.0%)
    """
    mine = funnel.points[funnel.points["organisation"] == organisation]
    mean = f"around the peers' mean of {told.written(funnel.mean)}"
    if mine.empty:
        return f"What chance alone would make of such places {mean}; not known of this one"
    row = mine.iloc[0]
    said = f"{told.written(row['share'])} of {row['people']:,.0f} {told.whole}"
    usual = f"{mean} (95% of such places: {told.between(row['low_95'], row['high_95'])})"
    if row["low_95"] <= row["share"] <= row["high_95"]:
        return f"{said}: within what chance alone would make it {usual}"
    side = "more" if row["share"] > funnel.mean else "less"
    if row["low_998"] <= row["share"] <= row["high_998"]:
        return f"{said}: {side} than chance alone would mostly make it {usual}"
    return f"{said}: {side} than chance alone would make it {mean} (99.8% of such places: {told.between(row['low_998'], row['high_998'])})"


def glance(beside: pd.DataFrame) -> pd.DataFrame:
    """Write every measure beside its peers as people read it. Columns: those of COLUMNS."""
    rows = {row["measure"]: row for row in beside.to_dict("records")}
    return pd.DataFrame([_glanced(rows[name], told) for name, told in MEASURES.items() if name in rows], columns=list(COLUMNS))


def places(measured: pd.DataFrame, organisation: str, told: Told) -> pd.DataFrame:
    """Write a measure of every organisation as people read it: one's own first, the others by name, which says nothing of how they do.

    Columns: name, headcount, the measure.
    """
    order = measured.assign(_other=measured["organisation"] != organisation).sort_values(["_other", "name", "organisation"])
    rows = [
        (f"{row['name']}, {row['organisation']}", people(row["headcount"]), told.written(row[told.id])) for row in order.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=["name", "headcount", told.id])


def people(value: object) -> str:
    """Write a number of people; a column that holds a hidden one has the others as text.

    >>> people(766), people("1145"), people("*")
    ('766', '1,145', '*')
    """
    number = pd.to_numeric(value, errors="coerce")  # type: ignore[call-overload]
    return str(value) if pd.isna(number) else f"{number:,.0f}"


def headings(told: Told) -> dict[str, str]:
    """Return the headings of what `places` returns."""
    return {"name": "Organisation", "headcount": "People", told.id: told.label}


def shown(row: Mapping[Any, Any]) -> str:
    """Say how many peers a chart shows, and why not the others.

    >>> shown({"shown": 21, "small": 16, "missing": 0})
    'Showing 21 of 37 peers; of 16 the part is too small to show, so their values are small too'
    >>> shown({"shown": 11, "small": 0, "missing": 2})
    'Showing 11 of 13 peers; of 2 nothing is known, or too few people to say'
    """
    total = row["shown"] + row["small"] + row["missing"]
    parts = [findings.showing(row["shown"], total, "peers")]
    parts += [f"of {row['small']} the part is too small to show, so their values are small too"] if row["small"] else []
    parts += [f"of {row['missing']} nothing is known, or too few people to say"] if row["missing"] else []
    return "; ".join(parts)


def _glanced(row: Mapping[Any, Any], told: Told) -> dict[str, str]:
    compared = not pd.isna(row["median_low"])
    total = row["shown"] + row["small"] + row["missing"]
    return {
        "measure": told.label,
        "own": told.written(row["own"]),
        "median": told.between(row["median_low"], row["median_high"]) if compared else "too few known",
        "middle": f"{told.written(row['lower'])} to {told.written(row['upper'])}" if compared else "too few known",
        "known": f"{row['shown'] + row['small']} of {total}",
    }
