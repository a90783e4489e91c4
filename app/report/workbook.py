"""A plan as a workbook: summary, actions, what it closes, cost, assumptions; every sheet of a demonstration says so."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app import findings, results
from app.guard import MARK, guarded
from app.pipeline.plans import PlanResult
from skills_model.assumptions import Assumptions

HEADING = {"bold": True, "bg_color": "#005eb8", "font_color": "#ffffff", "text_wrap": True, "valign": "top"}
WIDEST = 46  # characters
ACTION_HEADINGS = {
    "action": "Action",
    "role_family": "Role family",
    "role_level": "Role level",
    "skill": "Skill",
    "rank": "To rank",
    "first": "First start",
    "fte": "FTE",
    "cost": "Cost, pounds",
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
ASSUMPTION_HEADINGS = {
    "assumption": "Id",
    "label": "Assumption",
    "value": "Value",
    "low": "Low",
    "high": "High",
    "unit": "Unit",
    "source": "Source",
}


def plan(result: PlanResult, assumptions: Assumptions) -> bytes:
    """Write a plan as XLSX: numbers as numbers, everything else as text that no spreadsheet runs."""
    told = results.told_of(result)
    actions = results.what_to_do(result).assign(rank=lambda table: [rank or "" for rank in table["rank"]])
    cost = results.cost_table(result)
    sheets: dict[str, tuple[str, pd.DataFrame]] = {
        "Summary": (results.headline(result), _summary(result)),
        "Actions": ("What to do", _headed(actions, ACTION_HEADINGS)),
        "Closes": ("What the plan closes by the last period", _headed(result.closes, CLOSES_HEADINGS)),
        "Cost": (results.cost_headline(result), cost.rename(columns=results.COST_HEADINGS)),
        "Assumptions": ("The numbers that the plan rests on", _assumptions(assumptions)),
    }
    memory = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(memory, options) as book:
        book.set_properties({"title": guarded(f"Plan for {told['organisation_name']}"), "comments": MARK if told["demonstration"] else ""})
        title, heading = book.add_format({"bold": True, "font_size": 14}), book.add_format(HEADING)
        mark, number = book.add_format({"bold": True, "bg_color": "#ffeb3b"}), book.add_format({"num_format": "#,##0.00"})
        for name, (sentence, frame) in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.write_string(0, 0, str(guarded(sentence)), title)
            sheet.write_string(1, 0, str(guarded(str(told["organisation_name"]))))
            if told["demonstration"]:
                sheet.write_string(2, 0, MARK, mark)
            write_sheet(sheet, frame, heading, number)
    return memory.getvalue()


def write_sheet(sheet: Worksheet, frame: pd.DataFrame, heading: Format, number: Format, top: int = 4) -> None:
    """Write a frame below its headings, which stay in view."""
    for column, name in enumerate(frame.columns):
        values = list(frame[name])
        sheet.write_string(top, column, str(guarded(str(name))), heading)
        for row, value in enumerate(values, start=top + 1):
            _cell(sheet, row, column, value, number)
        longest = max([len(str(name)), *(len(str(value)) for value in values if isinstance(value, str))])
        sheet.set_column(column, column, min(WIDEST, max(11, longest + 2)))
    sheet.freeze_panes(top + 1, 0)
    if len(frame):
        sheet.autofilter(top, 0, top + len(frame), len(frame.columns) - 1)


def _cell(sheet: Worksheet, row: int, column: int, value: object, number: Format) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not pd.isna(value):
            sheet.write_number(row, column, value, number)
    elif value is not None and not pd.isna(value):  # type: ignore[call-overload]
        sheet.write_string(row, column, str(guarded(str(value))))


def _headed(frame: pd.DataFrame, headings: Mapping[str, str]) -> pd.DataFrame:
    return frame[list(headings)].rename(columns=dict(headings))


def _summary(result: PlanResult) -> pd.DataFrame:
    told = results.told_of(result)
    before, after = told["do_nothing"], told["plan"]
    rows: list[tuple[str, object, object]] = [
        ("Ranks short in the last period", before["ranks_short"], after["ranks_short"]),
        ("Coverage in the last period", before["coverage"], after["coverage"]),
        ("Staff in post in the last period, FTE", before["staff_fte"], after["staff_fte"]),
        ("Charged to the budget, pounds", 0.0, told["cost"]["total"]),
        ("Budget, pounds", None, told["budget"]),
        *[(f"{results.stream_label(name)}, pounds", 0.0, value) for name, value in told["cost"]["by_stream"].items()],
        ("Status", None, results.STATUSES[told["status"]]),
        ("Organisation", None, told["organisation"]),
        ("Scenario", None, told["scenario"]),
        ("First period", None, results.quarter(told["start"])),
        ("Periods", None, int(told["periods"])),
        *[(f"Audit, {name}: largest relative error", None, findings.scientific(value)) for name, value in told["audit"].items()],
        *[(note, None, None) for note in told["notes"]],
    ]
    return pd.DataFrame(rows, columns=["Figure", "Doing nothing", "With the plan"], dtype=object)


def _assumptions(assumptions: Assumptions) -> pd.DataFrame:
    return _headed(assumptions.frame(), ASSUMPTION_HEADINGS)
