"""A plan as soon as it is there, before its starts are made whole people."""

from __future__ import annotations

import streamlit as st

from app import findings, frame, plan_words, results
from app.pipeline.plans import PlanResult
from app.plan_page import showing

SHOWN = 10  # lines of what to do


def show(told: str) -> None:
    """Show what a first plan closes and does; `told` is the plan as JSON."""
    result = PlanResult.from_json(told)
    st.header(findings.plain(results.headline(result)), anchor=False)
    st.caption("The best plan in fractions of people. The plan with whole people where groups are small follows, with all its tables.")
    showing.tiles(results.told_of(result))
    if said := plan_words.margin(results.told_of(result)):
        st.write(findings.plain(" ".join(said)))
    frame.table(
        results.by_action(result).head(SHOWN), showing.KINDS, name="Table: actions by kind", noun="kinds of action", key="first_kinds"
    )
