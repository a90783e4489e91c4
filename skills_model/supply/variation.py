"""How much small groups stray because whole people join, leave, grow older and are promoted at random."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]

from skills_model.supply.course import Course, Ints, Shared
from skills_model.supply.model import Floats, part


@dataclass(frozen=True, eq=False)
class Variation:
    """What strays from the expected in each row of an answer, e = keep e + noise N with N standard normal, period by period.

    Of S FTE in people of f FTE each, of whom a share p goes, the FTE that go vary by S f p (1 - p). Joiners of J FTE vary by J f (Poisson),
    each row's apart from the others', since a joiner is in one row. Of M FTE expected from pipelines, a share p of those on their way, the
    sum varies by M f (1 - p) (binomial); where ages are told apart, each who arrives is in one of them (multinomial). Who is more than
    expected in a row stays, and moves to another row, as everybody there does. Variances are those of the median future. Rows are disjoint, so sums of rows vary as
    they should: who moves between two rows is missing in one and more in the other.
    """

    keep: tuple[sparse.csr_array, ...]
    noise: tuple[sparse.csr_array, ...]

    @classmethod
    def of(cls, courses: Sequence[Course], rows: Sequence[Ints], size: int, median: Shared) -> Variation:
        """Work out the variation of an answer of `size` rows; `rows` tells for each course the row of each (age, group)."""
        every = [_Cells.of(course, row, median) for course, row in zip(courses, rows, strict=True)]
        first = np.cumsum([0, *(len(cells.stay) for cells in every)])
        row, stay, person = (np.concatenate([getattr(cells, name) for cells in every]) for name in ("row", "stay", "person"))
        cell = np.concatenate([cells.moves[0] + start for cells, start in zip(every, first[:-1], strict=True)])
        target, share = (np.concatenate([cells.moves[at] for cells in every]) for at in (1, 2))
        pairs, pair = np.unique(row[cell] * size + target, return_inverse=True)
        source, into = np.divmod(pairs, size)
        everybody, between = np.arange(size), size + np.arange(len(pairs))
        mixing = np.unique(source)
        arriving = _arriving(courses, rows, every, size)
        keep, noise = [], []
        for stock, (joined, split) in zip(np.concatenate([cells.stock for cells in every], axis=1)[:-1], arriving, strict=True):
            stays, total = stock * stay, np.bincount(row, stock, size)
            moved, staying = stays[cell] * share, np.bincount(row, stays, size)
            flow = np.bincount(pair, moved, len(pairs))
            there = np.concatenate([staying - np.bincount(source, flow, size), flow])
            left = np.sqrt(np.bincount(row, person * stays * (1 - stay), size))
            strayed = np.sqrt(np.bincount(pair, person[cell] * moved * (1 - share), len(pairs)))
            into_of, from_of = np.concatenate([everybody, into]), np.concatenate([everybody, source])
            keep.append(sparse.csr_array((there / _some(total)[from_of], (into_of, from_of)), shape=(size, size)))
            # Whoever has unexpectedly stayed moves on as the others who stay do.
            amounts = np.concatenate([left[from_of] * there / _some(staying)[from_of], strayed, -strayed])
            ends = (np.concatenate([into_of, into, source]), np.concatenate([from_of, between, between]))
            # Where nobody moves on, one number serves for those who leave and those who join.
            amounts[:size] = np.where(np.isin(everybody, mixing), amounts[:size], np.sqrt(amounts[:size] ** 2 + joined))
            gone = sparse.csr_array((amounts, ends), shape=(size, size + len(pairs)))
            apart = mixing[joined[mixing] > 0]
            come = sparse.csr_array((np.sqrt(joined[apart]), (apart, np.arange(len(apart)))), shape=(size, len(apart)))
            noise.append(sparse.csr_array(sparse.hstack([gone, come, split])))
        return cls(tuple(keep), tuple(noise))

    def walk(self, random: np.random.Generator, futures: int) -> Iterator[Floats]:
        """Yield what each row strays by, shape (rows, futures), at the start, where it is nothing, and after each period."""
        strays = np.zeros((self.keep[0].shape[0], futures))
        yield strays
        for keep, noise in zip(self.keep, self.noise, strict=True):
            strays = keep @ strays + noise @ random.standard_normal((noise.shape[1], futures))
            yield strays


@dataclass(frozen=True, eq=False)
class _Cells:
    """Hold the cells of a course flat: stock (periods 0 to T, cells), stay, FTE of a person, row, and moves to other rows.

    `joined` is the variance of joiners, `scatter` that of arrivals, each of shape (periods, cells).
    """

    stock: Floats
    joined: Floats
    scatter: tuple[Floats, Floats]
    stay: Floats
    person: Floats
    row: Ints
    moves: tuple[Ints, Ints, Floats]

    @classmethod
    def of(cls, course: Course, row: Ints, median: Shared) -> _Cells:
        stock = np.stack([stock[:, :, 0].copy().ravel() for stock in course.follow(median, {}, slice(0, 1))])
        stay = np.exp(-course.leaving * median.leaving[:, :1]).ravel()
        person, periods = _person(course), course.periods
        some, every = (amounts.reshape(periods, -1) for amounts in course.scatter)
        return cls(stock, (course.joiners * person).reshape(periods, -1), (some, every), stay, person.ravel(), row.ravel(), _moves(course, row))


def _arriving(
    courses: Sequence[Course], rows: Sequence[Ints], every: Sequence[_Cells], size: int
) -> Iterator[tuple[Floats, sparse.csr_array]]:
    """Yield for each period the variance of what comes into each row by itself, and the noise of arrivals that rows have between them."""
    row = np.concatenate([cells.row for cells in every])
    joined = np.concatenate([cells.joined for cells in every], axis=1)
    some, whole = (np.concatenate([cells.scatter[part] for cells in every], axis=1) for part in (0, 1))
    # Groups that come into the same rows age by age arrive as one.
    patterns, of_group = np.unique(np.concatenate([place.T for place in rows]), axis=0, return_inverse=True)
    ages = patterns.shape[1]
    group = np.split(of_group.ravel(), np.cumsum([len(course.groups) for course in courses])[:-1])
    slot = np.concatenate([(numbers + len(patterns) * np.arange(ages)[:, None]).ravel() for numbers in group])
    for period in range(len(joined)):
        alone = np.bincount(row, joined[period], size)
        by_age = (np.bincount(slot, amounts[period], ages * len(patterns)).reshape(ages, -1).T for amounts in (some, whole))
        yield _parted(alone, patterns, *by_age)


def _parted(alone: Floats, patterns: Ints, some: Floats, whole: Floats) -> tuple[Floats, sparse.csr_array]:
    """Add arrivals to the variance of rows that have theirs by themselves, and return the noise of those that share theirs out.

    Covariances of arrivals of one pattern are v (diag(q) - p q q'), with shares q of the ages: A A', A = sqrt(v) (diag(s) - a q s'), s the
    roots of q and a = 1 - sqrt(1 - p).
    """
    variance = some.sum(axis=1)
    shared = (patterns != patterns[:, :1]).any(axis=1) & (variance > 0)
    alone += np.bincount(patterns[~shared, 0], (some - whole)[~shared].sum(axis=1), len(alone))
    patterns, variance = patterns[shared], variance[shared, None, None]
    q, kept = some[shared] / variance[:, 0], np.sqrt(np.maximum(1 - whole[shared].sum(axis=1)[:, None, None] / variance, 0.0))
    ages, root = patterns.shape[1], np.sqrt(q)[:, None, :]
    amounts = np.sqrt(variance) * (np.eye(ages) * root - (1 - kept) * q[:, :, None] * root)
    column = np.arange(patterns.size).reshape(-1, 1, ages)
    into, column = np.broadcast_to(patterns[:, :, None], amounts.shape), np.broadcast_to(column, amounts.shape)
    return alone, sparse.csr_array((amounts.ravel(), (into.ravel(), column.ravel())), shape=(len(alone), patterns.size))


def _some(amounts: Floats) -> Floats:
    """Return amounts to divide by."""
    return np.where(amounts > 0, amounts, 1.0)


def _person(course: Course) -> Floats:
    """Return FTE of a person by cell, in cells that nobody is in at the start as in the organisation."""
    people = course.headcount.sum()
    usual = course.opening.sum() / people if people else 1.0
    there = course.headcount > 0
    return np.where(there, course.opening / np.where(there, course.headcount, 1.0), usual)


def _moves(course: Course, row: Ints) -> tuple[Ints, Ints, Floats]:
    """Return where those who stay go, of other rows: cell, row, share."""
    ages, groups = row.shape
    older = [(age, target, float(part(np.array(share), course.years))) for age, target, share in course.ageing]
    source_age, target_age, age_share = _with_staying(older, ages)
    source, target, share = _with_staying(list(course.promotion), groups)
    from_row, to_row = row[source_age[:, None], source[None, :]], row[target_age[:, None], target[None, :]]
    cell = source_age[:, None] * groups + source[None, :]
    part_of = age_share[:, None] * share[None, :]
    moving = (from_row != to_row) & (part_of > 0)
    return cell[moving], to_row[moving], part_of[moving]


def _with_staying(steps: list[tuple[int, int, float]], size: int) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    """Return source, target and share of the steps, and of taking none."""
    source, target = (np.array([step[end] for step in steps], dtype=np.intp) for end in (0, 1))
    share = np.array([step[2] for step in steps], dtype="float64")
    everybody = np.arange(size)
    none = 1.0 - np.bincount(source, share, size)
    return np.concatenate([everybody, source]), np.concatenate([everybody, target]), np.concatenate([none, share])
