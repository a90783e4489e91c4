"""Every rule that planning tables must keep, each a function that returns all its faults."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from optimiser.cells import ROW_OF_FIRST, Mask, Typed, cell_faults, shown
from optimiser.contract import GOAL_PREFIX, RESERVED, STAGES, TABLES, Column, Table
from optimiser.errors import Fault
from optimiser.spread import spread

SUGGESTIONS = 20  # distinct unknown ids for which the nearest known one is looked up, since that is slow
KEYS = ("periods", "period_label", "start", "discount", "stages", "attributes")

Frames = Mapping[str, pd.DataFrame]
Sources = Mapping[str, str]


def missing_folder(folder: Path) -> Fault | None:
    """Say what is wrong where the folder holds no planning problem at all."""
    action = "Give the folder that holds problem.toml and the tables."
    if not folder.exists():
        return Fault("No such folder", str(folder), action=action)
    if not folder.is_dir():
        return Fault("Not a folder", str(folder), action=action)
    if not (folder / "problem.toml").is_file():
        return Fault("No problem.toml in the folder", str(folder), action=action)
    return None


def read_faults(source: str, found: str) -> list[Fault]:
    """Report a file that is not what its ending says."""
    return [Fault("Not readable", source, found=found, action="Write the file again.")]


def problem_faults(settings: Mapping[str, object], source: str) -> list[Fault]:
    """Check the settings of a problem: known keys, each with a value that it may have."""
    faults = [
        Fault("Unknown setting", source, column=key, allowed=", ".join(KEYS), action="Correct or remove it.")
        for key in settings
        if key not in KEYS
    ]
    if "periods" not in settings:
        faults.append(Fault("Missing setting", source, column="periods", allowed="a whole number from 1", action="Add it."))
    for key, (right, allowed) in _SETTINGS.items():
        if key in settings and not right(settings[key]):
            faults.append(Fault("Wrong setting", source, column=key, found=repr(settings[key]), allowed=allowed, action="Correct it."))
    return faults


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _is_date(value: object) -> bool:
    return value is None or (isinstance(value, date) and not isinstance(value, datetime))


def _is_discount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > -1


def _is_stages(value: object) -> bool:
    names = list(value) if isinstance(value, list | tuple) else []
    named = all(
        isinstance(name, str) and (name in STAGES or (len(name) > len(GOAL_PREFIX) and name.startswith(GOAL_PREFIX))) for name in names
    )
    return bool(names) and named and len(set(names)) == len(names)


def _is_attributes(value: object) -> bool:
    if not isinstance(value, list | tuple):
        return False
    return all(isinstance(name, str) and name.strip() and name not in RESERVED for name in value) and len(set(value)) == len(value)


_SETTINGS = {
    "periods": (_is_count, "a whole number from 1"),
    "period_label": (lambda value: isinstance(value, str) and bool(value.strip()), "a word for people, such as 'quarter'"),
    "start": (_is_date, "a date such as 2026-04-01, without quotes"),
    "discount": (_is_discount, "a number above -1, such as 0.0"),
    "stages": (_is_stages, f"a list of different stages among {', '.join(STAGES)} and {GOAL_PREFIX}NAME, at least one"),
    "attributes": (_is_attributes, f"a list of different names, none of them {', '.join(sorted(RESERVED))}"),
}


def check_tables(
    settings: Mapping[str, object], tables: Mapping[str, Typed], sources: Sources, unread: Collection[str] = ()
) -> list[Fault]:
    """Check typed tables against each other; periods only where their number is known, ids only against tables that could be read."""
    frames = {name: table.frame for name, table in tables.items()}
    periods = settings.get("periods")
    last = periods if isinstance(periods, int) and _is_count(periods) else None
    faults: list[Fault] = []
    for name, table in TABLES.items():
        if not len(frames[name]):
            continue
        faults += _missing_values(table, tables[name], sources[name], last)
        faults += _duplicates(table, tables[name], sources[name])
        faults += _unknown_ids(table, frames, sources, unread)
        faults += _periods_out_of_range(table, frames, sources[name], last)
    faults += _unknown_items(frames, sources, unread)
    faults += _negative_stays(frames["transitions"], sources["transitions"])
    faults += _endless_limits(frames["limits"], sources["limits"])
    faults += [] if "uses" in unread else _limits_without_uses(frames, sources["limits"])
    faults += [] if "goals" in unread else _unknown_goals(settings, frames["goals"])
    if last is not None:
        faults += _minimum_above_maximum(frames, sources, last)
    return faults


def _missing_values(table: Table, typed: Typed, source: str, last: int | None) -> list[Fault]:
    """Ask for each value that has no default: a row's own, or for a row that names a period the every-period row's."""
    frame = typed.frame
    faults: list[Fault] = []
    for column in table.columns:
        if column.name not in typed.unread or column.kind == "id" or (column.may_be_left_out and table.name != "history"):
            continue
        blank = frame[column.name].isna() & ~typed.unread[column.name]
        if blank.any() and "period" in table.key and column.kind == "number":
            blank &= ~_given_elsewhere(table, frame, frame[column.name].notna(), last)
        faults += cell_faults(frame, blank.to_numpy(dtype=bool), source, column.name, "Missing value", action="Fill the cell.")
    return faults


def _given_elsewhere(table: Table, frame: pd.DataFrame, given: pd.Series, last: int | None) -> pd.Series:
    """Say which blanks do not matter: every period has a value from another row of the same key."""
    key, every = _key(frame, table.base), frame["period"].isna()
    named = key[given & ~every].value_counts()
    overridden = key.map(named).fillna(0) >= (last or 1)
    return (~every & key.isin(key[given & every])) | (every & overridden)


def _key(frame: pd.DataFrame, names: Iterable[str]) -> pd.Series:
    """Join the cells of a key into one text, so that keys can be compared at once; a blank lag is 0."""
    parts = [(frame[name].fillna(0) if name == "lag" else frame[name]).astype("str").fillna("") for name in names]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + "\x1f" + part
    return joined


def _duplicates(table: Table, typed: Typed, source: str) -> list[Fault]:
    frame = typed.frame
    keys = frame[list(table.key)]
    if "lag" in table.key:
        keys = keys.assign(lag=keys["lag"].fillna(0))
    again = keys.duplicated().to_numpy(copy=True)
    for name in table.key:
        again &= ~typed.unread.get(name, np.zeros(len(frame), dtype=bool))
    if not again.any():
        return []
    return [
        Fault(
            "Duplicate row",
            source,
            int(row) + ROW_OF_FIRST,
            ", ".join(table.key),
            found=", ".join(shown(cell) for cell in cells),
            allowed="one row for each key",
            action="Remove one of the rows, or add their amounts up.",
        )
        for row, cells in zip(frame.index[again], keys[again].itertuples(index=False), strict=True)
    ]


def _unknown_ids(table: Table, frames: Frames, sources: Sources, unread: Collection[str]) -> list[Fault]:
    faults: list[Fault] = []
    for column in table.columns:
        if column.of and column.of not in unread:
            known = frames[column.of][TABLES[column.of].key[0]]
            cells = frames[table.name][column.name]
            faults += _unknown(
                frames[table.name], cells.notna() & ~_among(cells, known), sources[table.name], column, known, sources[column.of]
            )
    return faults


def _unknown_items(frames: Frames, sources: Sources, unread: Collection[str]) -> list[Fault]:
    """Check that an item is a lever where its kind says so, else a stock."""
    faults: list[Fault] = []
    for name in ("uses", "goals"):
        frame = frames[name]
        item = next(column for column in TABLES[name].columns if column.name == "item")
        for of, meant in (("levers", frame["kind"] == "lever"), ("stocks", frame["kind"].isin(["stock", "surplus", "shortfall"]))):
            known = frames[of][TABLES[of].key[0]]
            if of in unread:
                continue
            wrong = meant & frame["item"].notna() & ~_among(frame["item"], known)
            faults += _unknown(frame, wrong, sources[name], item, known, sources[of])
    return faults


def _among(cells: pd.Series, known: pd.Series) -> Mask:
    """Say which cells are among the known ones; pandas' own `isin` took half of the whole reading."""
    names = frozenset(known.to_numpy(dtype=object))
    return np.fromiter((cell in names for cell in cells.to_numpy(dtype=object)), dtype=bool, count=len(cells))


