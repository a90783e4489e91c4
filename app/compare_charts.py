"""Charts of an organisation beside like ones: a strip of places, and a funnel around the peers' mean; nothing is ordered by how it does."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from app import charts, findings
from app.charts import BLUE, FONT, INK, SLATE, Figure
from app.compare_page import words
from app.compare_page.words import PER, Told
from skills_model.peers import Funnel

HALF, ROOM = 0.5, 0.44  # of a strip: its middle, and what a name takes on a narrow one
BINS = 60  # places beside each other on a strip before points are stacked
BAND = "#d0dbe6"
HERE, PEERS = "Here", "Median of peers"
PANELS, PANEL, PANEL_TITLE = 3, 200, 26  # panels beside each other, their width in pixels, characters of a line of their title
WIDEST = 30  # characters of a line of a name on a chart
TOP = 2.0  # the upper end of a strip, and minus it the lower; points are stacked up to 1 above and below its middle


def strip(measured: pd.DataFrame, row: Mapping[Any, Any], organisation: str, told: Told, *, context: str) -> Figure:
    """Show a measure of every organisation as a point, the median and the middle half of the peers, and one's own by name.

    `measured` has organisation, name, headcount and the measure; `row` is that of peers.beside. How far a point is from the line in the
    middle says nothing: points of nearly the same value stand above and below each other.
    """
    data = _points(measured, organisation, told)
    name = str(measured.loc[measured["organisation"] == organisation, "name"].iloc[0])
    shown = data.dropna(subset=["value"])
    scale = _scale(shown["value"], row)
    x = alt.X("value:Q", title=told.label, axis=_axis(told), scale=scale)
    y = _at("stack")
    layers: list[alt.Chart] = []
    if not pd.isna(row["median_low"]):
        layers += _middle(row, told, x, scale, float(data["value"].iloc[0]))
    tooltip = [
        alt.Tooltip("name:N", title="Organisation"),
        alt.Tooltip("text:N", title=told.label),
        alt.Tooltip("people:N", title="People"),
    ]
    base = alt.Chart(shown).encode(x=x, y=y, tooltip=tooltip)
    others = base.transform_filter("!datum.own").mark_point(filled=True, size=90, color=SLATE, opacity=0.65)
    mine = base.transform_filter("datum.own").mark_point(filled=True, shape="diamond", size=320, color=BLUE, opacity=1, stroke="#ffffff")
    # A layer without a mark would be an image without a name to whoever does not see it.
    layers += [layer for layer, drawn in ((others, ~shown["own"]), (mine, shown["own"])) if drawn.any()]
    layers += _own_name(shown, x, scale, row)
    return Figure(
        headline=words.finding(name, row, told),
        subtitle=f"{told.label}: one point a place, the diamond is this one. Grey band: the middle half of the peers; dark: their median. "
        f"Height only keeps points apart. {context}.",
        name=f"Strip plot: {told.label.lower()} here and of peers",
        chart=charts.themed(alt.layer(*layers).properties(height=250)),
        status=words.shown(row),
        narrowest=charts.NARROWEST,
    )


def funnel(found: Funnel, measured: pd.DataFrame, organisation: str, told: Told, *, context: str) -> Figure:
    """Show shares by number of people, with the limits within which chance alone would leave them around the peers' mean."""
    data = found.points.merge(measured[["organisation", "name"]], on="organisation").assign(
        own=lambda rows: rows["organisation"] == organisation,
        text=lambda rows: [told.written(share) for share in rows["share"]],
        limits=lambda rows: [told.between(low, high) for low, high in zip(rows["low_95"], rows["high_95"], strict=True)],
    )
    title = told.whole.capitalize()
    room = [0.9 * float(data["people"].min()), 1.18 * float(data["people"].max())]
    x = alt.X("people:Q", title=title, axis=alt.Axis(format=",.0f", tickCount=5), scale=alt.Scale(domain=room, nice=False))
    top = 1.1 * float(max(data["share"].max(), found.limits["high_998"].max()))
    y_scale = alt.Scale(domain=[0, min(1.0, top)], nice=False)

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", title=told.label, axis=alt.Axis(format="%", tickCount=5), scale=y_scale)

    limits = alt.Chart(found.limits)
    lines = [limits.mark_line(color=SLATE, strokeWidth=1.5).encode(x=x, y=y(column)) for column in ("low_998", "high_998")]
    lines += [
        limits.mark_line(color=SLATE, strokeWidth=1.5, strokeDash=[6, 4]).encode(x=x, y=y(column)) for column in ("low_95", "high_95")
    ]
    last = found.limits.iloc[-1]
    ends = pd.DataFrame(
        {
            "people": [float(last["people"])] * 3,
            "place": [found.mean, float(last["high_95"]), float(last["high_998"])],
            "label": [f"mean {told.written(found.mean)}", "95%", "99.8%"],
        }
    )
    mean = alt.Chart(pd.DataFrame({"place": [found.mean]})).mark_rule(color=INK, strokeWidth=2).encode(y=y("place"))
    labels = (
        alt.Chart(ends).mark_text(align="left", dx=6, dy=-8, fontSize=13, font=FONT, color=INK).encode(x=x, y=y("place"), text="label:N")
    )
    tooltip = [
        alt.Tooltip("name:N", title="Organisation"),
        alt.Tooltip("people:Q", title=title, format=",.0f"),
        alt.Tooltip("text:N", title=told.label),
        alt.Tooltip("limits:N", title="By chance alone (95%)"),
    ]
    base = alt.Chart(data[["name", "people", "share", "own", "text", "limits"]]).encode(x=x, y=y("share"), tooltip=tooltip)
    others = base.transform_filter("!datum.own").mark_point(filled=True, size=90, color=SLATE, opacity=0.65)
    mine = base.transform_filter("datum.own").mark_point(filled=True, shape="diamond", size=320, color=BLUE, opacity=1, stroke="#ffffff")
    left = data.loc[data["own"], "people"].max() < sum(room) / 2
    below = data.loc[data["own"], "share"].max() < found.mean  # away from the line of the mean
    name = (
        base.transform_filter("datum.own")
        .mark_text(
            align="left" if left else "right",
            dx=8 if left else -8,
            dy=20 if below else -18,
            fontSize=13,
            font=FONT,
            fontWeight="bold",
            color=BLUE,
        )
        .encode(text=alt.value("This one"))
    )
    return Figure(
        headline=words.chance(found, organisation, told),
        subtitle=f"{told.label} by number of {told.whole}. Of places that only chance parts, 95% lie between the dashed lines and 99.8% between "
        f"the others; the fewer the {told.whole}, the wider. {context}.",
        name=f"Funnel plot: {told.label.lower()} by number of {told.whole}",
        chart=charts.themed(alt.layer(*lines, mean, others, mine, name, labels).properties(height=380)),
        status=findings.showing(len(data), len(measured), "places"),
        narrowest=charts.NARROWEST,
    )


