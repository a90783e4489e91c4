"""Runs of the store and how far they are."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

from app import state
from app.jobs import Ticket

RUN = re.compile(r"[0-9a-f]{64}")


def find(view: state.View, asked: str, kind: str = "plan") -> pd.Series | None:
    """Return the run of a kind that a link names, None where there is none."""
    if not RUN.fullmatch(asked):
        return None
    rows = view.store.runs(view.scope, run=asked)
    rows = rows[rows["kind"] == kind]
    return None if rows.empty else rows.iloc[0]


def bar(ticket: Ticket | None, limit: float, comfort: str, *, key: str) -> None:
    """Show how far work is, with a way to cancel it where it is this process's own."""
    step, seconds = (ticket.step, ticket.seconds) if ticket is not None else ("It is being worked out", 0.0)
    with st.container(border=True):
        st.progress(min(0.95, seconds / limit), text=f"{step}, {seconds:.0f} seconds so far, at most {limit:.0f}")
        st.caption(comfort)
        if ticket is not None and st.button("Cancel", key=key, disabled=ticket.cancelled.is_set()):
            ticket.cancelled.set()
