"""A plan in the planner's words: what to do, what it closes against doing nothing, what it costs by stream and year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimiser.plan import Plan
from optimiser.projection import project
from skills_model.planning.stocks import cover_pay, posts_needed
from skills_model.planning.world import DEVELOPMENT, ESTABLISHMENT_PAY, World

KINDS = {"train": "Train", "recruit": "Recruit", "contract": "Contract", "end-cover": "End bank or agency cover"}
RECRUITS_PAY, COVER_ENDED = "Pay of recruits", "Bank and agency cover ended"
SMALLEST_SUM = 0.005  # pounds
SMALLEST_ACTION = 1e-6  # FTE; what is below is a solver's rounding, and all above adds up to the cost


@dataclass(frozen=True)
class Described:
    """A plan as tables for people.

    actions  what to do: action, role_family, role_level, skill, rank, period, starts_on, year, fte, unit_cost, cost, stream
    closes   what it closes by the last period: role_family, role_level, skill, required_rank, posts, do_nothing, plan, closed (ranks x FTE)
    cost     pounds by stream, year and action; establishment pay is what the plan adds to doing nothing
    path     by period: ranks_short, coverage and staff_fte of doing nothing and of the plan
    summary  the totals of the plan
    """

    actions: pd.DataFrame
    closes: pd.DataFrame
    cost: pd.DataFrame
    path: pd.DataFrame
    summary: dict[str, object]


def describe(plan: Plan, world: World) -> Described:
    """Write a plan in the planner's words; FTE and pounds."""
    still = project(plan.tables)
    skills = _skills(plan, world, still)
    actions, cost = _actions(plan, world), _cost(plan, world, still)
    path = _path(skills, plan, world, still)
    return Described(actions, _closes(skills, world), cost, path, _summary(plan, world, path, cost))


def _actions(plan: Plan, world: World) -> pd.DataFrame:
    rows = plan.actions[(plan.actions["amount"] >= SMALLEST_ACTION) & plan.actions["kind"].isin(KINDS)]
    labels = world.inputs.labels
    table = pd.DataFrame(
        {
            "action": rows["kind"].map(KINDS),
            "role_family": rows["role_family"].map(labels["role_family"]),
            "role_level": rows["role_level"].map(labels["role_level"]),
            "skill": rows["skill"].map(labels["skill"]),
            "rank": rows["rank"],
            "period": rows["period"],
            "starts_on": rows["period"].map(world.scenario.day_of),
            "year": rows["period"].map(world.scenario.year_of),
            "fte": rows["amount"],
            "unit_cost": rows["unit_cost"],
            "cost": rows["cost"],
            "stream": np.where(rows["kind"] == "end-cover", ESTABLISHMENT_PAY, DEVELOPMENT),
        }
    )
    return table.sort_values(["period", "action", "role_level", "skill", "rank"]).reset_index(drop=True)


def _skills(plan: Plan, world: World, still: pd.DataFrame) -> pd.DataFrame:
    """Return one row a skill stock and period: required, what doing nothing holds, what the plan holds with its cover."""
    rows = plan.coverage[plan.coverage["kind"] == "skill"][["stock", "period", "required", "held", "cover", "shortfall"]]
    rung = world.ladder[["stock", "role_family", "role_level", "skill", "rank", "required_rank"]]
    rows = rows.merge(rung, on="stock")
    columns = still.columns.get_indexer(pd.Index(rows["period"]))
    rows["nothing"] = still.to_numpy()[still.index.get_indexer(pd.Index(rows["stock"])), columns]
    rows["nothing_short"] = (rows["required"] - rows["nothing"]).clip(lower=0)
    return rows


def _closes(skills: pd.DataFrame, world: World) -> pd.DataFrame:
    last = skills[skills["period"] == world.scenario.periods]
    keys = ["role_family", "role_level", "skill", "required_rank"]
    table = last.groupby(keys, as_index=False).agg(
        posts=("required", "max"), do_nothing=("nothing_short", "sum"), plan=("shortfall", "sum")
    )
    table["closed"] = table["do_nothing"] - table["plan"]
    for name in ("role_family", "role_level", "skill"):
        table[name] = table[name].map(world.inputs.labels[name])
    return table.sort_values(["closed", "role_level", "skill"], ascending=[False, True, True]).reset_index(drop=True)


def _cost(plan: Plan, world: World, still: pd.DataFrame) -> pd.DataFrame:
    paid = plan.actions[(plan.actions["cost"] > 0) & (plan.actions["kind"] != "end-cover")]
    charged = pd.DataFrame(
        {
            "stream": DEVELOPMENT,
            "year": paid["period"].map(world.scenario.year_of),
            "action": paid["kind"].map(KINDS),
            "pounds": paid["cost"],
        }
    )
    more_staff = _difference(plan, still, world.groups["staff"]).mul(world.groups["pay"], axis=0)
    less_cover = _difference(plan, still, world.groups["cover"]).mul(cover_pay(world), axis=0)
    pay = [
        (ESTABLISHMENT_PAY, world.scenario.year_of(t), action, float(change[t].sum()))
        for action, change in ((RECRUITS_PAY, more_staff), (COVER_ENDED, less_cover))
        for t in world.periods
    ]
    rows = pd.concat([charged, pd.DataFrame(pay, columns=charged.columns)], ignore_index=True)
    table = rows.groupby(["stream", "year", "action"], as_index=False).agg(pounds=("pounds", "sum"))
    return table.loc[table["pounds"].abs() >= SMALLEST_SUM].reset_index(drop=True)


