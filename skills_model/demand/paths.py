"""Posts needed over time, as multiples of the posts of today.

They depend on the organisation and the role family only, so that role levels, cells and a plan can all be multiplied by them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from skills_model.demand.facts import Facts
from skills_model.errors import Fault, ScenarioError
from skills_model.scenario import Activity, Growth, Maturity, Records, Scenario, Shape, Technology, Total

Floats = npt.NDArray[np.float64]
QUARTERS = 4
"""Parts of the organisations, the least mature first."""


def factors(groups: pd.DataFrame, scenario: Scenario, facts: Facts) -> pd.DataFrame:
    """Return posts needed as multiples of posts today: index as the groups, one column a period 1..T.

    `groups` has organisation, role_family (missing: not mapped) and posts, and all the groups of an organisation. The parts of the demand,
    in this order: growth by role family, region and organisation, and activity, brought to England's total where there is one, so that
    these change the mix only; then technology, the extra posts of the least mature, and patient records, each on what was there before.
    Posts that are not mapped grow as the others of their organisation together. Raises ScenarioError where growth leaves nobody to have the
    total.
    """
    rows = groups.groupby(["organisation", "role_family"], dropna=False, as_index=False)[["posts"]].sum()
    rows["region"] = rows["organisation"].map(_regions(facts))
    multiples = _mixed(rows, scenario) * _scale(scenario, facts)
    for technology in scenario.demand.technology.values():
        multiples *= _shifted(rows, multiples, technology, scenario)
    if scenario.demand.maturity:
        multiples *= _forward(rows["organisation"], scenario.demand.maturity, facts, scenario)
    if scenario.demand.records:
        multiples *= _records(rows, scenario.demand.records, facts, scenario)
    keys = ["organisation", "role_family"]
    order = groups[keys].merge(rows[keys].assign(row=np.arange(len(rows))), on=keys, how="left")["row"].to_numpy()
    return pd.DataFrame(multiples[order], index=groups.index, columns=list(range(1, scenario.periods + 1)))


def path(rate: float, shape: Shape, years: Floats) -> Floats:
    """Return what one becomes after some years: (1 + rate)^years, or 1 + rate x years but never below nothing.

    >>> path(0.1, "compound", np.array([0.0, 1.0, 2.0])).round(6).tolist()
    [1.0, 1.1, 1.21]
    >>> path(-0.4, "straight", np.array([0.0, 1.0, 3.0])).round(6).tolist()
    [1.0, 0.6, 0.0]
    """
    return np.asarray((1 + rate) ** years if shape == "compound" else np.maximum(0.0, 1 + rate * years), dtype=np.float64)


def followed(rate: float, activity: Activity, years: Floats) -> Floats:
    """Return what one post becomes that follows a part of an activity's growth at a rate."""
    return np.maximum(0.0, 1 + activity.share * (path(rate, activity.path, years) - 1))


def pathway(total: Total, years: Floats, today: float) -> Floats:
    """Return the total at times given in years after 1 April 2000, from its totals at the ends of financial years.

    Compound or straight between two of them, and beyond them as between the two nearest; after a single one, as from `today`, the posts
    at the first of the times, to it.
    """
    points = sorted((_end(year), posts) for year, posts in total.years.items())
    if len(points) == 1:
        points = sorted([(float(years[0]), today), *points])
    at, posts = (np.array(part, dtype=np.float64) for part in zip(*points, strict=True))
    left = np.clip(np.searchsorted(at, years, side="right") - 1, 0, len(at) - 2)
    share = (years - at[left]) / (at[left + 1] - at[left])
    if total.path == "compound":
        return np.asarray(posts[left] * (posts[left + 1] / posts[left]) ** share, dtype=np.float64)
    return np.maximum(0.0, posts[left] + (posts[left + 1] - posts[left]) * share)


def ends(scenario: Scenario) -> Floats:
    """Return the ends of the periods 0..T, in years after 1 April 2000; the end of period 0 is the start of the scenario."""
    return np.array([_years(scenario.day_of(t + 1)) for t in range(scenario.periods + 1)])


def _years(day: dt.date) -> float:
    return day.year - 2000 + (day.month - 4) / 12


def _end(financial_year: str) -> float:
    """Return the end of a financial year, in years after 1 April 2000."""
    return float(int(financial_year[:4]) - 1999)


def _begin(financial_year: str) -> float:
    return _end(financial_year) - 1


def _elapsed(scenario: Scenario) -> Floats:
    """Return the years from the start of the scenario to the end of each period 1..T."""
    at = ends(scenario)
    return np.asarray(at[1:] - at[0], dtype=np.float64)


def _regions(facts: Facts) -> pd.Series:
    return facts.places.set_index("organisation")["region"]


def _mixed(rows: pd.DataFrame, scenario: Scenario) -> Floats:
    """Return what growth and activity make of the posts, before any total; one row a row, one column a period."""
    demand, years = scenario.demand, _elapsed(scenario)
    multiples = _grown(rows["role_family"], demand.growth, years)
    for activity in demand.activity.values():
        families = activity.role_families
        of_them = rows["role_family"].isin(families).to_numpy() if families else np.ones(len(rows), dtype=bool)
        multiples[of_them] *= followed(activity.rate, activity, years)
    multiples = _as_the_others(rows, multiples)
    return multiples * _grown(rows["region"], demand.region, years) * _grown(rows["organisation"], demand.organisation, years)


