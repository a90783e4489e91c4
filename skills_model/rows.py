"""Check frames against the row models, a column at a time, so that a million rows take seconds; every fault is kept."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api import types

from skills_model.errors import Fault
from skills_model.schema import Column, Row, columns

HEADING = 1  # the row of the headings, as a spreadsheet counts
FIRST = 2  # the row of the first values

Mask = npt.NDArray[np.bool_]

_NOT = {
    "text": "Not text",
    "whole number": "Not a whole number",
    "number": "Not a number",
    "true or false": "Neither true nor false",
    "date": "Not a date",
    "date and time": "Not a date and time",
}


def check(model: type[Row], frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the rows with the columns and types of the model, cells that are wrong blanked, and a fault for each of those."""
    wanted = columns(model)
    faults = _check_headings(model, [str(name) for name in frame.columns])
    clean = {}
    for column in wanted:
        if column.name in frame.columns:
            clean[column.name], found = _check_column(model.TABLE, column, frame[column.name].reset_index(drop=True))
            faults += found
        else:
            clean[column.name] = pd.Series([None] * len(frame), dtype=object)
    return pd.DataFrame(clean), faults


def nearest(found: str, allowed: Sequence[str]) -> str:
    """Say which allowed value is nearest to one that is not allowed; empty where none is near."""
    close = get_close_matches(found, allowed, n=1)
    return f" (nearest: '{close[0]}')" if close else ""


def _check_headings(model: type[Row], found: Sequence[str]) -> list[Fault]:
    names = [column.name for column in columns(model)]
    missing = [
        Fault("Missing column", model.TABLE, HEADING, name, allowed=", ".join(names), action="Add the column.")
        for name in names
        if name not in found
    ]
    unknown = [
        Fault(
            "Unknown column",
            model.TABLE,
            HEADING,
            name,
            f"'{name}'",
            ", ".join(names) + nearest(name, names),
            "Rename or remove the column.",
        )
        for name in found
        if name not in names
    ]
    twice = [
        Fault("Column given twice", model.TABLE, HEADING, name, f"'{name}'", "each column once", "Remove one of them.")
        for name in names
        if found.count(name) > 1
    ]
    return missing + unknown + twice


def _check_column(table: str, column: Column, values: pd.Series[Any] | pd.DataFrame) -> tuple[pd.Series[Any], list[Fault]]:
    if isinstance(values, pd.DataFrame):  # the heading is there twice, which is a fault already
        values = values.iloc[:, 0]
    blank = values.isna().to_numpy(dtype=bool)
    typed, of_type = _READERS[column.type](values, blank)
    within = _within(column, typed, of_type)
    faults = [] if column.nullable else _faults("Blank", table, column, values, blank, "Fill it in.")
    faults += _faults(_NOT[column.type], table, column, values, ~blank & ~of_type, "Correct the value.")
    faults += _faults("Value not allowed", table, column, values, of_type & ~within, "Correct the value.")
    bad = ~within & ~blank
    return typed.mask(bad) if bad.any() else typed, faults


def _faults(problem: str, table: str, column: Column, values: pd.Series[Any], wrong: Mask, action: str) -> list[Fault]:
    found = values[wrong]
    return [
        Fault(problem, table, int(row) + FIRST, column.name, "nothing" if problem == "Blank" else f"{value!r}", column.allowed, action)
        for row, value in zip(np.flatnonzero(wrong), found.tolist(), strict=True)
    ]


def _within(column: Column, typed: pd.Series[Any], of_type: Mask) -> Mask:
    """Tell which values are of the type and allowed."""
    if column.type == "text":
        return of_type & _text_within(column, typed)
    within = of_type.copy()
    if column.type in {"whole number", "number"}:
        numbers = typed.to_numpy(dtype=float, na_value=np.nan)
        for test, bound in ((np.greater_equal, column.minimum), (np.greater, column.above), (np.less_equal, column.maximum), (np.less, column.below)):
            if bound is not None:
                within &= test(numbers, bound)
    return within


