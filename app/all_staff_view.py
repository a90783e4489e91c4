"""What the page about all staff and boards asks and draws: cached answers, and one chart."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from app import all_staff, charts, findings, state
from app.charts import BLUE, FONT, INK, Figure
from app.pipeline import all_staff as use_case
from skills_model.privacy import Scope
from skills_model.store import Store

ROW = 36  # pixels


def measured(view: state.View, by: Sequence[str], area: Sequence[str] | None) -> pd.DataFrame:
    """Measure all staff by cuts in an area (codes of organisations, None for all), those who meet least first."""
    frame = _measure(view.scope, view.version, str(view.store.path), view.store, tuple(by), None if area is None else tuple(area))
    return all_staff.ordered(frame, f"{by[-1]}_label")


def progress(view: state.View, area: Sequence[str] | None) -> pd.DataFrame:
    """Return who has returned counts in an area."""
    return _progress(view.scope, view.version, str(view.store.path), view.store, None if area is None else tuple(area))


def bullet(frame: pd.DataFrame, headline: str, *, name: str, context: str) -> Figure:
    """Show the share that meets what is asked as a bar with its range, what is asked as a tick; `frame` is in the order to be drawn.

    A row of which nothing is known has its range and no bar.
    """
    known = frame["source"] != "none"
    data = pd.DataFrame(
        {
            "name": frame[name].astype(str),
            "share": findings.numbers(frame, "share").where(known),
            "low": findings.numbers(frame, "share_low"),
            "high": findings.numbers(frame, "share_high"),
            "asked": 1.0,
            "people": [all_staff.people(value) for value in frame["headcount"]],
            "source": [all_staff.SOURCES[source] for source in frame["source"]],
            "text": [all_staff.met(row) for row in frame.to_dict("records")],
        }
    )
    names = list(data["name"])
    rows = charts.row_axis(names)
    base = alt.Chart(data).encode(
        y=alt.Y("name:N", sort=names, title=None, axis=rows),
        tooltip=[
            alt.Tooltip("name:N", title="Staff group"),
            alt.Tooltip("text:N", title="Meet what is asked"),
            alt.Tooltip("people:N", title="People"),
            alt.Tooltip("source:N", title="Assessed from"),
        ],
    )
    axis = alt.Axis(format="%", values=[0, 0.25, 0.5, 0.75, 1])
    x = alt.X("share:Q", title="Share of what is asked", axis=axis, scale=alt.Scale(domain=[0, 1.02], nice=False))
    bar = base.mark_bar(color=BLUE, height=14).encode(x=x)
    spread = base.mark_rule(color=INK, strokeWidth=2).encode(x="low:Q", x2="high:Q")
    tick = base.mark_tick(color=INK, thickness=4, height=24, opacity=1).encode(x="asked:Q")
    written = base.mark_text(align="left", dx=8, font=FONT, fontSize=13, color=INK).encode(x="asked:Q", text="text:N")
    chart = alt.layer(bar, spread, tick, written).properties(height=len(data) * ROW + charts.BELOW, padding={"right": 90})
    return Figure(
        headline=headline,
        subtitle=f"Bar: people times skills at the rank asked, as a share; thin line: its range; tick: everybody. {context}.",
        name="Bullet chart: what is met of what is asked, by staff group",
        chart=charts.themed(chart),
        status=findings.showing(len(data), len(frame), "staff groups"),
        narrowest=charts.NARROWEST,
    )


# `version` and `path` tell one store and one state of it from another, so the store itself is not looked at.
@st.cache_data(max_entries=state.KEPT, ttl=state.HOUR, hash_funcs={Scope: repr}, show_spinner="Measuring all staff")
def _measure(scope: Scope, version: str, path: str, _store: Store, by: tuple[str, ...], area: tuple[str, ...] | None) -> pd.DataFrame:  # noqa: ARG001
    return use_case.measure(_store, scope, by, area)


@st.cache_data(max_entries=state.KEPT, ttl=state.HOUR, hash_funcs={Scope: repr}, show_spinner=False)
def _progress(scope: Scope, version: str, path: str, _store: Store, area: tuple[str, ...] | None) -> pd.DataFrame:  # noqa: ARG001
    return use_case.progress(_store, scope, area)
