"""Frames in, charts out: one theme for all, and the finding that each chart is headed by."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

from app import findings
from app.findings import Measure

INK = "#0b0c0c"
BLUE = "#005eb8"
SLATE = "#425563"
RULE = "#d8dde0"
PALETTE = ("#005eb8", "#ed8b00", "#425563", "#00a499", "#330072", "#ae2573")
FONT = "Arial, sans-serif"
NUMBERED = (20, 15)  # rows and columns up to which the numbers in the cells can be read
NARROWEST = 480  # pixels a chart with long row names needs
NAMED = 640  # pixels a chart with long names at the ends of its lines needs
DARK_FROM = 0.52  # where white text reads better than ink on reversed cividis
ROW, COLUMN, ROW_NAMES = 32, 70, 250  # pixels
ABOVE, BELOW = 150, 50  # pixels for key and column names, and for an axis; Streamlit fits them into the height
POUNDS = (
    "(datum.value < 0 ? '-£' : '£') + "
    "(abs(datum.value) < 1e6 ? format(abs(datum.value), ',.0f') : format(abs(datum.value) / 1e6, '.2~f') + ' million')"
)
"""What an axis of money says at each tick."""
TOP = (20, 8)  # rows and columns shown at first
LINES: tuple[tuple[str, list[int]], ...] = ((BLUE, [1, 0]), ("#330072", [8, 3]), (SLATE, [3, 3]), ("#ae2573", [10, 3, 2, 3]))
"""Colour and dash of each line; all can be read as text on white."""

type Drawn = alt.Chart | alt.LayerChart | alt.FacetChart


@dataclass(frozen=True)
class Figure:
    """Hold a chart with its finding, what it shows, and a short name for assistive technology.

    `status` says how much is shown; on screens narrower than `narrowest` (pixels) the chart scrolls sideways in its own box.
    """

    headline: str
    subtitle: str
    name: str
    chart: Drawn
    status: str = ""
    narrowest: int = 0


def themed(chart: Drawn) -> Drawn:
    """Give a chart the one theme; text is ink, because Streamlit's own chart grey is too light to read."""
    text = {"labelColor": INK, "titleColor": INK, "labelFont": FONT, "titleFont": FONT, "labelFontSize": 13, "titleFontSize": 13}
    return (
        chart.configure(background="#ffffff", font=FONT, padding=4)
        .configure_axis(
            **text, titleFontWeight="normal", labelLimit=420, labelOverlap=False, gridColor=RULE, domainColor="#768692", tickColor="#768692"
        )
        .configure_legend(**text, titleFontWeight="normal", labelLimit=420, titleLimit=420, orient="top", symbolStrokeWidth=0)
        .configure_view(stroke=None, fill="#f7f9fa")
    )


