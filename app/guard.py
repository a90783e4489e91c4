"""What every file for people needs: no text that a spreadsheet would run, and the mark of a demonstration."""

from __future__ import annotations

import pandas as pd

MARK = "Demonstration data, not real staff"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def guarded(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet would take for a formula; numbers stay numbers.

    >>> guarded("=1+1"), guarded("@SUM"), guarded("Data"), guarded(-3.5)
    ("'=1+1", "'@SUM", 'Data', -3.5)
    """
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value
    return value


def csv_bytes(frame: pd.DataFrame, *, demonstration: bool) -> bytes:
    """Write a frame as CSV that opens safely in a spreadsheet; every row of a demonstration says so."""
    marked = frame.assign(data=MARK) if demonstration else frame
    safe = marked.rename(columns=lambda name: str(guarded(str(name))))
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = safe[column].map(guarded)
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")
