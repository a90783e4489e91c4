"""Build a plan: what should we do with this money."""

import json
from dataclasses import asdict, replace

import pandas as pd
import streamlit as st

from app import findings, frame, jobs, page_words, results, state
from app.pipeline import following
from app.pipeline.plans import PLANNED, PlanRequest, PlanResult
from app.plan_page import asking, first, refusing, showing
from app.plan_page.waiting import bar, find

HOW = """
- **Doing nothing** projects today's staff and skills forward: people leave, nobody is trained or recruited.
- The plan looks for the actions that leave the least weighted shortfall of required skills and posts, then for the cheapest of those, then for
  the fewest. Or it reaches a coverage at least cost, or protects critical skills before anything else. It stays within the money of each
  year, training places, time that can be released from work, funded posts and the market.
- **Ranks short** adds up the ranks missing in the last period, vacancies included, over every post and skill.
- **Funding streams** pay only for what their rules allow; restricted and expiring money is used first. The budget above is spread evenly by
  year. Pay of people recruited into vacant posts, less the bank and agency cover that ends, is outside it and shown beside it.
- **Whole-life cost** of a line is what it costs once and what it goes on costing, discounted.
- **What holds the plan back** are the limits with a price. **What it leaves out** says from which price on an action would come in.
- **What more money would do** makes the plan again with other budgets, spread over the years as this one, and shows the differences. The plan
  weighs every quarter and every skill: more money may close gaps sooner, or weightier ones, rather than more by the end. The **weighted
  shortfall** is all of that together, and it never rises with more money. The **knee** is the budget after which more brings least more of it.
- What is started near the end and arrives after it counts as well, so that the plan does not stop developing people because it ends.
- Each plan is checked again from its tables without the solver: the **audit** is the largest relative error found.
- **What the last £10,000 bought** is the difference to the plan solved with so much less, before starts are made whole people.
- **With £50,000 less or more** makes the plan again with that budget and all else as it was.
- It is a plan for groups of posts, never for named people.
"""
SOON = 2.5  # seconds that the page waits before it says how far a plan is: another budget is answered in less
EARLIER = 8  # plans listed


def page() -> None:
    """Draw the page."""
    view = frame.begin(
        "Build a plan", "What to do with a budget: whom to train, recruit, move or contract in, what it closes, and what it costs."
    )
    asked = str(st.query_params.get("run", ""))
    row = find(view, asked)
    faults = asking.lost_parameters(view)
    asking.adopt(view, row)
    request = asking.ask(view)
    if st.button("Build the plan", type="primary", icon=":material/play_arrow:"):
        build(view, request)
        row, asked = None, ""
    ticket = state.desk().ticket(st.session_state.get("plan_ticket", "")) if not asked else None
    if row is None and ticket is None and asked:
        faults.append("This link named a plan that is not in this store.")
    frame.lost(faults)
    if row is None and ticket is None:
        st.write(
            "Choose an organisation and a budget, then build the plan. It takes from a few seconds to a minute; another budget then takes less."
        )
    elif row is not None and row["status"] not in jobs.UNDER_WAY:
        ended(view, row, request)
    elif ticket is not None and ticket.error and not ticket.run:
        refused(ticket.error)
    else:
        progress(view, asked)
    earlier(view)
    frame.end(view, HOW)


def build(view: state.View, request: PlanRequest, *, refill: bool = False) -> None:
    """Ask for a plan, and wait for it as long as a page may take; `refill`: the form is to show afterwards what was asked for."""
    desk = state.desk()
    name = desk.ask(view.store, view.scope, request, view.version)
    st.session_state["plan_ticket"], st.session_state["plan_refill"] = name, refill
    st.query_params.pop("run", None)
    if (ticket := desk.ticket(name)) is not None:
        ticket.told.wait(SOON)


@frame.again(2)
def progress(view: state.View, asked: str) -> None:
    """Show how far a plan is, every two seconds, until it has ended."""
    desk = state.desk()
    ticket = desk.of_run(asked) if asked else desk.ticket(st.session_state.get("plan_ticket", ""))
    run = ticket.run if ticket is not None else asked
    if ticket is not None and ticket.ended.is_set():
        if run:
            follows = isinstance(ticket.request, PlanRequest) and ticket.request.follows
            if not (st.session_state.pop("plan_refill", False) or follows):
                st.session_state["plan_adopted"] = run
            st.query_params["run"] = run
        st.rerun()
    if ticket is None and (row := find(view, asked)) is not None and row["status"] not in jobs.UNDER_WAY:
        st.rerun()
    if ticket is not None and ticket.first:
        first.show(ticket.first)
    bar(ticket, desk.time_limit, "You can leave this page: the plan goes on, and is listed here when it is done.", key="cancel_plan")


def ended(view: state.View, row: pd.Series, request: PlanRequest) -> None:
    """Show a plan that has ended, or say why there is none."""
    if other_choices(row, request) or following.other_data(view.store, view.scope, row):
        st.warning("The choices above, or the data, have changed since this plan was made. Build the plan again to bring it up to date.")
    status = str(row["status"])
    if status in PLANNED:
        result = PlanResult.from_json(str(row["result"]))
        showing.head(result, row)
        if (pounds := showing.other_budgets(row)) is not None:
            st.session_state["plan_before"] = str(row["run"])
            build(view, replace(asking.request_of(row), budget=pounds), refill=True)
            st.rerun()
        showing.parts(view, result, row)
    elif status == "infeasible":
        relaxed = refusing.show(row, request)
        if relaxed is not None:
            build(view, relaxed)
            st.rerun()
    elif status == "cancelled":
        st.info("Nothing of it was kept. Build the plan again when you want it.", title="No plan: cancelled", icon=":material/cancel:")
    else:
        said = findings.plain(page_words.of(row["message"])) or "The plan can be asked for again."
        st.error(said, title=f"No plan: {results.STATUSES[status].lower()}", icon=":material/error:")


def refused(message: str) -> None:
    """Say what is wrong with what was asked."""
    st.error("The plan could not be started. What to do is said below.", icon=":material/error:")
    st.text(page_words.of(message))


def other_choices(row: pd.Series, request: PlanRequest) -> bool:
    """Tell whether a plan was made from other choices than those of now; what was relaxed for it, what it follows and from when is not on the form."""
    made, wanted = json.loads(row["options"]), asdict(request)
    for options in (made, wanted):
        settings = {name: value for name, value in json.loads(options["settings"]).items() if name != "start"}
        options |= {"settings": settings, "relaxed": "", "follows": "", "version": ""}
    return bool(made != wanted)


def earlier(view: state.View) -> None:
    """List plans made before, newest first."""
    runs = view.store.runs(view.scope)
    runs = runs[runs["kind"] == "plan"].head(EARLIER)
    if runs.empty:
        return
    with st.expander("Plans made before"):
        for run in runs.to_dict("records"):
            status = results.STATUSES[run["status"]].lower()
            label = f"{asking.moment(run['requested_at'])}, {asking.said(json.loads(run['options']))}: {status}"
            st.page_link("app_pages/plan.py", label=findings.plain(label), query_params={"run": run["run"]})


page()
