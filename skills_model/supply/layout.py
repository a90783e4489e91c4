"""Which stocks and posts make up which rows of a sampled answer, and at which periods it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import sparse  # type: ignore[import-untyped]

from skills_model.cuts import PLACES
from skills_model.factor import Factor, Floats
from skills_model.scenario import Scenario
from skills_model.supply.course import Course, Courses, Ints
from skills_model.supply.model import Rates
from skills_model.supply.tables import Parts

Key = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Ranks:
    """Tell who holds the required rank of a skill, as shares of the staff of a role level, from 0 to 1.

    `table` has organisation, role_level and skill; `shares` has shape (low, middle and high, rows of the table, periods 0 to T).
    """

    table: pd.DataFrame
    shares: Floats


@dataclass(frozen=True, eq=False)
class Question:
    """Everything that a sampled answer depends on but chance.

    moving   everything that moves the staff of the area, as finely as the cuts ask: by role level for role level, band and skill
    places   organisation, organisation_type, region, icb
    demand   as `demand.needed` returns it: organisation, role_family, role_level, band, then FTE at the end of periods 0 to T; None: supply
             alone, as for age bands, of which posts have none
    growing  what is uncertain in demand
    ranks    needed for the cut skill alone
    """

    moving: Parts
    rates: Rates
    by: tuple[str, ...]
    places: pd.DataFrame
    demand: pd.DataFrame | None = None
    growing: tuple[Factor, ...] = ()
    ranks: Ranks | None = None

    @property
    def scenario(self) -> Scenario:
        """Return the scenario that the staff follow."""
        return self.moving.scenario

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Return everything uncertain."""
        return (*self.rates.factors, *self.growing)

    @property
    def keys(self) -> list[str]:
        """Return the cuts that tell rows apart at one time."""
        return [cut for cut in self.by if cut != "year"]


@dataclass(frozen=True, eq=False)
class Posts:
    """Hold posts needed, part by part: the row that each is in, its key (organisation, role family), FTE of shape (parts, points)."""

    row: Ints
    key: list[Key]
    fte: Floats


@dataclass(frozen=True, eq=False)
class Carried:
    """Tell which groups of a course carry which rows, by skill.

    held     for each point the shares of the groups that are in the rows, shape (rows, 3 groups): the middle, then how far the low lies
             below it and the high above
    group    of the links whose low and high differ; so are `share`, low, middle and high, of shape (3, points, links), and `links`, 1 in
             the row of each, of shape (rows, links)
    """

    held: tuple[sparse.csr_array, ...]
    group: Ints
    share: Floats
    links: sparse.csr_array

    @classmethod
    def of(cls, group: Ints, row: Ints, share: Floats, size: tuple[int, int]) -> Carried:
        """Put links of a group with a row together; `share` has shape (3, points, links), `size` is rows and groups."""
        rows, groups = size
        share = np.clip(share, 0.0, 1.0)
        low, middle, high = share
        at = np.tile(row, 3), np.concatenate([group, group + groups, group + 2 * groups])
        sides = np.concatenate([middle, middle - low, high - middle], axis=1)
        held = tuple(sparse.csr_array((side, at), shape=(rows, 3 * groups)) for side in sides)
        for shares in held:
            shares.eliminate_zeros()
        wide = np.flatnonzero((low != high).any(axis=0))
        links = sparse.csr_array((np.ones(len(wide)), (row[wide], np.arange(len(wide)))), shape=(rows, len(wide)))
        return cls(held, group[wide], share[:, :, wide], links)

    def holders(self, point: int, staff: Floats, place: Floats) -> Floats:
        """Return holders of shape (rows, futures) among staff of shape (groups, futures); `place` is -1 at the low and 1 at the high.

        Shares are straight on both sides of the middle, so that a product adds them up; some reach 0 or 1 beyond the low or the high, and
        stay there.
        """
        below, above = np.minimum(place, 0.0), np.maximum(place, 0.0)
        holders = np.asarray(self.held[point] @ np.concatenate([staff, staff * below, staff * above]), dtype=np.float64)
        beyond = np.flatnonzero(np.abs(place) > 1)
        low, middle, high = self.share[:, point, :, None]
        share = middle + (middle - low) * below[beyond] + (high - middle) * above[beyond]
        holders[:, beyond] += self.links @ (staff[:, beyond][self.group] * (np.clip(share, 0.0, 1.0) - share))
        return holders


@dataclass(frozen=True, eq=False)
class Unit:
    """Hold a part of the answer whose rows no organisation outside it shares.

    `rows` has the keys and headcount; `place` tells for each course the row of each (age, group); `carried` replaces it by skill.
    """

    name: str
    rows: pd.DataFrame
    courses: list[Course]
    place: list[Ints]
    carried: list[Carried]
    posts: Posts | None


@dataclass(frozen=True, eq=False)
class Layout:
    """Hold the units, and the periods at which the answer is told with the financial years that end then."""

    units: list[Unit]
    points: dict[int, str]
    families: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, question: Question) -> Layout:
        """Lay out the answer to a question."""
        told = years(question.scenario)
        points = told if "year" in question.by else dict([list(told.items())[-1]])
        made, posts = Courses.of(question.moving, question.rates), _needed(question)
        families = sorted({*made.cells["role_family"], *([] if posts is None else posts["role_family"])})
        return cls(_units(question, made, posts, list(points)), points, families)


