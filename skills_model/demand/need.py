"""The posts that the work needs, by role level over time, and by any cuts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.cuts import PLACES, check, protected
from skills_model.demand.facts import Facts, facts, published_posts
from skills_model.demand.paths import ends, factors, pathway, scores
from skills_model.demand.posts import GROUP, behind
from skills_model.demand.uncertain import FAN, fan
from skills_model.factor import Floats
from skills_model.organisations import known, protection
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
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

    def read(some: Sequence[str] | None) -> Facts:
        return facts(store, scope, some, scenario, assumptions)

    def found(some: Sequence[str] | None) -> pd.DataFrame:
        return rows_of(read(some))

    def rows_of(read_: Facts) -> pd.DataFrame:
        people = behind(store, scope.reach(), [cut for cut in ("role_family", "role_level", "band") if cut in by], read_.posts)
        return summed(needed_from(read_, scenario), people, read_.places, by, scenario, futures)

    measures = [*MEASURES, *(FAN if futures else ())]
    of_area = read(area)
    frame, weights = rows_of(of_area), None
    if not scope.sees_all_exactly(area):
        table = magnified(of_area, scenario, scope, futures)
        last = table.index[-1]
        at = frame["year"].to_list() if "year" in by else [last] * len(frame)
        weights = {name: table.loc[at, name].to_numpy() for name in measures[2:]}
    return protected(frame, scope, by, area, assumptions, counts=measures[1:], own=found, magnified=weights)[[*by, *measures]]


def magnified(found: Facts, scenario: Scenario, scope: Scope, futures: Mapping[str, Floats] | None = None) -> pd.DataFrame:
    """Return by how much one post of today is multiplied at most, by year, among those whom the scope does not see exactly.

    Columns: demand and, with futures as of `by_cuts`, those of FAN. What a technology moves counts at its ratio: of the family to which
    posts move, few may be there.
    """
    others = found.posts[~found.posts["organisation"].map(scope.sees_exactly).astype(bool) & (found.posts["posts"] > 0)]
    ends_of_years = year_ends(scenario)
    if others.empty:
        return pd.DataFrame(1.0, index=list(ends_of_years), columns=["demand", *(FAN if futures else ())])
    plain = scenario.model_copy(update={"demand": scenario.demand.model_copy(update={"technology": {}})})
    moved = math.prod(max(1.0, technology.ratio) for technology in scenario.demand.technology.values())
    times = factors(others, plain, found) * moved
    times.insert(0, 0, 1.0)
    most = times.groupby(others["role_family"].astype("str").fillna("")).max()
    one = pd.DataFrame(np.eye(len(most)), index=most.index, columns=most.index)
    parts = []
    for t in ends_of_years.values():
        each = one.sum(axis=1).to_frame("demand")
        each = each.join(fan(one, futures, t / scenario.periods)) if futures else each
        parts.append(each.mul(most[t], axis=0).max())
    return pd.concat(parts, axis=1).T.set_axis(list(ends_of_years))


def summed(
    frame: pd.DataFrame,
    people: pd.DataFrame,
    places: pd.DataFrame,
    by: Sequence[str],
    scenario: Scenario,
    futures: Mapping[str, Floats] | None = None,
) -> pd.DataFrame:
    """Return posts needed, as `needed` gives them, summed by cuts, with the columns of `by_cuts`; exact.

    `people` are those behind them, as `posts.behind` returns them.
    """
    where = places.set_index("organisation")[["icb", "region", "organisation_type"]]
    cuts, staff = (table.merge(where, left_on="organisation", right_index=True, how="left").assign(one=1) for table in (frame, people))
    kept, last = ["one", *(cut for cut in by if cut != "year")], year_ends(scenario)
    shown = last if "year" in by else dict(list(last.items())[-1:])
    grouped = cuts.groupby(kept, dropna=False)
    wide = grouped[list(dict.fromkeys([0, *shown.values()]))].sum()
    counted = staff.groupby(kept, dropna=False)["headcount"].sum().reindex(wide.index).fillna(0).astype("int64")
    parts = []
    for year, t in shown.items():
        numbers = pd.DataFrame({"headcount": counted, "today": wide[0], "demand": wide[t]})
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
    return {year: t for t, year in scenario.year_ends().items()}


def notes(found: Facts, scenario: Scenario, assumptions: Assumptions) -> list[str]:
    """Say what stands behind the posts needed that a reader has to know."""
    parts = [*_of_total(found, scenario, assumptions), *_of_technology(found, scenario), *_of_maturity(found, scenario)]
    if scenario.demand.records:
        parts.append("What an approach to patient records needs is uncertain too; its range stands beside its whole-life cost, not here.")
    return parts


def _of_total(found: Facts, scenario: Scenario, assumptions: Assumptions) -> Iterator[str]:
    if not scenario.demand.total.years:
        return
    # Posts are as secret as the staff in them: whoever sees a part of England only is not to learn what the others have.
    base = protection(assumptions)[1]
    today = float(found.england["posts"].sum())
    today = base * max(1.0, round(today / base)) if found.whole else today
    path = pathway(scenario.demand.total, ends(scenario), today)
    yield f"England is to have {path[-1]:,.0f} posts at the end of the scenario; growth and activity change only who has them."
    if found.whole:
        yield f"The store counts as all of England: its {today:,.0f} posts of today (to the nearest {base:,.0f}) are England's."
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
