"""A plan as a workbook: what to do, what it closes and costs, why, and what it rests on; every sheet of a demonstration says so."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app import charts, findings, plan_words, results
from app.guard import MARK, guarded
from app.pipeline.plans import PlanResult
from skills_model.assumptions import Assumptions
from skills_model.planning.describe.words import one

HEADING: dict[str, object] = {"bold": True, "bg_color": "#005eb8", "font_color": "#ffffff", "text_wrap": True, "valign": "top"}
WIDEST, NARROW = 60, 34  # characters of a column, and of one among many; what is longer has several lines
FEW = 4  # columns that may be wide
ENDS = {
    "Ranks short, now and in the last period": "ranks_short",
    "Coverage, now and in the last period": "coverage",
    "Staff in post, now and in the last period, FTE": "staff_fte",
}
PAY_OF_POSTS = "Pay of funded posts"
CHANGE = ", beside doing nothing"
A4 = 9  # as spreadsheets number it
LINE, TITLE_LINE = 15, 19  # points a line of text needs
POUNDS = ("pounds", "pounds a year")
SHARE = "Coverage, "
type Sheet = tuple[str, pd.DataFrame]
PROGRAMME_HEADINGS = {
    "when": "When",
    "action": "Action",
    "where": "Role family or level",
    "what": "What",
    "people": "People",
    "fte": "FTE",
    "cost": "Cost, pounds",
    "one_off": "One-off, pounds",
    "recurrent": "Recurrent, pounds a year",
    "whole_life": "Whole life, pounds",
    "stream": "Streams",
}
ACTION_HEADINGS = {
    "action": "Action",
    "role_family": "Role family",
    "role_level": "Role level",
    "to_role_level": "To role level",
    "skill": "Skill",
    "rank": "To rank",
    "route": "Route",
    "starts": "Quarter",
    "people": "People",
    "fte": "FTE",
    "of": "Cost is of",
    "each": "Cost of one, pounds",
    "cost": "Cost, pounds",
    "one_off": "One-off, pounds",
    "recurrent": "Recurrent, pounds a year",
    "whole_life": "Whole life, pounds",
    "stream": "Stream",
}
CLOSES_HEADINGS = {
    "role_family": "Role family",
    "role_level": "Role level",
    "skill": "Skill",
    "required_rank": "Required rank",
    "posts": "Posts, FTE",
    "do_nothing": "Ranks short, doing nothing",
    "plan": "Ranks short, with the plan",
    "closed": "Closed",
}
QUARTER_HEADINGS = {
    "starts": "Quarter",
    "role_family": "Role family",
    "role_level": "Role level",
    "skill": "Skill",
    "do_nothing": "Ranks short, doing nothing",
    "plan": "Ranks short, with the plan",
    "closed": "Closed",
}
STREAM_HEADINGS = {
    "stream_label": "Stream",
    "kind": "Kind",
    "status": "Status",
    "year": "Year",
    "budget": "Budget, pounds",
    "carried_in": "Carried in, pounds",
    "used": "Used, pounds",
    "carried_out": "Carried out, pounds",
    "lapsed": "Lapsed, pounds",
}
LEVY_HEADINGS = {
    "starts": "Quarter",
    "into": "Comes in, pounds",
    "used": "Used, pounds",
    "expired": "Expires, pounds",
    "left": "Left, pounds",
    "coinvested": "Co-invested, pounds",
}
LIMIT_HEADINGS = {"sentence": "What holds the plan back", "from": "From", "to": "To", "worth": "Worth of one more"}
LEFT_HEADINGS = {
    "action": "Action",
    "what": "Where",
    "of": "Price is of",
    "unit_cost": "Price of one, pounds",
    "enters_at": "Comes in below, pounds",
    "sentence": "In words",
}
WEIGHT_HEADINGS = {"what": "Of what", "name": "Which", "weight": "Weight", "source": "Who says so"}
QUESTION_HEADINGS = {
    "group": "About",
    "asks": "Question",
    "state": "State",
    "figure": "Figure",
    "threshold": "Threshold",
    "changes": "What would change the answer",
    "response": "Response",
    "owner": "Owner",
}
PATH_HEADINGS = {
    "starts": "Quarter",
    "posts": "Posts, FTE",
    "do_nothing_ranks_short": "Ranks short, doing nothing",
    "plan_ranks_short": "Ranks short, with the plan",
    "do_nothing_coverage": "Coverage, doing nothing",
    "plan_coverage": "Coverage, with the plan",
    "do_nothing_staff_fte": "Staff, doing nothing, FTE",
    "plan_staff_fte": "Staff, with the plan, FTE",
}
MEASURES = {"coverage": "coverage", "ranks_short": "ranks short", "staff_fte": "staff, FTE"}
WAYS = {"nothing": "doing nothing", "plan": "with the plan"}
PERCENTILES = {"low": "10th percentile", "median": "median", "high": "90th percentile"}
ASSUMPTION_HEADINGS = {
    "assumption": "Id",
    "label": "Assumption",
    "value": "Value",
    "low": "Low",
    "high": "High",
    "unit": "Unit",
    "source": "Source",
}


def plan(result: PlanResult, assumptions: Assumptions, questions: pd.DataFrame | None = None) -> bytes:
    """Write a plan as XLSX: numbers as numbers, everything else as text that no spreadsheet runs.

    `questions` are the delivery questions of the plan where they are at hand.
    """
    told = results.told_of(result)
    sheets = _sheets(result, assumptions, questions)
    notes = {"What to do": plan_words.programme(told)}
    memory = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(memory, options) as book:
        book.set_properties({"title": guarded(f"Plan for {told['organisation_name']}"), "comments": MARK if told["demonstration"] else ""})
        mark = book.add_format({"bold": True, "bg_color": "#ffeb3b"})
        formats = Formats.of(book)
        for name, (sentence, frame) in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.write_string(1, 0, str(guarded(str(told["organisation_name"]))))
            if told["demonstration"]:
                sheet.write_string(2, 0, MARK, mark)
            widths = write_sheet(sheet, frame, formats)
            _across(sheet, 0, widths, sentence, formats.title, TITLE_LINE)
            if name in notes:
                _across(sheet, 3, widths, notes[name], formats.wrapped, LINE)
    return memory.getvalue()


def _sheets(result: PlanResult, assumptions: Assumptions, questions: pd.DataFrame | None) -> dict[str, Sheet]:
    """Return each sheet's sentence and table, in their order."""
    described = result.described
    sheets: dict[str, Sheet] = {
        "Summary": (results.headline(result), _summary(result)),
        "What to do": ("What to do: the programme of work", _headed(results.programme_sheet(result), PROGRAMME_HEADINGS)),
        "Actions": (
            "Every start of every role level and quarter, as the plan has it",
            _headed(_in_quarters(_actions(result)), ACTION_HEADINGS),
        ),
        "Closes": ("What the plan closes by the last period", _headed(result.closes, CLOSES_HEADINGS)),
        "Closes by quarter": (
            "What is short at the end of each quarter",
            _headed(_by_quarter(described.closes_by_period, result), QUARTER_HEADINGS),
        ),
        "Cost": (results.cost_headline(result), _costs(result)),
        "Streams": ("What becomes of each funding stream", _headed(described.streams, STREAM_HEADINGS)),
        "Levy": (_levy(result), _headed(_in_quarters(described.levy), LEVY_HEADINGS)),
        "Path": (charts.path(results.coverage_path(result)).headline, _path(result)),
        "Limits": ("What holds the plan back", _headed(_limits(result), LIMIT_HEADINGS)),
        "Left out": ("What the plan leaves out, the nearest first", _headed(_left_out(result), LEFT_HEADINGS)),
        "Weights": ("What shortfalls weigh", _headed(described.weights, WEIGHT_HEADINGS)),
        "Assumptions": ("The numbers that the plan rests on", _assumptions(assumptions)),
    }
    if questions is None:
        return sheets
    asked: Sheet = ("Before you decide", _headed(questions, QUESTION_HEADINGS))
    last = sheets.popitem()
    return sheets | {"Delivery questions": asked} | dict([last])


