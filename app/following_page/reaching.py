"""Milestones of a plan, and the form that gives one another owner, target or note."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app import findings, frame, page_words, state
from app.following_page import readers, words
from optimiser.errors import SkillsplanError
from skills_model import milestones as rules


def draw(view: state.View, plan: str) -> None:
    """Draw the milestones of an adopted plan and the form."""
    if said := st.session_state.pop("milestone_saved", ""):
        st.success(said, icon=":material/check_circle:")
    _, rows, *_ = readers.followed(view, plan)
    st.header(findings.plain(words.milestone_finding(rows)), anchor=False)
    states = st.pills("State", list(rows["state"].unique()), selection_mode="multi", key="milestone_states")
    shown = rows[rows["state"].isin(states)] if states else rows
    headings = {name: heading for name, heading in words.MILESTONES.items() if name != "note" or (rows["note"] != "").any()}
    frame.table(
        words.milestones(shown),
        headings,
        name="Table: milestones, overdue ones first",
        noun="milestones",
        key="milestone_page",
        filtered_of=len(rows),
    )
    frame.download_csv(view, "Download the milestones as CSV", rows, file_name=f"milestones-{plan}.csv", key="milestones_csv")
    _form(view, plan, rows)


def _form(view: state.View, plan: str, rows: pd.DataFrame) -> None:
    labels = {f"{row.label}, {words.day(row.due)}": str(row.milestone) for row in rows.itertuples()}
    if not labels:
        return
    chosen = st.selectbox("Milestone to change", list(labels), key="milestone")
    row = rows[rows["milestone"] == labels[str(chosen)]].iloc[0]
    with st.form(f"change_{row['milestone']}"):
        with st.grid("auto", min_column_width=240):
            owner = st.text_input("Owner, a job role and never a name", value=str(row["owner"]), key=f"owner_{row['milestone']}")
            target = st.number_input(f"Target ({row['unit']})", value=float(row["target"]), key=f"target_{row['milestone']}")
        note = st.text_input("Note", value=str(row["note"]), key=f"note_{row['milestone']}")
        if not st.form_submit_button("Change the milestone", icon=":material/save:"):
            return
    try:
        number = rules.edit(view.store, view.scope, plan, str(row["milestone"]), owner=owner, target=float(target), note=note)
    except SkillsplanError as error:
        st.error("The milestone was not changed. What to do is said below.", icon=":material/error:")
        st.text(page_words.of(error))
        return
    st.session_state["milestone_saved"] = f"Changed as import {number}; the page 'Data and quality' can undo it."
    st.rerun()
