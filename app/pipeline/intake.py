"""The use cases of files: taking one in, what was taken in before, taking it back, templates to fill in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from app.report import guard
from skills_model.errors import DataError, Fault
from skills_model.privacy import Scope
from skills_model.rows import nearest
from skills_model.sources import importing, reading, registry, templates
from skills_model.sources.importing import Imported
from skills_model.sources.kinds import Kind
from skills_model.store import Store

HEADING, FIELD = "heading", "field"
ROWS_NAMED = 5
"""Rows that a fault shared by many names one by one."""


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
    """Read a file with the columns heading and field; a blank field means that the column is not used. Raises DataError."""
    frame = reading.read(content, name).frame.rename(columns=str.lower)
    if not {HEADING, FIELD} <= set(frame.columns):
        found = ", ".join(f"'{column}'" for column in frame.columns) + nearest(HEADING, [str(column) for column in frame.columns])
        raise DataError([Fault("Missing column", name, 1, found=found, allowed=f"{HEADING}, {FIELD}", action="Name the columns so.")])
    twice = frame.index[frame[HEADING].duplicated()]
    if len(twice):
        action = "Keep one of the rows."
        raise DataError(
            [Fault("Heading given twice", name, int(row), HEADING, f"'{frame.loc[row, HEADING]}'", action=action) for row in twice]
        )
    told = frame.dropna(subset=[HEADING])
    return {str(heading): None if pd.isna(field) else str(field) for heading, field in zip(told[HEADING], told[FIELD], strict=True)}


def faults_file(faults: Sequence[Fault], imported: Imported | None = None) -> bytes:
    """Write faults as CSV: with what was read of the file, its own rows to be mended and sent again; else the faults alone."""
    rows = (
        pd.DataFrame([fault.as_row() for fault in faults]).reindex(columns=list(reading.TO_MEND))
        if imported is None
        else imported.to_mend()
    )
    return guard.csv_bytes(rows, demonstration=False)


def gathered(faults: Sequence[Fault]) -> list[Fault]:
    """Tell the same fault of many rows once, with the first of the rows; the most frequent first, those of no row before all.

    >>> [str(fault) for fault in gathered([Fault("Blank", "a.csv", row, "FTE", "nothing") for row in range(2, 12)])]
    ['Blank: a.csv, rows 2, 3, 4, 5, 6 and 5 more, column `FTE`. Found nothing.']
    """
    rows: dict[Fault, list[int]] = {}
    for fault in faults:
        rows.setdefault(replace(fault, row=None), []).extend([] if fault.row is None else [fault.row])
    ordered = sorted(rows.items(), key=lambda pair: (bool(pair[1]), -len(pair[1]), pair[1][:1]))
    return [_of_rows(fault, where) for fault, where in ordered]


def _of_rows(fault: Fault, rows: Sequence[int]) -> Fault:
    if len(rows) <= 1:
        return replace(fault, row=rows[0] if rows else None)
    named = [str(row) for row in rows[:ROWS_NAMED]]
    rest = len(rows) - len(named)
    listed = ", ".join(named) + f" and {rest:,} more" if rest else ", ".join(named[:-1]) + f" and {named[-1]}"
    return replace(fault, table=f"{fault.table}, rows {listed}")
