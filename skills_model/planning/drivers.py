"""Which cells of the planning tables an uncertain assumption moves, and between which values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pandas as pd

from optimiser.tables import KEYS as TABLE_KEYS
from optimiser.tables import NUMBERS
from skills_model.assumptions import Assumptions
from skills_model.planning.build import PARTS
from skills_model.planning.inputs import Inputs
from skills_model.planning.nothing_done import NothingDone, nothing_done
from skills_model.planning.world import World, build_world, groups_of, world_of
from skills_model.scenario import Scenario

COLUMNS = ["assumption", "table", "key", "cell", "low", "value", "high"]
KEYS = {name: list(columns) for name, columns in TABLE_KEYS.items()}
CELLS = {name: list(columns) for name, columns in NUMBERS.items()}
DIGITS = 10
"""Digits of a number that count: the last ones are the computer's rounding, and a cell that only differs there has not moved."""

Cells = Mapping[str, pd.DataFrame]


def drivers(inputs: Inputs, scenario: Scenario, assumptions: Assumptions) -> pd.DataFrame:
    """Return one row a cell that an assumption moves: its value, and what it is with the assumption at its low and at its high.

    Columns: assumption (its id; all of its keys move together, as they do in futures), table, key, cell, low, value, high. `key` joins
    the key columns of the row by `|`, a blank period left empty. `low`
    and `high` belong to the assumption, so a cell may be larger at low than at high. A row that only stands at one end (a lead time moves
    the lag of an effect) counts as 0 elsewhere. Numbers have ten digits.
    """
    readers = Readers.of(inputs, scenario, assumptions, tuple(PARTS))
    rows = [readers.moved(names).assign(assumption=id_) for id_, names in readers.uncertain().items()]
    rows = [row for row in rows if len(row)]
    return pd.concat(rows, ignore_index=True)[COLUMNS] if rows else pd.DataFrame(columns=COLUMNS)


@dataclass(frozen=True, eq=False)
class Readers:
    """Know what a build reads each assumption for, so that nothing else is written again.

    `world` is the build's, `parts` has what each part wrote of it, keys and numbers, and `read` the assumptions that the part read.
    `everywhere` are those that the world itself is built from, `staying` those that tell what becomes of staff if nothing is done, and
    `asking` the parts that ask for that.
    """

    world: World
    parts: Mapping[str, Cells]
    read: Mapping[str, frozenset[str]]
    everywhere: frozenset[str]
    staying: frozenset[str]
    asking: frozenset[str]

    @classmethod
    def of(cls, inputs: Inputs, scenario: Scenario, assumptions: Assumptions, parts: tuple[str, ...]) -> Readers:
        """Write some parts once, listening to what they read.

        Who asks what becomes of staff is found by trying: a part that can be written without knowing does not ask.
        """
        noting, names = assumptions.noting()
        group = groups_of(inputs, scenario, noting)
        names.clear()
        nothing = nothing_done(inputs, group["role_level"], scenario, noting)
        staying = frozenset(names)
        names.clear()
        world = world_of(inputs, scenario, noting, group, nothing)
        everywhere = frozenset(names)
        written, read, asking = {}, {}, set()
        for name in parts:
            names.clear()
            try:
                written[name] = _cells(_not_knowing(world), name)
            except (KeyError, AttributeError):
                asking.add(name)
                written[name] = _cells(world, name)
            read[name] = frozenset(names)
        return cls(replace(world, assumptions=assumptions), written, read, everywhere, staying, frozenset(asking))

    def uncertain(self) -> dict[str, list[str]]:
        """Return the names of the uncertain assumptions that these parts read, by id."""
        every = self.everywhere.union(*self.read.values(), self.staying if self.asking else ())
        found: dict[str, list[str]] = {}
        for item in self.world.assumptions.uncertain():
            if item.name in every:
                found.setdefault(item.id, []).append(item.name)
        return found

    def moved(self, assumptions: list[str], asking: Collection[str] | None = None) -> pd.DataFrame:
        """Return the cells that move when assumptions are at their lows, and at their highs, together.

        `asking` are the only parts in which what becomes of staff is followed; None for all.
        """
        known = self.world.assumptions
        low = self._at({name: known[name].low for name in assumptions})
        high = self._at({name: known[name].high for name in assumptions})
        return self.between(low, high, frozenset(assumptions), asking)

    def between(
        self, low: World, high: World, assumptions: frozenset[str] = frozenset(), asking: Collection[str] | None = None
    ) -> pd.DataFrame:
        """Return the cells that differ from the world between two others, in which `assumptions` have other values."""
        other = any(not end.nothing.equals(self.world.nothing) for end in (low, high))
        everywhere = bool(assumptions & self.everywhere)
        follow = self.asking if asking is None else self.asking & frozenset(asking)
        rows = [
            _moved(_cells(low, part), self.parts[part], _cells(high, part))
            for part in self.parts
            if everywhere or assumptions & self.read[part] or (other and part in follow)
        ]
        return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=COLUMNS[1:])

    def _at(self, values: Mapping[str, float]) -> World:
        """Return the world with assumptions at other values."""
        world = self.world
        changed = world.assumptions.with_values(values)
        if self.everywhere & values.keys():
            return build_world(world.inputs, world.scenario, changed)
        moved = replace(world, assumptions=changed)
        if not self.staying & values.keys():
            return moved
        return moved.with_nothing(nothing_done(world.inputs, world.groups["role_level"], world.scenario, changed))


