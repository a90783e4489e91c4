"""Sentences about cover, its loss, staff within reach and career paths; pure functions without Streamlit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from app.findings import HIDDEN, MEASURES, amount, between, percent, pounds, ranked
from skills_model.people import CareerPath

FEW = "1 to 7"
SHOWN = 8  # characters of a pseudonym that tell people of one organisation apart on a page
WHOLE = "Whole organisation"


def count(number: Any, noun: str, many: str = "") -> str:
    """Write a count with its noun.

    >>> count(1, "person", "people"), count(1200.0, "skill"), count("*", "skill")
    ('1 person', '1,200 skills', '1 to 7 skills')
    """
    words = FEW if number == HIDDEN else f"{number:,.0f}"
    return f"{words} {noun if words == '1' else many or noun + 's'}"


def whole(number: Any) -> str:
    """Write a number without decimals.

    >>> whole(3), whole(1234.4), whole("*"), whole(float("nan"))
    ('3', '1,234', '*', '-')
    """
    if isinstance(number, str):
        return number
    return "-" if pd.isna(number) else f"{number:,.0f}"


def cover_finding(cover: pd.DataFrame) -> str:
    """Say how many cover targets are met, and how many of them the user has set.

    >>> cover_finding(pd.DataFrame({"short": [0, 1, 2], "short_low": [0, 0, 1], "suggested": [True, True, False]}))
    '2 of 3 cover targets are not met; 1 of these might be: some people are not assessed or stand between two ranks. 1 target is set, 2 are suggested.'
    """
    if cover.empty:
        return "No post here needs a skill, so there is nothing to cover"
    short, perhaps = cover["short"] > 0, (cover["short"] > 0) & (cover["short_low"] == 0)
    own = int((~cover["suggested"]).sum())
    said = f"{short.sum():,} of {len(cover):,} cover targets are not met" if short.any() else f"All {len(cover):,} cover targets are met"
    if perhaps.any():
        which = "all" if perhaps.sum() == short.sum() else f"{perhaps.sum():,}"
        said += f"; {which} of these might be: some people are not assessed or stand between two ranks"
    if not own:
        return f"{said}. All targets are suggestions."
    return f"{said}. {count(own, 'target')} {'is' if own == 1 else 'are'} set, {len(cover) - own:,} are suggested."


def one_finding(loss: pd.DataFrame) -> str:
    """Say how much hangs on one person, in whole organisations and in teams.

    >>> one_finding(pd.DataFrame({"team": ["", "Data", "Data"], "single": [True, True, False]}))
    '1 skill hangs on one person in the whole organisation, 1 within a team; in 1 more place the loss of one holder leaves too few'
    >>> one_finding(pd.DataFrame({"team": ["", "Data"], "single": [False, False]}))
    'No skill hangs on one person; in 2 places the loss of one holder leaves too few'
    """
    if loss.empty:
        return "No skill falls below cover if one person goes"
    whole, team = int((loss["single"] & (loss["team"] == "")).sum()), int((loss["single"] & (loss["team"] != "")).sum())
    others = int((~loss["single"]).sum())
    if not whole + team:
        return f"No skill hangs on one person; in {count(others, 'place')} the loss of one holder leaves too few"
    said = f"{count(whole, 'skill')} {'hangs' if whole == 1 else 'hang'} on one person in the whole organisation, {team:,} within a team"
    return f"{said}; in {count(others, 'more place')} the loss of one holder leaves too few" if others else said


def one_sentence(row: pd.Series) -> str:
    """Say what the loss of one holder does to a skill in one place.

    >>> one_sentence(pd.Series({"team": "Data", "skill_label": "SQL", "rank_label": "Working", "held": 1, "held_high": 3, "people": 2}))
    'Only one person in Data holds SQL at Working (2 more might)'
    """
    place = row["team"] or "the whole organisation"
    might = int(row["held_high"] - row["held"])
    more = f" ({might:,} more might)" if might else ""
    if row["held"] == 1:
        return f"Only one person in {place} holds {row['skill_label']} at {row['rank_label']}{more}"
    return f"{row['held']:,} people in {place} hold {row['skill_label']} at {row['rank_label']}{more}, and {row['people']:,} are wanted"


def team_finding(team: str, loss: pd.DataFrame) -> str:
    """Say what the whole organisation loses with a team.

    >>> lost = pd.DataFrame({"group_headcount": [9, 9], "group_fte": [8.9, 8.9], "below": [True, True], "left_over": [0, 1]})
    >>> team_finding("Data", lost)
    'If Data went (9 people, 8.9 FTE), 2 skills would be below cover in the whole organisation, 1 of which nobody else is known to hold'
    """
    if loss.empty:
        return f"If {team} went, no skill would lose a holder"
    size = f"{count(loss['group_headcount'].iloc[0], 'person', 'people')}, {amount(loss['group_fte'].iloc[0], 'FTE')}"
    below, nobody = int(loss["below"].sum()), int((loss["left_over"] == 0).sum())
    if not below:
        return f"If {team} went ({size}), every skill would still be covered in the whole organisation"
    said = f"If {team} went ({size}), {count(below, 'skill')} would be below cover in the whole organisation"
    which = "all" if nobody == below else f"{nobody:,}"
    return f"{said}, {which} of which nobody else is known to hold" if nobody else said


def cohort_sentence(group: pd.Series) -> str:
    """Say what goes with an age band near retirement, or why it is not shown.

    >>> shown = {"age_band": "60 and over", "headcount": 12, "fte": 10.4, "skills": 83, "below": "*", "reason": ""}
    >>> cohort_sentence(pd.Series(shown))
    'If the 12 people aged 60 and over went (10 FTE), at most 7 of 83 skills would lose holders and be below cover'
    >>> cohort_sentence(pd.Series(shown | {"reason": "fewer than 8 people are in it"}))
    'People aged 60 and over are not shown: fewer than 8 people are in it'
    """
    if group["reason"]:
        return f"People aged {group['age_band']} are not shown: {group['reason']}"
    size = f"the {group['headcount']:,} people aged {group['age_band']} went ({amount(group['fte'], 'FTE')})"
    below = "at most 7" if group["below"] == HIDDEN else f"about {float(group['below']):,.0f}"
    return f"If {size}, {below} of {count(group['skills'], 'skill')} would lose holders and be below cover"


def quality_finding(teams: pd.DataFrame) -> str:
    """Say how much of what teams need to know about their skills is known.

    >>> quality_finding(pd.DataFrame({"needed": [60, 40], "assessed": [50, 10], "own": [30, 6], "team": ["Data", "Web"]}))
    '60% of the skills that people need are assessed, 60% of these by nobody but themselves; least is known in Web (25%)'
    """
    needed, assessed = teams["needed"].sum(), teams["assessed"].sum()
    if not needed:
        return "Nobody is in a role level that needs skills"
    said = f"{percent(assessed / needed)} of the skills that people need are assessed"
    if not assessed:
        return said
    least = teams.assign(share=teams["assessed"] / teams["needed"]).sort_values(["share", "team"]).iloc[0]
    where = f"{least['team']} ({percent(least['share'])})"
    return f"{said}, {percent(teams['own'].sum() / assessed)} of these by nobody but themselves; least is known in {where}"


def reach_finding(label: str, within: int, counts: pd.DataFrame) -> str:
    """Say how many staff are within reach of a role level.

    >>> counts = pd.DataFrame({"certainly": [2, 1], "possibly": [1, 0], "unknown": [4, 0]})
    >>> reach_finding("Lead analyst", 3, counts)
    'Lead analyst: 3 people are certainly within 3 ranks, 1 more possibly; of 4 people too little is known to say'
    >>> reach_finding("Lead analyst", 3, counts.astype("str").replace("4", "*"))
    'Lead analyst: how many people are within 3 ranks is shown by organisation, where it is large enough'
    """
    if (counts == HIDDEN).any(axis=None):
        return f"{label}: how many people are within {count(within, 'rank')} is shown by organisation, where it is large enough"
    certain, perhaps, unknown = (int(counts[column].astype("float64").sum()) for column in ("certainly", "possibly", "unknown"))
    if not certain + perhaps:
        return f"{label}: nobody is known to be within {count(within, 'rank')}; of {count(unknown, 'person', 'people')} too little is known to say"
    said = f"{label}: {count(certain, 'person', 'people')} {'is' if certain == 1 else 'are'} certainly within {count(within, 'rank')}"
    more = f"{perhaps:,} more" if perhaps else "nobody else"
    return f"{said}, {more} possibly; of {count(unknown, 'person', 'people')} too little is known to say"


def path_finding(path: CareerPath, start: str, goal: str) -> str:
    """Say how far it is from one role level to another, and what courses give of it."""
    gained = path.ranks[path.ranks["ranks"] > 0]
    if gained.empty:
        return f"From {start} to {goal} there is no rank to gain"
    said = f"From {start} to {goal}: {count(gained['ranks'].sum(), 'rank')} to gain in {count(len(gained), 'skill')}"
    taught = int((gained[["taught_to", "rank_after"]].min(axis=1) - gained["rank_before"]).sum())
    if not taught:
        return f"{said}; no course in the store gives any of them"
    return f"{said}; {count(len(path.courses), 'course')} give {taught:,} of them for {pounds(path.courses['price'].sum())} a person"


def untaught(path: CareerPath) -> list[str]:
    """Say which ranks no course gives, one sentence a skill."""
    missing = path.ranks[(path.ranks["ranks"] > 0) & (path.ranks["taught_to"] < path.ranks["rank_after"])]
    return [f"{row.skill_label}: from {row.taught_label} to {row.after_label}" for row in missing.itertuples()]


def place(team: object) -> str:
    """Name the team of a target; the empty one stands for all."""
    return str(team) or WHOLE


def reference(person: object) -> str:
    """Shorten a pseudonym for a page."""
    return str(person)[:SHOWN]


def ranged(low: object, high: object) -> str:
    """Write the ends of a count.

    >>> ranged(1, 3), ranged(2, 2)
    ('1 to 3', '2')
    """
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def far(low: object, high: object) -> str:
    """Write how many ranks are missing.

    >>> far(0.0, 0.0), far(1.0, 3.0), far(float("nan"), float("nan"))
    ('none', '1 to 3', 'too little is known')
    """
    if pd.isna(low):  # type: ignore[call-overload]
        return "too little is known"
    return "none" if high == 0 else f"{low:.0f} to {high:.0f}"


def cover_rows(cover: pd.DataFrame) -> pd.DataFrame:
    """Write cover targets as people read them, the shortest first."""
    order = cover.sort_values(["short", "team", "skill_label"], ascending=[False, True, True])
    written = [
        {
            "team": place(row["team"]),
            "skill": row["skill_label"],
            "rank": row["rank_label"],
            "people": f"{row['people']:,}" if row["suggested"] else f"{row['people']:,}\N{NO-BREAK SPACE}(set)",
            "held": _with_range(row["held"], row["held_low"], row["held_high"]),
            "unassessed": f"{row['unassessed']:,}",
            "short": _with_range(row["short"], row["short_low"], row["short_high"]),
        }
        for row in order.to_dict("records")
    ]
    return pd.DataFrame(written, columns=["team", "skill", "rank", "people", "held", "unassessed", "short"])


def one_rows(loss: pd.DataFrame) -> pd.DataFrame:
    """Write what hangs on one holder, skills that one person alone holds first, people in no order of merit."""
    order = loss.sort_values(["single", "team", "skill_label"], ascending=[False, True, True])
    written = [
        {
            "team": place(row["team"]),
            "skill": row["skill_label"],
            "rank": row["rank_label"],
            "people": f"{row['people']:,}",
            "held": _with_range(row["held"], row["held_low"], row["held_high"]),
            "fte": f"{row['fte']:.1f}",
            "left": f"{row['left_over']:,}",
            "persons": ", ".join(reference(person) for person in row["persons"].split()) or "not shown",
        }
        for row in order.to_dict("records")
    ]
    return pd.DataFrame(written, columns=["team", "skill", "rank", "people", "held", "fte", "left", "persons"])


def team_rows(loss: pd.DataFrame) -> pd.DataFrame:
    """Write what goes with a team or with age bands, skills that fall below cover first."""
    order = loss.sort_values(["below", "skill_label"], ascending=[False, True])
    written = [
        {
            "band": row.get("age_band", ""),
            "skill": row["skill_label"],
            "rank": row["rank_label"],
            "people": f"{row['people']:,}",
            "held": f"{row['held']:,}",
            "going": f"{row['going']:,}",
            "left": _with_range(row["left_over"], row["left_low"], row["left_high"]) if "left_low" in row else f"{row['left_over']:,}",
            "below": "yes" if row["below"] else "no",
        }
        for row in order.to_dict("records")
    ]
    return pd.DataFrame(written, columns=["band", "skill", "rank", "people", "held", "going", "left", "below"])


def reach_rows(staff: pd.DataFrame) -> pd.DataFrame:
    """Write the staff within reach of a role level, by team and pseudonym."""
    written = [
        {
            "team": row["team"],
            "person": reference(row["person"]),
            "now": row["role_level_label"] if isinstance(row["role_level_label"], str) else "not mapped",
            "within": "certainly" if row["certain"] else "possibly",
            "missing": row["missing_skills"] or "none that is known",
            "unknown": f"{row['unknown_skills']:,} of {row['skills']:,}",
        }
        for row in staff.to_dict("records")
    ]
    return pd.DataFrame(written, columns=["team", "person", "now", "within", "missing", "unknown"])


def profile_rows(profile: pd.DataFrame) -> pd.DataFrame:
    """Write what a role level needs and how far it is met, the least covered first."""
    order = ranked(profile, MEASURES["coverage"])
    written = [
        {
            "skill": row["skill_label"],
            "rank": row["rank_label"],
            "people": whole(row["headcount"]),
            "coverage": _unbroken(f"{percent(row['coverage'])} {between(row['coverage_low'], row['coverage_high'], MEASURES['coverage'])}"),
            "short": amount(row["staff_short"]),
            "vacant": amount(row["vacancy_short"]),
            "assessed": percent(row["assessed_share"]),
        }
        for row in order.to_dict("records")
    ]
    return pd.DataFrame(written, columns=["skill", "rank", "people", "coverage", "short", "vacant", "assessed"])


def holder_rows(holders: pd.DataFrame, names: Mapping[int, str]) -> pd.DataFrame:
    """Write what each holder of a role level holds of one skill, by team and pseudonym."""
    written = [
        {
            "team": row["team"],
            "person": reference(row["person"]),
            "fte": f"{row['fte']:.1f}",
            "rank": "not assessed" if pd.isna(row["rank"]) else names.get(int(row["rank"]), "none"),
            "range": "unknown" if pd.isna(row["rank"]) else _unbroken(ranged(row["rank_low"], row["rank_high"])),
            "kind": "-" if pd.isna(row["rank"]) else row["kind"],
            "on": "-" if pd.isna(row["rank"]) else _unbroken(f"{row['assessed_on'].day} {row['assessed_on']:%b %Y}"),
        }
        for row in holders.to_dict("records")
    ]
    return pd.DataFrame(written, columns=["team", "person", "fte", "rank", "range", "kind", "on"])


def path_rows(path: CareerPath) -> pd.DataFrame:
    """Write the ranks to gain on a path, skills without any last."""
    order = path.ranks.assign(none=path.ranks["ranks"] == 0).sort_values(["none", "skill_label"])
    taught = [_taught(row) for row in order.to_dict("records")]
    return order.assign(taught=taught)[["skill_label", "before_label", "after_label", "ranks", "taught"]].astype("str")


def _taught(row: Mapping[Any, Any]) -> str:
    if not row["ranks"]:
        return "-"
    return row["taught_label"] if row["taught_to"] > row["rank_before"] else "no course"


def _unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}").replace("–", "–\N{WORD JOINER}")


def _with_range(value: int, low: int, high: int) -> str:
    r"""Write a count, with its range where it has one; it never breaks over a line.

    >>> _with_range(2, 1, 3), _with_range(2, 2, 2)
    ('2\xa0(1–\u20603)', '2')
    """
    return f"{value:,}" if low == high else f"{value:,}\N{NO-BREAK SPACE}({low:,}–\N{WORD JOINER}{high:,})"
