"""A plan: what to do, what it leads to, what it uses, what it is worth; re-checked from the tables without the programme."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from optimiser.arrays import AT_LEAST, AT_MOST, LEVER, STOCK, SURPLUS, Arrays, Flags, Names, arrays_of
from optimiser.cells import csv_text
from optimiser.contract import RESULT_COLUMNS, SENSES
from optimiser.files import write_together
from optimiser.projection import effect_of, stocks_of, use_of
from optimiser.spread import Floats, Ints, sums
from optimiser.tables import PlanningTables

TOLERANCE = 1e-6  # relative; a plan that misses a row by more is no plan
NOTHING = 1e-9  # amounts this near to 0 are the solver's noise
PACKAGES = ("skillsplan", "highspy", "numpy", "pandas", "pulp", "scipy")


@dataclass(frozen=True, eq=False)
class Plan:
    """Hold a proven plan as tidy frames, sorted by id and period.

    `status` is optimal, or feasible with `bound` and `gap` of the first stage that is not proven to the end. Stages have `name` and
    `value`, and their own `bound` and `gap` where they are not proven or whole numbers are asked for. Attributes follow the columns.
    """

    tables: PlanningTables = field(repr=False)
    status: str
    stages: list[dict[str, object]]
    actions: pd.DataFrame  # lever, period, amount, unit_cost, cost (undiscounted), move_weight; only what is used
    stocks: pd.DataFrame  # stock, period (0 to T), amount
    coverage: pd.DataFrame  # stock, period, required, held, cover, shortfall, surplus
    limits: pd.DataFrame  # limit, period, used, sense, amount, slack
    shadow_prices: pd.DataFrame  # family, item, period, stage, price: change of the stage's value by one more on the right
    size: dict[str, int]
    seconds: dict[str, float]
    options: dict[str, object]
    bound: float | None = None
    gap: float | None = None
    proof: list[dict[str, object]] = field(default_factory=list)  # of each stage: duality, dual, slackness, as `optimiser.proof` has them
    peak_memory: int | None = None  # bytes, of the whole process since it began; None where the platform does not tell

    def audit(self) -> dict[str, float]:
        """Recompute every row from the tables and the frames; return the worst violation per family.

        Relative to max(1, largest term of the row). Balance includes stocks below 0; cover includes hard needs, caps and signs; limit
        includes minima, maxima and whole numbers of levers. What the frames say of requirements, cover and use is worked out again too.
        """
        arrays = arrays_of(self.tables)
        found = Found.of(arrays, self)
        return {
            "balance": _balance(arrays, found),
            "cover": max(_cover(arrays, found), _cover_told(arrays, found, self.coverage)),
            "limit": max(_limit(arrays, found), _limit_told(arrays, found, self.limits)),
        }

    def inflation(self) -> float:
        """Return how far any limit may have been met by inflating surplus and shortfall together: the largest smaller of the two."""
        return float(self.coverage[["shortfall", "surplus"]].min(axis=1).max()) if len(self.coverage) else 0.0

    def summary(self) -> dict[str, object]:
        """Return the object that `skillsplan optimise --json` prints."""
        summary: dict[str, object] = {"status": self.status, "stages": self.stages, "audit": self.audit(), "size": self.size}
        if self.bound is not None or self.gap is not None or self.status == "feasible":
            summary |= {"bound": self.bound, "gap": self.gap}
        return summary | {"seconds": self.seconds}

    def write(self, folder: Path) -> None:
        """Write the frames as CSV and `run.json` with what is needed to repeat the run; all files or none."""
        frames = ("actions", "stocks", "coverage", "limits", "shadow_prices")
        files: dict[str, bytes | pd.DataFrame] = {f"{name}.csv": csv_text(getattr(self, name)).encode() for name in frames}
        versions = {name: importlib.metadata.version(name) for name in PACKAGES} | {"python": platform.python_version()}
        record = {"input": {"sha256": self.tables.digest()}, "versions": versions, "options": self.options}
        run = self.summary() | record | {"proof": self.proof, "inflation": self.inflation(), "peak_memory_bytes": self.peak_memory}
        files["run.json"] = (json.dumps(run, indent=1, ensure_ascii=False) + "\n").encode()
        write_together(Path(folder), files)


def peak_memory() -> int | None:
    """Return the most memory, in bytes, that this process has held so far; None where the platform does not tell."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - Windows has none

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


