"""A manager's decision on one place, decisions in a file, and the files that leave."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import streamlit as st

from app import findings, guard, page_words, state
from app.pipeline import people
from app.pipeline import places as use
from app.places_page import words
from app.places_page.asking import SAVED
from optimiser.errors import SkillsplanError

DECISIONS = ("accepted", "changed", "declined")


def form(view: state.View, round: str, lines: pd.DataFrame) -> None:
    """Draw the form of one place: its reason, and what the manager decides."""
    st.header("Decide on one place", anchor=False)
    st.write("Each place is decided by itself, with a reason that the person sees and may challenge. A later decision takes its place.")
    place = int(st.number_input("Number of the place", 1, len(lines), _next_open(lines), 1, key="place_number"))
    line = lines[lines["place"] == place].to_dict("records")[0]
    st.subheader(findings.plain(words.title(line)), anchor=False)
    st.write(findings.plain(f"{words.details(line)} {line['reason']}"))
    if isinstance(line["decision"], str):
        made = f"{line['decision']} by {line['decided_by']} on {pd.Timestamp(line['decided_on']):%d %B %Y}: {line['decision_reason']}"
        st.write(findings.plain(f"Decided: {made}"))
    with st.form("place_decision", clear_on_submit=True):
        with st.grid("auto", min_column_width=260):
            decision = st.selectbox("Decision", DECISIONS, None, key="place_decision_word", placeholder="Choose what was decided")
            by = st.text_input("Decided by (job role, never a name)", key="place_decided_by")
            today = dt.datetime.now(dt.UTC).date()
            on = st.date_input("On", today, max_value=today, format="DD/MM/YYYY", key="place_decided_on")
        reason = st.text_area("Reason", key="place_reason", help="The person sees it.")
        against = st.text_area("What the person says against it (optional)", key="place_challenge")
        if st.form_submit_button("Record the decision", type="primary", icon=":material/save:"):
            _record(view, round, place, str(decision or ""), reason, by, on if isinstance(on, dt.date) else today, against)
    st.download_button(
        "Download the reason for the person",
        data=lambda: use.letter_of(view.store, view.scope, round, place).encode(),
        file_name=f"place-{place}.txt",
        mime="text/plain",
        key="place_letter",
        on_click="ignore",
        icon=":material/download:",
    )


def _next_open(lines: pd.DataFrame) -> int:
    """Return the first place without a decision, the first of all where there is none."""
    left = lines[lines["decision"].isna()]
    return int((left if len(left) else lines)["place"].min())


def _record(view: state.View, round: str, place: int, decision: str, reason: str, by: str, on: dt.date, against: str) -> None:
    try:
        number = use.decide(view.store, view.scope, round, place, decision, reason, by, on, challenge=against.strip() or None)
    except SkillsplanError as error:
        st.error("The decision was not recorded. What to do is said below.", icon=":material/error:")
        st.text(page_words.of(error))
        return
    st.session_state[SAVED] = f"Place {place}: {decision}, recorded as import {number}."
    st.session_state.pop("place_number", None)
    st.rerun()


def files(view: state.View, round: str, organisation: str) -> None:
    """Draw the list for managers, with names where the user gives them, and its way back."""
    st.header("Take it to managers and back", anchor=False)
    st.write("The file has a line for each place, with columns for decision, reason, job role, day and what the person says against it.")
    file = st.file_uploader(
        "Staff list with names (optional)",
        type=["csv", "xlsx"],
        key="places_names",
        help="Names go into the file that you download and nowhere else; they are not kept.",
    )
    staff_list = None
    if file is not None:
        staff_list = (file.getvalue(), file.name)
        try:
            people.names(view.store, view.scope, organisation, staff_list)
        except SkillsplanError as error:
            staff_list = None
            st.error("The staff list could not be read. What to do is said below.", icon=":material/error:")
            st.text(page_words.of(error))
    st.download_button(
        "Download as CSV",
        data=lambda: guard.csv_bytes(use.export(view.store, view.scope, round, staff_list), demonstration=view.demonstration),
        file_name=f"places-{round}.csv",
        mime="text/csv",
        key="places_csv",
        on_click="ignore",
        icon=":material/download:",
    )
    back = st.file_uploader("Decisions of managers", type=["csv", "xlsx"], key="places_back")
    if back is not None and st.button("Take the decisions in", key="places_take", icon=":material/upload_file:"):
        try:
            number = use.decide_from(view.store, view.scope, round, back.getvalue(), back.name)
        except SkillsplanError as error:
            st.error("No decision was taken in. What to do is said below.", icon=":material/error:")
            st.text(page_words.of(error))
            return
        st.session_state[SAVED] = f"Decisions taken in as import {number}."
        st.rerun()
