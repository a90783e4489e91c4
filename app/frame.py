"""What every page has: title and sentence, the demonstration banner, figures, tables that can be read, downloads, the data's date."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler
from pandas.io.formats.style_render import CSSDict

from app import findings, guard, state
from app.charts import Figure
from optimiser.errors import SkillsplanError

PAGE_ROWS = 25
ROOMY = 8  # columns that have room for unbroken numbers
NUMBER = re.compile(r"(under |over )?[-+\u2060(]*£?\d[-\d,.%£–()\s\u2060]*(million|points)?\)?")
NO_NUMBER = frozenset(("", "–", "*", "not known", "part-time", "As planned"))  # what stands in a column of numbers for a number
BANNER = "**Demonstration data, not real staff.** Every organisation and person here is invented."
NOBODY = "Nobody in the store is in a role level yet. Import a staff list, say what its job titles mean, and import skills assessments."
NO_STORE = """There is nothing to show yet. To see it all with invented data, run this in the folder of the project and reload this page:"""


def begin(title: str, sentence: str) -> state.View:
    """Draw what a page begins with and return what it works on; a page without data ends here, saying what to do."""
    st.title(title, anchor=False)
    st.write(sentence)
    try:
        view = state.open_view()
    except SkillsplanError as error:
        st.info(NO_STORE, title="No data yet", icon=":material/database:")
        st.code("skillsplan demo", language=None)
        st.caption("To use a store of your own, name its file in SKILLSPLAN_STORE before you start the app.")
        with st.expander("What was found"):
            st.text(str(error))
        st.stop()
    if view.demonstration:
        st.info(BANNER, icon=":material/info:")
    if view.organisations.empty:
        nothing_yet("The store holds no organisation yet. Import the list of NHS organisations, then a staff list.", "The store is empty")
        st.stop()
    return view


def nothing_yet(said: str, title: str = "Nothing to show yet") -> None:
    """Say what is missing before there is anything to show, and lead to the page where it comes in."""
    st.info(said, title=title, icon=":material/database:")
    st.page_link("app_pages/data.py", label="Bring in data", icon=":material/upload_file:")


def again[**P](seconds: float) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Have a part of a page drawn again by itself every so many seconds, in a place of its own.

    When a server is busy, Streamlit 1.67 may take back the first drawing of such a part and send it after what stands below; a browser then
    shows nothing more. In a place of its own nothing stands below it.
    """

    def placed(draw: Callable[P, None]) -> Callable[P, None]:
        part = st.fragment(run_every=seconds)(draw)

        @wraps(draw)
        def drawn(*given: P.args, **named: P.kwargs) -> None:
            with st.container():
                part(*given, **named)

        return drawn

    return placed


def figure(shown: Figure, key: str) -> None:
    """Draw a figure under its finding; one that needs room scrolls sideways in its own box where the screen is narrow."""
    st.header(findings.plain(shown.headline), anchor=False)
    st.caption(findings.plain(shown.subtitle))
    place = st.grid(1, min_column_width=shown.narrowest, wrap=False) if shown.narrowest else st.container()
    with place:
        st.altair_chart(shown.chart, width="stretch", theme=None, key=key, alt=shown.name)
    if shown.status:
        st.caption(shown.status)


def table(frame: pd.DataFrame, columns: Mapping[str, str], *, name: str, noun: str, key: str, filtered_of: int | None = None) -> None:
    """Show a frame page by page as a table that can be read; `columns` maps columns to headings, values are written already."""
    pages = max(1, -(-len(frame) // PAGE_ROWS))
    status = st.empty()
    page = st.pagination(pages, key=key) if pages > 1 else 1
    first = (min(page, pages) - 1) * PAGE_ROWS
    part = frame.iloc[first : first + PAGE_ROWS]
    status.caption(findings.showing(len(part), filtered_of or len(frame), noun))
    if part.empty:
        st.write("No rows.")
        return
    written = pd.DataFrame({heading: [findings.plain(value) for value in part[column]] for column, heading in columns.items()})
    figures = [heading for column, heading in columns.items() if of_numbers(frame[column])]
    st.table(_right(written, figures), hide_index=True, border="horizontal", alt=name)


def of_numbers(values: pd.Series) -> bool:
    """Tell whether written values are numbers, which are read one below the other.

    >>> of_numbers(pd.Series(["£1.2 million", "-£300", "–"])), of_numbers(pd.Series(["2026/27", "2027/28"])), of_numbers(pd.Series(["–"]))
    (True, False, False)
    """
    said = {str(value).strip() for value in values} - NO_NUMBER
    return bool(said) and all(NUMBER.fullmatch(value) for value in said)


def _right(written: pd.DataFrame, figures: Sequence[str]) -> pd.DataFrame | Styler:
    """Put columns to the right with their headings, unbroken but before a range; only `important` outdoes the side that each cell is given."""
    if not figures:
        return written
    places = {written.columns.get_loc(name): written[name].str.contains("(", regex=False).any() for name in figures}
    rules: list[CSSDict] = [{"selector": f".col{place}", "props": "text-align: right !important"} for place in places]
    few = len(written.columns) <= ROOMY  # a table with more is to fit its page all the same
    unbroken: list[CSSDict] = [
        {"selector": f"td.col{place} *", "props": "white-space: nowrap !important"}
        for place, ranged in places.items()
        if not ranged and few
    ]
    return written.style.set_table_styles(rules + unbroken)


def tiles(figures: Sequence[tuple[str, str, str]]) -> None:
    """Draw figures as tiles: label, value, and what to see it beside."""
    with st.grid(2, min_column_width=240):
        for label, value, beside in figures:
            st.metric(label, value, beside, delta_color="off", delta_arrow="off", border=True)


def download(view: state.View, label: str, make: Callable[[], bytes], *, file_name: str, mime: str, key: str) -> None:
    """Offer a file that is made, and recorded in the audit log, when it is asked for."""

    def made() -> bytes:
        content = make()
        view.store.record("export", f"{file_name}, {len(content)} bytes")
        return content

    st.download_button(label, data=made, file_name=file_name, mime=mime, key=key, on_click="ignore", icon=":material/download:")


def download_csv(view: state.View, label: str, frame: pd.DataFrame, *, file_name: str, key: str) -> None:
    """Offer a frame as CSV."""
    download(
        view,
        label,
        lambda: guard.csv_bytes(frame, demonstration=view.demonstration),
        file_name=file_name,
        mime="text/csv",
        key=key,
    )


def lost(messages: Sequence[str]) -> None:
    """Say which parts of a link name nothing that exists."""
    if messages:
        st.warning("  \n".join([*messages, "The rest of it is shown."]), icon=":material/link_off:")


def end(view: state.View, how: str) -> None:
    """Draw what a page ends with: how it is calculated, and the date of the data."""
    with st.expander("How this is calculated"):
        st.markdown(how)
    st.caption(
        "Staff and skills as at: there is no staff list yet."
        if view.as_at == state.NO_DATE
        else f"Staff and skills as at {findings.plain(view.as_at)}."
    )
