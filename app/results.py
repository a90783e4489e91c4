"""A solved plan as tables for people: sums over what nobody asked about, names for columns, periods as quarters."""

from __future__ import annotations

import datetime as dt  # noqa: F401 - for the doctests
from typing import Any, cast

import pandas as pd

from app import findings
from app.pipeline import PlanResult
from skills_model.planning.world import DEVELOPMENT

COST_HEADINGS = {"stream": "Stream", "action": "Action"}
STATUSES = {
    "queued": "Waiting",
    "running": "Being made",
    "abandoned": "Interrupted",
    "optimal": "Proven best",
    "feasible": "Good, not proven best",
    "infeasible": "Impossible",
    "unbounded": "Without a limit",
    "stopped": "Time ran out",
    "cancelled": "Cancelled",
    "failed": "Failed",
}


def what_to_do(result: PlanResult) -> pd.DataFrame:
    """Return one row an action, role level, skill and rank: first start, starts in FTE, cost in pounds; dearest first."""
    if result.actions.empty:
        return pd.DataFrame(columns=["action", "role_family", "role_level", "skill", "rank", "first", "fte", "cost"])
    rows = result.actions.assign(skill=result.actions["skill"].fillna(""), rank=pd.to_numeric(result.actions["rank"]).fillna(0).astype(int))
    keys = ["action", "role_family", "role_level", "skill", "rank"]
    table = rows.groupby(keys, as_index=False).agg(first=("starts_on", "min"), fte=("fte", "sum"), cost=("cost", "sum"))
    table["first"] = [quarter(day) for day in table["first"]]
    return table.sort_values(["cost", *keys], ascending=[False, *[True] * len(keys)]).reset_index(drop=True)


def written_actions(result: PlanResult) -> pd.DataFrame:
    """Write what to do as people read it; columns as `what_to_do`."""
    table = what_to_do(result)
    return table.assign(
        skill=[skill or "–" for skill in table["skill"]],
        rank=[str(rank) if rank else "–" for rank in table["rank"]],
        first=[first.replace(" ", "\u00a0") for first in table["first"]],
        fte=[f"{fte:,.1f}" for fte in table["fte"]],
        cost=[findings.pounds(cost) for cost in table["cost"]],
    )


def by_action(result: PlanResult) -> pd.DataFrame:
    """Return FTE and cost of each kind of action over the whole plan, as people read them, dearest first."""
    table = result.actions.groupby("action", as_index=False)[["fte", "cost"]].sum().sort_values(["cost", "action"], ascending=[False, True])
    return table.assign(fte=[f"{fte:,.1f}" for fte in table["fte"]], cost=[findings.pounds(cost) for cost in table["cost"]])


def written_cost(result: PlanResult) -> pd.DataFrame:
    """Write the cost table as people read it."""
    table = cost_table(result)
    money = [column for column in table.columns if column not in COST_HEADINGS]
    return table.assign(**{column: [findings.pounds(value) for value in table[column]] for column in money})


def closed_by(result: PlanResult, name: str) -> pd.DataFrame:
    """Return ranks short in the last period by role_family or skill: do_nothing, plan, closed; most closed first."""
    table = result.closes.groupby(name, as_index=False)[["do_nothing", "plan", "closed"]].sum()
    return table.sort_values(["closed", name], ascending=[False, True]).reset_index(drop=True)


def cost_by_year(result: PlanResult) -> pd.DataFrame:
    """Return pounds by stream and financial year."""
    table = result.cost.groupby(["stream", "year"], as_index=False)["pounds"].sum()
    return table.assign(stream=[stream_label(stream) for stream in table["stream"]])


def cost_table(result: PlanResult) -> pd.DataFrame:
    """Return pounds with one row a stream and action, one column a year, and the whole."""
    if result.cost.empty:
        return pd.DataFrame(columns=["stream", "action", "All"])
    wide = result.cost.pivot_table(index=["stream", "action"], columns="year", values="pounds", aggfunc="sum", fill_value=0.0)
    wide.columns = [str(year) for year in wide.columns]
    wide["All"] = wide.sum(axis=1)
    table = wide.reset_index()
    return table.assign(stream=[stream_label(stream) for stream in table["stream"]])


def coverage_path(result: PlanResult) -> pd.DataFrame:
    """Return coverage at the end of each period: label, do_nothing, plan."""
    path = result.path
    return pd.DataFrame(
        {
            "label": ["Now" if period == 0 else quarter(day) for period, day in zip(path["period"], path["starts_on"], strict=True)],
            "do_nothing": path["do_nothing_coverage"],
            "plan": path["plan_coverage"],
        }
    )


def headline(result: PlanResult) -> str:
    """Say what the plan closes and for how much."""
    told = told_of(result)
    return findings.plan_finding(told["do_nothing"]["ranks_short"], told["plan"]["ranks_short"], told["cost"]["total"])


def cost_headline(result: PlanResult) -> str:
    """Say what is charged to the budget and what changes outside it."""
    told = told_of(result)
    streams = told["cost"]["by_stream"].items()
    outside = {stream_label(name).lower(): float(pounds) for name, pounds in streams if name != DEVELOPMENT}
    return findings.cost_finding(told["cost"]["total"], told["budget"], outside)


def told_of(result: PlanResult) -> dict[str, Any]:
    """Return the summary of a plan, as `plan.json` holds it."""
    return cast("dict[str, Any]", result.summary)


def worst_audit(result: PlanResult) -> float:
    """Return the largest relative violation that the audit found in any family of constraints."""
    return max((abs(float(value)) for value in told_of(result)["audit"].values()), default=0.0)


def stream_label(stream: object) -> str:
    """Write the name of a funding stream.

    >>> stream_label("establishment-pay")
    'Establishment pay'
    """
    return str(stream).replace("-", " ").capitalize()


def quarter(day: object) -> str:
    """Write the financial quarter that a period starts in.

    >>> quarter(dt.date(2027, 1, 1)), quarter("2026-04-01")
    ('Q4 2026/27', 'Q1 2026/27')
    """
    start = pd.Timestamp(str(day))
    first = start.year if start.month >= 4 else start.year - 1
    return f"Q{(start.month - 4) % 12 // 3 + 1} {first}/{(first + 1) % 100:02d}"


def when(moment: object) -> str:
    """Write a moment of the store (UTC) as people read it.

    >>> when(dt.datetime(2026, 11, 2, 9, 5))
    '2 November 2026, 09:05 UTC'
    """
    stamp = pd.Timestamp(str(moment))
    return f"{stamp.day} {stamp:%B %Y, %H:%M} UTC"
