"""Raise ranks with the help of an exemplar: its mentors' time here, or a time of our people there."""

from __future__ import annotations

import pandas as pd

from skills_model.planning.levers.courses import GROUP
from skills_model.planning.levers.rows import Tables, after, charge, every_period, joined, levers, limited, use
from skills_model.planning.levers.training import backfill, given, in_training, learning, of_one_fte
from skills_model.planning.world import WEEKS_A_YEAR, World


def mentor(world: World) -> Tables:
    """Raise people to the next rank by time of mentors whom another organisation offers.

    The learner is away for the hours of a course to that rank, takes its time and reaches it as often; the mentor gives hours of their
    own, spread evenly, within the FTE that is offered while it is offered. Mentors' time and travel are paid as support. A part-timer
    takes as many hours of both as anybody.
    """
    rows = _offered(world, "mentor")
    if rows.empty:
        return {}
    assume = world.assumptions
    by_rank = {name: rows["rank"].map(lambda r, name=name: assume.value(name, r)) for name in ("mentor_hours", "course_completion")}
    rows = rows.assign(
        lag=world.training_time()[rows["rung"]].to_numpy(),
        hours=world.training_hours()[rows["rung"]].to_numpy(),
        completion=by_rank["course_completion"],
        given_hours=by_rank["mentor_hours"].astype(float),
    )
    rows = of_one_fte(rows, "hours", "given_hours")
    rows["support"] = (rows["yearly"] + rows["travel"]) * rows["given_hours"] / assume.value("working_hours")
    rows["backfill"] = backfill(world, rows)
    working = assume.value("working_hours") / world.scenario.periods_per_year
    spent = in_training(rows["offer"], rows["lever"], rows["given_hours"] / rows["lag"] / working, rows["lag"])
    return _helped(world, rows, "mentor", [_while_offered(world, rows, "mentors")], spent)


def second(world: World) -> Tables:
    """Send people to another organisation for a time, from which they come back with the next rank.

    Meanwhile their post is backfilled at cost or the work waits, never both for the same part: an assumption says how much is backfilled.
    Travel and cost are those of a full-time year, and places are FTE of a partner's, so that a part-timer takes their part of them.
    What waits is taken off their group and its skills in the period they leave, for all of their time away. At most a share of a
    group is away at once, and at most as many as are offered.
    """
    rows = _offered(world, "second")
    if rows.empty:
        return {}
    assume, scenario = world.assumptions, world.scenario
    years = assume.value("second_weeks") / WEEKS_A_YEAR
    backfilled = assume.value("second_backfill_share")
    rows = rows.assign(lag=world.lag(years), hours=0.0, completion=assume.value("second_completion"))
    rows["support"] = (rows["cost"].fillna(0.0) + rows["travel"]) * years
    rows["backfill"] = rows["pay"] * scenario.periods_per_year * years * backfilled
    away = "second:" + rows["staff"].str.removeprefix("staff:")
    group = rows.assign(limit=away).drop_duplicates("limit")
    at_once = every_period(group[["limit", "role_family", "role_level"]].assign(kind="second"), 0.0)
    spent = [
        *in_training(rows["offer"], rows["lever"], 1.0, rows["lag"]),
        *in_training(away, rows["lever"], 1.0, rows["lag"]),
        use(group["limit"], "stock", group["staff"], -assume.value("second_share")),
    ]
    tables = _helped(world, rows, "second", [_while_offered(world, rows, "places"), at_once], spent)
    waits = (1 - backfilled) * years * scenario.periods_per_year
    return tables | ({"cover": _missed(world, rows, waits)} if waits > 0 else {})


def _offered(world: World, kind: str) -> pd.DataFrame:
    """Return one row an offer of a kind and rung that it reaches: the lever, its group, and what a full-time year costs.

    Columns beside the group's: lever, route (who offers), offer (limit), rung (index of the ladder), skill, rank, stock, fte, start_date,
    end_date, cost (as the offer says), yearly (that, or pay where it says nothing) and travel (pounds).
    """
    offers = world.inputs.options.offers
    offers = offers[offers["kind"] == kind].drop(columns=["organisation", "kind", "source"], errors="ignore")
    # Two offers of one organisation differ by role level, skill or date.
    number = offers.groupby("from_organisation").cumcount() + 1
    offers = offers.assign(
        route=offers["from_organisation"], name=offers["from_organisation"] + ("-" + number.astype(str)).where(number > 1, "")
    )
    rungs = world.ladder[[*GROUP, "skill", "rank", "stock"]].rename_axis("rung").reset_index()
    rows = rungs.merge(offers, how="cross", suffixes=("", "_offered"))
    fits = [rows[f"{name}_offered"].isin([""]) | (rows[f"{name}_offered"] == rows[name]) for name in ("role_level", "skill")]
    rows = rows[fits[0] & fits[1]].reset_index(drop=True)
    pay = rows["pay"] * world.scenario.periods_per_year
    cost, travel = rows["cost"].astype(float), rows["travel"].astype(float)
    return rows.assign(
        lever=f"{kind}:" + rows["stock"].str.removeprefix("skill:") + ":" + rows["name"],
        offer=f"{kind}-offer:{world.code}:" + rows["name"],
        cost=cost,
        yearly=cost.fillna(pay),
        travel=travel.fillna(world.assumptions.value("support_travel")),
    )


def _helped(world: World, rows: pd.DataFrame, kind: str, limits: list[pd.DataFrame], spent: list[pd.DataFrame]) -> Tables:
    rows = rows.assign(price=rows["support"] + rows["backfill"])
    raises = rows[["lever", "stock"]].assign(room=True)
    gives = given(rows, raises)
    paid = [charge(world, rows["lever"], account, rows[account]) for account in ("support", "backfill")]
    return {
        "levers": levers(rows, kind),
        "effects": joined(gives, after(world, gives), *paid),
        **limited(joined(*limits), [*learning(world, rows, raises), *spent]),
    }


def _while_offered(world: World, rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Write the FTE offered, by period, less where only some of its days are within the offer."""
    offers = rows.drop_duplicates("offer")
    limits = []
    for t in world.periods:
        first, over = (pd.Timestamp(world.scenario.day_of(day)) for day in (t, t + 1))
        begins, ends = pd.to_datetime(offers["start_date"]), pd.to_datetime(offers["end_date"]) + pd.Timedelta(days=1)
        within = ends.where(ends < over, over) - begins.where(begins > first, first)
        share = within.dt.days.clip(lower=0) / (over - first).days
        limits.append(
            pd.DataFrame({"limit": offers["offer"], "route": offers["route"], "kind": kind, "period": t, "amount": share * offers["fte"]})
        )
    return joined(*limits)


def _missed(world: World, rows: pd.DataFrame, periods: float) -> pd.DataFrame:
    """Write what the work misses of somebody away: one of the staff, and of each rank what one of them holds on average."""
    held = world.ladder[["staff", "stock", "opening"]].merge(world.groups[["staff", "staff_fte"]], on="staff")
    skills = held[held["staff_fte"] > 0].assign(share=held["opening"] / held["staff_fte"])[["staff", "stock", "share"]]
    staff = world.groups[["staff"]].assign(stock=world.groups["staff"], share=1.0)
    missed = rows[["lever", "staff"]].merge(joined(staff, skills), on="staff")
    return missed[["lever", "stock"]].assign(amount=-periods * missed["share"])


PARTS = {"mentor": mentor, "second": second}
