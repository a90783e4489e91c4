"""What a supply forecast rests on: cells of staff, rates of what happens to them, and how sure the rates are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import get_args

import numpy as np
import pandas as pd

from skills_model.factor import TENTH, ActsOn, Factor, Floats
from skills_model.schema import AgeBand

__all__ = ["AGES", "CELL", "TENTH", "ActsOn", "Factor", "Floats", "Rates", "part", "stay"]

CELL = ("organisation", "role_family", "role_level", "band", "age_band")
"""What tells cells apart. Role family, role level and band are missing for staff whose job title is not mapped."""
AGES: tuple[str, ...] = get_args(AgeBand)


@dataclass(frozen=True, eq=False)
class Rates:
    """What happens to staff in a year, and where each number comes from.

    leaving       organisation, role_family (missing: not mapped), age_band, rate (leavers a year on average staff)
    retiring      age_band, share (of leavers)
    ageing        age_band, next_age_band, share (a year, of those who stay)
    promotion     role_level, to_role_level, rate (a year, of those who stay)
    joining       organisation, role_family, rate (FTE a year per FTE in post at the start)
    joining_ages  age_band, share
    estimates     one row a number, for people: what, organisation, role_family, age_band, role_level, to_role_level, value, low, high,
                  observed, exposure, weight (of history, 0 to 1), source
    """

    leaving: pd.DataFrame
    retiring: pd.DataFrame
    ageing: pd.DataFrame
    promotion: pd.DataFrame
    joining: pd.DataFrame
    joining_ages: pd.DataFrame
    estimates: pd.DataFrame
    factors: tuple[Factor, ...] = field(default=())

    def times(self, multipliers: Mapping[ActsOn, Mapping[str, float]]) -> Rates:
        """Return a copy with rates multiplied, by what a factor acts on and by key ("" for the keys that are not named)."""
        leaving, joining = multipliers.get("leaving", {}), multipliers.get("joining", {})
        promotion, ageing = multipliers.get("promotion", {}), multipliers.get("ageing", {})
        return replace(
            self,
            leaving=self.leaving.assign(rate=self.leaving["rate"] * _by_key(self.leaving["age_band"], leaving)),
            joining=self.joining.assign(rate=self.joining["rate"] * _by_key(self.joining["role_family"], joining)),
            promotion=self.promotion.assign(rate=(self.promotion["rate"] * promotion.get("", 1.0)).clip(upper=1.0)),
            ageing=self.ageing.assign(share=(self.ageing["share"] * _by_key(self.ageing["age_band"], ageing)).clip(upper=1.0)),
        )


def _by_key(keys: pd.Series, multipliers: Mapping[str, float]) -> Floats:
    usual = multipliers.get("", 1.0)
    return np.array([multipliers.get(str(key), usual) for key in keys], dtype="float64")


def stay(leaver_rate: Floats, years: float) -> Floats:
    """Return the share of staff that is still there after some years.

    Published leaver rates divide a year's leavers by average staff, so that staff decay by exp(-rate x years).
    """
    return np.asarray(np.exp(-leaver_rate * years), dtype=np.float64)


def part(yearly: Floats, years: float) -> Floats:
    """Return the share that a share a year comes to in some years: 1 - (1 - share)^years."""
    return np.asarray(1.0 - (1.0 - yearly) ** years, dtype=np.float64)