@dataclass(frozen=True)
class Found:
    """Hold a plan as arrays again: used by lever and period, held by stock and period 0 to T, the gaps by requirement."""

    used: Floats
    held: Floats
    shortfall: Floats
    surplus: Floats

    @classmethod
    def of(cls, arrays: Arrays, plan: Plan) -> Found:
        """Read a plan's frames; a row that is missing counts as 0."""
        held = np.zeros((len(arrays.stocks), arrays.periods + 1))
        held[_place(arrays.stocks, plan.stocks["stock"]), plan.stocks["period"].to_numpy()] = plan.stocks["amount"].to_numpy()
        need = arrays.needs.place[_place(arrays.stocks, plan.coverage["stock"]), plan.coverage["period"].to_numpy() - 1]
        shortfall, surplus = np.zeros(len(arrays.needs.stock)), np.zeros(len(arrays.needs.stock))
        shortfall[need], surplus[need] = plan.coverage["shortfall"].to_numpy(), plan.coverage["surplus"].to_numpy()
        return cls(use_of(arrays, plan.actions), held, shortfall, surplus)


def _place(names: Names, column: pd.Series) -> Ints:
    index, wanted = (pd.Index(cells, dtype=object) for cells in (names, column.to_numpy(dtype=object)))
    return np.asarray(index.get_indexer(wanted), dtype=np.intp)


def _worst(violation: Floats, scale: Floats) -> float:
    """Return the largest violation relative to max(1, scale); what is not a number is as bad as can be."""
    if not violation.size:
        return 0.0
    relative = np.abs(violation) / np.maximum(1.0, np.nan_to_num(scale, posinf=1.0))
    return float(np.nan_to_num(relative, nan=np.inf).max())


def _largest(shape: tuple[int, ...], place: Ints | tuple[Ints, ...], terms: Floats, *more: Floats) -> Floats:
    """Return the largest absolute term of each row."""
    largest = np.zeros(shape)
    np.maximum.at(largest, place, np.abs(terms))
    for term in more:
        largest = np.maximum(largest, np.abs(term))
    return largest


def _balance(arrays: Arrays, found: Found) -> float:
    """Check stock[i,t] = what moved there + inflow + effects, and stock[i,t] >= 0."""
    moves, effects, held = arrays.transitions, arrays.effects, found.held
    moved = moves.rate * held[moves.source, moves.period]
    arrived = np.zeros(held[:, 1:].shape)
    np.add.at(arrived, (moves.target, moves.period), moved)
    expected = arrived + arrays.inflow + arrays.arriving + effect_of(arrays, found.used)
    scale = _largest(expected.shape, (moves.target, moves.period), moved, arrays.inflow, arrays.arriving, held[:, 1:])
    np.maximum.at(scale, (effects.stock, effects.arrives), np.abs(effects.amount * found.used[effects.lever, effects.used]))
    start = _worst(held[:, 0] - arrays.opening, arrays.opening)
    return max(start, _worst(held[:, 1:] - expected, scale), _worst(np.minimum(held[:, 1:], 0.0), scale))


def _cover(arrays: Arrays, found: Found) -> float:
    """Check stock + cover + shortfall - surplus = required; shortfall 0 where hard, surplus at most its cap, neither below 0."""
    needs, cover = arrays.needs, arrays.cover
    counted = cover.amount * found.used[cover.lever, needs.period[cover.requirement]]
    held = found.held[needs.stock, needs.period + 1]
    total = held + sums(cover.requirement, counted, len(held)) + found.shortfall - found.surplus
    scale = _largest(held.shape, cover.requirement, counted, held, needs.required, found.shortfall, found.surplus)
    over = np.maximum(found.surplus - needs.surplus_cap, 0.0)
    below = np.minimum(found.shortfall, 0.0) + np.minimum(found.surplus, 0.0)
    return max(_worst(wrong, scale) for wrong in (total - needs.required, over, below, np.where(needs.hard, found.shortfall, 0.0)))