def _difference(plan: Plan, still: pd.DataFrame, stocks: pd.Series) -> pd.DataFrame:
    """Return what the plan holds above doing nothing: index as the groups, one column a period."""
    rows = plan.stocks[plan.stocks["stock"].isin(stocks)]
    held = rows.set_index(["stock", "period"])["amount"].unstack("period").reindex(stocks)  # noqa: PD010 - every pair stands once
    return (held - still.reindex(stocks)[held.columns]).set_index(stocks.index)


def _path(skills: pd.DataFrame, plan: Plan, world: World, still: pd.DataFrame) -> pd.DataFrame:
    """Return the way of the gap at the end of each period; period 0 is now."""
    staff = world.groups["staff"]
    every = pd.concat([_now(world), skills])
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
    path = pd.DataFrame({"period": [0, *world.periods]}).set_index("period")
    path["starts_on"] = [world.scenario.day_of(t) for t in path.index]
    path["posts"] = [float(world.groups["posts"].sum()), *(float(posts_needed(world, t).sum()) for t in world.periods)]
    path["do_nothing_ranks_short"] = every.groupby("period")["nothing_short"].sum()
    path["plan_ranks_short"] = every.groupby("period")["shortfall"].sum()
    # Of no posts, none lacks a skill.
    path["do_nothing_coverage"] = (met["nothing"] / met["required"]).where(met["required"] > 0, 1.0)
    path["plan_coverage"] = (met["plan"] / met["required"]).where(met["required"] > 0, 1.0)
    path["do_nothing_staff_fte"] = still.reindex(staff)[list(path.index)].sum()
    path["plan_staff_fte"] = path["do_nothing_staff_fte"] + _difference(plan, still, staff).sum().reindex(path.index, fill_value=0.0)
    return path.reset_index()


def _now(world: World) -> pd.DataFrame:
    """Return the skill stocks as they open, in the columns of `_skills`."""
    rung = world.ladder
    short = (rung["posts"] - rung["opening"]).clip(lower=0)
    held = rung[["rank", "required_rank"]].assign(period=0, required=rung["posts"], held=rung["opening"], cover=0.0, shortfall=short)
    return held.assign(nothing=rung["opening"], nothing_short=short)


def _summary(plan: Plan, world: World, path: pd.DataFrame, cost: pd.DataFrame) -> dict[str, object]:
    organisation, scenario, first, last = world.inputs.organisation, world.scenario, path.iloc[0], path.iloc[-1]
    by_stream = dict.fromkeys((DEVELOPMENT, ESTABLISHMENT_PAY), 0.0) | cost.groupby("stream")["pounds"].sum().to_dict()
    by_year = cost.groupby(["stream", "year"])["pounds"].sum()
    ends = {"now": ("plan", first), "do_nothing": ("do_nothing", last), "plan": ("plan", last)}
    measures = ("ranks_short", "coverage", "staff_fte")
    side = {name: {measure: float(row[f"{way}_{measure}"]) for measure in measures} for name, (way, row) in ends.items()}
    return {
        "status": plan.status,
        "organisation": world.code,
        "organisation_name": str(organisation["name"]),
        "demonstration": bool(organisation["demonstration"]),
        "scenario": scenario.id,
        "start": scenario.start.isoformat(),
        "period": scenario.period,
        "periods": scenario.periods,
        "budget": sum(scenario.budget.get(DEVELOPMENT, {}).values()),
        "stages": plan.stages,
        **side,
        "cost": {
            "total": _pounds(by_stream[DEVELOPMENT]),
            "by_stream": {stream: _pounds(pounds) for stream, pounds in by_stream.items()},
            "by_year": {stream: by_year[stream].to_dict() for stream in by_year.index.unique(0)},
        },
        "notes": _notes(plan, world, by_stream[ESTABLISHMENT_PAY]),
        "audit": plan.audit(),
        "size": plan.size,
    }


def _notes(plan: Plan, world: World, pay: float) -> list[str]:
    """Say what a reader of the totals would otherwise take for granted."""
    notes = []
    if round(pay):
        more = f"{abs(pay):,.0f} {'above' if pay > 0 else 'below'} doing nothing"
        notes.append(
            f"Vacancy funding is not confirmed: the pay of recruits (£{more}, outside the budget) is taken from the pay of funded posts."
        )
    if late := _arriving_late(plan, world):
        notes.append(f"{late:,.1f} FTE are started too late to count by the last period; what they bring after it is weighed, not shown.")
    if coming := float(world.nothing.arriving.to_numpy().sum()):
        notes.append(f"{coming:,.1f} FTE who are known to be on their way arrive in doing nothing and in the plan alike.")
    if unmapped := world.inputs.unmapped_fte:
        notes.append(f"{unmapped:,.1f} FTE of staff are left out, since their job titles are not mapped to a role level.")
    return notes


def _arriving_late(plan: Plan, world: World) -> float:
    """Return the starts, in FTE, that reach no staff or skill by the last period."""
    people = world.groups["staff"].tolist() + world.ladder["stock"].tolist()
    effects = plan.tables.effects[plan.tables.effects["stock"].isin(people)]
    soonest = effects.groupby("lever")["lag"].min().to_dict()
    arrival = plan.actions["period"] + plan.actions["lever"].map(lambda lever: soonest.get(lever, 0)).astype(int)
    return float(plan.actions.loc[arrival > world.scenario.periods, "amount"].sum())


def _pounds(amount: float) -> float:
    """Round to the penny, so that a budget spent whole is not overspent by what a computer cannot write."""
    return round(float(amount), 2)
