"""The change log of an organisation's plans: which, by whom, when, in the place of which, why, and what changed."""

from __future__ import annotations

import streamlit as st

from app import findings, frame, state
from app.following_page import readers, words


def draw(view: state.View, organisation: str | None = None) -> None:
    """Draw the change log of an organisation, or of all."""
    rows = readers.log(view, organisation)
    if rows.empty:
        st.write("No plan is adopted yet.")
        return
    newest = rows.iloc[-1]
    st.header(findings.plain(f"{newest['plan']} is the newest of {len(rows)} adopted plan" + ("s" if len(rows) > 1 else "")), anchor=False)
    frame.table(words.log(rows.iloc[::-1]), words.LOG, name="Table: adopted plans, the newest first", noun="plans", key="log_page")
    frame.download_csv(view, "Download the change log as CSV", rows, file_name="plan-log.csv", key="log_csv")
