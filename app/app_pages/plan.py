"""Build a plan: what should we do with this money."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app import charts, findings, frame, jobs, pipeline, results, state
from app.jobs import Ticket
from app.money import MoneyResult
from app.pipeline import scenarios as known_scenarios
from app.pipeline.plans import MoneyRequest, PlanRequest, PlanResult
from app.report import workbook

HOW = """
- **Doing nothing** projects today's staff and skills forward: people leave, nobody is trained or recruited.
- The plan looks for the actions that leave the least shortfall of required skills and posts, then for the cheapest of those, then for the
  fewest. It stays within the budget of each year, training places, time that can be released from work, funded posts and the market.
- **Ranks short** adds up the ranks missing in the last period, vacancies included, over every post and skill.
- The **budget** pays for training, recruitment and contractors, spread evenly by year. Pay of people recruited into vacant posts, less the
  bank and agency cover that ends, is outside the budget and shown beside it.
- **What more money would do** makes the plan again with other budgets, spread over the years as this one, and shows the differences. The plan
  weighs every quarter and every skill: more money may close gaps sooner, or weightier ones, rather than more by the end. The **weighted
  shortfall** is all of that together, and it never rises with more money. The **knee** is the budget after which more brings least more of it.
- Each plan is checked again from its tables without the solver: the **audit** is the largest relative error found.
- It is a plan for groups of posts, never for named people.
"""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RUN = re.compile(r"[0-9a-f]{64}")
FEWEST, MOST, USUAL = 4, 20, 12  # periods
BUDGET, STEP = 500_000, 50_000  # pounds
LARGEST = 2**53 - 1  # pounds; a browser counts no further
EARLIER = 8  # plans listed
ACTIONS = {
    "action": "Action",
    "role_level": "Role level",
    "skill": "Skill",
    "rank": "To rank",
    "first": "First start",
    "fte": "FTE",
    "cost": "Cost",
}


def page() -> None:
    """Draw the page."""
    view = frame.begin(
        "Build a plan", "What to do with a budget: whom to train, recruit or contract in, what it closes, and what it costs."
    )
    asked = str(st.query_params.get("run", ""))
    row = find(view, asked)
    places, scenarios = organisations(view), {label: name for name, label in scenario_labels(view).items()}
    faults = lost_parameters(places, scenarios)
    adopt(view, row)
    request = ask(places, scenarios)
    if st.button("Build the plan", type="primary", icon=":material/play_arrow:"):
        st.session_state["plan_ticket"] = state.desk().ask(view.store, view.scope, request, view.version)
        st.query_params.pop("run", None)
        row, asked = None, ""
    ticket = state.desk().ticket(st.session_state.get("plan_ticket", "")) if not asked else None
    if row is None and ticket is None and asked:
        faults.append("This link named a plan that is not in this store.")
    frame.lost(faults)
    if row is None and ticket is None:
        st.write("Choose an organisation and a budget, then build the plan. It takes from a few seconds to a few minutes.")
    elif row is not None and row["status"] not in jobs.UNDER_WAY:
        ended(view, row, request)
    elif ticket is not None and ticket.error and not ticket.run:
        refused(ticket.error)
    else:
        progress(view, asked)
    earlier(view)
    frame.end(view, HOW)


def organisations(view: state.View) -> dict[str, str]:
    """Return the codes of the organisations that can be planned for, by name; bodies of no region last."""
    places = view.organisations.sort_values("region", key=lambda region: region.isna(), kind="stable")
    return {state.named(place): str(place["code"]) for _, place in places.iterrows()}


def lost_parameters(places: Mapping[str, str], scenarios: Mapping[str, str]) -> list[str]:
    """Say what the link names that the form cannot hold; to be asked before a widget mends the link."""
    rules: dict[str, tuple[Callable[[str], bool], str]] = {
        "plan_for": (lambda value: value in places, "an organisation that no longer exists"),
        "budget": (lambda value: state.whole(value, 0, LARGEST), "a budget that is not a whole number of pounds, 0 or more"),
        "periods": (lambda value: state.whole(value, FEWEST, MOST), f"a length that is not a whole number of quarters, {FEWEST} to {MOST}"),
        "scenario": (lambda value: value in scenarios, "a scenario that no longer exists"),
    }
    raw = {name: str(st.query_params[name]) for name in rules if name in st.query_params}
    return [f"This link named {said}." for name, (holds, said) in rules.items() if name in raw and not holds(raw[name])]


def ask(places: Mapping[str, str], scenarios: Mapping[str, str]) -> PlanRequest:
    """Draw the form and return what it asks for."""
    with st.container(border=True), st.grid("auto", min_column_width=300):
        organisation = st.selectbox("Organisation", list(places), key="plan_for", bind="query-params", persist_state="session")
        budget = st.number_input(
            "Budget in pounds, over the whole plan", min_value=0, value=BUDGET, step=STEP, key="budget", bind="query-params"
        )
        periods = st.number_input(
            "Length in quarters", min_value=FEWEST, max_value=MOST, value=USUAL, step=1, key="periods", bind="query-params"
        )
        scenario = st.selectbox("Scenario", list(scenarios), key="scenario", bind="query-params")
    return PlanRequest(places[str(organisation)], float(budget), int(periods), scenarios[str(scenario)])


def find(view: state.View, asked: str, kind: str = "plan") -> pd.Series | None:
    """Return the run of a kind that a link names, None where there is none."""
    if not RUN.fullmatch(asked):
        return None
    rows = view.store.runs(view.scope, run=asked)
    rows = rows[rows["kind"] == kind]
    return None if rows.empty else rows.iloc[0]


def scenario_labels(view: state.View) -> dict[str, str]:
    """Return id and label of the scenarios that plans by quarter can be made under."""
    return known_scenarios.labels(view.store, view.scope, period="quarter")


def adopt(view: state.View, row: pd.Series | None) -> None:
    """Fill the form with what a plan was asked for, the first time that it is shown."""
    if row is None or st.session_state.get("plan_adopted") == row["run"]:
        return
    st.session_state["plan_adopted"] = row["run"]
    options = json.loads(row["options"])
    places = view.organisations[view.organisations["code"] == options["organisation"]]
    asked = {
        "plan_for": None if places.empty else state.named(places.iloc[0]),
        "budget": int(options["budget"]),
        "periods": int(options["periods"]),
        "scenario": scenario_labels(view).get(options["scenario"]),
    }
    usual = {"budget": BUDGET, "periods": USUAL}
    for key, value in asked.items():
        if value is not None and value != st.session_state.get(key, usual.get(key)):  # setting a default warns in the log
            st.session_state[key] = value


@st.fragment(run_every=2)
def progress(view: state.View, asked: str) -> None:
    """Show how far a plan is, every two seconds, until it has ended."""
    desk = state.desk()
    ticket = desk.of_run(asked) if asked else desk.ticket(st.session_state.get("plan_ticket", ""))
    run = ticket.run if ticket is not None else asked
    if ticket is not None and ticket.ended.is_set():
        if run:
            st.session_state["plan_adopted"] = run
            st.query_params["run"] = run
        st.rerun()
    if ticket is None and (row := find(view, asked)) is not None and row["status"] not in jobs.UNDER_WAY:
        st.rerun()
    bar(ticket, desk.time_limit, "You can leave this page: the plan goes on, and is listed here when it is done.", key="cancel_plan")


def bar(ticket: Ticket | None, limit: float, comfort: str, *, key: str) -> None:
    """Show how far work is, with a way to cancel it where it is this process's own."""
    step, seconds = (ticket.step, ticket.seconds) if ticket is not None else ("It is being worked out", 0.0)
    with st.container(border=True):
        st.progress(min(0.95, seconds / limit), text=f"{step}, {seconds:.0f} seconds so far, at most {limit:.0f}")
        st.caption(comfort)
        if ticket is not None and st.button("Cancel", key=key, disabled=ticket.cancelled.is_set()):
            ticket.cancelled.set()


