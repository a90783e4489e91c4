"""Which role levels the invented staff hold, how common each is, and which skills each needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.schema import Band

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int64]
type Flags = npt.NDArray[np.bool_]
type Texts = npt.NDArray[Any]

BANDS: tuple[str, ...] = get_args(Band)
LOWEST_BAND = BANDS.index("2")  # band 1 is closed to new staff


@dataclass(frozen=True)
class Catalogue:
    """Role levels in id order, and the skills they need as stretches of three long arrays.

    `levels` has role_level, label, role, family, family_label, band (place in BANDS), below (row of the level below in the
    same role, or the row itself), weight (adds up to 1), first and count (the stretch of `skill` and `rank`).
    """

    levels: pd.DataFrame
    skills: Texts
    skill: Ints
    rank: Ints
    top_rank: int

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return one column of the role levels as an array."""
        return self.levels[name].to_numpy()

    def by_family(self, values: Mapping[str, float], otherwise: float = 0.0) -> Floats:
        """Spread a value per role family over the role levels."""
        return self.levels["family"].map(lambda family: values.get(family, otherwise)).to_numpy(dtype=np.float64)


def catalogue(frames: Mapping[str, pd.DataFrame], assumptions: Assumptions) -> Catalogue:
    """Take the role levels of the active frameworks whose role family has a share of the demonstration staff."""
    active = frames["framework"][frames["framework"]["active"]]
    shares = {family: share for family, share in assumptions.by_key("demo_role_family_share").items() if share > 0}
    rows = frames["role_level"]
    rows = rows[rows["framework"].isin(active["framework"]) & rows["role_family"].isin(list(shares))]
    levels = _levels(rows.sort_values("role_level", ignore_index=True), assumptions)
    needs = _needs(frames["requirement"], active["framework"], levels)
    levels["first"] = np.searchsorted(needs["level"].to_numpy(), np.arange(len(levels)))
    levels["count"] = np.bincount(needs["level"].to_numpy(), minlength=len(levels))
    skills = np.unique(needs["skill"].to_numpy(dtype=object))
    return Catalogue(
        levels,
        skills,
        np.searchsorted(skills, needs["skill"].to_numpy(dtype=object)).astype(np.int64),
        needs["required_rank"].to_numpy().astype(np.int64),
        int(active["ranks"].max()),
    )


def _levels(rows: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    levels = pd.DataFrame(
        {
            "role_level": rows["role_level"],
            "label": rows["role_level_label"],
            "role": rows["role"],
            "family": rows["role_family"],
            "family_label": rows["role_family_label"],
            "number": rows["level_number"],
        }
    )
    levels["band"] = _bands(rows, assumptions)
    levels["below"] = _below(levels)
    levels["weight"] = _weights(levels, assumptions)
    return levels


def _bands(rows: pd.DataFrame, assumptions: Assumptions) -> Ints:
    """Take the suggested band; where there is none, count up from the band of a first level."""
    first = BANDS.index(f"{assumptions.value('demo_first_level_band'):.0f}")
    counted = first + rows["level_number"] - 1
    suggested = rows["suggested_band"].map({band: place for place, band in enumerate(BANDS)})
    return np.asarray(suggested.fillna(counted).clip(LOWEST_BAND, len(BANDS) - 1), dtype=np.int64)


def _below(levels: pd.DataFrame) -> Ints:
    """Find the row of the next level down in the same role."""
    ordered = levels.sort_values(["role", "number"])
    previous = pd.Series(ordered.index, index=ordered.index).groupby(ordered["role"]).shift(1)
    return previous.reindex(levels.index).fillna(pd.Series(levels.index)).to_numpy(dtype=np.int64)


def _weights(levels: pd.DataFrame, assumptions: Assumptions) -> Floats:
    """Share a family's staff out by role, place in the role and band; levels of a role in one band share that band's weight."""
    roles = assumptions.by_key("demo_role_weight")
    role = levels["role"].map(lambda name: roles.get(name, roles[""]))
    by_band = assumptions.by_key("demo_band_weight")
    band = levels["band"].map(lambda place: by_band[BANDS[place]])
    place = _place_in_role(levels).map(assumptions.by_key("demo_level_weight"))
    raw = role * place * band / levels.groupby(["role", "band"])["number"].transform("size")
    share = levels["family"].map(assumptions.by_key("demo_role_family_share"))
    weight = share * raw / raw.groupby(levels["family"]).transform("sum")
    return (weight / weight.sum()).to_numpy(dtype=np.float64)


def _place_in_role(levels: pd.DataFrame) -> pd.Series:
    """Tell first, middle and last levels of each role; the only level of a role is a middle one."""
    of_role = levels.groupby("role")["number"]
    lowest, highest = levels["number"] == of_role.transform("min"), levels["number"] == of_role.transform("max")
    return pd.Series(np.select([lowest & ~highest, highest & ~lowest], ["first", "last"], "middle"), index=levels.index)


def _needs(requirement: pd.DataFrame, frameworks: pd.Series, levels: pd.DataFrame) -> pd.DataFrame:
    row_of = pd.Series(levels.index, index=levels["role_level"])
    needs = requirement[requirement["framework"].isin(frameworks) & requirement["role_level"].isin(row_of.index)]
    return needs.assign(level=needs["role_level"].map(row_of)).sort_values(["level", "skill"], ignore_index=True)