def _text_within(column: Column, typed: pd.Series[Any]) -> Mask:
    """Look at each different text once: organisations, skills and bands repeat, so this is a small part of the rows."""
    number, different = pd.factorize(typed)
    pattern = re.compile(column.pattern) if column.pattern else None
    allowed = [
        (not column.choices or text in column.choices)
        and (pattern is None or pattern.fullmatch(text) is not None)
        and not (column.not_empty and not text)
        for text in different
    ]
    return np.array([*allowed, False], dtype=bool)[number]  # a blank has the number -1, the last


def _read_text(values: pd.Series[Any], blank: Mask) -> tuple[pd.Series[Any], Mask]:
    if isinstance(values.dtype, pd.StringDtype):
        return values, ~blank
    of_type = _each(values, lambda value: isinstance(value, str))
    return values.astype(object).where(of_type, None).astype("str"), of_type


def _read_whole(values: pd.Series[Any], blank: Mask) -> tuple[pd.Series[Any], Mask]:
    if types.is_integer_dtype(values.dtype):
        return values, ~blank
    numbers, of_type = _read_number(values, blank)
    plain = numbers.to_numpy(dtype=float)
    of_type &= plain == np.floor(plain)
    return numbers.where(of_type).astype("Int64"), of_type


def _read_number(values: pd.Series[Any], blank: Mask) -> tuple[pd.Series[Any], Mask]:
    if types.is_numeric_dtype(values.dtype) and not types.is_bool_dtype(values.dtype):
        numbers = values.astype("float64") if not blank.any() else pd.Series(values.to_numpy(dtype=float, na_value=np.nan))
        return numbers, np.isfinite(numbers.to_numpy())
    of_type = _each(values, lambda value: isinstance(value, int | float | np.number) and not isinstance(value, bool))
    numbers = values.astype(object).where(of_type, np.nan).astype("float64")
    return numbers, np.isfinite(numbers.to_numpy())


def _read_boolean(values: pd.Series[Any], blank: Mask) -> tuple[pd.Series[Any], Mask]:
    if types.is_bool_dtype(values.dtype):
        return values, ~blank
    of_type = _each(values, lambda value: isinstance(value, bool | np.bool_))
    return values.astype(object).where(of_type, None).astype("boolean"), of_type


def _read_date(values: pd.Series[Any], blank: Mask) -> tuple[pd.Series[Any], Mask]:
    """Read dates, or texts written 2026-03-31; a date with a time of day is not a date."""
    if types.is_datetime64_dtype(values.dtype):
        return values, ~blank & (values == values.dt.normalize()).to_numpy(dtype=bool)
    of_type = _each(values, lambda value: isinstance(value, str | dt.date))
    read = pd.to_datetime(values.astype(object).where(of_type, None).map(_iso, na_action="ignore"), format="%Y-%m-%d", errors="coerce")
    return read, read.notna().to_numpy(dtype=bool)


def _read_time(values: pd.Series[Any], blank: Mask) -> tuple[pd.Series[Any], Mask]:
    if types.is_datetime64_dtype(values.dtype):
        return values, ~blank
    of_type = _each(values, lambda value: isinstance(value, dt.datetime))
    return pd.to_datetime(values.astype(object).where(of_type, None), errors="coerce"), of_type


def _iso(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _each(values: pd.Series[Any], test: Callable[[Any], bool]) -> Mask:
    return np.fromiter((test(value) for value in values), dtype=bool, count=len(values))


_READERS: dict[str, Callable[[pd.Series[Any], Mask], tuple[pd.Series[Any], Mask]]] = {
    "text": _read_text,
    "whole number": _read_whole,
    "number": _read_number,
    "true or false": _read_boolean,
    "date": _read_date,
    "date and time": _read_time,
}
