"""Facts that the project ships: names, codes, levels, prices and published figures, one CSV file a table."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

DATA: Path = Path(__file__).resolve().parent.parent / "data"


def tables() -> list[str]:
    """List the names of the reference tables."""
    return sorted(path.stem for path in (DATA / "reference").glob("*.csv"))


def table(name: str) -> pd.DataFrame:
    """Read one reference table; every column is text and a blank cell is missing.

    Raises FileNotFoundError where there is no such table.
    """
    return _read(name).copy()


@cache
def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / "reference" / f"{name}.csv", dtype=str, keep_default_na=False, na_values=[""])
