"""Returns for tests: files as `skillsplan return` writes them, and a store that holds nothing of its own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from skills_model import returning
from skills_model.privacy import Scope
from skills_model.sources import importing
from skills_model.sources.importing import Imported
from skills_model.store import Store

ALL = Scope.local()
TODAY = dt.date(2026, 11, 22)
ROLE = "Chief information officer"
FRAMEWORKS = ("framework", "role_level", "skill", "requirement")


def empty(path: Path, world: dict[str, pd.DataFrame]) -> Store:
    """Make a store with the frameworks of a world, and nobody in it."""
    store = Store.create(path)
    store.write("tests", "f" * 64, "frameworks", {name: world[name] for name in FRAMEWORKS})
    return store


def file(store: Store, organisation: str, **options: str) -> bytes:
    """Write the return of an organisation, signed off unless it is said otherwise."""
    made = returning.write(store, ALL, organisation, on=TODAY, **{"signed_off_by": ROLE, **options})
    return made.rows.to_csv(index=False).encode()


def take(store: Store, content: bytes, name: str = "return.csv", **options: object) -> Imported:
    """Take a return in."""
    return importing.take_in(store, ALL, "return", content, name, **options)  # type: ignore[arg-type]


def sent(store: Store, home: Store, *organisations: str) -> None:
    """Send the returns of organisations from the store at home to another one."""
    for code in organisations:
        answer = take(store, file(home, code), f"{code}.csv")
        assert not answer.faults, answer.faults
        assert answer.number is not None
