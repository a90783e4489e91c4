"""A file as rows under its headings; and its wrong rows, out to be mended and back.

Nothing is interpreted here: a cell is text or blank, and its row is the row that a spreadsheet shows.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from skills_model.errors import DataError, Fault
from skills_model.sources import grids, values
from skills_model.sources.grids import BLANKS, refused
from skills_model.sources.kinds import Content

TO_MEND = ("row", "problem", "column", "found", "allowed", "action")
"""The first columns of a file of rows to mend; the file's own follow."""

_LOOK = 200  # rows that tell where the headings are


@dataclass(frozen=True)
class Mended(Content):
    """A file some of whose rows were mended; `mended` are their numbers, of rows that were left out as well."""

    mended: frozenset[int] = frozenset()


def read(content: bytes, name: str, *, headings: Sequence[str] | None = None) -> Content:
    """Read a CSV file or an XLSX workbook; `headings` are those of a file that has none of its own.

    The frame's cells are text without blanks around it, or missing; blank rows, and titles above the headings, are left out; the index is
    the row as a spreadsheet counts. Raises DataError where the file is hostile, damaged, of another kind, empty, or not one table.
    """
    name = re.split(r"[\\/]", name)[-1]
    grid, sheet, delimiter = grids.read(content, name)
    top = 0 if headings is not None else _heading_row(grid)
    names = list(headings) if headings is not None else [_heading(cell) for cell in grid.iloc[top]]
    body = grid.iloc[top if headings is not None else top + 1 :].dropna(how="all")
    frame = _named(body, names, name, int(grid.index[top]))
    if frame.empty:
        raise refused("Empty file", name, "no rows below the headings", "Fill in at least one row.")
    return Content(name, hashlib.sha256(content).hexdigest(), frame, sheet, delimiter)


def to_mend(content: Content, faults: Iterable[Fault]) -> pd.DataFrame:
    """Return the rows with faults: row, problem, column, found, allowed, action, then the file's own columns under its own headings.

    Faults of one row share a line; faults of no single row come first, with nothing to mend. Rows mended before come along, so that the
    newest file of mended rows is always complete.
    """
    there = {int(row) for row in content.frame.index}
    told: dict[int, list[Fault]] = {}
    whole = []
    for fault in faults:
        if fault.row in there:
            told.setdefault(fault.row, []).append(fault)
        else:
            whole.append(fault)
    before = sorted(content.mended - told.keys()) if isinstance(content, Mended) else []
    lines = [("", *_told([fault])) for fault in whole]
    lines += [(str(row), *_told(told[row])) for row in sorted(told)]
    lines += [(str(row), "Mended before", "", "", "", "Leave it as it is.") for row in before]
    shown = [*[0] * len(whole), *sorted(told), *before]  # no row of a file is row 0
    own = content.frame.reindex(shown).reset_index(drop=True).fillna("")
    return pd.concat([pd.DataFrame(lines, columns=list(TO_MEND), dtype="str"), own], axis="columns")


def mend(content: Content, mended: bytes) -> Content:
    """Put mended rows, as `to_mend` wrote and a user corrected them, in the place of the file's own; a row emptied of all cells is left out.

    Raises DataError where they are not rows of this file under its headings.
    """
    name = f"mended rows of {content.name}"
    grid, _, _ = grids.read(mended, name)
    names = [_heading(cell) for cell in grid.iloc[0]]
    if names[0] != TO_MEND[0]:
        allowed = "the file of rows to mend that belongs to this file"
        raise refused("Not a file of mended rows", name, "another first heading", "Send that file, mended.", allowed)
    ours = sum(1 for mine, given in zip(TO_MEND, names, strict=False) if mine == given)
    lines = grid.iloc[1:]
    lines = lines[lines.iloc[:, 0].notna()]
    if lines.empty:
        raise refused("No mended rows", name, "no row with a number", "Send the rows to mend, corrected.", "rows of the file by number")
    cells = _named(lines.iloc[:, ours:].set_axis(range(grid.shape[1] - ours), axis="columns"), names[ours:], name, 1)
    faults, rows = _rows_of(content, lines.iloc[:, 0], name)
    faults += [
        Fault("Unknown column", name, 1, str(heading), f"'{heading}'", "the columns of the file itself", "Leave the headings as they were.")
        for heading in cells.columns
        if heading not in content.frame.columns
    ]
    if faults:
        raise DataError(faults)
    return _mended(content, cells.set_axis(rows, axis="index"))


