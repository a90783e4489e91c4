"""Rates of groups, each pulled towards what is expected of it as far as its own numbers are few."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betaincinv, gammaincinv  # type: ignore[import-untyped]

from skills_model.supply.model import Floats

ROUNDS = 25  # of looking for the rate that the exposure depends on; each adds a digit or more

type Exposure = Callable[[pd.DataFrame, Floats], Floats]


@dataclass(frozen=True, eq=False)
class Level:
    """Rates of groups by their key: value, low, high, observed, exposure, weight, and multiple (of what was expected)."""

    rates: pd.DataFrame

    def multiple(self, keys: pd.Series[str]) -> Floats:
        """Return how many times the expected rate the groups have; 1 for those without history."""
        return keys.map(self.rates["multiple"]).fillna(1.0).to_numpy(dtype="float64")


def shrunk(rows: pd.DataFrame, key: str, exposure: Exposure, spread: Mapping[str, float] | float, carried: float, *, share: bool) -> Level:
    """Estimate the rates of groups, each pulled to what is expected of it.

    `rows` have the key, seen, base (the rate expected of the row), fte and years; `exposure` returns FTE-years of rows at given rates;
    `spread` is the standard deviation of the priors by key, or its share of each. A `share` cannot pass 1 (Beta), any other rate can (Gamma).
    """
    groups = pd.Index(sorted(rows[key].unique()), name=key, dtype="str")
    place = groups.get_indexer(pd.Index(rows[key], dtype="str"))
    base = rows["base"].to_numpy(dtype="float64")
    seen = np.bincount(place, rows["seen"].to_numpy(dtype="float64"), len(groups))
    multiple = np.ones(len(groups))
    for _ in range(ROUNDS):
        each = exposure(rows, base * multiple[place])
        total = np.bincount(place, each, len(groups))
        prior = divided(np.bincount(place, base * each, len(groups)), total)
        m = prior_weight(prior, _deviations(spread, groups, prior), share=share)
        weight = divided(carried * total, carried * total + m)
        value = prior + weight * (divided(seen, total) - prior)
        multiple = np.where(prior > 0, divided(value, prior), 1.0)
    low, high = ends(value, carried * total + m, share=share)
    told = {"value": value, "low": low, "high": high, "observed": divided(seen, total), "exposure": total, "weight": weight}
    return Level(pd.DataFrame({**told, "multiple": multiple}, index=groups)[total > 0])


def _deviations(spread: Mapping[str, float] | float, groups: pd.Index[str], prior: Floats) -> Floats:
    return prior * spread if isinstance(spread, float | int) else np.array([spread[group] for group in groups], dtype=np.float64)


def divided(part_of: Floats, whole: Floats) -> Floats:
    """Divide, with 0 where there is nothing to divide by."""
    return np.divide(part_of, whole, out=np.zeros(np.shape(part_of)), where=whole > 0)


def prior_weight(prior: Floats, spread: Floats, *, share: bool) -> Floats:
    """Return m, the exposure that the prior is worth; endless where it has no spread."""
    variance = prior * (1 - prior) if share else prior
    with np.errstate(divide="ignore", invalid="ignore"):
        m = np.where((spread > 0) & (variance > 0), variance / spread**2 - (1 if share else 0), np.inf)
    return np.maximum(m, 0.0)


def ends(value: Floats, worth: Floats, *, share: bool) -> tuple[Floats, Floats]:
    """Return the 10th and 90th percentiles of the posterior with this mean, worth so much exposure."""
    sure = ~np.isfinite(worth) | (worth <= 0) | (value <= 0) | (share & (value >= 1))
    sized = np.where(sure, 1.0, worth)
    middle = np.where(sure, 0.5, value)
    found = [
        betaincinv(sized * middle, sized * (1 - middle), percent) if share else gammaincinv(sized * middle, percent) / sized
        for percent in (0.1, 0.9)
    ]
    return np.where(sure, value, found[0]), np.where(sure, value, found[1])
