"""Find the parts of a programme that meet only in a few rows: groups that share money and seats, whatever the tables call them.

Only the shape of the tables counts. Each stock, lever and limit is one point, all periods together; two points are joined where a row of
the one uses a column of the other. Joints are the points without which the rest falls apart. Where the columns of a joint stand in rows of
another point, that one is a joint too: a block shares rows with others, never columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]
from scipy.sparse.csgraph import connected_components  # type: ignore[import-untyped]

from optimiser.arrays import Flags
from optimiser.formulation import Programme
from optimiser.spread import Floats, Ints

JOINT = 8  # a row that joins blocks costs as much as so many columns of a block: it is priced again and again
FIRST, STEP = 2, 2  # neighbours from which a point is tried as a joint, and by what factor that grows from one trial to the next


@dataclass(frozen=True)
class Blocks:
    """Hold rows and columns of each block, and the rows and columns that belong to none: `shared` columns stand in `joining` rows only."""

    rows: list[Ints]
    columns: list[Ints]
    joining: Ints
    shared: Ints


def blocks_of(programme: Programme) -> Blocks | None:
    """Part a programme where that leaves small blocks and few rows that join them; None where it does not fall apart."""
    row_points, column_points, count = _points(programme)
    users = _users(programme, row_points, column_points, count)
    near = sparse.csr_array(users + users.T)
    weights = np.bincount(row_points, minlength=count) + np.bincount(column_points, minlength=count)
    whole = float(weights.sum())
    degrees = np.diff(near.indptr)
    best, joints = whole, np.zeros(count, dtype=bool)
    threshold = FIRST
    while threshold < degrees.max(initial=0):
        price, found = _fewest(near, users, weights, degrees > threshold)
        if price < best:
            best, joints = price, found
        threshold *= STEP
    return _parted(near, joints, row_points, column_points) if joints.any() else None


def _points(programme: Programme) -> tuple[Ints, Ints, int]:
    """Number stocks, limits and levers; return the point of each row and of each column, and how many there are.

    A stock has its balance and cover rows, and its columns; a limit has rows only, a lever columns only.
    """
    layout = programme.layout
    stocks, periods = layout.stock.shape
    balances, needs = stocks * periods, len(layout.shortfall)
    numbers: dict[str, int] = {}
    limits = [numbers.setdefault(item, len(numbers)) for item in programme.items[balances + needs :]]
    by_stock = np.repeat(np.arange(stocks), periods)
    needed = {item: place for place, item in enumerate(programme.items[:balances:periods])} if stocks else {}
    by_need = np.array([needed[item] for item in programme.items[balances : balances + needs]], dtype=np.intp)
    rows = np.concatenate([by_stock, by_need, np.array(limits, dtype=np.intp) + stocks]).astype(np.intp)
    columns = np.zeros(layout.size, dtype=np.intp)
    columns[layout.stock.ravel()] = by_stock
    columns[layout.shortfall], columns[layout.surplus] = by_need, by_need
    first = stocks + len(numbers)
    columns[layout.x] = first + np.arange(len(layout.x))[:, None]
    return rows, columns, first + len(layout.x)


def _users(programme: Programme, row_points: Ints, column_points: Ints, count: int) -> sparse.csr_array:
    """Return the points in whose rows the columns of each point stand, itself left out."""
    terms = programme.matrix.tocoo()
    rows, columns = row_points[terms.coords[0]], column_points[terms.coords[1]]
    apart = rows != columns
    return sparse.csr_array((np.ones(int(apart.sum())), (columns[apart], rows[apart])), shape=(count, count))


def _closed(out: Flags, users: sparse.csr_array) -> Flags:
    """Return the joints with all in whose rows their columns stand."""
    while True:
        more = out.copy()
        more[users[out].indices] = True
        if more.sum() == out.sum():
            return out
        out = more


def _fewest(near: sparse.csr_array, users: sparse.csr_array, weights: Ints, out: Flags) -> tuple[float, Flags]:
    """Put points back, those first that cost least, and keep the cheapest of the states on the way.

    A state costs the size of its largest block, and of its joints, which weigh more. Returns the cost and the joints.
    """
    best, joints = np.inf, out
    while out.any():
        closed = _closed(out, users)
        price = float(_sizes(near, weights, ~closed)[1].max(initial=0) + JOINT * weights[closed].sum())
        if price < best:
            best, joints = price, closed
        out = out.copy()
        out[_next(near, weights, out)] = False
    return best, joints


def _sizes(near: sparse.csr_array, weights: Ints, inside: Flags) -> tuple[Ints, Floats]:
    """Return the block of each point inside, and the size of each block."""
    _, labels = connected_components(near[inside][:, inside], directed=False)
    return labels, np.bincount(labels, weights[inside])


def _next(near: sparse.csr_array, weights: Ints, out: Flags) -> Ints:
    """Return the points to put back next: those that make a block grow least, in squares, for all the joints that this saves.

    Where a point joins some blocks, every other that joins no more than these need be a joint no longer. That tells the few that belong
    to one group from those that join groups, though both may have as many neighbours.
    """
    points, inside = np.flatnonzero(out), np.flatnonzero(~out)
    labels, sizes = _sizes(near, weights, ~out)
    member = sparse.csr_array((np.ones(len(inside)), (np.arange(len(inside)), labels)), shape=(len(inside), len(sizes)))
    touches = sparse.csr_array(near[points][:, inside] @ member)
    touches.data[:] = 1.0
    count = np.diff(touches.indptr)
    single: Ints = points[count == 1]
    if single.size:
        return single
    if not (count > 1).any():
        return points
    common = sparse.coo_array(touches @ touches.T)
    one, other = common.coords
    within = common.data == count[one]
    saved = np.bincount(other[within], weights[points[one[within]]], minlength=len(points))
    largest = touches.multiply(sizes[None, :]).max(axis=1).toarray().ravel()
    growth = (touches @ sizes + weights[points]) ** 2 - largest**2
    ratio = np.where(count > 1, growth / np.maximum(saved, 1.0), np.inf)
    chosen, taken = [], np.zeros(len(sizes), dtype=bool)
    for at in np.argsort(ratio, kind="stable").tolist():
        blocks = touches.indices[touches.indptr[at] : touches.indptr[at + 1]]
        if ratio[at] > STEP * ratio.min():
            break
        if not taken[blocks].any():
            taken[blocks] = True
            chosen.append(at)
    return points[chosen]


def _parted(near: sparse.csr_array, joints: Flags, row_points: Ints, column_points: Ints) -> Blocks | None:
    """Cut the programme at the joints; what has no rows or no columns of its own is no block."""
    labels = np.full(len(joints), -1, dtype=np.intp)
    labels[~joints] = connected_components(near[~joints][:, ~joints], directed=False)[1]
    rows_at, columns_at = labels[row_points], labels[column_points]
    names = [int(label) for label in np.intersect1d(rows_at, columns_at) if label >= 0]
    if len(names) < 2:
        return None
    joining, shared = np.flatnonzero(~np.isin(rows_at, names)), np.flatnonzero(~np.isin(columns_at, names))
    return Blocks(_grouped(rows_at, names), _grouped(columns_at, names), joining, shared)


def _grouped(at: Ints, names: list[int]) -> list[Ints]:
    order = np.argsort(at, kind="stable")
    first = np.searchsorted(at[order], names, side="left")
    last = np.searchsorted(at[order], names, side="right")
    return [order[one:other] for one, other in zip(first, last, strict=True)]
