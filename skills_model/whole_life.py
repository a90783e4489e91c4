"""What the workforce of each approach to patient records needs and costs over its whole life, beside each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from skills_model import demand
from skills_model.assumptions import Assumptions
from skills_model.demand.facts import APPROACHES, Facts
from skills_model.errors import ScopeError
from skills_model.organisations import known
from skills_model.planning.prices import annual_pay
from skills_model.privacy import Scope
from skills_model.scenario import Records, Scenario, financial_year
from skills_model.store import Store

MEASURES = ("posts", "pay", "discounted")
ENDS = ("low", "high")
READ = 0.2
"""Share of a comparison's work that is reading what it needs."""


@dataclass(frozen=True, eq=False)
class WholeLife:
    """The workforce of each approach beyond that without any: exact, so that only who may see the organisations exactly has it.

    years     one row an approach and financial year: approach, year, then posts (FTE), pay and discounted (pounds), each with _low and _high
    approaches  one row an approach: approach, implementation_years, years, peak_posts and running_posts (FTE, in the last year), pay and
              discounted (pounds over the whole life), the last four each with _low and _high
    families  one row an approach and role family: approach, role_family, implementation and running (posts of the first and the last year)
    notes     what stands behind them
    """

    years: pd.DataFrame
    approaches: pd.DataFrame
    families: pd.DataFrame
    notes: tuple[str, ...]


def compare(
    store: Store,
    scope: Scope,
    codes: Sequence[str] | None,
    scenario: Scenario,
    assumptions: Assumptions,
    progress: Callable[[float], None] = lambda _: None,
) -> WholeLife:
    """Compare the approaches to patient records in some organisations, all in reach for None, everything else as the scenario says.

    They begin in the year, and in the organisations, that the scenario's own approach does; without one in its first year and in all. The
    assumptions are taken as they are; `progress` hears the share done. Raises ScopeError where the scope does not see the organisations exactly, ScenarioError as
    `demand.facts` does.
    """
    if not scope.sees_all_exactly(known(store, scope, codes)):
        raise ScopeError("What a workforce costs is only for people who work with their own organisation's data.")
    life = lived(scenario, assumptions)
    found = demand.facts(store, scope, codes, life, assumptions)
    return compared(found, life, assumptions, progress)


def lived(scenario: Scenario, assumptions: Assumptions) -> Scenario:
    """Return the scenario by financial years over the whole life of an approach to patient records that begins in it."""
    start = scenario.start.replace(month=4, year=scenario.start.year - (scenario.start.month < 4))
    records = _taken(scenario.changed(start=start))
    before = int(records.begin[:4]) - start.year
    periods = before + round(assumptions.value("whole_life_years"))
    return scenario.changed(
        start=start, period="year", periods=periods, demand=scenario.demand.model_dump() | {"records": records.model_dump()}
    )


def _taken(scenario: Scenario) -> Records:
    """Return how the scenario takes an approach, whichever it is: when, and in which organisations."""
    return scenario.demand.records or Records(approach="enterprise-wide", begin=financial_year(scenario.start))


def compared(
    found: Facts, life: Scenario, assumptions: Assumptions, progress: Callable[[float], None] = lambda _: None
) -> WholeLife:
    """Return what `compare` does, from facts and a scenario of `lived`.

    Prices are those of the scenario's pay year throughout. The first year is not discounted and each later one a year more, as in HM
    Treasury's Green Book. low and high are those of all the assumptions about an approach together, at their 10th or 90th percentiles.
    """
    first = int(_taken(life).begin[:4]) - life.start.year + 1
    pay, unpriced = _pay(found, life, assumptions)
    numbers = {"": assumptions, **{end: _at(assumptions, end) for end in ENDS}}
    extra = {}
    for done, (approach, end) in enumerate(product(APPROACHES, numbers)):
        progress(READ + (1 - READ) * done / (len(APPROACHES) * len(numbers)))
        extra[approach, end] = _extra(replace(found, records=demand.profiles(numbers[end])), life, approach, first)
    rate = assumptions.value("discount_rate")
    years = pd.concat([_years(approach, extra, pay, life, rate) for approach in APPROACHES], ignore_index=True)
    families = pd.concat([_families(approach, extra[approach, ""], found) for approach in APPROACHES], ignore_index=True)
    return WholeLife(years, _approaches(years, assumptions), families, tuple(_notes(life, assumptions, unpriced)))


def _at(assumptions: Assumptions, end: str) -> Assumptions:
    """Return the assumptions with everything about approaches to patient records at one end of its range."""
    about = [item for item in assumptions.by_name.values() if item.id.startswith("records_")]
    return assumptions.with_values({item.name: item.low if end == "low" else item.high for item in about})


