"""Import a file in steps: say what it is, see how it is understood and what is wrong, mend it, take it in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import streamlit as st

from app import findings, frame, state
from app.data_page import places, words
from app.intake import Desk, Ticket, Upload
from app.pipeline import intake
from skills_model.sources.importing import Imported
from skills_model.sources.kinds import Kind

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = ("csv", "txt", "tsv", "xlsx", "json")
AS_SAID = "As the file says"
NOT_USED = "Not in this file"
FAULTS = {"where": "Where", "column": "Column", "problem": "What is wrong", "found": "Found", "allowed": "Allowed", "action": "What to do"}
MATCHES = {"heading": "Heading in the file", "means": "Means", "sure": "How sure", "how": "Why"}


@st.cache_resource(show_spinner=False)
def desk() -> Desk:
    """Return the one desk of this process at which files are taken in."""
    return Desk()


def draw(view: state.View) -> None:
    """Draw the tab."""
    kinds = {kind.label: kind for kind in intake.kinds()}
    label = st.selectbox("What kind of file is it?", list(kinds), key="kind", bind="query-params", persist_state="session")
    kind = kinds[str(label)]
    st.write(kind.sentence)
    if kind.example is not None:
        frame.download(
            view,
            "Download a template for it",
            lambda: intake.template(view.store, kind.name),
            file_name=f"{kind.name}.xlsx",
            mime=XLSX,
            key="template",
        )
    upload = ask(view, kind)
    if st.button("Check the file", type="primary", key="check", icon=":material/fact_check:"):
        if upload is None:
            st.error("Choose a file first.", icon=":material/error:")
        else:
            send(view, upload)
    ticket = desk().errand(_current())
    if ticket is not None and not ticket.ended.is_set():
        progress()
    elif ticket is not None:
        ended(view, ticket)


def ask(view: state.View, kind: Kind) -> Upload | None:
    """Draw what is asked about a file, and return what was sent; None while there is no file."""
    organisation, as_at = None, None
    with st.grid("auto", min_column_width=300):
        if kind.about == "organisation":
            known = places.names(view)
            itself = {AS_SAID: None} if any(field.name == "organisation" for field in kind.fields) else {}
            chosen = st.selectbox("Whose file is it?", [*itself, *known], key="import_for", persist_state="session")
            organisation = known.get(str(chosen))
        if kind.dated:
            day = st.date_input("Which day does it describe?", value=None, max_value="today", format="DD/MM/YYYY", key="import_as_at")
            as_at = day if isinstance(day, dt.date) else None
    file = st.file_uploader(
        "File", type=list(TYPES), key="import_file", help="CSV in any usual form, or .xlsx; at most 50 MB, .xlsx 20 MB."
    )
    return None if file is None else Upload(kind.name, file.name, file.getvalue(), organisation, as_at)


def send(view: state.View, upload: Upload) -> None:
    """Hand a file over, in the place of the one before."""
    desk().drop(_current())
    st.session_state["intake_ticket"] = desk().take(view.store, view.scope, upload)


@frame.again(1)
def progress() -> None:
    """Show that work goes on, every second, until it has ended."""
    ticket = desk().errand(_current())
    if ticket is None or ticket.ended.is_set():
        st.rerun()
    with st.container(border=True):
        st.progress(
            min(0.95, ticket.seconds / 60), text=f"{ticket.step}: {findings.plain(ticket.asked.name)}, {ticket.seconds:.0f} seconds so far"
        )
        st.caption("You can go to another page meanwhile: it goes on, and is shown here when it is done.")


def ended(view: state.View, ticket: Ticket) -> None:
    """Show what became of a file."""
    if ticket.failed:
        st.error(ticket.failed, icon=":material/error:")
    elif ticket.error is not None:
        st.error("The file could not be taken. Nothing was changed. What to do is said below.", icon=":material/error:")
        st.text(str(ticket.error))
    elif ticket.answer is not None:
        answered(view, ticket.asked, ticket.answer)


def answered(view: state.View, upload: Upload, result: Imported) -> None:
    """Show how a file was understood, what is wrong, and the next step."""
    st.header(findings.plain(words.headline(result)), anchor=False)
    st.caption(findings.plain(words.about(upload)))
    if result.number is not None:
        done(result)
    elif result.faults:
        st.error("Nothing was taken in. Every fault is listed, so that all can be mended at once.", icon=":material/error:")
        mend(view, upload, result)
    else:
        st.success("Nothing is wrong with it. Nothing was taken in yet.", icon=":material/check_circle:")
        if st.button("Import it", type="primary", key="import", icon=":material/database_upload:"):
            send(view, words.changed(upload, dry=False))
            st.rerun()
    consequences(view, result)
    understood(view, upload, result)


def done(result: Imported) -> None:
    """Say that a file is in."""
    st.success(f"Import {result.number}. The tab 'Imports and undo' can undo it.", icon=":material/check_circle:")
    if result.built is not None and len(result.built.unmapped):
        st.info("Some words in it have no meaning yet: see the tab 'Meanings'.", icon=":material/translate:")


def mend(view: state.View, upload: Upload, result: Imported) -> None:
    """Show the faults, give the rows out to be mended, and take them back."""
    faults = words.written_faults(intake.gathered(result.faults), result.content.name)
    frame.table(faults, FAULTS, name="Table: faults of the file", noun="kinds of fault", key="fault_page")
    # No mark of a demonstration: the columns are those of the user's own file, and it comes back.
    frame.download(
        view,
        "Download the wrong rows to mend",
        lambda: intake.faults_file(result.faults, result),
        file_name=f"{upload.kind}-to-mend.csv",
        mime="text/csv",
        key="to_mend",
    )
    mended = st.file_uploader(
        "Mended rows",
        type=["csv"],
        key=f"mended_{_current()}",
        help="The file above, with the wrong values corrected. Keep its column 'row'.",
    )
    if st.button("Check it with the mended rows", key="check_mended", icon=":material/fact_check:"):
        if mended is None:
            st.error("Choose the file of mended rows first.", icon=":material/error:")
        else:
            send(view, words.changed(upload, mended=mended.getvalue()))
            st.rerun()


def consequences(view: state.View, result: Imported) -> None:
    """Say what goes into the store, what is left out on purpose, and what nobody has told the meaning of."""
    if result.built is None:
        return
    tables = words.written_tables(result)
    if len(tables):
        frame.table(tables, {"table": "Kept as", "rows": "Rows"}, name="Table: rows by table", noun="tables", key="table_page")
    if len(result.built.left_out):
        st.subheader("Left out on purpose", anchor=False)
        headings = {"reason": "Why", "rows": "Rows", "fte": "FTE"}
        frame.table(words.written_left_out(result.built.left_out), headings, name="Table: rows left out", noun="reasons", key="left_page")
    if len(result.built.unmapped):
        st.subheader("Without a meaning yet", anchor=False)
        labels = state.labels(view)
        names = {**labels["role_level"], **labels["skill"]}
        frame.table(
            words.written_unmapped(result.built.unmapped, names),
            words.UNMAPPED,
            name="Table: words without a meaning",
            noun="words",
            key="word_page",
        )
    for note in result.built.notes:
        st.caption(findings.plain(note))


def understood(view: state.View, upload: Upload, result: Imported) -> None:
    """Show how the headings were understood, and let that be changed."""
    st.subheader("How its headings were understood", anchor=False)
    kind = next(kind for kind in intake.kinds() if kind.name == upload.kind)
    frame.table(words.written_matches(result.matches, kind), MATCHES, name="Table: headings", noun="headings", key="match_page")
    if result.number is not None or kind.parse is not None:
        return
    with st.expander("Change what a heading means"), st.form("headings", border=False):
        headings = [NOT_USED, *(match.heading for match in result.matches)]
        now = {match.field: match.heading for match in result.matches if match.field is not None}
        picked: dict[str, str] = {}
        with st.grid("auto", min_column_width=300):
            for field in kind.fields:
                place = headings.index(now.get(field.name, NOT_USED))
                label = f"{words.sentence(field.name)}{' (needed)' if field.needed else ''}"
                picked[field.name] = str(
                    st.selectbox(label, headings, index=place, key=f"field_{field.name}_{_current()}", help=field.description)
                )
        if st.form_submit_button("Check again with these"):
            again(view, upload, result, picked)


def again(view: state.View, upload: Upload, result: Imported, picked: Mapping[str, str]) -> None:
    """Check a file anew with headings as the user has put them; a heading that no field takes any more is not used."""
    faults = words.taken_twice(picked, NOT_USED)
    if faults:
        st.error(findings.plain(faults), icon=":material/error:")
        return
    send(view, words.changed(upload, chosen=words.chosen(result.matches, picked, NOT_USED)))
    st.rerun()


def _current() -> str:
    """Return the ticket of this session; widgets that belong to its answer are named after it, so that the next answer starts afresh."""
    return str(st.session_state.get("intake_ticket", ""))
