"""Keep people who would leave: a premium for role levels that are hard to fill or to hold, paid to everybody in them for a time."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from skills_model.planning.levers.rows import Tables, after, charge, every_period, joined, levers, limited, use
from skills_model.planning.stocks import FROZEN, skill_decay
from skills_model.planning.world import ESTABLISHMENT_PAY, WEEKS_A_YEAR, World

LEAST_LEAVING = 1e-4  # a year; where fewer leave, there is nobody to keep


def retain(world: World) -> Tables:
    """Keep leavers by a premium: a unit is one FTE who would have left in the period and stays, with skills and pay.

    Leaving falls with (1 + premium) to the power of minus an elasticity, so that each segment of the premium keeps fewer than the one
    before. The price of a unit is what everybody in the group gets of the segment in the period, on-costs included, divided by those whom
    it keeps. Those kept have the skills that the group has now, less what decays over the horizon.
    """
    rows = premiums(world)
    staff = pd.DataFrame({"lever": rows["lever"], "stock": rows["staff"], "lag": 0, "amount": 1.0})
    skills = rows[["lever", "role_level"]].merge(_held(world), on="role_level").assign(lag=0)[["lever", "stock", "lag", "amount"]]
    kept = joined(staff, skills[skills["amount"] > 0])
    pay = staff.assign(stock=world.money(ESTABLISHMENT_PAY), amount=-rows["pay"])
    return {
        "levers": levers(rows, "retain"),
        "effects": joined(kept, after(world, kept), pay, charge(world, rows["lever"], "retention", rows["price"])),
    }


def kept(world: World) -> Tables:
    """Keep at most those whom a segment keeps of the staff there, while the premium is paid, and of all leavers at most all.

    It is paid once its evidence, the equal-pay review and the consultation are done, and for so long as the assumption says.
    """
    rows = premiums(world)
    group = world.groups[world.groups["staff"].isin(rows["staff"])]
    segment = rows[["role_family", "role_level", "route"]].assign(limit="kept:" + rows["lever"].str.removeprefix("retain:"), kind="kept")
    leaving = group[["role_family", "role_level"]].assign(limit=_leavers_of(group), kind="leavers")
    uses = [use(segment["limit"], "lever", rows["lever"], 1.0), use(_leavers_of(rows), "lever", rows["lever"], 1.0)]
    for t in world.periods:
        gone = 1 - world.nothing.stay.loc[group.index, t]
        uses.append(use(_leavers_of(group), "stock", group["staff"], -gone, 1).assign(period=t))
        if t in paid_in(world):
            uses.append(use(segment["limit"], "stock", rows["staff"], -rows["share"], 1).assign(period=t))
    return limited(every_period(joined(segment, leaving), 0.0), uses)


def premiums(world: World) -> pd.DataFrame:
    """Return one row a role level and segment of premium: lever, route (the segment), share (kept of the staff in a period) and price.

    Role levels are those with evidence: so many vacant posts, or so much leaving, as the assumptions ask for. Frozen posts have none.
    """
    assume, group = world.assumptions, world.groups
    leaving = 1 - group["stay"] ** world.scenario.periods_per_year
    vacant = (group["budgeted_fte"] - group["staff_fte"]) / group["budgeted_fte"].where(group["budgeted_fte"] > 0)
    told = world.inputs.options.posts
    evident = (vacant >= assume.value("retention_evidence_vacancies")) | (leaving >= assume.value("retention_evidence_leaving"))
    asked = evident & (leaving > LEAST_LEAVING) & (group["staff_fte"] > 0)
    asked &= ~group["role_level"].isin(told.loc[told["approval_status"] == FROZEN, "role_level"])
    columns = ["role_family", "role_level", "staff", "stay", "pay"]
    rows = group.loc[asked, columns].merge(_segments(world), how="cross")
    rows["share"] = (1 - rows["stay"]) * rows["falls"]
    rows["price"] = rows["pay"] * rows["premium"] / rows["share"]
    rows["lever"] = "retain:" + rows["staff"].str.removeprefix("staff:") + ":" + rows["segment"]
    return rows[rows["share"] > 0].reset_index(drop=True)


def paid_in(world: World) -> range:
    """Return the periods in which a premium that is prepared from the start of the plan is paid."""
    first = world.lag(world.assumptions.value("retention_weeks") / WEEKS_A_YEAR) + 1
    lasts = world.lag(world.assumptions.value("retention_years"))
    return range(first, first + lasts)


def _segments(world: World) -> pd.DataFrame:
    """Return the segments of a premium: segment, route (its ends), premium (its part of pay) and falls (share of leavers it keeps)."""
    assume = world.assumptions
    ends = pd.Series(assume.by_key("retention_segment")).clip(upper=assume.value("retention_premium_most")).sort_values()
    begins = ends.shift(fill_value=0.0)
    power = -assume.value("retention_pay_elasticity")
    rows = pd.DataFrame(
        {
            "segment": ends.index.astype(str),
            "route": [f"premium {begin:.0%} to {end:.0%}" for begin, end in zip(begins, ends, strict=True)],
            "premium": (ends - begins).to_numpy(),
            "falls": ((1 + begins) ** power - (1 + ends) ** power).to_numpy(),
        }
    )
    return rows[rows["premium"] > 0]


def _held(world: World) -> pd.DataFrame:
    """Return the share of the staff of each group that holds a rank now, less what decays over the horizon: role_level, stock, amount."""
    rung = world.ladder
    share = (rung["opening"] / rung["staff_fte"].where(rung["staff_fte"] > 0)).fillna(0.0).clip(upper=1.0)
    kept_up = (1 - skill_decay(world) / rung["stay"].where(rung["stay"] > 0)).fillna(0.0).clip(lower=0.0)
    return rung[["role_level", "stock"]].assign(amount=share * kept_up**world.scenario.periods)


def _leavers_of(rows: pd.DataFrame) -> pd.Series:
    return "leavers:" + rows["staff"].str.removeprefix("staff:")


PARTS: dict[str, Callable[[World], Tables]] = {"retain": retain, "kept": kept}
