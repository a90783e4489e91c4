"""Cells of planning tables: from a file's text to typed columns, and back to text that reads the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import compute

from optimiser.contract import Column, Table
from optimiser.errors import Fault

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
FLAG_WORDS = {"true": True, "false": False}
LARGEST_WHOLE = 1e9
LARGEST = 1e14  # HiGHS takes no coefficient of 1e15 or more; no plan counts in hundreds of trillions
ROW_OF_FIRST = 2  # a spreadsheet shows the heading as row 1


def csv_frame(path: Path) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Read a CSV file as text, blank cells missing; rows that are blank throughout are passed over.

    The csv module rather than pandas: pandas shifts columns, drops cells or guesses types where a file is a little wrong.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")  # at once: decoding line by line takes longer than the csv module
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        return None, [Fault("Not readable as CSV", path.name, found=str(error), allowed="UTF-8 text, cells parted by commas")]
    if not lines:
        return None, []
    heading = [name.strip() for name in lines[0]]
    while heading and not heading[-1]:
        heading.pop()  # empty last columns, as spreadsheets leave them
    width = len(heading)
    rows = {number: line for number, line in enumerate(lines[1:]) if "".join(line).strip()}
    faults = [
        Fault("Wrong number of cells", path.name, number + ROW_OF_FIRST, found=str(len(line)), allowed=f"{width}, as in the heading")
        for number, line in rows.items()
        if len(line) != width and (len(line) < width or "".join(line[width:]).strip())
    ]
    return (None, faults) if faults else (_text_frame(heading, rows), [])


def _text_frame(heading: list[str], rows: dict[int, list[str]]) -> pd.DataFrame:
    width = len(heading)
    columns = list(zip(*rows.values(), strict=False))[:width] if rows else [()] * width  # a row may have blank cells beyond
    frame = pd.DataFrame(dict(enumerate(columns)), index=list(rows), dtype="str")
    frame.columns = pd.Index(heading, dtype="str")
    return frame


def csv_text(frame: pd.DataFrame) -> str:
    """Write a frame as CSV: floats by repr, so that none loses a digit; true, false and blank as the contract says."""
    shown = frame.copy()
    for name in shown.columns[[isinstance(dtype, pd.BooleanDtype) for dtype in shown.dtypes]]:
        shown[name] = shown[name].map({True: "true", False: "false"}).astype("str")
    text = [name for name, dtype in shown.dtypes.items() if isinstance(dtype, pd.StringDtype)]
    returns = any(shown[name].str.contains("\r", regex=False).any() for name in text)  # unquoted, one would end the row
    return str(shown.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL))


def blank_frame(table: Table, attributes: Sequence[str]) -> pd.DataFrame:
    """Make the table without rows."""
    kinds = {column.name: _DTYPES[column.kind] for column in table.columns} | dict.fromkeys(attributes, "str")
    return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in kinds.items()})


_DTYPES = {"id": "str", "choice": "str", "number": "float64", "whole": "Int64", "flag": "boolean"}


@dataclass(frozen=True)
class Typed:
    """Hold a table with its columns typed, the faults found on the way, and which cells could not be read."""

    frame: pd.DataFrame
    faults: list[Fault]
    unread: dict[str, Mask]


def typed(table: Table, frame: pd.DataFrame, attributes: Sequence[str], source: str, *, known: bool) -> Typed:
    """Give every column of a table its type, in the order of the contract, its index the rows of the file.

    Faults: headings that are unknown, missing or twice there, and cells that are not what their column holds.
    `known` says whether the attributes are known, so that other headings are wrong.
    """
    frame = frame.rename(columns=str)
    faults = _heading_faults(table, frame, attributes, source, known=known)
    frame = frame.loc[:, ~frame.columns.duplicated()]
    if not len(frame):
        return Typed(blank_frame(table, attributes), faults, {})
    done: dict[str, pd.Series] = {}
    unread: dict[str, Mask] = {}
    for column in table.columns:
        if column.name in frame:
            cells, wrong, allowed = _READERS[column.kind](frame[column.name], column)
            faults += cell_faults(frame, wrong, source, column.name, f"Not {_NOUNS[column.kind]}", allowed)
            unread[column.name] = wrong
            if column.kind in {"number", "whole"}:
                faults += _range_faults(cells.to_frame(), column, source)
        else:
            cells = pd.Series(None, index=frame.index, dtype=_DTYPES[column.kind])
        done[column.name] = cells
    for name in attributes:
        done[name] = _text(frame[name]) if name in frame else pd.Series(None, index=frame.index, dtype="str")
    return Typed(pd.DataFrame(done, index=frame.index), faults, unread)


_NOUNS = {"id": "an id", "choice": "one of the choices", "number": "a number", "whole": "a whole number", "flag": "true or false"}


def _heading_faults(table: Table, frame: pd.DataFrame, attributes: Sequence[str], source: str, *, known: bool) -> list[Fault]:
    wanted = [*table.names, *attributes]
    faults = [
        Fault("Missing column", source, column=column.name, allowed=", ".join(table.names), action="Add the column.")
        for column in table.columns
        if len(frame) and column.name not in frame and not column.may_be_left_out
    ]
    faults += [
        Fault("Column twice there", source, column=name, action="Remove one of the two.")
        for name in frame.columns[frame.columns.duplicated()].unique()
    ]
    if known:
        faults += [
            Fault(
                "Unknown column",
                source,
                1,
                found=repr(name),
                allowed=", ".join(wanted),
                action="Correct the heading, or name it in `attributes` of problem.toml where it describes a stock, lever or limit.",
            )
            for name in frame.columns.unique()
            if name not in wanted
        ]
    return faults


def cell_faults(
    frame: pd.DataFrame, wrong: Mask, source: str, column: str, problem: str, allowed: str = "", action: str = "Correct the cell."
) -> list[Fault]:
    """List one fault for each wrong cell of a column."""
    if not wrong.any():
        return []
    rows, cells = frame.index[wrong], frame.loc[wrong, column]
    return [
        Fault(problem, source, int(row) + ROW_OF_FIRST, column, shown(cell), allowed, action) for row, cell in zip(rows, cells, strict=True)
    ]


def shown(cell: object) -> str:
    """Write a found cell for a message, a blank as such."""
    return "a blank" if pd.isna(cast(str, cell)) else repr(cell.item() if isinstance(cell, np.generic) else cell)


def figure(number: float) -> str:
    """Write a number for a message: to six digits, large ones whole.

    >>> figure(1_200_000.4), figure(0.1 + 0.2), figure(-12.0)
    ('1,200,000', '0.3', '-12')
    """
    return f"{number:,.0f}" if abs(number) >= 1e5 else f"{number:,.6g}"


Read = tuple[pd.Series, Mask, str]


def _text(cells: pd.Series) -> pd.Series:
    """Turn cells into text, blank ones missing; whole floats lose their `.0`, since Parquet writes 3 as 3.0 beside a blank."""
    if not isinstance(cells.dtype, pd.StringDtype):
        values = [None if pd.isna(cell) else _word(cell) for cell in cells]
        cells = pd.Series(values, index=cells.index, dtype="str")
    cells = cells.astype("str")
    blank = cells.str.strip() == ""
    return cells.mask(blank) if blank.any() else cells


def _word(cell: object) -> str:
    whole = isinstance(cell, float | np.floating) and float(cell).is_integer()
    return str(int(cast(float, cell))) if whole else str(cell)


def _read_id(cells: pd.Series, _: Column) -> Read:
    text = _text(cells)
    return text, text.isna().to_numpy(), "text that is not empty"


def _read_choice(cells: pd.Series, column: Column) -> Read:
    text = _text(cells).str.strip()
    unknown = text.notna() & ~text.isin(column.choices)
    return text, unknown.to_numpy(), " ".join(column.choices)


def _read_flag(cells: pd.Series, _: Column) -> Read:
    if isinstance(cells.dtype, pd.BooleanDtype) or cells.dtype == bool:
        return cells.astype("boolean"), np.zeros(len(cells), bool), ""
    text = _text(cells).str.strip().str.lower()
    flags = text.map(FLAG_WORDS).astype("boolean")
    return flags, (text.notna() & flags.isna()).to_numpy(dtype=bool), "true or false, or a blank for false"


def _read_number(cells: pd.Series, column: Column) -> Read:
    numbers, wrong = _numbers(cells)
    return pd.Series(numbers, index=cells.index, name=column.name), wrong, "a number such as 12.5, without thousands separators"


def _read_whole(cells: pd.Series, column: Column) -> Read:
    numbers, wrong = _numbers(cells)
    wrong |= ~np.isnan(numbers) & ((numbers != np.floor(numbers)) | (np.abs(numbers) > LARGEST_WHOLE))
    numbers[wrong] = np.nan
    return pd.Series(numbers, index=cells.index, name=column.name).astype("Int64"), wrong, "a whole number"


def _range_faults(frame: pd.DataFrame, column: Column, source: str) -> list[Fault]:
    numbers = frame[column.name].to_numpy(dtype="float64", na_value=np.nan)
    least = f"{column.low:g} or more" if np.isfinite(column.low) else "a finite number"
    allowed = f"{least}, or inf" if column.unlimited else least
    low = cell_faults(frame, numbers < column.low, source, column.name, "Number too low", allowed)
    endless = np.isinf(numbers) & (numbers >= column.low) & (not column.unlimited)
    high = (np.abs(numbers) > LARGEST) & np.isfinite(numbers) & (numbers >= column.low)
    return (
        low
        + cell_faults(frame, endless, source, column.name, "Endless number", allowed)
        + cell_faults(frame, high, source, column.name, "Number too large", f"at most {LARGEST:g} either way, or a larger unit")
    )


def _numbers(cells: pd.Series) -> tuple[Numbers, Mask]:
    """Turn cells into floats to the last digit, NaN for a blank; say which are not numbers at all."""
    if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
        return cells.to_numpy(dtype="float64", na_value=np.nan, copy=True), np.zeros(len(cells), bool)
    text = _text(cells)
    there = text.notna().to_numpy()
    try:
        numbers = np.array(compute.cast(pa.array(text), pa.float64()))  # reads as float() does, in an eighth of the time, or not at all
    except pa.ArrowInvalid:
        numbers = np.full(len(cells), np.nan)
        numbers[there] = _each_number(text[there])
    return numbers, there & np.isnan(numbers)


def _each_number(words: Iterable[str]) -> list[float]:
    def one(word: str) -> float:
        try:
            return float(word)
        except ValueError:
            return np.nan

    return [one(word) for word in words]


_READERS: dict[str, Callable[[pd.Series, Column], Read]] = {
    "id": _read_id,
    "choice": _read_choice,
    "number": _read_number,
    "whole": _read_whole,
    "flag": _read_flag,
}