def multiples(paths: pd.DataFrame, headline: str, *, context: str) -> Figure:
    """Show the projected staff of each role family as a multiple of those at the start, beside the median and middle half of the peers.

    `paths` has role_family_label, year, start (FTE here), own, lower, median and upper, in order of names and time.
    """
    titles = {
        name: [*textwrap.wrap(str(name), PANEL_TITLE), f"{findings.amount(start)} FTE here"]
        for name, start in paths.drop_duplicates("role_family_label")[["role_family_label", "start"]].to_numpy()
    }
    data = paths.assign(
        own=findings.numbers(paths, "own") - 1,
        **{name: paths[name] - 1 for name in ("lower", "median", "upper")},
        family=paths["role_family_label"].astype("str"),
    )[["family", "year", "own", "lower", "median", "upper"]]
    change = words.MEASURES["staff_change"]
    data["written"] = [change.written(value) for value in data["own"]]
    data["written_median"] = [change.written(value) for value in data["median"]]
    ends = data[["own", "lower", "median", "upper"]]
    low, high = float(ends.min().min()), float(ends.max().max())
    room = max(0.02, 0.08 * (high - low))
    scale = alt.Scale(domain=[low - room, high + room], nice=False, zero=False)
    years = list(dict.fromkeys(data["year"]))
    x = alt.X("year:N", title=None, axis=alt.Axis(labelAngle=0, values=[years[0], years[-1]], grid=False), scale=alt.Scale(padding=0.3))

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", title=None, axis=alt.Axis(format="+.0%", tickCount=4), scale=scale)

    tooltip = [
        alt.Tooltip("family:N", title="Role family"),
        alt.Tooltip("year:N", title="At the end of"),
        alt.Tooltip("written:N", title=HERE),
        alt.Tooltip("written_median:N", title=PEERS),
    ]
    base = alt.Chart(data).encode(x=x, tooltip=tooltip)
    key = alt.Legend(title=None, symbolStrokeWidth=3, symbolSize=300)
    colour = alt.Color("case:N", scale=alt.Scale(domain=[HERE, PEERS], range=[BLUE, INK]), legend=key)
    dash = alt.StrokeDash("case:N", scale=alt.Scale(domain=[HERE, PEERS], range=[[1, 0], [6, 4]]), legend=key)
    band = base.mark_area(color=BAND, opacity=0.9).encode(y=y("lower"), y2="upper:Q")
    lines = [
        base.transform_calculate(case=f"'{case}'").mark_line(strokeWidth=3).encode(y=y(column), color=colour, strokeDash=dash)
        for case, column in ((PEERS, "median"), (HERE, "own"))
    ]
    zero = alt.Chart(data).mark_rule(color="#768692", strokeWidth=1, aria=False).encode(y=alt.datum(0))
    header = alt.Header(
        title=None, labelExpr=f"({json.dumps(titles, ensure_ascii=True)})[datum.label]", labelFont=FONT, labelFontSize=13, labelFontWeight="bold",
        labelColor=INK, labelAnchor="start", labelLineHeight=16, labelLimit=PANEL, labelPadding=4,
    )  # fmt: skip
    chart = alt.layer(band, zero, *lines).properties(width=PANEL, height=130)
    return Figure(
        headline=headline,
        subtitle=f"Staff in post at the end of each year, as a change since the start. Grey band: the middle half of the peers. {context}.",
        name="Small multiples: projected change of staff by role family, here and at the median of peers",
        chart=charts.themed(
            chart.facet(facet=alt.Facet("family:N", header=header), columns=PANELS, spacing={"row": 24, "column": 30}).resolve_axis(
                x="independent"
            )
        ),
        status=findings.showing(len(titles), len(titles), "role families"),
        narrowest=PANELS * (PANEL + 90),
    )


