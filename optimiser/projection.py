"""The recurrence of the stocks: what is there if nothing is done, or if given actions are taken."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import sparse  # type: ignore[import-untyped]

from optimiser.arrays import Arrays, arrays_of
from optimiser.cells import ROW_OF_FIRST
from optimiser.errors import Fault, TablesError
from optimiser.spread import Floats, sums
from optimiser.tables import PlanningTables


def project(tables: PlanningTables, actions: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return every stock (rows) at periods 0 to T (columns), sorted by id.

    `actions` has columns lever, period (1 to T) and amount; None does nothing. What history and inflows bring is always in.
    A stock may come out negative: that is what would happen, not what is allowed. Raises TablesError for actions that the tables do not know.
    """
    arrays = arrays_of(tables)
    used = np.zeros((len(arrays.levers), arrays.periods)) if actions is None else use_of(arrays, actions)
    columns = pd.RangeIndex(arrays.periods + 1)
    return pd.DataFrame(stocks_of(arrays, used), index=pd.Index(arrays.stocks, name="stock", dtype="str"), columns=columns)


def stocks_of(arrays: Arrays, used: Floats) -> Floats:
    """Return stocks of shape (stocks, periods 0 to T) for uses of shape (levers, periods).

    stock[i,t] = sum_j rate[j,i,t] * stock[j,t-1] + inflow[i,t] + sum_l,lag amount[l,i,lag,t-lag] * x[l,t-lag]
    """
    arriving = arrays.inflow + arrays.arriving + effect_of(arrays, used)
    stocks = np.empty((len(arrays.stocks), arrays.periods + 1))
    stocks[:, 0] = arrays.opening
    for period, rates in enumerate(_rates(arrays)):
        stocks[:, period + 1] = rates @ stocks[:, period] + arriving[:, period]
    return stocks


def effect_of(arrays: Arrays, used: Floats) -> Floats:
    """Return what the uses add to each stock in each period, shape (stocks, periods)."""
    effects = arrays.effects
    place = effects.stock * arrays.periods + effects.arrives
    size = len(arrays.stocks) * arrays.periods
    return sums(place, effects.amount * used[effects.lever, effects.used], size).reshape(-1, arrays.periods)


def use_of(arrays: Arrays, actions: pd.DataFrame) -> Floats:
    """Return actions as uses of shape (levers, periods); several rows of a lever and period add up."""
    place = pd.Index(arrays.levers).get_indexer(pd.Index(actions["lever"].to_numpy(dtype=object)))
    period = actions["period"].to_numpy(dtype="float64")
    inside = np.isin(period, np.arange(1, arrays.periods + 1))
    faults = _action_faults(actions, place < 0, "lever", "Unknown lever", "the ids in levers")
    faults += _action_faults(actions, ~inside, "period", "Period out of range", f"1 to {arrays.periods}")
    if faults:
        raise TablesError(faults)
    used = np.zeros((len(arrays.levers), arrays.periods))
    np.add.at(used, (place, period.astype(np.intp) - 1), actions["amount"].to_numpy(dtype="float64"))
    return used


def _action_faults(actions: pd.DataFrame, wrong: np.ndarray, column: str, problem: str, allowed: str) -> list[Fault]:
    return [
        Fault(problem, "actions", int(row) + ROW_OF_FIRST, column, repr(actions[column].iloc[row]), allowed, "Correct the row.")
        for row in np.flatnonzero(wrong)
    ]


def _rates(arrays: Arrays) -> list[sparse.csr_array]:
    """Return one matrix a period: entry (to, from) is the part of `from` at t - 1 that is in `to` at t."""
    moves, size = arrays.transitions, len(arrays.stocks)
    order = np.argsort(moves.period, kind="stable")
    ends = np.searchsorted(moves.period[order], np.arange(arrays.periods + 1))
    parts = [order[first:last] for first, last in pairwise(ends)]
    return [sparse.csr_array((moves.rate[part], (moves.target[part], moves.source[part])), shape=(size, size)) for part in parts]
