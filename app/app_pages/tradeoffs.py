"""Scenarios and trade-offs: which plan is worth it."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from app import charts, findings, frame, page_words, state, tradeoff_words
from app.following_page import telling
from app.pipeline import tradeoffs as use
from app.pipeline.plans import PlanResult
from app.plan_page import asking, more_money
from optimiser.errors import SkillsplanError
from skills_model.comparison import Comparison, compare
from skills_model.errors import ScopeError

HOW = """
- Both plans are shown as they were made and stored. **What they were made from** lists every setting and assumption that differs; settings that
  a scenario only says of itself, such as its author, do not count.
- A change is the second plan less the first. Ranks short are those of the last period, vacancies included.
- **Budget against gap closed** makes the plan again with other budgets. Every point is a plan that was solved; the knee is the budget after
  which more brings least more.
- **The change log** lists the plans that the organisation of the first plan adopted, why, and what each changed.
- **How evenly teams gain** takes what the people of each team lack now, and the part of it that the plan closes in their role levels and skills,
  as if people of a role level shared alike in what is done for it. Who really goes is decided by managers, place by place.
"""
RESULTS = {"measure": "Measure", "first": "First plan", "second": "Second plan", "change": "Change"}
INPUTS = {"label": "Setting", "first": "First plan", "second": "Second plan", "unit": "Unit"}
ACTIONS = {"action": "Action", "where": "Where", "change": "Change, FTE", "cost": "Change of cost"}
TEAMS = {"team": "Team", "headcount": "People", "short": "Ranks short now", "closed": "Closed", "share": "Share closed"}


def page() -> None:
    """Draw the page."""
    view = frame.begin("Scenarios and trade-offs", "Which plan is worth it: two plans side by side, what more money brings, and who gains.")
    made = use.made(view.store, view.scope)
    if made.empty:
        st.info("There is no plan yet. Build one, then another with other money, another scenario or another aim, and compare them here.")
        st.page_link("app_pages/plan.py", label="Build a plan", icon=":material/edit_note:")
        frame.end(view, HOW)
        return
    labels = {asking.named(row): str(row["run"]) for row in made.to_dict("records")}
    frame.lost(lost(labels))
    with st.grid("auto", min_column_width=420):
        first = st.selectbox("First plan", list(labels), index=min(1, len(labels) - 1), key="first_plan", bind="query-params")
        second = st.selectbox("Second plan", list(labels), key="second_plan", bind="query-params")
    one, other = (made[made["run"] == labels[str(name)]].iloc[0] for name in (first, second))
    drawn: dict[str, Callable[[], None]] = {
        "Side by side": lambda: side_by_side(view, one, other),
        "Budget against gap closed": lambda: frontier(view, one),
        "How evenly teams gain": lambda: evenly(view, one, other),
        "Change log": lambda: telling.draw(view, str(one["organisation"])),
    }
    tabs = st.tabs(list(drawn), key="tradeoff_part", bind="query-params")
    for tab, draw in zip(tabs, drawn.values(), strict=True):
        if tab.open:
            with tab:
                draw()
    frame.end(view, HOW)


def frontier(view: state.View, one: pd.Series) -> None:
    """Show what other budgets would do to the first plan."""
    st.caption("Of the first plan.")
    more_money.show(view, PlanResult.from_json(str(one["result"])), one)


def lost(labels: dict[str, str]) -> list[str]:
    """Say which plans of a link are no longer there; to be asked before a widget mends the link."""
    raw = {name: st.query_params.get(name) for name in ("first_plan", "second_plan")}
    return ["This link named a plan that is not in this store." for value in raw.values() if value is not None and value not in labels]


def side_by_side(view: state.View, one: pd.Series, other: pd.Series) -> None:
    """Show two plans side by side."""
    if one["run"] == other["run"]:
        st.write("Choose two different plans to see what differs.")
        return
    try:
        found = compare(use.of_run(view.store, view.scope, one), use.of_run(view.store, view.scope, other))
    except SkillsplanError as error:
        st.error("What these plans were made from is no longer there. What to do is said below.", icon=":material/error:")
        st.text(page_words.of(error))
        return
    st.header(findings.plain(tradeoff_words.headline(found)), anchor=False)
    for said in tradeoff_words.beside(found):
        st.caption(findings.plain(f"{said}."))
    frame.table(tradeoff_words.results(found.results), RESULTS, name="Table: what the plans come to", noun="measures", key="result_page")
    st.header("What they were made from", anchor=False)
    made_from(found)
    st.header("What the second plan does otherwise", anchor=False)
    frame.table(tradeoff_words.actions(found.actions), ACTIONS, name="Table: actions that differ", noun="actions", key="differing_page")
    shown = found.closes[found.closes["cut"] == "role_family"].rename(columns={"first": "do_nothing", "second": "plan"})
    if len(shown):
        said = "Role families in which the plans differ most"
        frame.figure(charts.closes(shown, name="name", label="Role family", cases=("First plan", "Second plan"), headline=said), "beside")
    name = f"compare-{found.first}-{found.second}.csv".replace(" ", "-").lower()
    frame.download_csv(view, "Download what is done otherwise as CSV", found.actions, file_name=name, key="compare_csv")


def made_from(found: Comparison) -> None:
    """Show the settings and assumptions that differ."""
    if found.inputs.empty:
        st.write("The same settings and assumptions.")
        return
    frame.table(tradeoff_words.inputs(found.inputs), INPUTS, name="Table: settings that differ", noun="settings", key="input_page")


def evenly(view: state.View, one: pd.Series, other: pd.Series) -> None:
    """Show how much of what each team lacks a plan closes."""
    both = {"First plan": one} if one["run"] == other["run"] else {"First plan": one, "Second plan": other}
    for which, row in both.items():
        try:
            table = use.fairness(view.store, view.scope, str(row["organisation"]), PlanResult.from_json(str(row["result"])).described)
        except ScopeError as error:
            st.info(findings.plain(page_words.of(error)))
            return
        st.header(findings.plain(tradeoff_words.evenly(table)), anchor=False)
        st.caption(f"{which}.")
        frame.table(
            tradeoff_words.teams(table), TEAMS, name="Table: share closed by team", noun="teams", key=f"team_page_{str(row['run'])[:8]}"
        )


page()
