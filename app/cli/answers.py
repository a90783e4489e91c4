"""What commands do with their answers: the mark of a demonstration, CSV files, JSON, and the words for cuts."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pandas as pd

    from skills_model.privacy import Scope
    from skills_model.store import Store

Csv = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write every row and column as CSV.")]


def area(organisation: str | None) -> list[str] | None:
    """Return the organisation asked about as a list; None for all."""
    return None if organisation is None else [organisation]


def cuts(by: str) -> list[str]:
    """Read cuts parted by commas."""
    return [cut.strip() for cut in by.split(",")]


def headings(by: Sequence[str]) -> tuple[str, ...]:
    """Return cuts as headings of a table."""
    from app import findings

    return tuple(findings.heading(cut) for cut in by)


def invented(store: Store, scope: Scope) -> bool:
    """Tell whether any organisation of a store is invented."""
    from app import pipeline

    return bool(pipeline.organisations(store, scope)["demonstration"].any())


def no_staff(store: Store, scope: Scope, area: Sequence[str] | None) -> str:
    """Say that no staff list is in the store, or none of the organisations asked about, and what to do; nothing where one is."""
    from app import pipeline

    listed = pipeline.organisations(store, scope)
    if (listed if area is None else listed[listed["code"].isin(area)])["headcount"].sum():
        return ""
    whose = "" if area is None else f" of {', '.join(area)}"
    code = "CODE" if area is None else area[0]
    return f"No staff list{whose} is in the store; `skillsplan import staff FILE --organisation {code} --as-at DATE` takes one in."


def nothing(store: Store, scope: Scope, area: Sequence[str] | None) -> str:
    """Say why nobody who needs skills is in an answer, and what to do."""
    code = "CODE" if area is None else area[0]
    return no_staff(store, scope, area) or (
        f"Nobody there is in a role level that needs skills; `skillsplan mapping --organisation {code}` shows the job titles without one."
    )


def mark(*, demonstration: bool) -> None:
    """Say of an answer made of invented data that it is."""
    from app import guard, terminal

    if demonstration:
        terminal.say(guard.MARK)


def write(place: Path, content: bytes) -> None:
    """Write a file, and the folders above it where they are missing."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


def write_csv(frame: pd.DataFrame, csv: Path, *, demonstration: bool) -> None:
    """Write every row of a frame as CSV, and say where."""
    from app import guard, terminal

    # A byte order mark would become part of the first heading for many programs that read CSV.
    write(csv, guard.csv_bytes(frame, demonstration=demonstration).removeprefix(BOM_UTF8))
    terminal.note(f"Written to {csv}")


def given(frame: pd.DataFrame, csv: Path | None, *, json: bool, demonstration: bool) -> bool:
    """Give an answer as CSV and JSON where that was asked for, and tell whether it was: then nothing else is to be shown."""
    from app import terminal

    if csv is not None:
        write_csv(frame, csv, demonstration=demonstration)
    if json:
        terminal.write_json(terminal.rows(frame))
    return json or csv is not None
