"""What the page Supply forecast asks: cached choices, and the desk at which forecasts are made outside the page."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

import streamlit as st

from app import errands, state
from app.pipeline import backtest as holding
from app.pipeline import scenarios as listing
from app.pipeline import supply as use
from app.pipeline.supply import SupplyAnswer, SupplyRequest
from skills_model.assumptions import Assumption
from skills_model.privacy import Scope
from skills_model.store import Store
from skills_model.supply.backtest import Backtest

AT_ONCE = 1  # a forecast uses two threads by itself
KEPT = 24  # answers; one of England takes some 10 MB

PUBLISHED = "published"
"""Stands for the published series among areas."""

type History = errands.Errand[str, Backtest]
type Errand = errands.Errand[SupplyRequest, SupplyAnswer]


@st.cache_resource(show_spinner=False)
def desk() -> errands.Desk[SupplyRequest, SupplyAnswer]:
    """Return the one desk of this process at which forecasts are made."""
    return errands.Desk(_forecast, at_once=AT_ONCE, kept=KEPT)


def ask(view: state.View, request: SupplyRequest) -> str:
    """Begin a forecast, or find the one that was made of the same; return its name, which parts users of different scopes."""
    decided = json.dumps([asdict(request), view.version, str(view.store.path), repr(view.scope)], sort_keys=True)
    return desk().take(view.store, view.scope, request, hashlib.sha256(decided.encode()).hexdigest())


@st.cache_resource(show_spinner=False)
def history_desk() -> errands.Desk[str, Backtest]:
    """Return the one desk of this process at which forecasts are held against what came."""
    return errands.Desk(_backtest, at_once=1, kept=KEPT)


def backtests(view: state.View, area: str) -> list[History]:
    """Begin to hold forecasts against the published series and the area's own staff lists, or find where that is; each is done once."""
    found = []
    for asked in (PUBLISHED, area):
        name = json.dumps([asked, view.version, str(view.store.path), repr(view.scope)])
        if history_desk().errand(name) is None:  # one that could not be answered is not asked again by itself
            history_desk().take(view.store, view.scope, asked, name)
        found.append(history_desk().errand(name))
    return [errand for errand in found if errand is not None]


def areas(view: state.View) -> dict[str, str]:
    """Return the areas that can be chosen: name for people, and the area."""
    return {label: area for area, label in _areas(view.scope, view.version, str(view.store.path), view.store).items()}


def scenarios(view: state.View) -> dict[str, str]:
    """Return the scenarios that can be chosen: label and id, the baseline first."""
    return {label: name for name, label in _scenarios(view.scope, view.version, str(view.store.path), view.store).items()}


def assumptions(view: state.View, ids: tuple[str, ...]) -> list[Assumption]:
    """Return the assumptions of some ids that have a range, in the order of the ids."""
    return _assumptions(view.scope, view.version, str(view.store.path), ids, view.store)


def _backtest(errand: History, store: Store, scope: Scope) -> Backtest:
    if errand.asked == PUBLISHED:
        return holding.backtest(store, scope, "national")
    return holding.backtest(store, scope, "store", errand.asked)


def _forecast(errand: Errand, store: Store, scope: Scope) -> SupplyAnswer:
    def tell(share: float, step: str) -> None:
        errand.share, errand.step = share, step

    return use.forecast(store, scope, errand.asked, tell, errand.cancelled.is_set)


# `version` and `path` tell one store and one state of it from another, so the store itself is not looked at.
@st.cache_data(max_entries=state.KEPT, ttl=state.HOUR, hash_funcs={Scope: repr}, show_spinner=False)
def _areas(scope: Scope, version: str, path: str, _store: Store) -> dict[str, str]:  # noqa: ARG001
    return use.areas(_store, scope)


@st.cache_data(max_entries=state.KEPT, ttl=state.HOUR, hash_funcs={Scope: repr}, show_spinner=False)
def _scenarios(scope: Scope, version: str, path: str, _store: Store) -> dict[str, str]:  # noqa: ARG001
    return listing.labels(_store, scope)


@st.cache_data(max_entries=state.KEPT, ttl=state.HOUR, hash_funcs={Scope: repr}, show_spinner=False)
def _assumptions(scope: Scope, version: str, path: str, ids: tuple[str, ...], _store: Store) -> list[Assumption]:  # noqa: ARG001
    return use.numbers(_store, scope, ids)