def _costs(result: PlanResult) -> pd.DataFrame:
    """Return pounds by stream, action and year."""
    table = results.cost_table(result)
    return table.rename(columns=lambda name: results.COST_HEADINGS.get(name, f"{name}, pounds"))


def _actions(result: PlanResult) -> pd.DataFrame:
    """Return the actions with blank ranks as blanks, streams by their names, and what one costs: of those who learn one person."""
    paid = ["; ".join(results.stream_labels(result, str(ids).split(";"))) if ids else "" for ids in result.actions["stream"].fillna("")]
    table, period = result.actions, str(result.summary["period"])
    heads = (table["fte"] / table["headcount"]).where(table["headcount"] > 0, 1.0)
    return table.assign(
        rank=["" if pd.isna(rank) else int(rank) for rank in table["rank"]],
        of=[one(str(kind), period) for kind in table["kind"]],
        each=table["unit_cost"] * heads,
        stream=paid,
    )


def _in_quarters(frame: pd.DataFrame) -> pd.DataFrame:
    """Name the quarter of each row."""
    return frame.assign(starts=[results.quarter(day) for day in frame["starts_on"]])


def _by_quarter(frame: pd.DataFrame, result: PlanResult) -> pd.DataFrame:
    """Name the quarter of each row by its period."""
    starts = result.path.set_index("period")["starts_on"].map(results.quarter)
    return frame.assign(starts=frame["period"].map(starts)) if len(frame) else frame.reindex(columns=list(QUARTER_HEADINGS))