def ended(view: state.View, row: pd.Series, request: PlanRequest) -> None:
    """Show a plan that has ended, or say why there is none."""
    if stale(row, request, view.version):
        st.warning("The choices above, or the data, have changed since this plan was made. Build the plan again to bring it up to date.")
    status = str(row["status"])
    if status in jobs.PLANNED:
        result = PlanResult.from_json(str(row["result"]))
        solved(view, result, row)
    elif status == "infeasible":
        st.error(findings.plain(row["message"]), title="No plan can keep all limits", icon=":material/block:")
        st.write("Raise the budget, lengthen the plan, or choose another scenario, and build it again.")
    elif status == "cancelled":
        st.info("Nothing of it was kept. Build the plan again when you want it.", title="No plan: cancelled", icon=":material/cancel:")
    else:
        said = findings.plain(row["message"]) or "The plan can be asked for again."
        st.error(said, title=f"No plan: {results.STATUSES[status].lower()}", icon=":material/error:")


def refused(message: str) -> None:
    """Say what is wrong with what was asked."""
    st.error("The plan could not be started. What to do is said below.", icon=":material/error:")
    st.text(message)


def stale(row: pd.Series, request: PlanRequest, version: str) -> bool:
    """Tell whether a plan was made from other choices or other data than those of now."""
    return json.loads(row["options"]) != json.loads(jobs.options(request, version))


