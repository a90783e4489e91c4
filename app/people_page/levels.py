"""What a role level needs and who holds it, who is within reach of it, and which way leads to it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from app import charts, findings, frame, guard, people, state
from app.people_page.readers import ask
from app.pipeline import people as use
from app.pipeline.people import Reach
from optimiser.errors import SkillsplanError
from skills_model.errors import ScopeError
from skills_model.people import CareerPath

MOST = 12  # skills in the chart; the table has all
PROFILE = {
    "skill": "Skill", "rank": "Rank required", "people": "People", "coverage": "Coverage", "short": "Staff short FTE", "vacant": "Vacant FTE",
    "assessed": "Assessed",
}  # fmt: skip
HOLDERS = {
    "team": "Team", "person": "Person", "fte": "FTE", "rank": "Rank now", "range": "Range", "kind": "Judged by", "on": "On",
}  # fmt: skip
REACH = {
    "team": "Team", "person": "Person", "now": "Role level now", "within": "Within reach", "missing": "Ranks missing", "unknown": "Not assessed",
}  # fmt: skip
COUNTS = {
    "name": "Organisation", "headcount": "Do not hold it", "certainly": "Certainly", "possibly": "Possibly", "unknown": "Too little known",
}  # fmt: skip
RANKS = {
    "skill_label": "Skill", "before_label": "From", "after_label": "To", "ranks": "Ranks to gain", "taught": "Courses lead to",
}  # fmt: skip
COURSES = {
    "course_label": "Course", "provider": "Provider", "skills": "Skills", "price": "Price", "hours": "Hours", "weeks": "Weeks",
}  # fmt: skip
BANDS = {"role_level_label": "Role level", "band": "Band", "band_from": "Said by", "ranks": "Ranks to gain"}
STAFF = {"far": "Ranks missing", "headcount": "People", "with_unknown": "Not assessed in all skills"}


def profile(view: state.View, level: str, label: str, organisation: str) -> None:
    """Draw what a role level needs, how far it is met, and who holds it."""
    needs = ask(view, "role_profile", level, (organisation,))
    shown = charts.bullet(needs.dropna(subset=["required_fte"]), name="skill_label", limit=MOST, context=label)
    frame.figure(shown if len(needs) > MOST else replace(shown, status=""), "profile_bullet")
    frame.table(
        people.profile_rows(needs), PROFILE, name="Table: ranks required and how far they are met", noun="skills", key="profile_page"
    )
    frame.download_csv(view, "Download as CSV", needs, file_name=f"role-profile-{level}.csv", key="profile_csv")
    st.header(f"Who holds it: {findings.plain(label)}", anchor=False)
    try:
        holders = ask(view, "role_holders", level, (organisation,))
    except ScopeError as error:
        st.info(str(error), icon=":material/lock:")
        return
    if holders.empty:
        st.write("Nobody there holds it.")
        return
    skills = dict(zip(needs["skill_label"], needs["skill"], strict=True))
    skill = skills.get(str(st.selectbox("Skill", list(skills), key="profile_skill")))
    ranks = ask(view, "ranks")
    names = dict(zip(ranks.loc[ranks["skill"] == skill, "rank"], ranks.loc[ranks["skill"] == skill, "rank_label"], strict=True))
    frame.table(
        people.holder_rows(holders[holders["skill"] == skill], names),
        HOLDERS,
        name="Table: holders of the role level, by team and pseudonym",
        noun="people",
        key="holder_page",
    )
    st.caption("In the order of team and pseudonym, which says nothing about anybody.")


def reach(view: state.View, level: str, organisation: str, within: int) -> None:
    """Draw the staff within reach of a role level and the file for the user's own use."""
    found: Reach = ask(view, "reach", level, (organisation,), within)
    st.header(findings.plain(people.reach_finding(found.label, within, found.counts)), anchor=False)
    everywhere = st.toggle("Count in all organisations", key="everywhere", bind="query-params")
    if found.people is None:
        st.info("Your access does not include single people, so they are only counted.", icon=":material/lock:")
    if everywhere or found.people is None:
        counts = ask(view, "reach_by_organisation", level, within) if everywhere else found.counts
        frame.table(
            counts.astype("str"), COUNTS, name="Table: staff within reach by organisation", noun="organisations", key="reach_counts"
        )
        frame.download_csv(view, "Download as CSV", counts, file_name=f"within-reach-of-{level}-by-organisation.csv", key="counts_csv")
        return
    if found.people.empty:
        return
    frame.table(
        people.reach_rows(found.people), REACH, name="Table: staff within reach, by team and pseudonym", noun="people", key="reach_page"
    )
    st.caption("In the order of team and pseudonym, which says nothing about anybody: it is a list for talks, not a ranking.")
    _export(view, found, found.people, organisation)


