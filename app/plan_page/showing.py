"""A solved plan on the page: its figures, what the last pounds bought, other budgets, then part by part, and files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
import streamlit as st

from app import charts, findings, frame, pipeline, plan_words, results, state
from app.following_page import adopting, reaching, recording
from app.following_page import asking as questions
from app.pipeline import following
from app.pipeline.plans import PlanResult
from app.places_page import words
from app.places_page.readers import ask
from app.plan_page import asking, more_money
from app.plan_page.waiting import find
from app.report import workbook
from optimiser.errors import SkillsplanError
from skills_model.planning.world import ESTABLISHMENT_PAY

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"action": "Action", "people": "People", "fte": "FTE", "cost": "Cost", "whole_life": "Whole life"}
PROGRAMME = {
    "when": "When", "action": "Action", "where": "Role family or level", "what": "What", "people": "People", "fte": "FTE", "cost": "Cost",
    "whole_life": "Whole life",
}  # fmt: skip
MEASURES = (
    ("Ranks short at the end", "ranks_short", findings.amount),
    ("Coverage at the end", "coverage", findings.percent),
    ("Staff in post at the end, FTE", "staff_fte", findings.amount),
)
NOTED = 2  # notes that are shown unasked
OTHER = 50_000  # pounds less and more that are one press away


def head(result: PlanResult, row: pd.Series) -> None:
    """Show the finding of a plan, its figures, whether it reaches its aim, and what was given up for it."""
    told = results.told_of(result)
    st.header(findings.plain(results.headline(result)), anchor=False)
    st.caption(
        findings.plain(
            f"{told['organisation_name']}, {results.quarter(told['start'])} to {results.quarter(result.path['starts_on'].iloc[-1])}. "
            f"{results.STATUSES[told['status']]}; made {results.when(row['finished_at'])}."
        )
    )
    tiles(told)
    for said in results.said_of(result):
        st.write(findings.plain(said))
    if lost := plan_words.given_up(told):
        st.warning(_list(lost), title="Given up so that there is a plan", icon=":material/lock_open:")
    pounds = plan_words.last_pounds(told)
    if pounds:
        st.write(f":material/payments: {findings.plain(pounds[0])}")
    for said in pounds[1:]:
        st.caption(findings.plain(said))


def other_budgets(row: pd.Series) -> float | None:
    """Offer the plan with a little less and a little more money; return the budget that was chosen, None where none was."""
    budget = float(asking.request_of(row).budget or 0.0)
    with st.container(horizontal=True):
        less = st.button(
            f"With £{OTHER:,} less",
            key="less_money",
            icon=":material/remove:",
            disabled=budget < OTHER,
            help="Makes the plan again at once.",
        )
        more = st.button(f"With £{OTHER:,} more", key="more_money", icon=":material/add:", help="Makes the plan again at once.")
    return budget - OTHER if less else budget + OTHER if more else None


def parts(view: state.View, result: PlanResult, row: pd.Series) -> None:
    """Show a plan part by part, the part that is open alone, and offer it as files."""
    told = results.told_of(result)
    compared(view, row)
    notes([note for note in (plan_words.whole(told), *told["notes"]) if note])
    claims = st.container()
    context = str(told["organisation_name"])
    drawn: dict[str, Callable[[], None]] = {
        "What to do": lambda: what_to_do(result),
        "What it closes": lambda: what_it_closes(result, context),
        "What it costs": lambda: what_it_costs(result, context),
        "Why not more": lambda: why_this(result),
        "More money": lambda: more_money.show(view, result, row),
        "Delivery questions": lambda: questions.draw(view, str(row["run"])),
        "Milestones": lambda: follow(view, row),
    }
    tabs = st.tabs(list(drawn), key="plan_part", bind="query-params")
    for tab, draw in zip(tabs, drawn.values(), strict=True):
        if tab.open:
            with tab:
                draw()
    files(view, result, row)
    worst = results.worst_audit(result)
    st.caption(
        f":material/verified: Checked again without the solver: largest relative error {1e6 * worst:.4f} parts in a million, where 1 is allowed."
    )
    with claims:  # last, since it takes a moment and nothing else waits for it
        claimed(view, row)


def notes(said: list[str]) -> None:
    """Show the first notes on a plan, and the others when they are asked for."""
    first, rest = said[:NOTED], said[NOTED:]
    st.caption(_list(first))
    if rest:
        with st.expander(f"{findings.counted(len(rest), 'more note')} on this plan"):
            st.markdown(_list(rest))


def _list(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {findings.plain(sentence)}" for sentence in sentences)


def tiles(told: dict[str, Any]) -> None:
    """Draw the figures of a plan: where it leads beside now and doing nothing, what streams pay for it, and what it costs outside them."""
    ends = [(label, *(write(told[way][name]) for way in ("plan", "now", "do_nothing"))) for label, name, write in MEASURES]
    cost = told["cost"]
    pay = float(cost["by_stream"].get(ESTABLISHMENT_PAY, 0.0))
    frame.tiles(
        (
            *((label, plan, f"{now} now, {nothing} doing nothing") for label, plan, now, nothing in ends),
            ("Funding streams pay", findings.pounds(cost["total"]), f"of {findings.pounds(told['budget'])}"),
            ("Change in pay of funded posts", findings.signed(pay, findings.pounds), findings.confirmed(told)),
            ("Whole-life cost, pay included", findings.pounds(cost["whole_life"]), f"{findings.pounds(cost['recurrent'])} a year goes on"),
        )
    )


def compared(view: state.View, row: pd.Series) -> None:
    """Lead to this plan beside the one that it was changed from."""
    before = find(view, str(st.session_state.get("plan_before", "")))
    if before is None or before["run"] == row["run"] or before["organisation"] != row["organisation"]:
        return
    both = {"first_plan": asking.named(before.to_dict()), "second_plan": asking.named(row.to_dict())}
    st.page_link("app_pages/tradeoffs.py", label="Compare with the plan before", icon=":material/compare_arrows:", query_params=both)


def what_to_do(result: PlanResult) -> None:
    """Show the actions by kind, and as a programme of work: by quarter, then by year."""
    frame.table(results.by_action(result), KINDS, name="Table: actions by kind", noun="kinds of action", key="kind_page")
    st.caption("Whole life is what a line costs once and goes on costing, pay included, discounted.")
    st.header("Programme of work", anchor=False)
    st.write(findings.plain(plan_words.programme(results.told_of(result))))
    times = results.written_times(result)
    headings = {column: KINDS.get(column, column.replace("\u00a0", " ")) for column in times.columns}
    frame.table(times, headings, name="Table: people by action and time", noun="kinds of action", key="time_page")
    lines = results.written_programme(result)
    shown = lines
    for column, label in (("when", "When"), ("action", "Kind of action")):
        chosen = st.pills(label, list(dict.fromkeys(lines[column])), selection_mode="multi", key=f"programme_{column}")
        shown = shown[shown[column].isin(chosen)] if chosen else shown
    frame.table(shown, PROGRAMME, name="Table: what to do, in its order", noun="lines", key="programme_page", filtered_of=len(lines))
    st.caption("Every start of every role level and quarter, as the plan has it, is in the file of what to do below, and in the workbook.")
    st.page_link("app_pages/places.py", label="Suggest who could be offered the training places", icon=":material/group:")


def claimed(view: state.View, row: pd.Series) -> None:
    """Say what a plan claims of its first year and what the people there would reach; a warning where that is far apart."""
    try:
        told = ask(view, "claims_of", str(row["run"]))
    except SkillsplanError:  # not for everybody, and not of a plan that is gone
        return
    if told is None:
        return
    if told.warns:
        st.warning(findings.plain(plan_words.claims(told.claimed, told.assigned, told.limit)), icon=":material/warning:")
    else:
        st.caption(findings.plain(words.first_year(told.claimed, told.assigned, told.apart)))


def what_it_closes(result: PlanResult, context: str) -> None:
    """Show coverage by quarter with its ranges, and what is closed by role family and skill."""
    frame.figure(charts.path(results.coverage_path(result), context=context), "path")
    for name, label in (("role_family", "Role family"), ("skill", "Skill")):
        frame.figure(charts.closes(results.closed_by(result, name), name=name, label=label, context=context), f"closes_{name}")


def what_it_costs(result: PlanResult, context: str) -> None:
    """Show cost by stream, year and action, what becomes of each stream, and the levy."""
    told = results.told_of(result)
    frame.figure(charts.cost_by_stream(results.cost_by_year(result), results.cost_headline(result), context=context), "cost")
    written = results.written_cost(result)
    headings = {column: results.COST_HEADINGS.get(column, column) for column in written.columns}
    frame.table(written, headings, name="Table: cost by stream, action and year", noun="lines", key="cost_page")
    for said in (plan_words.cash(told), *results.money_notes(result)):
        if said:
            st.caption(findings.plain(said))
    st.header("Funding streams", anchor=False)
    frame.table(
        results.written_streams(result), results.STREAM_HEADINGS, name="Table: funding streams by year", noun="lines", key="stream_page"
    )
    if said := results.overspent(result):
        st.caption(findings.plain(said))
    if len(result.described.levy):
        st.header("Apprenticeship levy", anchor=False)
        for said in plan_words.levy(told):
            st.write(findings.plain(said))
        frame.table(results.written_levy(result), results.LEVY_HEADINGS, name="Table: levy by quarter", noun="quarters", key="levy_page")


def why_this(result: PlanResult) -> None:
    """Show what holds the plan back, what it leaves out and how far off that is, and what shortfalls weigh."""
    st.header("What holds the plan back", anchor=False)
    st.caption(
        "A weighted FTE-rank is one FTE a rank short for one quarter, as the plan weighs it; later quarters and years after count in. What one "
        "more of a limit is worth is a price of the whole plan, not so many FTE of a skill."
    )
    limits = results.written_limits(result)
    if st.toggle("Show all limits", key="all_limits"):
        frame.table(limits, {"sentence": "What holds the plan back"}, name="Table: limits that bind", noun="limits", key="limit_page")
    else:
        st.caption(f"A sentence for each kind; {findings.counted(len(limits), 'limit')} in all.")
        st.markdown(_list(results.in_short(limits)) or "No limit holds it back.")
    st.header("What it leaves out", anchor=False)
    left = results.written_left_out(result)
    if st.toggle("Show all that is left out", key="all_left_out"):
        frame.table(left, results.LEFT_HEADINGS, name="Table: actions left out", noun="actions", key="left_out_page")
    else:
        st.caption(
            f"Actions that are used nowhere, kind by kind, the nearest to coming in first; {findings.counted(len(left), 'action')} in all."
        )
        st.markdown(_list(results.in_short(left)) or "Nothing is left out.")
    st.header("What shortfalls weigh", anchor=False)
    frame.table(results.written_weights(result), results.WEIGHT_HEADINGS, name="Table: weights", noun="weights", key="weight_page")


def follow(view: state.View, row: pd.Series) -> None:
    """Let the plan be adopted; of an adopted plan show milestones, what was done, and the way to plan again."""
    plan = adopting.draw(view, str(row["run"]), str(row["organisation"]))
    if plan is not None:
        reaching.draw(view, plan)
        recording.draw(view, plan)


def answered(view: state.View, row: pd.Series) -> pd.DataFrame | None:
    """Return the delivery questions of a plan for its workbook; None where what it was made from is no longer there."""
    try:
        return following.questions(view.store, view.scope, str(row["run"]))  # not from the session: a file is made outside of it
    except SkillsplanError:
        return None


def files(view: state.View, result: PlanResult, row: pd.Series) -> None:
    """Offer the plan as files."""
    name = f"plan-{str(row['organisation']).lower()}-{str(row['run'])[:8]}"
    with st.container(horizontal=True):
        frame.download(
            view,
            "Download the plan as a workbook",
            lambda: workbook.plan(
                result, pipeline.assumptions(view.store, view.scope, str(result.summary["scenario"])), answered(view, row)
            ),
            file_name=f"{name}.xlsx",
            mime=XLSX,
            key="plan_xlsx",
        )
        frame.download_csv(view, "Download what to do as CSV", result.actions, file_name=f"{name}-actions.csv", key="plan_csv")
