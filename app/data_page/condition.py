"""The state of the data: what is there, of which date, and how far it can be trusted."""

from __future__ import annotations

import streamlit as st

from app import findings, frame, state
from app.data_page import words
from app.pipeline import intake, quality

COLUMNS = {
    "organisation": "Organisation", "as_at": "Staff as at", "fte": "FTE", "unmapped": "Unmapped FTE", "assessed": "Assessed", "own": "By oneself alone",
    "old": "Old", "last": "Last assessed",
}  # fmt: skip
LATEST = {"kind": "Kind", "source": "File", "organisation": "Organisation", "when": "Taken in (UTC)"}
SHOWN = 5  # imports


def draw(view: state.View) -> None:
    """Draw the tab."""
    places = quality.by_organisation(view.store, view.scope)
    if places.empty:
        st.header("There is no staff list yet", anchor=False)
        st.write(
            "Import the list of organisations first (kind 'ods'), then a staff list, then skills assessments, on the tab 'Import a file'."
        )
    else:
        st.header(findings.plain(words.trust(places)), anchor=False)
        frame.tiles(words.trust_tiles(places))
        frame.table(words.written_quality(places), COLUMNS, name="Table: data by organisation", noun="organisations", key="quality_page")
    listed = intake.imports(view.store, view.scope)
    st.subheader("Latest imports", anchor=False)
    frame.table(
        words.written_imports(listed).head(SHOWN),
        LATEST,
        name="Table: latest imports",
        noun="imports",
        key="latest_page",
        filtered_of=len(listed),
    )
