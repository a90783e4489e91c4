"""What was really done beside the plan, the forms to record it, and the button that plans again from it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from app import findings, frame, page_words, state
from app.following_page import readers, words
from app.pipeline import following as use
from optimiser.errors import SkillsplanError

AGAIN, AFRESH = "On from what was done, over the same periods", "Afresh from the newest staff list, with what is in progress"


def draw(view: state.View, plan: str) -> None:
    """Draw what was done of an adopted plan, and the ways to record more and to plan again."""
    if said := st.session_state.pop("actual_saved", ""):
        st.success(said, icon=":material/check_circle:")
    rows, _, newer, early = readers.followed(view, plan)
    st.header(findings.plain(words.done_finding(rows)), anchor=False)
    if early:
        st.warning(findings.plain(early), icon=":material/event_upcoming:")
    only = st.toggle("Only lines of which something is recorded", value=True, key="recorded_only")
    shown = words.furthest_apart(rows[rows["fte"].notna()] if only else rows).head(frame.PAGE_ROWS)
    # One page, the CSV file has the rest: the milestones above have the one set of page numbers that readers by ear can tell apart.
    frame.table(
        words.lines(shown),
        words.LINES,
        name="Table: what was done beside the plan, the lines furthest apart first",
        noun="lines, those furthest from the plan first",
        key="actual_page",
        filtered_of=len(rows),
    )
    frame.download_csv(view, "Download the plan beside what was done as CSV", rows, file_name=f"actuals-{plan}.csv", key="actuals_csv")
    _forms(view, plan, rows)
    _again(view, plan, newer)


def _forms(view: state.View, plan: str, rows: pd.DataFrame) -> None:
    st.subheader("Record what was done", anchor=False)
    as_planned = st.toggle(
        "Fill the form with what was planned for the quarters that are over", key="form_as_planned",
        help="Then change what went otherwise. A plan is made again only once every planned line of these quarters has a record.",
    )  # fmt: skip
    frame.download(
        view,
        "Download the form to fill in",
        lambda: (
            use.template(view.store, view.scope, plan, as_planned=as_planned, today=readers.today()).to_csv(index=False).encode("utf-8-sig")
        ),
        file_name=f"actuals-form-{plan}.csv",
        mime="text/csv",
        key="actuals_form",
    )
    by = st.text_input("Who records it, a job role and never a name", key="recorded_by")
    file = st.file_uploader("Filled form", type=["csv", "xlsx"], key="actuals_file", help="Blank amounts are not yet done.")
    if st.button("Take the form in", key="take_actuals", disabled=file is None, icon=":material/upload_file:") and file is not None:
        _keep(lambda: use.record_file(view.store, view.scope, plan, file.getvalue(), file.name, by=by, today=readers.today()))
    if st.button("Measure staff, ranks short and coverage by the newest staff list", key="measure_now", icon=":material/straighten:"):
        _keep(lambda: use.record_measures(view.store, view.scope, plan, by=by, today=readers.today()))
    _line(view, plan, rows, by)


def _line(view: state.View, plan: str, rows: pd.DataFrame, by: str) -> None:
    labels = {
        f"Period {period}: {what} [{line}]": (str(line), int(period))
        for line, what, period in zip(rows["line"], rows["what"], rows["period"], strict=True)
    }
    if not labels:
        return
    with st.expander("Record one line", key="record_one"), st.form("one_actual"):
        chosen = st.selectbox("Line", list(labels), key="actual_line")
        with st.grid("auto", min_column_width=200):
            amount = st.number_input("FTE started", min_value=0.0, value=0.0, key="actual_amount")
            pounds = st.number_input("Pounds spent; leave empty where not known", min_value=0.0, value=None, key="actual_pounds")
        note = st.text_input("Why it differs from the plan", key="actual_note")
        if st.form_submit_button("Record the line", icon=":material/save:"):
            line, period = labels[str(chosen)]
            spent = None if pounds is None else float(pounds)
            _keep(
                lambda: use.record_line(
                    view.store, view.scope, plan, line, period, float(amount), spent, note, by=by, today=readers.today()
                )
            )


def _keep(record: Callable[[], int]) -> None:
    try:
        number = record()
    except SkillsplanError as error:
        st.error("Nothing was recorded. What to do is said below.", icon=":material/error:")
        st.text(page_words.of(error))
        return
    st.session_state["actual_saved"] = f"Recorded as import {number}; the page 'Data and quality' can undo it."
    st.rerun()


def _again(view: state.View, plan: str, newer: str) -> None:
    st.subheader("Plan again from here", anchor=False)
    st.write(
        "What is over stands as it was, what is begun stays, and the rest of the plan is made anew. The plan in force stays until you adopt the new one."
    )
    if newer:
        st.info(findings.plain(page_words.of(newer)), icon=":material/info:")
    how = st.radio("How", [AGAIN, AFRESH] if newer else [AGAIN], key="plan_again_how")
    if not st.button("Plan again", type="primary", key="plan_again", icon=":material/replay:"):
        return
    try:
        request = use.request_again(view.store, view.scope, plan, afresh=how == AFRESH, today=readers.today())
    except SkillsplanError as error:
        st.error("The plan cannot be made again yet. What to do is said below.", icon=":material/error:")
        st.text(page_words.of(error))
        return
    st.session_state["plan_ticket"] = state.desk().ask(view.store, view.scope, request, view.version)
    st.query_params.pop("run", None)
    st.rerun()
