"""Spread rows over periods, and add up: a blank period means every period, a row that names one overrides it cell by cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

PRESENT = "present"  # 1 where any row speaks of the key and period, beside the columns asked for


def spread(place: Ints, frame: pd.DataFrame, columns: Sequence[str], first: int, last: int, size: int) -> dict[str, Floats]:
    """Return each column as an array of shape (size, periods first to last), NaN where nothing is said.

    `place` is where each row's key stands among `size` keys, negative for rows to pass over. Rows outside first to last are dropped.
    """
    period = frame["period"].to_numpy(dtype="float64", na_value=np.nan)
    every = np.isnan(period) & (place >= 0)
    named = (period >= first) & (period <= last) & (place >= 0)
    at = (period[named] - first).astype(np.intp)
    done: dict[str, Floats] = {}
    for name in (*columns, PRESENT):
        cells = np.ones(len(frame)) if name == PRESENT else frame[name].to_numpy(dtype="float64", na_value=np.nan)
        values = np.full((size, last - first + 1), np.nan)
        values[place[every]] = cells[every, None]
        kept = np.where(np.isnan(cells[named]), values[place[named], at], cells[named])
        values[place[named], at] = kept
        done[name] = values
    return done


def sums(place: Ints, amounts: Floats, size: int) -> Floats:
    """Add up the amounts that belong to each place; numpy's own answer is of whole numbers where there are none."""
    return np.bincount(place, amounts, minlength=size).astype("float64")


def inner(left: Floats, right: Floats) -> float:
    """Return the sum of the products, without BLAS: it wakes threads, which takes longer than the sum and may add in another order."""
    return float((left * right).sum())