def _limit(arrays: Arrays, found: Found) -> float:
    """Check sum of uses (<=, >=, ==) amount; every lever between its minimum and maximum, and whole where asked for."""
    limits, terms = arrays.limits, arrays.terms
    values = arrays.uses.amount * item_values(arrays, found)
    used = limits.constant + sums(arrays.uses.row, values, len(limits.limit))
    scale = _largest(used.shape, arrays.uses.row, values, limits.constant, limits.amount)
    outside = np.maximum(terms.minimum - found.used, 0.0) + np.maximum(found.used - terms.maximum, 0.0)
    broken = np.where(terms.whole, found.used - np.round(found.used), 0.0)
    return max(
        _worst(_broken(limits.sense, used - limits.amount), scale), _worst(outside, found.used), _worst(broken, np.zeros(broken.shape))
    )


def _cover_told(arrays: Arrays, found: Found, coverage: pd.DataFrame) -> float:
    """Check that every requirement has its row, with what is required, held and covered."""
    needs = arrays.needs
    place = needs.place[_place(arrays.stocks, coverage["stock"]), coverage["period"].to_numpy() - 1]
    held = found.held[needs.stock, needs.period + 1]
    counted = arrays.cover.amount * found.used[arrays.cover.lever, needs.period[arrays.cover.requirement]]
    covered = sums(arrays.cover.requirement, counted, len(held))
    return _told(place, coverage, {"required": needs.required, "held": held, "cover": covered})


def _limit_told(arrays: Arrays, found: Found, limits: pd.DataFrame) -> float:
    """Check that every row of a limit has its row, with its amount and what is used of it."""
    rows = arrays.limits
    place = np.full((len(arrays.limit_names), arrays.periods), -1, dtype=np.intp)
    place[rows.limit, rows.period] = np.arange(len(rows.limit))
    used = rows.constant + sums(arrays.uses.row, arrays.uses.amount * item_values(arrays, found), len(rows.limit))
    at = place[_place(arrays.limit_names, limits["limit"]), limits["period"].to_numpy() - 1]
    return _told(at, limits, {"used": used, "amount": rows.amount})


def _told(place: Ints, frame: pd.DataFrame, expected: Mapping[str, Floats]) -> float:
    """Compare columns of a frame, whose rows stand at these places, with what they should say; a missing row says nothing."""
    worst = 0.0
    for column, right in expected.items():
        said = np.full(right.shape, np.nan)
        said[place] = frame[column].to_numpy(dtype="float64")
        worst = max(worst, _worst(said - right, np.abs(right)))
    return worst


def _broken(sense: Ints, over: Floats) -> Floats:
    """Return by how much a row is broken, where it uses `over` more than its amount."""
    return np.where(sense == AT_MOST, np.maximum(over, 0.0), np.where(sense == AT_LEAST, np.minimum(over, 0.0), over))


def item_values(arrays: Arrays, found: Found) -> Floats:
    """Return the value of each item that a limit uses."""
    uses = arrays.uses
    values = np.zeros(len(uses.kind))
    for kind in range(4):
        chosen: Flags = uses.kind == kind
        item, period = uses.item[chosen], uses.period[chosen]
        if kind == LEVER:
            values[chosen] = found.used[item, period]
        elif kind == STOCK:
            values[chosen] = found.held[item, period + 1]
        else:
            gap = found.surplus if kind == SURPLUS else found.shortfall
            values[chosen] = gap[arrays.needs.place[item, period]]
    return values


def settle(arrays: Arrays, used: Floats, shortfall: Floats, surplus: Floats) -> Found:
    """Turn a solver's values into a plan's: whole where asked for, noise to 0, stocks and gaps worked out again from the levers.

    Where the solver has shortfall and surplus at once, which a limit on either may want, both stay as much larger.
    """
    used = np.where(arrays.terms.whole, np.round(used), used)
    used = np.clip(np.where(np.abs(used) < NOTHING, 0.0, used), arrays.terms.minimum, arrays.terms.maximum)
    held = stocks_of(arrays, used)
    needs, cover = arrays.needs, arrays.cover
    counted = cover.amount * used[cover.lever, needs.period[cover.requirement]]
    met = held[needs.stock, needs.period + 1] + sums(cover.requirement, counted, len(needs.stock))
    both = np.maximum(np.minimum(shortfall, surplus), 0.0)
    both[both < NOTHING] = 0.0
    missing = needs.required - met
    missing[np.abs(missing) < NOTHING * np.maximum(1.0, np.abs(needs.required))] = 0.0
    return Found(used, held, np.maximum(missing, 0.0) + both, np.maximum(-missing, 0.0) + both)


