"""What is said of suggested places: sentences and rows for people, in the app and on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from app import findings
from app.people import count
from skills_model.privacy import HIDDEN

OPEN = "not decided"
COLUMNS = {
    "place": "Place", "team": "Team", "role_level": "Role level", "training": "Training", "way": "How", "starts": "Starts", "need": "Need",
    "decision": "Decision",
}  # fmt: skip
TEAMS = {"team": "Team", "people": "Could go", "places": "Places", "share": "Share by need", "used": "Time used, fullest period"}
EQUALITY = {
    "characteristic": "Characteristic", "category": "Group", "eligible": "Eligible", "suggested": "Suggested", "suggested_likelihood": "Likelihood",
    "accepted": "Accepted", "accepted_likelihood": "Likelihood then", "completed": "Completed", "completed_likelihood": "Likelihood at the end",
}  # fmt: skip
WAYS = {"train": "Course", "apprentice": "Apprenticeship", "mentor": "Mentor", "second": "Secondment"}
EQUALITY_NOTE = (
    "Likelihood: of those at the stage before, the share who came so far, beside that of the largest group of the characteristic (1.00: alike). "
    "An exclamation mark asks for a look: below 0.80, or above 1.25; it finds nothing by itself. Small numbers are hidden and others rounded."
)
NO_ORDER = "Numbers of places are drawn by lot: their order says nothing about anybody, and people are never ranked."


def finding(places: int, people: int, teams: int) -> str:
    """Say how many places were suggested.

    >>> finding(101, 59, 9), finding(0, 0, 0)
    ('101 training places could be offered to 59 people in 9 teams', 'There is no place that anybody there could take')
    """
    if not places:
        return "There is no place that anybody there could take"
    return f"{count(places, 'training place')} could be offered to {count(people, 'person', 'people')} in {count(teams, 'team')}"


def decided(known: Mapping[Any, Any]) -> str:
    """Say how far managers have decided on a round.

    >>> decided({"places": 101, "open": 99, "accepted": 1, "changed": 0, "declined": 1, "challenged": 0})
    'Managers have decided on 2 of 101 places: 1 accepted, 1 declined'
    >>> decided({"places": 101, "open": 101, "accepted": 0, "changed": 0, "declined": 0, "challenged": 0})
    'Managers have decided on none of 101 places yet'
    """
    made = int(known["places"] - known["open"])
    if not made:
        return f"Managers have decided on none of {count(known['places'], 'place')} yet"
    parts = [f"{int(known[name]):,} {name}" for name in ("accepted", "changed", "declined") if known[name]]
    parts += [f"{int(known['challenged']):,} challenged"] if known["challenged"] else []
    return f"Managers have decided on {made:,} of {count(known['places'], 'place')}: {', '.join(parts)}"


def of_round(known: Mapping[Any, Any]) -> str:
    """Say where a round comes from.

    >>> of_round({"round": "rab-2026-11-22", "suggested_on": "2026-11-22", "run": "58bafdc5a0", "seed": 7, "purpose": "training places"})
    'Round rab-2026-11-22, suggested on 22 Nov 2026 from plan 58bafdc5; lots drawn with seed 7. Purpose: training places'
    """
    return f"Round {known['round']}, suggested on {day(known['suggested_on'])} from plan {known['run'][:8]}; lots drawn with seed {known['seed']}. Purpose: {known['purpose']}"


def plan(row: Mapping[Any, Any]) -> str:
    """Name a finished plan in a list.

    >>> plan({"run": "58bafdc5a0", "finished_at": "2026-11-22 18:00", "budget": 100000.0, "periods": 12, "scenario": "baseline"})
    '22 Nov 2026: £100,000, 12 periods, baseline, 58bafdc5'
    """
    money = "money of the store" if pd.isna(row["budget"]) else findings.pounds(row["budget"])
    return f"{day(row['finished_at'])}: {money}, {row['periods']} periods, {row['scenario']}, {row['run'][:8]}"


def claims(claimed: float, assigned: float, apart: float, limit: float) -> str:
    """Say what a plan claims beside what real people reach.

    >>> claims(96.5, 90.7, 0.0604, 0.05)
    'The plan claims 96 ranks of these starts; real people reach 91: 6% apart, more than the 5% at which it warns'
    >>> claims(96.5, 95.0, 0.0155, 0.05)
    'The plan claims 96 ranks of these starts; real people reach 95: 2% apart'
    >>> claims(28.2, 26.7, 0.0532, 0.05)
    'The plan claims 28 ranks of these starts; real people reach 27: 5.3% apart, more than the 5% at which it warns'
    """
    share = findings.fine_percent(apart) if apart > limit else findings.percent(apart)
    said = f"The plan claims {findings.amount(claimed)} ranks of these starts; real people reach {findings.amount(assigned)}: {share} apart"
    return f"{said}, more than the {limit:.0%} at which it warns" if apart > limit else said


def first_year(claimed: float, assigned: float, apart: float) -> str:
    """Say of a plan that the ranks it claims and those that real people reach are close.

    >>> first_year(62.4, 61.9, 0.008)
    'Of its first year the plan claims 62 ranks, and the people suggested for it would reach 62 (1% apart).'
    >>> first_year(0.0, 0.0, 0.0)
    'In its first year the plan starts nobody who is there now in learning.'
    """
    if not claimed:
        return "In its first year the plan starts nobody who is there now in learning."
    return (
        f"Of its first year the plan claims {findings.amount(claimed)} ranks, and the people suggested for it would reach "
        f"{findings.amount(assigned)} ({apart:.0%} apart)."
    )


def used(hours: float, time: float) -> str:
    """Write how much of the time for learning is used.

    >>> used(165.0, 276.0), used(0.0, float("nan"))
    ('60%', '0%')
    """
    return findings.percent(hours / time if time and not pd.isna(time) else 0.0)


def day(value: object) -> str:
    """Write a day.

    >>> day("2026-04-01"), day(None)
    ('1 Apr 2026', '-')
    """
    if pd.isna(value):  # type: ignore[call-overload]
        return "-"
    return f"{pd.Timestamp(str(value)).day} {pd.Timestamp(str(value)):%b %Y}"


def rows(lines: pd.DataFrame) -> pd.DataFrame:
    """Write places as people read them, in the order of their numbers."""
    written = [
        {
            "place": f"{row['place']}",
            "team": row["team"],
            "role_level": row["role_level_label"],
            "training": f"{row['skill_label']} to {row['rank_label']}",
            "way": WAYS.get(str(row["kind"]), "-"),
            "starts": day(row["starts_on"]).replace(" ", "\N{NO-BREAK SPACE}"),
            "need": row["band_of_need"],
            "decision": row["decision"] if isinstance(row["decision"], str) else OPEN,
        }
        for row in lines.to_dict("records")
    ]
    return pd.DataFrame(written, columns=list(COLUMNS))


def title(line: Mapping[Any, Any]) -> str:
    """Name one place.

    >>> title({"place": 3, "skill_label": "SQL", "rank_label": "Working", "team": "Data", "role_level_label": "Analyst"})
    'Place 3: SQL to Working, for Analyst in Data'
    """
    return f"Place {line['place']}: {line['skill_label']} to {line['rank_label']}, for {line['role_level_label']} in {line['team']}"


def details(line: Mapping[Any, Any]) -> str:
    """Say how a place is learnt, and from when.

    >>> details({"kind": "train", "route": "SQL course", "starts_on": "2026-04-01"})
    'Course: SQL course, from 1 Apr 2026.'
    """
    way = WAYS.get(str(line["kind"]), "Training")
    named = f"{way}: {line['route']}" if isinstance(line["route"], str) and line["route"] else way
    return f"{named}, from {day(line['starts_on'])}."


def team_rows(teams: pd.DataFrame) -> pd.DataFrame:
    """Write how places fall on teams, in the order of their names."""
    written = [
        {
            "team": row["team"],
            "people": f"{row['people']:,}",
            "places": f"{row['places']:,}",
            "share": findings.amount(row["share"]),
            "used": used(row["hours"], row["time"]),
        }
        for row in teams.to_dict("records")
    ]
    return pd.DataFrame(written, columns=list(TEAMS))


def equality_finding(groups: pd.DataFrame) -> str:
    """Say whether any group is to be looked at.

    >>> groups = pd.DataFrame({"suggested_look": [True, False], "accepted_look": [False, False], "completed_look": [False, False]})
    >>> equality_finding(groups), equality_finding(groups.iloc[1:])
    ('1 group is to be looked at: its likelihood is far from that of the largest group', 'No group that can be shown is far from the largest group')
    """
    look = int(groups[["suggested_look", "accepted_look", "completed_look"]].any(axis=1).sum())
    if not look:
        return "No group that can be shown is far from the largest group"
    return f"{count(look, 'group')} {'is' if look == 1 else 'are'} to be looked at: {'its' if look == 1 else 'their'} likelihood is far from that of the largest group"


def equality_rows(groups: pd.DataFrame) -> pd.DataFrame:
    """Write equality monitoring as people read it."""
    written = [
        {
            "characteristic": row["characteristic"],
            "category": row["category"],
            **{stage: _people(row[stage]) for stage in ("eligible", "suggested", "accepted", "completed")},
            **{f"{stage}_likelihood": _likelihood(row, stage) for stage in ("suggested", "accepted", "completed")},
        }
        for row in groups.to_dict("records")
    ]
    return pd.DataFrame(written, columns=list(EQUALITY))


def _people(value: object) -> str:
    """Write a number of people of a protected result."""
    return HIDDEN if value == HIDDEN else ("-" if pd.isna(value) or value == "nan" else f"{float(str(value)):,.0f}")  # type: ignore[call-overload]


def _likelihood(row: Mapping[Any, Any], stage: str) -> str:
    value = row[f"{stage}_likelihood"]
    return "-" if pd.isna(value) else f"{value:.2f}{' !' if row[f'{stage}_look'] else ''}"
