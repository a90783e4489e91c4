"""The posts that the work needs, by role level over time, and by any cuts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.cuts import PLACES, check, protected
from skills_model.demand.facts import Facts, facts, published_posts
from skills_model.demand.paths import ends, factors, pathway, scores
from skills_model.demand.posts import GROUP
from skills_model.demand.uncertain import FAN, fan
from skills_model.factor import Floats
from skills_model.organisations import known
from skills_model.privacy import Scope
from skills_model.scenario import Scenario, financial_year
from skills_model.store import Store

CUTS = (*PLACES, "role_family", "role_level", "band", "year")
MEASURES = ("headcount", "today", "demand")
DIGITS = 6
"""Digits after the point that a result holds: what lies beyond is the noise of sums."""
NOTABLE = 0.005
"""Difference between today's posts and a total's own path, as a share, from which readers are told."""


def needed(store: Store, scope: Scope, codes: Sequence[str] | None, scenario: Scenario, assumptions: Assumptions) -> pd.DataFrame:
    """Return the posts needed, one row an organisation and role level: the columns of GROUP, headcount, then FTE at the end of periods 0..T.

    Period 0 is today. The assumptions are taken as they are. Exact, so the scope is one that a result has yet to be protected for where it
    reaches beyond the user's own. Raises ScenarioError as `facts` does.
    """
    return needed_from(facts(store, scope, codes, scenario, assumptions), scenario)


def needed_from(found: Facts, scenario: Scenario) -> pd.DataFrame:
    """Return what `needed` does, from facts."""
    groups = found.posts
    multiples = factors(groups, scenario, found)
    now = groups["posts"].astype("float64")
    return pd.concat([groups[[*GROUP, "headcount"]], now.rename(0), multiples.mul(now, axis=0)], axis=1)


def by_cuts(
    store: Store,
    scope: Scope,
    by: Sequence[str],
    codes: Sequence[str] | None,
    scenario: Scenario,
    assumptions: Assumptions,
    *,
    futures: Mapping[str, Floats] | None = None,
) -> pd.DataFrame:
    """Return the posts needed by cuts: `by`, headcount (people in post today), today and demand (FTE of posts).

    With the cut `year` demand is that at the end of each financial year, from the one before the scenario starts; without it, at the end
    of the scenario. With `futures`, multipliers of the posts at the end of the scenario by role family, the columns of FAN follow. Exact
    where the scope sees all of the organisations exactly, and protected otherwise. Raises ScenarioError for an unknown cut and as `facts`
    does, DataError for an unknown organisation.
    """
    check(by, CUTS)
    area = known(store, scope, codes)

    def found(some: Sequence[str] | None) -> pd.DataFrame:
        facts_of_some = facts(store, scope.reach(), some, scenario, assumptions)
        return summed(needed_from(facts_of_some, scenario), facts_of_some.places, by, scenario, futures)

    measures = [*MEASURES, *(FAN if futures else ())]
    return protected(found(area), scope, by, area, assumptions, counts=measures[1:], own=found)[[*by, *measures]]


def summed(
    frame: pd.DataFrame, places: pd.DataFrame, by: Sequence[str], scenario: Scenario, futures: Mapping[str, Floats] | None = None
) -> pd.DataFrame:
    """Return posts needed, as `needed` gives them, summed by cuts, with the columns of `by_cuts`; exact."""
    where = places.set_index("organisation")
    cuts = frame.assign(**{cut: frame["organisation"].map(where[cut]) for cut in ("icb", "region", "organisation_type")}, one=1)
    kept, last = ["one", *(cut for cut in by if cut != "year")], year_ends(scenario)
    shown = last if "year" in by else dict(list(last.items())[-1:])
    grouped = cuts.groupby(kept, dropna=False)
    wide = grouped[list(dict.fromkeys(["headcount", 0, *shown.values()]))].sum()
    parts = []
    for year, t in shown.items():
        numbers = pd.DataFrame({"headcount": wide["headcount"], "today": wide[0], "demand": wide[t]})
        if futures:
            family = cuts["role_family"].astype("str").where(cuts["role_family"].notna(), "")
            posts = cuts.groupby([grouped.ngroup(), family])[t].sum().unstack(fill_value=0)  # noqa: PD010 - every pair stands once
            numbers[list(FAN)] = fan(posts, futures, t / scenario.periods).to_numpy()
        parts.append(numbers.reset_index().assign(year=year))
    rows = pd.concat(parts, ignore_index=True).round(DIGITS)
    measures = [*MEASURES, *(FAN if futures else ())]
    return (rows.sort_values(list(by), kind="stable", ignore_index=True) if by else rows)[[*by, *measures]]


def year_ends(scenario: Scenario) -> dict[str, int]:
    """Return the last period of each financial year, as far as the scenario goes; the year before it has period 0."""
    years = {financial_year(scenario.day_of(0)): 0}
    return years | {scenario.year_of(t): t for t in range(1, scenario.periods + 1)}


def notes(found: Facts, scenario: Scenario, assumptions: Assumptions) -> list[str]:
    """Say what stands behind the posts needed that a reader has to know."""
    parts = [*_of_total(found, scenario, assumptions), *_of_technology(found, scenario), *_of_maturity(found, scenario)]
    if scenario.demand.records:
        parts.append("What an approach to patient records needs is uncertain too; its range stands beside its whole-life cost, not here.")
    return parts


def _of_total(found: Facts, scenario: Scenario, assumptions: Assumptions) -> Iterator[str]:
    if not scenario.demand.total.years:
        return
    today = float(found.england["posts"].sum())
    path = pathway(scenario.demand.total, ends(scenario), today)
    yield f"England is to have {path[-1]:,.0f} posts at the end of the scenario; growth and activity change only who has them."
    if found.whole:
        yield f"The store counts as all of England: its {today:,.0f} posts of today are England's."
    else:
        published = published_posts(assumptions)
        yield f"The store does not hold all of England, so the share of its organisations is that of their posts in {published:,.0f}, today's by published figures."
    demand = scenario.demand
    lows_and_highs = [end for growth in demand.growth.values() for end in (growth.low, growth.high)]
    lows_and_highs += [end for activity in demand.activity.values() for end in (activity.low, activity.high)]
    if any(end is not None for end in lows_and_highs):
        yield "Ranges of growth and activity are not drawn, since the total has its own."
    if len(scenario.demand.total.years) > 1 and abs(path[0] / today - 1) >= NOTABLE:
        yield f"The total's own path has {path[0]:,.0f} posts today, which are not {today:,.0f}: the difference falls into the first period."


def _of_technology(found: Facts, scenario: Scenario) -> Iterator[str]:
    held = found.posts.groupby(["organisation", "role_family"])["posts"].sum()
    with_posts = {family: set(held.xs(family, level="role_family").index) for family in held.index.unique("role_family")}
    for name, technology in scenario.demand.technology.items():
        if left := len(with_posts.get(technology.from_, set()) - with_posts.get(technology.to, set())):
            yield (
                f"Technology {name}: {left} {'organisation has' if left == 1 else 'organisations have'} no posts of {technology.to} and"
                f" {'keeps' if left == 1 else 'keep'} those of {technology.from_}."
            )


def _of_maturity(found: Facts, scenario: Scenario) -> Iterator[str]:
    if scenario.demand.maturity is None:
        return
    without = int((~found.places["organisation"].isin(found.maturity.index)).sum())
    if without:
        middle = float(scores(found).median())
        yield f"{without} of {len(found.places)} organisations have no maturity score; the median of the others, {middle:.2f}, stands for theirs."
