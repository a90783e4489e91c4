"""A filled example of each kind of file, with notes and drop-downs, that can be imported as it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.workbook import Format, Workbook
from xlsxwriter.worksheet import Worksheet

from skills_model.errors import DataError, Fault
from skills_model.privacy import Scope
from skills_model.sources import values
from skills_model.sources.kinds import Field, Kind
from skills_model.sources.sheets import HOW_TO
from skills_model.store import Store

LISTS = "Lists"
ROWS = 10_000  # rows below the headings that have drop-downs
WIDEST, NARROWEST = 48, 12
_NUMBERS = frozenset({"number", "whole number"})
_EVERYBODY = Scope(frozenset())  # frameworks are about no organisation
_KNOWN = {"skill": ("known_skills", "skill_label"), "role_level": ("role_levels", "role_level_label")}
"""Fields whose drop-down comes from the store: the query, and the column with the names that people know."""


def workbook(kind: Kind, store: Store | None = None) -> bytes:
    """Write the template as XLSX; with a store, skills and role levels have drop-downs of its frameworks.

    Raises DataError where files of the kind come from a publisher or another system, so that there is nothing to fill in.
    """
    rows = _example(kind)
    memory = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(memory, options) as book:
        sheet = book.add_worksheet(kind.label[:31])
        lists = _lists(kind, store)
        _write_lists(book, lists)
        _write_table(book, sheet, kind, rows)
        _write_rules(sheet, kind, rows, list(lists))
        _write_how_to(book, kind)
        sheet.activate()
    return memory.getvalue()


def text(kind: Kind) -> bytes:
    """Write the template as CSV; raises DataError as `workbook` does."""
    rows = _example(kind)
    return rows.rename(columns=_headings(kind, rows)).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def _example(kind: Kind) -> pd.DataFrame:
    """Return the example rows under every field of the kind; a column of the example that is no field follows under its own name."""
    if kind.example is None:
        action = f"Import the file as you get it. {kind.sentence}"
        raise DataError(
            [Fault("No template", "template", found=f"'{kind.name}'", allowed="kinds of file that users fill in", action=action)]
        )
    rows = kind.example()
    fields = [field.name for field in kind.fields]
    return rows.reindex(columns=[*fields, *(name for name in rows.columns if name not in fields)])


def _headings(kind: Kind, rows: pd.DataFrame) -> dict[str, str]:
    """Return what the template calls each column: fields in plain words, others as they are."""
    fields = {field.name for field in kind.fields}
    return {str(name): _heading(str(name)) if name in fields else str(name) for name in rows.columns}


def _heading(name: str) -> str:
    """Write the name of a field as a heading.

    >>> _heading("start_date"), _heading("budgeted_fte"), _heading("rank_after")
    ('Start date', 'Budgeted FTE', 'Rank after')
    """
    words = " ".join("FTE" if word == "fte" else word for word in name.split("_"))
    return words[:1].upper() + words[1:]


def _write_table(book: Workbook, sheet: Worksheet, kind: Kind, rows: pd.DataFrame) -> None:
    """Write headings that stay in view, each with a note, and the example below them."""
    by_name = {field.name: field for field in kind.fields}
    styles = {
        True: book.add_format({"bold": True, "bg_color": "#005eb8", "font_color": "#ffffff", "border": 1}),
        False: book.add_format({"bold": True, "bg_color": "#d8e4f2", "border": 1}),
    }
    formats = {"date": book.add_format({"num_format": "yyyy-mm-dd"}), "text": book.add_format({"num_format": "@"})}
    for column, (name, heading) in enumerate(_headings(kind, rows).items()):
        field = by_name.get(name)
        cells = rows[name].tolist()
        sheet.write_string(0, column, heading, styles[field is not None and field.needed])
        if field is not None:
            sheet.write_comment(0, column, _note(field), {"x_scale": 2.5, "y_scale": 1.5})
        longest = max(len(heading) + 2, *(len(str(cell)) + 2 for cell in cells))
        kept = formats.get(field.type if field else "text")
        sheet.set_column(column, column, min(WIDEST, max(NARROWEST, longest)), kept)
        for row, cell in enumerate(cells, start=1):
            _write_cell(sheet, row, column, cell, field, kept)
    sheet.freeze_panes(1, 0)


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Any, field: Field | None, kept: Format | None) -> None:
    if pd.isna(cell):
        return
    if field is not None and field.type == "date":
        sheet.write_datetime(row, column, dt.datetime.combine(pd.Timestamp(cell).date(), dt.time()), kept)
    elif (field is not None and field.type in _NUMBERS) or (isinstance(cell, int | float) and not isinstance(cell, bool)):
        sheet.write_number(row, column, float(cell))
    else:
        sheet.write_string(row, column, {True: "yes", False: "no"}.get(cell, str(cell)) if isinstance(cell, bool) else str(cell), kept)


def _note(field: Field) -> str:
    """Say what a heading asks for, in full sentences."""
    asks = (
        "Needed in every row." if field.needed and field.filled else "Needed; a cell may be blank." if field.needed else "May be left out."
    )
    personal = " Used to tell people apart and never stored." if field.personal else ""
    return f"{field.description[:1].upper()}{field.description[1:]}. {asks} Write {values.allowed(field)}.{personal}"


# Drop-downs


def _lists(kind: Kind, store: Store | None) -> dict[str, Sequence[str]]:
    """Return what may be chosen, by field; nothing for a field that has no list."""
    found: dict[str, Sequence[str]] = {}
    for field in kind.fields:
        if field.choices:
            found[field.name] = field.choices
        elif field.type == "true or false":
            found[field.name] = ("yes", "no")
        elif store is not None and field.name in _KNOWN and not field.pattern:
            query, column = _KNOWN[field.name]
            found[field.name] = sorted(store.query(query, _EVERYBODY)[column].dropna().unique())
    return {name: choices for name, choices in found.items() if choices}


def _write_lists(book: Workbook, lists: Mapping[str, Sequence[str]]) -> None:
    """Write the lists on a hidden sheet, each as a named range, since a drop-down of its own holds only 255 characters."""
    if not lists:
        return
    sheet = book.add_worksheet(LISTS)
    sheet.hide()
    for column, (name, choices) in enumerate(lists.items()):
        sheet.write_column(0, column, [name, *choices])
        letter = xlsxwriter.utility.xl_col_to_name(column)
        book.define_name(f"list_{name}", f"={LISTS}!${letter}$2:${letter}${len(choices) + 1}")


def _write_rules(sheet: Worksheet, kind: Kind, rows: pd.DataFrame, listed: Sequence[str]) -> None:
    """Give the cells below each heading its drop-down or bounds."""
    for field in kind.fields:
        column = rows.columns.get_loc(field.name)
        rule: dict[str, Any] = {}
        if field.name in listed:
            # A list from the store warns only: a skill of a framework that is not active may be right.
            rule = {"validate": "list", "source": f"=list_{field.name}", "error_type": "stop" if field.choices else "warning"}
        elif field.type in _NUMBERS and field.minimum is not None and field.maximum is not None:
            rule = {"validate": "decimal", "criteria": "between", "minimum": field.minimum, "maximum": field.maximum}
        if rule:
            told = {"error_title": "Not allowed here", "error_message": f"Write {values.allowed(field)}."[:255]}
            sheet.data_validation(1, column, ROWS, column, rule | told)


# How to fill it in


def _write_how_to(book: Workbook, kind: Kind) -> None:
    sheet = book.add_worksheet(HOW_TO)
    title, bold = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True, "bg_color": "#d8e4f2", "border": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, f"{kind.label}: how to fill this in", title)
    for row, line in enumerate(_advice(kind), start=1):
        sheet.write_string(row, 0, line)
    top = len(_advice(kind)) + 2
    columns = {"Heading": 26, "Needed": 10, "What it says": 48, "What may be written": 48, "Unit": 10, "Known also as": 48}
    for column, (heading, width) in enumerate(columns.items()):
        sheet.write_string(top, column, heading, bold)
        sheet.set_column(column, column, width)
    for row, field in enumerate(kind.fields, start=top + 1):
        for column, cell in enumerate(_told(field)):
            sheet.write_string(row, column, cell, wrapped)


def _advice(kind: Kind) -> list[str]:
    options = (" --organisation CODE" if kind.about == "organisation" else "") + (" --as-at 2026-03-31" if kind.dated else "")
    return [
        kind.sentence,
        f"The rows of the sheet '{kind.label[:31]}' are examples: write your own in their place.",
        "Headings may be in any order, and columns that are not needed may be removed. Dark headings are needed.",
        "Dates may be written 2026-03-31 or 31/03/2026; numbers with a point; shares as 0.25 or 25%.",
        f"Import it on the page 'Data and quality', or with: skillsplan import {kind.name} FILE{options}",
        "Add --dry-run to see what would happen. If anything is wrong, nothing is written and every fault is told at once.",
    ]


def _told(field: Field) -> tuple[str, ...]:
    needed = "yes" if field.needed and field.filled else "column" if field.needed else "no"
    return _heading(field.name), needed, field.description, values.allowed(field), field.unit, ", ".join(field.headings)
