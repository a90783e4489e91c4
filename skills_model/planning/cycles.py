"""Refuse levers that, one after the other, move people round a circle and leave them with more of a skill than before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimiser.tables import PlanningTables
from skills_model.errors import DataError, Fault

LAYERS = (("staff", "skill"), ("after-staff", "after-skill"))
"""Kinds of stock of people and of what they hold: during the plan, and after it."""
SMALLEST = 1e-9  # FTE; what is below is rounding
STAFF = "staff"


@dataclass(frozen=True)
class _Moves:
    """What moves people: one row a lever and pair of stocks that it takes from and gives to.

    `gains` has a row a move and a column a kind of gain: for one FTE taken, FTE of each skill and rank, summed over all groups, and the
    logarithm of the staff given.
    """

    levers: tuple[str, ...]
    giver: np.ndarray
    taker: np.ndarray
    gains: np.ndarray
    kinds: tuple[str, ...]


def check(tables: PlanningTables) -> None:
    """Refuse a circle of levers that raises a skill at no net staff, or staff out of nothing.

    A lever that takes from one staff stock and gives to another is an edge between them. Round every circle the sum of effects on each skill
    and rank, over all groups and for one FTE moved round, must not be above 0: else a plan would move people to and fro to close gaps. A
    lever that loses people on the way counts as if it kept them. Raises DataError naming the levers of every such circle that is found.
    """
    faults = {levers: fault for layer in LAYERS for moves in _moves(tables, *layer) for levers, fault in _circles(moves)}
    if faults:
        raise DataError(list(faults.values()))


def _moves(tables: PlanningTables, staff: str, skill: str) -> list[_Moves]:
    """Return the moves of a layer, as they are in every period for which rows of their own stand."""
    stocks = tables.stocks.set_index("stock")
    people = tables.effects[tables.effects["stock"].isin(stocks.index[stocks["kind"] == staff])]
    several = people.groupby("lever")["stock"].nunique()
    effects = tables.effects[tables.effects["lever"].isin(several.index[several > 1])]
    kinds = effects["stock"].map(stocks["kind"])
    movers = effects.assign(kind=kinds)[kinds.isin([staff, skill])]
    if movers.empty:
        return []
    skills = stocks["skill"].astype(str) + " at rank " + stocks["rank"].astype("Float64").astype("Int64").astype(str)
    named = movers.assign(of=movers["stock"].map(skills).where(movers["kind"] == skill, STAFF))
    periods = named["period"].dropna().unique()
    every = [_in_period(named, period) for period in (periods if len(periods) else [None])]
    return [_joined(rows) for rows in every]


def _in_period(effects: pd.DataFrame, period: float | None) -> pd.DataFrame:
    """Return the effects of a start in a period: its own rows, and those of every period that they do not override."""
    keys = ["lever", "stock", "lag"]
    rows = effects[effects["period"].isna() | (effects["period"] == period)]
    return rows.sort_values("period", na_position="first", kind="stable").drop_duplicates(keys, keep="last")


def _joined(effects: pd.DataFrame) -> _Moves:
    people = effects[effects["of"] == STAFF].groupby(["lever", "stock"], as_index=False)["amount"].sum()
    taken, given = people[people["amount"] < -SMALLEST], people[people["amount"] > SMALLEST]
    pairs = taken.merge(given, on="lever", suffixes=("", "_given"))
    whole = -pairs["lever"].map(taken.groupby("lever")["amount"].sum()).astype(float)
    held = effects[effects["of"] != STAFF].pivot_table(index="lever", columns="of", values="amount", aggfunc="sum", fill_value=0.0)
    gains = held.reindex(pairs["lever"], fill_value=0.0).to_numpy(dtype="float64") / whole.to_numpy()[:, None]
    staff = np.log(pairs["lever"].map(given.groupby("lever")["amount"].sum()).to_numpy(dtype="float64") / whole.to_numpy())
    number = {stock: n for n, stock in enumerate(dict.fromkeys([*pairs["stock"], *pairs["stock_given"]]))}
    return _Moves(
        tuple(pairs["lever"]),
        pairs["stock"].map(number).to_numpy(dtype="int64"),
        pairs["stock_given"].map(number).to_numpy(dtype="int64"),
        np.column_stack([gains, staff]),
        (*map(str, held.columns), STAFF),
    )


def _circles(moves: _Moves) -> list[tuple[frozenset[str], Fault]]:
    """Find circles that gain: the longest way to a stock still grows after as many steps as there are stocks (Bellman and Ford)."""
    rising = np.flatnonzero((moves.gains > SMALLEST).any(axis=0))
    gains = moves.gains[:, rising]
    stocks = int(max(moves.giver.max(initial=-1), moves.taker.max(initial=-1))) + 1
    best, by = np.zeros((stocks, len(rising))), np.full((stocks, len(rising)), -1)
    grew = np.zeros_like(best, dtype=bool)
    for _ in range(stocks + 1):
        grew[:] = False
        reached = best[moves.giver] + gains
        for move, taker in enumerate(moves.taker):
            better = reached[move] > best[taker] + SMALLEST
            best[taker, better], by[taker, better], grew[taker, better] = reached[move, better], move, True
        if not grew.any():
            return []
    return [_circle(moves, int(rising[n]), by[:, n], int(np.argmax(grew[:, n]))) for n in np.flatnonzero(grew.any(axis=0))]


def _circle(moves: _Moves, kind: int, by: np.ndarray, stock: int) -> tuple[frozenset[str], Fault]:
    """Walk back from a stock that is still growing: after as many steps as there are stocks one is on the circle."""
    for _ in by:
        stock = moves.giver[by[stock]]
    round_: list[int] = []
    while not round_ or stock != moves.taker[round_[-1]]:
        round_.insert(0, by[stock])
        stock = moves.giver[by[stock]]
    levers = [moves.levers[move] for move in round_]
    gain = float(moves.gains[round_, kind].sum())
    told = f"{np.expm1(gain):.3g} FTE of staff" if moves.kinds[kind] == STAFF else f"{gain:.3g} FTE of {moves.kinds[kind]}"
    fault = Fault(
        "Levers that create what nobody brought",
        "effects",
        column="amount",
        found=f"{told} more for one FTE moved round by {', '.join(levers)}",
        allowed="no more staff and skill than before, once everybody is back",
        action="Let less carry over, or leave out one of these levers.",
    )
    return frozenset(levers), fault