def _export(view: state.View, found: Reach, listed: pd.DataFrame, organisation: str) -> None:
    st.subheader("Take it away", anchor=False)
    file = st.file_uploader(
        "Staff list with names (optional)",
        type=["csv", "xlsx"],
        key="reach_names",
        help="Names go into the file that you download and nowhere else; they are not kept.",
    )
    called = None
    if file is not None:
        try:
            called = use.names(view.store, view.scope, organisation, (file.getvalue(), file.name))
        except SkillsplanError as error:
            st.error("The staff list could not be read. What to do is said below.", icon=":material/error:")
            st.text(str(error))
        else:
            named = int(listed["person"].isin(list(called)).sum())
            st.caption(f"{named:,} of {len(listed):,} people are in the staff list; their names will be in the file.")
    st.download_button(
        "Download as CSV",
        data=lambda: guard.csv_bytes(use.reach_rows(view.store, found, called), demonstration=view.demonstration),
        file_name=f"within-reach-of-{found.role_level}.csv",
        mime="text/csv",
        key="reach_csv",
        on_click="ignore",
        icon=":material/download:",
    )


def path(view: state.View, start: str, goal: str, organisation: str) -> None:
    """Draw the way from one role level to another."""
    found: CareerPath = ask(view, "path", start, goal, (organisation,))
    bands = found.bands
    st.header(
        findings.plain(people.path_finding(found, bands["role_level_label"].iloc[0], bands["role_level_label"].iloc[-1])), anchor=False
    )
    frame.table(people.path_rows(found), RANKS, name="Table: ranks to gain", noun="skills", key="path_page")
    frame.download_csv(view, "Download as CSV", found.ranks, file_name=f"path-{start}-to-{goal}.csv", key="path_csv")
    st.subheader("Courses", anchor=False)
    if found.courses.empty:
        st.write("No course in the store gives any of these ranks. Courses come in on the page 'Data and quality'.")
    else:
        times = {name: found.courses[name].map("{:g}".format) for name in ("hours", "weeks")}
        courses = found.courses.assign(price=found.courses["price"].map(findings.pounds), **times).fillna({"provider": "-"})
        frame.table(courses, COURSES, name="Table: courses on the way", noun="courses", key="course_page")
        st.caption("The cheapest way for each skill by itself; a course that serves several skills is paid once.")
        if missing := people.untaught(found):
            st.write("What no course gives:")
            st.markdown("\n".join(f"- {findings.plain(said)}" for said in missing))
    st.subheader("Bands on the way", anchor=False)
    frame.table(
        bands.fillna({"band": "not known"}), BANDS, name="Table: role levels and bands on the way", noun="role levels", key="band_page"
    )
    st.caption("A suggestion is no decision: local job evaluation decides.")
    st.subheader(f"How far staff at the role level {findings.plain(bands['role_level_label'].iloc[0])} have to go", anchor=False)
    if found.staff.empty:
        st.write("Nobody there holds it.")
        return
    far = [people.far(row["missing_from"], row["missing_to"]) for row in found.staff.to_dict("records")]
    frame.table(found.staff.assign(far=far), STAFF, name="Table: how far the staff are", noun="groups", key="staff_page")