def heatmap(
    frame: pd.DataFrame, *, rows: str, columns: str, measure: Measure, limit: tuple[int, int] | None = TOP, context: str = ""
) -> Figure:
    """Show a measure by `rows` and `columns`, the largest gaps first; dark is more gap, a blank cell requires nothing.

    `frame` has one row a cell, with `rows` and `columns` as names for people. `limit` is how many of each are shown, None for all.
    """
    names = findings.heading(rows), findings.heading(columns)
    down, across = worst_first(frame, rows, measure), worst_first(frame, columns, measure)
    whole = len(down), len(across)
    if limit is not None:
        down, across = down[: limit[0]], across[: limit[1]]
    cells = frame[frame[rows].isin(down) & frame[columns].isin(across)]
    values = findings.numbers(cells, measure.id)
    data = pd.DataFrame(
        {
            "row": cells[rows].astype(str),
            "column": cells[columns].astype(str),
            "value": values,
            "text": [findings.measured(value, measure) for value in cells[measure.id]],
            "people": [findings.amount(value) for value in cells["headcount"]],
            "dark": _darkness(values, measure) >= DARK_FROM,
        }
    )
    base = alt.Chart(data).encode(
        x=alt.X("column:N", sort=across, title=None, axis=column_axis(across), scale=alt.Scale(domain=across)),
        y=alt.Y("row:N", sort=down, title=None, axis=row_axis(down)),
        tooltip=[
            alt.Tooltip("row:N", title=names[0]),
            alt.Tooltip("column:N", title=names[1]),
            alt.Tooltip("text:N", title=f"{measure.label} ({measure.unit})"),
            alt.Tooltip("people:N", title="People"),
        ],
    )
    scale = alt.Scale(scheme="cividis", reverse=not measure.share, domain=_domain(values, measure), clamp=True)
    key = alt.Legend(title=f"{measure.label} ({measure.unit})", gradientLength=260, format=".0%" if measure.share else ",.0f", tickCount=3)
    fill = alt.condition("isValid(datum.value)", alt.Color("value:Q", scale=scale, legend=key), alt.value("#e8edee"))
    layers: list[alt.Chart] = [base.mark_rect(stroke="#ffffff", strokeWidth=2).encode(color=fill)]
    if len(down) <= NUMBERED[0] and len(across) <= NUMBERED[1]:
        ink = alt.condition("datum.dark", alt.value("#ffffff"), alt.value(INK))
        layers.append(base.mark_text(fontSize=12, font=FONT).encode(text="text:N", color=ink))
    nouns = [name.lower() for name in names]
    return Figure(
        headline=findings.gap_finding(frame, measure, [rows, columns]),
        subtitle=subtitle(
            f"{measure.label} ({measure.unit}) by {nouns[0]} and {nouns[1]}", context, "Darker is more gap; blank requires nothing"
        ),
        name=f"Heatmap: {measure.label.lower()} by {nouns[1]} and {nouns[0]}",
        chart=themed(alt.layer(*layers).properties(height=len(down) * ROW + ABOVE)),
        status=findings.showing_both(len(down), whole[0], nouns[0], len(across), whole[1], nouns[1]),
        narrowest=ROW_NAMES + max(3, len(across)) * COLUMN,
    )


def bullet(frame: pd.DataFrame, *, name: str, limit: int = 12, context: str = "") -> Figure:
    """Show what is held as a bar and what is required as a tick, furthest from the requirement first.

    `frame` has `required_fte`, `met`, `met_low`, `met_high` (FTE x skills: one FTE counts once for each skill) and the column `name`.
    """
    needed, met = findings.numbers(frame, "required_fte"), findings.numbers(frame, "met")
    order = frame.assign(_away=needed - met).dropna(subset=["_away"]).sort_values(["_away", name], ascending=[False, True]).head(limit)
    data = pd.DataFrame(
        {
            "name": order[name].astype(str),
            "required": findings.numbers(order, "required_fte"),
            "met": findings.numbers(order, "met"),
            "low": findings.numbers(order, "met_low"),
            "high": findings.numbers(order, "met_high"),
            "away": order["_away"],
        }
    )
    data["text"] = [f"{findings.amount(row.met)} of {findings.amount(row.required)}" for row in data.itertuples()]
    base = alt.Chart(data).encode(
        y=alt.Y("name:N", sort=list(data["name"]), title=None, axis=row_axis(list(data["name"]))),
        tooltip=[
            alt.Tooltip("name:N", title=findings.heading(name)),
            alt.Tooltip("text:N", title="Skills in place of skills required (FTE × skills)"),
        ],
    )
    axis = alt.X("met:Q", title="FTE × skills", axis=alt.Axis(tickCount=5, format=",.0f"), scale=alt.Scale(zero=True, nice=True))
    bar = base.mark_bar(color=BLUE, height=14).encode(x=axis)
    spread = base.mark_rule(color=INK, strokeWidth=2).encode(x="low:Q", x2="high:Q")
    tick = base.mark_tick(color=INK, thickness=4, height=24, opacity=1).encode(x="required:Q")
    headline = "Nothing is required here, so there is nothing to compare"
    if not data.empty:
        worst = data.iloc[0]
        headline = f"Furthest from the requirement: {worst['name']}, {worst['text']} skills in place"
    return Figure(
        headline=headline,
        subtitle=subtitle(
            "One FTE counts once for each skill that its post needs. Bar: held at the required rank or above; thin line: its range; "
            "tick: required",
            context,
        ),
        name=f"Bullet chart: skills in place and required by {findings.heading(name).lower()}",
        chart=themed(alt.layer(bar, spread, tick).properties(height=len(data) * ROW + BELOW)),
        status=findings.showing(len(data), len(frame), "rows"),
        narrowest=NARROWEST,
    )


