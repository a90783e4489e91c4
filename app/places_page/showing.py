"""A round and its places, how they fall on teams, the levy forecast of its plan, and equality monitoring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app import findings, frame, page_words, results, state
from app.pipeline.places import Round
from app.places_page import words
from app.places_page.readers import ask
from optimiser.errors import SkillsplanError
from skills_model.errors import DataError

EVERY = "All teams"


def head(known: Mapping[Any, Any], limit: float) -> None:
    """Say what a round is, how far it is decided, and what the plan claims of it."""
    st.header(findings.plain(words.decided(known)), anchor=False)
    st.caption(findings.plain(words.of_round(known)))
    said = findings.plain(words.claims(float(known["claimed"]), float(known["assigned"]), float(known["apart"]), limit) + ".")
    if known["apart"] > limit:
        st.warning(said, icon=":material/difference:")
    else:
        st.write(said)


def places(lines: pd.DataFrame) -> None:
    """Draw the places as a table to read."""
    with st.grid("auto", min_column_width=230):
        team = st.selectbox("Team", [EVERY, *sorted(lines["team"].unique())], key="places_team", persist_state="session")
        undecided = st.toggle("Only open places", key="places_undecided", persist_state="session")
    shown = lines if team == EVERY else lines[lines["team"] == team]
    shown = shown[shown["decision"].isna()] if undecided else shown
    frame.table(
        words.rows(shown),
        words.COLUMNS,
        name="Table: suggested places, by number",
        noun="places",
        key="places_page",
        filtered_of=len(lines),
    )
    st.caption(words.NO_ORDER)


def fairness(view: state.View, round: str) -> None:
    """Draw how places fall on teams, worked out again when asked."""
    st.header("Fairness between teams", anchor=False)
    if not st.toggle("Work out how places fall on teams", key="places_fairness"):
        st.caption("Takes some seconds.")
        return
    try:
        made: Round = ask(view, "again", round)
    except DataError:
        st.info(
            "Data or program have changed too far since this round to work it out again. Its places and decisions stand.",
            icon=":material/update:",
        )
        return
    frame.table(words.team_rows(made.found.teams), words.TEAMS, name="Table: places by team", noun="teams", key="places_teams")
    for note in made.notes:
        st.write(findings.plain(note))


def levy(view: state.View, round: str) -> None:
    """Draw the levy forecast of the plan behind a round."""
    st.header("Levy forecast of the plan", anchor=False)
    plan = ask(view, "plan", round)
    if plan.described.levy.empty:
        st.write("The plan has no apprenticeship levy.")
        return
    table = results.written_levy(plan)
    frame.table(table, results.LEVY_HEADINGS, name="Table: levy forecast", noun="periods", key="places_levy")
    frame.download_csv(view, "Download the forecast as CSV", plan.described.levy, file_name="levy.csv", key="places_levy_csv")


def equality(view: state.View, round: str) -> None:
    """Draw aggregate equality monitoring, or say how its counts come in."""
    st.header("Equality monitoring", anchor=False)
    try:
        found = ask(view, "equality", round)
    except SkillsplanError as error:
        st.write(
            "No protected characteristic is kept here. The equality lead counts how many people of each group were eligible, suggested, accepted and "
            "completed, and the counts come in as a file of the kind 'equality' on the page 'Data and quality'."
        )
        if not isinstance(error, DataError) or any(fault.problem != "No equality counts" for fault in error.faults):
            st.text(page_words.of(error))
        return
    st.subheader(findings.plain(words.equality_finding(found.groups)), anchor=False)
    frame.table(words.equality_rows(found.groups), words.EQUALITY, name="Table: equality monitoring", noun="groups", key="places_equality")
    for note in [*found.notes, words.EQUALITY_NOTE]:
        st.caption(findings.plain(note))
    frame.download_csv(
        view, "Download for the equality impact assessment", found.groups, file_name="equality.csv", key="places_equality_csv"
    )
