"""Explore skills gaps: which roles and skills are short."""

import pandas as pd
import streamlit as st

from app import charts, findings, frame, state
from app.findings import Measure
from app.state import ALL, FilterState

HOW = """
- **Staff below the required rank** is the FTE of people in post whose rank in a skill is below what their role level requires.
- **Ranks short** counts every missing rank of people in post: unmet by one rank counts as one rank, not as nothing held.
- **Short in all** adds vacant posts, which hold no skill.
- **Coverage** is the FTE at the required rank or above, divided by posts (or staff, where there are more staff than posts).
- The newest assessment of the best kind counts: test, evidence, manager, then self. **Not assessed is unknown, never zero**: the low end
  takes such people to hold nothing, the high end everything required, the middle what assessed people in the same role level hold.
- Where only protected numbers may be seen, 1 to 7 people are shown as `*`, other counts are rounded to the nearest 5, and totals need not
  add up.
- A blank cell means that no post there requires the skill.
- **Data quality**: an assessment is old where the assumption says so (two years by default); two kinds of assessment of one skill, neither
  old, disagree where they are as many ranks apart as the assumption says, or more (two by default).
- **Self-assessments lower** asks what the answer would be if people placed themselves too high: low end, middle and high end of every
  self-assessment are lowered, never below none.
- **Trend**: staff lists, assessments and establishments as they were known at each date, requirements as they are today, only
  organisations with more than one staff list. Before its first establishment an organisation has the posts of that one. A change is part
  vacancies, part staff (more or fewer people below the required rank at unchanged skills) and part skills (a larger or smaller share of
  staff below it).
"""
SMALLEST_FTE = 0.05  # below it the figure would be written as 0
COLUMNS = {
    "place": "Role family",
    "skill": "Skill",
    "people": "People",
    "required": "Required FTE",
    "coverage": "Coverage",
    "staff_short": "Staff short FTE",
    "vacant": "Vacant FTE",
    "ranks": "Ranks short",
    "assessed": "Assessed",
}
TRUST = {
    "place": "Role family",
    "skill": "Skill",
    "people": "People",
    "assessed": "Assessed",
    "age": "Median age",
    "old": "Old",
    "own": "One's own view",
    "apart": "Kinds that disagree",
}


def page() -> None:
    """Draw the page."""
    view = frame.begin(
        "Explore skills gaps",
        "Which roles and skills are short, where, and how sure we are. Every choice is kept in the page's address, so a link can be shared.",
    )
    if state.gaps(view, ["role_family"]).empty:
        frame.nothing_yet(frame.NOBODY)
        frame.end(view, HOW)
        return
    faults = state.lost_parameters(view)
    filters = choose(view)
    frame.lost(faults)
    cut, noun = ("role_family", "role family") if filters.role_family == ALL else ("role", "role")
    gaps, measure = state.gap_cells(view, filters), filters.measured
    context = f"{state.described(filters)}, {view.as_at}"
    every = bool(st.session_state.get("show_all", False))
    shown = charts.heatmap(
        gaps, rows="skill_label", columns=f"{cut}_label", measure=measure, limit=None if every else charts.TOP, context=context
    )
    frame.figure(shown, "heatmap")
    st.toggle(f"Show all skills and {findings.plural(noun)}", key="show_all", bind="query-params")
    quality(view, filters)
    frame.figure(charts.bullet(state.gap_skills(view, filters), name="skill_label", context=context), "bullet")
    ranked(view, findings.ranked(gaps, measure), measure, cut)
    changed(view, filters, noun, context)
    frame.end(view, HOW)


def choose(view: state.View) -> FilterState:
    """Draw the filters and return what they say."""
    with st.grid("auto", min_column_width=300):
        options = state.choices(view)
        region = st.selectbox("Region", options["region"], key="region", bind="query-params")
        kind = st.selectbox("Organisation type", options["organisation_type"], key="organisation_type", bind="query-params")
        near = state.choices(view, region or ALL, kind or ALL)["organisation"]
        organisation = st.selectbox("Organisation", near, key="organisation", bind="query-params")
        family = st.selectbox("Role family", options["role_family"], key="role_family", bind="query-params")
        measure = st.selectbox("Measure", options["measure"], key="measure", bind="query-params")
        bias = st.selectbox("Self-assessments", options["self_bias"], key="self_bias", bind="query-params")
    chosen = {"region": region, "organisation_type": kind, "organisation": organisation, "role_family": family, "measure": measure}
    chosen["self_bias"] = bias
    return FilterState.parse(chosen, options | {"organisation": near})[0]


def quality(view: state.View, filters: FilterState) -> None:
    """Say how far the figures can be trusted."""
    total = state.gap_total(view, filters)
    missing = state.unmapped(view, state.area(view, filters))
    said = findings.quality_finding(None if total is None else total.to_dict())
    if missing >= SMALLEST_FTE:
        said += f". {findings.amount(missing, 'FTE')} of staff are in job titles not mapped to a role yet and count in no gap"
    st.caption(f":material/fact_check: Data quality: {findings.plain(said)}.")


def changed(view: state.View, filters: FilterState, noun: str, context: str) -> None:
    """Draw how the gap has changed from one staff list to the next."""
    dates = state.trend(view, filters)
    days = sorted(dates["as_at"].unique())
    if len(days) < 2:
        st.caption("A trend is shown here once an organisation has a second staff list.")
        return
    said = findings.change_finding(state.changes(view, filters), days)
    frame.figure(charts.trend(dates, measure=filters.measured, noun=noun, headline=said, context=context), "trend")


def ranked(view: state.View, order: pd.DataFrame, measure: Measure, cut: str) -> None:
    """Draw the table, worst first, with its download."""
    st.header(f"Ranked by {measure.label.lower()}", anchor=False)
    rows, place = findings.gap_rows(order, cut), {"place": "Role family" if cut == "role_family" else "Role"}
    noun = "pairs of role and skill"
    short, trust = st.tabs(["What is short", "How far it can be trusted"])
    with short:
        frame.table(rows, COLUMNS | place, name="Table: skills gap, worst first", noun=noun, key="gap_page")
    with trust:
        frame.table(rows, TRUST | place, name="Table: data quality, worst gap first", noun=noun, key="trust_page")
    frame.download_csv(view, "Download as CSV", order, file_name="skills-gaps.csv", key="gap_csv")


page()
