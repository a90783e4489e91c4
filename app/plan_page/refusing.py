"""Why there is no plan, and what may be given up so that there is one."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import streamlit as st

from app import findings, page_words
from app.pipeline.plans import PlanRequest
from skills_model.planning.refusal import Refusal


def show(row: pd.Series, request: PlanRequest) -> PlanRequest | None:
    """Say what conflicts, offer what may be given up, and return the request with what was chosen; None where nothing was."""
    told = "" if pd.isna(row["result"]) else str(row["result"])
    if not told:
        st.error(findings.plain(page_words.of(row["message"])), title="No plan can keep all limits", icon=":material/block:")
        st.write("Raise the budget, lengthen the plan, or choose another scenario, and build it again.")
        return None
    refusal = Refusal.from_json(told)
    said = "\n".join([findings.plain(refusal.sentence), "", *(f"- {findings.plain(part)}" for part in refusal.conflict)])
    st.error(said, title="No plan can keep all limits", icon=":material/block:")
    if not refusal.choices:
        st.write("Raise the budget, lengthen the plan, or choose another scenario, and build it again.")
        return None
    st.header("What would make a plan possible", anchor=False)
    st.write("Each of these is enough by itself; the least comes first. The plan says what was given up for it.")
    relaxed = list(json.loads(json.loads(row["options"]).get("relaxed", "[]")))
    for place, choice in enumerate(refusal.choices):
        if st.button(findings.plain(choice.sentence), key=f"relax_{place}", icon=":material/lock_open:"):
            return replace(request, relaxed=json.dumps([*relaxed, *choice.relaxations]))
    return None
