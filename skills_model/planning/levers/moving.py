"""Move people between role levels: redeploy where skills are near, promote to the next level."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import numpy as np
import pandas as pd

from skills_model.planning.levers.rows import Tables, after, charge, every_period, joined, levers, limited, use
from skills_model.planning.stocks import skill_decay, skills_brought
from skills_model.planning.world import ESTABLISHMENT_PAY, WEEKS_A_YEAR, World
from skills_model.schema import Band

NEAREST = 2
"""Role levels that a group may be redeployed to, the nearest ones: more of them add rows, and those moved are few."""
BANDS = {band: number for number, band in enumerate(get_args(Band))}


def redeploy(world: World) -> Tables:
    """Move people who accept it to a vacant post of another role on the same band, where few ranks are missing.

    Job evaluation matches, so that pay is the same and needs no protection; nobody is moved to a lower band.
    """
    return _moved(world, "redeploy", redeployments(world))


def promote(world: World) -> Tables:
    """Promote people who apply to a vacant post of the next role level, which leaves their own post vacant; their pay rises with it."""
    return _moved(world, "promote", promotions(world))


def promotions(world: World) -> pd.DataFrame:
    """Return where each group may be promoted to: one row a group, `giver` and `taker` as the index of groups.

    It is the next level of the role, or where most of the role family go by the history of the store; on the same band with more ranks
    required, or so many bands above as one promotion may rise.
    """
    group, needed = world.groups, required(world)
    number = pd.Series(group.index, index=group["role_level"])
    rows = world.inputs.rates.promotion
    rows = rows[rows["role_level"].isin(number.index) & rows["to_role_level"].isin(number.index)]
    ends = {"giver": rows["role_level"].map(number).astype("int64"), "taker": rows["to_role_level"].map(number).astype("int64")}
    rows = rows.assign(**ends)  # of no rows a map would be text
    band, ranks = group["band"].map(BANDS), needed.sum(axis=1)
    step = rows["taker"].map(band) - rows["giver"].map(band)
    rises = (step > 0) | ((step == 0) & (rows["taker"].map(ranks) > rows["giver"].map(ranks)))
    most = round(world.assumptions.value("promotion_bands_most"))
    rows = rows[rises & (step <= most) & _may(world, rows)]
    rows = rows.sort_values(["rate", "to_role_level"], ascending=[False, True]).drop_duplicates("giver")
    return rows.sort_values("role_level")[["giver", "taker"]].reset_index(drop=True)


def redeployments(world: World) -> pd.DataFrame:
    """Return who may be redeployed where: `giver` and `taker` as the index of groups, at most NEAREST rows a giver.

    Skills are near where at most so many of the ranks that the taker needs are beyond what the giver needs as count as within reach of a
    person. Of two groups on one band that are near each other only the one with the greater share of vacant posts takes, so that nobody is
    moved to and fro.
    """
    group, needed = world.groups, required(world).to_numpy()
    missing = np.maximum(0, needed[None, :, :] - needed[:, None, :]).sum(axis=2)
    band = group["band"].to_numpy()
    near = (band[:, None] == band[None, :]) & (missing <= round(world.assumptions.value("reach_ranks"))) & ~np.eye(len(group), dtype=bool)
    giver, taker = np.nonzero(near)
    rows = pd.DataFrame({"giver": giver, "taker": taker, "missing": missing[giver, taker]})
    rows["pair"] = _pairs(rows)
    rows["vacant"] = rows["taker"].map(1 - group["staff_fte"] / group["budgeted_fte"].where(group["budgeted_fte"] > 0))
    rows = rows[_may(world, rows) & ~rows["pair"].isin(_pairs(promotions(world)))]
    best = rows.sort_values(["vacant", "missing", "giver"], ascending=[False, True, True]).drop_duplicates("pair")
    order = best.sort_values(["giver", "missing", "vacant", "taker"], ascending=[True, True, False, True])
    return order.groupby("giver").head(NEAREST)[["giver", "taker"]].reset_index(drop=True)


def required(world: World) -> pd.DataFrame:
    """Return the ranks that each group needs: index as the groups, a column a skill, 0 for none."""
    rung = world.ladder.drop_duplicates(["role_level", "skill"])
    needed = rung.pivot_table(index="role_level", columns="skill", values="required_rank", aggfunc="max")
    return needed.reindex(world.groups["role_level"]).fillna(0).set_axis(world.groups.index)


def shares_held(world: World) -> pd.DataFrame:
    """Return the lowest and highest share of a group that holds a rank, over the horizon and if nothing is done: `low`, `high` by rung."""
    rung, lost = world.ladder, skill_decay(world)
    stay, arriving, staff = (world.by_rung(rows).to_numpy() for rows in (world.nothing.stay, world.nothing.arriving, world.nothing.staff))
    brought = skills_brought(world, "recruit_skill_share").to_numpy()
    same = (rung["role_level"] == rung["role_level"].shift(-1)) & (rung["skill"] == rung["skill"].shift(-1))
    held = [rung["opening"].to_numpy(dtype="float64")]
    for t in range(len(world.periods)):
        higher = np.where(same, np.roll(held[-1], -1), 0.0)
        held.append((stay[:, t] - lost) * held[-1] + lost * higher + arriving[:, t] * brought)
    there = np.where(staff > 0, staff, np.nan)
    share = pd.DataFrame(np.column_stack(held) / there, index=rung.index).clip(0.0, 1.0)
    return pd.DataFrame({"low": share.min(axis=1), "high": share.max(axis=1)})


def _pairs(rows: pd.DataFrame) -> pd.Series:
    """Name the two groups of each row, whichever gives."""
    ends = rows[["giver", "taker"]].astype("int64")
    return ends.min(axis=1).astype(str) + "-" + ends.max(axis=1).astype(str)


def _may(world: World, rows: pd.DataFrame) -> pd.Series:
    """Tell for rows of giver and taker whether somebody is there to move, a funded post is there to take, and both need skills."""
    group = world.groups
    skilled = group["role_level"].isin(world.ladder["role_level"])
    return rows["giver"].map(skilled & (group["staff_fte"] > 0)) & rows["taker"].map(skilled & (group["budgeted_fte"] > 0))


def _moved(world: World, kind: str, pairs: pd.DataFrame) -> Tables:
    """Write the levers of a kind of move; one unit is one FTE that has accepted it and moves after the lead time.

    Staff, with the skills they hold, leave one group and reach the other with what carries over: of each rank that both need, the lower
    share of those who hold it, while the higher share leaves. A difference in pay follows on the pay stream.
    """
    group, assume = world.groups, world.assumptions
    giver, taker = (group.loc[pairs[end]].reset_index(drop=True) for end in ("giver", "taker"))
    moves = giver.assign(to_role_level=taker["role_level"], to_staff=taker["staff"], rise=taker["pay"] - giver["pay"])
    moves["lever"] = f"{kind}:{world.code}:" + moves["role_level"] + ":" + moves["to_role_level"]
    moves["price"] = assume.value("induction_cost", kind)
    lag = world.lag(assume.value("move_weeks", kind) / WEEKS_A_YEAR)
    people = joined(_effects(moves, moves["staff"], -1.0, lag), _effects(moves, moves["to_staff"], 1.0, lag), _skills(world, moves, lag))
    pay = _effects(moves, world.money(ESTABLISHMENT_PAY), -moves["rise"], lag)
    paid = charge(world, moves["lever"], "training", moves["price"])
    most = _accepted(world, kind, moves)
    return {
        "levers": levers(moves, kind),
        "effects": joined(people, after(world, people), pay[pay["amount"] != 0], paid),
        "limits": most["limits"],
        "uses": joined(most["uses"], _left(world, moves, lag)),
    }


def _effects(moves: pd.DataFrame, stock: pd.Series | str, amount: pd.Series | float, lag: int) -> pd.DataFrame:
    return pd.DataFrame({"lever": moves["lever"], "stock": stock, "lag": lag, "amount": amount})


def _skills(world: World, moves: pd.DataFrame, lag: int) -> pd.DataFrame:
    """Write the ranks that leave with those who move, and those that carry over: none that the group they leave has no stock for."""
    rung = world.ladder[["role_level", "skill", "rank", "stock"]].join(shares_held(world))
    held = moves[["lever", "role_level", "to_role_level"]].merge(rung, on="role_level")
    reached = rung.rename(columns={"role_level": "to_role_level", "stock": "to_stock"})[["to_role_level", "skill", "rank", "to_stock"]]
    carried = held.merge(reached, on=["to_role_level", "skill", "rank"])
    rows = joined(_effects(held, held["stock"], -held["high"], lag), _effects(carried, carried["to_stock"], carried["low"], lag))
    return rows[rows["amount"] != 0]


def _accepted(world: World, kind: str, moves: pd.DataFrame) -> Tables:
    """Move in any year at most the share of a group that would accept it, wherever to: moves - share x staff <= 0."""
    name = f"{kind}-most:" + moves["staff"].str.removeprefix("staff:")
    givers = moves.assign(limit=name, kind="moves").drop_duplicates("limit")
    uses = [use(name, "lever", moves["lever"], 1.0, lag) for lag in range(world.scenario.periods_per_year)]
    staff = use(givers["limit"], "stock", givers["staff"], -world.assumptions.value("move_acceptance", kind))
    return limited(every_period(givers[["limit", "kind", "role_family", "role_level"]], 0.0), [*uses, staff])


def _left(world: World, moves: pd.DataFrame, lag: int) -> pd.DataFrame:
    """Count those who have moved as in place where temporary cover stands, so that it may not end for them and need not keep them.

    They count at the lowest share that stays in any period, never more than would still be there.
    """
    covered = moves[moves["cover_fte"] > 0]
    name, stay = "in-place:" + covered["staff"].str.removeprefix("staff:"), world.nothing.stay.min(axis=1).set_axis(world.groups["staff"])
    kept = covered["staff"].map(stay).astype(float)
    return joined(
        *(use(name, "lever", covered["lever"], kept ** (after - lag), after) for after in range(lag, max(world.periods))),
        use(name, "lever", covered["lever"], 0.0).iloc[:0],
    )


PARTS: dict[str, Callable[[World], Tables]] = {"redeploy": redeploy, "promote": promote}