def solved(view: state.View, result: PlanResult, row: pd.Series) -> None:
    """Show a plan: the finding, the figures, what to do, what it closes, what it costs, files."""
    told = results.told_of(result)
    st.header(findings.plain(results.headline(result)))
    st.caption(
        findings.plain(
            f"{told['organisation_name']}, {results.quarter(told['start'])} to {results.quarter(result.path['starts_on'].iloc[-1])}. "
            f"{results.STATUSES[told['status']]}; made {results.when(row['finished_at'])}."
        )
    )
    tiles(told)
    for note in told["notes"]:
        st.caption(findings.plain(note))
    context = str(told["organisation_name"])
    what, closes, cost, more = st.tabs(["What to do", "What it closes", "What it costs", "What more money would do"])
    with what:
        kinds = results.by_action(result)
        frame.table(
            kinds,
            {"action": "Action", "fte": "FTE", "cost": "Cost"},
            name="Table: actions by kind",
            noun="kinds of action",
            key="kind_page",
        )
        actions = results.written_actions(result)
        frame.table(actions, ACTIONS, name="Table: what to do, dearest first", noun="lines", key="action_page")
    with closes:
        frame.figure(charts.path(results.coverage_path(result), context=context), "path")
        for name, label in (("role_family", "Role family"), ("skill", "Skill")):
            frame.figure(charts.closes(results.closed_by(result, name), name=name, label=label, context=context), f"closes_{name}")
    with cost:
        frame.figure(charts.cost_by_stream(results.cost_by_year(result), results.cost_headline(result), context=context), "cost")
        written = results.written_cost(result)
        headings = {column: results.COST_HEADINGS.get(column, column) for column in written.columns}
        frame.table(written, headings, name="Table: cost by stream, action and year", noun="lines", key="cost_page")
    with more:
        more_money(view, result, row)
    files(view, result, row)
    worst = results.worst_audit(result)
    st.caption(f":material/verified: Checked again without the solver: largest relative error {worst:.0e}, where 1e-06 is allowed.")


