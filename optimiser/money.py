"""Which numbers of a problem are pounds: what pays the prices of levers or of holding stocks, and what fills that by levers of money."""

from __future__ import annotations

import numpy as np

from optimiser.arrays import LEVER, Arrays, Flags
from optimiser.spread import sums


def in_pounds(arrays: Arrays) -> frozenset[tuple[str, str]]:
    """Return the family and the item of each inflow and limit that is money."""
    stocks, limits = arrays.stocks[money_stocks(arrays)], arrays.limit_names[money_limits(arrays)]
    return frozenset([("inflow", str(stock)) for stock in stocks] + [("limit", str(limit)) for limit in limits])


def money_stocks(arrays: Arrays) -> Flags:
    """Return which stocks hold money: those that pay, and those joined to them by levers that only move money (move_weight 0)."""
    held = _paying_levers(arrays) | _paying_stocks(arrays)
    effects = arrays.effects
    moving = (arrays.move_weight == 0)[effects.lever]
    count = 0
    while held.sum() > count:
        count = int(held.sum())
        touching = np.zeros(len(arrays.levers), dtype=bool)
        touching[effects.lever[moving & held[effects.stock]]] = True
        held[effects.stock[moving & touching[effects.lever]]] = True
    return held


def money_limits(arrays: Arrays) -> Flags:
    """Return which limits count money: a unit of some lever uses its unit cost of them."""
    uses = arrays.uses
    lever = uses.kind == LEVER
    row, item, period = uses.row[lever], uses.item[lever], uses.period[lever]
    price = arrays.terms.unit_cost[item, period]
    counted = np.zeros(len(arrays.limit_names), dtype=bool)
    counted[arrays.limits.limit[row[(price > 0) & np.isclose(uses.amount[lever], price)]]] = True
    return counted


def _paying_levers(arrays: Arrays) -> Flags:
    """Return which stocks pay for levers: a unit used takes its unit cost from them at once."""
    effects = arrays.effects
    price = arrays.terms.unit_cost[effects.lever, effects.used]
    paying = np.zeros(len(arrays.stocks), dtype=bool)
    paying[effects.stock[(price > 0) & (effects.used == effects.arrives) & np.isclose(effects.amount, -price)]] = True
    return paying


def _paying_stocks(arrays: Arrays) -> Flags:
    """Return which stocks pay for what is held: what stays and what it costs are twin rows, from the same stock in the same period."""
    moves, periods = arrays.transitions, arrays.periods
    place = moves.source * periods + moves.period
    cost = sums(place, np.maximum(moves.rate, 0.0) * arrays.holding_cost[moves.target, moves.period], len(arrays.stocks) * periods)[place]
    paying = np.zeros(len(arrays.stocks), dtype=bool)
    paying[moves.target[(cost > 0) & np.isclose(moves.rate, -cost)]] = True
    return paying
