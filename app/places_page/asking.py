"""The form that asks for a round of suggestions."""

from __future__ import annotations

import streamlit as st

from app import findings, page_words, state
from app.pipeline import places as use
from app.places_page import words
from optimiser.errors import SkillsplanError

SAVED = "places_saved"


def draw(view: state.View, organisation: str) -> None:
    """Draw the form; a new round is shown at once."""
    st.header("Suggest places", anchor=False)
    plans = use.plans_of(view.store, view.scope, organisation)
    if plans.empty:
        st.info("Places are those of a plan, and there is no finished plan of this organisation yet.", icon=":material/route:")
        st.page_link("app_pages/plan.py", label="Build a plan", icon=":material/route:")
        return
    named = {words.plan(row): str(row["run"]) for row in reversed(plans.to_dict("records"))}
    labels = list(reversed(named))
    with st.form("suggest_places"):
        chosen = st.selectbox("Plan whose first year they are for", labels, key="places_plan")
        purpose = st.text_input(
            "Purpose",
            key="places_purpose",
            max_chars=200,
            help="The development of staff alone, such as 'training places for 2026/27'. It is kept in the audit log; name nobody.",
        )
        asked = st.form_submit_button("Suggest places", type="primary", icon=":material/group_add:")
    if not asked:
        return
    try:
        with st.spinner("Working out who could be offered which place"):
            made = use.suggest(view.store, view.scope, organisation, purpose, named[str(chosen)])
    except SkillsplanError as error:
        st.error("No places were suggested. What to do is said below.", icon=":material/error:")
        st.text(page_words.of(error))
        return
    found = made.found
    st.session_state[SAVED] = findings.plain(words.finding(len(found.places), int(found.places["person"].nunique()), len(found.teams)))
    st.session_state["places_round_made"] = made.round
    st.rerun()
