"""Charts of a supply forecast: fan, waterfall, tornado, matrix between role levels, difference of two forecasts, convergence."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from app import findings
from app.charts import (
    BELOW,
    BLUE,
    COLUMN,
    DARK_FROM,
    FONT,
    INK,
    NAMED,
    NARROWEST,
    ROW,
    SLATE,
    Figure,
    apart,
    column_axis,
    row_axis,
    subtitle,
    themed,
)

WIDE_BAND, NARROW_BAND = "#cfdff2", "#8fb5df"
DEMAND = "#330072"
ORANGE = "#ed8b00"
STAFF = {"supply": "Staff in post", "demand": "Posts needed"}
BAR = 80  # pixels of a waterfall for each bar
LEAST = 0.05  # FTE; what moves less is not drawn
WHOLE = 10  # FTE; an axis that ends below it has decimals
LIMIT = 12  # bars of a tornado, or of a difference, shown at first
CELLS = 15  # rows and columns of a matrix whose numbers can be read
PERCENTILES = "Dark band: 25th to 75th percentile of the sampled futures; light band: 10th to 90th; line: the median"


def fan(frame: pd.DataFrame, *, headline: str, context: str = "", names: Mapping[str, str] = STAFF) -> Figure:
    """Show staff in post with its range, beside the posts needed and what doing nothing leaves, each line named at its end.

    `frame` has year, p10, p25, p50, p75, p90 of supply, demand (the median of posts needed) and nothing, one row a year in order of time;
    a column that is missing throughout is not drawn. `names` calls supply and demand something else where they are not people.
    """
    years = [str(year) for year in frame["year"]]
    numbers = ["p10", "p25", "p50", "p75", "p90", "demand", "nothing"]
    data = pd.DataFrame({name: findings.numbers(frame, name).to_numpy() for name in numbers}).assign(year=years, at=range(len(years)))
    span = _span(data[numbers])
    x, y = _years(years), _fte("fte", span)
    bands = [
        alt.Chart(data).mark_area(color=colour, opacity=1).encode(x=x, y=_fte(low, span), y2=f"{high}:Q")
        for low, high, colour in (("p10", "p90", WIDE_BAND), ("p25", "p75", NARROW_BAND))
    ]
    lines = {"p50": names["supply"], "demand": names["demand"], "nothing": "Doing nothing"}
    told = list(lines.values())
    long = data.melt(["year", "at"], list(lines), "line", "fte").replace({"line": lines}).dropna(subset=["fte"])
    long["text"] = [findings.amount(value) for value in long["fte"]]
    ranges = [f"{findings.amount(low)} to {findings.amount(high)}" for low, high in zip(data["p10"], data["p90"], strict=True)]
    long["range"] = [ranges[at] if line == lines["p50"] else "" for line, at in zip(long["line"], long["at"], strict=True)]
    ends = _ends(long, span)
    return Figure(
        headline=headline,
        subtitle=subtitle("FTE at the end of each financial year", context, PERCENTILES),
        name=f"Fan chart: {names['supply'].lower()} and {names['demand'].lower()} by year",
        chart=themed(alt.layer(*bands, _lines(long, told, x, y), _names(ends, told, x)).properties(height=380)),
        status=findings.showing(len(years), len(years), "years"),
        narrowest=NAMED,
    )


def waterfall(frame: pd.DataFrame, *, headline: str, context: str = "", names: Mapping[str, str] = STAFF) -> Figure:
    """Show what leads from the staff at the start to those at the end, with a sign at every change; the axis begins at 0.

    `frame` has step (name for people), fte, and total (True for the start and the end), in order.
    """
    whole = names["supply"]
    of = "staff" if whole == STAFF["supply"] else "held"
    kinds = [whole, f"More {of}", f"Fewer {of}" if of == "staff" else f"Less {of}"]
    data = _stairs(frame, kinds)
    order = list(data["step"])
    scale = alt.Scale(domain=[min(0.0, float(data["low"].min())), max(1.0, 1.12 * float(data["high"].max()))], nice=True)
    base = alt.Chart(data).encode(
        x=alt.X("step:N", sort=order, title=None, axis=_under(order), scale=alt.Scale(paddingInner=0.25, paddingOuter=0.1)),
        tooltip=[alt.Tooltip("step:N", title="Step"), alt.Tooltip("text:N", title="FTE")],
    )
    colour = alt.Color("kind:N", title=None, scale=alt.Scale(domain=kinds, range=[SLATE, BLUE, ORANGE]))
    bars = base.mark_bar(stroke=INK, strokeWidth=1).encode(
        y=alt.Y("low:Q", title="FTE", axis=alt.Axis(format=",.0f", tickCount=5), scale=scale), y2="high:Q", color=colour
    )
    labels = base.mark_text(baseline="bottom", dy=-5, fontSize=13, font=FONT, fontWeight="bold", color=INK).encode(
        y="high:Q", text="text:N"
    )
    links = alt.Chart(data.iloc[:-1]).mark_tick(color=INK, thickness=1, size=BAR, xOffset=BAR / 2, orient="horizontal")
    steps = links.encode(x=alt.X("step:N", sort=order), y="level:Q")
    return Figure(
        headline=headline,
        subtitle=subtitle("FTE; every change with its sign, from the start to the end of the forecast", context),
        name=f"Waterfall: what changes {whole.lower()}",
        chart=themed(alt.layer(steps, bars, labels).properties(height=380)),
        narrowest=BAR * len(order) + COLUMN,
    )


def tornado(frame: pd.DataFrame, *, headline: str, measure: str, limit: int | None = LIMIT, context: str = "") -> Figure:
    """Show how far each uncertain number alone moves a measure, the widest first.

    `frame` has label, and low and high: what the measure becomes at the 10th and the 90th percentile of the number, less what it is at the
    median.
    """
    whole = frame.assign(swing=(frame["high"] - frame["low"]).abs()).sort_values(["swing", "label"], ascending=[False, True])
    moving = whole[whole["swing"] >= LEAST]
    shown = moving if limit is None else moving.head(limit)
    names = [str(label) for label in shown["label"]]
    cases = {"low": "At the low end of its range", "high": "At the high end of its range"}
    long = shown[["label", "low", "high"]].melt(["label"], list(cases), "case", "change").assign(case=lambda rows: rows["case"].map(cases))
    long["text"] = [findings.signed(float(value), findings.amount) for value in long["change"]]
    span = 1.35 * max(1.0, float(long["change"].abs().max()) if len(long) else 1.0)
    y = alt.Y("label:N", sort=names, title=None, axis=row_axis(names), scale=alt.Scale(paddingInner=0.35))
    x = alt.X(
        "change:Q",
        title=f"Change in {measure} (FTE)",
        axis=alt.Axis(format="+,.0f" if span >= WHOLE else "+,.1f", tickCount=5),
        scale=alt.Scale(domain=[-span, span]),
    )
    colour = alt.Color("case:N", title=None, scale=alt.Scale(domain=list(cases.values()), range=[ORANGE, BLUE]))
    tooltip = [
        alt.Tooltip("label:N", title="Uncertain number"),
        alt.Tooltip("case:N", title="Case"),
        alt.Tooltip("text:N", title=f"Change in {measure} (FTE)"),
    ]
    base = alt.Chart(long).encode(y=y, tooltip=tooltip)
    bars = base.mark_bar(stroke=INK, strokeWidth=1).encode(x=x, color=colour)
    return Figure(
        headline=headline,
        subtitle=subtitle(
            f"What {measure} would be at the low and at the high end of each number's range (10th and 90th percentile), all others at their "
            "median, against all at their median",
            context,
        ),
        name="Tornado: what drives the forecast",
        chart=themed(alt.layer(bars, *_beside(long, x, y)).properties(height=len(names) * (ROW + 6) + 2 * BELOW)),
        status=findings.showing(len(names), len(whole), "uncertain numbers"),
        narrowest=NAMED,
    )


def matrix(frame: pd.DataFrame, *, headline: str, limit: int = CELLS, context: str = "") -> Figure:
    """Show how many move from one role level (row) to another (column), with the numbers; a blank cell is no way that anybody goes.

    `frame` has from_label, to_label and fte (a year), in the order in which role levels are to stand; the largest moves are kept where they are many.
    """
    moves = frame.assign(moved=findings.numbers(frame, "fte"))
    rows = _largest(moves, "from_label", limit)
    columns = _largest(moves[moves["from_label"].isin(rows)], "to_label", limit)
    cells = moves[moves["from_label"].isin(rows) & moves["to_label"].isin(columns)]
    most = float(cells["moved"].max()) if cells["moved"].notna().any() else 1.0
    data = cells.assign(text=[findings.amount(value) for value in cells["fte"]], dark=cells["moved"] / max(most, 1e-9) >= DARK_FROM)[
        ["from_label", "to_label", "moved", "text", "dark"]
    ]
    base = alt.Chart(data).encode(
        x=alt.X("to_label:N", sort=columns, title=None, axis=column_axis(columns), scale=alt.Scale(domain=columns)),
        y=alt.Y("from_label:N", sort=rows, title=None, axis=row_axis(rows), scale=alt.Scale(domain=rows)),
        tooltip=[
            alt.Tooltip("from_label:N", title="From"), alt.Tooltip("to_label:N", title="To"), alt.Tooltip("text:N", title="FTE"),
        ],
    )  # fmt: skip
    scale = alt.Scale(scheme="cividis", reverse=True, domain=[0.0, max(most, 1.0)], clamp=True)
    key = alt.Legend(title="FTE", gradientLength=260, format=",.0f", tickCount=3)
    fill = alt.condition("isValid(datum.moved)", alt.Color("moved:Q", scale=scale, legend=key), alt.value("#e8edee"))
    ink = alt.condition("datum.dark", alt.value("#ffffff"), alt.value(INK))
    layers = [
        base.mark_rect(stroke="#ffffff", strokeWidth=2).encode(color=fill),
        base.mark_text(fontSize=12, font=FONT).encode(text="text:N", color=ink),
    ]
    count = frame["from_label"].nunique(), frame["to_label"].nunique()
    return Figure(
        headline=headline,
        subtitle=subtitle("FTE a year that move from the role level of a row to that of a column, mean of the forecast", context),
        name="Matrix: moves between role levels",
        chart=themed(alt.layer(*layers).properties(height=len(rows) * ROW + 220)),
        status=findings.showing_both(len(rows), count[0], "role level", len(columns), count[1], "role level"),
        narrowest=NARROWEST + max(3, len(columns)) * COLUMN,
    )


def difference(frame: pd.DataFrame, *, headline: str, noun: str, limit: int | None = LIMIT, context: str = "") -> Figure:
    """Show by how much two forecasts differ at the end, the largest difference first, each with its sign.

    `frame` has name and difference (FTE).
    """
    ordered = frame.assign(_size=frame["difference"].abs()).sort_values(["_size", "name"], ascending=[False, True])
    shown = ordered if limit is None else ordered.head(limit)
    names = [str(name) for name in shown["name"]]
    data = pd.DataFrame({"name": names, "change": shown["difference"].to_numpy(dtype="float64")})
    data["text"] = [findings.signed(float(value), findings.amount) for value in data["change"]]
    span = 1.35 * max(1.0, float(data["change"].abs().max()) if len(data) else 1.0)
    y = alt.Y("name:N", sort=names, title=None, axis=row_axis(names), scale=alt.Scale(paddingInner=0.35))
    x = alt.X(
        "change:Q",
        title="Difference in staff in post (FTE)",
        axis=alt.Axis(format="+,.0f" if span >= WHOLE else "+,.1f", tickCount=5),
        scale=alt.Scale(domain=[-span, span]),
    )
    colour = alt.condition("datum.change < 0", alt.value(ORANGE), alt.value(BLUE))
    tooltip = [alt.Tooltip("name:N", title=noun.capitalize()), alt.Tooltip("text:N", title="Difference (FTE)")]
    bars = alt.Chart(data).mark_bar(stroke=INK, strokeWidth=1).encode(x=x, y=y, color=colour, tooltip=tooltip)
    return Figure(
        headline=headline,
        subtitle=subtitle("Median of staff in post at the end of the forecast, less that of the other forecast, FTE", context),
        name=f"Bar chart: difference in staff in post by {noun}",
        chart=themed(alt.layer(bars, *_beside(data, x, y)).properties(height=len(names) * (ROW + 6) + BELOW)),
        status=findings.showing(len(names), len(ordered), findings.plural(noun)),
        narrowest=NARROWEST,
    )


def convergence(frame: pd.DataFrame, *, headline: str, context: str = "") -> Figure:
    """Show how percentiles settle as more futures are sampled, with how far each may still be off.

    `frame` has draws, percentile (10, 50, 90), fte and error (the standard error of the percentile).
    """
    names = {10: "10th percentile", 50: "Median", 90: "90th percentile"}
    data = pd.DataFrame(
        {
            "draws": frame["draws"].astype(int),
            "line": frame["percentile"].astype(int).map(names),
            "fte": frame["fte"],
            "low": frame["fte"] - frame["error"],
            "high": frame["fte"] + frame["error"],
        }
    )
    data["text"] = [
        f"{findings.amount(value)} ± {findings.amount(error)}" for value, error in zip(frame["fte"], frame["error"], strict=True)
    ]
    counts = sorted(data["draws"].unique().tolist())
    order = [str(count) for count in counts]
    data["count"] = data["draws"].astype(str)
    labels = json.dumps({str(count): f"{count:,}" for count in counts})
    x = alt.X("count:N", sort=order, title="Futures sampled", axis=alt.Axis(labelAngle=0, labelExpr=f"({labels})[datum.label]", grid=False))
    low, high = float(data["low"].min()), float(data["high"].max())
    room = max(1.0, 0.1 * (high - low))
    span = low - room, high + room
    kinds = list(names.values())
    colour = alt.Color("line:N", title=None, scale=alt.Scale(domain=kinds, range=[SLATE, BLUE, DEMAND]))
    base = alt.Chart(data).encode(
        x=x,
        color=colour,
        tooltip=[alt.Tooltip("line:N", title="Of"), alt.Tooltip("count:N", title="Futures"), alt.Tooltip("text:N", title="FTE")],
    )
    return Figure(
        headline=headline,
        subtitle=subtitle("Staff in post at the end of the forecast, FTE; the thin line is one standard error to either side", context),
        name="Line chart: percentiles by number of sampled futures",
        chart=themed(
            alt.layer(
                base.mark_rule(strokeWidth=3).encode(y=_fte("low", span), y2="high:Q"),
                base.mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=60)).encode(y=_fte("fte", span)),
            ).properties(height=300)
        ),
        narrowest=NARROWEST,
    )


def _years(years: Sequence[str]) -> alt.X:
    """Place years evenly, named horizontally, with room on the right for the names of the lines."""
    few = range(0, len(years), max(1, -(-len(years) // 8)))
    names = json.dumps({str(place): year for place, year in enumerate(years)})
    axis = alt.Axis(values=list(few), labelExpr=f"({names})[format(datum.value, 'd')]", labelAngle=0, grid=False)
    last = max(1, len(years) - 1)
    return alt.X("at:Q", title=None, axis=axis, scale=alt.Scale(domain=[0, last * 1.32], nice=False))


def _span(numbers: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of an axis of FTE that holds all numbers; a fan need not begin at 0."""
    low, high = float(numbers.min().min()), float(numbers.max().max())
    if pd.isna(low):
        return 0.0, 1.0
    room = max(1.0, 0.08 * (high - low))
    return max(0.0, low - room), high + room


