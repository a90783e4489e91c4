"""Every row and column of a CSV file or a workbook as clean text: which encoding, which delimiter, which cells are blank."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from itertools import islice

import pandas as pd

from skills_model.errors import DataError, Fault
from skills_model.sources import sheets

COLUMNS = sheets.COLUMNS
_SAMPLE = 2**18  # characters that tell the delimiter
_LOOK = 200  # rows that tell it
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
BLANKS = " \t\r\n\v\f\x85\xa0\u2000\u2001\u2002\u2003\u2007\u2009\u200b\u202f\u2028\u2029\u2060\u3000\ufeff"
_GUARD = r"^'(?=[=+\-@\t\r\n＝＋－＠])"  # the apostrophe that our own exports put before what a spreadsheet would run


def read(content: bytes, name: str) -> tuple[pd.DataFrame, str, str]:
    """Return all cells as clean text, the columns numbered from 0, the index the row; the sheet; and what parts cells in text."""
    if content.startswith(b"PK\x03\x04"):
        sheet = sheets.read(content, name)
        cells = _parse(sheet.text.decode(), ",", name)
        grid = cells.set_axis(pd.Index(cells[0].astype(int).to_numpy()), axis="index").drop(columns=0)
        return _clean(grid.set_axis(range(grid.shape[1]), axis="columns")), sheet.name, ""
    text = _decoded(content, name)
    if "\r" in text:  # the parser stumbles over rows that end with it alone
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    said = re.match(r"sep=([,;\t|])\n", text)  # spreadsheets write this line, and do not count it
    text = text[said.end() :] if said else text
    delimiter = said[1] if said else _delimiter(text)
    return _clean(_parse(text, delimiter, name)), "", delimiter


def _not_a_table(name: str, found: str, action: str) -> DataError:
    return refused("Not a kind of file that can be read", name, found, action, "CSV and .xlsx")


def refused(problem: str, name: str, found: str, action: str, allowed: str = "a row of headings, and rows below it") -> DataError:
    """Return the error of a file that cannot be read at all."""
    return DataError([Fault(problem, name, found=found, allowed=allowed, action=action)])


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
    if not text.strip(BLANKS):
        raise refused("Empty file", name, "nothing in it", "Name another file.")
    width = max((len(row) for row in _sample(text, delimiter)), default=1)
    frame = _cells(text, delimiter, _within_limits(width, name), name)
    if frame is None:
        width = max(len(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        frame = _cells(text, delimiter, _within_limits(width, name), name)
    if frame is None:
        raise refused("Not one table", name, "rows that cannot be told apart", sheets.SAVE_AGAIN)
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
        raise refused(
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
        stripped = cells.str.strip(BLANKS)
        clean[number] = stripped.mask(stripped == "")
    return pd.DataFrame(clean, index=grid.index)