CASES = ("Doing nothing", "With the plan")


def closes(
    frame: pd.DataFrame, *, name: str, label: str, limit: int = 12, context: str = "", cases: tuple[str, str] = CASES, headline: str = ""
) -> Figure:
    """Show what is short at the end in two cases, doing nothing and with the plan, most closed first.

    `frame` has `do_nothing` and `plan` (FTE x ranks) and the column `name`. The headline says where most is closed unless it is given.
    """
    nothing, planned = findings.numbers(frame, "do_nothing"), findings.numbers(frame, "plan")
    order = frame.assign(_closed=nothing - planned).sort_values(["_closed", name], ascending=[False, True]).head(limit)
    wide = pd.DataFrame(
        {"name": order[name].astype(str), "do_nothing": order["do_nothing"], "plan": order["plan"], "closed": order["_closed"]}
    )
    long = wide.melt(["name", "closed"], ["do_nothing", "plan"], "case", "short").replace(
        {"case": dict(zip(("do_nothing", "plan"), cases, strict=True))}
    )
    y = alt.Y("name:N", sort=list(wide["name"]), title=None, axis=row_axis(list(wide["name"])))
    points = (
        alt.Chart(long)
        .mark_point(filled=True, size=130, opacity=1)
        .encode(
            x=alt.X("short:Q", title="Ranks short in the last period", scale=alt.Scale(zero=True, nice=True), axis=alt.Axis(tickCount=5)),
            y=y,
            color=alt.Color("case:N", title=None, scale=alt.Scale(domain=list(cases), range=[SLATE, BLUE])),
            shape=alt.Shape("case:N", title=None, scale=alt.Scale(domain=list(cases), range=["square", "circle"])),
            tooltip=[
                alt.Tooltip("name:N", title=label),
                alt.Tooltip("case:N", title="Case"),
                alt.Tooltip("short:Q", title="Ranks short", format=",.1f"),
            ],
        )
    )
    link = alt.Chart(wide).mark_rule(color="#768692", strokeWidth=3).encode(y=y, x="plan:Q", x2="do_nothing:Q")
    return Figure(
        headline=headline or closes_finding(wide),
        subtitle=subtitle(f"Ranks short in the last period by {label.lower()}, vacancies included", context),
        name=f"Ranks short by {label.lower()}, {cases[0].lower()} and {cases[1].lower()}",
        chart=themed(alt.layer(link, points).properties(height=len(wide) * ROW + 2 * BELOW)),
        status=findings.showing(len(wide), len(frame), "rows"),
        narrowest=NARROWEST,
    )


def closes_finding(frame: pd.DataFrame) -> str:
    """Say where a plan closes most; `frame` has name and closed, most first."""
    if frame.empty or not frame["closed"].iloc[0] >= 0.05:
        return "The plan closes no gap here"
    first = frame.iloc[0]
    return f"Most is closed in {first['name']}: {findings.amount(first['closed'])} ranks"


