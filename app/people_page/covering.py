"""Whether enough people hold each skill, and the form that sets how many are enough."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app import findings, frame, people, state
from app.people_page.readers import ask
from app.pipeline import people as use
from optimiser.errors import SkillsplanError

COLUMNS = {
    "team": "Team", "skill": "Skill", "rank": "Rank", "people": "Wanted", "held": "Hold it", "unassessed": "Not assessed", "short": "Short",
}  # fmt: skip


def draw(view: state.View, organisation: str, teams: list[str]) -> None:
    """Draw the targets of an organisation and the form."""
    if said := st.session_state.pop("cover_saved", ""):
        st.success(said, icon=":material/check_circle:")
    cover = ask(view, "cover", (organisation,))
    st.header(findings.plain(people.cover_finding(cover)), anchor=False)
    if not cover["suggested"].all():
        st.caption("Wanted: a target that you have set says so, all others are suggestions.")
    unmet = st.toggle("Only targets that are not met", key="unmet", bind="query-params")
    shown = cover[cover["short"] > 0] if unmet else cover
    frame.table(
        people.cover_rows(shown),
        COLUMNS,
        name="Table: cover targets, the shortest first",
        noun="targets",
        key="cover_page",
        filtered_of=len(cover),
    )
    frame.download_csv(view, "Download as CSV", shown, file_name="cover.csv", key="cover_csv")
    _form(view, organisation, teams)


def _form(view: state.View, organisation: str, teams: list[str]) -> None:
    st.header("Set a cover target", anchor=False)
    st.write(
        "It takes the place of the suggestion, or of the target that was set before, and can be undone on the page 'Data and quality'."
    )
    ranks: pd.DataFrame = ask(view, "ranks")
    labels = dict(zip(ranks["skill_label"], ranks["skill"], strict=True))
    skill = st.selectbox("Skill", list(labels), key="cover_skill")
    of_skill = ranks[ranks["skill"] == labels.get(str(skill))]
    names = dict(zip(of_skill["rank_label"], of_skill["rank"], strict=True))
    with st.form("cover_target"):
        with st.grid("auto", min_column_width=230):
            team = st.selectbox("Team", [people.WHOLE, *teams], key="cover_team")
            rank = st.selectbox("Rank wanted", list(names), key="cover_rank")
            wanted = st.number_input("People at that rank or above", min_value=1, value=2, step=1, key="cover_wanted")
        if st.form_submit_button("Save the target", type="primary", icon=":material/save:"):
            place = "" if team == people.WHOLE else str(team)
            try:
                number = use.save_target(
                    view.store, view.scope, organisation, place, labels[str(skill)], int(names[str(rank)]), int(wanted)
                )
            except SkillsplanError as error:
                st.error("The target was not saved. What to do is said below.", icon=":material/error:")
                st.text(str(error))
                return
            st.session_state["cover_saved"] = f"Saved as import {number}: {findings.plain(skill)} in {findings.plain(team)}."
            st.rerun()
