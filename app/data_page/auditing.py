"""The zero-based skills audit: who has answered, and the forms."""

from __future__ import annotations

import streamlit as st

from app import findings, frame, state
from app.data_page import places, words
from app.pipeline import audit
from app.report import audit_form
from optimiser.errors import SkillsplanError

COLUMNS = {
    "team": "Team", "issued": "Written on", "asked": "Asked", "returned": "Returned", "missing": "Missing", "share": "Share", "last": "Last return",
}  # fmt: skip
EVERY = "All teams"


def draw(view: state.View) -> None:
    """Draw the tab."""
    organisation = places.choose(view, "audit_of")
    if organisation is None:
        return
    progress = audit.progress(view.store, view.scope, [organisation])
    st.header(findings.plain(words.progress_finding(progress)), anchor=False)
    if len(progress):
        frame.table(words.written_progress(progress), COLUMNS, name="Table: answers by team", noun="teams", key="audit_page")
        st.caption(audit.RETURNED)
    st.subheader("Write forms", anchor=False)
    st.write(
        "A workbook a team: each person assesses the skills that their role level needs, their manager adds a view, and the file comes back in on "
        "the tab 'Import a file' as a skills file, without any mapping. It asks from zero: what is held now is not shown."
    )
    forms(view, organisation)


def forms(view: state.View, organisation: str) -> None:
    """Make forms when asked, then offer them; names are in memory only until the page is left."""
    teams = audit.teams(view.store, view.scope, organisation)
    if not teams:
        st.info(
            "Nobody there is in a role level that needs skills yet. Import staff, and say on the tab 'Meanings' what their job titles mean."
        )
        return
    team = st.selectbox("Team", [EVERY, *teams], key="audit_team")
    staff_list = st.file_uploader(
        "Staff list with names (optional)",
        type=["csv", "xlsx"],
        key="audit_names",
        help="Names go into the forms and nowhere else; they are not kept.",
    )
    show = st.checkbox(
        "Note the required and the held rank at each cell", key="audit_levels", help="Off: people who see a figure tend to repeat it."
    )
    if st.button("Make the forms", key="audit_make", icon=":material/assignment:"):
        try:
            with st.spinner("Making the forms"):
                issue = audit.prepare_forms(
                    view.store,
                    view.scope,
                    organisation,
                    None if team == EVERY else str(team),
                    None if staff_list is None else (staff_list.getvalue(), staff_list.name),
                )
                content = audit_form.packed(audit_form.files(issue, show_levels=show))
        except SkillsplanError as error:
            st.error("The forms could not be made. What to do is said below.", icon=":material/error:")
            st.text(str(error))
            return
        st.write(findings.plain(words.issue(issue)))

        def taken() -> bytes:
            audit.record_forms(view.store, issue)
            return content

        st.download_button(
            "Download the forms", data=taken, file_name=f"skills-audit-{organisation.lower()}.zip", mime="application/zip", key="audit_zip",
            on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        st.caption("Downloading them notes today as the day on which these teams were asked.")
