"""The use cases of files: taking one in, what was taken in before, taking it back, templates to fill in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from app import guard
from skills_model.errors import DataError, Fault
from skills_model.privacy import Scope
from skills_model.sources import importing, reading, registry, templates
from skills_model.sources.importing import Imported
from skills_model.sources.kinds import Kind
from skills_model.store import Store

HEADING, FIELD = "heading", "field"
UNUSED = frozenset({"-", "none", "not_used"})
NAMED = 5
"""Rows and values that a fault shared by many names one by one."""


def kinds() -> tuple[Kind, ...]:
    """Return every kind of file that can be taken in, those that a planner meets first in front."""
    return registry.kinds()


def take_in(
    store: Store,
    scope: Scope,
    kind: str,
    content: bytes,
    name: str,
    *,
    organisation: str | None = None,
    as_at: dt.date | None = None,
    chosen: Mapping[str, str | None] | None = None,
    mended: bytes | None = None,
    dry: bool = False,
) -> Imported:
    """Take a file in, all or nothing; the answer holds every fault of its rows.

    Raises DataError where the file cannot be read, the options are wrong, or the same file was taken in before (named).
    """
    return importing.take_in(
        store, scope, kind, content, name, organisation=organisation, as_at=as_at, chosen=chosen, mended=mended, dry=dry
    )


def imports(store: Store, scope: Scope, organisation: str | None = None) -> pd.DataFrame:
    """List what was taken in, newest first: import_run, kind, source, organisation, rows, imported_at, undone_at (UTC)."""
    return store.query("imports", scope, organisations=None if organisation is None else [organisation])


def undo(store: Store, number: int) -> dict[str, int]:
    """Take an import back and return how many rows went by table; rows it had replaced are back. Raises DataError."""
    return store.undo(number)


def template(store: Store | None, kind: str, *, csv: bool = False) -> bytes:
    """Write the template of a kind as XLSX, or as CSV; with a store, its skills and role levels are drop-downs. Raises DataError."""
    wanted = importing.find(kind)
    return templates.text(wanted) if csv else templates.workbook(wanted, store)


def read_mapping(content: bytes, name: str) -> dict[str, str | None]:
    """Read a file with the columns heading and field; a blank field, or "none", means that the column is not used. Raises DataError."""
    frame = reading.read(content, name).frame.rename(columns=str.lower)
    if not {HEADING, FIELD} <= set(frame.columns):
        found = ", ".join(f"'{column}'" for column in frame.columns)
        raise DataError([Fault("Missing column", name, 1, found=found, allowed=f"{HEADING}, {FIELD}", action="Name the columns so.")])
    told = frame.dropna(subset=[HEADING])
    twice = told.loc[told[HEADING].duplicated(), HEADING]
    if len(twice):
        action = "Keep one of the rows."
        raise DataError(
            [Fault("Heading told twice", name, int(str(row)), HEADING, f"'{word}'", action=action) for row, word in twice.items()]
        )
    fields = told[FIELD].str.lower().str.replace(" ", "_")
    return {
        str(heading): None if pd.isna(field) or field in UNUSED else str(field)
        for heading, field in zip(told[HEADING], fields, strict=True)
    }


def faults_file(faults: Sequence[Fault], imported: Imported | None = None) -> bytes:
    """Write faults as CSV: with what was read of the file, its own rows to be mended and sent again; else the faults alone."""
    rows = (
        pd.DataFrame([fault.as_row() for fault in faults]).reindex(columns=list(reading.TO_MEND))
        if imported is None
        else imported.to_mend()
    )
    return guard.csv_bytes(rows, demonstration=False)


def gathered(faults: Sequence[Fault]) -> list[Fault]:
    """Tell faults of one sort once, with the first of their rows and values; those of no row come first, then the most frequent.

    >>> [str(fault) for fault in gathered([Fault("Not a number", "a.csv", row, "FTE", f"'{row}x'") for row in range(2, 12)])]
    ["Not a number: a.csv, rows 2, 3, 4, 5, 6 and 5 more, column `FTE`. Found '2x', '3x', '4x', '5x', '6x' and 5 more."]
    """
    sorts: dict[tuple[str, ...], list[Fault]] = {}
    for fault in faults:
        sorts.setdefault((fault.problem, fault.table, fault.column, fault.allowed, fault.action), []).append(fault)
    together = [_as_one(same) for same in sorts.values()]
    return [one for _, one in sorted(together, key=lambda pair: pair[0])]


def _as_one(same: Sequence[Fault]) -> tuple[tuple[bool, int, int], Fault]:
    """Return where a sort of fault belongs in the list, and one fault that tells all of it."""
    rows = [fault.row for fault in same if fault.row is not None]
    one = replace(same[0], row=None, found=_listed([fault.found for fault in same if fault.found]))
    place = (bool(rows), -len(rows), min(rows, default=0))
    if len(rows) <= 1:
        return place, replace(one, row=rows[0] if rows else None)
    return place, replace(one, table=f"{one.table}, rows {_listed(rows)}")


def _listed(words: Sequence[object]) -> str:
    """Name the first different words or numbers and count the rest."""
    different = list(dict.fromkeys(words))
    rest = len(different) - NAMED
    return ", ".join(map(str, different[:NAMED])) + (f" and {rest:,} more" if rest > 0 else "")
