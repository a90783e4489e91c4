"""Answers of the use cases, kept for the session that asked: what concerns single people is shared with nobody, and each look is recorded."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from app import state
from app.pipeline import people as use
from skills_model.privacy import Scope
from skills_model.store import Store

KEPT = 24


def ask(view: state.View, question: str, *arguments: str | int | tuple[str, ...]) -> Any:
    """Return the answer of a use case of app.pipeline.people by its name; areas are tuples of codes."""
    return _ask(question, view.scope, view.version, str(view.store.path), arguments, view.store)


def role_levels(view: state.View) -> dict[str, str]:
    """Return the ids of role levels by the name that people choose; those of one name are told apart by their id."""
    levels: pd.DataFrame = ask(view, "role_levels")
    twice = levels["role_level_label"].duplicated(keep=False)
    names = levels["role_level_label"].where(~twice, levels["role_level_label"] + ", " + levels["role_level"])
    return dict(sorted(zip(names.astype("str"), levels["role_level"].astype("str"), strict=True), key=lambda pair: pair[0].casefold()))


# `version` is in no query: it parts answers from before an import from those after it. Scopes that are equal and written differently are
# asked twice; different ones never share an answer.
@st.cache_data(max_entries=KEPT, ttl=state.HOUR, hash_funcs={Scope: repr}, show_spinner="Looking", scope="session")
def _ask(
    question: str,
    scope: Scope,
    version: str,  # noqa: ARG001
    path: str,  # noqa: ARG001
    arguments: tuple[str | int | tuple[str, ...], ...],
    _store: Store,
) -> Any:
    return getattr(use, question)(_store, scope, *arguments)
