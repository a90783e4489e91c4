"""A file as text: which encoding, which delimiter, which row has the headings; and its wrong rows, out to be mended and back.

Nothing is interpreted here: a cell is text or blank, and its row is the row that a spreadsheet shows.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import pandas as pd

from skills_model.errors import DataError, Fault
from skills_model.sources import sheets
from skills_model.sources.kinds import Content

COLUMNS = sheets.COLUMNS
TO_MEND = ("row", "problem", "column", "found", "allowed", "action")
"""The first columns of a file of rows to mend; the file's own follow."""

_SAMPLE = 2**18  # characters that tell the delimiter
_LOOK = 200  # rows that tell where the headings are
_DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHERS = (
    (b"%PDF", "a PDF", "Ask for the same as a spreadsheet."),
    (b"\x1f\x8b", "a packed file", "Unpack it and import the file in it."),
    (b"PAR1", "a Parquet file", "Write it as CSV UTF-8 and import that."),
    (b"<", "a web page or XML", sheets.SAVE_AGAIN),  # many systems call a web page .xls
    (b"{", "JSON", "Import it as a kind that is written in JSON, or write it as CSV UTF-8."),
    (b"[{", "JSON", "Import it as a kind that is written in JSON, or write it as CSV UTF-8."),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BLANKS = " \t\r\n\v\f\x85\xa0\u2000\u2001\u2002\u2003\u2007\u2009\u200b\u202f\u2028\u2029\u2060\u3000\ufeff"
_GUARD = r"^'(?=[=+\-@\t\r\n＝＋－＠])"  # the apostrophe that our own exports put before what a spreadsheet would run


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
    grid, sheet = _grid(content, name)
    top = 0 if headings is not None else _heading_row(grid)
    names = list(headings) if headings is not None else [_heading(cell) for cell in grid.iloc[top]]
    body = grid.iloc[top if headings is not None else top + 1 :].dropna(how="all")
    frame = _named(body, names, name, int(grid.index[top]))
    if frame.empty:
        raise _wrong("Empty file", name, "no rows below the headings", "Fill in at least one row.")
    return Content(name, hashlib.sha256(content).hexdigest(), frame, sheet)


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
    grid, _ = _grid(mended, name)
    names = [_heading(cell) for cell in grid.iloc[0]]
    if names[0] != TO_MEND[0]:
        allowed = "the file of rows to mend that belongs to this file"
        raise _wrong("Not a file of mended rows", name, f"'{names[0]}' as the first heading", "Send that file, mended.", allowed)
    ours = sum(1 for mine, given in zip(TO_MEND, names, strict=False) if mine == given)
    lines = grid.iloc[1:]
    lines = lines[lines.iloc[:, 0].notna()]
    if lines.empty:
        raise _wrong("No mended rows", name, "no row with a number", "Send the rows to mend, corrected.", "rows of the file by number")
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


# The grid: every row and column of a file, from row 1


def _grid(content: bytes, name: str) -> tuple[pd.DataFrame, str]:
    """Return all cells as clean text, the columns numbered from 0, the index the row; and the sheet."""
    if content.startswith(b"PK\x03\x04"):
        sheet = sheets.read(content, name)
        cells = _parse(sheet.text.decode(), ",", name)
        grid = cells.set_axis(pd.Index(cells[0].astype(int).to_numpy()), axis="index").drop(columns=0)
        return _clean(grid.set_axis(range(grid.shape[1]), axis="columns")), sheet.name
    text = _decoded(content, name)
    if "\r" in text:  # the parser stumbles over rows that end with it alone
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    said = re.match(r"sep=([,;\t|])\n", text)  # spreadsheets write this line, and do not count it
    text = text[said.end() :] if said else text
    return _clean(_parse(text, said[1] if said else _delimiter(text), name)), ""


def _decoded(content: bytes, name: str) -> str:
    """Decode by the mark at the beginning, else as UTF-8, else as what Windows wrote in this country."""
    start = content[:_SAMPLE]
    if start.startswith(_OLD_OFFICE):
        found, action = "an old workbook (.xls)", sheets.SAVE_AGAIN
        if _ENCRYPTED in content:
            found, action = "a workbook with a password", "Save a copy without a password and import that."
        raise _not_a_table(name, found, action)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return _as(content.removeprefix(mark) if encoding == "utf-8" else content, encoding, name)
    for sign, found, action in _OTHERS:
        if start.lstrip().startswith(sign):
            raise _not_a_table(name, found, action)
    if b"\0" in content and start.count(0) * 4 > len(start):  # letters of two bytes, without a mark that says so
        return _as(content, "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be", name)
    for encoding in ("utf-8", "cp1252"):
        try:
            return _as_text(content.decode(encoding), name)
        except UnicodeDecodeError:
            continue
    return _as_text(content.decode("latin-1"), name)


def _as(content: bytes, encoding: str, name: str) -> str:
    try:
        return _as_text(content.decode(encoding), name)
    except UnicodeDecodeError as error:
        raise _not_a_table(name, "a file that is not text", sheets.SAVE_AGAIN) from error


def _as_text(text: str, name: str) -> str:
    if "\0" in text:
        raise _not_a_table(name, "a file that is not text", sheets.SAVE_AGAIN)
    return text


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts most rows into the same number of cells, and into most of them."""
    best, most = ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        widths = Counter(len(row) for row in _sample(text, delimiter) if row)
        width, count = max(((width, count) for width, count in widths.items() if width > 1), key=lambda pair: pair[1], default=(0, 0))
        if width and (mark := (count / widths.total(), width)) > most:
            best, most = delimiter, mark
    return best


def _sample(text: str, delimiter: str) -> list[list[str]]:
    """Return the first rows, the last of them perhaps cut."""
    csv.field_size_limit(max(sheets.TEXT, len(text)))
    return list(islice(csv.reader(io.StringIO(text[:_SAMPLE], newline=""), delimiter=delimiter), _LOOK))


def _parse(text: str, delimiter: str, name: str) -> pd.DataFrame:
    """Return every row, those that are blank as well; a row of more cells than the first ones is found by a slower look at all rows."""
    if not text.strip(_BLANKS):
        raise _wrong("Empty file", name, "nothing in it", "Name another file.")
    width = max((len(row) for row in _sample(text, delimiter)), default=1)
    frame = _cells(text, delimiter, _within_limits(width, name), name)
    if frame is None:
        width = max(len(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        frame = _cells(text, delimiter, _within_limits(width, name), name)
    if frame is None:
        raise _wrong("Not one table", name, "rows that cannot be told apart", sheets.SAVE_AGAIN)
    return frame


def _cells(text: str, delimiter: str, width: int, name: str) -> pd.DataFrame | None:
    """Return the cells, or None where a row has more of them than the width."""
    try:
        frame = pd.read_csv(
            io.BytesIO(text.encode("utf-8", "replace")),
            sep=delimiter,
            header=None,
            names=range(width),
            dtype="str",
            keep_default_na=False,
            na_values=[""],
            skip_blank_lines=False,
            engine="c",
        )
    except pd.errors.ParserError as error:
        if "EOF inside string" in str(error):
            raise _unclosed(text, delimiter, name) from error
        return None
    if not isinstance(frame.index, pd.RangeIndex):  # where the first row is too long, its first cells become names of rows
        return None
    return frame.set_axis(pd.RangeIndex(1, len(frame) + 1), axis="index")


def _within_limits(width: int, name: str) -> int:
    if width > COLUMNS:
        raise _wrong(
            "Too many columns", name, f"{width:,} columns", "Remove the columns that are not needed.", f"at most {COLUMNS:,} columns"
        )
    return max(1, width)


def _unclosed(text: str, delimiter: str, name: str) -> DataError:
    """Find the row in which the quotation mark opens that nothing closes: the last row that begins."""
    row = sum(1 for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    fault = Fault(
        "Quotation mark not closed",
        name,
        row,
        found="a cell that goes on to the end of the file",
        action='Add the missing ", or remove the one before it.',
    )
    return DataError([fault])


def _clean(grid: pd.DataFrame) -> pd.DataFrame:
    """Take blanks, and the guard of our own exports, from around every cell; what is then empty is missing."""
    clean = {}
    for number, cells in grid.items():
        if cells.str.startswith("'").any():
            cells = cells.str.replace(_GUARD, "", regex=True)  # noqa: PLW2901 - the same cells, cleaner
        stripped = cells.str.strip(_BLANKS)
        clean[number] = stripped.mask(stripped == "")
    return pd.DataFrame(clean, index=grid.index)


# Headings


def _heading_row(grid: pd.DataFrame) -> int:
    """Return the position of the headings: the first row that fills two cells or more, and over half as many as most rows near it.

    A title, a date or a note above the table fills one cell or a few.
    """
    filled = grid.iloc[:_LOOK].notna().sum(axis="columns").tolist()
    usual = max(Counter(filter(None, filled)).items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))[0]
    return next((place for place, count in enumerate(filled) if count >= min(2, usual) and count * 2 > usual), 0)


def _heading(cell: object) -> str:
    return "" if not isinstance(cell, str) else re.sub(r"\s+", " ", cell).strip(_BLANKS)


def _named(body: pd.DataFrame, names: Sequence[str], name: str, row: int) -> pd.DataFrame:
    """Put the headings on; a column without one is called by its letter, and left out where it is blank."""
    last = max((place for place, heading in enumerate(names) if heading), default=-1) + 1
    beyond = body.iloc[:, last:]
    spilt = beyond.notna().any(axis="columns")
    faults = [
        Fault("Heading given twice", name, row, heading, f"'{heading}' {count} times", "each heading once", "Rename or remove one of them.")
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


def _letter(place: int) -> str:
    """Name a column as a spreadsheet does.

    >>> _letter(0), _letter(27)
    ('A', 'AB')
    """
    before, here = divmod(place, 26)
    return (_letter(before - 1) if before else "") + chr(ord("A") + here)


def _not_a_table(name: str, found: str, action: str) -> DataError:
    return _wrong("Not a kind of file that can be read", name, found, action, "CSV and .xlsx")


def _wrong(problem: str, name: str, found: str, action: str, allowed: str = "a row of headings, and rows below it") -> DataError:
    return DataError([Fault(problem, name, found=found, allowed=allowed, action=action)])
