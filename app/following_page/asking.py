"""The delivery questions of a plan, and the form for the owner's response."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app import findings, frame, page_words, state
from app.following_page import readers
from app.pipeline import following as use
from optimiser.errors import SkillsplanError

ICONS = {
    "evidence present": ":material/check_circle:",
    "discuss": ":material/forum:",
    "not assessed": ":material/help:",
    "not applicable": ":material/remove:",
}


def draw(view: state.View, run: str) -> None:
    """Draw the questions of the plan of a run and the form."""
    if said := st.session_state.pop("response_saved", ""):
        st.success(said, icon=":material/check_circle:")
    private = st.toggle("With the questions of private papers", key="private_questions") if view.scope.person_level else False
    try:
        rows: pd.DataFrame = readers.questions(view, run, private=private)
    except SkillsplanError as error:
        st.error("The questions cannot be answered. What to do is said below.", icon=":material/error:")
        st.text(page_words.of(error))
        return
    counts = rows["state"].value_counts()
    st.header("Before you decide: " + ", ".join(f"{state_} {count}" for state_, count in counts.items()), anchor=False)
    st.caption("Prompts from what went wrong in earlier programmes, not verdicts on people. There is no total score.")
    for group, part in rows.groupby("group", sort=False):
        st.subheader(findings.plain(group), anchor=False)
        for row in part.to_dict("records"):
            _question({str(name): value for name, value in row.items()})
    frame.download_csv(view, "Download the questions as CSV", rows, file_name=f"delivery-questions-{run[:8]}.csv", key="questions_csv")
    _form(view, run, rows)


def _question(row: dict[str, object]) -> None:
    with st.container(border=True):
        st.markdown(f"{ICONS[str(row['state'])]} **{findings.plain(row['asks'])}** {findings.plain(row['state']).capitalize()}")
        st.write(findings.plain(row["figure"]))
        parts = [("Threshold", row["threshold"]), ("What would change the answer", row["changes"])]
        for name, text in parts:
            if text:
                st.caption(f"{name}: {findings.plain(text)}")
        if row["response"]:
            st.write(f"Response of the {findings.plain(row['owner'])}: {findings.plain(row['response'])}")


def _form(view: state.View, run: str, rows: pd.DataFrame) -> None:
    labels = dict(zip(rows["asks"], rows["question"], strict=True))
    with st.form("plan_response", clear_on_submit=True):
        asked = st.selectbox("Question to respond to", list(labels), key="response_question")
        response = st.text_area("Response of the plan's owner", key="response_text")
        owner = st.text_input("Owner, a job role and never a name", key="response_owner")
        if not st.form_submit_button("Keep the response", icon=":material/save:"):
            return
    try:
        number = use.answer(view.store, view.scope, run, labels[str(asked)], response, owner, today=readers.today())
    except SkillsplanError as error:
        st.error("The response was not kept. What to do is said below.", icon=":material/error:")
        st.text(page_words.of(error))
        return
    st.session_state["response_saved"] = f"Kept as import {number}; the page 'Data and quality' can undo it."
    st.rerun()