def years(scenario: Scenario) -> dict[int, str]:
    """Return the periods at whose end a financial year is told, and the year."""
    return scenario.year_ends()


def _needed(question: Question) -> pd.DataFrame | None:
    """Return the posts needed, "" for what is missing of their keys."""
    if question.demand is None or "age_band" in question.by:
        return None
    return _blank(question.demand, ["organisation", "role_family", "role_level", "band"])


def _units(question: Question, made: Courses, posts: pd.DataFrame | None, points: list[int]) -> list[Unit]:
    keys = question.keys
    where = [cut for cut in PLACES if cut in keys]
    staff = _linked(_placed(made.cells, question.places, where), question)
    posts = None if posts is None else _linked(_placed(posts, question.places, where), question)
    told = [frame[keys].assign(all=0) for frame in (staff, posts) if frame is not None]
    rows = pd.concat(told, ignore_index=True).drop_duplicates().sort_values(["all", *keys], ignore_index=True)
    rows["unit"] = rows.groupby(["all", *where]).ngroup()
    rows["row"] = rows.groupby("unit").cumcount()
    staff = staff.assign(all=0).merge(rows, on=["all", *keys])
    heads = staff.groupby(["unit", "row"])["headcount"].sum()
    rows["headcount"] = heads.reindex(pd.MultiIndex.from_frame(rows[["unit", "row"]])).fillna(0).round().to_numpy(dtype="int64")
    by_unit = dict(iter(staff.groupby("unit")))
    needs = (
        {} if posts is None else dict(iter(posts.assign(all=0).merge(rows.drop(columns="headcount"), on=["all", *keys]).groupby("unit")))
    )
    nobody = None if posts is None else posts.iloc[:0].assign(row=0)
    return [
        _unit(question, made.every, part, where, by_unit.get(unit, staff.iloc[:0]), needs.get(unit, nobody), points)
        for unit, part in rows.groupby("unit")
    ]


def _unit(
    question: Question, every: Sequence[Course], rows: pd.DataFrame, where: list[str], staff: pd.DataFrame, posts: pd.DataFrame | None,
    points: list[int],
) -> Unit:  # fmt: skip
    """Lay out one unit; where it is one organisation's it bears its name, so that its chances are the same alone and among others."""
    chosen, place, carried = [], [], []
    staff = staff.sort_values(["course", "row"], kind="stable")
    numbers, firsts = np.unique(staff["course"].to_numpy(dtype=np.intp), return_index=True)
    columns = ["age", "group", "row", *(["link"] if "link" in staff else [])]
    parts = np.split(staff[columns].to_numpy(dtype=np.intp), firsts[1:])
    for number, cells in zip(numbers, parts if len(numbers) else [], strict=True):
        course = every[int(number)]
        chosen.append(course)
        if question.ranks is None or "skill" not in question.by:
            at = np.zeros(course.opening.shape, dtype=np.intp)
            at[cells[:, 0], cells[:, 1]] = cells[:, 2]
            place.append(at)
        else:
            group, row, link = np.unique(cells[:, 1:], axis=0).T
            share = question.ranks.shares[:, link][:, :, points].transpose(0, 2, 1)
            carried.append(Carried.of(group, row, share, (len(rows), len(course.groups))))
    alone = [("organisation", course.organisation) for course in chosen]
    name = " ".join(f"{cut} {value}" for cut, value in (alone if len(alone) == 1 else [(cut, rows[cut].iloc[0]) for cut in where]))
    return Unit(name, rows[[*question.keys, "headcount"]].reset_index(drop=True), chosen, place, carried, _posts(question, posts, points))


def _posts(question: Question, posts: pd.DataFrame | None, points: list[int]) -> Posts | None:
    """Add up posts that are in one row and as uncertain as each other; an organisation's own part needs them apart."""
    if posts is None:
        return None
    own = any(factor.organisation_spread for factor in question.growing)
    keyed = posts.assign(code=posts["organisation"] if own else "")
    summed = keyed.groupby(["row", "code", "role_family"])[points].sum()
    row, code, family = (summed.index.get_level_values(name) for name in ("row", "code", "role_family"))
    return Posts(row.to_numpy(dtype=np.intp), list(zip(code, family, strict=True)), summed.to_numpy(dtype="float64"))


def _placed(frame: pd.DataFrame, places: pd.DataFrame, where: Sequence[str]) -> pd.DataFrame:
    """Put beside a frame by organisation where the organisations are."""
    wanted = [cut for cut in where if cut != "organisation"]
    return _blank(frame.merge(places[["organisation", *wanted]], on="organisation", how="left"), wanted) if wanted else frame


def _linked(frame: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Put beside a frame by role level the skills that it needs, and the row of the ranks held; nothing where no skill is asked for."""
    if question.ranks is None or "skill" not in question.by:
        return frame
    links = _blank(question.ranks.table, ["organisation", "role_level", "skill"])
    return frame.merge(links[["organisation", "role_level", "skill"]].assign(link=np.arange(len(links))), on=["organisation", "role_level"])


def _blank(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return a frame with "" for what is missing of its keys."""
    return frame.assign(**{name: frame[name].astype("str").fillna("") for name in columns})