def more_money(view: state.View, result: PlanResult, row: pd.Series) -> None:
    """Show what other budgets would do to a plan, how far that is, or a way to ask for it."""
    asked = json.loads(row["options"])
    asked.pop("version")
    request = MoneyRequest(str(row["run"]), PlanRequest(**asked))
    found = find(view, request.key, "money")
    status = "" if found is None else str(found["status"])
    ticket = state.desk().ticket(jobs.options(request, view.version))
    if found is not None and status in jobs.PLANNED:
        money(view, MoneyResult.from_json(str(found["result"])), result, row)
        return
    if (ticket is None or ticket.ended.is_set()) and status not in jobs.UNDER_WAY:
        if row["status"] != "optimal":
            st.write("Only a plan that is proven best can be compared with plans of other budgets. Build it again with more time.")
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
    money_progress(view, request)


def not_found(found: pd.Series | None, ticket: Ticket | None) -> None:
    """Say why there is no answer although one was asked for."""
    if ticket is not None and ticket.error:
        st.error("It could not be worked out. What to do is said below.", icon=":material/error:")
        st.text(ticket.error)
    elif found is not None and found["status"] == "cancelled":
        st.info("Nothing of it was kept.", title="Cancelled", icon=":material/cancel:")
    elif found is not None:
        said = findings.plain(found["message"]) or "It can be asked for again."
        st.error(said, title=f"Not worked out: {results.STATUSES[found['status']].lower()}", icon=":material/error:")


@st.fragment(run_every=2)
def money_progress(view: state.View, request: MoneyRequest) -> None:
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


def money(view: state.View, found: MoneyResult, result: PlanResult, row: pd.Series) -> None:
    """Show what other budgets would do: the curve, steps from the plan's budget, a file."""
    told = results.told_of(result)
    when = results.quarter(result.path["starts_on"].iloc[-1])
    if said := results.money_limits(found):
        st.warning(findings.plain(said), icon=":material/warning:")
    if len(found.budgets) > 1:
        headline = results.money_headline(found, when)
        frame.figure(charts.money(found.budgets, headline, when, context=str(told["organisation_name"])), "money")
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
    st.header("A little less, a little more")
    st.write(findings.plain(results.money_holds(found)))
    frame.table(
        results.written_steps(found),
        results.STEP_HEADINGS,
        name="Table: ranks short at the end with a little less and a little more money",
        noun="steps",
        key="step_page",
    )
    name = f"plan-{str(row['organisation']).lower()}-{str(row['run'])[:8]}-budgets.csv"
    frame.download_csv(view, "Download these budgets as CSV", results.money_file(found), file_name=name, key="money_csv")


def tiles(told: dict[str, Any]) -> None:
    """Draw the four figures of a plan."""
    before, after = told["do_nothing"], told["plan"]
    frame.tiles(
        (
            ("Ranks short at the end", findings.amount(after["ranks_short"]), f"{findings.amount(before['ranks_short'])} doing nothing"),
            ("Coverage at the end", findings.percent(after["coverage"]), f"{findings.percent(before['coverage'])} doing nothing"),
            ("Staff in post at the end, FTE", findings.amount(after["staff_fte"]), f"{findings.amount(before['staff_fte'])} doing nothing"),
            ("Charged to the budget", findings.pounds(told["cost"]["total"]), f"of {findings.pounds(told['budget'])}"),
        )
    )


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


def earlier(view: state.View) -> None:
    """List plans made before, newest first."""
    runs = view.store.runs(view.scope)
    runs = runs[runs["kind"] == "plan"].head(EARLIER)
    if runs.empty:
        return
    with st.expander("Plans made before"):
        for run in runs.to_dict("records"):
            options = json.loads(run["options"])
            label = (
                f"{options['organisation']}, {findings.pounds(options['budget'])}, {options['periods']} quarters, {options['scenario']}: "
                f"{results.STATUSES[run['status']].lower()}, {results.when(run['requested_at'])}"
            )
            st.page_link("app_pages/plan.py", label=findings.plain(label), query_params={"run": run["run"]})


page()
