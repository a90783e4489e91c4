"""What is asked of a plan: whose, with which money, for what, and by which levers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from app import findings, state
from app.pipeline import scenarios as known_scenarios
from app.pipeline.plans import PlanRequest
from skills_model.planning.describe.words import KINDS

FEWEST, MOST, USUAL = 4, 20, 12  # periods
BUDGET, STEP = 500_000, 50_000  # pounds
LARGEST = 2**53 - 1  # pounds; a browser counts no further
AIMS = {
    "Close the most weighted gap": "gap",
    "Reach a coverage at least cost": "target",
    "Protect critical skills first": "critical",
}
TARGET = 80  # percent
LABELS = {label: kind for kind, label in KINDS.items()}


def organisations(view: state.View) -> dict[str, str]:
    """Return the codes of the organisations that can be planned for, by name; bodies of no region last."""
    places = view.organisations.sort_values("region", key=lambda region: region.isna(), kind="stable")
    return {state.named(place): str(place["code"]) for _, place in places.iterrows()}


def scenarios(view: state.View) -> dict[str, str]:
    """Return label and id of the scenarios that plans by quarter can be made under."""
    return {label: name for name, label in known_scenarios.labels(view.store, view.scope, period="quarter").items()}


def lost_parameters(view: state.View) -> list[str]:
    """Say what the link names that the form cannot hold; to be asked before a widget mends the link."""
    places, known, skills = organisations(view), scenarios(view), _skills(view)
    rules: dict[str, tuple[Callable[[str], bool], str]] = {
        "plan_for": (lambda value: value in places, "an organisation that no longer exists"),
        "budget": (lambda value: state.whole(value, 0, LARGEST), "a budget that is not a whole number of pounds, 0 or more"),
        "periods": (lambda value: state.whole(value, FEWEST, MOST), f"a length that is not a whole number of quarters, {FEWEST} to {MOST}"),
        "scenario": (lambda value: value in known, "a scenario that no longer exists"),
        "aim": (lambda value: value in AIMS, "an aim that there is not"),
        "target": (lambda value: state.whole(value, 1, 100), "a coverage that is not a whole percentage, 1 to 100"),
        "critical": (lambda value: value in skills, "a skill that no longer exists"),
        "without": (lambda value: value in LABELS, "a kind of action that there is not"),
    }
    raw = {name: st.query_params.get_all(name) for name in rules}
    return [f"This link named {said}." for name, (holds, said) in rules.items() if not all(map(holds, raw[name]))]


def ask(view: state.View) -> PlanRequest:
    """Draw the form and return what it asks for."""
    places, known = organisations(view), scenarios(view)
    with st.container(border=True):
        organisation = st.selectbox("Organisation", list(places), key="plan_for", bind="query-params", persist_state="session")
        with st.grid("auto", min_column_width=300):
            budget = st.number_input(
                "Budget in pounds, over the whole plan", min_value=0, value=BUDGET, step=STEP, key="budget", bind="query-params",
                help="Money for development. Funding streams that the store has of the organisation come beside it.",
            )  # fmt: skip
            periods = st.number_input(
                "Length in quarters", min_value=FEWEST, max_value=MOST, value=USUAL, step=1, key="periods", bind="query-params"
            )
            scenario = st.selectbox("Scenario", list(known), key="scenario", bind="query-params")
            settings = _aim(view)
        settings |= _means()
    return PlanRequest(places[str(organisation)], float(budget), int(periods), known[str(scenario)], json.dumps(settings, sort_keys=True))


def _aim(view: state.View) -> dict[str, Any]:
    """Draw what the plan is for; return the settings that differ from the scenario's."""
    aim = AIMS[str(st.selectbox("What the plan is for", list(AIMS), key="aim", bind="query-params"))]
    if aim == "target":
        percent = st.number_input(
            "Coverage to reach by the last quarter, in percent", min_value=1, max_value=100, value=TARGET, step=5, key="target",
            bind="query-params",
        )  # fmt: skip
        return {"objective": {"aim": aim, "target": int(percent) / 100}}
    if aim == "critical":
        skills = _skills(view)
        named = st.multiselect(
            "Critical skills", list(skills), key="critical", bind="query-params",
            placeholder="Those of the cover targets", help="None chosen: the skills of the organisation's cover targets.",
        )  # fmt: skip
        return {"objective": {"aim": aim, "critical": sorted(skills[label] for label in named)}}
    return {}


