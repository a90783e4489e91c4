"""Answers of the use cases, kept for the session that asked: what concerns single people is shared with nobody, and each look is recorded."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state
from app.pipeline import places as use
from skills_model.privacy import Scope
from skills_model.store import Store

KEPT = 12


def ask(view: state.View, question: str, *arguments: str) -> Any:
    """Return the answer of a use case of app.pipeline.places by its name."""
    return _ask(question, view.scope, view.version, str(view.store.path), arguments, view.store)


# `version` is in no query: it parts answers from before an import, or a decision, from those after it.
@st.cache_data(max_entries=KEPT, ttl=state.HOUR, hash_funcs={Scope: repr}, show_spinner="Looking", scope="session")
def _ask(
    question: str,
    scope: Scope,
    version: str,  # noqa: ARG001
    path: str,  # noqa: ARG001
    arguments: tuple[str, ...],
    _store: Store,
) -> Any:
    return getattr(use, question)(_store, scope, *arguments)
