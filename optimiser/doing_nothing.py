"""What is broken if nothing is done: where no lever could change it, the fault is in the data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimiser.arrays import AT_LEAST, AT_MOST, Arrays, Flags
from optimiser.cells import figure
from optimiser.formulation import Programme
from optimiser.projection import rates_of, stocks_of
from optimiser.spread import Floats

BROKEN = 1e-7  # relative to max(1, |number|); HiGHS' own tolerance: what is broken by less is kept
SHOWN = 3
WORDS = ("{} where at most {} is allowed", "{} where at least {} is asked for", "{} where exactly {} is asked for")  # as SENSES


@dataclass(frozen=True)
class Broken:
    """Say what is broken; `certain` where no lever reaches it, so that it is broken whatever is done."""

    words: str
    certain: bool


@dataclass(frozen=True)
class Still:
    """Hold what doing nothing comes to and what any use of a lever changes of it.

    `held` and `reached` have the shape (stocks, periods 0 to T); `over`, by how much a requirement is passed, and `reached_needs` are by
    requirement.
    """

    held: Floats
    over: Floats
    reached: Flags
    reached_needs: Flags

    @classmethod
    def of(cls, arrays: Arrays) -> Still:
        """Follow the stocks with every lever at 0."""
        needs, cover = arrays.needs, arrays.cover
        held, reached = stocks_of(arrays, np.zeros((len(arrays.levers), arrays.periods))), reach(arrays)
        covered = np.zeros(len(needs.stock), dtype=bool)
        covered[cover.requirement[arrays.terms.maximum[cover.lever, needs.period[cover.requirement]] > 0]] = True
        at = needs.stock, needs.period + 1
        return cls(held, held[at] - needs.required, reached, covered | reached[at])


def faults_of(programme: Programme, arrays: Arrays) -> list[str]:
    """Name negative stocks and broken limits of doing nothing, and hard needs and caps that no lever reaches, each where it begins.

    What levers could mend is said apart: a limit may well ask for something to be done.
    """
    still = Still.of(arrays)
    found = [*_of_stocks(arrays, still), *_of_needs(arrays, still), *_of_limits(programme, arrays, still)]
    parts = (
        ("Whatever is done, ", [one.words for one in found if one.certain], ": that is a fault of the data."),
        ("If nothing is done, ", [one.words for one in found if not one.certain], "; look at the data there first."),
    )
    return [start + _listed(said) + end for start, said, end in parts if said]


def _listed(said: list[str]) -> str:
    return ", ".join(said[:SHOWN]) + (f" and {len(said) - SHOWN} more" if len(said) > SHOWN else "")


def _of_stocks(arrays: Arrays, still: Still) -> Iterator[Broken]:
    """Return the first negative amount of each stock."""
    for stock in np.flatnonzero((still.held < -BROKEN).any(axis=1)).tolist():
        period = int(np.argmax(still.held[stock] < -BROKEN))
        yield Broken(
            f"'{arrays.stocks[stock]}' is {figure(still.held[stock, period])} in period {period}", not still.reached[stock, period]
        )


def _of_needs(arrays: Arrays, still: Still) -> Iterator[Broken]:
    """Return the first broken need of each stock that no lever reaches."""
    needs, over = arrays.needs, still.over
    told = set()
    for need in range(len(needs.stock)):
        name, period = f"'{arrays.stocks[needs.stock[need]]}'", needs.period[need] + 1
        missed = needs.hard[need] and over[need] < -BROKEN * max(1.0, abs(needs.required[need]))
        excess = over[need] > needs.surplus_cap[need] + BROKEN * max(1.0, abs(needs.surplus_cap[need]))
        if (missed or excess) and not still.reached_needs[need] and name not in told:
            told.add(name)
            of = f"the hard requirement on {name} is {figure(-over[need])} short" if missed else f"{name} is {figure(over[need])} over"
            cap = "" if missed else f", where {figure(needs.surplus_cap[need])} are allowed,"
            yield Broken(f"{of}{cap} in period {period}", certain=True)


def _of_limits(programme: Programme, arrays: Arrays, still: Still) -> Iterator[Broken]:
    """Return the first broken row of each limit."""
    layout, limits = programme.layout, arrays.limits
    values, free = np.zeros(layout.size), np.zeros(layout.size, dtype=bool)
    values[layout.stock] = still.held[:, 1:]
    values[layout.shortfall], values[layout.surplus] = np.maximum(-still.over, 0), np.maximum(still.over, 0)
    free[layout.x], free[layout.stock] = arrays.terms.maximum > 0, still.reached[:, 1:]
    free[layout.shortfall] = ~arrays.needs.hard
    free[layout.surplus] = ~arrays.needs.hard | still.reached_needs  # soft: shortfall and surplus can grow together
    rows = programme.matrix[layout.stock.size + len(arrays.needs.stock) :]
    used, touched = rows @ values + limits.constant, (abs(rows) @ free.astype("float64")) > 0
    slip = BROKEN * np.maximum(1.0, np.abs(limits.amount))
    low, high = (limits.sense != AT_MOST) & (used < limits.amount - slip), (limits.sense != AT_LEAST) & (used > limits.amount + slip)
    for limit in np.unique(limits.limit[low | high]).tolist():
        row = int(np.flatnonzero((low | high) & (limits.limit == limit))[0])
        said = WORDS[limits.sense[row]].format(figure(used[row]), figure(limits.amount[row]))
        yield Broken(f"limit '{arrays.limit_names[limit]}' is at {said} in period {limits.period[row] + 1}", not touched[row])


def reach(arrays: Arrays) -> Flags:
    """Say which stocks any use of a lever changes, and when; shape (stocks, periods 0 to T)."""
    effects = arrays.effects
    usable = arrays.terms.maximum[effects.lever, effects.used] > 0
    reached = np.zeros((len(arrays.stocks), arrays.periods + 1), dtype=bool)
    reached[effects.stock[usable], effects.arrives[usable] + 1] = True
    for period, rates in enumerate(rates_of(arrays)):
        reached[:, period + 1] |= (abs(rates) @ reached[:, period].astype("float64")) > 0
    return reached
