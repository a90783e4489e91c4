"""Numbers of the domain, each with its unit, range and source; a scenario may replace any value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Protocol

import pandas as pd

from skills_model.errors import DataError, Fault, ScenarioError
from skills_model.privacy import Scope
from skills_model.reference import DATA

FILE = "assumptions.csv"
COLUMNS = ("id", "label", "value", "low", "high", "unit", "source", "source_date", "owner", "review_on", "varies_by", "key", "note")

_NAME = re.compile(r"^(?P<id>[a-z0-9_]+)(\[(?P<key>[^\]]*)\])?$")


@dataclass(frozen=True)
class Assumption:
    """One number with its range; low and high are its 10th and 90th percentiles."""

    id: str
    key: str
    label: str
    value: float
    low: float
    high: float
    unit: str
    source: str

    @property
    def name(self) -> str:
        """Return `id`, or `id[key]` where the number varies by a key."""
        return f"{self.id}[{self.key}]" if self.key else self.id

    @property
    def uncertain(self) -> bool:
        """Tell whether the number has a range."""
        return self.low < self.high

    @property
    def allowed(self) -> str:
        """Say which values its unit allows."""
        return f"{'0 to 1' if self.unit.startswith('share') else '0 or more'} ({self.unit})"

    def possible(self, value: float) -> bool:
        """Tell whether its unit allows a value."""
        return _possible(self.unit, value)


class Asked(Protocol):
    """A store that can be asked; the store itself reads assumptions, so it is not named here."""

    def query(self, name: str, scope: Scope) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Assumptions:
    """Every assumption by name; frozen, so a changed value is a changed copy."""

    by_name: Mapping[str, Assumption]

    @classmethod
    def load(cls, path: Path | None = None) -> Assumptions:
        """Read the file of assumptions; without a path, the project's own.

        Raises DataError with every fault: a missing column, a value that is no number or outside its range, a name twice, an empty source.
        """
        return _load_default() if path is None else _load(path)

    @classmethod
    def of(cls, store: Asked, scope: Scope) -> Assumptions:
        """Return the project's assumptions with the user's own, as the store has them, in their place."""
        return cls.load().overlaid(store.query("own_assumptions", scope))

    def __getitem__(self, name: str) -> Assumption:
        return self.by_name[name]

    def value(self, id: str, key: object = "") -> float:
        """Return the value of an assumption, in its own unit."""
        return self.by_name[_name(id, key)].value

    def called(self, id: str) -> str:
        """Return what an assumption is called by people, whatever its key; its own id says nothing to them.

        >>> Assumptions.load().called("leading_band")
        'assumption “Whether roles of a pay band count as leading”'
        """
        return f"assumption “{next(item.label for item in self.by_name.values() if item.id == id)}”"

    def by_key(self, id: str) -> dict[str, float]:
        """Return the values of an assumption that varies, by key."""
        names = [name for name in self.by_name if name.partition("[")[0] == id]
        return {self.by_name[name].key: self.by_name[name].value for name in names}

    def uncertain(self) -> list[Assumption]:
        """List the assumptions that have a range, in the order of the file."""
        return [item for item in self.by_name.values() if item.uncertain]

    def with_values(self, values: Mapping[str, float]) -> Assumptions:
        """Return a copy with other values; a name is `id` or `id[key]`, and `id` alone sets every key that is not named itself.

        The range of a number moves with its value, in proportion, as far as its unit allows. Raises ScenarioError naming every unknown assumption and every impossible value, such as a leaver rate above 1.
        """
        if not values:
            return self
        changed = dict(self.by_name)
        faults = []
        for name, value in sorted(values.items(), key=lambda item: "[" in item[0]):
            meant = [item for item in self.by_name.values() if name in (item.name, item.id)]
            faults += [] if meant else [self._unknown(name)]
            faults += [_impossible(item, value) for item in meant[:1] if not item.possible(value)]
            changed |= {item.name: _replace(item, float(value)) for item in meant}
        if faults:
            raise ScenarioError(faults)
        return Assumptions(changed)

    def overlaid(self, own: pd.DataFrame) -> Assumptions:
        """Return a copy with a user's own values, ranges and sources in the place of the project's.

        `own` are rows of the stored table: assumption, key, value, low, high, source. A row without a key stands for every key that has no
        row of its own. A row of an assumption that this version does not know changes nothing: nobody reads it any more.
        """
        if own.empty:
            return self
        changed = dict(self.by_name)
        rows = own.sort_values("key", kind="stable")[["assumption", "key", "value", "low", "high", "source"]]
        for id_, key, value, low, high, source in rows.to_numpy(dtype=object):
            meant = [item for item in self.by_name.values() if item.id == id_ and key in {"", item.key}]
            changed |= {
                item.name: replace(item, value=float(value), low=float(low), high=float(high), source=str(source)) for item in meant
            }
        return Assumptions(changed)

    def noting(self) -> tuple[Assumptions, set[str]]:
        """Return a copy and a set that fills with the names of the assumptions that are read from the copy."""
        names: set[str] = set()
        return Assumptions(_Noting(self.by_name, names)), names

    def frame(self) -> pd.DataFrame:
        """Return one row an assumption: name, label, value, low, high, unit, source."""
        rows = [(a.name, a.label, a.value, a.low, a.high, a.unit, a.source) for a in self.by_name.values()]
        return pd.DataFrame(rows, columns=["assumption", "label", "value", "low", "high", "unit", "source"])

    def _unknown(self, name: str) -> Fault:
        nearest = get_close_matches(name, list(self.by_name), n=1)
        return Fault(
            "Unknown assumption",
            "[assumptions]",
            column=name,
            found=f"'{name}'",
            allowed="the ids of data/assumptions.csv" + (f" (nearest: '{nearest[0]}')" if nearest else ""),
            action="Correct the name; write id[key] for one key of an assumption that varies.",
        )


class _Noting(Mapping[str, Assumption]):
    """Assumptions by name that note which ones are looked up."""

    def __init__(self, by_name: Mapping[str, Assumption], names: set[str]) -> None:
        self._by_name, self._names = by_name, names

    def __getitem__(self, name: str) -> Assumption:
        self._names.add(name)
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


def _name(id: str, key: object) -> str:
    return f"{id}[{key}]" if key != "" else id


def _possible(unit: str, value: float) -> bool:
    return 0 <= value <= 1 if unit.startswith("share") else 0 <= value < float("inf")


def _impossible(item: Assumption, value: float) -> Fault:
    return Fault("Impossible value", "[assumptions]", column=item.name, found=f"{value:g}", allowed=item.allowed, action="Correct it.")


def _replace(item: Assumption, value: float) -> Assumption:
    """Set a value: a planner's own number is as uncertain beside itself as the one that it replaces.

    A number that was 0 has no proportion to keep, so its range is widened to hold the value.
    """
    if item.value <= 0:
        return replace(item, value=value, low=min(item.low, value), high=max(item.high, value))
    if value == item.value:
        return item
    times = value / item.value
    highest = item.high * times
    # Rounding must put neither end on the other side of the value.
    return replace(item, value=value, low=min(item.low * times, value), high=max(highest if item.possible(highest) else 1.0, value))


@cache
def _load_default() -> Assumptions:
    return _load(DATA / FILE)


def _load(path: Path) -> Assumptions:
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    missing = [column for column in COLUMNS if column not in rows.columns]
    if missing:
        raise DataError([Fault("Missing column", path.name, 1, name, action="Add the column.") for name in missing])
    faults: list[Fault] = []
    items: dict[str, Assumption] = {}
    for number, row in enumerate(rows.to_dict("records"), start=2):
        item = _read_row({str(column): str(cell) for column, cell in row.items()}, number, path.name, faults)
        if item and item.name in items:
            faults.append(Fault("Assumption given twice", path.name, number, "id", f"'{item.name}'", "one row a name", "Remove one row."))
        elif item:
            items[item.name] = item
    if faults:
        raise DataError(faults)
    return Assumptions(items)


def _read_row(row: dict[str, str], number: int, file: str, faults: list[Fault]) -> Assumption | None:
    found = len(faults)
    name = _name(row["id"], row["key"])
    if not _NAME.match(name):
        faults.append(Fault("Not a name", file, number, "id", f"'{name}'", "lower-case letters, digits and underscores", "Rename it."))
    if not row["source"].strip():
        faults.append(Fault("No source", file, number, "source", "nothing", "a source, or 'judgement'", "Say where the number is from."))
    numbers = {}
    for column in ("value", "low", "high"):
        try:
            numbers[column] = float(row[column])
        except ValueError:
            faults.append(Fault("Not a number", file, number, column, f"'{row[column]}'", "a number", "Correct it."))
    if len(faults) > found:
        return None
    if not (_possible(row["unit"], numbers["low"]) and _possible(row["unit"], numbers["high"])):
        faults.append(Fault("Impossible value", file, number, "low", f"{row['low']} to {row['high']}", "shares 0 to 1, all else 0 or more"))
        return None
    if not numbers["low"] <= numbers["value"] <= numbers["high"]:
        faults.append(
            Fault("Value outside its range", file, number, "value", row["value"], f"{row['low']} to {row['high']}", "Correct the range.")
        )
        return None
    return Assumption(row["id"], row["key"], row["label"], **numbers, unit=row["unit"], source=row["source"])
