"""Invented counts of all staff, and what invented trusts have returned of them by staff group, skill and rank: nobody one by one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.synthetic.catalogue import Floats, Ints, Texts
from skills_model.synthetic.columns import dates, text
from skills_model.synthetic.country import OTHER_BODIES, Place

SOURCE = "demonstration: invented"
_KIND = "self"
_erf = np.vectorize(math.erf, otypes=[np.float64])


@dataclass(frozen=True)
class Asked:
    """What the frameworks for all staff ask: one row a role level, and one a skill of it with `level`, its row among the role levels.

    `levels` has role_level, tier, staff (what a return calls them), staff_group, group (its place among the staff groups that are drawn,
    -1 for a board), leader and seats (of a board), in the order of staff; `needs` has level, skill, required_rank, and judged, the mean
    rank in England.
    """

    levels: pd.DataFrame
    needs: pd.DataFrame
    top_rank: int


def asked(rng: np.random.Generator, frames: Mapping[str, pd.DataFrame], assumptions: Assumptions) -> Asked:
    """Take the role levels and requirements of the frameworks that are measured on all staff, and draw how far England meets them."""
    chosen = frames["framework"][frames["framework"]["measured_on"] == "all staff"]
    rows = frames["role_level"][frames["role_level"]["framework"].isin(chosen["framework"])]
    pairs = zip(rows["role_level_label"], rows["role_family_label"], strict=True)
    levels = pd.DataFrame(
        {
            "role_level": rows["role_level"],
            "tier": rows["role_family"],
            "staff": [label.removeprefix(f"{family}: ") for label, family in pairs],
            "staff_group": rows["role_label"].str.removesuffix(" staff"),
            "leader": rows["level_number"] > 1,
        }
    ).sort_values("staff", ignore_index=True)
    levels["group"] = pd.Index(sorted(assumptions.by_key("demo_staff_group_share"))).get_indexer(pd.Index(levels["staff_group"]))
    levels["seats"] = levels["role_level"].map(assumptions.by_key("demo_board_seats")).fillna(0).astype("int64")
    row_of = pd.Series(levels.index, index=levels["role_level"])
    needs = frames["requirement"][frames["requirement"]["framework"].isin(chosen["framework"])]
    needs = needs.assign(level=needs["role_level"].map(row_of)).sort_values(["level", "skill"], ignore_index=True)
    needs["judged"] = _judged(rng, levels, needs, assumptions)
    return Asked(levels, needs[["level", "skill", "required_rank", "judged"]], int(chosen["ranks"].max()))


def _judged(rng: np.random.Generator, levels: pd.DataFrame, needs: pd.DataFrame, assumptions: Assumptions) -> Floats:
    """Draw the mean judged rank by need: the required rank less what the tier is below it, moved by staff group and by skill."""
    groups, group = np.unique(_column(levels, "staff_group"), return_inverse=True)
    skills, skill = np.unique(_column(needs, "skill"), return_inverse=True)
    level, spread = needs["level"].to_numpy(), assumptions.value("demo_skill_spread")
    moved = rng.normal(0.0, spread, len(groups))[group[level]] + rng.normal(0.0, spread, len(skills))[skill]
    below = levels["tier"].map(assumptions.by_key("demo_tier_below")).fillna(0.0).to_numpy()[level]
    return np.asarray(needs["required_rank"] - below + assumptions.value("demo_kind_bias", _KIND) + moved, dtype=np.float64)


def all_staff(rng: np.random.Generator, place: Place, tiers: Asked, assumptions: Assumptions) -> dict[str, pd.DataFrame]:
    """Write the counts of all staff of one organisation, and what it returned, as rows of the stored tables; other bodies have neither."""
    groups = _headcounts(rng, place, assumptions)
    counts = _counts(rng, place, tiers, groups, assumptions) * (rng.random() < assumptions.value("demo_return_share"))
    days = -int(rng.integers(int(assumptions.value("demo_return_days"))))
    frames = {"staff_count": _staff_count(place, groups, assumptions), "aggregate_return": _aggregate_return(place, tiers, counts, days)}
    return frames if place.code != OTHER_BODIES else {name: frame.iloc[:0] for name, frame in frames.items()}


def _headcounts(rng: np.random.Generator, place: Place, assumptions: Assumptions) -> pd.Series[int]:
    """Draw the people of each staff group; informatics staff are a share of them all."""
    people = place.fte / assumptions.value("demo_informatics_share") * assumptions.value("demo_people_per_fte")
    share = pd.Series(assumptions.by_key("demo_staff_group_share")).sort_index()
    weight = share.to_numpy() * np.exp(rng.normal(0.0, assumptions.value("demo_staff_group_spread"), len(share)))
    return pd.Series(rng.multinomial(round(people), weight / weight.sum()), index=share.index)


def _staff_count(place: Place, groups: pd.Series[int], assumptions: Assumptions) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "organisation": text([place.code] * len(groups)),
            "as_at": dates(np.zeros(len(groups), dtype=np.int64)),
            "staff_group": text(groups.index),
            "headcount": groups.to_numpy(dtype=np.int64),
            "fte": (groups.to_numpy() / assumptions.value("demo_people_per_fte")).round(2),
            "source": text([SOURCE] * len(groups)),
        }
    )


def _aggregate_return(place: Place, tiers: Asked, counts: Ints, days: int) -> pd.DataFrame:
    """Write the counts above 0 by need (rows) and rank (columns), as at so many days after the date of the data."""
    need, rank = np.nonzero(counts)
    level = tiers.needs["level"].to_numpy()[need]
    return pd.DataFrame(
        {
            "organisation": text([place.code] * len(need)),
            "as_at": dates(np.full(len(need), days, dtype=np.int64)),
            "staff_group": text(_column(tiers.levels, "staff")[level]),
            "skill": text(_column(tiers.needs, "skill")[need]),
            "kind": text([_KIND] * len(need)),
            "rank": (rank - 1).astype(np.int64),
            "headcount": counts[need, rank],
        }
    )


def _people(rng: np.random.Generator, tiers: Asked, groups: pd.Series[int], assumptions: Assumptions) -> Ints:
    """Share the staff groups out over role levels, team leaders on their own only in some returns, and add the seats of the board."""
    leaders_apart = rng.random() < assumptions.value("demo_return_leaders_share")
    leaders = rng.binomial(groups, assumptions.value("demo_leader_share")) * leaders_apart
    group, leader = tiers.levels["group"].to_numpy(), tiers.levels["leader"].to_numpy(dtype=bool)
    of_group = np.where(leader, np.append(leaders, 0)[group], np.append(groups - leaders, 0)[group])  # a board is in none, the last
    return np.asarray(of_group + tiers.levels["seats"].to_numpy(), dtype=np.int64)


def _counts(rng: np.random.Generator, place: Place, tiers: Asked, groups: pd.Series[int], assumptions: Assumptions) -> Ints:
    """Draw people by need (rows) and rank (columns: not assessed, none, 1 and so on)."""
    people = _people(rng, tiers, groups, assumptions)
    level = tiers.needs["level"].to_numpy()
    assessed = rng.binomial(people[level], _assessed_shares(rng, tiers, assumptions)[level])
    own = place.skill + rng.normal(0.0, assumptions.value("demo_maturity_spread"), len(tiers.levels))
    mean = tiers.needs["judged"].to_numpy() + own[level]
    spread = np.hypot(assumptions.value("demo_person_spread"), assumptions.value("demo_person_skill_spread"))
    below = _normal((np.arange(tiers.top_rank) + 0.5 - mean[:, None]) / spread)  # share at or below each rank but the highest
    shares = np.diff(below, axis=1, prepend=0.0, append=1.0)
    at_rank = rng.multinomial(assessed, shares)
    return np.column_stack([people[level] - assessed, at_rank]).astype(np.int64)


def _assessed_shares(rng: np.random.Generator, tiers: Asked, assumptions: Assumptions) -> Floats:
    """Draw the share of each role level that is assessed; boards are smaller and easier to reach."""
    mean = np.where(tiers.levels["seats"] > 0, assumptions.value("demo_board_assessed"), assumptions.value("demo_return_assessed"))
    return np.clip(rng.normal(mean, assumptions.value("demo_assessed_spread")), 0.0, 1.0)


def _normal(values: Floats) -> Floats:
    """Return the share of a standard normal distribution below each value."""
    return np.asarray((1 + _erf(values / math.sqrt(2))) / 2, dtype=np.float64)


def _column(frame: pd.DataFrame, name: str) -> Texts:
    return frame[name].to_numpy(dtype=object)
