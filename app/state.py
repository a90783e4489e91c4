"""What pages know: the open store, the scope of the user, cached answers, and the filters that a link may carry."""

from __future__ import annotations

import datetime as dt  # noqa: F401 - for the doctests
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd
import streamlit as st

from app import jobs, pipeline
from app.findings import HIDDEN, MEASURES, Measure
from app.pipeline import gaps as measuring
from skills_model.privacy import Scope
from skills_model.store import Store

ALL = "All"
BY_LABEL = {measure.label: measure for measure in MEASURES.values()}
DEFAULT_MEASURE = next(iter(BY_LABEL))
KEPT = 64  # answers of one kind; a page of England is about 0.1 MB
HOUR = 3600.0  # seconds
NO_DATE = "no date"
PARAMETERS = {
    "region": "a region",
    "organisation_type": "an organisation type",
    "organisation": "an organisation",
    "role_family": "a role family",
    "measure": "a measure",
    "self_bias": "a way to take self-assessments",
}
SELF_BIAS: dict[str, float | None] = {"As given": None, "Half a rank lower": 0.5, "One rank lower": 1.0}
"""How self-assessments may be taken, with the ranks by which each is lowered; None leaves it to the assumption."""
AS_GIVEN = next(iter(SELF_BIAS))


@dataclass(frozen=True)
class View:
    """Hold what every page starts from; `version` changes whenever other data are taken in."""

    store: Store
    scope: Scope
    version: str
    organisations: pd.DataFrame
    as_at: str
    demonstration: bool


@dataclass(frozen=True)
class FilterState:
    """What a page is asked to show; names as the URL carries them, `All` for no filter."""

    region: str = ALL
    organisation_type: str = ALL
    organisation: str = ALL
    role_family: str = ALL
    measure: str = DEFAULT_MEASURE
    self_bias: str = AS_GIVEN

    @property
    def bias(self) -> float | None:
        """Return the ranks by which self-assessments are lowered, None for what the assumption says."""
        return SELF_BIAS[self.self_bias]

    @property
    def measured(self) -> Measure:
        """Return the measure that is asked for."""
        return BY_LABEL[self.measure]

    @classmethod
    def parse(cls, raw: Mapping[str, object], choices: Mapping[str, Sequence[str]]) -> tuple[FilterState, list[str]]:
        """Read values that may come from anybody's link, and say which of them name nothing that exists.

        >>> FilterState.parse({"region": "Atlantis"}, {"region": ["London"]})[1]
        ['This link named a region that no longer exists.']
        """
        kept: dict[str, str] = {}
        lost: list[str] = []
        for field in fields(cls):
            value = raw.get(field.name)
            if value is None or value == ALL:
                continue
            if value in choices.get(field.name, ()):
                kept[field.name] = str(value)
            else:
                lost.append(f"This link named {PARAMETERS[field.name]} that no longer exists.")
        return cls(**kept), lost


def current_scope() -> Scope:
    """Return what this user may see; the one place that will ask the login."""
    return Scope.local()


def open_view() -> View:
    """Open the store, or find it open, and return what every page starts from; raises DataError where there is no store to open."""
    path = str(pipeline.store_path(None, tell=_quietly).resolve())
    store, scope = _store(path), current_scope()
    facts = store.query("data_state", scope).iloc[0]
    version = f"import {int(facts['imports'])}"
    return View(
        store=store,
        scope=scope,
        version=version,
        organisations=_organisations(scope, version, path),
        as_at=_dates(facts["as_at_first"], facts["as_at_last"]),
        demonstration=bool(facts["demonstration"]),
    )


def desk() -> jobs.Desk:
    """Return the one desk of this process at which plans are asked for."""
    return _desk()


def gaps(view: View, by: Sequence[str], area: Sequence[str] | None = None, bias: float | None = None, *, quality: bool = False) -> pd.DataFrame:
    """Measure gaps by cuts in an area (codes of organisations, None for all), with a column of names for each cut.

    `bias` lowers self-assessments by so many ranks; with `quality`, how far each figure can be trusted stands beside it.
    """
    return _gaps(view.scope, view.version, str(view.store.path), tuple(by), _codes(area), bias, quality=quality)


def labels(view: View) -> dict[str, dict[str, str]]:
    """Return the names for people of the ids in each cut."""
    return _labels(view.scope, view.version, str(view.store.path))


def trend(view: View, filters: FilterState) -> pd.DataFrame:
    """Return the gap at each date by role family, or by role within the role family chosen; the column `name` names the group."""
    cut = "role_family" if filters.role_family == ALL else "role"
    by = ["role_family"] if cut == "role_family" else ["role_family", "role"]
    frame = _trend(view.scope, view.version, str(view.store.path), tuple(by), area(view, filters), filters.bias)
    kept = frame if filters.role_family == ALL else _in_family(frame, filters)
    return kept.assign(name=kept[f"{cut}_label"])


