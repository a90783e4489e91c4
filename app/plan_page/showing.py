"""A solved plan on the page: what to do, what it closes, what it costs, what holds it back, files."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from app import charts, findings, frame, pipeline, results, state
from app.pipeline.plans import PlanResult
from app.plan_page import more_money
from app.report import workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACTIONS = {
    "action": "Action", "level": "Role level", "what": "What", "first": "First start", "people": "People", "fte": "FTE", "cost": "Cost",
    "whole_life": "Whole life",
}  # fmt: skip
TABS = ("What to do", "What it closes", "What it costs", "Why, and why not more", "What more money would do")


def solved(view: state.View, result: PlanResult, row: pd.Series) -> None:
    """Show a plan: the finding, the figures, its tabs, files."""
    told = results.told_of(result)
    st.header(findings.plain(results.headline(result)))
    st.caption(
        findings.plain(
            f"{told['organisation_name']}, {results.quarter(told['start'])} to {results.quarter(result.path['starts_on'].iloc[-1])}. "
            f"{results.STATUSES[told['status']]}; made {results.when(row['finished_at'])}."
        )
    )
    tiles(told)
    for said in results.said_of(result):
        st.write(findings.plain(said))
    for note in told["notes"]:
        st.caption(findings.plain(note))
    context = str(told["organisation_name"])
    do, closes, cost, why, more = st.tabs(list(TABS))
    with do:
        what_to_do(result)
    with closes:
        frame.figure(charts.path(results.coverage_path(result), context=context), "path")
        for name, label in (("role_family", "Role family"), ("skill", "Skill")):
            frame.figure(charts.closes(results.closed_by(result, name), name=name, label=label, context=context), f"closes_{name}")
    with cost:
        what_it_costs(result, context)
    with why:
        why_this(result)
    with more:
        more_money.show(view, result, row)
    files(view, result, row)
    worst = results.worst_audit(result)
    st.caption(f":material/verified: Checked again without the solver: largest relative error {worst:.0e}, where 1e-06 is allowed.")


def tiles(told: dict[str, Any]) -> None:
    """Draw the four figures of a plan."""
    before, after = told["do_nothing"], told["plan"]
    frame.tiles(
        (
            ("Ranks short at the end", findings.amount(after["ranks_short"]), f"{findings.amount(before['ranks_short'])} doing nothing"),
            ("Coverage at the end", findings.percent(after["coverage"]), f"{findings.percent(before['coverage'])} doing nothing"),
            ("Staff in post at the end, FTE", findings.amount(after["staff_fte"]), f"{findings.amount(before['staff_fte'])} doing nothing"),
            ("Charged to funding streams", findings.pounds(told["cost"]["total"]), f"of {findings.pounds(told['budget'])}"),
        )
    )


def what_to_do(result: PlanResult) -> None:
    """Show the actions, by kind and line by line."""
    frame.table(
        results.by_action(result),
        {"action": "Action", "people": "People", "fte": "FTE", "cost": "Cost", "whole_life": "Whole life"},
        name="Table: actions by kind",
        noun="kinds of action",
        key="kind_page",
    )
    actions = results.written_actions(result)
    frame.table(actions, ACTIONS, name="Table: what to do, dearest first", noun="lines", key="action_page")


def what_it_costs(result: PlanResult, context: str) -> None:
    """Show cost by stream, year and action, what becomes of each stream, and the levy."""
    frame.figure(charts.cost_by_stream(results.cost_by_year(result), results.cost_headline(result), context=context), "cost")
    written = results.written_cost(result)
    headings = {column: results.COST_HEADINGS.get(column, column) for column in written.columns}
    frame.table(written, headings, name="Table: cost by stream, action and year", noun="lines", key="cost_page")
    for said in results.money_notes(result):
        st.caption(findings.plain(said))
    st.header("Funding streams")
    frame.table(
        results.written_streams(result), results.STREAM_HEADINGS, name="Table: funding streams by year", noun="lines", key="stream_page"
    )
    if len(result.described.levy):
        st.header("Apprenticeship levy")
        frame.table(
            results.written_levy(result), results.LEVY_HEADINGS, name="Table: levy by quarter", noun="quarters", key="levy_page"
        )


def why_this(result: PlanResult) -> None:
    """Show what holds the plan back, what it leaves out and how far off that is, and what shortfalls weigh."""
    st.header("What holds the plan back")
    st.caption("The most important limits first. What one more of a limit is worth is a price of the whole plan, not so many FTE of a skill.")
    frame.table(results.written_limits(result), results.LIMIT_HEADINGS, name="Table: limits that bind", noun="limits", key="limit_page")
    st.header("What it leaves out")
    st.caption("Actions that are used nowhere, those nearest to coming in first.")
    frame.table(
        results.written_left_out(result), results.LEFT_HEADINGS, name="Table: actions left out", noun="actions", key="left_out_page"
    )
    st.header("What shortfalls weigh")
    frame.table(results.written_weights(result), results.WEIGHT_HEADINGS, name="Table: weights", noun="weights", key="weight_page")


def files(view: state.View, result: PlanResult, row: pd.Series) -> None:
    """Offer the plan as files."""
    name = f"plan-{str(row['organisation']).lower()}-{str(row['run'])[:8]}"
    with st.container(horizontal=True):
        frame.download(
            view,
            "Download the plan as a workbook",
            lambda: workbook.plan(result, pipeline.assumptions(view.store, view.scope, str(result.summary["scenario"]))),
            file_name=f"{name}.xlsx",
            mime=XLSX,
            key="plan_xlsx",
        )
        frame.download_csv(view, "Download what to do as CSV", result.actions, file_name=f"{name}-actions.csv", key="plan_csv")
