"""The proof that a stage is as good as can be: strong duality, dual feasibility and complementary slackness, worked out with numpy.

Of the solver only the values of the variables and the duals of the rows are taken; reduced costs are c - A'y. For a stage that
minimises c'x on a face `row_lower <= A x <= row_upper, lower <= x <= upper`, every y gives a bound that no plan on the face can beat:

    dual objective = sum_i y_i * (row_lower_i where y_i > 0, else row_upper_i) + sum_j d_j * (lower_j where d_j > 0, else upper_j)

with d = c - A'y, and only if no y_i or d_j points to a bound that is infinite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]

from optimiser.spread import Floats, inner

# HiGHS keeps rows, bounds and duals to 1e-7 each, in its own scale; an audit lets rows miss by 1e-6 of their largest term, and a later
# stage may worsen an earlier one by 1e-6. What is proven to the sum of these two is as exact as everything else that is said of a plan.
PROVEN = 2e-6


@dataclass(frozen=True)
class Face:
    """Hold the part of a programme on which a stage is solved: at first all of it, later what is best in the stages before."""

    matrix: sparse.csr_array
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Proof:
    """Say what is proven of a stage.

    `bound` is the dual objective; `dual` the largest dual that points to no bound, relative to max(1, the largest term of its reduced
    cost, for a row the largest cost); `slackness` the largest dual times distance from its bound, relative to max(1, |c'x|).
    """

    stage: str
    bound: float
    dual: float
    slackness: float

    def duality(self, value: float) -> float:
        """Return how far a plan's value of the stage is from the bound, relative to max(1, |value|)."""
        return abs(value - self.bound) / max(1.0, abs(value))

    def holds(self, value: float) -> bool:
        """Say whether a plan of this value is proven best; what is not a number proves nothing."""
        return all(miss <= PROVEN for miss in (self.duality(value), self.dual, self.slackness))

    @property
    def bounds(self) -> bool:
        """Say whether the dual objective is a bound at all, even where no plan reaches it."""
        return bool(np.isfinite(self.bound)) and self.dual <= PROVEN


def prove(stage: str, face: Face, costs: Floats, values: Floats, duals: Floats) -> Proof:
    """Work out what the duals of the rows prove of the values."""
    terms = np.zeros(costs.size)
    np.fmax.at(terms, face.matrix.indices, np.abs(face.matrix.data * np.repeat(duals, np.diff(face.matrix.indptr))))
    reduced = costs - face.matrix.T @ duals
    size = max(1.0, abs(inner(costs, values)))
    rows = _side(duals, face.row_lower, face.row_upper, face.matrix @ values)
    columns = _side(reduced, face.lower, face.upper, values)
    astray = max(
        _most(rows.astray) / max(1.0, _most(costs)),
        _most(columns.astray / np.maximum(1.0, np.maximum(np.abs(costs), terms))),
    )
    return Proof(stage, rows.total + columns.total, astray, max(rows.slack, columns.slack) / size)


@dataclass(frozen=True)
class _Side:
    total: float
    slack: float
    astray: Floats


def _side(duals: Floats, lower: Floats, upper: Floats, values: Floats) -> _Side:
    """Add up what duals earn at the bounds they point to; those that point to none are astray."""
    bound = np.where(duals > 0, lower, upper)
    there = np.isfinite(bound)
    at = np.where(there, bound, 0.0)
    return _Side(inner(duals, at), _most(np.where(there, duals * (values - at), 0.0)), np.where(there, 0.0, np.abs(duals)))


def _most(amounts: Floats) -> float:
    return float(np.abs(amounts).max(initial=0.0))