def _fte(name: str, span: tuple[float, float]) -> alt.Y:
    return alt.Y(
        f"{name}:Q", title="FTE", axis=alt.Axis(format=",.0f", tickCount=5), scale=alt.Scale(domain=list(span), nice=True, zero=False)
    )


def _lines(long: pd.DataFrame, names: Sequence[str], x: alt.X, y: alt.Y) -> alt.Chart:
    """Draw each line in its own colour and dash."""
    tooltip = [
        alt.Tooltip("line:N", title="Line"), alt.Tooltip("year:N", title="End of"), alt.Tooltip("text:N", title="FTE"),
        alt.Tooltip("range:N", title="10th to 90th percentile"),
    ]  # fmt: skip
    dash = alt.StrokeDash("line:N", legend=None, scale=alt.Scale(domain=list(names), range=[[1, 0], [8, 3], [3, 3]]))
    return alt.Chart(long).mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=50)).encode(
        x=x, y=y, color=_line_colour(names), strokeDash=dash, tooltip=tooltip
    )  # fmt: skip


def _line_colour(names: Sequence[str]) -> alt.Color:
    return alt.Color("line:N", legend=None, scale=alt.Scale(domain=list(names), range=[BLUE, DEMAND, SLATE]))


def _ends(long: pd.DataFrame, span: tuple[float, float]) -> pd.DataFrame:
    """Return the name of each line and where it stands, far enough apart to be read."""
    last = long[long["at"] == long["at"].max()].rename(columns={"fte": "value"})
    return apart(last, 0.075 * (span[1] - span[0])).assign(name=lambda rows: rows["line"] + ", " + rows["text"])


