"""Workbooks as text: weighed before they are opened, and opened in a child process that has little memory and little time.

A workbook of 183 KB can take 700 MB and 20 seconds to parse, so nothing of one is parsed in the process of the user. The child writes
one line of JSON and then CSV, whose first column is the row as the spreadsheet counts.
"""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import io
import json
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from skills_model.errors import DataError, Fault

ROOT = Path(__file__).parents[2]
MEGABYTE = 2**20
LARGEST = 20 * MEGABYTE  # bytes of a workbook as it lies on the disk
UNPACKED = 200 * MEGABYTE
RATIO = 100  # bytes unpacked for each byte packed
ENTRIES = 1_000
ROWS = 200_000
COLUMNS = 2_000
TEXT = 100_000_000  # characters of all cells together: one long text may be meant by a million cells
MEMORY = 2**29  # bytes the child may take, where the platform can hold it to that; 200,000 rows of 8 columns took a third of it
PATIENCE = 120.0  # seconds
LOOK = 200  # rows of each sheet that tell which one holds the data
HOW_TO = "How to fill this in"  # the sheet of our own templates that is for reading only
AS_CSV = "Save the sheet as CSV UTF-8, which has no limit of rows, and import that."
SAVE_AGAIN = "Open it in a spreadsheet program, save it as .xlsx or as CSV UTF-8, and import that."
TOO_MANY_ROWS, TOO_MANY_COLUMNS, TOO_MUCH_TEXT, NO_SHEET = 11, 12, 13, 14

_OTHERS = {
    "xl/vbaProject.bin": "a workbook with macros",
    "xl/workbook.bin": "a binary workbook (.xlsb)",
    "content.xml": "an OpenDocument file",
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a presentation",
    "Index/Document.iwa": "a Numbers document",
}


@dataclass(frozen=True)
class Sheet:
    """The sheet of a workbook that holds the data; `text` is CSV with the row's number in front."""

    name: str
    text: bytes


def read(content: bytes, name: str) -> Sheet:
    """Return the sheet with the data of an XLSX workbook as CSV; raises DataError where it is hostile, damaged, too large or of another kind."""
    _weigh(content, name)
    command = [sys.executable, "-m", "skills_model.sources.sheets", str(MEMORY)]
    try:
        child = subprocess.run(command, cwd=ROOT, input=content, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 - our own program
    except subprocess.TimeoutExpired as error:
        raise _refused("Workbook takes too long to open", name, f"no end after {PATIENCE:.0f} seconds", AS_CSV) from error
    if child.returncode:
        raise _unreadable(child.returncode, name)
    head, _, text = child.stdout.partition(b"\n")
    return Sheet(json.loads(head)["sheet"], text)


def _weigh(content: bytes, name: str) -> None:
    """Refuse what is too large, unpacks to too much, or is no workbook, by its table of contents alone."""
    if len(content) > LARGEST:
        raise _refused("Workbook too large", name, f"{len(content) / MEGABYTE:.0f} MB", AS_CSV, f"at most {LARGEST // MEGABYTE} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
        raise _refused("Damaged workbook", name, "a file that does not unpack", "Save it again, or send the file anew.") from error
    names = {entry.filename for entry in entries}
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES or unpacked > UNPACKED or unpacked > RATIO * len(content):
        found = (
            f"{len(entries):,} parts that unpack to {unpacked / MEGABYTE:,.0f} MB, {unpacked / max(1, len(content)):,.0f} times the file"
        )
        allowed = f"at most {ENTRIES:,} parts, {UNPACKED // MEGABYTE} MB and {RATIO} times"
        raise _refused("Workbook unpacks to too much", name, found, AS_CSV, allowed)
    other = next((what for part, what in _OTHERS.items() if part in names), "")
    if other or name.lower().endswith((".xlsm", ".xltm")):
        raise _refused("Not a kind of file that can be read", name, other or "a workbook with macros", SAVE_AGAIN, "CSV and .xlsx")
    if "xl/workbook.xml" not in names:
        raise _refused("Not a kind of file that can be read", name, "an archive", "Unpack it and import the file in it.", "CSV and .xlsx")


def _unreadable(code: int, name: str) -> DataError:
    if code == TOO_MANY_ROWS:
        return _refused("Too many rows for a workbook", name, f"more than {ROWS:,} rows", AS_CSV, f"at most {ROWS:,} rows")
    if code == TOO_MANY_COLUMNS:
        action = "Remove the columns that are not needed."
        return _refused("Too many columns", name, f"more than {COLUMNS:,} columns", action, f"at most {COLUMNS:,} columns")
    if code == TOO_MUCH_TEXT:
        return _refused("Too much text in the workbook", name, f"more than {TEXT // 10**6} million characters", AS_CSV)
    if code == NO_SHEET:
        return _refused(
            "Empty file", name, "no sheet that shows anything", "Put the table on a visible sheet.", "headings, and rows below them"
        )
    found = "a file that does not open, or needs too much memory to"
    return _refused("Damaged workbook", name, found, f"{SAVE_AGAIN} Where it is very large, use CSV.")


def _refused(problem: str, name: str, found: str, action: str, allowed: str = "") -> DataError:
    return DataError([Fault(problem, name, found=found, allowed=allowed, action=action)])


# The child


class _TooMuch(Exception):  # noqa: N818 - a limit, not a mistake
    """A sheet that goes beyond a limit; the argument is the exit code."""


def main() -> None:
    """Be the child: read a workbook from standard input and write its sheet as CSV to standard output, within the memory of the argument."""
    if sys.platform != "win32":
        resource = importlib.import_module("resource")
        resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[1]), resource.getrlimit(resource.RLIMIT_DATA)[1]))
    warnings.simplefilter("ignore")
    openpyxl = importlib.import_module("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(sys.stdin.buffer.read()), read_only=True, data_only=True, keep_links=False)
    sheet = _with_the_data([sheet for sheet in book.worksheets if sheet.sheet_state == "visible" and sheet.title != HOW_TO])
    if sheet is None:
        sys.exit(NO_SHEET)
    answer = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="replace", newline="")
    answer.write(json.dumps({"sheet": sheet.title}) + "\n")
    try:
        _write(_rows(sheet), answer)
    except _TooMuch as limit:
        sys.exit(limit.args[0])
    answer.flush()


