"""The linear programme, as a textbook would write it: variables, three families of rows, objectives.

    balance   stock[i,t] = sum_j rate[j,i,t] * stock[j,t-1] + inflow[i,t] + sum_l,lag amount[l,i,lag,t-lag] * x[l,t-lag]
    cover     stock[i,t] + sum_l cover[l,i,t] * x[l,t] + shortfall[i,t] - surplus[i,t] = required[i,t]
    limit     sum_uses amount * item[t-lag]  (<=, >=, ==)  limit amount[t]

Everything else is rows of the planning tables. Columns and rows are addressed by our own positions, never by PuLP's names: PuLP
rewrites names that hold blanks or colons, so that two can become one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import highspy
import numpy as np
import pulp
from scipy import sparse  # type: ignore[import-untyped]

from optimiser.arrays import LEVER, STOCK, SURPLUS, Arrays, Flags, Items
from optimiser.contract import GOAL_PREFIX
from optimiser.spread import Floats, Ints

SENSES = (pulp.LpConstraintLE, pulp.LpConstraintGE, pulp.LpConstraintEQ)
EQUAL = 2
SEED = 0
THREADS = 1  # parallel work is over groups, organisations or futures, never inside a solve
Terms = tuple[Ints, Ints, Floats]  # rows, columns, coefficients


@dataclass(frozen=True)
class Layout:
    """Say at which position each variable stands: x and stock by item and period, shortfall and surplus by requirement."""

    x: Ints
    stock: Ints
    shortfall: Ints
    surplus: Ints

    @classmethod
    def of(cls, arrays: Arrays) -> Layout:
        """Lay the variables out one kind after the other."""
        uses, stocks, needs = len(arrays.levers) * arrays.periods, len(arrays.stocks) * arrays.periods, len(arrays.needs.stock)
        places = np.arange(uses + stocks + 2 * needs, dtype=np.intp)
        x, stock, shortfall, surplus = np.split(places, np.cumsum([uses, stocks, needs]))
        return cls(x.reshape(-1, arrays.periods), stock.reshape(-1, arrays.periods), shortfall, surplus)

    @property
    def size(self) -> int:
        """Return the number of variables."""
        return self.x.size + self.stock.size + self.shortfall.size + self.surplus.size

    def items(self, items: Items, needs: Ints) -> Terms:
        """Return weighted items as terms; `needs` finds a requirement by stock and period, and items of none are left out."""
        columns = np.full(len(items.kind), -1, dtype=np.intp)
        for kind in range(4):
            chosen = items.kind == kind
            item, period = items.item[chosen], items.period[chosen]
            if kind == LEVER:
                columns[chosen] = self.x[item, period]
            elif kind == STOCK:
                columns[chosen] = self.stock[item, period]
            else:
                need = needs[item, period]
                gap = self.surplus if kind == SURPLUS else self.shortfall
                columns[chosen] = np.where(need >= 0, gap[need] if gap.size else -1, -1)
        there = columns >= 0
        return items.row[there], columns[there], items.amount[there]


@dataclass
class Formulation:
    """Hold the programme while it is written: PuLP's problem, and for each row its family, item and period."""

    layout: Layout
    problem: pulp.LpProblem = field(default_factory=lambda: pulp.LpProblem("plan", pulp.LpMinimize))
    variables: list[pulp.LpVariable] = field(default_factory=list)
    families: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    periods: list[int] = field(default_factory=list)
    nonzeros: int = 0

    def add_rows(self, family: str, items: list[str], periods: Ints, terms: list[Terms], sense: Ints, right: Floats) -> None:
        """Add one row for each item and period: the sum of its terms compared with its right-hand side."""
        rows, columns, amounts = (np.concatenate(parts) for parts in zip(*terms, strict=True))
        matrix = sparse.csr_array((amounts, (rows, columns)), shape=(len(items), self.layout.size))
        matrix.eliminate_zeros()
        self.nonzeros += matrix.nnz
        pairs = list(zip([self.variables[column] for column in matrix.indices.tolist()], matrix.data.tolist(), strict=True))
        starts, labels = matrix.indptr.tolist(), (periods + 1).tolist()
        for row, (item, period, code, known) in enumerate(zip(items, labels, sense.tolist(), right.tolist(), strict=True)):
            expression = pulp.LpAffineExpression.from_list(pairs[starts[row] : starts[row + 1]], constant=-known)
            expression.sense = SENSES[code]
            self.problem.addConstraint(expression, f"{family}({item},{period})")
        self.families += [family] * len(items)
        self.items += items
        self.periods += labels