def _points(measured: pd.DataFrame, organisation: str, told: Told) -> pd.DataFrame:
    """Return a row a place: name, value, text, people, own, and its place above or below the middle, one's own in the middle."""
    data = pd.DataFrame(
        {
            "name": measured["name"].astype("str"),
            "value": findings.numbers(measured, told.id),
            "text": [told.written(value) for value in measured[told.id]],
            "people": [words.people(value) for value in measured["headcount"]],
            "own": measured["organisation"] == organisation,
        }
    ).sort_values(["own", "value", "name"], ascending=[False, True, True], ignore_index=True)
    width = (data["value"].max() - data["value"].min()) / BINS or 1.0
    cell = ((data["value"] - data["value"].min()) / width).round()
    turn = data.groupby(cell, dropna=False).cumcount()
    deepest = max(4.0, float(turn.max()))
    return data.assign(stack=((turn + 1) // 2) * (1 - 2 * (turn % 2)) / ((deepest + 1) // 2))


def _scale(values: pd.Series, row: Mapping[Any, Any]) -> alt.Scale:
    """Return an axis on which every point, and the middle half, has room."""
    ends = pd.concat([values, pd.Series([row["lower"], row["upper"]], dtype="float64")]).dropna()
    low, high = (float(ends.min()), float(ends.max())) if len(ends) else (0.0, 1.0)
    room = max(0.08 * (high - low), 0.02 * abs(high), 1e-6)
    start = low - room if low < 0 else max(0.0, low - room)
    return alt.Scale(domain=[start, high + room], nice=False, zero=False)


def _axis(told: Told) -> alt.Axis:
    if told.per == PER:
        return alt.Axis(tickCount=5, labelExpr=f"format(datum.value * {PER:g}, ',.1f')", grid=True)
    return alt.Axis(tickCount=5, format=("+" if told.change else "") + ".1~%", grid=True)


def _middle(row: Mapping[Any, Any], told: Told, x: alt.X, scale: alt.Scale, own: float) -> list[alt.Chart]:
    """Draw the middle half of the peers, and their median with its value; where it is not known exactly, between its two ends."""
    span = pd.DataFrame(
        {
            "value": [row["lower"]],
            "upper": [row["upper"]],
            "median": [(row["median_low"] + row["median_high"]) / 2],
            "low": [row["median_low"]],
            "high": [row["median_high"]],
            "bottom": [-TOP],
            "label": [f"Peers' median {told.between(row['median_low'], row['median_high'])}"],
        }
    )
    base = alt.Chart(span)
    across = alt.X("median:Q", scale=scale, title=told.label)
    side = _side(float(span["median"].iloc[0]), scale, np.inf if pd.isna(own) else own)
    band = base.mark_rect(color=BAND, opacity=0.8).encode(x=x, x2="upper:Q")
    wide = base.mark_rect(color=SLATE, opacity=0.35).encode(x=alt.X("low:Q", scale=scale, title=told.label), x2="high:Q")
    line = base.mark_rule(color=INK, strokeWidth=3).encode(x=across)
    text = base.mark_text(
        align=side, dx=6 if side == "left" else -6, dy=-4, fontSize=13, font=FONT, fontWeight="bold", color=INK, baseline="bottom"
    ).encode(x=across, y=_at("bottom"), text="label:N")
    return [band, wide if row["median_low"] < row["median_high"] else line, text]


def _own_name(shown: pd.DataFrame, x: alt.X, scale: alt.Scale, row: Mapping[Any, Any]) -> list[alt.Chart]:
    """Write the name and value of one's own place above its point."""
    mine = shown[shown["own"]]
    if mine.empty:
        return []
    value = float(mine["value"].iloc[0])
    side = _side(value, scale, value if pd.isna(row["median_low"]) else (row["median_low"] + row["median_high"]) / 2)
    lines = textwrap.fill(f"{mine['name'].iloc[0]}: {mine['text'].iloc[0]}", WIDEST)
    label = mine[["value", "stack"]].assign(label=lines, top=TOP)
    text = (
        alt.Chart(label)
        .mark_text(
            align=side,
            dx=6 if side == "left" else -6,
            dy=4,
            fontSize=13,
            font=FONT,
            fontWeight="bold",
            color=BLUE,
            baseline="top",
            lineBreak="\n",
        )
        .encode(x=x, y=_at("top"), text="label:N")
    )
    stem = alt.Chart(label).mark_rule(color=BLUE, strokeWidth=1.5, strokeDash=[3, 3]).encode(x=x, y=_at("top"), y2="stack:Q")
    return [stem, text]


def _at(column: str) -> alt.Y:
    """Return where something stands on a strip, whose height has no meaning."""
    return alt.Y(f"{column}:Q", axis=None, scale=alt.Scale(domain=[-TOP, TOP], nice=False))


def _side(value: float, scale: alt.Scale, other: float) -> Literal["left", "right"]:
    """Return how the name of a value is aligned: away from another value with a name, unless there is no room on that side."""
    start, end = scale.to_dict()["domain"]
    place = (value - start) / (end - start)
    away: Literal["left", "right"] = "left" if value > other or (value == other and place < HALF) else "right"
    room = 1 - place if away == "left" else place
    return away if room >= ROOM else ("right" if away == "left" else "left")