def _with_the_data(sheets: Sequence[Any]) -> Any | None:
    """Choose the sheet with the most cells filled, as far as its first rows and its length tell; the first of equals."""
    best, most = None, 0.0
    for sheet in sheets:
        declared = sheet.max_row or 0  # what the file says of itself; it may be wrong either way
        sheet.reset_dimensions()
        counts = [len(cells) for _, cells in _head(sheet) if len(cells) > 1] or [0]
        cells = sum(counts) / len(counts) * max(len(counts), min(declared, ROWS))
        if cells > most or best is None:
            best, most = sheet, cells
    return best


def _head(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True, max_row=LOOK), start=1):
        yield number, [text for text in map(_text, row) if text]


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Give each row that is not blank with its number, cut off after its last cell that is filled."""
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, cells


def _write(rows: Iterable[tuple[int, list[str]]], answer: TextIO) -> None:
    writer = csv.writer(answer, lineterminator="\n")
    length = 0
    for count, (number, cells) in enumerate(rows, start=1):
        length += sum(map(len, cells))
        if count > ROWS + LOOK:  # titles and headings do not count against the limit
            raise _TooMuch(TOO_MANY_ROWS)
        if len(cells) > COLUMNS:
            raise _TooMuch(TOO_MANY_COLUMNS)
        if length > TEXT:
            raise _TooMuch(TOO_MUCH_TEXT)
        writer.writerow([number, *cells])


def _text(value: object) -> str:
    """Write a cell as a person would type it: dates as 2026-03-31, whole numbers without a point.

    >>> [_text(value) for value in (None, 3.0, 0.1 + 0.2, True, dt.datetime(2026, 3, 31), dt.datetime(2026, 3, 31, 9, 5))]
    ['', '3', '0.3', 'TRUE', '2026-03-31', '2026-03-31 09:05:00']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    return str(value).replace("\r\n", "\n").replace("\r", "\n").strip()


if __name__ == "__main__":
    main()
