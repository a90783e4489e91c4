"""Overview: where we are."""

import pandas as pd
import streamlit as st

from app import charts, findings, frame, state
from app.findings import MEASURES
from app.following_page import readers, words

PLANS = 3  # whose overdue milestones are said singly
HOW = """
- **Staff in post** are full-time equivalents (FTE, also called WTE) in the latest staff list of each organisation.
- **Vacancies** are funded posts without staff, and their share of all posts.
- **Coverage** is the FTE at the required rank or above, as a share of the posts that require it, over every skill of every post.
  A vacant post holds no skill. The range shows how far assessments may be off, and what is unknown about people not yet assessed.
- **Ranks short** adds up, over posts and skills, how many ranks are missing: somebody at rank 1 of a skill that needs rank 3 is two
  ranks short, and so is each vacant post by all the ranks it needs.
"""


def page() -> None:
    """Draw the page."""
    view = frame.begin(
        "Overview", "The digital, data and technology workforce: who is in post, which skills are there, and what is missing."
    )
    families = state.gaps(view, ["role_family"])
    if families.empty:
        frame.nothing_yet(frame.NOBODY)
        frame.end(view, HOW)
        return
    total = state.gaps(view, []).iloc[0]
    worst = findings.ranked_by(families, "total_ranks_short").iloc[0]
    st.header(
        findings.plain(
            findings.overview_finding(
                total["coverage"],
                total["coverage_low"],
                total["coverage_high"],
                str(worst["role_family_label"]),
                worst["total_ranks_short"],
            )
        ),
        anchor=False,
    )
    tiles(view, total)
    overdue(view)
    st.divider()
    journeys()
    st.divider()
    frame.figure(charts.bullet(families, name="role_family_label", context=f"Data of {view.as_at}"), "overview_families")
    frame.end(view, HOW)


def tiles(view: state.View, total: pd.Series) -> None:
    """Draw the four figures that say where we are."""
    size = state.size(view)
    places = f"{findings.amount(size['headcount'])} people in {len(view.organisations):,} organisations"
    vacant = f"{findings.percent(size['vacancy_share'])} of {findings.amount(size['posts'])} posts"
    spread = f"between {findings.percent(total['coverage_low'])} and {findings.percent(total['coverage_high'])}"
    frame.tiles(
        (
            ("Staff in post, FTE", findings.amount(size["fte"]), places),
            ("Vacancies, FTE", findings.amount(size["vacancy_fte"]), vacant),
            ("Coverage of required skills", findings.percent(total["coverage"]), spread),
            (
                "Skills short, in ranks",
                findings.amount(total["total_ranks_short"]),
                f"{findings.percent(total['assessed_share'])} of skills assessed",
            ),
        )
    )


def overdue(view: state.View) -> None:
    """Say whose plans have milestones that are overdue, and lead to them; the plans with most of them first."""
    late = readers.overdue(view)
    if late.empty:
        return
    names = dict(zip(view.organisations["code"], view.organisations["name"], strict=True))
    plans = sorted(late.groupby(["organisation", "run"]), key=lambda plan: -len(plan[1]))
    with st.container(border=True):
        for (code, run), rows in plans[:PLANS]:
            st.write(f":material/event_busy: {findings.plain(words.overdue(rows, str(names.get(code, code))))}.")
            st.page_link(
                "app_pages/plan.py",
                label=findings.plain(f"Milestones of {names.get(code, code)}"),
                icon=":material/flag:",
                query_params={"run": str(run), "plan_part": "Milestones"},
            )
        if len(plans) > PLANS:
            st.caption(f"Milestones of {len(plans) - PLANS} more plans are overdue.")


def journeys() -> None:
    """Draw the three ways on from here."""
    st.header("What would you like to do?", anchor=False)
    with st.grid(3, min_column_width=235, border=True):
        with st.container():
            st.markdown("**Find where skills fall short**")
            st.write("By region, organisation, role family and skill, with a table to take away.")
            st.page_link("app_pages/explore.py", label="Explore skills gaps", icon=":material/search:")
        with st.container():
            st.markdown("**See how far coverage reaches**")
            st.write("The same picture as a share of what posts require, to compare places of any size.")
            st.page_link(
                "app_pages/explore.py",
                label="Compare coverage",
                icon=":material/percent:",
                query_params={"measure": MEASURES["coverage"].label},
            )
        with st.container():
            st.markdown("**Plan what to do with a budget**")
            st.write("Whom to train, recruit or contract in, what it closes against doing nothing, and what it costs.")
            st.page_link("app_pages/plan.py", label="Build a plan", icon=":material/route:")


page()
