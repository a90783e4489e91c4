"""Compare: how like places differ."""

from collections.abc import Sequence

import streamlit as st

from app import compare_charts, findings, frame, state
from app.compare_page import words
from app.compare_page.readers import compare, scenarios
from app.compare_page.words import BY_LABEL, Told
from app.pipeline.compare import Comparison
from skills_model.errors import DataError
from skills_model.organisations import OTHER

HOW = """
- **Peers** are organisations of the same type whose size is near: by FTE of all staff, as published or counted, or by digital posts where
  that is not known. How near, and how many are looked for, are assumptions; where too few are that near the search is widened, and the page
  says so. Only organisations with staff in the store are compared.
- **Nothing is ranked.** Places are in the order of their names. A difference is a question, not a verdict: places differ in what they do, in
  what they buy in, and in how they count.
- **Median and middle half**: half of the peers lie below the median; a quarter lies below the middle half and a quarter above it. One's own
  place is in neither.
- **Chance**: of places whose posts were each vacant with the same probability, the peers' mean, 95% would lie between the dashed lines and
  99.8% between the others. The limits are exact binomial ones, as D. J. Spiegelhalter gives them (Statistics in Medicine 24, 2005). Real
  places differ by more than chance, since vacancies and leavers come in groups.
- **Vacant posts**: the part of posts without staff; posts are the larger of funded posts and staff. **Bank and agency**: their part of
  everybody at work. **Coverage**: FTE at the required rank or above, divided by posts (or staff, where there are more). **Aged 55 and
  over**: of the people whose age band is known, and only where that is known of at least 8.
- **Leavers and joiners a year**: people between the last two staff lists (or of a signed-off return), of those there at the first and a year;
  as they were seen, not drawn towards anybody else's. Where so many seem to leave that the lists cannot be of the same staff, not known.
- **Projected** change of staff and gap: the central path of the supply forecast, and the posts needed, to the end of the scenario chosen. A
  gap below 0% is more staff than posts needed. Small places follow the rates of others more than their own, so their paths look alike.
- **Digital maturity** is the mean over the domains of the latest assessment, each as a share of its best possible score.
- Where only protected numbers may be seen, 1 to 7 people (or posts) are shown as `*` and other counts are rounded to the nearest 5. The
  median then lies between two ends, which take what is too small for none and for the most that it can be. The mean is that of the peers'
  sum, which is protected as a sum.
"""


LOST = "compare_lost"


def page() -> None:
    """Draw the page."""
    view = frame.begin(
        "Compare", "How do like places differ? One organisation beside others of its type and size. Nothing here is a ranking."
    )
    faults: list[str] = []
    # Bodies of no type are like few others, so none of them is what a visitor sees first.
    listed = view.organisations.sort_values("type", key=lambda types: types == OTHER, kind="stable")
    places = {state.named(place): str(place["code"]) for _, place in listed.iterrows() if view.scope.sees_exactly(str(place["code"]))}
    if not places:
        frame.nothing_yet("None of the organisations in the store is your own, so there is none to compare with the others.")
        frame.end(view, HOW)
        return
    follow = scenarios(view)
    with st.grid("auto", min_column_width=260):
        named = choose("Organisation", list(places), "compare_for", "an organisation", faults)
        told = BY_LABEL[choose("Measure", list(BY_LABEL), "compared", "a measure", faults)]
        followed = follow[choose("Scenario of what is projected", list(follow), "scenario", "a scenario", faults)]
    lost = st.session_state.setdefault(LOST, [])
    lost += [fault for fault in faults if fault not in lost]  # the page runs again by itself, and the link is mended by then
    frame.lost(lost)
    try:
        found = compare(view, places[named], followed)
    except DataError as error:
        st.error("This organisation cannot be compared yet. What to do is said below.", icon=":material/error:")
        st.text(str(error))
        frame.end(view, HOW)
        return
    st.caption(f":material/groups: {findings.plain(words.like(found.peers))}.")
    figures(view, found, told)
    tables(view, found, told)
    frame.end(view, HOW)


def choose(label: str, options: Sequence[str], key: str, noun: str, faults: list[str]) -> str:
    """Draw a choice that a link may carry, and note where the link names nothing that exists."""
    if key in st.query_params and str(st.query_params[key]) not in options:
        faults.append(f"This link named {noun} that does not exist.")
    return str(st.selectbox(label, list(options), key=key, bind="query-params", persist_state="session") or options[0])


def figures(view: state.View, found: Comparison, told: Told) -> None:
    """Draw a measure of every place, and what chance alone would make of it."""
    organisation, context = found.peers.organisation, view.as_at
    frame.figure(compare_charts.strip(found.measured, found.row(told.id), organisation, told, context=context), "strip")
    if funnel := found.funnel(told.id):
        frame.figure(compare_charts.funnel(funnel, found.measured, organisation, told, context=context), "funnel")
    projected = f"{found.scenario.label}, from staff as at {view.as_at}"
    headline = words.paths_finding(found.paths, found.first, found.last)
    if len(found.paths):
        frame.figure(compare_charts.multiples(found.paths, headline, context=projected), "multiples")


def tables(view: state.View, found: Comparison, told: Told) -> None:
    """Draw every measure beside the peers, and every place."""
    st.header("Every measure at a glance", anchor=False)
    frame.table(words.glance(found.beside), words.COLUMNS, name="Table: measures beside peers", noun="measures", key="glance_page")
    st.header("The places, by name", anchor=False)
    rows = words.places(found.measured, found.peers.organisation, told)
    frame.table(rows, words.headings(told), name="Table: places by name", noun="places", key="places_page")
    frame.download_csv(view, "Download every figure as CSV", found.measured, file_name="peers.csv", key="peers_csv")


page()
