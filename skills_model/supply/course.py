"""How the staff of one organisation go in many futures at once, the arrays small enough to stay near the processor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from skills_model.supply.draws import Futures
from skills_model.supply.model import AGES, CELL, Floats, Rates, part
from skills_model.supply.tables import Parts

Ints = npt.NDArray[np.intp]
Step = tuple[int, int, float]


@dataclass(frozen=True, eq=False)
class Shared:
    """Multipliers that all organisations share, one a future: leaving and ageing by age band, joining by role family ("" not mapped)."""

    leaving: Floats
    joining: dict[str, Floats]
    promotion: Floats | None
    ageing: Floats | None
    pipeline: Floats

    @classmethod
    def of(cls, futures: Futures, families: list[str]) -> Shared:
        """Work out the multipliers of the futures once."""
        ages = np.stack([futures.multiplier("leaving", age) for age in AGES])
        older = np.stack([futures.multiplier("ageing", age) for age in AGES]) if futures.acting("ageing") else None
        promotion = futures.multiplier("promotion", "") if futures.acting("promotion") else None
        joining = {family: futures.multiplier("joining", family) for family in families}
        return cls(ages, joining, promotion, older, futures.multiplier("pipeline", ""))


@dataclass(frozen=True, eq=False)
class Course:
    """Hold one organisation: groups are its cells without age.

    groups      role_family, role_level and band as far as they are told apart; "" where missing; `families` is the first alone
    used        whether a cell ever holds anybody, shape (ages, groups)
    opening     FTE; so are headcount and `leaving`, the leaver rate times the years of a period
    ageing      (age, next age, share a year) of those who stay
    promotion   (group, next group, share a period) of those who stay
    joiners     FTE that join, shape (periods, ages, groups); so is `pipeline`, FTE that arrive from pipelines, and each of `scatter`, by
                which these vary, as `Parts` tells
    """

    organisation: str
    groups: pd.DataFrame
    families: tuple[str, ...]
    used: npt.NDArray[np.bool_]
    opening: Floats
    headcount: Floats
    leaving: Floats
    ageing: tuple[Step, ...]
    promotion: tuple[Step, ...]
    joiners: Floats
    pipeline: Floats
    scatter: tuple[Floats, Floats]
    years: float

    @property
    def periods(self) -> int:
        """Return the number of periods."""
        return len(self.joiners)

    def follow(self, shared: Shared, own: dict[str, Floats], futures: slice) -> Iterator[Floats]:
        """Yield FTE of shape (ages, groups, futures) at the start and after each period; the array is reused.

        `own` holds the organisation's own multipliers by what they act on.
        """
        stock = np.repeat(self.opening[:, :, None], futures.stop - futures.start, axis=2)
        yield stock
        stays = self._stays(shared, own, futures)
        ages, next_ages = _run([age for age, _, _ in self.ageing]), _run([target for _, target, _ in self.ageing])
        older = stays[ages] * self._older(shared, own, futures)
        stays[ages] -= older
        promoted = self._promoted(shared, own, futures)
        joining = self._joining(shared, own, futures)
        arriving = shared.pipeline[futures] * _of(own, "pipeline", futures)
        room, joiners = np.empty_like(older), np.zeros_like(stock)
        for period in range(self.periods):
            np.multiply(stock[ages], older, out=room)
            stock *= stays
            stock[next_ages] += room
            promoted.move(stock)
            if not period or (self.joiners[period] != self.joiners[period - 1]).any():
                np.multiply(self.joiners[period][:, :, None], joining, out=joiners)
            if self.joiners[period].any():
                stock += joiners
            for age, group in np.argwhere(self.pipeline[period]):
                stock[age, group] += self.pipeline[period, age, group] * arriving
            yield stock

    def _stays(self, shared: Shared, own: dict[str, Floats], futures: slice) -> Floats:
        """Return the share that is still there a period later, shape (ages, groups, futures)."""
        multiplier = shared.leaving[:, futures] * _of(own, "leaving", futures)
        stays = -self.leaving[:, :, None] * multiplier[:, None, :]
        return np.exp(stays, out=stays)

    def _joining(self, shared: Shared, own: dict[str, Floats], futures: slice) -> Floats:
        by_group = np.stack([shared.joining[family][futures] for family in self.families])
        return np.asarray(by_group * _of(own, "joining", futures), dtype=np.float64)

    def _older(self, shared: Shared, own: dict[str, Floats], futures: slice) -> Floats:
        """Return the share of those who stay that passes into the next age band, shape (steps of ageing, 1, futures or 1)."""
        yearly = np.array([share for _, _, share in self.ageing], dtype="float64").reshape(-1, 1)
        if shared.ageing is not None:
            ages = [age for age, _, _ in self.ageing]
            yearly = np.minimum(yearly * shared.ageing[ages, futures] * _of(own, "ageing", futures), 1.0)
        return part(yearly, self.years)[:, None, :]

    def _promoted(self, shared: Shared, own: dict[str, Floats], futures: slice) -> _Promoted:
        """Return the promotions with their shares of a period; rates to several role levels keep their proportions."""
        source, target = (np.array([step[end] for step in self.promotion], dtype=np.intp) for end in (0, 1))
        share = np.array([step[2] for step in self.promotion], dtype="float64")
        groups, at = np.unique(source, return_inverse=True)
        gone = np.bincount(at, share, len(groups))[:, None]
        parted = share[:, None] / gone[at]
        if shared.promotion is not None and len(groups):
            multiplier = shared.promotion[futures] * _of(own, "promotion", futures)
            gone = part(np.minimum((1 - (1 - gone) ** (1 / self.years)) * multiplier, 1.0), self.years)
        return _Promoted.of(source, target, parted * gone[at], groups, 1.0 - gone)


@dataclass(frozen=True, eq=False)
class _Promoted:
    """Hold promotions in rounds, in each of which no group is reached twice: source, target and share (promotions, futures or 1).

    Of `groups`, those that anybody is promoted from, `left` stays.
    """

    rounds: list[tuple[Ints, Ints, Floats]]
    groups: Ints
    left: Floats

    @classmethod
    def of(cls, source: Ints, target: Ints, share: Floats, groups: Ints, left: Floats) -> _Promoted:
        """Divide promotions into rounds."""
        turn = np.zeros(len(target), dtype=np.intp)
        seen: dict[int, int] = {}
        for number, to in enumerate(target.tolist()):
            turn[number] = seen.get(to, 0)
            seen[to] = int(turn[number]) + 1
        places = [np.flatnonzero(turn == number) for number in range(max(seen.values(), default=0))]
        return cls([(source[some], target[some], share[some]) for some in places], groups, left)

    def move(self, stock: Floats) -> None:
        """Move those who are promoted between the groups of stocks of shape (ages, groups, futures)."""
        if not self.rounds:
            return
        for groups in stock:  # age by age, so that what is copied stays near the processor
            moved = [groups[source] * share for source, _, share in self.rounds]
            groups[self.groups] *= self.left
            for (_, target, _), some in zip(self.rounds, moved, strict=True):
                groups[target] += some


@dataclass(frozen=True, eq=False)
class Courses:
    """Hold the course of each organisation, in order of code, and where each cell is in them.

    `cells` are those that ever hold anybody: organisation, what tells cells apart ("" where missing), age_band, headcount, and course, age
    and group by number.
    """

    every: list[Course]
    cells: pd.DataFrame

    @classmethod
    def of(cls, parts: Parts, rates: Rates) -> Courses:
        """Divide everything that moves staff by organisation."""
        names = [name for name in CELL if name in parts.cells.columns and name != "age_band"]
        cells = parts.cells.reset_index(drop=True)
        cells = cells.assign(**{name: cells[name].astype("str").fillna("") for name in names})
        number: Ints = np.asarray(cells.groupby(names, sort=True).ngroup(), dtype=np.intp)
        groups = cells[names].iloc[np.unique(number, return_index=True)[1]].reset_index(drop=True)
        codes, course_of = np.unique(groups["organisation"].to_numpy(dtype=object), return_inverse=True)
        firsts = np.searchsorted(course_of, np.arange(len(codes) + 1))
        age: Ints = pd.Index(AGES).get_indexer(pd.Index(cells["age_band"])).astype(np.intp)
        course = course_of[number]
        order = np.argsort(course, kind="stable")
        ends = np.searchsorted(course[order], np.arange(len(codes) + 1))
        older, promoted = _ageing(rates), _promotion(parts, number)
        every = []
        for at, code in enumerate(codes):
            first, last = int(firsts[at]), int(firsts[at + 1])
            rows = order[ends[at] : ends[at + 1]]
            spread = _Spread(age[rows], number[rows] - first, last - first)
            inside = promoted[(promoted["group"] >= first) & (promoted["group"] < last)]
            steps = zip(inside["group"] - first, inside["target"] - first, inside["share"], strict=True)
            every.append(
                Course(
                    str(code),
                    groups.iloc[first:last].reset_index(drop=True),
                    tuple(groups["role_family"].iloc[first:last]),
                    spread(np.ones(len(rows))) > 0,
                    spread(cells["fte"].to_numpy(dtype="float64")[rows]),
                    spread(cells["headcount"].to_numpy(dtype="float64")[rows]),
                    spread(parts.leaving[rows]) / parts.scenario.periods_per_year,
                    older,
                    tuple((int(group), int(target), float(share)) for group, target, share in steps),
                    spread(parts.joiners[rows]),
                    spread(parts.pipeline[rows]),
                    (spread(parts.scatter[0][rows]), spread(parts.scatter[1][rows])),
                    1 / parts.scenario.periods_per_year,
                )
            )
        return cls(every, cells[[*names, "age_band", "headcount"]].assign(course=course, age=age, group=number - firsts[course]))


@dataclass(frozen=True)
class _Spread:
    """Put amounts of cells, shape (cells, ...), into an array of shape (..., ages, groups)."""

    age: Ints
    group: Ints
    groups: int

    def __call__(self, amounts: Floats) -> Floats:
        made = np.zeros((*amounts.shape[1:], len(AGES), self.groups))
        made[..., self.age, self.group] = amounts.T
        return made


def _ageing(rates: Rates) -> tuple[Step, ...]:
    place = pd.Index(AGES)
    source, target = (place.get_indexer(pd.Index(rates.ageing[name])) for name in ("age_band", "next_age_band"))
    return tuple(
        sorted((int(age), int(older), float(share)) for age, older, share in zip(source, target, rates.ageing["share"], strict=True))
    )


def _promotion(parts: Parts, number: Ints) -> pd.DataFrame:
    """Return promotions between groups: group, target, share.

    Of one cell some are promoted within their age band and some into the next; together they are the share of those who stay.
    """
    moves = parts.moves[parts.moves["promoted"]]
    source, target = (moves[end].to_numpy(dtype=np.intp) for end in ("source", "target"))
    ends = pd.DataFrame({"cell": source, "group": number[source], "target": number[target], "share": moves["share"].to_numpy()})
    summed = pd.DataFrame(ends.groupby(["group", "target", "cell"])["share"].sum()).reset_index()
    return summed.drop_duplicates(["group", "target"])


def _of(own: dict[str, Floats], acts_on: str, futures: slice) -> Floats | float:
    return own[acts_on][futures] if acts_on in own else 1.0


def _run(places: list[int]) -> slice | list[int]:
    """Return places as a slice where they follow each other, so that no copy is made."""
    return slice(places[0], places[0] + len(places)) if places and places == list(range(places[0], places[0] + len(places))) else places
