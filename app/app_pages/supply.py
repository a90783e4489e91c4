"""Supply forecast: how will FTE move, how sure are we, and what drives it."""

from __future__ import annotations

import streamlit as st

from app import findings, frame, state, supply_words
from app.pipeline import supply as use
from app.pipeline.supply import SupplyRequest
from app.supply_page import asking, comparing, readers, showing
from app.supply_page.readers import Errand

HOW = """
- **Staff in post** are the FTE of the latest staff lists and returns. Each year some leave (at a rate by age, role family and organisation),
  the others grow older and some are promoted; others join, and those who are known to come arrive. The same planning tables carry a plan, so
  that a plan which does nothing ends where **Doing nothing** ends: only those join who are known to come, and nobody is promoted.
- **Rates** are estimated from the store's own staff lists and returns where there are two or more dates, pulled towards the assumption the
  more the fewer people stand behind them; otherwise they are the assumption. A number that is changed here stands as it is.
- **Posts needed** are the posts of today, changed as the scenario says. The **gap** is posts needed less staff in post.
- **Sampled futures**: each uncertain number is drawn once for everybody and stays for the whole forecast; organisations have a part of their
  own, and small groups vary by chance. Low and high of a number are its 10th and 90th percentile. The same seed gives the same futures, byte
  for byte.
- **What drives it** sets each uncertain number alone to its low and its high end, all others at their median.
- **Backtest**: the last years of a published series are held out and forecast from the years before, by our way and by three simple ones.
- Where only protected numbers may be seen, 1 to 7 people are shown as `*`, other figures are rounded to the nearest 5, and totals need not
  add up.
"""


def page() -> None:
    """Draw the page."""
    view = frame.begin(
        "Supply forecast", "How will FTE move, how sure are we, and what drives it? Staff in post beside the posts that the work needs."
    )
    if not view.organisations["headcount"].astype("str").ne("0").any():
        frame.nothing_yet(frame.NOBODY)
        frame.end(view, HOW)
        return
    request, against = asking.choose(view)
    pressed = st.button("Run the forecast", type="primary", icon=":material/play_arrow:", key="run_supply")
    if pressed:
        st.session_state[asking.LOST] = []
    if pressed or "supply_shown" not in st.session_state:
        begin(view, request, against)
    answered(view, request, against)
    frame.end(view, HOW)


def begin(view: state.View, request: SupplyRequest, against: str) -> None:
    """Ask for a forecast and for the one beside it, and remember which are shown."""
    names = [readers.ask(view, request)]
    if (other := use.beside(view.store, view.scope, request, against)) != request:
        names.append(readers.ask(view, other))
    st.session_state["supply_shown"] = names
    st.session_state["supply_asked"] = (request, against, view.version)


def answered(view: state.View, request: SupplyRequest, against: str) -> None:
    """Show the forecast that was asked for last, how far it is, or why there is none."""
    errands = [readers.desk().errand(name) for name in st.session_state["supply_shown"]]
    first = errands[0]
    if first is None:
        st.info("The forecast that was shown here is no longer kept. Run it again.", icon=":material/history:")
        return
    stale(view, request, against)
    if any(errand is not None and not errand.ended.is_set() for errand in errands):
        progress()
    elif (answer := first.answer) is None:
        refused(first)
    else:
        other = errands[-1] if len(errands) > 1 else None
        showing.draw(view, answer, lambda: comparing.draw(view, answer, other))


def stale(view: state.View, request: SupplyRequest, against: str) -> None:
    """Say which inputs have changed since the forecast was asked for."""
    shown, beside, version = st.session_state["supply_asked"]
    labels = {item.name: asking.titled(item) for item in readers.assumptions(view, asking.IMPORTANT)}
    said = supply_words.stale(request, shown, labels, data=version != view.version, against=against != beside)
    if said:
        st.warning(findings.plain(said), icon=":material/sync_problem:")


@frame.again(1)
def progress() -> None:
    """Show how far the forecasts are, every second, until they have ended."""
    errands = [errand for name in st.session_state["supply_shown"] if (errand := readers.desk().errand(name)) is not None]
    left = [errand for errand in errands if not errand.ended.is_set()]
    if not left:
        st.rerun()
    done = sum(1.0 if errand.ended.is_set() else errand.share or 0.0 for errand in errands) / max(1, len(errands))
    with st.container(border=True):
        st.progress(min(1.0, done), text=f"{left[0].step}, {left[0].seconds:.0f} seconds so far")
        st.caption("You can go to another page meanwhile: it goes on, and is shown here when it is done.")
        if st.button("Cancel", key="cancel_supply", disabled=left[0].cancelled.is_set()):
            for errand in left:
                errand.cancelled.set()


def refused(errand: Errand) -> None:
    """Say why there is no forecast."""
    if errand.cancelled.is_set():
        st.info("Nothing of it was kept. Run it again when you want it.", title="No forecast: cancelled", icon=":material/cancel:")
    elif errand.failed:
        st.error(errand.failed, icon=":material/error:")
    else:
        st.error("The forecast could not be made. What to do is said below.", icon=":material/error:")
        st.text(str(errand.error))


page()