def changes(view: View, filters: FilterState) -> pd.DataFrame:
    """Return what the change from the first to the last date is made of, over everything that the filters leave: one row, or none."""
    by = () if filters.role_family == ALL else ("role_family",)
    frame = _changes(view.scope, view.version, str(view.store.path), by, area(view, filters), filters.bias)
    return frame if filters.role_family == ALL else _in_family(frame, filters)


def unmapped(view: View, area: Sequence[str] | None = None) -> float:
    """Return FTE of staff whose job title is not mapped to a role level, and who therefore count in no gap."""
    return _unmapped(view.scope, view.version, str(view.store.path), _codes(area))


def area(view: View, filters: FilterState) -> tuple[str, ...] | None:
    """Return the codes of the organisations that the filters leave, None where there is no filter."""
    if filters.organisation == filters.region == filters.organisation_type == ALL:
        return None
    return tuple(narrowed(view.organisations, filters)["code"])


def narrowed(organisations: pd.DataFrame, filters: FilterState) -> pd.DataFrame:
    """Return the organisations that the filters leave."""
    if organisations.empty:
        return organisations
    chosen = organisations
    for column, value in (("region", filters.region), ("type", filters.organisation_type)):
        chosen = chosen if value == ALL else chosen[chosen[column] == value]
    return chosen if filters.organisation == ALL else chosen[chosen.apply(named, axis=1) == filters.organisation]


def named(organisation: pd.Series) -> str:
    """Return an organisation's name with its code, since names may be shared."""
    return f"{organisation['name']}, {organisation['code']}"


def choices(view: View, region: str = ALL, organisation_type: str = ALL) -> dict[str, list[str]]:
    """Return what each filter can be set to, organisations within the region and type chosen."""
    names = labels(view)
    places = narrowed(view.organisations, FilterState(region=region, organisation_type=organisation_type))
    return {
        "region": [ALL, *sorted(set(names["region"].values()))],
        "organisation_type": [ALL, *sorted(set(names["organisation_type"].values()))],
        "organisation": [ALL, *(places.apply(named, axis=1) if len(places) else [])],
        "role_family": [ALL, *sorted(set(names["role_family"].values()))],
        "measure": list(BY_LABEL),
        "self_bias": list(SELF_BIAS),
    }


def lost_parameters(view: View) -> list[str]:
    """Say what the link names that does not exist; to be asked before a widget mends the link."""
    raw = {name: str(st.query_params[name]) for name in st.query_params}
    known = choices(view)
    now = {name: st.session_state.get(name, raw.get(name)) for name in ("region", "organisation_type", "organisation")}  # widgets, if drawn
    kept, lost = FilterState.parse(now, known)[0], FilterState.parse(raw, known)[1]
    if kept.organisation not in choices(view, kept.region, kept.organisation_type)["organisation"]:
        lost.append("This link named an organisation outside the chosen region or type.")
    return lost


def whole(value: str, smallest: int, largest: int) -> bool:
    """Tell whether a link gives a whole number within limits.

    >>> [whole(value, 4, 20) for value in ("12", "12.0", "12.5", "99", "abc", "nan", "inf", "")]
    [True, True, False, False, False, False, False, False]
    """
    try:
        number = float(value)
    except ValueError:
        return False
    return smallest <= number <= largest and number.is_integer()


def gap_cells(view: View, filters: FilterState) -> pd.DataFrame:
    """Return the gap by role family and skill, or by role and skill within the role family chosen, with its quality."""
    by = ["role_family", "skill"] if filters.role_family == ALL else ["role_family", "role", "skill"]
    return _in_family(gaps(view, by, area(view, filters), filters.bias, quality=True), filters)


def gap_skills(view: View, filters: FilterState) -> pd.DataFrame:
    """Return the gap by skill, within the role family where one is chosen."""
    by = ["skill"] if filters.role_family == ALL else ["role_family", "skill"]
    return _in_family(gaps(view, by, area(view, filters), filters.bias), filters)


def gap_total(view: View, filters: FilterState) -> pd.Series | None:
    """Return the gap over everything that the filters leave, with its quality, None where nothing is left."""
    by = [] if filters.role_family == ALL else ["role_family"]
    rows = _in_family(gaps(view, by, area(view, filters), filters.bias, quality=True), filters)
    return None if rows.empty else rows.iloc[0]


def size(view: View) -> dict[str, object]:
    """Return headcount, fte, posts, vacancy_fte and vacancy_share of everything in reach; `*` where a part is hidden."""
    columns = ["headcount", "fte", "posts", "vacancy_fte"]
    if (view.organisations[columns] == HIDDEN).any(axis=None):
        return dict.fromkeys([*columns, "vacancy_share"], HIDDEN)
    whole = view.organisations[columns].astype("float64").sum()
    sizes: dict[str, object] = {column: float(whole[column]) for column in columns}
    return sizes | {"vacancy_share": whole["vacancy_fte"] / whole["posts"] if whole["posts"] else None}


