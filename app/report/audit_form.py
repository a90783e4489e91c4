"""A self-assessment form as a workbook: one row a person, the skills that the role levels need, and how to fill it in.

The first sheet comes back in as it is; everything that is for reading only stands on the second. The form asks from zero: neither what is
required nor what is held is shown unless wished for, since people who see a figure tend to repeat it.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Mapping
from io import BytesIO
from textwrap import wrap

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from app.guard import MARK, guarded
from app.pipeline.audit import Issue
from skills_model.audit_form import Form

SHEET = "Skills audit"
GUIDE = "How to fill this in"  # as in our templates; not read when the form comes back
NOT_ASSESSED = "Not assessed"
NONE = "0 None"
MANAGER = "Manager: "
FIXED = (("Reference", 12), ("Name", 24), ("Role level", 30), ("Date of assessment", 13))  # headings and widths in characters
DATE = 3  # its column, from 0
FIRST_SKILL = len(FIXED)
YEAR = 366  # days in which a form may be filled in
LINE = 130  # characters of a line to read
HEADING = {"bold": True, "font_color": "#ffffff", "text_wrap": True, "valign": "top", "border": 1, "border_color": "#ffffff"}
UNPROTECTED = {"select_locked_cells": True, "format_columns": True, "format_rows": True, "sort": True, "autofilter": True}

STEPS = (
    "1. On the sheet 'Skills audit', find your row. Fill in the date of your assessment.",
    (
        "2. For each white cell of the row choose from its list the rank that describes what you do at work today, without help. What "
        f"the ranks mean stands below. Choose '{NOT_ASSESSED}', or leave the cell blank, where you cannot say."
    ),
    "3. Grey cells are skills that your role level does not need. They are locked; leave them as they are.",
    "4. Your manager fills in the columns that begin with 'Manager:', best together with you. Where the two differ, both are kept.",
    "5. Keep the references and the headings as they are. Save the workbook and send it back to whoever sent it to you.",
)
NOTICE = (
    (
        "Purpose: to find out which digital, data and technology skills the organisation has and lacks, so that training, recruitment and cover "
        "can be planned for groups of staff. It is no appraisal. It decides nothing about pay, grading or anybody's employment, and people are "
        "never ranked against one another."
    ),
    (
        "What is kept: ranks, who judged them (yourself or your manager), and the date, under the reference in the first column. The reference is "
        "made from your staff number with a secret key. Names are in this workbook only, where they were added to it, and are not taken into the "
        "store."
    ),
    (
        "Who sees it: whoever this workbook is passed to, so pass it on only to the team's manager and the workforce planners. In the planning "
        "tool, the workforce planners of your own organisation; others see totals with small numbers hidden."
    ),
    (
        "Your rights: you can see what is held about your skills, have it corrected, and contest it, your manager's view included, at any time. Ask "
        "your manager, the workforce planners, or your organisation's data protection officer, who also tells you how long it is kept."
    ),
    "You may leave any cell blank. A blank counts as not known, never as no skill.",
)


def files(issue: Issue, *, show_levels: bool = False) -> dict[str, bytes]:
    """Return the workbook of each form by the name of its file."""
    return {form.file_name: workbook(form, issue, show_levels=show_levels) for form in issue.forms}


def packed(contents: Mapping[str, bytes]) -> bytes:
    """Return files in one archive."""
    memory = BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return memory.getvalue()


def workbook(form: Form, issue: Issue, *, show_levels: bool = False) -> bytes:
    """Write a form as XLSX, all text as text that no spreadsheet runs."""
    memory = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(memory, options) as book:
        title = guarded(f"Skills audit, {form.team}, {issue.organisation_name}")
        book.set_properties({"title": title, "comments": MARK if issue.demonstration else ""})
        sheet = book.add_worksheet(SHEET)
        choices = _guide(book, book.add_worksheet(GUIDE), form, issue)
        _fill(book, sheet, form, issue, choices)
        if show_levels:
            _show_levels(sheet, form, issue)
    return memory.getvalue()


def rank_name(rank: int, names: Mapping[int, str]) -> str:
    """Write a rank as the lists of the form have it.

    >>> rank_name(2, {1: "Awareness", 2: "Working"}), rank_name(0, {}), rank_name(3, {3: ""})
    ('2 Working', '0 None', '3')
    """
    return f"{rank} {names[rank]}".strip() if rank else NONE


def _fill(book: Workbook, sheet: Worksheet, form: Form, issue: Issue, choices: Mapping[str, str]) -> None:
    """Write the first sheet: a row a person, a pair of columns a skill; only cells that are asked can be filled in."""
    own, manager = book.add_format({**HEADING, "bg_color": "#005eb8"}), book.add_format({**HEADING, "bg_color": "#425563"})
    locked, grey = book.add_format({"valign": "top"}), book.add_format({"bg_color": "#bfbfbf"})
    open_cell = book.add_format({"locked": False, "border": 1, "border_color": "#768692", "text_wrap": True})
    open_date = book.add_format({"locked": False, "border": 1, "border_color": "#768692", "num_format": "dd mmm yyyy"})
    for column, (heading, width) in enumerate(FIXED):
        sheet.write_string(0, column, heading, own)
        sheet.set_column(column, column, width)
    for row, (person, level) in enumerate(form.people.itertuples(index=False), start=1):
        for column, text in ((0, person), (1, issue.names.get(person)), (2, level)):
            if text:
                sheet.write_string(row, column, str(guarded(text)), locked)
        sheet.write_blank(row, DATE, None, open_date)
    asked = form.needs.groupby("skill")["person"].agg(set)
    sheet.set_column(FIRST_SKILL, FIRST_SKILL + 2 * len(form.skills) - 1, 17)
    for place, (framework, skill, heading) in enumerate(form.skills.itertuples(index=False)):
        column = FIRST_SKILL + 2 * place
        sheet.write_string(0, column, str(guarded(heading)), own)
        sheet.write_string(0, column + 1, f"{MANAGER}{heading}", manager)
        for row, person in enumerate(form.people["person"], start=1):
            for cell in (column, column + 1):
                sheet.write_blank(row, cell, None, open_cell if person in asked[skill] else grey)
        sheet.data_validation(1, column, len(form.people), column + 1, _one_of(choices[framework]))
    sheet.data_validation(1, DATE, len(form.people), DATE, _within_a_year(issue.issued_on))
    _ask_for_dates(book, sheet, form)
    sheet.set_row(0, 66)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(form.people), FIRST_SKILL + 2 * len(form.skills) - 1)
    sheet.protect("", UNPROTECTED)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.repeat_columns(0, 1)
    if issue.demonstration:
        sheet.set_header(f"&C{MARK}")


def _one_of(cells: str) -> dict[str, object]:
    return {
        "validate": "list",
        "source": cells,
        "error_title": "Not in the list",
        "error_message": f"Choose one of the list, or clear the cell. The sheet '{GUIDE}' says what the ranks mean.",
    }


def _within_a_year(first: dt.date) -> dict[str, object]:
    return {
        "validate": "date",
        "criteria": "between",
        "minimum": first,
        "maximum": first + dt.timedelta(days=YEAR),
        "error_title": "Not a date of this audit",
        "error_message": f"Give the day of the assessment, {_day(first)} or later.",
    }


def _ask_for_dates(book: Workbook, sheet: Worksheet, form: Form) -> None:
    """Make a date yellow that is missing from a row with answers."""
    first, last = (xl_rowcol_to_cell(1, column, col_abs=True) for column in (FIRST_SKILL, FIRST_SKILL + 2 * len(form.skills) - 1))
    rule = {
        "type": "formula",
        "criteria": f"=AND(ISBLANK({xl_rowcol_to_cell(1, DATE, col_abs=True)}),COUNTA({first}:{last})>0)",
        "format": book.add_format({"bg_color": "#ffeb3b"}),
    }
    sheet.conditional_format(1, DATE, len(form.people), DATE, rule)


def _guide(book: Workbook, sheet: Worksheet, form: Form, issue: Issue) -> dict[str, str]:
    """Write how to fill the form in, what becomes of it and what can be chosen; return where the choices of each framework stand."""
    bold = book.add_format({"bold": True})
    lines = [
        *([(MARK, book.add_format({"bold": True, "bg_color": "#ffeb3b"}))] if issue.demonstration else []),
        (GUIDE, book.add_format({"bold": True, "font_size": 14})),
        (f"{issue.organisation_name}, {form.team}. {len(form.people)} people; written on {_day(issue.issued_on)}.", None),
        *((step, None) for step in STEPS),
        ("What becomes of it", bold),
        *((text, None) for text in NOTICE),
        ("What the ranks mean", bold),
    ]
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 2, 100, book.add_format({"text_wrap": True, "valign": "top"}))
    row = 0
    for text, style in lines:
        for line in wrap(str(guarded(text)), LINE):  # lines of their own run over the empty cells beside them
            sheet.write_string(row, 0, line, style)
            row += 1
    return _choices(sheet, row, form, issue)


def _choices(sheet: Worksheet, row: int, form: Form, issue: Issue) -> dict[str, str]:
    """Write what can be chosen, and what it means for each skill where the user's own copy of the framework says it."""
    cells = {}
    for framework in form.skills["framework"].unique():
        names = _names(framework, issue)
        written = [NOT_ASSESSED, *(rank_name(rank, names) for rank in (0, *sorted(names)))]
        sheet.write_string(row, 0, str(guarded(issue.ranks.loc[issue.ranks["framework"] == framework, "framework_label"].iloc[0])))
        sheet.write_column(row, 1, written)
        cells[framework] = f"='{GUIDE}'!$B${row + 1}:$B${row + len(written)}"
        row += len(written) + 1
    headings = dict(zip(form.skills["skill"], form.skills["heading"], strict=True))
    said = issue.ranks[issue.ranks["skill"].isin(headings)].dropna(subset=["text"])
    if said.empty:
        sheet.write_string(row, 0, "What each rank means for each skill is in your framework; only the names are known here.")
    lines = said.assign(heading=said["skill"].map(headings)).sort_values(["heading", "rank"])
    for number, line in enumerate(lines.itertuples(index=False), start=row):
        name = rank_name(int(str(line.rank)), {int(str(line.rank)): str(line.rank_label)})
        for column, text in enumerate((line.heading, name, line.text)):
            sheet.write_string(number, column, str(guarded(text)))  # in the format of its column
    return cells


