"""The demonstration as a store of its own."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, Fault
from skills_model.privacy import Scope
from skills_model.store import Store
from skills_model.synthetic.build import VERSION, Report, england

KIND = "demonstration"


def demo_store(
    path: Path,
    seed: int,
    organisation: str | None = None,
    *,
    progress: Report | None = None,
    replace: bool = False,
    assumptions: Assumptions | None = None,
) -> None:
    """Make a store that holds the demonstration; any failure leaves whatever was there.

    With `replace`, a demonstration store of that name gives way. Raises DataError where the file is anything else, or for a seed or an
    organisation that there is not.
    """
    path = Path(path)
    _refuse_to_lose(path, replace=replace)
    assumptions = assumptions or Assumptions.load()
    frames = england(seed, assumptions, organisation, progress)
    with _beside(path) as half:
        with Store.create(half) as store:
            store.write(KIND, _digest(seed, organisation, assumptions), f"demonstration seed {seed}", frames)
        half.replace(path)


def _refuse_to_lose(path: Path, *, replace: bool) -> None:
    """Let nothing be overwritten but a store in which every organisation is invented."""
    if not path.exists():
        return
    with Store.open(path) as store:
        held = store.query("organisations", Scope.local())
    if not replace:
        found, action = "a store that is there already", "Name another file, or remove this one first."
    elif held.empty or not held["demonstration"].all():
        real = held.loc[~held["demonstration"].astype(bool), "code"]
        found = (
            f"data that are not the demonstration's ({', '.join(real[:3])}{', ...' if len(real) > 3 else ''})" if len(real) else "no data"
        )
        action = "Name another file: a store of your own is never replaced."
    else:
        return
    raise DataError([Fault("Store would be lost", str(path), found=found, allowed="a new file, or a demonstration store", action=action)])


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Give the name of a file beside the one meant, and leave nothing of it behind."""
    half = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield half
    finally:
        for left in (half, half.with_name(half.name + ".wal")):
            left.unlink(missing_ok=True)


def _digest(seed: int, organisation: str | None, assumptions: Assumptions) -> str:
    """Return the SHA-256 of everything that decides the rows."""
    values = {name: [item.value, item.low, item.high] for name, item in assumptions.by_name.items()}
    return hashlib.sha256(json.dumps([VERSION, seed, organisation, values], sort_keys=True).encode()).hexdigest()