def _unknown(frame: pd.DataFrame, wrong: pd.Series, source: str, column: Column, known: pd.Series, home: str) -> list[Fault]:
    if not wrong.any():
        return []
    ids = [str(name) for name in known.dropna().unique()]
    found = frame.loc[wrong, column.name]
    nearest = {name: difflib.get_close_matches(name, ids, n=1) for name in found.unique()[:SUGGESTIONS]}
    noun = home.partition(".")[0].removesuffix("s")
    faults = []
    for row, name in zip(found.index, found, strict=True):
        near = nearest.get(name)
        hint = f" (nearest: {near[0]!r})" if near else ""
        allowed = f"the ids in {home}{hint}"
        faults.append(
            Fault(
                f"Unknown {noun}", source, int(row) + ROW_OF_FIRST, column.name, repr(name), allowed, f"Correct the row or add the {noun}."
            )
        )
    return faults


def _periods_out_of_range(table: Table, frames: Frames, source: str, last: int | None) -> list[Fault]:
    frame = frames[table.name]
    if "period" not in frame:
        return []
    period = frame["period"]
    if table.name == "history":
        wrong, allowed = period > 0, "0 or less: what is used from period 1 on is for the plan to say"
    elif last is None:
        return []
    elif table.name == "effects":
        wrong, allowed = (period < 1) & ~_used_before(frame, frames["history"]), f"1 to {last}, or a period of the lever's history"
    else:
        wrong, allowed = (period < 1) | (period > last), f"1 to {last}, or a blank for every period"
    return cell_faults(frame, wrong.fillna(value=False).to_numpy(dtype=bool), source, "period", "Period out of range", allowed)


