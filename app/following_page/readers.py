"""Answers of the use cases about a plan that is followed, kept for the session that asked: what concerns private papers is shared with nobody."""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from app import state
from app.pipeline import following as use
from skills_model.privacy import Scope
from skills_model.store import Store

KEPT = 16


def today() -> dt.date:
    """Return the day that milestones are judged on."""
    return dt.datetime.now(dt.UTC).date()


def questions(view: state.View, run: str, *, private: bool) -> Any:
    """Return the delivery questions of a plan."""
    return _questions(view.scope, view.version, str(view.store.path), run, view.store, private=private)


def followed(view: state.View, plan: str) -> Any:
    """Return what was done beside what was planned, the milestones as they stand today, and two sentences, blank where there is nothing to say.

    These are of a later staff list, and of what is recorded before its period has begun.
    """
    return _followed(view.scope, view.version, str(view.store.path), plan, today(), view.store)


def log(view: state.View, organisation: str | None) -> Any:
    """Return the change log."""
    return _log(view.scope, view.version, str(view.store.path), organisation, view.store)


def overdue(view: state.View) -> Any:
    """Return the milestones of the plans in force that are overdue today."""
    return _overdue(view.scope, view.version, str(view.store.path), today(), view.store)


# `version` is in no query: it parts answers from before an import, as every change of a plan is one, from those after it.
@st.cache_data(
    max_entries=KEPT, ttl=state.HOUR, hash_funcs={Scope: repr}, show_spinner="Reading what the plan was made from", scope="session"
)
def _questions(scope: Scope, version: str, path: str, run: str, _store: Store, *, private: bool) -> Any:  # noqa: ARG001
    return use.questions(_store, scope, run, private=private)


@st.cache_data(max_entries=KEPT, ttl=state.HOUR, hash_funcs={Scope: repr}, show_spinner="Looking", scope="session")
def _followed(scope: Scope, version: str, path: str, plan: str, day: dt.date, _store: Store) -> Any:  # noqa: ARG001
    rows, judged = use.followed(_store, scope, plan, today=day)
    return rows, judged, use.newer_list(_store, scope, plan), use.early(_store, scope, plan, rows, today=day)


@st.cache_data(max_entries=KEPT, ttl=state.HOUR, hash_funcs={Scope: repr}, show_spinner="Looking", scope="session")
def _log(scope: Scope, version: str, path: str, organisation: str | None, _store: Store) -> Any:  # noqa: ARG001
    return use.log(_store, scope, organisation)


@st.cache_data(max_entries=KEPT, ttl=state.HOUR, hash_funcs={Scope: repr}, show_spinner="Looking at milestones", scope="session")
def _overdue(scope: Scope, version: str, path: str, day: dt.date, _store: Store) -> Any:  # noqa: ARG001
    return use.overdue(_store, scope, today=day)