def _names(ends: pd.DataFrame, names: Sequence[str], x: alt.X) -> alt.Chart:
    text = alt.Chart(ends).mark_text(align="left", baseline="middle", dx=10, fontSize=13, font=FONT, fontWeight="bold")
    return text.encode(x=x, y="place:Q", text="name:N", color=_line_colour(names))


def _stairs(frame: pd.DataFrame, kinds: Sequence[str]) -> pd.DataFrame:
    """Return each step with the two ends of its bar, the level after it, its kind (the whole, more, less) and its label."""
    level, rows = 0.0, []
    for step, value, total in zip(frame["step"], findings.numbers(frame, "fte"), frame["total"], strict=True):
        before, level = (0.0, float(value)) if total else (level, level + float(value))
        kind = kinds[0] if total else kinds[1] if value >= 0 else kinds[2]
        text = findings.amount(value) if total else findings.signed(float(value), findings.amount)
        rows.append((str(step), min(before, level), max(before, level), level, kind, text))
    return pd.DataFrame(rows, columns=["step", "low", "high", "level", "kind", "text"])


def _under(names: Sequence[str]) -> alt.Axis:
    """Write the names of bars horizontally, broken at words."""
    lines = json.dumps({name: textwrap.wrap(name, 12, break_long_words=False) or [""] for name in names})
    return alt.Axis(labelAngle=0, ticks=False, labelExpr=f"({lines})[datum.label]", labelPadding=8, labelLineHeight=15)


def _beside(data: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Write a signed number at the outer end of each bar."""
    left, right = data[data["change"] < 0], data[data["change"] >= 0]
    texts = (
        alt.Chart(left).mark_text(align="right", dx=-5, fontSize=13, font=FONT, color=INK),
        alt.Chart(right).mark_text(align="left", dx=5, fontSize=13, font=FONT, color=INK),
    )
    return [text.encode(x=x, y=y, text="text:N") for text, rows in zip(texts, (left, right), strict=True) if len(rows)]


def _largest(moves: pd.DataFrame, name: str, limit: int) -> list[str]:
    """Return the values of a column between which most move, in the order in which they came."""
    sums = moves.groupby(name, sort=False)["moved"].sum(min_count=0)
    kept = set(sums.sort_values(ascending=False, kind="stable").head(limit).index)
    return [str(value) for value in sums.index if value in kept]
