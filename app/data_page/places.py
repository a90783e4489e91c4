"""Whose data a tab is about."""

from __future__ import annotations

import streamlit as st

from app import state


def names(view: state.View) -> dict[str, str]:
    """Return the codes of the organisations by name."""
    return {state.named(place): str(place["code"]) for _, place in view.organisations.iterrows()}


def choose(view: state.View, key: str) -> str | None:
    """Ask for an organisation and return its code; None, saying what to do, where the store holds none."""
    if view.organisations.empty:
        st.info("The store holds no organisation yet. Import the list of NHS organisations first, on the tab 'Import a file'.")
        return None
    places = names(view)
    return places[str(st.selectbox("Organisation", list(places), key=key, persist_state="session"))]
