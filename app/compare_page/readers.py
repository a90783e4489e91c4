"""What the page Compare asks: cached answers."""

from __future__ import annotations

import streamlit as st

from app import state
from app.pipeline import compare as use
from app.pipeline.compare import Comparison
from skills_model.privacy import Scope
from skills_model.store import Store


def compare(view: state.View, organisation: str) -> Comparison:
    """Return an organisation beside its peers."""
    return _compare(view.scope, view.version, str(view.store.path), organisation, view.store)


# `version` and `path` tell one store and one state of it from another, so the store itself is not looked at.
@st.cache_data(max_entries=state.KEPT, ttl=state.HOUR, hash_funcs={Scope: repr}, show_spinner="Comparing")
def _compare(scope: Scope, version: str, path: str, organisation: str, _store: Store) -> Comparison:  # noqa: ARG001
    return use.compare(_store, scope, organisation)
