"""Who holds which skill while staff come and go: ranks are carried by the staff of their role level.

Holders leave, retire and are promoted as the others of their role level do. Joiners bring what `recruit_skill_share` says. A promoted
person brings the rank that staff of the role level left hold, as far as that role level needs it; beyond, what a joiner brings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.supply.model import Floats, part
from skills_model.supply.tables import Parts

Ints = npt.NDArray[np.intp]

RANGES = ("held_low", "held", "held_high")
_GROUP = ["organisation", "role_level"]
_RUNG = ["group", "skill", "rank"]


@dataclass(frozen=True, eq=False)
class Holders:
    """FTE that hold the required rank of each skill, or a higher one.

    `ladder` has one row a role level of an organisation and skill: organisation, role_family, role_level, skill, required_rank. `held` is
    low, middle and high, each of shape (rows, periods 0 to T); `amounts` are flows of the middle by name, each (rows, periods).
    """

    ladder: pd.DataFrame
    held: tuple[Floats, Floats, Floats]
    amounts: dict[str, Floats]


def follow(parts: Parts, stocks: Floats, held: pd.DataFrame, required: pd.DataFrame, assumptions: Assumptions) -> Holders:
    """Follow holders through the horizon.

    `parts` and `stocks` (cells, periods 0 to T) are of cells with role levels; `held` is as gap.held returns it, `required` has
    role_level, skill and required_rank.
    """
    flows = _Flows.of(parts, stocks)
    ladder = _ladder(flows.groups, held, required)
    group, brought = ladder["group"].to_numpy(), _brought(ladder, assumptions)
    top = (ladder["rank"] == ladder["required_rank"]).to_numpy()
    higher = np.where(top, -1, np.arange(1, len(ladder) + 1))
    promotions = _promotions(flows, ladder, brought)
    decay = float(part(np.array(assumptions.value("skill_decay")), 1 / parts.scenario.periods_per_year))
    now = ladder[list(RANGES)].to_numpy(dtype="float64").T
    path = [now[:, top]]
    told: dict[str, list[Floats]] = {}
    for t in range(parts.scenario.periods):
        share = now / np.where(flows.staff[:, t] > 0, flows.staff[:, t], np.inf)[group]
        coming = {name: np.broadcast_to(brought * flows.amounts[name][group, t], now.shape) for name in ("joiners", "pipeline")}
        going = {name: share * flows.amounts[name][group, t] for name in ("leavers", "retirements", "promoted_out")}
        coming["promoted_in"] = promotions.brought(share, t)
        above = np.where(higher >= 0, now[:, higher], 0.0)
        going["decayed"] = decay * np.maximum(now - above, 0.0)
        for name, amount in (coming | going).items():
            told.setdefault(name, []).append(amount[1, top])
        now = now + sum(coming.values()) - sum(going.values())
        path.append(now[:, top])
    low, middle, high = np.stack(path, axis=2)
    rows = ladder.loc[top, ["organisation", "role_family", "role_level", "skill", "required_rank"]].reset_index(drop=True)
    told_by_name = {name: np.stack(amounts, axis=1) for name, amounts in told.items()}
    return Holders(rows, (low, middle, high), {**told_by_name, "pipeline_headcount": flows.amounts["pipeline_headcount"][group[top]]})


@dataclass(frozen=True, eq=False)
class _Flows:
    """Staff by role level of an organisation: `groups` says which, `staff` is (groups, periods 0 to T), `amounts` by flow (groups, periods).

    `pairs` are the rows of groups between which people are promoted: source, target; `promoted` is (pairs, periods).
    """

    groups: pd.DataFrame
    staff: Floats
    amounts: dict[str, Floats]
    pairs: pd.DataFrame
    promoted: Floats

    @classmethod
    def of(cls, parts: Parts, stocks: Floats) -> _Flows:
        """Add cells up over ages, those whose job title is not mapped left out."""
        cells = parts.cells
        mapped = cells["role_level"].notna().to_numpy()
        place = np.full(len(cells), -1, dtype=np.intp)
        place[mapped] = cells[mapped].groupby(_GROUP, sort=True).ngroup().to_numpy()
        groups = cells[mapped].assign(group=place[mapped]).drop_duplicates("group").sort_values("group", ignore_index=True)
        groups = groups[["group", "organisation", "role_family", "role_level"]]

        def added(amount: Floats, at: Ints, size: int) -> Floats:
            inside = at >= 0
            made = np.zeros((size, amount.shape[1]))
            np.add.at(made, at[inside], amount[inside])
            return made

        gone = stocks[:, :-1] * (1.0 - parts.stay)[:, None]
        retired = gone * parts.retiring[:, None]
        flows = {
            "joiners": parts.joiners,
            "pipeline": parts.pipeline,
            "pipeline_headcount": parts.people,
            "leavers": gone - retired,
            "retirements": retired,
        }
        amounts = {name: added(amount, place, len(groups)) for name, amount in flows.items()}
        chosen = parts.moves["promoted"].to_numpy()
        source, target = (parts.moves[end].to_numpy()[chosen] for end in ("source", "target"))
        moved = stocks[source, :-1] * parts.rates[chosen][:, None]
        codes = place[source] * max(len(groups), 1) + place[target]
        pairs, pair = np.unique(codes, return_inverse=True)
        ends = pd.DataFrame({"source": pairs // max(len(groups), 1), "target": pairs % max(len(groups), 1)})
        amounts["promoted_out"] = added(moved, place[source], len(groups))
        return cls(groups, added(stocks, place, len(groups)), amounts, ends, added(moved, pair, len(ends)))


def _ladder(groups: pd.DataFrame, held: pd.DataFrame, required: pd.DataFrame) -> pd.DataFrame:
    """Return one row a group, skill and rank up to the required one, sorted, with what is held at the start."""
    needs = required.loc[required.index.repeat(required["required_rank"])]
    needs = needs.assign(rank=needs.groupby(["role_level", "skill"]).cumcount() + 1)
    rows = groups.merge(needs, on="role_level").merge(held[[*_GROUP, "skill", "rank", *RANGES]], on=[*_GROUP, "skill", "rank"], how="left")
    return rows.fillna(dict.fromkeys(RANGES, 0.0)).sort_values(_RUNG, ignore_index=True)


def _brought(ladder: pd.DataFrame, assumptions: Assumptions) -> Floats:
    """Return the share of joiners who hold each rank: it depends on how far that lies below the required one."""
    shares = {int(key): value for key, value in assumptions.by_key("recruit_skill_share").items()}
    below = (ladder["required_rank"] - ladder["rank"]).clip(upper=max(shares))
    return np.asarray(below.map(shares), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Promotions:
    """What promoted people bring: one entry a pair of groups and rung reached; `source` is the rung they come from, -1 for none."""

    pair: Ints
    source: Ints
    target: Ints
    usual: Floats
    promoted: Floats
    size: int

    def brought(self, share: Floats, period: int) -> Floats:
        """Return FTE that come to each rung in a period; `share` is of staff that hold each rung, shape (3, rungs)."""
        with_rank = np.where(self.source >= 0, share[:, self.source], self.usual) * self.promoted[self.pair, period]
        return np.stack([np.bincount(self.target, row, minlength=self.size) for row in with_rank])


def _promotions(flows: _Flows, ladder: pd.DataFrame, brought: Floats) -> _Promotions:
    rungs = ladder[_RUNG].reset_index(names="rung")
    pairs = flows.pairs.reset_index(names="pair").merge(rungs, left_on="target", right_on="group").drop(columns="group")
    left = rungs.rename(columns={"rung": "from_rung", "group": "source"})
    both = pairs.merge(left, on=["source", "skill", "rank"], how="left")
    target = both["rung"].to_numpy(dtype=np.intp)
    return _Promotions(
        both["pair"].to_numpy(dtype=np.intp),
        both["from_rung"].fillna(-1).to_numpy(dtype=np.intp),
        target,
        brought[target],
        flows.promoted,
        len(ladder),
    )
