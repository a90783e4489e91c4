"""What of demand is uncertain."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from skills_model.demand.paths import ends, followed, path
from skills_model.factor import Factor, Floats
from skills_model.scenario import Scenario


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
