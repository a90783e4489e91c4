"""What the page Compare asks: cached answers."""

from __future__ import annotations

import streamlit as st

from app import state
from app.pipeline import compare as use
from app.pipeline import scenarios as names
from app.pipeline.compare import Comparison
from skills_model.privacy import Scope
from skills_model.store import Store


def compare(view: state.View, organisation: str, scenario: str) -> Comparison:
    """Return an organisation beside its peers, projected under a scenario."""
    return _compare(view.scope, view.version, str(view.store.path), organisation, scenario, view.store)


def scenarios(view: state.View) -> dict[str, str]:
    """Return the ids of scenarios by the name that people choose; those of one name are told apart by their id."""
    labels = names.labels(view.store, view.scope)
    twice = [label for label in labels.values() if list(labels.values()).count(label) > 1]
    return {f"{label}, {name}" if label in twice else label: name for name, label in labels.items()}


# `version` and `path` tell one store and one state of it from another, so the store itself is not looked at.
@st.cache_data(max_entries=state.KEPT, ttl=state.HOUR, hash_funcs={Scope: repr}, show_spinner="Comparing")
def _compare(scope: Scope, version: str, path: str, organisation: str, scenario: str, _store: Store) -> Comparison:  # noqa: ARG001
    return use.compare(_store, scope, organisation, scenario)
