"""What is asked of a forecast: the filters, and the numbers that matter most, each beside its range and source."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import streamlit as st

from app import findings, frame, state, supply_words
from app.pipeline.supply import SupplyRequest
from app.state import ALL
from app.supply_page import readers
from skills_model.assumptions import Assumption

IMPORTANT = ("leaver_rate", "leaver_rate_years", "joiner_rate", "joiner_rate_years", "promotion_rate", "pipeline_arrives")
BY = {
    "Role family": "role_family",
    "Organisation": "organisation",
    "Region": "region",
    "ICB": "icb",
    "Organisation type": "organisation_type",
    "Role level": "role_level",
    "Band": "band",
    "Age band": "age_band",
    "Skill": "skill",
}
DRAWS = {"1,000": 1_000, "10,000": 10_000}
LOST = "supply_lost"
PREFIX = "set_"
"""Of the numbers in a link."""
NOUNS = {
    "area": "an area",
    "forecast_scenario": "a scenario",
    "by": "a breakdown",
    "role_family": "a role family",
    "draws": "a number of futures",
    "against": "a scenario to compare with",
}


def choose(view: state.View) -> tuple[SupplyRequest, str]:
    """Draw the filters and the numbers; return what they ask for, and the scenario to compare with."""
    families = {label: name for name, label in sorted(state.labels(view)["role_family"].items(), key=lambda item: item[1])}
    areas, scenarios = readers.areas(view), readers.scenarios(view)
    faults: list[str] = []
    with st.grid("auto", min_column_width=300):
        area = _one("Area", list(areas), "area", faults)
        scenario = _one("Scenario", list(scenarios), "forecast_scenario", faults)
        against = _one("Compare with", list(scenarios), "against", faults)
        by = _one("Broken down by", list(BY), "by", faults)
        family = _one("Role family", [ALL, *families], "role_family", faults)
        draws = _one("Sampled futures", list(DRAWS), "draws", faults)
    items = readers.assumptions(view, IMPORTANT)
    faults += impossible(items, {name: str(value) for name, value in st.query_params.items()})
    lost = st.session_state.setdefault(LOST, [])
    lost += [fault for fault in faults if fault not in lost]  # the page runs again by itself, and the link is mended by then
    frame.lost(lost)
    changed = numbers(items, _in_use(items, areas[area]))
    request = SupplyRequest(
        area=areas[area],
        scenario=scenarios[scenario],
        by=(BY[by], "year"),
        role_family=families.get(family, ""),
        draws=DRAWS[draws],
        changed=changed,
    )
    return request, scenarios[against]


def _in_use(items: Sequence[Assumption], area: str) -> dict[str, str]:
    """Say what the forecast that is shown used in place of each number, where it is of the area chosen."""
    errands = [readers.desk().errand(name) for name in st.session_state.get("supply_shown", [])[:1]]
    answers = [errand.answer for errand in errands if errand is not None and errand.answer is not None]
    return {item.name: supply_words.in_use(answer.rates, item.name) for answer in answers if answer.request.area == area for item in items}


def numbers(items: Sequence[Assumption], used: Mapping[str, str]) -> tuple[str, ...]:
    """Draw the most important assumptions and return those that are changed, as settings."""
    keys = {item.name: key(item.name) for item in items}
    before = [item for item in items if _is_changed(item, st.session_state.get(keys[item.name], item.value))]
    label = f"The numbers that matter most: {findings.counted(len(before), 'changed number') if before else 'none changed'}"
    with st.expander(label, key="numbers", icon=":material/tune:"):
        st.write(
            "Low and high are the 10th and 90th percentile of what each number may be. A number that is changed here is taken as it stands, "
            "everywhere and in place of what the staff lists show; a scenario's own number counts where nothing is changed."
        )
        changed = [setting for group in _groups(items) for setting in _group(group, keys, used)]
        values = {keys[item.name]: item.value for item in items}
        st.button(
            "Reset all numbers", key="reset_numbers", icon=":material/restart_alt:", on_click=_reset, args=(values,), disabled=not changed
        )
    return tuple(changed)


def impossible(items: Sequence[Assumption], link: Mapping[str, str]) -> list[str]:
    """Say which numbers of a link are not taken: those that nobody knows, and those that cannot be."""
    known = {key(item.name): item for item in items}
    said = []
    for name, text in link.items():
        if not name.startswith(PREFIX):
            continue
        if (item := known.get(name)) is None:
            said.append(f"This link changed a number that does not exist: {name.removeprefix(PREFIX)}.")
        elif not _possible(item, text):
            most = " and 1" if item.unit.startswith("share") else ""
            between = f"between 0{most}" if most else "0 or more"
            said.append(f"This link set {titled(item)} to {text}, which cannot be: it is a number {between}. It was left as it is.")
    return said


def _possible(item: Assumption, text: str) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return 0 <= value <= (1 if item.unit.startswith("share") else float("inf")) and value != float("inf")


def key(name: str) -> str:
    """Return the name under which an assumption stands in a link.

    >>> key("leaver_rate[25 to 34]")
    'set_leaver_rate_25_to_34'
    """
    return PREFIX + re.sub(r"[^a-z0-9]+", "_", name).strip("_")


def titled(item: Assumption) -> str:
    """Name an assumption for people, with its key."""
    return f"{item.label}, {item.key}" if item.key else item.label


def _one(label: str, options: Sequence[str], name: str, faults: list[str]) -> str:
    """Draw a choice that a link may carry, and note where the link names nothing that exists."""
    if name in st.query_params and str(st.query_params[name]) not in options:
        faults.append(f"This link named {NOUNS[name]} that does not exist.")
    chosen = st.selectbox(label, list(options), key=name, bind="query-params", persist_state="session")
    return str(chosen or options[0])


def _groups(items: Sequence[Assumption]) -> list[list[Assumption]]:
    """Return the numbers of each assumption together."""
    return [[item for item in items if item.id == id_] for id_ in dict.fromkeys(item.id for item in items)]


def _group(items: Sequence[Assumption], keys: Mapping[str, str], used: Mapping[str, str]) -> list[str]:
    """Draw the numbers of one assumption with their source, once where it is the same for all; return the settings that are changed."""
    sources = list(dict.fromkeys(item.source for item in items))
    with st.container(border=True):
        if len(items) > 1:
            st.markdown(f"**{findings.plain(items[0].label)}**")
        with st.grid("auto", min_column_width=220):
            settings = [_number(item, keys[item.name], used.get(item.name, ""), own=len(sources) > 1) for item in items]
        if len(sources) == 1:
            st.markdown(f":small[Source: {findings.plain(sources[0])}]")
    return [setting for setting in settings if setting]


def _number(item: Assumption, name: str, used: str, *, own: bool) -> str:
    """Draw one number with its range, and its own source where it has one; return the setting where it is changed."""
    with st.container():
        value = st.number_input(
            item.key.capitalize() if item.key else item.label,
            min_value=0.0,
            max_value=1.0 if item.unit.startswith("share") else None,
            value=float(item.value),
            step=0.01 if item.value < 1 else 0.05,
            format="%.3f",
            key=name,
            bind="query-params",
            persist_state="session",
        )
        changed = _is_changed(item, value)
        said = [f":material/edit: **Changed from {item.value:g}.**"] if changed else []
        said += [findings.plain(used)] if used and not changed else []
        said += [f"Range {item.low:g} to {item.high:g} {findings.plain(item.unit)}."]
        said += [f"Source: {findings.plain(item.source)}"] if own else []
        st.markdown(f":small[{' '.join(said)}]")
    return f"{item.name}={float(value or 0.0):g}" if changed else ""


def _is_changed(item: Assumption, value: float | None) -> bool:
    return value is not None and abs(float(value) - item.value) > 1e-9


def _reset(values: Mapping[str, float]) -> None:
    for name, value in values.items():
        st.session_state[name] = float(value)
