"""What is said of a solved plan beside its tables: what its last pounds bought, what whole people cost, what was given up, the levy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app import findings
from app.pipeline.last_pound import POUNDS
from app.pipeline.plans import PlanResult
from skills_model.planning.describe.words import in_words, listed

NAMED = 3  # skills named of each step of money
SOME = 0.05  # ranks; less is said to be nothing
NONE = 1e-6  # of what a plan is for
SHORTFALL = "shortfall"
LITTLE = 0.001  # share of the shortfall that whole people cost; less is said so


def last_pounds(told: Mapping[str, Any]) -> list[str]:
    """Say what the last pounds of a plan bought, what the next would buy, and for how much money that holds."""
    found = told.get("last_pound") or {}
    if "next" not in found:  # a plan that had no time for it, or of an older version
        return []
    stream = _stream(found)
    weighed = f" weighted FTE-ranks over all {told.get('period', 'quarter')}s"
    said = [
        _bought(found["last"], "The last", ("closed", "bought"), found["stage"], weighed)
        if found["last"]
        else f"There is no plan with less {stream} than {findings.pounds(found['budget'])}."
        if found["budget"] > 0
        else f"There is no {stream}."
        if found.get("to_come")
        else f"There is no {stream} to take away."
    ]
    if found["next"]:
        said.append(_bought(found["next"], "The next", ("would close", "would buy"), found["stage"], weighed))
    if found["last"] and found["next"] and found["stage"] == SHORTFALL and _rises(found["last"], found["next"]):
        said.append(
            f"The plan weighs every {told.get('period', 'quarter')} and what lasts after them, so by the end alone the next may close more."
        )
    return [" ".join(said), *([holds] if (holds := _holds(found, stream)) else [])]


def margin(told: Mapping[str, Any]) -> list[str]:
    """Say what the last £1,000 of a plan that is just found was worth, and for how much money that holds."""
    found = told.get("last_pound") or {}
    if found.get("slope") is None:
        return []
    closed = f"{findings.amount(abs(found['slope']))} weighted FTE-ranks" if found["slope"] < -NONE else "nothing more"
    stream, budget = _stream(found), findings.pounds(found["budget"]) + (" still to come" if found.get("to_come") else "")
    holds = _holds(found, stream) if "holds_from" in found else ""
    bought = [f"At the margin, the last £1,000 of {budget} closed {closed}."] if found["stage"] == SHORTFALL else []
    return [*bought, *([holds] if holds else [])]


def _stream(found: Mapping[str, Any]) -> str:
    return f"{in_words(str(found['stream'])).lower()} money{' still to come' if found.get('to_come') else ''}"


def _rises(last: Mapping[str, Any], following: Mapping[str, Any]) -> bool:
    """Tell whether the next pounds are shown to close more ranks by the end than the last did."""
    return round(-float(following["ranks_short"]), 1) > round(-float(last["ranks_short"]), 1)


def _bought(step: Mapping[str, Any], which: str, verbs: tuple[str, str], stage: str, weighed: str) -> str:
    closed, pounds = -float(step["ranks_short"]), findings.pounds(step["pounds"])
    if step["change"] > -NONE:
        if stage == SHORTFALL:
            return f"{which} {pounds} {verbs[0]} nothing more: something else than money holds the plan back."
        return f"{which} {pounds} {verbs[1]} nothing more of what the plan is for."
    skills = [f"{row['skill']} {findings.amount(-row['change'])}" for row in step["skills"] if row["change"] <= -SOME][:NAMED]
    most = f", above all in {listed(skills)}" if skills else ""
    ended = f"{findings.amount(closed)} ranks by the end{most}"
    if closed < SOME:
        ended = "no more ranks by the end, but some sooner or some that weigh more"
    by_all = f" {findings.amount(-step['change'])}{weighed}:" if stage == SHORTFALL else ""
    return f"{which} {pounds} {verbs[0]}{by_all} {ended}."


def _holds(found: Mapping[str, Any], stream: str) -> str:
    """Say between which budgets a pound is worth as much as now; nothing where it is worth nothing."""
    if not found["slope"] or found["slope"] > -NONE:
        return ""
    budget, low, high = float(found["budget"]), found["holds_from"], found["holds_to"]
    parts = []
    if low is not None:
        less = " or less" if 1 < low <= budget - min(POUNDS, budget) + 1 else ""
        parts.append(f"from £{low:,.0f}{less}")  # not in millions, which would be the same from end to end
    if high is not None:
        more = " or more" if high >= budget + POUNDS - 1 else ""
        parts.append(f"to £{high:,.0f}{more}")
    if not parts:
        return ""
    return f"A pound is worth as much, within a tenth, {' '.join(parts)} of {stream}, before starts are made whole people."


def whole(told: Mapping[str, Any]) -> str:
    """Say which starts are whole people, and what that costs against fractions of people at most."""
    found = told.get("whole_people") or {}
    if "on" not in found:
        return ""
    if not found["on"]:
        return f"Starts are fractions of people. {found['reason']}"
    part = f" and {found['part_time']:,} part-time ({findings.amount(found['part_time_fte'])} FTE)" if found["part_time"] else ""
    gap = found["gap"]
    costs = (
        ""
        if gap is None
        else f" Against fractions of people that costs less than {findings.fine_percent(LITTLE)} of what is weighed."
        if gap < LITTLE
        else f" Against fractions of people that costs {findings.fine_percent(gap)} of what is weighed at most."
    )
    return (
        f"In groups of fewer than {found['below']} the starts of the first {found['periods']} periods are whole people: "
        f"{found['full_time']:,} full-time{part}.{costs}"
    )


def programme(told: Mapping[str, Any]) -> str:
    """Say how what to do is told: by quarter at first, then by year; in whole people as far as starts are; small amounts together."""
    people = (told.get("whole_people") or {}).get("on")
    start = "" if told["period"] != "quarter" else "The first year is told quarter by quarter"
    start += "" if not start else ", in whole people where groups are small. " if people else ", in fractions of people. "
    later = "Later years are" if start else "Every year is"
    return (
        f"{start}{later} in fractions of people, added up by year: an intention, to be planned again each year from what was done. "
        "People who learn are heads, as places and prices are: somebody part-time is one, whoever takes three courses counts three times, and "
        "FTE say how much they work. Of anything else people are FTE rounded. What comes to less than half a person of a skill or role level "
        "is told together as smaller amounts."
    )


def given_up(told: Mapping[str, Any]) -> list[str]:
    """Say what was given up so that there is a plan."""
    return [str(one["sentence"]) for one in told.get("relaxed") or ()]


def levy(told: Mapping[str, Any]) -> list[str]:
    """Say what of the levy has to be looked at, and what of it expires if no apprentice starts."""
    found = told.get("levy") or {}
    said = [str(note) for note in found.get("notes", ())]
    if (lost := float(found.get("expires_doing_nothing", 0.0))) >= 1:
        said.append(f"If nobody starts, {findings.pounds(lost)} of levy money expires within these periods.")
    return said


def cash(told: Mapping[str, Any]) -> str:
    """Say what a plan costs in the cash of each year, where its budgets are cash."""
    found = told["money"].get("cash_by_year") or {}
    if not found:
        return ""
    years = listed([f"{findings.pounds(pounds)} in {year}" for year, pounds in sorted(found.items())])
    return f"In the cash of each year what streams pay is {years}; tables and charts are in prices of {told['money']['pay_year']}."


def claims(claimed: float, assigned: float, limit: float) -> str:
    """Say how the ranks that a plan claims stand beside those that real people reach; nothing where they are close.

    >>> claims(40.0, 36.0, 0.05)
    'The plan claims 40 ranks of its first year; the people suggested for it would reach 36 (10% apart). Look at who is there to be trained.'
    >>> claims(40.0, 39.0, 0.05), claims(0.0, 0.0, 0.05)
    ('', '')
    """
    apart = abs(claimed - assigned) / claimed if claimed > 0 else 0.0
    if apart <= limit:
        return ""
    return (
        f"The plan claims {findings.amount(claimed)} ranks of its first year; the people suggested for it would reach "
        f"{findings.amount(assigned)} ({findings.percent(apart)} apart). Look at who is there to be trained."
    )


def beside(result: PlanResult) -> Sequence[str]:
    """Return what is said below the figures of a plan."""
    told: Mapping[str, Any] = result.summary
    return [*last_pounds(told), *([said] if (said := whole(told)) else [])]