def described(filters: FilterState) -> str:
    """Say in words which part of the country and which roles the filters leave."""
    parts = [value for value in (filters.organisation, filters.organisation_type, filters.region, filters.role_family) if value != ALL]
    lowered = [] if filters.self_bias == AS_GIVEN else [f"self-assessments {filters.self_bias.lower()}"]
    return ", ".join([*(parts or ["All organisations"]), *lowered])


def _codes(area: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if area is None else tuple(area)


def _in_family(frame: pd.DataFrame, filters: FilterState) -> pd.DataFrame:
    if filters.role_family == ALL:
        return frame
    return frame[frame["role_family_label"] == filters.role_family].reset_index(drop=True)


def _scope_key(scope: Scope) -> str:
    own = None if scope.organisations is None else sorted(scope.organisations)
    others = None if scope.protected is None else sorted(scope.protected)
    return repr((own, others, scope.person_level, scope.audience))


def _release(store: Store) -> None:
    store.close()


# No ttl: a store that closed itself under a query would be worse than one that stays open.
@st.cache_resource(max_entries=4, on_release=_release, show_spinner="Opening the store")
def _store(path: str) -> Store:
    return Store.open(Path(path))


@st.cache_resource(show_spinner=False)
def _desk() -> jobs.Desk:
    return jobs.Desk()


# `version` is in no query: it parts answers from before an import from those after it.
@st.cache_data(max_entries=KEPT, ttl=HOUR, hash_funcs={Scope: _scope_key}, show_spinner=False)
def _organisations(scope: Scope, version: str, path: str) -> pd.DataFrame:  # noqa: ARG001
    return pipeline.organisations(_store(path), scope)


@st.cache_data(max_entries=KEPT, ttl=HOUR, hash_funcs={Scope: _scope_key}, show_spinner="Measuring the gap")
def _gaps(
    scope: Scope, version: str, path: str, by: tuple[str, ...], area: tuple[str, ...] | None, bias: float | None, *, quality: bool
) -> pd.DataFrame:
    frame = measuring.gaps(_store(path), scope, by, area, self_bias=bias, quality=quality)
    return pipeline.labelled(frame, by, _labels(scope, version, path))


@st.cache_data(max_entries=KEPT, ttl=HOUR, hash_funcs={Scope: _scope_key}, show_spinner="Measuring the gap at each date")
def _trend(
    scope: Scope, version: str, path: str, by: tuple[str, ...], area: tuple[str, ...] | None, bias: float | None
) -> pd.DataFrame:
    frame = measuring.follow(_store(path), scope, by, area, self_bias=bias)
    return pipeline.labelled(frame, by, _labels(scope, version, path))


@st.cache_data(max_entries=KEPT, ttl=HOUR, hash_funcs={Scope: _scope_key}, show_spinner="Comparing the first and the last date")
def _changes(
    scope: Scope, version: str, path: str, by: tuple[str, ...], area: tuple[str, ...] | None, bias: float | None
) -> pd.DataFrame:
    frame = measuring.changed(_store(path), scope, by, area, self_bias=bias)
    return pipeline.labelled(frame, by, _labels(scope, version, path))


@st.cache_data(max_entries=KEPT, ttl=HOUR, hash_funcs={Scope: _scope_key}, show_spinner=False)
def _labels(scope: Scope, version: str, path: str) -> dict[str, dict[str, str]]:  # noqa: ARG001
    return {cut: dict(names) for cut, names in pipeline.labels(_store(path), scope).items()}


@st.cache_data(max_entries=KEPT, ttl=HOUR, hash_funcs={Scope: _scope_key}, show_spinner=False)
def _unmapped(scope: Scope, version: str, path: str, area: tuple[str, ...] | None) -> float:  # noqa: ARG001
    frame = _store(path).query("unmapped", scope, organisations=None if area is None else list(area))
    return float(frame["fte"].sum())


def _dates(first: object, last: object) -> str:
    """Write the dates of the latest snapshots.

    >>> _dates(dt.date(2026, 3, 31), dt.date(2026, 3, 31))
    '31 March 2026'
    """
    if pd.isna(first) or pd.isna(last):  # type: ignore[call-overload]
        return NO_DATE
    days = [pd.Timestamp(day) for day in (first, last)]  # type: ignore[arg-type]
    written = [f"{day.day} {day:%B %Y}" for day in days]
    return written[0] if written[0] == written[1] else f"{written[0]} to {written[1]}"


def _quietly(message: str) -> None:
    """The page says itself that data are a demonstration."""