def cost_by_stream(frame: pd.DataFrame, headline: str, *, context: str = "") -> Figure:
    """Show cost by financial year, stacked by stream; `frame` has stream, year and pounds, which may be negative (money returned)."""
    streams = sorted(frame["stream"].unique())
    data = frame.assign(text=[findings.pounds(value) for value in frame["pounds"]])
    chart = (
        alt.Chart(data)
        .mark_bar(stroke=INK, strokeWidth=0.6)
        .encode(
            x=alt.X("year:N", title="Financial year", axis=alt.Axis(labelAngle=0), scale=alt.Scale(paddingInner=0.45, paddingOuter=0.3)),
            y=alt.Y("pounds:Q", title=None, axis=alt.Axis(labelExpr=POUNDS, tickCount=5)),
            color=alt.Color(
                "stream:N",
                title="Stream",
                scale=alt.Scale(domain=streams, range=list(PALETTE[: len(streams)])),
                legend=alt.Legend(columns=2),
            ),
            tooltip=[
                alt.Tooltip("stream:N", title="Stream"),
                alt.Tooltip("year:N", title="Financial year"),
                alt.Tooltip("text:N", title="Cost"),
            ],
        )
        .properties(height=320)
    )
    return Figure(
        headline=headline,
        subtitle=subtitle("Cost by stream and financial year, pounds; below zero is money returned", context),
        name="Bar chart: cost by stream and year",
        chart=themed(chart),
        narrowest=NARROWEST,
    )


