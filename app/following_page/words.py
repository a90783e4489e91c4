"""What is shown of a plan that is followed, written as text; frame in, frame or sentence out."""

from __future__ import annotations

import pandas as pd

from app import findings
from skills_model.milestones import MISSED, NOT_RECORDED

MILESTONES = {
    "label": "What", "due": "By", "owner": "Owner", "target": "Target", "value": "Reached", "state": "State", "note": "Note",
}  # fmt: skip
LINES = {
    "period": "Period", "what": "Line", "planned_fte": "Planned FTE", "fte": "Started", "planned_cost": "Planned cost", "cost": "Spent",
    "note": "Why it differs",
}  # fmt: skip
LOG = {
    "plan": "Plan",
    "adopted_on": "Adopted on",
    "owner": "Owner",
    "follows": "In the place of",
    "reason": "Why",
    "changed": "What changed",
}

NAMED = 2
"""Overdue milestones that are named; the rest are a number."""


def amount(value: float, unit: str) -> str:
    """Write a target or what was reached in its unit.

    >>> amount(0.653, "share"), amount(1234.5, "pounds"), amount(12.04, "FTE"), amount(float("nan"), "FTE")
    ('65%', '£1,234', '12.0 FTE', 'not recorded')
    """
    if pd.isna(value):
        return NOT_RECORDED
    if unit == "pounds":
        return findings.pounds(value)
    return findings.percent(value) if unit == "share" else f"{value:,.1f} {unit}"


def milestones(rows: pd.DataFrame) -> pd.DataFrame:
    """Write milestones, those that need somebody first: missed and not recorded, then by their day."""
    late = (~rows["state"].isin((MISSED, NOT_RECORDED))).astype(int)
    order = rows.assign(late=late).sort_values(["late", "due", "milestone"])
    written = order.assign(due=[day(value) for value in order["due"]])
    for name in ("target", "value"):
        written[name] = [amount(value, unit) for value, unit in zip(order[name], order["unit"], strict=True)]
    return written.assign(value=written["value"].replace(NOT_RECORDED, "–"))  # the state says so


def milestone_finding(rows: pd.DataFrame) -> str:
    """Say how the milestones of a plan stand."""
    counts = rows["state"].value_counts()
    late = int(counts.get(MISSED, 0) + counts.get(NOT_RECORDED, 0))
    if rows.empty:
        return "The plan has no milestones"
    told = ", ".join(f"{count} {state}" for state, count in counts.items())
    return f"{late} of {len(rows)} milestones are overdue: {told}" if late else f"No milestone is overdue: {told}"


def overdue(rows: pd.DataFrame, name: str) -> str:
    """Say which milestones of an organisation's plan are overdue, the oldest first; `name` is the organisation's."""
    order = rows.sort_values(["due", "milestone"])
    first = order.head(NAMED)
    told = "; ".join(f"{label}, by {day(due)}: {state}" for label, due, state in first[["label", "due", "state"]].itertuples(index=False))
    more = f"; and {len(rows) - len(first)} more" if len(rows) > len(first) else ""
    are = "1 milestone" if len(rows) == 1 else f"{len(rows)} milestones"
    return f"{are} of the adopted plan of {name} {'is' if len(rows) == 1 else 'are'} overdue: {told}{more}"


def furthest_apart(rows: pd.DataFrame) -> pd.DataFrame:
    """Order lines by how far their cost is from the plan, then by how far their starts are, then by period."""
    apart = rows.assign(
        pounds=-rows["cost_difference"].abs().fillna(0.0).round(1), starts=-rows["fte_difference"].abs().fillna(0.0).round(6)
    )
    return apart.sort_values(["pounds", "starts", "period", "line"], kind="stable").drop(columns=["pounds", "starts"])


def lines(rows: pd.DataFrame) -> pd.DataFrame:
    """Write what was done beside what was planned."""
    written = rows.assign(period=rows["period"].astype("str"))
    for name in ("planned_fte", "fte"):
        written[name] = ["-" if pd.isna(value) else f"{value:,.1f}" for value in rows[name]]
    for name in ("planned_cost", "cost"):
        written[name] = ["-" if pd.isna(value) else findings.pounds(value) for value in rows[name]]
    return written


def done_finding(rows: pd.DataFrame) -> str:
    """Say how what was done differs from the plan."""
    done = rows[rows["fte"].notna()]
    if done.empty:
        return "Nothing is recorded yet"
    planned, started = float(done["planned_fte"].sum()), float(done["fte"].sum())
    spent, priced = float(done["spent"].sum()), float(done["planned_cost"].sum())
    return f"{started:,.1f} of {planned:,.1f} FTE planned were started, for {findings.pounds(spent)} where {findings.pounds(priced)} was planned"


def log(rows: pd.DataFrame) -> pd.DataFrame:
    """Write the change log."""
    follows = [name or "-" for name in rows["follows"]]
    return rows.assign(adopted_on=[day(value) for value in rows["adopted_on"]], follows=follows)


def day(value: object) -> str:
    """Write a day.

    >>> day("2026-06-30")
    '30 June 2026'
    """
    when = pd.Timestamp(str(value))
    return f"{when.day} {when:%B %Y}"
