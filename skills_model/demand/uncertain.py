"""What of demand is uncertain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from skills_model.demand.paths import ends, followed, path
from skills_model.factor import Factor, Floats
from skills_model.scenario import Scenario

PERCENTS = (10, 25, 50, 75, 90)
FAN = ("mean", *(f"p{percent}" for percent in PERCENTS))
AT_ONCE = 256
"""Rows whose futures are held in memory together."""


def growing(scenario: Scenario) -> tuple[Factor, ...]:
    """Return the ranges of the scenario's growth, activity and total as factors, each of the posts needed at the end of the horizon.

    A multiplier m of the posts at the end of period T is m^(t/T) at the end of period t, since what grows faster than expected goes on
    doing so. The keys are role families. Where England has a total, its range is that of demand as a whole; growth and activity, which then
    change the mix only, have none.
    """
    return tuple(_total(scenario) if scenario.demand.total.years else [*_growth(scenario), *_activities(scenario)])


def _total(scenario: Scenario) -> Iterator[Factor]:
    total, at = scenario.demand.total, ends(scenario)
    if total.low or total.high:
        last = max(int(year[:4]) - 1999 for year in total.years)
        # The range is that of the last total; up to it and beyond it opens at the same pace.
        power = float((at[-1] - at[0]) / max(1.0, last - at[0]))
        ranges = {"": ((1 - total.low) ** power, (1 + total.high) ** power)}
        yield _factor("demand-total", "Posts that England needs", scenario, ranges)


def _growth(scenario: Scenario) -> Iterator[Factor]:
    horizon = _horizon(scenario)
    ranges = {
        family: _relative(*(path(rate, growth.path, horizon) for rate in (growth.range[0], growth.rate, growth.range[1])))
        for family, growth in scenario.demand.growth.items()
        if growth.range != (growth.rate, growth.rate)
    }
    if ranges:
        yield _factor("demand-growth", "Growth of posts", scenario, ranges)


def _activities(scenario: Scenario) -> Iterator[Factor]:
    horizon = _horizon(scenario)
    for name, activity in scenario.demand.activity.items():
        rates = (activity.low, activity.rate, activity.high)
        low, middle, high = (followed(activity.rate if rate is None else rate, activity, horizon) for rate in rates)
        if low < high:
            ranges = dict.fromkeys(activity.role_families or [""], _relative(low, middle, high))
            yield _factor(f"demand-activity-{name}", f"Activity: {name.replace('-', ' ')}", scenario, ranges)


def _horizon(scenario: Scenario) -> Floats:
    at = ends(scenario)
    return np.array([at[-1] - at[0]])


def _relative(low: Floats, middle: Floats, high: Floats) -> tuple[float, float]:
    """Return the ends of a range as multiples of its middle; 1 where the middle is nothing."""
    return (float(low[0] / middle[0]), float(high[0] / middle[0])) if middle[0] > 0 else (1.0, 1.0)


def _factor(name: str, label: str, scenario: Scenario, ranges: dict[str, tuple[float, float]]) -> Factor:
    low, high = ({key: values[end] for key, values in ranges.items()} for end in (0, 1))
    return Factor(name, label, f"scenario {scenario.id}", "demand", low, high)


def fan(posts: pd.DataFrame, futures: Mapping[str, Floats], pace: float) -> pd.DataFrame:
    """Return the mean and the percentiles of posts over futures: index as the posts, the columns of FAN.

    `posts` has one column a role family ("" for not mapped), FTE; `futures` are the multipliers of the posts at the end of the horizon by
    role family, one a future; `pace` is the part of the horizon that has passed. Role families without futures are certain.
    """
    certain = np.ones(next((len(draws) for draws in futures.values()), 1))
    every = np.stack([futures.get(str(family), certain) for family in posts.columns])
    ways, way = np.unique(every, axis=0, return_inverse=True)
    amounts = np.zeros((len(posts), len(ways)))
    np.add.at(amounts.T, way, posts.to_numpy(dtype=np.float64).T)
    drawn = ways**pace
    parts = [_fan(amounts[first : first + AT_ONCE], drawn) for first in range(0, len(posts), AT_ONCE)]
    return pd.DataFrame(np.concatenate(parts) if parts else np.zeros((0, len(FAN))), index=posts.index, columns=list(FAN))


def _fan(amounts: Floats, drawn: Floats) -> Floats:
    """Return the fan of some rows: amounts by row and way of growing, multipliers by way and future."""
    several = (amounts != 0).sum(axis=1) > 1
    fans = amounts @ _numbers(drawn)  # of a single way, a percentile of the posts is that of its multiplier
    if several.any():
        fans[several] = _numbers(amounts[several] @ drawn)
    return np.asarray(fans, dtype=np.float64)


def _numbers(futures: Floats) -> Floats:
    """Return mean and percentiles along the futures, side by side."""
    return np.column_stack([futures.mean(axis=1), np.quantile(futures, [percent / 100 for percent in PERCENTS], axis=1).T])