def _grown(names: pd.Series, growth: Mapping[str, Growth], years: Floats) -> Floats:
    multiples = np.ones((len(names), len(years)))
    for name, way in growth.items():
        multiples[(names == name).to_numpy(dtype=bool, na_value=False)] = path(way.rate, way.path, years)
    return multiples


def _as_the_others(rows: pd.DataFrame, multiples: Floats) -> Floats:
    """Let posts that are not mapped grow as the mapped ones of their organisation together; alone in it, they stay."""
    mapped = rows["role_family"].notna().to_numpy()
    if mapped.all():
        return multiples
    weight = rows["posts"].where(mapped, 0.0).to_numpy(dtype=np.float64)
    sums = _by_organisation(rows, np.column_stack([weight, weight[:, None] * multiples]))
    whole = sums[:, :1]
    mean = np.divide(sums[:, 1:], whole, out=np.ones_like(multiples), where=whole > 0)
    return np.where(mapped[:, None], multiples, mean)


def _by_organisation(rows: pd.DataFrame, amounts: Floats) -> Floats:
    """Return, in every row, the sum of the amounts over its organisation."""
    number = rows["organisation"].astype("category").cat.codes.to_numpy()
    sums = np.zeros((number.max(initial=-1) + 1, amounts.shape[1]))
    np.add.at(sums, number, amounts)
    return np.asarray(sums[number], dtype=np.float64)


def _scale(scenario: Scenario, facts: Facts) -> Floats:
    """Return, by period, by how much every organisation's posts are multiplied so that England has its total."""
    total, england = scenario.demand.total, facts.england
    if not total.years:
        return np.ones(scenario.periods)
    if england.empty:
        raise ValueError(f"the facts are not those of scenario {scenario.id}: England's posts are missing")
    posts = england["posts"].to_numpy(dtype=np.float64)
    mixed = np.asarray(posts @ _mixed(england, scenario), dtype=np.float64)
    if (mixed <= 0).any():
        found, action = "growth that leaves no posts at all", "Correct the rates: they are to say who has the total."
        raise ScenarioError(
            [Fault("Nobody left to have the total", f"scenario {scenario.id}", column="demand.growth", found=found, action=action)]
        )
    return np.asarray(pathway(total, ends(scenario), posts.sum())[1:] / mixed, dtype=np.float64)


def _shifted(rows: pd.DataFrame, multiples: Floats, technology: Technology, scenario: Scenario) -> Floats:
    """Return the multiples that move posts from one role family to another within each organisation.

    What has gone before the start is no longer there today. An organisation without posts of the other role family keeps what it has,
    since nobody can say what its posts would be.
    """
    at = ends(scenario)
    done = np.clip((at - _begin(technology.begin)) / technology.years, 0.0, 1.0) * technology.share
    gone = np.divide(done[1:] - done[0], 1 - done[0], out=np.zeros(scenario.periods), where=done[0] < 1)
    source, target = ((rows["role_family"] == name).to_numpy(dtype=bool, na_value=False) for name in (technology.from_, technology.to))
    held = rows["posts"].to_numpy(dtype=np.float64)[:, None] * multiples
    there, giving = (_by_organisation(rows, held * of_them[:, None]) for of_them in (target, source))
    moved = np.where(there > 0, gone, 0.0)
    arising = np.divide(moved * giving * technology.ratio, there, out=np.zeros_like(there), where=there > 0)
    return np.asarray(1 - moved * source[:, None] + arising * target[:, None], dtype=np.float64)


def _forward(organisations: pd.Series, maturity: Maturity, facts: Facts, scenario: Scenario) -> Floats:
    """Return the multiples of extra posts, the least mature quarter of the organisations first, each for a quarter of the years."""
    score = scores(facts)
    quarter = pd.Series(np.arange(len(score)) * QUARTERS // max(1, len(score)), index=score.index)
    first, short = (organisations.map(part).to_numpy(dtype=np.float64)[:, None] for part in (quarter, 1 - score))
    built = np.clip(_elapsed(scenario) * QUARTERS / maturity.years - first, 0.0, 1.0)
    return np.asarray(1 + maturity.share * short * built, dtype=np.float64)


def scores(facts: Facts) -> pd.Series:
    """Return the maturity of every organisation in reach, the least mature first; the median for those that have no score."""
    score = facts.maturity.reindex(facts.places["organisation"].sort_values())
    return score.fillna(score.median()).sort_values(kind="stable")


def _records(rows: pd.DataFrame, records: Records, facts: Facts, scenario: Scenario) -> Floats:
    """Return the multiples of an approach to patient records, where it is taken: first to implement it, then to run it."""
    profile, starts = facts.records[records.approach], ends(scenario)[:-1]
    begin = _begin(records.begin)
    during, after = (_of_families(rows["role_family"], values) for values in (profile.implementation, profile.running))
    running = starts - begin >= profile.years - 1e-9
    multiples = np.where(starts >= begin - 1e-9, np.where(running, after[:, None], during[:, None]), 1.0)
    return np.where(_takes_part(rows["organisation"], records.organisations)[:, None], multiples, 1.0)


def _of_families(families: pd.Series, values: Mapping[str, float]) -> Floats:
    return np.asarray(families.map(values).fillna(1.0), dtype=np.float64)


def _takes_part(organisations: pd.Series, named: Collection[str]) -> npt.NDArray[np.bool_]:
    return organisations.isin(named).to_numpy() if named else np.ones(len(organisations), dtype=bool)
