"""A supply forecast with its range, what it is made of and what it rests on: what the command line and the page Supply forecast ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import pandas as pd

from app.pipeline.supply_case import BASELINE, DIGITS, DRAWS, SEED, Case, SupplyRequest
from optimiser.errors import PlanError
from skills_model import scenarios
from skills_model.area import places
from skills_model.assumptions import Assumption, Assumptions
from skills_model.privacy import HIDDEN, Scope
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply.layout import years

__all__ = [
    "BASELINE",
    "DRAWS",
    "SEED",
    "SupplyAnswer",
    "SupplyRequest",
    "areas",
    "beside",
    "difference",
    "forecast",
    "numbers",
    "total_difference",
]

type Progress = Callable[[float, str], None]
type Cancel = Callable[[], bool]


@dataclass(frozen=True, eq=False)
class SupplyAnswer:
    """A supply forecast, protected where the scope asks for it; numbers are FTE unless a name says otherwise, `*` where too small to show.

    incomplete   the area is England, a region or an ICB and some of its organisations are not in the figures
    rows         the cuts with their names for people, measure ("supply", "demand", "gap"), headcount (people at the start), mean, p10 to
                 p90, met_chance (of the gap: the share of futures in which there are staff for all posts)
    total        year, measure, mean, p10 to p90, met_chance, of everything together
    nothing      year, fte: what is left if nobody decides anything and only those join who are known to come
    flows        the cuts with their names, headcount, start, what comes, what goes (the central path), end
    steps        step, fte: the same of everything together over the whole horizon, what goes below 0
    moves        from_label, to_label, headcount, fte (a year): between role levels, into them and out of them
    drivers      as tornado.COLUMNS: what each uncertain number alone adds to supply, demand and gap at the end
    convergence  measure, draws, percentile, fte, error (standard error of the percentile), at the end
    rates        what, of, value, low, high, observed, exposure, weight (of history, 0 to 1), source
    assumptions  name, label, value, low, high, unit, source, changed (from the stored value)
    returned     counts, organisations, fte, low, high: by what the organisations of the area count
    bridge       as returning.BRIDGE: from the sum of the parts to the published total; no rows where the area is not England
    calibration  as calibration.COLUMNS: totals of England beside published ones, each with its source; no rows of anything less
    imputed      as supply_case.SENT_NOTHING: the middle path of staff counted, of staff imputed for trusts that have sent nothing, with the
                 range of the imputation, and of both together; in nothing else of the answer but `returned`, `bridge` and the notes
    """

    request: SupplyRequest
    area_label: str
    scenario_label: str
    first: str
    last: str
    organisations: int
    demonstration: bool
    digest: str
    notes: tuple[str, ...]
    incomplete: bool
    rows: pd.DataFrame
    total: pd.DataFrame
    nothing: pd.DataFrame
    flows: pd.DataFrame
    steps: pd.DataFrame
    moves: pd.DataFrame
    drivers: pd.DataFrame
    convergence: pd.DataFrame
    rates: pd.DataFrame
    assumptions: pd.DataFrame
    returned: pd.DataFrame
    bridge: pd.DataFrame
    calibration: pd.DataFrame
    imputed: pd.DataFrame

    def as_dict(self) -> dict[str, object]:
        """Return the answer as JSON can hold it; the same inputs and seed give the same, byte for byte."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: value.to_dict("records")
            if isinstance(value, pd.DataFrame)
            else asdict(value)
            if isinstance(value, SupplyRequest)
            else value
            for name, value in values.items()
        }


def areas(store: Store, scope: Scope) -> dict[str, str]:
    """Return every area that can be asked about, as `Area` reads it, with its name for people: England first, then by size of area."""
    now = places(store, scope, Scenario.load(BASELINE).start)
    found = {"england": "England"}
    for kind, words in (("region", "Region"), ("icb", "ICB")):
        named = now.dropna(subset=[kind, f"{kind}_name"]).drop_duplicates(kind).sort_values(f"{kind}_name")
        found |= {f"{kind}:{code}": f"{words}: {name}" for code, name in zip(named[kind], named[f"{kind}_name"], strict=True)}
    ordered = now.sort_values(["name", "organisation"])
    return found | {f"organisation:{code}": f"{name}, {code}" for code, name in zip(ordered["organisation"], ordered["name"], strict=True)}


