"""Method: what the figures mean, which numbers they rest on, and how fast they come."""

import streamlit as st

from app import findings, frame, method

WORDS = (
    ("FTE", "Full-time equivalents, also called WTE: two people who each work half of full time are 1 FTE. Headcount is people."),
    ("Role family, role, role level", "As in the Government Digital and Data capability framework, with an NHS extension of our own."),
    ("Rank", "How well a skill is held: 1 awareness, 2 working, 3 practitioner, 4 expert; 0 is none."),
    ("Establishment, post, vacancy", "Funded posts; one of them; one without staff."),
    ("Supply, demand, gap", "What is projected; what is required; demand less supply."),
    ("Shortfall, surplus", "The two parts of a gap: what is missing, and what is over."),
    ("Lever, effect, limit", "What a planner can do; what it adds to a stock and when; what it may not exceed."),
    ("Funding stream", "A pot of money with rules: revenue, capital, levy, national ring-fence, trust contribution."),
    (
        "Assumption",
        "A number that nobody can look up as a fact, with its unit, range and source. Low and high are its 10th and 90th percentiles.",
    ),
)
ASSUMPTIONS = {"label": "Assumption", "value": "Value", "range": "Range", "source": "Source", "assumption": "Id"}


def page() -> None:
    """Draw the page."""
    introduction, chapters = method.chapters()
    st.title("Method")
    st.write(introduction)
    st.markdown("On this page: " + ", ".join(f"[{title}](#{_anchor(title)})" for title in [*chapters, "Assumptions", "Words"]) + ".")
    for title, text in chapters.items():
        st.header(title, anchor=_anchor(title))
        st.markdown(text)
        if title == "Speed":
            speed()
    assumptions()
    words()


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def speed() -> None:
    """Show the measurements as they were taken."""
    measured = method.speed()
    frame.table(measured, {name: name for name in measured.columns}, name="Table: speed", noun="measurements", key="speed_page")


def assumptions() -> None:
    """List the assumptions that hold the words looked for."""
    st.header("Assumptions", anchor="assumptions")
    st.write(
        "Every number of the domain that is no looked-up fact. A scenario may set any of them by its id; each plan records them all. `data/assumptions.csv` has the full sources."
    )
    looked_for = st.text_input("Find assumptions about", key="assumption", bind="query-params", persist_state="session")
    every = method.assumptions()
    found = method.assumptions(str(looked_for or ""))
    frame.table(found, ASSUMPTIONS, name="Table: assumptions", noun="assumptions", key="assumption_page", filtered_of=len(every))


def words() -> None:
    """Say what the words mean."""
    st.header("Words", anchor="words")
    for word, meaning in WORDS:
        st.markdown(f"**{findings.plain(word)}.** {findings.plain(meaning)}")


page()
