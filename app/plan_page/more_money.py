"""What more or less money would do to a plan that is made."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from app import charts, findings, frame, jobs, page_words, results, state
from app.jobs import Ticket
from app.money import MoneyResult
from app.pipeline.plans import PLANNED, MoneyRequest, PlanResult
from app.plan_page import asking
from app.plan_page.waiting import bar, find


def show(view: state.View, result: PlanResult, row: pd.Series) -> None:
    """Show what other budgets would do to a plan, how far that is, or a way to ask for it."""
    request = MoneyRequest(str(row["run"]), asking.request_of(row))
    found = find(view, request.key, "money")
    status = "" if found is None else str(found["status"])
    ticket = state.desk().ticket(jobs.options(request, view.version))
    if found is not None and status in PLANNED:
        curve(view, MoneyResult.from_json(str(found["result"])), result, row)
        return
    if (ticket is None or ticket.ended.is_set()) and status not in jobs.UNDER_WAY:
        if row["status"] != "optimal":
            st.write(
                "Only a plan that is proven best can be compared with plans of other budgets. There was no time for the proof of this one; a plan of "
                "fewer quarters takes less."
            )
            return
        st.write(
            "See what this plan would close with less money and with more, up to twice its budget, and from where on more brings little."
        )
        not_found(found, ticket)
        if not st.button("Work it out", key="work_out_money", icon=":material/play_arrow:"):
            st.caption("It makes the plan again with about twenty budgets. That takes from a few seconds to a few minutes.")
            return
        state.desk().ask(view.store, view.scope, request, view.version)
        st.rerun()
    progress(view, request)


def not_found(found: pd.Series | None, ticket: Ticket | None) -> None:
    """Say why there is no answer although one was asked for."""
    if ticket is not None and ticket.error:
        st.error("It could not be worked out. What to do is said below.", icon=":material/error:")
        st.text(page_words.of(ticket.error))
    elif found is not None and found["status"] == "cancelled":
        st.info("Nothing of it was kept.", title="Cancelled", icon=":material/cancel:")
    elif found is not None:
        said = findings.plain(page_words.of(found["message"])) or "It can be asked for again."
        st.error(said, title=f"Not worked out: {results.STATUSES[found['status']].lower()}", icon=":material/error:")


@frame.again(2)
def progress(view: state.View, request: MoneyRequest) -> None:
    """Show how far the plans of other budgets are, every two seconds, until they are there."""
    desk = state.desk()
    ticket = desk.ticket(jobs.options(request, view.version))
    if ticket is None or ticket.ended.is_set():
        found = find(view, request.key, "money")
        if found is None or found["status"] not in jobs.UNDER_WAY:
            st.rerun()
    bar(
        ticket, desk.time_limit, "You can leave this page: it goes on, and is shown here with the plan when it is done.", key="cancel_money"
    )


def curve(view: state.View, found: MoneyResult, result: PlanResult, row: pd.Series) -> None:
    """Show what other budgets would do: the curve, steps from the plan's budget, a file."""
    told = results.told_of(result)
    if found.summary.get("to_come"):
        st.caption(
            "These budgets are the money that was still to come when the plan was made again; what had come in by then stays as it is."
        )
    when = results.quarter(result.path["starts_on"].iloc[-1])
    if said := results.money_limits(found):
        st.warning(findings.plain(said), icon=":material/warning:")
    if len(found.budgets) > 1:
        headline = results.money_headline(found, when)
        budget = "Budget still to come" if found.summary.get("to_come") else "Budget over the whole plan"
        frame.figure(charts.money(found.budgets, headline, when, context=str(told["organisation_name"]), budget=budget), "money")
        frame.table(
            results.written_budgets(found),
            results.BUDGET_HEADINGS,
            name="Table: ranks short at the end by budget",
            noun="budgets",
            key="budget_page",
        )
        st.caption(
            "The weighted shortfall counts every quarter and every skill by its weight; it is shown as a share of that with the least money. "
            "The knee is where it bends most: money beyond it brings less."
        )
        if (told.get("whole_people") or {}).get("on"):
            st.caption("Starts are fractions of people here, so that the line of this plan may differ a little from its figures above.")
    st.header("A little less, a little more", anchor=False)
    st.write(findings.plain(results.money_holds(found)))
    frame.table(
        results.written_steps(found),
        results.STEP_HEADINGS,
        name="Table: ranks short at the end with a little less and a little more money",
        noun="steps",
        key="step_page",
    )
    st.caption(
        "A plan is made for the weighted shortfall over all quarters, here as a share of this plan's; by the end alone a step may do more or less."
    )
    if len(found.ranges):
        followed = replace(result, described=replace(result.described, ranges=found.ranges))
        frame.figure(charts.path(results.coverage_path(followed), context=str(told["organisation_name"])), "sure")
        st.caption(findings.plain(str(found.summary["futures"])))
    name = f"plan-{str(row['organisation']).lower()}-{str(row['run'])[:8]}-budgets.csv"
    frame.download_csv(view, "Download these budgets as CSV", results.money_file(found), file_name=name, key="money_csv")