def path(frame: pd.DataFrame, *, context: str = "") -> Figure:
    """Show coverage by period, doing nothing and with the plan, each line named at its end.

    `frame` has label (of the period), do_nothing and plan (shares), in order of time; with low and high (of the plan, the 10th and the
    90th percentile) a band is drawn where they are known.
    """
    names = {"plan": "With the plan", "do_nothing": "Doing nothing"}
    data = frame.melt(["label"], list(names), "case", "coverage").replace({"case": names})
    data["text"] = [findings.percent(value) for value in data["coverage"]]
    case = alt.Color("case:N", legend=None, scale=alt.Scale(domain=list(names.values()), range=[BLUE, SLATE]))
    dash = alt.StrokeDash("case:N", legend=None, scale=alt.Scale(domain=list(names.values()), range=[[1, 0], [6, 4]]))
    labels = [str(label) for label in frame["label"]]
    few = labels[:: max(1, -(-len(labels) // 6))]
    axis = alt.Axis(labelAngle=0, values=few, labelExpr="split(datum.label, ' ')", grid=False)
    x = alt.X("label:N", sort=labels, title=None, axis=axis, scale=alt.Scale(padding=0.3))
    band = frame.dropna(subset=["low", "high"]) if {"low", "high"} <= set(frame.columns) else frame.iloc[:0]
    ends_at = [data["coverage"], band["low"], band["high"]] if len(band) else [data["coverage"]]
    low, high = float(pd.concat(ends_at).min()), float(pd.concat(ends_at).max())
    room = max(0.02, 0.2 * (high - low))
    scale = alt.Scale(domain=[max(0.0, low - room), min(1.0, high + room)], nice=True, zero=False)
    y = alt.Y("coverage:Q", title="Coverage", axis=alt.Axis(format="%", tickCount=5), scale=scale)
    tooltip = [alt.Tooltip("case:N", title="Case"), alt.Tooltip("label:N", title="Period"), alt.Tooltip("text:N", title="Coverage")]
    lines = (
        alt.Chart(data)
        .mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=50))
        .encode(x=x, y=y, color=case, strokeDash=dash, tooltip=tooltip)
    )
    area = [] if band.empty else [_band(band, x, scale)]
    last = data[data["label"] == labels[-1]].sort_values("coverage", ascending=False, kind="stable")
    ends = [
        alt.Chart(last.iloc[[place]])
        .mark_text(align="right", fontSize=13, font=FONT, fontWeight="bold", dy=shift)
        .encode(x=x, y=y, text="case:N", color=case)
        for place, shift in enumerate((-16, 20)[: len(last)])
    ]
    headline = findings.path_finding(frame["do_nothing"].iloc[-1], frame["plan"].iloc[-1], labels[-1])
    return Figure(
        headline=headline,
        subtitle=subtitle(
            "FTE at the required rank or above, as a share of what is required",
            "Band: the plan from the 10th to the 90th percentile of sampled futures" if area else "",
            context,
        ),
        name="Line chart: coverage by period, with the plan and doing nothing",
        chart=themed(alt.layer(*area, lines, *ends).properties(height=340)),
    )


def _band(frame: pd.DataFrame, x: alt.X, scale: alt.Scale) -> alt.Chart:
    """Draw the range of the plan behind its line; `frame` has label, low and high."""
    said = [f"{findings.percent(low)} to {findings.percent(high)}" for low, high in zip(frame["low"], frame["high"], strict=True)]
    return (
        alt.Chart(frame.assign(said=said))
        .mark_area(color=BLUE, opacity=0.18)
        .encode(
            x=x,
            y=alt.Y("low:Q", title="Coverage", axis=alt.Axis(format="%", tickCount=5), scale=scale),
            y2="high:Q",
            tooltip=[alt.Tooltip("label:N", title="Period"), alt.Tooltip("said:N", title="10th to 90th percentile")],
        )
    )


def trend(frame: pd.DataFrame, *, measure: Measure, noun: str, headline: str, context: str = "", limit: int = len(LINES)) -> Figure:
    """Show a measure at each date for the groups that are furthest from the requirement at the last one, each line named at its end.

    `frame` has as_at (dates), name (of the group) and the measures, one row a date and group.
    """
    last = frame["as_at"].max()
    names = worst_first(frame[frame["as_at"] == last], "name", measure)[:limit]
    data = frame[frame["name"].isin(names)].assign(
        day=lambda rows: pd.to_datetime(rows["as_at"]),
        value=lambda rows: findings.numbers(rows, measure.id),
        text=lambda rows: [findings.measured(value, measure) for value in rows[measure.id]],
    )[["day", "name", "value", "text"]]
    days = sorted(data["day"].unique())
    room = days[-1] + (days[-1] - days[0]) * 0.6  # for the names at the ends
    written = [{"year": day.year, "month": day.month, "date": day.day} for day in map(pd.Timestamp, days)]
    axis = alt.Axis(values=_spread(written), format="%-d %b %Y", labelAngle=0, grid=False)
    x = alt.X("day:T", title=None, axis=axis, scale=alt.Scale(domain=[days[0].isoformat(), room.isoformat()], nice=False))
    low = float(data["value"].min()) if measure.share and data["value"].notna().any() else 0.0
    high = max(float(data["value"].max()) if data["value"].notna().any() else 1.0, low + 0.01)
    ends = apart(data[data["day"] == days[-1]].dropna(subset=["value"]), 0.12 * (high - low))
    top = max([high, *ends["place"]])
    y = alt.Y(
        "value:Q",
        title=f"{measure.label} ({measure.unit})",
        axis=alt.Axis(format="%" if measure.share else ",.0f", tickCount=5),
        scale=alt.Scale(domain=[max(0.0, low - 0.1 * (top - low)) if measure.share else 0.0, top + 0.05 * (top - low)], nice=False),
    )
    colour = alt.Color("name:N", legend=None, scale=alt.Scale(domain=names, range=[line[0] for line in LINES[: len(names)]]))
    dash = alt.StrokeDash("name:N", legend=None, scale=alt.Scale(domain=names, range=[line[1] for line in LINES[: len(names)]]))
    tooltip = [
        alt.Tooltip("name:N", title=noun.capitalize()),
        alt.Tooltip("day:T", title="Date", format="%-d %B %Y"),
        alt.Tooltip("text:N", title=f"{measure.label} ({measure.unit})"),
    ]
    lines = (
        alt.Chart(data)
        .mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=60))
        .encode(x=x, y=y, color=colour, strokeDash=dash, tooltip=tooltip)
    )
    labels = (
        alt.Chart(ends.assign(written=[textwrap.fill(name, 26) for name in ends["name"]]))
        .mark_text(align="left", baseline="middle", dx=10, fontSize=13, font=FONT, fontWeight="bold", lineBreak="\n")
        .encode(x=x, y=alt.Y("place:Q"), text="written:N", color=colour)
    )
    return Figure(
        headline=headline,
        subtitle=subtitle(
            f"{measure.label} ({measure.unit}) at each staff list, as it was known then, where it is furthest from the requirement now",
            context,
        ),
        name=f"Line chart: {measure.label.lower()} by date and {noun}",
        chart=themed(alt.layer(lines, labels).properties(height=340)),
        status=findings.showing(len(names), frame["name"].nunique(), findings.plural(noun)),
        narrowest=NAMED,
    )