def _means() -> dict[str, Any]:
    """Draw which levers and which money may be used; return the settings that differ from the scenario's."""
    settings: dict[str, Any] = {}
    with st.expander("Actions and money that may be used"):
        without = st.multiselect("Leave out", list(LABELS), key="without", bind="query-params", placeholder="Nothing is left out")
        hoped = st.checkbox("Count money that is only hoped for", key="hoped_for", bind="query-params")
        whole = st.checkbox(
            "Hires, moves and new posts of small groups in whole people", value=True, key="whole_people", bind="query-params"
        )
    if without:
        settings["levers"] = {"without": sorted(LABELS[label] for label in without)}
    if not whole:
        settings["levers"] = settings.get("levers", {}) | {"whole_people": False}
    if hoped:
        settings["money"] = {"hoped_for": True}
    return settings


def adopt(view: state.View, row: pd.Series | None) -> None:
    """Fill the form with what a plan was asked for, the first time that it is shown."""
    if row is None or st.session_state.get("plan_adopted") == row["run"]:
        return
    st.session_state["plan_adopted"] = row["run"]
    for key, value in asked_for(view, json.loads(row["options"])).items():
        if value is not None and value != st.session_state.get(key, USUALLY.get(key)):  # setting a default warns in the log
            st.session_state[key] = value


USUALLY: Mapping[str, object] = {
    "budget": BUDGET, "periods": USUAL, "aim": next(iter(AIMS)), "target": TARGET, "critical": [], "without": [], "hoped_for": False,
    "whole_people": True,
}  # fmt: skip


def asked_for(view: state.View, options: Mapping[str, Any]) -> dict[str, object]:
    """Return what the form holds for a plan that was asked for; None for what is no longer there."""
    settings = json.loads(options.get("settings", "{}"))
    objective, levers = settings.get("objective", {}), settings.get("levers", {})
    places = view.organisations[view.organisations["code"] == options["organisation"]]
    aims = {aim: label for label, aim in AIMS.items()}
    skills = {name: label for label, name in _skills(view).items()}
    return {
        "plan_for": None if places.empty else state.named(places.iloc[0]),
        "budget": int(options["budget"] or 0),
        "periods": int(options["periods"]),
        "scenario": {name: label for label, name in scenarios(view).items()}.get(options["scenario"]),
        "aim": aims[objective.get("aim", "gap")],
        "target": round(100 * objective.get("target", TARGET / 100)),
        "critical": [skills[name] for name in objective.get("critical", []) if name in skills],
        "without": [KINDS[kind] for kind in levers.get("without", []) if kind in KINDS],
        "hoped_for": bool(settings.get("money", {}).get("hoped_for", False)),
        "whole_people": bool(levers.get("whole_people", True)),
    }


def request_of(row: pd.Series) -> PlanRequest:
    """Return what a plan was asked for."""
    asked = json.loads(str(row["options"]))
    asked.pop("version", None)
    return PlanRequest(**asked)


def named(row: Mapping[Any, Any]) -> str:
    """Name a plan of the store by what it was asked for, and tell those apart that were asked for alike."""
    return f"{said(json.loads(str(row['options'])))} ({moment(row['finished_at'])}, {str(row['run'])[:8]})"


def moment(when: object) -> str:
    """Write a moment of the store (UTC) as a list has room for it.

    >>> moment("2026-11-02 09:05:00")
    '2 Nov 2026, 09:05'
    """
    stamp = pd.Timestamp(str(when))
    return f"{stamp.day} {stamp:%b %Y, %H:%M}"


def said(options: Mapping[str, Any]) -> str:
    """Name a plan by what it was asked for; its aim where that is not the usual one."""
    settings = json.loads(options.get("settings", "{}"))
    aim = settings.get("objective", {}).get("aim", "gap")
    budget = findings.pounds(options["budget"] or 0)
    parts = [str(options["organisation"]), budget, f"{options['periods']} quarters", str(options["scenario"])]
    parts += [label.lower() for label, name in AIMS.items() if name == aim != "gap"]
    if without := settings.get("levers", {}).get("without"):
        parts.append("without " + ", ".join(KINDS.get(kind, kind).lower() for kind in without))
    if settings.get("money", {}).get("hoped_for"):
        parts.append("with money hoped for")
    if options.get("relaxed", "[]") != "[]":
        parts.append("limits relaxed")
    if options.get("follows"):
        parts.append("made again from what was done")
    return ", ".join(parts)


def _skills(view: state.View) -> dict[str, str]:
    """Return the ids of skills by their names."""
    return {label: name for name, label in sorted(state.labels(view)["skill"].items(), key=lambda item: item[1])}