def _levy(result: PlanResult) -> str:
    return " ".join(plan_words.levy(results.told_of(result))) or "What becomes of the apprenticeship levy"


def _path(result: PlanResult) -> pd.DataFrame:
    """Return the way of the gap, with the percentiles of what was sampled beside it."""
    path = _in_quarters(result.path)
    headings = dict(PATH_HEADINGS)
    ranges = result.described.ranges
    for (measure, way), rows in ranges.groupby(["measure", "way"], sort=True):
        for name, said in PERCENTILES.items():
            column = f"{measure}:{way}:{name}"
            path[column] = path["period"].map(rows.set_index("period")[name])
            headings[column] = f"{MEASURES.get(str(measure), str(measure)).capitalize()}, {WAYS.get(str(way), str(way))}, {said}"
    return _headed(path.assign(starts=path["starts"].where(path["period"] > 0, "Now")), headings)


def _limits(result: PlanResult) -> pd.DataFrame:
    written = results.written_limits(result)
    return written.assign(worth=result.described.limits["worth"].to_numpy())


def _left_out(result: PlanResult) -> pd.DataFrame:
    table, period = result.described.left_out, str(result.summary["period"])
    prices = {name: table[name].to_numpy() for name in ("unit_cost", "enters_at")}
    return results.written_left_out(result).assign(of=[one(str(kind), period) for kind in table["kind"]], **prices)


@dataclass(frozen=True)
class Formats:
    """How cells of a workbook look: titles, headings, numbers with decimals, whole ones and shares, text and what needs several lines of it."""

    title: Format
    heading: Format
    number: Format
    whole: Format
    share: Format
    text: Format
    wrapped: Format

    @classmethod
    def of(cls, book: xlsxwriter.Workbook, decimals: str = "#,##0.00") -> Formats:
        """Add them to a workbook."""
        title: dict[str, object] = {"bold": True, "font_size": 14, "text_wrap": True}
        cells: tuple[dict[str, object], ...] = (
            title, HEADING, {"num_format": decimals}, {"num_format": "#,##0"}, {"num_format": "0.0%"}, {"align": "left", "indent": 1},
            {"align": "left", "indent": 1, "text_wrap": True},
        )  # fmt: skip
        return cls(*(book.add_format({"valign": "top"} | look) for look in cells))

    def of_number(self, value: float, *named: str) -> Format:
        """Return how a number looks by what its column and its line are called."""
        if any(name.startswith(SHARE) for name in named):
            return self.share
        pounds = any(name.removesuffix(CHANGE).endswith(POUNDS) for name in named)
        return self.whole if pounds or isinstance(value, int) else self.number


def write_sheet(sheet: Worksheet, frame: pd.DataFrame, formats: Formats, top: int = 4) -> list[int]:
    """Write a frame below its headings, which stay in view and come again on each printed page; how wide its columns are, in characters."""
    widths = [_width(frame, column) for column in range(len(frame.columns))]
    for column, (name, width) in enumerate(zip(frame.columns, widths, strict=True)):
        sheet.write_string(top, column, str(guarded(str(name))), formats.heading)
        sheet.set_column(column, column, width)
    sheet.set_row(top, LINE * max(_lines(str(name), width - 4) for name, width in zip(frame.columns, widths, strict=True)))
    rows = [list(values) for values in frame.itertuples(index=False, name=None)]
    for row, values in enumerate(rows, start=top + 1):
        if _alone(values):
            _across(sheet, row, widths, str(values[0]), formats.wrapped, LINE)
        else:
            _row(sheet, row, dict(zip(map(str, frame.columns), values, strict=True)), widths, formats)
    sheet.freeze_panes(top + 1, 0)
    if rows and not any(map(_alone, rows)):
        sheet.autofilter(top, 0, top + len(rows), len(widths) - 1)
    _on_paper(sheet, top)
    return widths