def _spread(items: list[dict[str, int]], most: int = 5) -> list[dict[str, int]]:
    """Return so many items that their labels have room, the first and the last among them."""
    if len(items) <= most:
        return items
    return [items[round(step * (len(items) - 1) / (most - 1))] for step in range(most)]


def apart(ends: pd.DataFrame, least: float) -> pd.DataFrame:
    """Give the names at the ends of lines places that are far enough apart to be read; the lowest stays where it is."""
    ordered = ends.sort_values("value").assign(place=lambda rows: rows["value"])
    places: list[float] = []
    for value in ordered["value"]:
        places.append(float(value) if not places else max(float(value), places[-1] + least))
    return ordered.assign(place=places)


def money(frame: pd.DataFrame, headline: str, when: str, *, context: str = "", budget: str = "Budget over the whole plan") -> Figure:
    """Show what stays short with each budget, the plan's own and the knee named; `budget` says what the budgets are.

    `frame` has amount (pounds), ranks_short, this_plan and knee (flags), one row a budget that was solved.
    """
    data = frame.sort_values("amount").assign(
        money=lambda table: [findings.pounds(value) for value in table["amount"]],
        ranks=lambda table: [findings.amount(value) for value in table["ranks_short"]],
    )
    axis = alt.Axis(tickCount=5, labelExpr=POUNDS, labelFlush=True)
    x = alt.X("amount:Q", title=budget, axis=axis, scale=alt.Scale(zero=True, nice=False))
    y = alt.Y("ranks_short:Q", title="Ranks short", axis=alt.Axis(tickCount=5), scale=alt.Scale(zero=True, nice=True))
    tooltip = [alt.Tooltip("money:N", title="Budget"), alt.Tooltip("ranks:N", title="Ranks short")]
    base = alt.Chart(data).encode(x=x, y=y, tooltip=tooltip)
    line = base.mark_line(color=SLATE, strokeWidth=2, strokeDash=[5, 3])
    points = base.mark_point(filled=True, size=70, color=SLATE, opacity=1)
    named = [layer for row in _named(data) for layer in _labelled(row, x, y, tooltip)]
    return Figure(
        headline=headline,
        subtitle=subtitle(
            f"Ranks short at the end, {when}, by budget. Every point is a plan that was solved; the line between them only guides the eye",
            context,
        ),
        name="Line chart: ranks short at the end by budget",
        chart=themed(alt.layer(line, points, *named).properties(height=360)),
        narrowest=NARROWEST,
    )


