"""What is lost if one person, a team or an age band near retirement goes."""

from __future__ import annotations

import streamlit as st

from app import findings, frame, people, state
from app.people_page.readers import ask
from skills_model.people import Cohorts

ONE, TEAM, COHORT = "One person", "A team", "An age band near retirement"
EVERYWHERE = "Everywhere"
ONE_COLUMNS = {
    "team": "Team", "skill": "Skill", "rank": "Rank", "people": "Wanted", "held": "Hold it", "fte": "FTE", "left": "Left", "persons": "Held by",
}  # fmt: skip
TEAM_COLUMNS = {
    "skill": "Skill", "rank": "Rank", "people": "Wanted", "held": "Hold it", "going": "Go", "left": "Left", "below": "Below cover",
}  # fmt: skip

COHORT_COLUMNS = {"band": "If these go"} | TEAM_COLUMNS


def draw(view: state.View, organisation: str, goes: str, team: str) -> None:
    """Draw what is left when somebody goes; `team` is one team, or where to look for what hangs on one person."""
    if goes == ONE:
        _one(view, organisation, team)
    elif goes == TEAM:
        _team(view, organisation, team)
    else:
        _cohorts(view, organisation)


def _one(view: state.View, organisation: str, team: str) -> None:
    loss = ask(view, "loss_of_one", (organisation,))
    st.header(findings.plain(people.one_finding(loss)), anchor=False)
    shown = loss if team == EVERYWHERE else loss[loss["team"] == ("" if team == people.WHOLE else team)]
    if (first := shown[shown["single"]].head(3)).size:
        st.markdown("\n".join(f"- {findings.plain(people.one_sentence(row))}" for _, row in first.iterrows()))
    frame.table(
        people.one_rows(shown),
        ONE_COLUMNS,
        name="Table: skills that hang on one holder",
        noun="skills",
        key="one_page",
        filtered_of=len(loss),
    )
    st.caption("Held by: the first characters of pseudonyms, in no order of merit. No name is stored here.")
    frame.download_csv(view, "Download as CSV", shown, file_name="loss-of-one.csv", key="one_csv")


def _team(view: state.View, organisation: str, team: str) -> None:
    loss = ask(view, "loss_of_team", team, (organisation,))
    st.header(findings.plain(people.team_finding(team, loss)), anchor=False)
    frame.table(people.team_rows(loss), TEAM_COLUMNS, name="Table: skills that go with the team", noun="skills", key="team_page")
    st.caption("People of the team who hold a post in another team of the organisation stay.")
    frame.download_csv(view, "Download as CSV", loss, file_name="loss-of-team.csv", key="team_csv")


def _cohorts(view: state.View, organisation: str) -> None:
    cohorts: Cohorts = ask(view, "loss_of_cohorts", (organisation,))
    st.header("What goes with people near retirement", anchor=False)
    st.markdown("\n".join(f"- {findings.plain(people.cohort_sentence(group))}" for _, group in cohorts.groups.iterrows()))
    if not cohorts.skills.empty:
        frame.table(
            people.team_rows(cohorts.skills), COHORT_COLUMNS, name="Table: skills that go with an age band", noun="skills", key="band_page"
        )
        frame.download_csv(view, "Download as CSV", cohorts.skills, file_name="loss-of-age-bands.csv", key="band_csv")
    st.caption(
        "By suggested targets; who goes is rounded. A skill is listed only where a large enough group of its holders goes and a large enough one stays; any "
        "other list would tell how old single people are. What few people hold is shown under 'One person', whatever their age."
    )