def _mended(content: Content, cells: pd.DataFrame) -> Mended:
    frame = content.frame.copy()
    old = frame.loc[cells.index, cells.columns]
    same = pd.DataFrame(
        {column: [_same(was, now) for was, now in zip(old[column], cells[column], strict=True)] for column in cells.columns},
        index=cells.index,
    )
    frame.loc[cells.index, cells.columns] = cells.where(~same, old)
    return Mended(**vars(replace(content, frame=frame.dropna(how="all"))), mended=frozenset(int(row) for row in cells.index))


def _same(was: object, now: object) -> bool:
    """Tell whether a spreadsheet alone made the difference: it takes 00012 for the number 12, and shortens long ones to 1.2E+15."""
    if not (isinstance(was, str) and isinstance(now, str) and was.isdigit()):
        return False
    if "E+" in now.upper():
        return bool(re.fullmatch(r"\d(\.\d+)?E\+\d+", now.upper())) and abs(float(now) - int(was)) <= 1e-2 * int(was)
    return now.isdigit() and int(now) == int(was)


def _rows_of(content: Content, numbers: pd.Series[str], name: str) -> tuple[list[Fault], list[int]]:
    """Read the numbers of the mended rows; each must be a row of the file, once."""
    known = set(content.frame.index)
    faults = []
    rows: dict[int, None] = {}
    for line, text in numbers.items():
        number = int(text) if text.isdecimal() else None
        if number is not None and number in known and number not in rows:
            rows[number] = None
            continue
        problem, action = ("Row given twice", "Keep one.") if number in known else ("No such row", "Leave the numbers as they were.")
        faults.append(Fault(problem, name, int(str(line)), TO_MEND[0], f"'{text}'", "the numbers of rows of the file, each once", action))
    return faults, list(rows)


def _told(faults: Sequence[Fault]) -> tuple[str, ...]:
    """Say the faults of one row in one line: each fact once."""
    if len(faults) == 1:
        (one,) = faults
        return one.problem, one.column, one.found, one.allowed, one.action
    return tuple("; ".join(dict.fromkeys(filter(None, (getattr(fault, fact) for fault in faults)))) for fact in TO_MEND[1:])


# Headings


def _heading_row(grid: pd.DataFrame) -> int:
    """Return the position of the headings: the first row that fills two cells or more, and over half as many as most rows near it.

    A title, a date or a note above the table fills one cell or a few.
    """
    filled = grid.iloc[:_LOOK].notna().sum(axis="columns").tolist()
    usual = max(Counter(filter(None, filled)).items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))[0]
    return next((place for place, count in enumerate(filled) if count >= min(2, usual) and count * 2 > usual), 0)


def _heading(cell: object) -> str:
    return "" if not isinstance(cell, str) else re.sub(r"\s+", " ", cell).strip(BLANKS)


def _named(body: pd.DataFrame, names: Sequence[str], name: str, row: int) -> pd.DataFrame:
    """Put the headings on; a column without one is called by its letter, and left out where it is blank."""
    last = max((place for place, heading in enumerate(names) if heading), default=-1) + 1
    beyond = body.iloc[:, last:]
    spilt = beyond.notna().any(axis="columns")
    faults = [
        Fault("Heading given twice", name, row, *_shown(heading, count), "each heading once", "Rename or remove one of them.")
        for heading, count in Counter(filter(None, names)).items()
        if count > 1
    ]
    if spilt.any() and spilt.mean() <= 0.5:  # where most rows do it, a heading was forgotten
        action = "Put the cell that holds the delimiter in quotation marks, or add the heading."
        found = body[spilt].notna().to_numpy()[:, ::-1].argmax(axis=1)
        faults += [
            Fault(
                "More cells than headings",
                name,
                int(str(number)),
                found=f"{body.shape[1] - back} cells",
                allowed=f"{last} cells",
                action=action,
            )
            for number, back in zip(body.index[spilt], found.tolist(), strict=True)
        ]
    if faults:
        raise DataError(faults)
    called = [heading or f"column {_letter(place)}" for place, heading in enumerate([*names, *[""] * body.shape[1]][: body.shape[1]])]
    frame = body.set_axis(called, axis="columns")
    unnamed = [place for place in range(body.shape[1]) if place >= len(names) or not names[place]]
    blank = {place for place in unnamed if not body.iloc[:, place].notna().any()}
    return frame.iloc[:, [place for place in range(body.shape[1]) if place not in blank]]


def _shown(heading: str, count: int) -> tuple[str, str]:
    """Name a heading and how often it stands there, but not a value that stands where a heading should."""
    return ("", f"a number or date {count} times") if values.is_value(heading) else (heading, f"'{heading}' {count} times")


def _letter(place: int) -> str:
    """Name a column as a spreadsheet does.

    >>> _letter(0), _letter(27)
    ('A', 'AB')
    """
    before, here = divmod(place, 26)
    return (_letter(before - 1) if before else "") + chr(ord("A") + here)
