"""The planner's words for kinds of levers, their routes, and times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache

import pandas as pd

from skills_model.planning import standards
from skills_model.planning.levers.training import LEARNING
from skills_model.planning.world import World
from skills_model.scenario import Scenario

KINDS = {
    "train": "Train",
    "apprentice": "Start apprenticeship",
    "mentor": "Mentor",
    "second": "Second to a partner",
    "recruit": "Recruit",
    "post": "Create post",
    "redeploy": "Redeploy",
    "promote": "Promote",
    "contract": "Contract",
    "end-cover": "End bank or agency cover",
    "share": "Share a post",
    "retain": "Retain",
}
"""Levers that a planner sees; those that move money or count what is missed are none of them."""
UNIT = "Apprenticeship unit"
"""A short course that the levy pays: a lever of the kind `train`."""
PRICE_OF = dict.fromkeys(LEARNING, "a person") | {
    "recruit": "a hire",
    "post": "a post",
    "redeploy": "a move",
    "promote": "a move",
    "contract": "for one FTE a {period}",
    "share": "for one FTE a {period}",
    "retain": "a person kept",
}
"""What a price is the price of, where it is not a start: of those who learn one person, however many hours they work, else one FTE."""
SEVERAL = {KINDS["train"]: "courses", UNIT: "units", KINDS["apprentice"]: "apprenticeships"}
"""What several levers of an action are, where they are no people or posts."""
HELD = {"new-post": "Pay of new posts"}
"""Stocks that draw on accounts as they stay, by kind."""


def action(kinds: pd.Series) -> pd.Series:
    """Name kinds of levers."""
    return kinds.map(KINDS)


def price_of(kind: str, scenario: Scenario) -> str:
    """Say what a lever's price is the price of.

    >>> price_of("train", Scenario.load("baseline")), price_of("contract", Scenario.load("baseline"))
    ('a person', 'for one FTE a quarter')
    """
    return PRICE_OF.get(kind, "a start").format(period=scenario.period)


def one(kind: str, period: str) -> str:
    """Say what one of an action is that a price stands beside.

    >>> one("train", "quarter"), one("share", "quarter"), one("recruit", "quarter")
    ('One person', 'One FTE for a quarter', 'One FTE')
    """
    if kind in LEARNING:
        return "One person"
    return f"One FTE for a {period}" if kind in {"contract", "share"} else "One FTE"


def named(world: World, cut: str, ids: pd.Series) -> pd.Series:
    """Return the names for people of role families, role levels or skills; blank where there is none."""
    return ids.map(world.inputs.labels[cut]).astype("str")


def route(world: World, ids: pd.Series) -> pd.Series:
    """Return the names of routes, courses, standards and partners, blank where there is none; an id without a name in words."""
    options = world.inputs.options
    names = dict(world.inputs.labels.get("organisation", {}))
    names |= dict(zip(options.routes["recruitment_route"], options.routes["recruitment_route_label"], strict=True))
    names |= dict(zip(options.courses["course"], options.courses["course_label"], strict=True))
    names |= _standards()
    return ids.map(lambda name: names.get(name, in_words(name)), na_action="ignore").astype("str")


@cache
def _standards() -> dict[str, str]:
    return standards.names()


def in_words(name: str) -> str:
    """Write an id as words; a code stays as it is.

    >>> in_words("open-advert"), in_words("DEMO198")
    ('Open advert', 'DEMO198')
    """
    return name if name.upper() == name else name.replace("-", " ").capitalize()


def month(day: dt.date) -> str:
    """Write a month.

    >>> month(dt.date(2027, 4, 1))
    'April 2027'
    """
    return f"{day:%B %Y}"


def when(scenario: Scenario, periods: Sequence[int]) -> str:
    """Say in which periods of a plan something is so; they come in their order.

    >>> plan = Scenario.load("baseline")
    >>> when(plan, range(1, 13)), when(plan, [5, 6, 7, 8]), when(plan, [2]), when(plan, [1, 5, 6])
    ('throughout', 'from April 2027 to March 2028', 'from July to September 2026', 'in 3 of the 6 quarters from April 2026 to September 2027')
    """
    first, last = periods[0], periods[-1]
    if len(periods) == scenario.periods:
        return "throughout"
    begin, end = scenario.day_of(first), scenario.day_of(last + 1) - dt.timedelta(days=1)
    span = f"from {begin:%B} to {month(end)}" if begin.year == end.year else f"from {month(begin)} to {month(end)}"
    return span if len(periods) == last - first + 1 else f"in {len(periods)} of the {last - first + 1} {scenario.period}s {span}"


def number(value: float) -> str:
    """Write a worth to two digits.

    >>> number(0.4321), number(12.34), number(0.0123), number(1234.5), number(0.95), number(0.0)
    ('0.43', '12', '0.012', '1,234', '0.95', '0')
    """
    if abs(value) >= 10:
        return f"{value:,.0f}"
    return f"{value:.2g}"


def pounds(value: float) -> str:
    """Write money in pounds, in millions from a million up.

    >>> pounds(1234567.0), pounds(4500.4), pounds(-20.0)
    ('£1.2 million', '£4,500', '-£20')
    """
    sign, size = ("-" if value < -0.5 else ""), abs(value)
    return f"{sign}£{size / 1e6:,.1f} million" if round(size) >= 1_000_000 else f"{sign}£{size:,.0f}"


def listed(names: Sequence[str]) -> str:
    """Join names as people do.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