def _not_knowing(world: World) -> World:
    """Return the world without what becomes of staff: whoever asks for it fails."""
    group, rung = (rows.drop(columns="stay") for rows in (world.groups, world.ladder))
    return replace(world, groups=group, ladder=rung, nothing=cast(NothingDone, None))


def _cells(world: World, part: str) -> Cells:
    """Return the keys and numbers of the planning tables that one part writes, by table."""
    return {name: rows.reindex(columns=KEYS[name] + CELLS[name]) for name, rows in PARTS[part](world).items()}


def _moved(low: Cells, middle: Cells, high: Cells) -> pd.DataFrame:
    """Compare the tables of a part, which may write one only at an end."""
    rows = []
    for name in dict.fromkeys([*low, *middle, *high]):
        nothing = pd.DataFrame(columns=KEYS[name] + CELLS[name])
        rows.append(_differences(low.get(name, nothing), middle.get(name, nothing), high.get(name, nothing), name).assign(table=name))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=COLUMNS[1:])


def _differences(low: pd.DataFrame, middle: pd.DataFrame, high: pd.DataFrame, table: str) -> pd.DataFrame:
    keys, cells = KEYS[table], CELLS[table]
    if not (low[keys].equals(middle[keys]) and high[keys].equals(middle[keys])):
        low, middle, high = _aligned([low, middle, high], keys)
    found = []
    for cell in cells:
        ends = [_rounded(version[cell].to_numpy(dtype="float64", na_value=0.0)) for version in (low, middle, high)]
        changed = (ends[0] != ends[1]) | (ends[2] != ends[1])
        if changed.any():
            values = {name: end[changed] for name, end in zip(("low", "value", "high"), ends, strict=True)}
            found.append(pd.DataFrame({"key": key(middle.loc[changed, keys]).to_numpy(), "cell": cell, **values}))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["key", "cell", "low", "value", "high"])


def _rounded(numbers: np.ndarray) -> np.ndarray:
    """Round to the digits that count."""
    finite = np.isfinite(numbers) & (numbers != 0)
    size = np.floor(np.log10(np.abs(numbers, where=finite, out=np.ones_like(numbers))))
    scale = 10.0 ** np.clip(DIGITS - 1 - size, -300, 300)
    return np.where(finite, np.round(numbers * scale) / scale, numbers)


def _aligned(versions: list[pd.DataFrame], keys: list[str]) -> list[pd.DataFrame]:
    """Return the versions with the same rows in the same order; a row that stands in another version only has blank numbers."""
    every = pd.concat([version[keys] for version in versions]).drop_duplicates(ignore_index=True)
    return [every.merge(version, on=keys, how="left") for version in versions]


def key(rows: pd.DataFrame) -> pd.Series:
    """Return the key of each row as one text: its columns joined by `|`, a blank left empty."""
    text = [_text(rows[column]) for column in rows.columns]
    return text[0] if len(text) == 1 else text[0].str.cat(pd.concat(text[1:], axis=1), sep="|")


def _text(column: pd.Series) -> pd.Series:
    whole = column.astype("Int64") if pd.api.types.is_float_dtype(column.dtype) else column
    return whole.astype("string").fillna("")