def forecast(
    store: Store, scope: Scope, request: SupplyRequest, progress: Progress | None = None, cancel: Cancel | None = None
) -> SupplyAnswer:
    """Forecast supply beside demand, with ranges; `progress` hears the share done and what is being done.

    Raises DataError, ScenarioError or ScopeError for what cannot be asked, PlanError with the status cancelled.
    """
    watch = _Watch(progress or (lambda _share, _step: None), cancel or (lambda: False))
    watch.at(0.0, "Reading staff, posts and scenario")
    case = Case.of(store, scope, request)
    watch.at(0.1, "Estimating rates")
    case.rates  # noqa: B018 - estimated once, when first asked for
    watch.at(0.25, "Following the middle path")
    nothing, steps, flows, moves = case.nothing(), case.steps(), case.flows(), case.moves()
    watch.at(0.4, "Sampling futures")
    sampled = case.sampled(watch.part(0.4, 0.85, "Sampling futures"), watch.cancel)
    watch.at(0.85, "Asking what drives it")
    drivers = case.drivers()
    watch.at(0.95, "Comparing with published figures")
    told = list(years(case.scenario).values())
    answer = SupplyAnswer(
        request=request,
        area_label=case.area_label,
        scenario_label=case.scenario.label,
        first=told[0],
        last=told[-1],
        organisations=len(case.codes),
        demonstration=case.demonstration,
        digest=case.digest(),
        notes=tuple(case.notes()),
        incomplete=case.incomplete,
        **sampled,
        nothing=nothing,
        flows=flows,
        steps=steps,
        moves=moves,
        drivers=drivers,
        rates=case.told_rates(),
        assumptions=case.told_assumptions(),
        returned=case.returned(),
        bridge=case.returns.bridge,
        calibration=case.calibration(),
        imputed=case.imputed(),
    )
    watch.at(1.0, "Done")
    return _rounded(answer)


def numbers(store: Store, scope: Scope, ids: Sequence[str]) -> list[Assumption]:
    """Return the assumptions of some ids that have a range, in the order of the ids."""
    every = Assumptions.of(store, scope).uncertain()
    return [item for id_ in ids for item in every if item.id == id_]


def beside(store: Store, scope: Scope, request: SupplyRequest, scenario: str) -> SupplyRequest:
    """Return the request of another scenario that can stand beside one: the same question over the same years, nothing else changed.

    Raises ScenarioError where there is no such scenario.
    """
    this, other = (scenarios.usable(store, scope, name) for name in (request.scenario, scenario))
    spans = [(name, getattr(this, name), getattr(other, name)) for name in ("start", "period", "periods")]
    same = tuple(f"{name}={mine}" for name, mine, theirs in spans if mine != theirs)
    return replace(request, scenario=scenario, changed=same)


def difference(answer: SupplyAnswer, other: SupplyAnswer) -> pd.DataFrame:
    """Compare the medians of two forecasts row by row: the cuts with their names, measure, this, other, difference.

    Both were asked by the same cuts. A row that only one of them has is 0 in the other; the difference is `*` where either is.
    """
    return _compared(answer.rows, other.rows, [*answer.request.by, "measure"])


def total_difference(answer: SupplyAnswer, other: SupplyAnswer) -> pd.DataFrame:
    """Compare the medians of everything together, year by year: year, measure, this, other, difference."""
    return _compared(answer.total, other.total, ["year", "measure"])


def _compared(first: pd.DataFrame, second: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    names = [name for name in first.columns if name.endswith("_label")]
    both = first[[*keys, *names, "p50"]].merge(
        second[[*keys, *names, "p50"]], on=[*keys, *names], how="outer", suffixes=("_this", "_other")
    )
    both = both.rename(columns={"p50_this": "this", "p50_other": "other"}).fillna({"this": 0.0, "other": 0.0})
    hidden = (both[["this", "other"]] == HIDDEN).any(axis=1)
    numbers = both[["this", "other"]].mask(hidden).apply(pd.to_numeric)
    away = (numbers["this"] - numbers["other"]).round(DIGITS)
    return both.assign(difference=away.astype("object").where(~hidden, HIDDEN) if hidden.any() else away)


@dataclass(frozen=True, eq=False)
class _Watch:
    """Tell how far the work is, and stop it where that is asked for."""

    progress: Progress
    cancel: Cancel

    def at(self, share: float, step: str) -> None:
        """Say what is being done; raises PlanError where the work is to stop."""
        if self.cancel():
            raise PlanError("cancelled", "Cancelled.")
        self.progress(share, step)

    def part(self, first: float, last: float, step: str) -> Callable[[float], None]:
        """Return what a part of the work that counts from 0 to 1 itself may tell."""
        return lambda share: self.progress(first + (last - first) * share, step)


def _rounded(answer: SupplyAnswer) -> SupplyAnswer:
    values = {field.name: getattr(answer, field.name) for field in fields(answer)}
    frames: dict[str, Any] = {name: _plain(frame.round(DIGITS)) for name, frame in values.items() if isinstance(frame, pd.DataFrame)}
    return replace(answer, **frames)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame without numbers that are 0 from below, which would be written as -0."""
    numbers = frame.select_dtypes("float").columns
    return frame.assign(**{str(name): frame[name] + 0.0 for name in numbers})
