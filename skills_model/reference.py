"""Facts that the project ships: names, codes, levels, prices and published figures, one CSV file a table."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

DATA: Path = Path(__file__).resolve().parent.parent / "data"

# Said by name, since codes such as band 2 or staff group 01 look like numbers and are not.
NUMBERS = {
    "confidence",
    "contract_jobs",
    "daily_rates_quoted",
    "fte",
    "funding",
    "infrastructure_support_fte",
    "level",
    "level_number",
    "maximum",
    "median",
    "minimum",
    "months",
    "order",
    "p10",
    "p25",
    "p75",
    "p90",
    "price",
    "rank",
    "rank_after",
    "rank_before",
    "ranks",
    "required_rank",
    "salary",
    "set",
    "share",
    "share_of_salary",
    "total_fte",
    "value",
}
TRUTHS = {"active"}


def tables() -> list[str]:
    """List the names of the reference tables."""
    return sorted(path.stem for path in (DATA / "reference").glob("*.csv"))


def table(name: str) -> pd.DataFrame:
    """Read one reference table: text as it is written, numbers as numbers, a blank cell missing.

    Raises FileNotFoundError where there is no such table.
    """
    return _read(name).copy()


@cache
def _read(name: str) -> pd.DataFrame:
    rows = pd.read_csv(DATA / "reference" / f"{name}.csv", dtype=str, keep_default_na=False, na_values=[""])
    for column in rows.columns.intersection(sorted(NUMBERS)):
        rows[column] = pd.to_numeric(rows[column])
    for column in rows.columns.intersection(sorted(TRUTHS)):
        rows[column] = rows[column].map({"true": True, "false": False}).astype(bool)
    return rows
