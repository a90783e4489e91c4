"""Sampled futures of supply, demand and gap: how wide the answer is, how likely demand is met, and whether enough futures were drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from optimiser.errors import PlanError
from skills_model.cuts import PLACES, check
from skills_model.errors import Fault, ScenarioError
from skills_model.factor import TENTH, Floats
from skills_model.supply.course import Course, Shared
from skills_model.supply.draws import Futures, stream
from skills_model.supply.layout import Layout, Question, Unit
from skills_model.supply.variation import Variation

CUTS = (*PLACES, "role_family", "role_level", "band", "age_band", "skill", "year")
MEASURES = ("supply", "demand", "gap")
PERCENTS = (10, 25, 50, 75, 90)
DRAWS, FEWEST = 10_000, 80
PARTS_DRAWN = (8, 4, 2, 1)
"""Convergence is shown at an eighth, a quarter and half of the futures, and at all of them."""
AT_ONCE = 1_000  # futures whose chances are drawn together
NEAR = 120_000  # numbers of an organisation's stocks in hand at a time: they then stay near the processor
MOST = 2e9  # bytes of sampled results held at a time
THREADS = 2
"""Threads share out futures; every sum is made within one of them in a fixed order, so their number changes no byte of a result."""

Progress = Callable[[float], None]
Cancel = Callable[[], bool]
Measured = dict[str, Floats]


@dataclass(frozen=True, eq=False)
class Sampled:
    """A sampled answer; exact, so whoever shows it protects it.

    rows         the cuts asked for, headcount (people at the start), measure, mean, p10, p25, p50, p75, p90 (FTE), met_chance (how likely
                 supply is at least demand; of the gap)
    total        year, measure, mean, p10, p25, p50, p75, p90, met_chance: of all rows together
    convergence  role_family (missing: not mapped), of ("total" or "role_family"), measure, draws, percentile, fte, error (standard error of
                 the percentile, FTE): at the end of the horizon, each role family where rows are told apart by it
    """

    rows: pd.DataFrame
    total: pd.DataFrame
    convergence: pd.DataFrame
    draws: int
    seed: int


def sample(
    question: Question,
    draws: int = DRAWS,
    seed: int = 1,
    *,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    threads: int = THREADS,
) -> Sampled:
    """Draw futures of a question and return the fan of each row of its answer.

    `progress` is told the share done. Raises ScenarioError for an unknown cut, cuts that cannot be asked for together, too few futures, and
    more numbers than memory should hold; PlanError with status cancelled.
    """
    _check(question, draws)
    layout = Layout.of(question)
    _check_size(layout, draws)
    run = Run(question, layout, Futures.drawn(question.factors, draws, seed), cancel)
    with ThreadPoolExecutor(threads) as pool:
        return _gathered(run, run.units(pool, progress))


def _check(question: Question, draws: int) -> None:
    check(question.by, CUTS)
    faults = []
    if "skill" in question.by and {"band", "age_band"} & set(question.by):
        action = "Ask for skills without it: who holds a skill is known by role level."
        found = ", ".join(question.by)
        faults.append(Fault("Skills by band or age", "--by", found=found, allowed="skill without band and age_band", action=action))
    if draws < FEWEST:
        faults.append(Fault("Too few futures", "--draws", found=f"{draws}", allowed=f"{FEWEST} or more", action="Draw more."))
    if faults:
        raise ScenarioError(faults)


def _check_size(layout: Layout, draws: int) -> None:
    largest = max((len(unit.rows) for unit in layout.units), default=0)
    needed = 8.0 * len(MEASURES) * largest * len(layout.points) * draws * (1 if len(layout.units) == 1 else THREADS)
    if needed > MOST:
        found = f"{largest:,} rows at {len(layout.points)} times in {draws:,} futures, {needed / 1e9:.1f} GB"
        action = "Ask for fewer cuts, leave out the year, or draw fewer futures; by organisation, region or ICB the same rows take less."
        raise ScenarioError(
            [Fault("More numbers than memory should hold", "--by", found=found, allowed=f"{MOST / 1e9:.1f} GB", action=action)]
        )


@dataclass(frozen=True, eq=False)
class _Answer:
    """Hold what is kept of a unit: its rows told, and sums for the total and by role family, each of shape (points or families, draws)."""

    rows: pd.DataFrame
    total: Measured
    families: Measured


class Run:
    """Run a question through its futures; `chance`: whole people come and go at random within each."""

    def __init__(self, question: Question, layout: Layout, futures: Futures, cancel: Cancel | None = None, *, chance: bool = True) -> None:
        self.question, self.layout, self.futures, self.cancel, self.chance = question, layout, futures, cancel, chance
        self.seed = futures.seed or 0
        self.shared = Shared.of(futures, layout.families)
        self.median = Shared.of(Futures.at(question.factors, [{}]), layout.families)
        periods = question.scenario.periods
        self.pace = [t / periods for t in layout.points]  # a demand factor is one of the horizon's end
        growth = {family: futures.multiplier("demand", family) for family in layout.families}
        self.growth = {family: [multiplier**pace for pace in self.pace] for family, multiplier in growth.items()}

    def units(self, pool: ThreadPoolExecutor, progress: Progress | None) -> Iterator[_Answer]:
        """Yield the answer of each unit, in order; one unit is shared out over threads by futures, several one by one."""
        units = self.layout.units
        tell = progress or (lambda _: None)
        if len(units) == 1:
            yield self.unit(units[0], pool, tell)
            return
        for done, answer in enumerate(pool.map(self.unit, units), start=1):
            tell(done / len(units))
            yield answer

    def unit(self, unit: Unit, pool: ThreadPoolExecutor | None = None, tell: Progress | None = None) -> _Answer:
        """Run one unit."""
        return self._answer(unit, *self.amounts(unit, pool, tell))

    def amounts(self, unit: Unit, pool: ThreadPoolExecutor | None = None, tell: Progress | None = None) -> tuple[Floats, Floats | None]:
        """Return supply and demand of a unit, each of shape (points, rows, futures)."""
        own = [self._own(course) for course in unit.courses]
        varying = self._varying(unit)
        size = (len(self.layout.points), len(unit.rows), self.futures.count)
        supply = np.empty(size)
        blocks = [slice(first, min(first + AT_ONCE, size[2])) for first in range(0, size[2], AT_ONCE)]
        fill = partial(self._fill, unit, own, varying, supply)
        for done, _ in enumerate(map(fill, blocks) if pool is None else pool.map(fill, blocks), start=1):
            if tell:
                tell(done / len(blocks))
        return supply, self._demand(unit)

    def _own(self, course: Course) -> Measured:
        """Return the multipliers that are an organisation's own."""
        found = {name: self.futures.own(name, course.organisation) for name in ("leaving", "joining", "promotion", "ageing", "pipeline")}
        return {name: multiplier for name, multiplier in found.items() if multiplier is not None}

    def _varying(self, unit: Unit) -> list[Variation]:
        """Return how rows stray; by skill how the groups that carry the skills do, course by course."""
        if not self.chance or not unit.courses:
            return []
        if not unit.carried:
            return [Variation.of(unit.courses, unit.place, len(unit.rows), self.median)]
        return [Variation.of([course], [_by_group(course)], len(course.groups), self.median) for course in unit.courses]

    def _fill(self, unit: Unit, own: list[Measured], varying: list[Variation], supply: Floats, futures: slice) -> None:
        """Fill in the supply of some futures, shape (points, rows, futures); numbers of chance belong to the unit and the block."""
        into = np.zeros((*supply.shape[:2], futures.stop - futures.start))
        block = str(futures.start // AT_ONCE)
        for number, course in enumerate(unit.courses):
            self._ask()
            if unit.carried:
                self._carry(unit, number, own[number], varying[number] if varying else None, futures, into)
                continue
            for some in _near(course, futures):
                inside = slice(some.start - futures.start, some.stop - futures.start)
                for point, stock in self._told(course.follow(self.shared, own[number], some)):
                    _add(stock, unit.place[number], into[point][:, inside])
        if varying and not unit.carried:
            random = stream(self.seed, "chance", unit.name, block)
            for point, strays in self._told(varying[0].walk(random, futures.stop - futures.start)):
                into[point] += strays
        supply[:, :, futures] = into

    def _carry(self, unit: Unit, number: int, own: Measured, varying: Variation | None, futures: slice, into: Floats) -> None:
        """Add the staff of a course who hold the skills that its groups carry."""
        course, carried = unit.courses[number], unit.carried[number]
        count = futures.stop - futures.start
        staff = np.zeros((len(self.layout.points), len(course.groups), count))
        for some in _near(course, futures):
            inside = slice(some.start - futures.start, some.stop - futures.start)
            for point, stock in self._told(course.follow(self.shared, own, some)):
                staff[point][:, inside] = stock.sum(axis=0)
        if varying:
            random = stream(self.seed, "chance", course.organisation, str(futures.start // AT_ONCE))
            for point, strays in self._told(varying.walk(random, count)):
                staff[point] += strays
        place = self.futures.ranks()[futures] / TENTH
        for point, there in enumerate(staff):
            into[point] += carried.holders(point, there, place)

    def _told(self, every: Iterator[Floats]) -> Iterator[tuple[int, Floats]]:
        """Pick the periods at which the answer is told, numbered."""
        points = {t: point for point, t in enumerate(self.layout.points)}
        for t, amounts in enumerate(every):
            if t in points:
                yield points[t], amounts

    def _demand(self, unit: Unit) -> Floats | None:
        """Return posts needed, shape (points, rows, futures)."""
        if unit.posts is None:
            return None
        demand = np.zeros((len(self.layout.points), len(unit.rows), self.futures.count))
        for (code, family), row, fte in zip(unit.posts.key, unit.posts.row, unit.posts.fte, strict=True):
            own = self.futures.own("demand", code) if code else None
            for point, (pace, growth) in enumerate(zip(self.pace, self.growth[family], strict=True)):
                demand[point, row] += fte[point] * (growth if own is None else growth * own**pace)
        return demand

    def _answer(self, unit: Unit, supply: Floats, demand: Floats | None) -> _Answer:
        measured = {"supply": supply} if demand is None else {"supply": supply, "demand": demand}
        total = {name: amounts.sum(axis=1) for name, amounts in measured.items()}
        families = {}
        if "role_family" in self.question.by:
            place = np.array([self.layout.families.index(family) for family in unit.rows["role_family"]], dtype=np.intp)
            for name, amounts in measured.items():
                families[name] = np.zeros((len(self.layout.families), supply.shape[2]))
                np.add.at(families[name], place, amounts[-1])
        return _Answer(_fans(unit.rows, measured, list(self.layout.points.values())), total, families)

    def _ask(self) -> None:
        if self.cancel is not None and self.cancel():
            raise PlanError("cancelled", "Cancelled; nothing was kept.")


def _near(course: Course, futures: slice) -> Iterator[slice]:
    """Divide futures so that the stocks of a course in some of them stay near the processor."""
    width = max(50, NEAR // course.opening.size)
    for first in range(futures.start, futures.stop, width):
        yield slice(first, min(first + width, futures.stop))


def _by_group(course: Course) -> np.ndarray:
    ages, groups = course.opening.shape
    return np.broadcast_to(np.arange(groups), (ages, groups))


def _add(stock: Floats, place: np.ndarray, into: Floats) -> None:
    """Add stocks of shape (ages, groups, futures) to their rows, over ages first where ages are not told apart."""
    if (place == place[0]).all():
        for row, amounts in zip(place[0], stock.sum(axis=0), strict=True):
            into[row] += amounts
        return
    for rows, groups in zip(place, stock, strict=True):
        for row, amounts in zip(rows, groups, strict=True):
            into[row] += amounts


def _fans(rows: pd.DataFrame, measured: Measured, names: list[str]) -> pd.DataFrame:
    """Return mean, percentiles and met_chance of each measure, row and point; measures of shape (points, rows, draws) are used up."""
    means = {name: amounts.mean(axis=2) for name, amounts in measured.items()}
    if "demand" in measured:
        means["gap"] = means["demand"] - means["supply"]
    every = _possible(measured)
    size = len(rows)
    frames = []
    for name, amounts in every.items():
        met = (amounts <= 0).mean(axis=2) if name == "gap" else np.full(amounts.shape[:2], np.nan)
        amounts.sort(axis=2)
        numbers = {"mean": means[name]} | {f"p{percent}": _at(amounts, percent) for percent in PERCENTS} | {"met_chance": met}
        frame = rows.loc[rows.index.repeat(len(names))].reset_index(drop=True)
        frame = frame.assign(year=names * size, measure=name)
        frames.append(frame.assign(**{number: np.round(values.T.ravel(), 6) + 0.0 for number, values in numbers.items()}))
    return pd.concat(frames, ignore_index=True)


def _possible(measured: Measured) -> Measured:
    """Return the measures, with the gap where there is demand; supply below none is none.

    Chance is normal, and takes a few people below none in some futures. Percentiles of rows and of totals are those of supply that is not,
    each by itself. Means are those of all numbers as drawn, and totals add these up: whatever the cuts, means then add up to the same total,
    while each row cut off at none would add to it.
    """
    supply = np.maximum(measured["supply"], 0.0, out=measured["supply"])
    return measured | ({"gap": measured["demand"] - supply} if "demand" in measured else {})


def _at(ordered: Floats, percent: float) -> Floats:
    """Return a percentile of numbers in order along the last axis, interpolated between two of them."""
    place = percent / 100 * (ordered.shape[-1] - 1)
    first, share = int(place), place % 1
    low, high = ordered[..., first], ordered[..., min(first + 1, ordered.shape[-1] - 1)]
    return np.asarray(low + (high - low) * share, dtype=np.float64)


def error_of(ordered: Floats, percent: float) -> float:
    """Return the standard error of a percentile of independent numbers in order: half of what lies one standard error of its rank around it."""
    count, share = len(ordered), percent / 100
    spread = np.sqrt(count * share * (1 - share))
    low, high = (int(np.clip(round(count * share + side * spread), 0, count - 1)) for side in (-1, 1))
    return float(ordered[high] - ordered[low]) / 2


def _gathered(run: Run, answers: Iterator[_Answer]) -> Sampled:
    """Put the answers of all units together, in their order."""
    question, layout = run.question, run.layout
    rows: list[pd.DataFrame] = []
    total: Measured = {}
    families: Measured = {}
    for answer in answers:
        rows.append(answer.rows)
        for into, some in ((total, answer.total), (families, answer.families)):
            for name, amounts in some.items():
                into[name] = into[name] + amounts if name in into else amounts
    names = list(layout.points.values())
    ends = {name: amounts[-1].copy() for name, amounts in total.items()}
    convergence = _convergence(ends, families, layout.families)
    whole = {name: amounts[:, None, :] for name, amounts in total.items()}
    fan = _fans(pd.DataFrame(index=[0]), whole, names)
    every = pd.concat(rows, ignore_index=True)
    every["measure"] = pd.Categorical(every["measure"], MEASURES)
    every = every.sort_values([*question.keys, "measure", "year"], kind="stable", ignore_index=True).astype({"measure": "str"})
    for key in question.keys:
        every[key] = every[key].astype("str").where(every[key] != "")
    numbers = ["headcount", "measure", "mean", *(f"p{percent}" for percent in PERCENTS), "met_chance"]
    return Sampled(every[[*question.by, *numbers]], fan, convergence, run.futures.count, run.seed)


def _convergence(ends: Measured, families: Measured, names: list[str]) -> pd.DataFrame:
    of: list[tuple[Literal["total", "role_family"], str | None, Measured]] = [("total", None, ends)]
    if families:
        of += [("role_family", name or None, {key: amounts[at] for key, amounts in families.items()}) for at, name in enumerate(names)]
    rows = []
    for kind, family, amounts in of:
        for measure, drawn in _possible(amounts).items():
            for part in PARTS_DRAWN:
                ordered = np.sort(drawn[: len(drawn) // part])
                told = [(percent, float(_at(ordered, percent)), error_of(ordered, percent)) for percent in (10, 50, 90)]
                rows += [(kind, family, measure, len(ordered), percent, round(fte, 6), round(error, 6)) for percent, fte, error in told]
    return pd.DataFrame(rows, columns=["of", "role_family", "measure", "draws", "percentile", "fte", "error"])