def _named(data: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the budgets that are named on the curve, the plan's own first; `flag` is what they are named for, `below` where its name stands.

    A falling curve that flattens leaves room above and to the right of a point, and below and to the left: the two names take one each.
    """
    both = data[data["this_plan"] & data["knee"]]
    if len(both):
        return [both.assign(flag="this_plan", below=False, label="This plan, at the knee: " + both["money"])]
    own, knee = data[data["this_plan"]], data[data["knee"]]
    room = own["amount"] >= 0.3 * data["amount"].max()
    room &= own["ranks_short"] >= 0.15 * data["ranks_short"].max()
    own = own.assign(flag="this_plan", below=room, label="This plan: " + own["money"])
    knee = knee.assign(flag="knee", below=False, label="Knee: " + knee["money"])
    return [row for row in (own, knee) if len(row)]


def _labelled(row: pd.DataFrame, x: alt.X, y: alt.Y, tooltip: list[alt.Tooltip]) -> list[alt.Chart]:
    """Mark a budget with its name: the plan's own as a blue diamond, the knee as a ring."""
    mine = row["flag"].iloc[0] == "this_plan"
    color = BLUE if mine else INK
    below = bool(row["below"].iloc[0])
    chart = alt.Chart(row)
    point = chart.mark_point(filled=mine, shape="diamond" if mine else "circle", size=260, color=color, strokeWidth=2.5, opacity=1)
    text = chart.mark_text(
        align="right" if below else "left", dx=-8 if below else 6, dy=24 if below else -16,
        fontSize=13, font=FONT, fontWeight="bold", color=color,
    )  # fmt: skip
    return [point.encode(x=x, y=y, tooltip=tooltip), text.encode(x=x, y=y, text="label:N")]


def worst_first(frame: pd.DataFrame, name: str, measure: Measure) -> list[str]:
    """Return the values of a column, those with the largest gap first; hidden numbers count as none.

    The sums only order rows and columns; they are never shown.
    """
    if measure.share:
        part, whole = findings.numbers(frame, "met"), findings.numbers(frame, "required_fte")
        keyed = pd.DataFrame({"name": frame[name].astype(str), "gap": whole - part, "size": whole})
    else:
        keyed = pd.DataFrame({"name": frame[name].astype(str), "gap": findings.numbers(frame, measure.id), "size": 1.0})
    sums = keyed.groupby("name", as_index=False)[["gap", "size"]].sum(min_count=0)
    if measure.share:
        sums["gap"] = sums["gap"] / sums["size"].where(sums["size"] > 0)
    return [str(value) for value in sums.sort_values(["gap", "name"], ascending=[False, True], na_position="last")["name"]]


def _darkness(values: pd.Series, measure: Measure) -> pd.Series:
    """Return where each value lies on the colour scale, 0 light to 1 dark."""
    low, high = _domain(values, measure)
    place = ((values - low) / (high - low)).clip(0, 1)
    return 1 - place if measure.share else place


def _domain(values: pd.Series, measure: Measure) -> list[float]:
    """Return the ends of the colour scale; coverage always runs from 0 to 1, so that colours mean the same on every page."""
    return [0.0, 1.0] if measure.share else [0.0, max(1.0, float(values.max()) if values.notna().any() else 1.0)]


def column_axis(names: Sequence[str]) -> alt.Axis:
    """Write column names horizontally and in full, broken at words, all ending just above the cells."""
    lines = {name: textwrap.wrap(name, 11, break_long_words=False) for name in names}
    most = max((len(parts) for parts in lines.values()), default=1)
    padded = {name: [""] * (most - len(parts)) + parts for name, parts in lines.items()}
    return alt.Axis(
        orient="top", labelAngle=0, ticks=False, domain=False, labelExpr=_looked_up(padded), labelBaseline="bottom",
        labelPadding=6 + (most - 1) * 15, labelLineHeight=15, labelFontSize=12, grid=False,
    )  # fmt: skip


def row_axis(names: Sequence[str]) -> alt.Axis:
    """Write row names in full, broken at words, centred on their rows."""
    lines = {name: textwrap.wrap(name, 34, break_long_words=False) or [""] for name in names}
    longer = sorted({len(parts) for parts in lines.values()} - {1})
    offset = {
        "condition": [
            {
                "test": f"indexof({json.dumps([name for name, parts in lines.items() if len(parts) == count])}, datum.value) >= 0",
                "value": -7 * (count - 1),
            }
            for count in longer
        ],
        "value": 0,
    }
    return alt.Axis(
        ticks=False, domain=False, labelPadding=8, labelExpr=_looked_up(lines), labelLineHeight=14, labelFontSize=13, grid=False,
        labelOffset=offset if longer else alt.Undefined,
    )  # fmt: skip


def _looked_up(lines: Mapping[str, list[str]]) -> str:
    """Return the Vega expression that turns a label into its lines."""
    return f"({json.dumps(lines, ensure_ascii=True)})[datum.label]"


def subtitle(*parts: str) -> str:
    """Join what a chart shows, where and when into sentences; empty parts are left out."""
    return ". ".join(part for part in parts if part) + "."
