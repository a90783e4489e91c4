"""A solved plan as tables for people: sums over what nobody asked about, names for columns, periods as quarters."""

from __future__ import annotations

import datetime as dt  # noqa: F401 - for the doctests
from typing import Any, cast

import pandas as pd

from app import findings
from app.money import MoneyResult
from app.pipeline.plans import PlanResult
from skills_model.planning.world import DEVELOPMENT

GAINING = 3  # skills named of each step of money
STEP_HEADINGS = {"step": "Budget", "ranks": "Ranks short at the end", "change": "Change", "skills": "Skills that change most, in ranks short"}
BUDGET_HEADINGS = {
    "budget": "Budget",
    "ranks": "Ranks short at the end",
    "each": "Closed by each £10,000 since the line above",
    "weighted": "Weighted shortfall",
    "mark": "Note",
}
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


def money_headline(found: MoneyResult, when: str) -> str:
    """Say what each step of money closes, before the knee of the curve and after it."""
    rows = found.budgets.sort_values("amount")
    if len(rows) < 2:
        return "There is only one budget to show"
    points = {name: _point(rows[rows[name]]) for name in ("knee", "this_plan")}
    return findings.money_finding(_points(rows)[0], points["knee"], _points(rows)[-1], when)


def written_budgets(found: MoneyResult) -> pd.DataFrame:
    """Write the budgets of the curve as people read them; the weighted shortfall as a share of that with the least money."""
    rows = found.budgets.sort_values("amount").reset_index(drop=True)
    each = -findings.EACH * rows["ranks_short"].diff() / rows["amount"].diff()
    marks = zip(rows["this_plan"], rows["knee"], strict=True)
    return pd.DataFrame(
        {
            "budget": [f"£{amount:,.0f}" for amount in rows["amount"]],
            "ranks": [findings.amount(ranks) for ranks in rows["ranks_short"]],
            "each": ["–" if pd.isna(closed) else findings.amount(closed) for closed in each],
            "weighted": [findings.percent(share) for share in _shares(rows["shortfall"])],
            "mark": [" and ".join(part for part, there in zip(("this plan", "knee"), pair, strict=True) if there) for pair in marks],
        }
    ).assign(mark=lambda table: [mark.capitalize() or "–" for mark in table["mark"]])


def written_steps(found: MoneyResult) -> pd.DataFrame:
    """Write what steps of money do, by the last period: step, ranks, change, skills (those that change most, the way that money goes)."""
    rows = found.steps.sort_values("step").reset_index(drop=True)
    own = float(rows.loc[rows["step"] == 0, "ranks_short"].iloc[0])
    return pd.DataFrame(
        {
            "step": [findings.signed(step, findings.pounds) if step else "As planned" for step in rows["step"]],
            "ranks": [findings.amount(ranks) for ranks in rows["ranks_short"]],
            "change": [findings.signed(ranks - own, findings.amount) if step else "–" for step, ranks in rows[["step", "ranks_short"]].to_numpy()],
            "skills": [_most_changed(found.skills[found.skills["step"] == step], int(step)) for step in rows["step"]],
        }
    )


def money_holds(found: MoneyResult) -> str:
    """Say up to where the next pound does as much as the first one more."""
    slope, holds_to, looked_to = (cast("float | None", found.summary[name]) for name in ("slope", "holds_to", "looked_to"))
    return findings.money_holds(slope, holds_to, looked_to)


def money_limits(found: MoneyResult) -> str:
    """Say which budgets have no plan, and whether the curve came to its end in time."""
    asked, feasible = found.summary["asked"], found.summary["feasible"]
    said = findings.money_range(cast("list[float]", asked), cast("list[float] | None", feasible))
    unfinished = "" if found.summary["complete"] else "Time ran out before the curve was whole: only what was worked out by then is shown."
    return " ".join(part for part in (said, unfinished) if part)


def _most_changed(changes: pd.DataFrame, step: int) -> str:
    """Name the skills that gain most from more money, or lose most from less."""
    sign = -1 if step > 0 else 1
    told = changes.assign(size=sign * changes["change"]).sort_values(["size", "skill"], ascending=[False, True])
    told = told[told["size"] >= findings.SOME].head(GAINING)
    pairs = zip(told["skill"], told["change"].astype(float), strict=True)
    return "; ".join(f"{skill} {findings.signed(change, findings.amount)}" for skill, change in pairs) or "–"


def money_file(found: MoneyResult) -> pd.DataFrame:
    """Return the curve as a file holds it: numbers unrounded, steps of money among its budgets."""
    steps = found.steps[found.steps["step"] != 0]
    budget = cast("float", found.summary["budget"])
    more = pd.DataFrame({"amount": budget + steps["step"], "ranks_short": steps["ranks_short"], "shortfall": steps["shortfall"]})
    rows = pd.concat([found.budgets, more.assign(this_plan=False, knee=False)], ignore_index=True)
    rows = rows.sort_values(["amount", "this_plan"], ascending=[True, False]).drop_duplicates("amount")
    return rows.rename(columns={"amount": "budget_pounds", "shortfall": "weighted_shortfall"}).reset_index(drop=True)


def _points(rows: pd.DataFrame) -> list[tuple[float, float]]:
    return [(float(amount), float(ranks)) for amount, ranks in rows[["amount", "ranks_short"]].to_numpy()]


def _point(rows: pd.DataFrame) -> tuple[float, float] | None:
    return _points(rows)[0] if len(rows) else None


def _shares(values: pd.Series) -> pd.Series:
    """Return values as shares of the first; of nothing, nothing is left."""
    return values / values.iloc[0] if values.iloc[0] > 0 else values * 0


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
