"""Posts that the work needs, and the approaches to patient records beside each other: what the command line and the pages ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

import pandas as pd

from app.findings import NOT_KNOWN
from app.pipeline.progress import Progress, part, silent
from skills_model import demand, gap, scenarios, whole_life
from skills_model.area import Area, places
from skills_model.assumptions import Assumptions
from skills_model.errors import Fault, ScenarioError
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply.cells import require_staff
from skills_model.supply.draws import Futures
from skills_model.supply.sampling import FEWEST
from skills_model.whole_life import WholeLife

BASELINE = "baseline"
DRAWS = 10_000
SEED = 1
DIGITS = 6
UNNAMED = ("band", "year")
"""Cuts that have no other name for people."""


@dataclass(frozen=True)
class DemandRequest:
    """What is asked about posts needed; the futures are drawn from the ranges of the scenario's growth."""

    area: str = "england"
    scenario: str = BASELINE
    by: tuple[str, ...] = ("role_family",)
    draws: int = DRAWS
    seed: int = SEED


@dataclass(frozen=True, eq=False)
class DemandAnswer:
    """Posts needed, protected where the scope asks for it; numbers are FTE of posts, `*` where too small to show.

    rows   the cuts with their names for people, headcount (people in post today), today, demand (at the end of the year, or of the
           scenario), mean, p10 to p90 of the futures
    total  year, then the same of everything together
    """

    request: DemandRequest
    area_label: str
    scenario_label: str
    first: str
    last: str
    organisations: int
    demonstration: bool
    uncertain: tuple[str, ...]
    notes: tuple[str, ...]
    rows: pd.DataFrame
    total: pd.DataFrame

    def as_dict(self) -> dict[str, object]:
        """Return the answer as JSON can hold it; the same inputs and seed give the same, byte for byte."""
        return _plain(self)


@dataclass(frozen=True, eq=False)
class RecordsAnswer:
    """The workforce of each approach to patient records, beyond that without any; frames as of `whole_life.WholeLife`."""

    area: str
    scenario: str
    area_label: str
    organisations: int
    demonstration: bool
    notes: tuple[str, ...]
    approaches: pd.DataFrame
    years: pd.DataFrame
    families: pd.DataFrame

    def as_dict(self) -> dict[str, object]:
        """Return the answer as JSON can hold it."""
        return _plain(self)


def needed(store: Store, scope: Scope, request: DemandRequest, progress: Progress = silent) -> DemandAnswer:
    """Work out the posts needed, with the range of their growth; raises DataError, ScenarioError or ScopeError for what cannot be asked."""
    progress(0.0, "Reading the scenario")
    if request.draws < FEWEST:
        raise ScenarioError(
            [Fault("Too few futures", "--draws", found=f"{request.draws}", allowed=f"{FEWEST} or more", action="Draw more.")]
        )
    scenario, assumptions, area, codes = _read(store, scope, request.scenario, request.area)
    growing = demand.growing(scenario)
    drawn = Futures.drawn(growing, request.draws, request.seed)
    named = labels(store, scope, scenario)
    futures = {family: drawn.multiplier("demand", family) for family in ("", *named["role_family"])}
    progress(0.1, "Working out the posts needed")
    rows = demand.by_cuts(store, scope, request.by, codes, scenario, assumptions, futures=futures)
    progress(0.45, "Adding them up by year")
    total = demand.by_cuts(store, scope, ("year",), codes, scenario, assumptions, futures=futures)
    progress(0.8, "Asking what stands behind them")
    found = demand.facts(store, scope, codes, scenario, assumptions)
    years = list(demand.year_ends(scenario))
    progress(1.0, "Done")
    return DemandAnswer(
        request=request,
        area_label=_area_label(area, named),
        scenario_label=scenario.label,
        first=years[0],
        last=years[-1],
        organisations=len(codes),
        demonstration=_invented(store, scope, codes),
        uncertain=tuple(factor.label for factor in growing),
        notes=tuple(demand.notes(found, scenario, assumptions)),
        rows=labelled(rows, request.by, named),
        total=total,
    )


def records(
    store: Store, scope: Scope, area: str = "england", scenario: str = BASELINE, progress: Progress = silent
) -> RecordsAnswer:
    """Compare the approaches to patient records; raises ScopeError where the scope does not see the organisations exactly."""
    progress(0.0, "Reading the scenario")
    settings, assumptions, where, codes = _read(store, scope, scenario, area)
    found: WholeLife = whole_life.compare(store, scope, codes, settings, assumptions, part(progress, 0.1, 0.95, "Comparing approaches to patient records"))
    named = labels(store, scope, settings)
    progress(1.0, "Done")
    return RecordsAnswer(
        area=area,
        scenario=settings.id,
        area_label=_area_label(where, named),
        organisations=len(codes),
        demonstration=_invented(store, scope, codes),
        notes=found.notes,
        approaches=found.approaches.round(DIGITS),
        years=found.years.round(DIGITS),
        families=labelled(found.families.round(DIGITS), ("role_family",), named),
    )


def labels(store: Store, scope: Scope, scenario: Scenario) -> dict[str, dict[str, str]]:
    """Return the names for people of the ids in each cut, those of places as they are when the scenario starts."""
    where = places(store, scope, scenario.start)
    named = {cut: dict(names) for cut, names in gap.labels(store, scope).items()}
    for cut, name in (("region", "region_name"), ("icb", "icb_name")):
        known = where.dropna(subset=[cut, name])
        named[cut] |= dict(zip(known[cut], known[name], strict=True))
    return named


def labelled(frame: pd.DataFrame, by: tuple[str, ...], named: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Put the name for people beside each cut that has names, as `CUT_label`."""
    told = frame.copy()
    for cut in by:
        if cut not in UNNAMED:
            told.insert(list(told.columns).index(cut) + 1, f"{cut}_label", frame[cut].map(named[cut]).fillna(NOT_KNOWN).astype("str"))
    return told


def _read(store: Store, scope: Scope, scenario: str, area: str) -> tuple[Scenario, Assumptions, Area, list[str]]:
    settings = scenarios.usable(store, scope, scenario)
    where = Area.parse(area)
    assumptions = Assumptions.of(store, scope).with_values(settings.assumptions)
    codes = where.codes(store, scope, settings.start)
    require_staff(store, scope, codes)
    return settings, assumptions, where, codes


def _area_label(area: Area, named: Mapping[str, Mapping[str, str]]) -> str:
    if area.kind == "england":
        return "England"
    name = named[area.kind].get(area.code, area.code)
    return f"{name} ({area.code})" if area.kind == "organisation" else name


def _invented(store: Store, scope: Scope, codes: list[str]) -> bool:
    return bool(store.query("organisation_names", scope.reach(), organisations=codes)["demonstration"].any())


def _plain(answer: DemandAnswer | RecordsAnswer) -> dict[str, object]:
    values = {field.name: getattr(answer, field.name) for field in fields(answer)}
    return {
        name: value.to_dict("records") if isinstance(value, pd.DataFrame) else asdict(value) if isinstance(value, DemandRequest) else value
        for name, value in values.items()
    }
