"""Competency frameworks: which are in the store, what another version would do, switching it on."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from app import findings, frame, state
from app.data_page import framework_words
from app.pipeline import frameworks
from optimiser.errors import SkillsplanError
from skills_model.framework.impact import Impact
from skills_model.privacy import Scope
from skills_model.store import Store

LISTED = {
    "label": "Framework", "version": "Version", "publisher": "Publisher", "counts": "Counts", "roles": "Roles", "role_levels": "Role levels",
    "skills": "Skills", "requirements": "Requirements",
}  # fmt: skip
CHANGES = {"subject": "What", "change": "Change", "count": "How many"}
LEVELS = {"fate": "What becomes of them", "headcount": "People", "levels": "Ranks held"}
STAFF = {"fate": "What becomes of them", "headcount": "People", "fte": "Staff FTE", "budgeted_fte": "Funded FTE"}
ROLE_LEVELS = {
    "label": "Role level",
    "becomes": "Becomes",
    "fate": "Change",
    "headcount": "People",
    "fte": "Staff FTE",
    "budgeted_fte": "Funded FTE",
}
GAPS = {"label": "Role family", "coverage": "Coverage", "fte_short": "FTE short", "total_ranks_short": "Ranks short"}
OUTCOME = "switch_outcome"


def draw(view: state.View) -> None:
    """Draw the tab."""
    listed = frameworks.listed(view.store, view.scope)
    st.header(findings.plain(framework_words.frameworks_finding(listed)), anchor=False)
    told()
    frame.table(framework_words.written_frameworks(listed), LISTED, name="Table: frameworks", noun="frameworks", key="framework_page")
    st.caption("More are imported on the tab 'Import a file'. Several stand side by side; of the versions of one, one counts.")
    waiting = listed[~listed["active"].astype(bool) & (listed["measured_on"] == "roles")]
    if waiting.empty:
        return
    st.subheader("Switch one on", anchor=False)
    options = {framework_words.framework_name(row): str(row["framework"]) for row in waiting.to_dict("records")}
    chosen = st.selectbox("Framework", list(options), index=None, placeholder="Choose a framework", key="framework")
    if chosen is None:
        return
    name = options[str(chosen)]
    try:
        with st.spinner("Working out what it would do"):
            impact = _impact(view.store, view.scope, view.version, name)
    except SkillsplanError as error:
        st.error("It cannot be switched on. Why is said below.", icon=":material/error:")
        st.text(str(error))
        return
    report(impact, {str(row["framework"]): framework_words.framework_name(row) for row in listed.to_dict("records")})
    if not impact.faults and st.button("Switch it on", type="primary", key="switch", icon=":material/toggle_on:"):
        confirm(view, name, str(chosen))


def report(impact: Impact, names: Mapping[str, str]) -> None:
    """Show what switching a framework on would do; `names` of frameworks by id."""
    if impact.faults:
        st.error("It cannot be switched on as things are. Why is said below.", icon=":material/error:")
        st.text("\n".join(str(fault) for fault in impact.faults))
        return
    st.write(findings.plain(framework_words.impact_finding(impact, names)))
    for note in framework_words.impact_notes(impact):
        st.caption(findings.plain(note))
    counts = None if impact.comparison is None else framework_words.written_counts(impact.comparison.counts())
    parts = (
        ("What is different", counts, CHANGES, "kinds of change"),
        ("Ranks that people hold now", framework_words.written_fates(impact.levels), LEVELS, "lines"),
        ("Role levels of staff and posts", framework_words.written_fates(impact.staff), STAFF, "lines"),
        ("Role levels that change", framework_words.written_fates(framework_words.becoming(impact)), ROLE_LEVELS, "role levels"),
        ("Gaps before and after", framework_words.written_gaps(impact.gaps), GAPS, "role families"),
    )
    for number, (heading, rows, columns, noun) in enumerate(parts):
        if rows is not None and len(rows):
            st.subheader(heading, anchor=False)
            frame.table(rows, columns, name=f"Table: {heading.lower()}", noun=noun, key=f"impact_page_{number}")


@st.dialog("Switch this framework on?")
def confirm(view: state.View, framework: str, name: str) -> None:
    """Ask once more, then switch the framework on."""
    if OUTCOME in st.session_state:  # the button was pressed, and the page behind says what became of it
        st.rerun()
    st.write(findings.plain(name))
    st.write(
        "It takes the place of the version that counts now. Assessments and posts stay as they are. It can be undone on the tab 'Imports and undo'."
    )
    st.button("Yes, switch it on", type="primary", key="switch_yes", on_click=switch, args=(view, framework, name))
    if st.button("Leave it", key="switch_no"):
        st.rerun()


def switch(view: state.View, framework: str, name: str) -> None:
    """Switch a framework on and leave word of it for the page."""
    try:
        number = frameworks.activate(view.store, view.scope, framework)
        st.session_state[OUTCOME] = f"{name} counts from now on: import {number}.", ""
    except SkillsplanError as error:
        st.session_state[OUTCOME] = "", str(error)
    st.session_state["framework"] = None


def told() -> None:
    """Say what became of a switch, once."""
    done, failed = st.session_state.pop(OUTCOME, ("", ""))
    if done:
        st.success(findings.plain(done), icon=":material/check_circle:")
    if failed:
        st.error("It cannot be switched on. Why is said below.", icon=":material/error:")
        st.text(failed)


# `version` is in no query: it parts answers from before an import from those after it.
@st.cache_data(max_entries=8, ttl=state.HOUR, hash_funcs={Scope: repr}, show_spinner=False)
def _impact(_store: Store, scope: Scope, version: str, framework: str) -> Impact:  # noqa: ARG001
    return frameworks.impact(_store, scope, framework)
