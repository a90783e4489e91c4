"""The linear programme, as a textbook would write it: variables, three families of rows, objectives.

    balance   stock[i,t] = sum_j rate[j,i,t] * stock[j,t-1] + inflow[i,t] + sum_l,lag amount[l,i,lag,t-lag] * x[l,t-lag]
    cover     stock[i,t] + sum_l cover[l,i,t] * x[l,t] + shortfall[i,t] - surplus[i,t] = required[i,t]
    limit     sum_uses amount * item[t-lag]  (<=, >=, ==)  limit amount[t]

Everything else is rows of the planning tables. Columns and rows are addressed by our own positions, never by PuLP's names: PuLP
rewrites names that hold blanks or colons, so that two can become one.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import cast

import highspy
import numpy as np
import numpy.typing as npt
import pandas as pd
import pulp
from pandas.api.extensions import ExtensionArray
from pulp import _rustcore
from scipy import sparse  # type: ignore[import-untyped]

from optimiser.arrays import AT_LEAST, AT_MOST, EXACTLY, LEVER, STOCK, SURPLUS, Arrays, Flags, Items
from optimiser.contract import GOAL_PREFIX
from optimiser.spread import Floats, Ints

SENSES = (_rustcore.Sense.LessEqual, _rustcore.Sense.GreaterEqual, _rustcore.Sense.Equal)  # in the order of ours
SEED = 0
WHOLE = 1e-9  # what a whole bound may lack of a whole number by arithmetic alone
TINY = 1e-12  # coefficients no larger are left out: the least that HiGHS can be asked to keep; of itself it drops those up to 1e-9
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


@dataclass(frozen=True)
class Programme:
    """Hold the programme as numbers: `row_lower <= matrix @ x <= row_upper`, `lower <= x <= upper`, both infinite where one side is open.

    Rows come as balance (stock by stock, each period), cover (requirement by requirement) and limit (limit by limit, each period); column j
    stands at `columns[j]` of the layout.
    """

    layout: Layout
    columns: Ints
    matrix: sparse.csr_array
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    whole: Flags
    families: list[str]
    items: list[str]
    periods: list[int]  # 1 to T

    @property
    def nonzeros(self) -> int:
        """Return the number of coefficients."""
        return int(self.matrix.nnz)

    @cached_property
    def named(self) -> tuple[ExtensionArray, ExtensionArray]:
        """Return the family and the item of each row, as columns of a frame."""
        return pd.array(self.families, dtype="str"), pd.array(self.items, dtype="str")

    def part(self, rows: Ints, columns: Ints) -> Programme:
        """Return some of its rows and columns."""
        return Programme(
            layout=self.layout,
            columns=self.columns[columns],
            matrix=self.matrix[rows][:, columns],
            row_lower=self.row_lower[rows],
            row_upper=self.row_upper[rows],
            lower=self.lower[columns],
            upper=self.upper[columns],
            whole=self.whole[columns],
            families=[self.families[row] for row in rows],
            items=[self.items[row] for row in rows],
            periods=[self.periods[row] for row in rows],
        )


@dataclass(frozen=True)
class Rows:
    """Hold the rows of one family: for each its item and period, its terms, its sense and its right-hand side."""

    family: str
    items: list[str]
    periods: Ints
    terms: list[Terms]
    sense: Ints
    right: Floats


def formulate(arrays: Arrays) -> Programme:
    """Write the whole programme; which stage it minimises is said when it is handed over."""
    layout = Layout.of(arrays)
    parts = [balance(arrays, layout), cover(arrays, layout), limit(arrays, layout)]
    counts = [len(part.items) for part in parts]
    firsts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    rows = np.concatenate([row + first for part, first in zip(parts, firsts, strict=True) for row, _, _ in part.terms])
    columns = np.concatenate([column for part in parts for _, column, _ in part.terms])
    amounts = np.concatenate([amount for part in parts for _, _, amount in part.terms])
    matrix = sparse.csr_array((amounts, (rows, columns)), shape=(sum(counts), layout.size))
    matrix.data[np.abs(matrix.data) <= TINY] = 0.0
    matrix.eliminate_zeros()
    sense, right = np.concatenate([part.sense for part in parts]), np.concatenate([part.right for part in parts])
    lower, upper, whole = bounds(arrays, layout)
    lower, upper = inwards(lower, upper, whole)
    return Programme(
        layout=layout,
        columns=np.arange(layout.size),
        matrix=matrix,
        row_lower=np.where(sense == AT_MOST, -np.inf, right),
        row_upper=np.where(sense == AT_LEAST, np.inf, right),
        lower=lower,
        upper=upper,
        whole=whole,
        families=[part.family for part in parts for _ in part.items],
        items=[item for part in parts for item in part.items],
        periods=(np.concatenate([part.periods for part in parts]) + 1).tolist(),
    )


def bounds(arrays: Arrays, layout: Layout) -> tuple[Floats, Floats, Flags]:
    """Return the bounds of what is chosen and what follows from it, all >= 0, and which must be whole.

    x[lever,t] between its minimum and maximum, whole where asked for; stock[i,t]; shortfall[i,t], 0 where the requirement is hard;
    surplus[i,t] up to its cap.
    """
    lower, upper, whole = np.zeros(layout.size), np.full(layout.size, np.inf), np.zeros(layout.size, dtype=bool)
    lower[layout.x], upper[layout.x], whole[layout.x] = arrays.terms.minimum, arrays.terms.maximum, arrays.terms.whole
    upper[layout.shortfall] = np.where(arrays.needs.hard, 0.0, np.inf)
    upper[layout.surplus] = arrays.needs.surplus_cap
    return lower, upper, whole


def inwards(lower: Floats, upper: Floats, whole: Flags) -> tuple[Floats, Floats]:
    """Round the bounds of whole columns to whole numbers.

    HiGHS 1.15.1's presolve errs on such bounds in parts: of 4,000 random problems 20 ended in another status, 53 in another value.
    """
    return np.where(whole, np.ceil(lower - WHOLE), lower), np.where(whole, np.floor(upper + WHOLE), upper)


def balance(arrays: Arrays, layout: Layout) -> Rows:
    """Carry each stock from period to period.

    stock[i,t] - sum_j rate[j,i,t] * stock[j,t-1] - sum_l,lag amount[l,i,lag,t-lag] * x[l,t-lag] = inflow[i,t]

    In the unit of the stock. What openings and history bring is known, and joins the inflow on the right.
    """
    moves, effects = arrays.transitions, arrays.effects
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
    return Rows("balance", items, periods, terms, np.full(row.size, EXACTLY), right.ravel())


def cover(arrays: Arrays, layout: Layout) -> Rows:
    """Meet each requirement, or count what is missing and what is over.

    stock[i,t] + sum_l cover[l,i,t] * x[l,t] + shortfall[i,t] - surplus[i,t] = required[i,t]

    In the unit of the stock. `hard` and `surplus_cap` are bounds of variables, not rows.
    """
    needs, met = arrays.needs, arrays.cover
    row, ones = np.arange(len(needs.stock), dtype=np.intp), np.ones(len(needs.stock))
    terms = [
        (row, layout.stock[needs.stock, needs.period], ones),
        (met.requirement, layout.x[met.lever, needs.period[met.requirement]], met.amount),
        (row, layout.shortfall, ones),
        (row, layout.surplus, -ones),
    ]
    return Rows("cover", arrays.stocks[needs.stock].tolist(), needs.period, terms, np.full(len(row), EXACTLY), needs.required)


def limit(arrays: Arrays, layout: Layout) -> Rows:
    """Hold what is used within each limit.

    sum_uses amount * item[t-lag]  (<=, >=, ==)  limit amount[t]

    In the unit of the limit. Items at period 0 or before are known, and are taken off the right.
    """
    limits = arrays.limits
    terms = [layout.items(arrays.uses, arrays.needs.place)]
    items = arrays.limit_names[limits.limit].tolist()
    return Rows("limit", items, limits.period, terms, limits.sense, limits.amount - limits.constant)


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


def to_pulp(programme: Programme, arrays: Arrays, costs: Floats) -> pulp.LpProblem:
    """Write the programme as PuLP's problem, each variable and row with the name that a person would read.

    Terms and rows go to PuLP's core, whose stub describes it but which PuLP calls private: its public road makes an object of each
    coefficient and takes three times as long.
    """
    problem = pulp.LpProblem("plan", pulp.LpMinimize)
    names = _names(arrays)
    variables = problem.add_variable_matrix("%s", [names[column] for column in programme.columns.tolist()], 0)
    for column in np.flatnonzero((programme.lower != 0.0) | (programme.upper < np.inf) | programme.whole).tolist():
        variable, whole = variables[column], programme.whole[column]
        variable.lowBound, variable.upBound = float(programme.lower[column]), float(programme.upper[column])
        variable.cat = "Integer" if whole else "Continuous"
    core = problem._model  # noqa: SLF001 - see above
    everywhere = np.arange(len(costs), dtype=np.uint64)
    core.set_objective(_expression(core, everywhere, costs))  # zeros too: PuLP hands over no column without a term
    columns, amounts, starts = programme.matrix.indices.astype(np.uint64), programme.matrix.data, programme.matrix.indptr.tolist()
    equal, at_least = programme.row_lower == programme.row_upper, programme.row_upper == np.inf
    senses = np.where(equal, EXACTLY, np.where(at_least, AT_LEAST, AT_MOST)).tolist()
    rights = np.where(at_least, programme.row_lower, programme.row_upper).tolist()
    plain = {item: item.translate(pulp.LpAffineExpression.trans) for item in set(programme.items)}  # as PuLP itself names rows
    rows = (
        f"{family}({plain[item]},{period})"
        for family, item, period in zip(programme.families, programme.items, programme.periods, strict=True)
    )
    for name, (first, last), sense, right in zip(rows, pairwise(starts), senses, rights, strict=True):
        row = _expression(core, columns[first:last], amounts[first:last])
        row.set_name(name)
        row.set_sense(SENSES[sense])
        row.set_constant(-right)
        core.add_constraint(row)
    return problem


def _expression(core: _rustcore.Model, columns: npt.NDArray[np.uint64], amounts: Floats) -> _rustcore.AffineExpr:
    expression = _rustcore.AffineExpr()
    expression.add_term_ids_coeffs(core, columns, amounts)
    return expression


def _names(arrays: Arrays) -> list[str]:
    """Return the name of every variable, in the order of the layout."""
    held = [f"({arrays.stocks[stock]},{period + 1})" for stock, period in zip(arrays.needs.stock, arrays.needs.period, strict=True)]
    cells = [f"({item},{period})" for items in (arrays.levers, arrays.stocks) for item in items for period in range(1, arrays.periods + 1)]
    uses = len(arrays.levers) * arrays.periods
    return (
        [f"x{cell}" for cell in cells[:uses]]
        + [f"stock{cell}" for cell in cells[uses:]]
        + [f"shortfall{cell}" for cell in held]
        + [f"surplus{cell}" for cell in held]
    )


class _AtOnce(pulp.HiGHS):
    """PuLP's solver HiGHS, which copies the problem from PuLP's core at once: PuLP makes two objects of each coefficient on the way.

    For problems of `to_pulp`: every variable in the objective, no groups of variables. Takes 0.13 seconds on a trust, PuLP's own 0.30.
    """

    def buildSolverModel(self, lp: pulp.LpProblem) -> None:  # noqa: N802 - PuLP's name
        highs, core = cast("highspy.Highs", lp.solverModel), lp._model  # noqa: SLF001 - see `to_pulp`
        variables, rows, objective = core.list_variables(), core.list_constraints(), core.get_objective()
        costs, none = np.array(objective.values() if objective else []), np.zeros(0, dtype=np.int32)
        lower, upper = np.array([variable.lb for variable in variables]), np.array([variable.ub for variable in variables])
        highs.addCols(len(variables), costs, lower, upper, 0, none, none, np.zeros(0))
        whole = np.flatnonzero([variable.is_integer() for variable in variables]).astype(np.int32)
        if whole.size:
            highs.changeColsIntegrality(whole.size, whole, np.full(whole.size, highspy.HighsVarType.kInteger))
        terms = [row.items() for row in rows]
        starts = np.cumsum([0, *map(len, terms)], dtype=np.int32)
        columns = np.fromiter((variable.id() for row in terms for variable, _ in row), dtype=np.int32, count=starts[-1])
        amounts = np.fromiter((amount for row in terms for _, amount in row), dtype=np.float64, count=starts[-1])
        sense, right = np.array([SENSES.index(row.sense) for row in rows]), np.array([row.rhs for row in rows])
        row_lower, row_upper = np.where(sense == AT_MOST, -np.inf, right), np.where(sense == AT_LEAST, np.inf, right)
        highs.addRows(len(rows), row_lower, row_upper, len(columns), starts[:-1], columns, amounts)


def hand_over(programme: Programme, arrays: Arrays, costs: Floats, algorithm: str = "choose", gap: float = 0.0) -> highspy.Highs:
    """Let PuLP hand the programme to HiGHS, and return HiGHS itself, not yet run.

    PuLP's own `solve` runs it too, but can neither go on from the basis of the stage before, nor cancel, nor read by position.
    """
    solver = _AtOnce(msg=False, threads=THREADS, gapRel=gap, random_seed=SEED, solver=algorithm, small_matrix_value=TINY)
    with _uncollected():
        problem = to_pulp(programme, arrays, costs)
        solver.createAndConfigureSolver(problem)
        solver.buildSolverModel(problem)
    highs = problem.solverModel
    if not isinstance(highs, highspy.Highs) or not _holds(highs, programme, costs):
        raise TypeError("PuLP left out variables or rows, changed their order, or made no HiGHS model: positions would not hold.")
    return highs


def _holds(highs: highspy.Highs, programme: Programme, costs: Floats) -> bool:
    """Compare costs, bounds and sides position by position, and the number of coefficients; proof and audit find one gone astray."""
    model = highs.getLp()
    held = cast("list[Floats]", [model.col_cost_, model.col_lower_, model.col_upper_, model.row_lower_, model.row_upper_])
    meant = costs, programme.lower, programme.upper, programme.row_lower, programme.row_upper
    same = (np.array_equal(ours, theirs) for ours, theirs in zip(meant, held, strict=True))
    return highs.getNumNz() == programme.nonzeros and all(same)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let Python's collector of circular garbage rest: it would look again and again through a million objects, none of them circular."""
    at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if at_work:
            gc.enable()


def directly(programme: Programme, costs: Floats, algorithm: str = "choose") -> highspy.Highs:
    """Give the matrix straight to HiGHS, without whole numbers: for parts of a programme, and to see what PuLP costs."""
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = programme.matrix.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = costs, programme.lower, programme.upper
    lp.row_lower_, lp.row_upper_ = programme.row_lower, programme.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = programme.matrix.indptr, programme.matrix.indices
    lp.a_matrix_.value_ = programme.matrix.data
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (
        ("output_flag", False),
        ("threads", THREADS),
        ("random_seed", SEED),
        ("solver", algorithm),
        ("mip_rel_gap", 0.0),
        ("small_matrix_value", TINY),
    ):
        highs.setOptionValue(option, value)
    highs.passModel(lp)
    return highs