def formulate(arrays: Arrays, stage: str) -> Formulation:
    """Write the whole programme, with the objective of one stage."""
    programme = Formulation(Layout.of(arrays))
    add_variables(programme, arrays)
    add_balance(programme, arrays)
    add_cover(programme, arrays)
    add_limit(programme, arrays)
    pairs = zip(programme.variables, objective(arrays, programme.layout, stage).tolist(), strict=True)
    programme.problem.setObjective(pulp.LpAffineExpression.from_list(list(pairs)))  # zeros too: PuLP hands over no column without a term
    return programme


def add_variables(programme: Formulation, arrays: Arrays) -> None:
    """Add what is chosen and what follows from it, all >= 0.

    x[lever,t] between its minimum and maximum, whole where asked for; stock[i,t]; shortfall[i,t], 0 where the requirement is hard;
    surplus[i,t] up to its cap.
    """
    needs, terms = arrays.needs, arrays.terms
    held = [(str(arrays.stocks[i]), t + 1) for i, t in zip(needs.stock.tolist(), needs.period.tolist(), strict=True)]
    _add(programme, "x", _cells(arrays.levers, arrays.periods), terms.minimum.ravel(), terms.maximum.ravel(), terms.whole.ravel())
    _add(programme, "stock", _cells(arrays.stocks, arrays.periods))
    _add(programme, "shortfall", held, upper=np.where(needs.hard, 0.0, np.inf))
    _add(programme, "surplus", held, upper=needs.surplus_cap)


def _cells(names: np.ndarray, periods: int) -> list[tuple[str, int]]:
    return [(str(name), period) for name in names for period in range(1, periods + 1)]


def _add(
    programme: Formulation,
    kind: str,
    cells: list[tuple[str, int]],
    lower: Floats | None = None,
    upper: Floats | None = None,
    whole: Flags | None = None,
) -> None:
    lows = np.zeros(len(cells)) if lower is None else lower
    highs = np.full(len(cells), np.inf) if upper is None else upper
    wholes = np.zeros(len(cells), dtype=bool) if whole is None else whole
    programme.variables += [
        programme.problem.add_variable(
            f"{kind}({item},{period})", low, high if high < np.inf else None, "Integer" if integer else "Continuous"
        )
        for (item, period), low, high, integer in zip(cells, lows.tolist(), highs.tolist(), wholes.tolist(), strict=True)
    ]


def add_balance(programme: Formulation, arrays: Arrays) -> None:
    """Carry each stock from period to period.

    stock[i,t] - sum_j rate[j,i,t] * stock[j,t-1] - sum_l,lag amount[l,i,lag,t-lag] * x[l,t-lag] = inflow[i,t]

    In the unit of the stock. What openings and history bring is known, and joins the inflow on the right.
    """
    layout, moves, effects = programme.layout, arrays.transitions, arrays.effects
    row = np.arange(layout.stock.size, dtype=np.intp).reshape(layout.stock.shape)
    first = moves.period == 0
    right = arrays.inflow + arrays.arriving
    np.add.at(right, (moves.target[first], 0), moves.rate[first] * arrays.opening[moves.source[first]])
    later = ~first
    terms = [
        (row.ravel(), layout.stock.ravel(), np.ones(row.size)),
        (
            row[moves.target[later], moves.period[later]],
            layout.stock[moves.source[later], moves.period[later] - 1],
            -moves.rate[later],
        ),
        (row[effects.stock, effects.arrives], layout.x[effects.lever, effects.used], -effects.amount),
    ]
    items = np.repeat(arrays.stocks, arrays.periods).tolist()
    periods = np.tile(np.arange(arrays.periods), len(arrays.stocks))
    programme.add_rows("balance", items, periods, terms, np.full(row.size, EQUAL), right.ravel())


