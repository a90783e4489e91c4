"""Which cells of the planning tables an uncertain assumption moves, and between which values."""

from __future__ import annotations

import pandas as pd

from skills_model.assumptions import Assumption, Assumptions
from skills_model.planning.build import frames
from skills_model.planning.inputs import Inputs
from skills_model.planning.world import build_world
from skills_model.scenario import Scenario

COLUMNS = ["assumption", "table", "key", "cell", "low", "value", "high"]
KEYS = {
    "stocks": ["stock"],
    "transitions": ["from_stock", "to_stock", "period"],
    "inflows": ["stock", "period"],
    "requirements": ["stock", "period"],
    "levers": ["lever"],
    "effects": ["lever", "stock", "lag", "period"],
    "cover": ["lever", "stock", "period"],
    "limits": ["limit", "period"],
    "uses": ["limit", "kind", "item", "lag", "period"],
}
CELLS = {
    "stocks": ["opening", "unit_cost"],
    "transitions": ["rate"],
    "inflows": ["amount"],
    "requirements": ["required", "shortfall_weight"],
    "levers": ["unit_cost"],
    "effects": ["amount"],
    "cover": ["amount"],
    "limits": ["amount"],
    "uses": ["amount"],
}


def drivers(inputs: Inputs, scenario: Scenario, assumptions: Assumptions) -> pd.DataFrame:
    """Return one row a cell that an assumption moves: its value, and what it is with the assumption at its low and at its high.

    Columns: assumption, table, key, cell, low, value, high. `key` joins the key columns of the row by `|`, a blank period left empty. `low`
    and `high` belong to the assumption, so a cell may be larger at low than at high. A row that only stands at one end (a lead time moves
    the lag of an effect) counts as 0 elsewhere.
    """
    middle = _cells(inputs, scenario, assumptions)
    moved = [_moved(item, inputs, scenario, assumptions, middle) for item in _read_by_plans(inputs, scenario, assumptions)]
    rows = [row for row in moved if not row.empty]
    return pd.concat(rows, ignore_index=True)[COLUMNS] if rows else pd.DataFrame(columns=COLUMNS)


def _read_by_plans(inputs: Inputs, scenario: Scenario, assumptions: Assumptions) -> list[Assumption]:
    """List the uncertain assumptions that a build reads, so that no other is tried."""
    noting, names = assumptions.noting()
    frames(build_world(inputs, scenario, noting))
    return [item for item in assumptions.uncertain() if item.name in names]


def _cells(inputs: Inputs, scenario: Scenario, assumptions: Assumptions) -> dict[str, pd.Series]:
    """Return every number of the planning tables by table; index: key and cell."""
    tables = frames(build_world(inputs, scenario, assumptions))
    return {name: _long(tables[name], KEYS[name], CELLS[name]) for name in KEYS}


def _long(rows: pd.DataFrame, keys: list[str], cells: list[str]) -> pd.Series:
    text = pd.DataFrame({key: _text(rows[key]) if key in rows.columns else "" for key in keys})
    key = text[keys[0]].str.cat(text[keys[1:]], sep="|") if len(keys) > 1 else text[keys[0]]
    series = [pd.Series(rows[cell].to_numpy(float), index=pd.MultiIndex.from_arrays([key, [cell] * len(rows)])) for cell in cells]
    return pd.concat(series).fillna(0.0)


def _text(column: pd.Series) -> pd.Series:
    if column.dtype == "float64":
        column = column.astype("Int64")
    return column.astype("string").fillna("")


def _moved(item: Assumption, inputs: Inputs, scenario: Scenario, assumptions: Assumptions, middle: dict[str, pd.Series]) -> pd.DataFrame:
    low, high = (_cells(inputs, scenario, assumptions.with_values({item.name: value})) for value in (item.low, item.high))
    rows = [_differences(item.name, name, low[name], middle[name], high[name]) for name in KEYS]
    return pd.concat(rows, ignore_index=True)


def _differences(assumption: str, table: str, low: pd.Series, middle: pd.Series, high: pd.Series) -> pd.DataFrame:
    if low.index.equals(middle.index) and high.index.equals(middle.index):
        both = pd.DataFrame({"low": low.to_numpy(), "value": middle.to_numpy(), "high": high.to_numpy()}, index=middle.index)
    else:
        both = pd.concat({"low": low, "value": middle, "high": high}, axis=1).fillna(0.0)
    both = both[(both["low"] != both["value"]) | (both["high"] != both["value"])]
    keys = both.index.to_frame(index=False, name=["key", "cell"])
    return keys.assign(
        assumption=assumption, table=table, low=both["low"].to_numpy(), value=both["value"].to_numpy(), high=both["high"].to_numpy()
    )
