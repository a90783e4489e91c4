"""Suggested places: who could be offered training."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app import frame, state
from app.places_page import asking, deciding, showing
from app.places_page.readers import ask
from skills_model.errors import ScopeError

HOW = """
- **Places** are the starts of courses, apprenticeships, mentoring and secondments in the first year of a plan, in whole people. One place is
  one person, however many hours they work; places that the plan keeps for staff it has yet to recruit are left out. Whom the plan starts in
  parts may begin in any quarter that has a part.
- **Who could go**: people in the role level of the place who stand at the rank below. People on leave are as everybody. Somebody who is not
  assessed in the skill stands as the assessed of the same role level do, spread by lot, and is to be assessed first.
- **Need** is the part of the ranks that a person's role levels need, weighted by the priority of skills, which is missing: high from a half,
  middle from a quarter, low below. Only the band is shown.
- **The assignment** is exact: it first gains the most ranks, counted in people; then brings every team within one place of its share by need;
  then reaches the most different people; then takes the higher bands. Among all that is equally good **a seeded lot** decides. A team
  releases at most a share of its working time, though one person at a time always; nobody has more than four places or is away for more than
  a tenth of a full-time working time. These numbers are assumptions, and so are the bands: the page 'Method' lists them with their sources.
- **Never looked at**: age, sickness, leave, contract and predictions of leaving. Age only tests whether the levy may pay for level 7.
- **Claimed and assigned**: the plan counts margins, not people. Its ranks are set beside those that these people would reach, times their FTE;
  more than 5% apart is a warning.
- **For development alone**. Nobody is ranked, a manager decides on every place with a reason, and the person may challenge it. Other uses are
  refused; the stated purpose is in the audit log. Names are never kept.
- **Equality monitoring** rests on counts that the equality lead returns; small numbers are hidden, others rounded.
"""


def page() -> None:
    """Draw the page."""
    view = frame.begin(
        "Suggested places", "Who could be offered the training places of a plan: suggestions with reasons, on which managers decide."
    )
    warning = st.container()
    if said := st.session_state.pop(asking.SAVED, ""):
        st.success(said, icon=":material/check_circle:")
    faults: list[str] = []
    chosen = st.grid("auto", min_column_width=300)
    with chosen:
        listed = {state.named(place): str(place["code"]) for _, place in view.organisations.iterrows()}
        codes, last = list(listed.values()), ask(view, "first_organisation")
        first = codes.index(last) if last in codes else 0
        organisation = listed[choose("Organisation", list(listed), "places_for", "an organisation", faults, first=first)]
    try:
        rounds = ask(view, "rounds", organisation)
        if rounds.empty:
            st.header("No places were suggested yet", anchor=False)
        else:
            if made := st.session_state.pop("places_round_made", ""):
                st.session_state["places_round"] = made
            with chosen:
                round_ = choose("Round", list(rounds["round"]), "places_round", "a round", faults)
            draw(view, organisation, rounds.set_index("round", drop=False).loc[round_])
        asking.draw(view, organisation)
    except ScopeError as error:
        st.info(str(error), icon=":material/lock:")
    with warning:
        frame.lost(faults)
    frame.end(view, HOW)


def draw(view: state.View, organisation: str, known: pd.Series) -> None:
    """Draw a round."""
    round_ = str(known["round"])
    showing.head(known.to_dict(), ask(view, "limit", str(known["run"])))
    lines = ask(view, "lines", round_)
    if len(lines):
        showing.places(lines)
        deciding.form(view, round_, lines)
        deciding.files(view, round_, organisation)
    showing.fairness(view, round_)
    showing.levy(view, round_)
    showing.equality(view, round_)


def choose(label: str, options: Sequence[str], key: str, noun: str, faults: list[str], *, first: int = 0) -> str:
    """Draw a choice that a link may carry, and note where the link names nothing that exists."""
    if key in st.query_params and str(st.query_params[key]) not in options:
        faults.append(f"This link named {noun} that does not exist.")
    return str(st.selectbox(label, list(options), first, key=key, bind="query-params", persist_state="session") or options[first])


page()
