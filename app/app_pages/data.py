"""Data and quality: can I trust it, and how do I bring mine in."""

import streamlit as st

from app import frame, pipeline, state
from app.data_page import auditing, condition, frameworks, history, importing, meanings
from optimiser.errors import SkillsplanError

TABS = {
    "State": condition.draw,
    "Import a file": importing.draw,
    "Meanings": meanings.draw,
    "Imports and undo": history.draw,
    "Frameworks": frameworks.draw,
    "Skills audit": auditing.draw,
}
HOW = """
- **Assessed** is the share of pairs of a person and a skill, among those that the person's role levels need, for which any judgement is
  held. **By oneself alone** is the part of them that nobody else has judged; **old** the part that was old on the day of the staff
  list (two years by default; the page 'Method' lists the number).
- **Unmapped** staff are in job titles and occupation codes whose meaning nobody has said. They count as staff and in no gap. What a word
  means is kept for the organisation. Job titles and occupation codes count at once for the lists that are in the store already, all other
  words in files that are taken in from then on.
- A file is taken in whole or not at all, the same file once. Its faults are all listed, and its wrong rows can be downloaded, mended and
  sent again. An import can be undone unless a later one builds on it.
- Names, staff numbers and dates of birth are used while a file is read and never kept: a person is a keyed hash of the staff number.
"""


def page() -> None:
    """Draw the page; it needs no data, since it is where data come from."""
    st.title("Data and quality", anchor=False)
    st.write("What the figures rest on, how far it can be trusted, and how to bring in your own.")
    try:
        view = state.open_view()
    except SkillsplanError as error:
        no_store(str(error))
        return
    if view.demonstration:
        st.info(frame.BANNER, icon=":material/info:")
        own_store()
    tabs = st.tabs(list(TABS), key="part", bind="query-params")
    for tab, draw in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                draw(view)
    frame.end(view, HOW)


def no_store(found: str) -> None:
    """Offer to make a store where there is none."""
    st.info("There is no store of data yet. Make one, then bring in your own files.", title="No data yet", icon=":material/database:")
    make_store()
    with st.expander("What was found"):
        st.text(found)


def own_store() -> None:
    """Keep real data out of a demonstration."""
    with st.expander("Use my own data"):
        st.write("What you import here stands beside invented people. For real data make a store of your own, which this app then opens.")
        make_store()


def make_store() -> None:
    """Offer to make the store that the app opens from then on."""
    path = pipeline.store_path(None, writing=True)
    if path.exists():
        st.write("The environment variable SKILLSPLAN_STORE names this store. Name another file there, and start the app again.")
    elif st.button("Make a store of my own", key="make_store", icon=":material/database:"):
        pipeline.new_store(path)
        st.rerun()


page()