def _extra(found: Facts, life: Scenario, approach: str, first: int) -> pd.DataFrame:
    """Return the posts that an approach adds: index as the groups, one column a year of its life, counted from 0."""
    settings = life.demand.model_dump()
    records = _taken(life).model_dump()
    with_it, without = (life.changed(demand=settings | {"records": part}) for part in (records | {"approach": approach}, None))
    groups = found.posts
    more = demand.factors(groups, with_it, found) - demand.factors(groups, without, found)
    posts = more.mul(groups["posts"].astype("float64"), axis=0)
    return posts[range(first, life.periods + 1)].set_axis(range(life.periods + 1 - first), axis=1)


def _pay(found: Facts, life: Scenario, assumptions: Assumptions) -> tuple[pd.Series, float]:
    """Return pounds a year for one post of each group, and the posts whose band nobody knows: they cost as the others on average."""
    groups = found.posts
    region = groups["organisation"].map(found.places.set_index("organisation")["region"]).fillna("")
    banded = groups[groups["band"].notna()]
    parts = [annual_pay(rows["band"], str(code), life, assumptions) for code, rows in banded.groupby(region[banded.index])]
    pay = (pd.concat(parts) if parts else pd.Series(dtype="float64")).reindex(groups.index)
    posts = groups["posts"].astype("float64")
    known_posts = posts[pay.notna()]
    mean = float((pay * posts).sum() / known_posts.sum()) if known_posts.sum() else 0.0
    mapped = groups["role_family"].notna()
    return pay.fillna(mean), float(posts[pay.isna() & mapped].sum())


def _years(approach: str, extra: dict[tuple[str, str], pd.DataFrame], pay: pd.Series, life: Scenario, rate: float) -> pd.DataFrame:
    columns: dict[str, object] = {}
    length = extra[approach, ""].shape[1]
    discount = (1 + rate) ** -np.arange(length)
    for end in ("", *ENDS):
        posts = extra[approach, end]
        pounds = posts.mul(pay, axis=0).sum().to_numpy()
        suffix = f"_{end}" if end else ""
        values = zip(MEASURES, (posts.sum().to_numpy(), pounds, pounds * discount), strict=True)
        columns |= {f"{measure}{suffix}": value for measure, value in values}
    names = [life.year_of(life.periods - length + 1 + number) for number in range(length)]
    order = [f"{measure}{suffix}" for measure in MEASURES for suffix in ("", "_low", "_high")]
    return pd.DataFrame({"approach": approach, "year": names, **columns})[["approach", "year", *order]]


def _approaches(years: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    rows = []
    for approach, of_it in years.groupby("approach", sort=False):
        row: dict[str, object] = {
            "approach": approach,
            "implementation_years": assumptions.value("records_implementation_years", approach),
            "years": len(of_it),
        }
        for suffix in ("", "_low", "_high"):
            row[f"peak_posts{suffix}"] = of_it[f"posts{suffix}"].max()
            row[f"running_posts{suffix}"] = of_it[f"posts{suffix}"].iloc[-1]
            row |= {f"{measure}{suffix}": of_it[f"{measure}{suffix}"].sum() for measure in ("pay", "discounted")}
        rows.append(row)
    order = [f"{measure}{suffix}" for measure in ("peak_posts", "running_posts", "pay", "discounted") for suffix in ("", "_low", "_high")]
    return pd.DataFrame(rows)[["approach", "implementation_years", "years", *order]]


def _families(approach: str, extra: pd.DataFrame, found: Facts) -> pd.DataFrame:
    sums = extra.groupby(found.posts["role_family"])[[extra.columns[0], extra.columns[-1]]].sum()
    return (
        sums.set_axis(["implementation", "running"], axis=1)
        .reset_index()
        .assign(approach=approach)[["approach", "role_family", "implementation", "running"]]
    )


def _notes(life: Scenario, assumptions: Assumptions, unpriced: float) -> list[str]:
    notes = [
        "Cost of the workforce only: no licence, hardware, supplier, training, nor what staff outside informatics give or gain.",
        "How many posts each approach needs is judgement, since no published staffing by approach was found: replace it by your own.",
        "Low and high: every assumption about an approach at its 10th or 90th percentile together.",
        f"Pay and on-costs of {life.pay_year} throughout; discounted at {assumptions.value('discount_rate'):.1%} a year after the first year.",
    ]
    if unpriced:
        notes.append(f"{unpriced:,.1f} FTE of posts have no pay band and cost as the others on average.")
    return notes
