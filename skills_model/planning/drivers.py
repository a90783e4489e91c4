"""Which cells of the planning tables an uncertain assumption moves, and between which values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from optimiser.tables import KEYS as TABLE_KEYS
from optimiser.tables import NUMBERS
from skills_model.assumptions import Assumptions
from skills_model.planning.build import PARTS
from skills_model.planning.inputs import Inputs
from skills_model.planning.nothing_done import nothing_done
from skills_model.planning.world import World, build_world, groups_of, world_of
from skills_model.scenario import Scenario

COLUMNS = ["assumption", "table", "key", "cell", "low", "value", "high"]
KEYS = {name: list(columns) for name, columns in TABLE_KEYS.items()}
CELLS = {name: list(columns) for name, columns in NUMBERS.items()}

# The parts that ask who stays or arrives if nothing is done; an assumption that is read for that alone leaves the others as they are.
OF_STAYING = frozenset(
    {
        "transitions",
        "inflows",
        "money",
        "expiry",
        "requirements",
        "train",
        "mentor",
        "second",
        "recruit",
        "posts",
        "in-place",
        "retain",
        "kept",
        "after-horizon",
        "redeploy",
        "promote",
        "contract-exit",
    }
)

Cells = Mapping[str, pd.DataFrame]


def drivers(inputs: Inputs, scenario: Scenario, assumptions: Assumptions) -> pd.DataFrame:
    """Return one row a cell that an assumption moves: its value, and what it is with the assumption at its low and at its high.

    Columns: assumption, table, key, cell, low, value, high. `key` joins the key columns of the row by `|`, a blank period left empty. `low`
    and `high` belong to the assumption, so a cell may be larger at low than at high. A row that only stands at one end (a lead time moves
    the lag of an effect) counts as 0 elsewhere.
    """
    world = build_world(inputs, scenario, assumptions)
    middle = {name: _cells(world, name) for name in PARTS}
    rows = []
    readers = _readers(inputs, scenario, assumptions)
    for assumption in [item for item in assumptions.uncertain() if readers.reads(item.name)]:
        low, high = (readers.at(world, assumption.name, end) for end in (assumption.low, assumption.high))
        for part in readers.moving(assumption.name, world, (low, high)):
            moved = _moved(_cells(low, part), middle[part], _cells(high, part))
            rows.append(moved.assign(assumption=assumption.name))
    rows = [row for row in rows if len(row)]
    return pd.concat(rows, ignore_index=True)[COLUMNS] if rows else pd.DataFrame(columns=COLUMNS)


@dataclass(frozen=True)
class _Readers:
    """Know what a build reads each assumption for, so that nothing else is worked out again.

    `parts` names the assumptions that each part reads, `everywhere` are those that the world itself is built from, `staying` those that
    tell what becomes of staff if nothing is done.
    """

    parts: Mapping[str, frozenset[str]]
    everywhere: frozenset[str]
    staying: frozenset[str]

    def reads(self, assumption: str) -> bool:
        """Tell whether a build reads an assumption at all."""
        return assumption in self.everywhere | self.staying or any(assumption in names for names in self.parts.values())

    def at(self, world: World, assumption: str, value: float) -> World:
        """Return the world with one assumption at another value."""
        changed = world.assumptions.with_values({assumption: value})
        if assumption in self.everywhere:
            return build_world(world.inputs, world.scenario, changed)
        moved = replace(world, assumptions=changed)
        if assumption not in self.staying:
            return moved
        return moved.with_nothing(nothing_done(world.inputs, world.groups["role_level"], world.scenario, changed))

    def moving(self, assumption: str, world: World, ends: Sequence[World]) -> list[str]:
        """List the parts that may differ between the world and its ends, in their order."""
        if assumption in self.everywhere:
            return list(PARTS)
        staying = OF_STAYING if any(not end.nothing.equals(world.nothing) for end in ends) else frozenset()
        return [part for part in PARTS if assumption in self.parts[part] or part in staying]


def _readers(inputs: Inputs, scenario: Scenario, assumptions: Assumptions) -> _Readers:
    noting, names = assumptions.noting()
    group = groups_of(inputs, scenario, noting)
    names.clear()
    nothing = nothing_done(inputs, group["role_level"], scenario, noting)
    staying = frozenset(names)
    names.clear()
    world = world_of(inputs, scenario, noting, group, nothing)
    everywhere = frozenset(names)
    parts = {}
    for name, part in PARTS.items():
        names.clear()
        part(world)
        parts[name] = frozenset(names)
    return _Readers(parts, everywhere, staying)


def _cells(world: World, part: str) -> Cells:
    """Return the keys and numbers of the planning tables that one part writes, by table."""
    return {name: rows.reindex(columns=KEYS[name] + CELLS[name]) for name, rows in PARTS[part](world).items()}


def _moved(low: Cells, middle: Cells, high: Cells) -> pd.DataFrame:
    """Compare the tables of a part, which may write one only at an end."""
    rows = []
    for name in dict.fromkeys([*low, *middle, *high]):
        nothing = pd.DataFrame(columns=KEYS[name] + CELLS[name])
        rows.append(_differences(low.get(name, nothing), middle.get(name, nothing), high.get(name, nothing), name).assign(table=name))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=COLUMNS)


def _differences(low: pd.DataFrame, middle: pd.DataFrame, high: pd.DataFrame, table: str) -> pd.DataFrame:
    keys, cells = KEYS[table], CELLS[table]
    if not (low[keys].equals(middle[keys]) and high[keys].equals(middle[keys])):
        low, middle, high = _aligned([low, middle, high], keys)
    found = []
    for cell in cells:
        ends = pd.DataFrame({"low": low[cell], "value": middle[cell], "high": high[cell]}).astype(float).fillna(0.0)
        changed = ends[(ends["low"] != ends["value"]) | (ends["high"] != ends["value"])]
        found.append(changed.assign(key=_key(middle.loc[changed.index, keys]), cell=cell))
    return pd.concat(found, ignore_index=True)


def _aligned(versions: list[pd.DataFrame], keys: list[str]) -> list[pd.DataFrame]:
    """Return the versions with the same rows in the same order; a row that stands in another version only has blank numbers."""
    every = pd.concat([version[keys] for version in versions]).drop_duplicates(ignore_index=True)
    return [every.merge(version, on=keys, how="left") for version in versions]


def _key(rows: pd.DataFrame) -> pd.Series:
    text = [_text(rows[column]) for column in rows.columns]
    return text[0] if len(text) == 1 else text[0].str.cat(pd.concat(text[1:], axis=1), sep="|")


def _text(column: pd.Series) -> pd.Series:
    whole = column.astype("Int64") if pd.api.types.is_float_dtype(column.dtype) else column
    return whole.astype("string").fillna("")