def _names(framework: str, issue: Issue) -> dict[int, str]:
    """Return the ranks of a framework, from 1, with their names."""
    rows = issue.ranks[issue.ranks["framework"] == framework]
    return dict(zip(rows["rank"].tolist(), rows["rank_label"].tolist(), strict=True))


def _show_levels(sheet: Worksheet, form: Form, issue: Issue) -> None:
    """Note at each cell that is asked which rank is required and which is held now."""
    rows = {person: row for row, person in enumerate(form.people["person"], start=1)}
    columns = {skill: FIRST_SKILL + 2 * place for place, skill in enumerate(form.skills["skill"])}
    of_framework = {framework: _names(framework, issue) for framework in form.skills["framework"].unique()}
    named = dict(zip(form.skills["skill"], form.skills["framework"].map(of_framework), strict=True))
    for need in form.needs.to_dict("records"):
        names = named[need["skill"]]
        held = (
            "not assessed"
            if pd.isna(need["rank"])
            else f"{rank_name(int(need['rank']), names)} ({need['kind']}, {_day(need['assessed_on'])})"
        )
        note = f"Required: {rank_name(int(need['required_rank']), names)}. Held now: {held}."
        sheet.write_comment(rows[need["person"]], columns[need["skill"]], note, {"author": ""})


def _day(day: object) -> str:
    """Write a date as people read it."""
    read = pd.Timestamp(day)  # type: ignore[arg-type]
    return f"{read.day} {read:%B %Y}"