def _width(frame: pd.DataFrame, column: int) -> int:
    """Return how wide a column is: its longest text, within what there is room for."""
    longest = max([len(str(frame.columns[column])) // 2, *(len(value) for value in frame.iloc[:, column] if isinstance(value, str))])
    return min(WIDEST if len(frame.columns) <= FEW else NARROW, max(11, longest + 2))


def _alone(values: Sequence[object]) -> bool:
    """Tell whether a line is a sentence with nothing beside it."""
    return len(values) > 1 and isinstance(values[0], str) and all(value is None for value in values[1:])


def _on_paper(sheet: Worksheet, top: int) -> None:
    """Let all columns stand on one page, each page with the headings, the name of the sheet and its number."""
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    sheet.set_footer("&L&A&RPage &P of &N")


def _lines(said: str, width: int) -> int:
    return max(1, len(textwrap.wrap(said, max(1, width))))


def _across(sheet: Worksheet, row: int, widths: Sequence[int], said: str, look: Format, line: int) -> None:
    """Write a sentence across all columns, in as many lines (each so many points high) as it needs there."""
    if len(widths) > 1:
        sheet.merge_range(row, 0, row, len(widths) - 1, "", look)
    sheet.write_string(row, 0, str(guarded(said)), look)
    sheet.set_row(row, line * _lines(said, int(0.95 * sum(widths) * LINE / line)))


def _row(sheet: Worksheet, row: int, values: Mapping[str, object], widths: Sequence[int], formats: Formats) -> None:
    """Write a line, as high as its longest text needs."""
    label = str(next(iter(values.values())))
    lines = 1
    for column, (name, value) in enumerate(values.items()):
        if isinstance(value, int | float) and not isinstance(value, bool):
            if not pd.isna(value):
                sheet.write_number(row, column, value, formats.of_number(value, name, label))
        elif value is not None and not pd.isna(value):  # type: ignore[call-overload]
            wide = len(str(value)) > widths[column] - 2
            sheet.write_string(row, column, str(guarded(str(value))), formats.wrapped if wide else formats.text)
            lines = max(lines, _lines(str(value), widths[column] - 2) if wide else 1)
    if lines > 1:
        sheet.set_row(row, LINE * lines)


def _headed(frame: pd.DataFrame, headings: Mapping[str, str]) -> pd.DataFrame:
    return frame[list(headings)].rename(columns=dict(headings))


def _summary(result: PlanResult) -> pd.DataFrame:
    told = results.told_of(result)
    cost = told["cost"]
    streams = zip(results.stream_labels(result, list(cost["by_stream"])), cost["by_stream"].values(), strict=True)
    figures: list[tuple[str, object]] = [
        ("Charged to funding streams, pounds", cost["total"]),
        ("Budget of the streams that actions may be paid from, pounds", told["budget"]),
        ("Budget of all streams, pounds", told["budget_total"]),
        *[(f"{name}, pounds{CHANGE if name == PAY_OF_POSTS else ''}", value) for name, value in streams],
        ("Is there money for the pay of vacant posts that are filled?", findings.confirmed(told).capitalize()),
        ("One-off cost, pounds", cost["one_off"]),
        ("Recurrent cost of what is started, pounds a year", cost["recurrent"]),
        ("Whole-life cost, discounted, pounds", cost["whole_life"]),
        ("Status", results.STATUSES[told["status"]]),
        ("Organisation", told["organisation"]),
        ("Scenario", told["scenario"]),
        ("First period", results.quarter(told["start"])),
        ("Periods", int(told["periods"])),
        *[(f"Audit, {name}: largest relative error", findings.scientific(value)) for name, value in told["audit"].items()],
    ]
    notes = [f"Given up: {said}" for said in plan_words.given_up(told)]
    notes += [*results.said_of(result), *plan_words.beside(result), *results.money_notes(result), *told["notes"], plan_words.cash(told)]
    ways = ("now", "do_nothing", "plan")
    rows = [
        *[(label, *(told[way][name] for way in ways)) for label, name in ENDS.items()],
        *[(label, None, None, value) for label, value in figures],
        *[(note, None, None, None) for note in notes if note],
    ]
    return pd.DataFrame(rows, columns=["Figure", "Now", "Doing nothing", "With the plan"], dtype=object)


def _assumptions(assumptions: Assumptions) -> pd.DataFrame:
    return _headed(assumptions.frame(), ASSUMPTION_HEADINGS)
