"""What a plan closes against doing nothing: by skill and role level at its end and on the way there."""

from __future__ import annotations

import pandas as pd

from skills_model.planning.describe import words
from skills_model.planning.describe.reading import Reading
from skills_model.planning.stocks import posts_needed
from skills_model.planning.world import World

SMALLEST_GAP = 1e-9  # ranks x FTE; where neither way lacks more there is nothing to close
NAMED = ("role_family", "role_level", "skill")


def skills(reading: Reading) -> pd.DataFrame:
    """Return one row a skill stock and period: required, what doing nothing holds, what the plan holds with its cover."""
    covered, still = reading.plan.coverage, reading.still
    rows = covered.loc[covered["kind"] == "skill", ["stock", "period", "required", "held", "cover", "shortfall"]]
    rows = rows.merge(reading.world.ladder[["stock", "role_family", "role_level", "skill", "rank", "required_rank"]], on="stock")
    columns = still.columns.get_indexer(pd.Index(rows["period"]))
    rows["nothing"] = still.to_numpy()[still.index.get_indexer(pd.Index(rows["stock"])), columns]
    rows["nothing_short"] = (rows["required"] - rows["nothing"]).clip(lower=0)
    return rows


def closes(skill: pd.DataFrame, world: World) -> pd.DataFrame:
    """Return what is short at the end of the last period and what the plan closes of it, in ranks x FTE, most first."""
    last = skill[skill["period"] == world.scenario.periods]
    keys = [*NAMED, "required_rank"]
    table = last.groupby(keys, as_index=False).agg(
        posts=("required", "max"), do_nothing=("nothing_short", "sum"), plan=("shortfall", "sum")
    )
    return _named(table, world).sort_values(["closed", "role_level", "skill"], ascending=[False, True, True]).reset_index(drop=True)


def by_period(skill: pd.DataFrame, world: World) -> pd.DataFrame:
    """Return the same at the end of every period, for what is short in either way, in the order of periods."""
    table = skill.groupby(["period", *NAMED], as_index=False).agg(do_nothing=("nothing_short", "sum"), plan=("shortfall", "sum"))
    table = table[(table["do_nothing"] > SMALLEST_GAP) | (table["plan"] > SMALLEST_GAP)]
    return _named(table, world).sort_values(["period", "role_level", "skill"]).reset_index(drop=True)


def path(skill: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Return the way of the gap at the end of each period; period 0 is now."""
    world, still = reading.world, reading.still
    staff = world.groups["staff"]
    every = pd.concat([_now(world), skill])
    top = every[every["rank"] == every["required_rank"]]
    met = pd.DataFrame(
        {
            "period": top["period"],
            "required": top["required"],
            "nothing": top[["nothing", "required"]].min(axis=1),
            "plan": (top["held"] + top["cover"]).clip(upper=top["required"]),
        }
    )
    met = met.groupby("period").sum()
    table = pd.DataFrame({"period": [0, *world.periods]}).set_index("period")
    table["starts_on"] = [world.scenario.day_of(t) for t in table.index]
    table["posts"] = [float(world.groups["posts"].sum()), *(float(posts_needed(world, t).sum()) for t in world.periods)]
    table["do_nothing_ranks_short"] = every.groupby("period")["nothing_short"].sum()
    table["plan_ranks_short"] = every.groupby("period")["shortfall"].sum()
    # Of no posts, none lacks a skill.
    table["do_nothing_coverage"] = (met["nothing"] / met["required"]).where(met["required"] > 0, 1.0)
    table["plan_coverage"] = (met["plan"] / met["required"]).where(met["required"] > 0, 1.0)
    table["do_nothing_staff_fte"] = still.reindex(staff)[list(table.index)].sum()
    table["plan_staff_fte"] = table["do_nothing_staff_fte"] + reading.more(staff).sum().reindex(table.index, fill_value=0.0)
    return table.reset_index()


def _named(table: pd.DataFrame, world: World) -> pd.DataFrame:
    names = {cut: words.named(world, cut, table[cut]) for cut in NAMED}
    return table.assign(closed=table["do_nothing"] - table["plan"], **names)


def _now(world: World) -> pd.DataFrame:
    """Return the skill stocks as they open, in the columns of `skills`."""
    rung = world.ladder
    short = (rung["posts"] - rung["opening"]).clip(lower=0)
    held = rung[["rank", "required_rank"]].assign(period=0, required=rung["posts"], held=rung["opening"], cover=0.0, shortfall=short)
    return held.assign(nothing=rung["opening"], nothing_short=short)
