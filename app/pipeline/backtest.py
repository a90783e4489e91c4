"""The rates of an area with where they are from, and forecasts held against what came: what the commands and pages ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

import pandas as pd

from app.pipeline import scenarios
from app.pipeline.progress import Progress, part, silent
from skills_model.area import Area
from skills_model.assumptions import Assumptions
from skills_model.cuts import place_labels
from skills_model.factor import Factor
from skills_model.privacy import Scope
from skills_model.store import Store
from skills_model.supply import backtest as holding
from skills_model.supply import rates as estimating
from skills_model.supply.backtest import Backtest
from skills_model.supply.cells import require_staff

Series = Literal["national", "store"]


@dataclass(frozen=True, eq=False)
class RatesAnswer:
    """The rates of an area: `estimates` as of supply.model.Rates; `factors` name, label, acts_on, key, low, high, organisation_spread, source.

    The spread is the mean of those of its organisations: how far each differs is as open as its own history leaves it.
    """

    area: str
    scenario: str
    organisations: int
    estimates: pd.DataFrame
    factors: pd.DataFrame


def rates(store: Store, scope: Scope, area: str = "england", scenario: str = "baseline", progress: Progress = silent) -> RatesAnswer:
    """Estimate the rates of an area under a scenario's assumptions; raises DataError, ScenarioError or ScopeError."""
    progress(0.0, "Reading the scenario")
    settings = scenarios.usable(store, scope, scenario)
    codes = Area.parse(area).codes(store, scope, settings.start)
    require_staff(store, scope, codes)
    progress(0.1, "Estimating rates")
    found = estimating.estimate(store, scope, codes, Assumptions.of(store, scope).with_values(settings.assumptions))
    progress(0.9, "Saying where they are from")
    uncertain = [
        (factor.name, factor.label, factor.acts_on, key, low, factor.high[key], _spread(factor, codes), factor.source)
        for factor in found.factors
        for key, low in factor.low.items()
    ]
    progress(1.0, "Done")
    columns = ["name", "label", "acts_on", "key", "low", "high", "organisation_spread", "source"]
    return RatesAnswer(str(Area.parse(area)), settings.id, len(codes), found.estimates, pd.DataFrame(uncertain, columns=columns))


def _spread(factor: Factor, codes: Sequence[str]) -> float:
    return fmean(factor.spread_of(code) for code in codes) if codes else 0.0


def backtest(
    store: Store,
    scope: Scope,
    series: Series = "national",
    area: str = "england",
    draws: int = holding.DRAWS,
    seed: int = 1,
    progress: Progress = silent,
) -> Backtest:
    """Hold forecasts against the published series, or against the staff lists of an area; raises DataError or ScopeError."""
    tell, assumptions = part(progress, 0.0, 1.0, "Forecasting what is known already"), Assumptions.of(store, scope)
    if series == "national":
        found = holding.national(assumptions, draws=draws, seed=seed, progress=tell)
    else:
        codes = Area.parse(area).codes(store, scope, scenarios.usable(store, scope, "baseline").start)
        found = holding.stored(store, scope, codes, assumptions, draws=draws, seed=seed, progress=tell)
    tell(1.0)
    return found


def labels(store: Store, scope: Scope) -> dict[str, str]:
    """Return the names for people of role families, role levels and organisations, by id."""
    levels = store.query("role_levels", scope)
    return {
        **dict(zip(levels["role_family"], levels["role_family_label"], strict=True)),
        **dict(zip(levels["role_level"], levels["role_level_label"], strict=True)),
        **place_labels(store, scope)["organisation"],
    }