def add_cover(programme: Formulation, arrays: Arrays) -> None:
    """Meet each requirement, or count what is missing and what is over.

    stock[i,t] + sum_l cover[l,i,t] * x[l,t] + shortfall[i,t] - surplus[i,t] = required[i,t]

    In the unit of the stock. `hard` and `surplus_cap` are bounds of variables, not rows.
    """
    layout, needs, cover = programme.layout, arrays.needs, arrays.cover
    row, ones = np.arange(len(needs.stock), dtype=np.intp), np.ones(len(needs.stock))
    terms = [
        (row, layout.stock[needs.stock, needs.period], ones),
        (cover.requirement, layout.x[cover.lever, needs.period[cover.requirement]], cover.amount),
        (row, layout.shortfall, ones),
        (row, layout.surplus, -ones),
    ]
    programme.add_rows("cover", arrays.stocks[needs.stock].tolist(), needs.period, terms, np.full(len(row), EQUAL), needs.required)


def add_limit(programme: Formulation, arrays: Arrays) -> None:
    """Hold what is used within each limit.

    sum_uses amount * item[t-lag]  (<=, >=, ==)  limit amount[t]

    In the unit of the limit. Items at period 0 or before are known, and are taken off the right.
    """
    limits = arrays.limits
    terms = [programme.layout.items(arrays.uses, arrays.needs.place)]
    items = arrays.limit_names[limits.limit].tolist()
    programme.add_rows("limit", items, limits.period, terms, limits.sense, limits.amount - limits.constant)


def objective(arrays: Arrays, layout: Layout, stage: str) -> Floats:
    """Return what a stage minimises, as one coefficient for each variable.

    shortfall   sum shortfall_weight * shortfall
    cost        sum discounted (unit_cost * x + unit_cost * stock + surplus_cost * surplus)
    moves       sum move_weight * x
    goal:NAME   sum amount * item
    """
    costs = np.zeros(layout.size)
    if stage == "shortfall":
        costs[layout.shortfall] = arrays.needs.shortfall_weight
    elif stage == "cost":
        costs[layout.x] = arrays.terms.unit_cost * arrays.discount
        costs[layout.stock] = arrays.holding_cost * arrays.discount
        costs[layout.surplus] = arrays.needs.surplus_cost * arrays.discount[arrays.needs.period]
    elif stage == "moves":
        costs[layout.x] = arrays.move_weight[:, None]
    else:
        _, columns, amounts = layout.items(arrays.goals[stage.removeprefix(GOAL_PREFIX)], arrays.needs.place)
        np.add.at(costs, columns, amounts)
    return costs


def ties(arrays: Arrays, layout: Layout) -> Floats:
    """Return small fixed weights that choose one among plans equally good in every stage: the earlier, then by lever.

    sum (t + w(lever)) * x, with w rising from 0 to 0.1 in the order of ids, unevenly, so that no two pairs of levers weigh alike.
    """
    golden = (1 + 5**0.5) / 2
    costs = np.zeros(layout.size)
    weights = 0.1 * (np.arange(1, len(arrays.levers) + 1) / (len(arrays.levers) + 1)) ** golden
    costs[layout.x] = np.arange(1, arrays.periods + 1) + weights[:, None]
    return costs


def hand_over(programme: Formulation, algorithm: str = "choose", gap: float = 0.0) -> highspy.Highs:
    """Let PuLP hand the programme to HiGHS, and return HiGHS itself, not yet run.

    PuLP's own `solve` runs it too, but can neither go on from the basis of the stage before, nor cancel, nor read by position.
    """
    solver = pulp.HiGHS(msg=False, threads=THREADS, gapRel=gap, random_seed=SEED, solver=algorithm)
    solver.createAndConfigureSolver(programme.problem)
    solver.buildSolverModel(programme.problem)
    highs = programme.problem.solverModel
    if not isinstance(highs, highspy.Highs) or highs.getNumCol() != programme.layout.size:
        raise TypeError("PuLP left out variables, or made no HiGHS model: positions would not hold.")
    return highs