def _used_before(effects: pd.DataFrame, history: pd.DataFrame) -> pd.Series:
    """Say which effects belong to a use in the history; those beyond the last period are dropped later, as the contract says."""
    return _key(effects, ["lever", "period"]).isin(_key(history, ["lever", "period"]))


def _negative_stays(frame: pd.DataFrame, source: str) -> list[Fault]:
    """Refuse to let more leave than is there; rates between two stocks may be negative, as pay drawn from an account is."""
    wrong = (frame["from_stock"] == frame["to_stock"]) & (frame["rate"] < 0)
    allowed = "0 or more where from_stock = to_stock: the part that stays is 1 less the leaving rate, which is at most 1"
    return cell_faults(frame, wrong.to_numpy(dtype=bool), source, "rate", "Leaving rate above 1", allowed)


def _endless_limits(frame: pd.DataFrame, source: str) -> list[Fault]:
    """Let `inf` mean no limit, and refuse it where it would mean the impossible; a blank sense is that of the every-period row."""
    every = frame[frame["period"].isna()].drop_duplicates("limit").set_index("limit")["sense"]
    amount, sense = frame["amount"], frame["sense"].fillna(frame["limit"].map(every).astype("str")).fillna("<=")
    nothing = ((amount == math.inf) & (sense == "<=")) | ((amount == -math.inf) & (sense == ">="))
    wrong = np.isinf(amount.to_numpy()) & ~nothing.to_numpy(dtype=bool)
    return cell_faults(frame, wrong, source, "amount", "Endless number", "a finite number; inf with <= and -inf with >= are no limit")


def _limits_without_uses(frames: Frames, source: str) -> list[Fault]:
    frame = frames["limits"]
    wrong = frame["limit"].notna() & ~_among(frame["limit"], frames["uses"]["limit"]) & ~frame["limit"].duplicated()
    return cell_faults(
        frame,
        wrong.to_numpy(dtype=bool),
        source,
        "limit",
        "Limit without uses",
        "limits that have rows in uses",
        "Add its uses or remove it.",
    )


def _unknown_goals(settings: Mapping[str, object], goals: pd.DataFrame) -> list[Fault]:
    stages = settings.get("stages", ())
    names = [str(stage).removeprefix(GOAL_PREFIX) for stage in stages if str(stage).startswith(GOAL_PREFIX)] if _is_stages(stages) else []  # type: ignore[attr-defined]
    known = sorted(goals["goal"].dropna().unique())
    return [
        Fault(
            "Unknown goal", "problem.toml", None, "stages", repr(name), f"the goals in goals ({', '.join(known)})", "Add its rows to goals."
        )
        for name in names
        if name not in known
    ]


def _minimum_above_maximum(frames: Frames, sources: Sources, last: int) -> list[Fault]:
    """Compare the bounds that hold once overrides are done, one fault a lever."""
    levers = frames["levers"].drop_duplicates("lever").dropna(subset="lever")
    overrides = frames["lever_periods"]
    place = pd.Index(levers["lever"]).get_indexer(pd.Index(overrides["lever"]))
    terms = spread(place, overrides, ("minimum", "maximum"), 1, last, len(levers))
    base = {name: levers[name].to_numpy()[:, None] for name in ("minimum", "maximum")}
    low, high = (np.where(np.isnan(terms[name]), base[name], terms[name]) for name in ("minimum", "maximum"))
    wrong = np.nan_to_num(low, nan=0.0) > np.where(np.isnan(high), math.inf, high)
    faults = []
    for lever in np.flatnonzero(wrong.any(axis=1)).tolist():
        period = int(np.flatnonzero(wrong[lever])[0])
        mine = overrides[place == lever]
        rows = mine[(mine["period"] == period + 1) | mine["period"].isna()]
        table, row = ("lever_periods", rows.index[-1]) if len(rows) else ("levers", levers.index[lever])
        found = (
            f"minimum {low[lever, period]:g}, maximum {high[lever, period]:g} for {levers['lever'].iloc[lever]!r} in period {period + 1}"
        )
        faults.append(Fault("Minimum above maximum", sources[table], int(row) + ROW_OF_FIRST, "minimum", found, "at most the maximum"))
    return faults
