"""A plan as soon as it is there, before its starts are made whole people."""

from __future__ import annotations

import streamlit as st

from app import findings, frame, results
from app.pipeline.plans import PlanResult
from app.plan_page import showing

SHOWN = 10  # lines of what to do


def show(told: str) -> None:
    """Show what a first plan closes and does; `told` is the plan as JSON."""
    result = PlanResult.from_json(told)
    st.header(findings.plain(results.headline(result)), anchor=False)
    st.caption("The best plan in fractions of people. The plan with whole people where groups are small follows, with all its tables.")
    showing.tiles(results.told_of(result))
    if (worth := results.told_of(result).get("last_pound")) is not None and worth["slope"] is not None:
        budget = findings.pounds(worth["budget"]) + (" still to come" if worth.get("to_come") else "")
        said = f"At the margin, the last £1,000 of {budget} closed {findings.amount(abs(worth['slope']))} weighted FTE-ranks."
        st.write(findings.plain(said))
    frame.table(
        results.by_action(result).head(SHOWN), showing.KINDS, name="Table: actions by kind", noun="kinds of action", key="first_kinds"
    )
