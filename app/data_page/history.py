"""What was taken in, and taking it back."""

from __future__ import annotations

import streamlit as st

from app import findings, frame, state
from app.data_page import words
from app.pipeline import intake
from optimiser.errors import SkillsplanError

COLUMNS = {
    "number": "Import",
    "kind": "Kind",
    "source": "File",
    "organisation": "Organisation",
    "rows": "Rows",
    "when": "Taken in (UTC)",
    "undone": "Undone (UTC)",
}

OUTCOME = "undo_outcome"


def draw(view: state.View) -> None:
    """Draw the tab."""
    listed = intake.imports(view.store, view.scope)
    st.header(findings.plain(words.history(listed)), anchor=False)
    told()
    frame.table(words.written_imports(listed), COLUMNS, name="Table: imports, newest first", noun="imports", key="import_page")
    left = listed[listed["undone_at"].isna()]
    if left.empty:
        return
    st.subheader("Undo an import", anchor=False)
    st.write("All its rows go, and rows that it replaced come back. The list keeps the import, and the audit log keeps both.")
    options = {words.named_import(row): int(row["import_run"]) for row in left.to_dict("records")}
    chosen = st.selectbox("Import to undo", list(options), index=None, placeholder="Choose an import", key="undo_which")
    if st.button("Undo it", key="undo", disabled=chosen is None, icon=":material/undo:"):
        confirm(view, options[str(chosen)], str(chosen))


@st.dialog("Undo this import?")
def confirm(view: state.View, number: int, name: str) -> None:
    """Ask once more, then take the import back."""
    if OUTCOME in st.session_state:  # the button was pressed, and the page behind says what became of it
        st.rerun()
    st.write(findings.plain(name))
    st.write("Gaps, coverage and plans will no longer use it. It can be imported again afterwards.")
    st.button("Yes, undo it", type="primary", key="undo_yes", on_click=undo, args=(view, number))
    if st.button("Keep it", key="undo_no"):
        st.rerun()


def undo(view: state.View, number: int) -> None:
    """Take an import back and leave word of it for the page."""
    try:
        st.session_state[OUTCOME] = words.undone(number, intake.undo(view.store, number)), ""
    except SkillsplanError as error:
        st.session_state[OUTCOME] = "", str(error)
    st.session_state["undo_which"] = None


def told() -> None:
    """Say what became of an undo, once."""
    done, failed = st.session_state.pop(OUTCOME, ("", ""))
    if done:
        st.success(findings.plain(done), icon=":material/undo:")
    if failed:
        st.error("It cannot be undone. Why is said below.", icon=":material/error:")
        st.text(failed)