def frames_of(tables: PlanningTables, arrays: Arrays, found: Found) -> dict[str, pd.DataFrame]:
    """Write a plan as tidy frames with the attributes of their levers, stocks and limits."""
    return {
        "actions": _actions(tables, arrays, found),
        "stocks": _stocks(tables, arrays, found),
        "coverage": _coverage(tables, arrays, found),
        "limits": _limits(tables, arrays, found),
    }


def _actions(tables: PlanningTables, arrays: Arrays, found: Found) -> pd.DataFrame:
    lever, period = np.nonzero(found.used > 0)
    amount, price = found.used[lever, period], arrays.terms.unit_cost[lever, period]
    columns = (_text(arrays.levers, lever), period + 1, amount, price, amount * price, arrays.move_weight[lever])
    return _frame("actions", columns, _attributes(tables, "lever", arrays.levers, lever))


def _stocks(tables: PlanningTables, arrays: Arrays, found: Found) -> pd.DataFrame:
    stock, period = (place.ravel() for place in np.indices(found.held.shape, dtype=np.intp))
    columns = (_text(arrays.stocks, stock), period, found.held.ravel())
    return _frame("stocks", columns, _attributes(tables, "stock", arrays.stocks, stock))


def _coverage(tables: PlanningTables, arrays: Arrays, found: Found) -> pd.DataFrame:
    needs, held = arrays.needs, found.held[arrays.needs.stock, arrays.needs.period + 1]
    counted = arrays.cover.amount * found.used[arrays.cover.lever, needs.period[arrays.cover.requirement]]
    cover = sums(arrays.cover.requirement, counted, len(held))
    columns = (_text(arrays.stocks, needs.stock), needs.period + 1, needs.required, held, cover, found.shortfall, found.surplus)
    return _frame("coverage", columns, _attributes(tables, "stock", arrays.stocks, needs.stock))


def _limits(tables: PlanningTables, arrays: Arrays, found: Found) -> pd.DataFrame:
    limits = arrays.limits
    values = arrays.uses.amount * item_values(arrays, found)
    used = limits.constant + sums(arrays.uses.row, values, len(limits.limit))
    slack = np.where(limits.sense == AT_LEAST, used - limits.amount, limits.amount - used)
    name, sense = _text(arrays.limit_names, limits.limit), _text(SENSES, limits.sense)
    columns = (name, limits.period + 1, used, sense, limits.amount, slack)
    return _frame("limits", columns, _attributes(tables, "limit", arrays.limit_names, limits.limit))


def _text(names: Sequence[str] | Names, place: Ints) -> ExtensionArray:
    """Return a column of names by position; each name becomes text once rather than once a row."""
    return pd.array(list(names), dtype="str").take(place)


def _frame(result: str, columns: Iterable[object], attributes: Mapping[str, object] | None = None) -> pd.DataFrame:
    return pd.DataFrame(dict(zip(RESULT_COLUMNS[result], columns, strict=True)) | dict(attributes or {}))


def _attributes(tables: PlanningTables, key: str, names: Names, place: Ints) -> dict[str, object]:
    """Return the attributes of the names at each place; a limit, which has a row for each period, takes the first that is there."""
    source = tables.frames()[f"{key}s"]
    at = _place(names, source[key])
    columns: dict[str, object] = {}
    for attribute in tables.problem.attributes:
        there = np.flatnonzero(source[attribute].notna())[::-1]  # backwards, so that the first is written last
        first = np.full(len(names), -1, dtype=np.intp)
        first[at[there]] = there
        columns[attribute] = source[attribute].array.take(first[place], allow_fill=True)
    return columns


def price_frame(prices: Mapping[str, Floats], families: ExtensionArray, items: ExtensionArray, periods: list[int]) -> pd.DataFrame:
    """Write the duals of each stage as rows, those that are not 0."""
    there = [np.flatnonzero(np.abs(price) > NOTHING) for price in prices.values()]
    stage = np.concatenate([np.zeros(0, dtype=np.intp), *(np.full(len(rows), number) for number, rows in enumerate(there))])
    row = np.concatenate([np.zeros(0, dtype=np.intp), *there])
    price = np.concatenate([np.zeros(0), *(price[rows] for price, rows in zip(prices.values(), there, strict=True))])
    columns = (families.take(row), items.take(row), np.array(periods, dtype=np.intp)[row], _text(list(prices), stage), price)
    return _frame("shadow_prices", columns)
