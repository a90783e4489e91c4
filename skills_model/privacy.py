"""Who may see what: scopes, and the protection of small numbers in everything that leaves them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Audience = Literal["working", "private board", "public"]
HIDDEN = "*"

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Scope:
    """What a user may see, made from the login in one place.

    `organisations` are the user's own, seen exactly; `protected` are those seen only in protected results, such as the others of an
    integrated care system. None stands for every organisation. A public result is protected even about one's own.
    """

    organisations: frozenset[str] | None
    person_level: bool = False
    audience: Audience = "working"
    protected: frozenset[str] | None = frozenset()

    @classmethod
    def local(cls) -> Scope:
        """Return the scope of a single user with their own store: everything, exactly."""
        return cls(None, person_level=True)

    def sees(self, organisation: str) -> bool:
        """Tell whether any result about the organisation may be seen."""
        own, others = self.organisations, self.protected
        return own is None or others is None or organisation in own or organisation in others

    def sees_exactly(self, organisation: str) -> bool:
        """Tell whether exact numbers of the organisation may be seen."""
        return self.audience != "public" and (self.organisations is None or organisation in self.organisations)

    def sees_all_exactly(self, organisations: Iterable[str] | None = None) -> bool:
        """Tell whether a sum over the organisations may be seen exactly; None is everything in reach of the scope."""
        if organisations is not None:
            return all(self.sees_exactly(organisation) for organisation in organisations)
        return self.audience != "public" and (self.organisations is None or self.protected == frozenset())

    def reach(self) -> Scope:
        """Return the scope that a query needs before its result is protected; only the functions that protect may use it."""
        everything = self.organisations is None or self.protected is None
        both = None if everything else (self.organisations or frozenset()) | (self.protected or frozenset())
        return Scope(both, person_level=False)


def protect(
    frame: pd.DataFrame,
    counts: Sequence[str],
    people: str,
    values: Sequence[str] = (),
    shares: Mapping[str, tuple[str, str]] | None = None,
    threshold: float = 8,
    base: float = 5,
    rows: pd.Series[bool] | None = None,
    behind: Mapping[str, Sequence[str]] | None = None,
    own: pd.DataFrame | None = None,
    magnified: Mapping[str, npt.ArrayLike] | None = None,
) -> pd.DataFrame:
    """Protect a result that is already filtered and summed.

    `people` is the headcount behind a row: 0 stays, 1 up to the threshold becomes `*`, others round to the base. `counts` are headcounts
    and sums of FTE, ranks or money: the same, and `*` where fewer people than the threshold stand behind the row. `values` are means and
    scores: `*` where fewer people stand behind the row. `shares` are numerator and denominator among the counts, divided after rounding.
    `behind` names, by column, further headcounts that the column tells of, such as the people assessed: `*` where any of them is few.
    `own` is the part of each row that the user sees exactly, blank for none: the rest alone is protected, then added to it.
    `magnified` tells, by column and row, how much one person or FTE of today weighs at most in a count, as where posts grow a thousandfold:
    threshold and base grow with it (`coarseness`). Only `rows` are protected where given. A column that holds a `*` becomes text; `numbers()` reads it back.
    """
    chosen = np.ones(len(frame), dtype=bool) if rows is None else rows.to_numpy(dtype=bool)
    known = pd.DataFrame(index=frame.index) if own is None else own
    headcount, rest = _read(frame, people), _rest(frame, known, people)
    few = (rest > 0) & (rest < threshold)
    told = {column: few.copy() for column in (*counts, *values)}
    for column, names in (behind or {}).items():
        for name in names:
            others = _rest(frame, known, name)
            told[column] |= (others > 0) & (others < threshold)
    rounded: dict[str, Numbers] = {}
    hidden: dict[str, Mask] = {}
    for column in dict.fromkeys([people, *counts]):
        exact = _rest(frame, known, column)
        times = coarseness((magnified or {}).get(column, 1.0))
        small = (exact != 0) & (np.abs(exact) < threshold * times)
        hidden[column] = small if column == people else (small | told[column]) & ~np.isnan(exact)
        rounded[column] = _read(frame, column) - exact + base * times * np.floor(exact / (base * times) + 0.5)
    for column in values:
        rounded[column] = _read(frame, column)
        hidden[column] = (told[column] | ((headcount == 0) & (rounded[column] != 0))) & ~np.isnan(rounded[column])
    for column, (part, whole) in (shares or {}).items():
        hidden[column] = hidden[part] | hidden[whole]
        divisor = np.where(rounded[whole] == 0, np.nan, rounded[whole])
        rounded[column] = np.round(np.minimum(rounded[part] / divisor, 1.0), 3)
    result = frame.copy()
    for column, number in rounded.items():
        result[column] = _write(frame[column], number, hidden[column], chosen)
    return result


def coarseness(weight: npt.ArrayLike) -> Numbers:
    """Return by how much threshold and base grow where one person or FTE weighs so much: 1 below 2, else a power of two near it.

    Only the order of the weight shows in what comes of it, since the weight itself may be made of what is protected.

    >>> coarseness([0.3, 1.9, 2.0, 2.9, 3.0, 1048576.0]).tolist()
    [1.0, 1.0, 2.0, 2.0, 4.0, 1048576.0]
    """
    known = np.nan_to_num(np.asarray(weight, dtype=np.float64), nan=1.0)
    power = np.floor(np.round(np.log2(np.maximum(known, 2.0) / 1.5), 9)) + 1
    return np.where(known < 2, 1.0, 2.0**power)


def numbers(column: pd.Series[Any]) -> pd.Series[float]:
    """Read a column of a protected result as numbers, `*` as missing, for charts and sorting."""
    return pd.to_numeric(column, errors="coerce").astype("float64")


def _rest(frame: pd.DataFrame, own: pd.DataFrame, column: str) -> Numbers:
    """Read what a column counts beside the user's own part."""
    exact = _read(frame, column)
    return np.round(exact - np.nan_to_num(_read(own, column)), 6) if column in own else exact


def _read(frame: pd.DataFrame, column: str) -> Numbers:
    """Read a column; the last digits of a sum of parts are noise that must not turn a 0 into a small number."""
    return np.round(frame[column].to_numpy(dtype=float, na_value=np.nan), 6)


def _write(exact: pd.Series[Any], rounded: Numbers, hidden: Mask, chosen: Mask) -> pd.Series[Any]:
    shown = pd.Series(np.where(chosen, rounded, exact.to_numpy(dtype=float, na_value=np.nan)), index=exact.index)
    if (hidden & chosen).any():
        text = shown.map(lambda number: f"{number:.10g}", na_action="ignore").astype("str")
        return text.mask(hidden & chosen, HIDDEN)
    return shown.astype(exact.dtype) if pd.api.types.is_integer_dtype(exact.dtype) else shown
