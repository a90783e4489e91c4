"""Take a plan as the organisation's own."""

from __future__ import annotations

import streamlit as st

from app import findings, page_words, state
from app.following_page import readers
from app.pipeline import following as use
from optimiser.errors import SkillsplanError

NONE = "None: it is the first"


def draw(view: state.View, run: str, organisation: str) -> str | None:
    """Draw the form that adopts the plan of a run, or say under which name it is adopted; return that name."""
    if said := st.session_state.pop("plan_adopted_as", ""):
        st.success(said, icon=":material/check_circle:")
    rows = readers.log(view, organisation)
    own = rows[rows["run"] == run]
    if len(own):
        row = own.iloc[-1]
        st.write(f"Adopted as **{findings.plain(row['plan'])}** by the {findings.plain(row['owner'])}: {findings.plain(row['reason'])}")
        return str(row["plan"])
    followed = use.followed_by(view.store, view.scope, run)
    in_force = rows.loc[~rows["plan"].isin(rows["follows"]), "plan"].tolist()[::-1]
    if followed:
        stands = "That plan stays in force until you adopt this one." if followed in in_force else "Another has taken its place since."
        st.write(f"Made again from **{findings.plain(followed)}** as it really went. {stands}")
    else:
        st.write("Adopt the plan to have milestones by quarter, to record what is really done, and to plan again from that.")
    places = [NONE, *reversed(rows["plan"].tolist())] if not followed else [followed] if followed in in_force else in_force
    with st.form("adopt_plan"):
        with st.grid("auto", min_column_width=280):
            name = st.text_input("Name: lower-case letters, digits and hyphens", key="adopt_name")
            owner = st.text_input("Owner, a job role and never a name", key="adopt_owner")
            before = st.selectbox("In the place of", places, key="adopt_before")
        reason = st.text_area("Why it is adopted, and why it differs from the one before", key="adopt_reason")
        if not st.form_submit_button("Adopt the plan", type="primary", icon=":material/flag:"):
            return None
    instead_of = "" if before == NONE else str(before)
    try:
        number = use.adopt(view.store, view.scope, run, name=name, owner=owner, reason=reason, instead_of=instead_of, today=readers.today())
    except SkillsplanError as error:
        st.error("The plan was not adopted. What to do is said below.", icon=":material/error:")
        st.text(page_words.of(error))
        return None
    st.session_state["plan_adopted_as"] = f"Adopted as {name}, import {number}; the page 'Data and quality' can undo it."
    st.rerun()
    return name
