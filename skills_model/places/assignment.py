"""Who could go: an exact assignment of people to training places, with time to learn by team, fairness between teams, and a lot among equals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, sparse  # type: ignore[import-untyped]

BANDS = ("high", "middle", "low")
SECONDS = 2.0
"""Time that one stage may take; a stage that runs into it keeps the best answer so far, and the result says so."""

SLACK = 1e-6  # hours, which are no whole numbers

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """People and places, in plain tables; nothing in them says anything of a person but team, band of need and what they lack.

    people   one row a person: person, team, band (of BANDS)
    offers   one row an offer: offer, line, of_line (places of all offers of the line, people), places (the most of them that are of this
             one), due (those that are of this one where nothing speaks for another), period (first), until (last period under way)
    options  one row a person and an offer they could take: person, offer, ranks (that they would gain, a whole number)
    gains    one row a person, an offer and a rank they would gain: person, offer, skill, rank, enters (whether they hold the rank below)
    hours    one row an offer and a period: offer, period, hours (away, of one person)
    time     one row a team and a period: team, period, hours (that may be spent on learning)
    shares   one row a team: team, share (places in proportion to need)
    most     places that one person may be offered
    away     hours that one person may be away in a period; one place at a time is always possible
    tolerance  places by which a team may differ from its share
    """

    people: pd.DataFrame
    offers: pd.DataFrame
    options: pd.DataFrame
    gains: pd.DataFrame
    hours: pd.DataFrame
    time: pd.DataFrame
    shares: pd.DataFrame
    most: int
    away: float
    tolerance: float


@dataclass(frozen=True)
class Answer:
    """Who is offered which place: `chosen` has person and offer; `proven` says that no better assignment exists; `beyond` is what teams
    differ from their shares by more than the tolerance (places, added up).
    """

    chosen: pd.DataFrame
    ranks: int
    beyond: float
    proven: bool


def assign(question: Question, seed: int) -> Answer:
    """Assign people to places, in stages of which each keeps what the ones before have reached.

    1 gain the most ranks, counted in people; 2 bring teams within the tolerance of their shares; 3 reach the most different people;
    4 take the higher bands of need first; 5 draw lots among all that is equally good. A person gains each rank once, and a rank only after
    the one below; places of an offer, hours of a team, and places and hours of a person are limits.
    """
    options = question.options.sort_values(["person", "offer"]).reset_index(drop=True)
    if options.empty:
        return Answer(options[["person", "offer"]], 0, 0.0, proven=True)
    rows = _Rows(question, options)
    solver = _Stages(rows)
    ranks = solver.best(-rows.on_options(options["ranks"].to_numpy(dtype=float)))
    beyond = solver.best(rows.on_teams(1.0), whole=False)
    solver.best(rows.on_people(-np.ones(rows.people)))
    solver.best(rows.on_people(-_by_band(question.people, rows.names)))
    solver.best(_lots(rows, seed))
    taken = solver.answer[: len(options)] > 0.5
    return Answer(options.loc[taken, ["person", "offer"]].reset_index(drop=True), round(-ranks), max(0.0, beyond), solver.proven)


def _by_band(people: pd.DataFrame, names: pd.Index) -> Numbers:
    """Weigh one person of the high band above all of the middle one."""
    worth = {"high": float(len(names) + 1), "middle": 1.0, "low": 0.0}
    return np.asarray(people.set_index("person")["band"].map(worth).reindex(names), dtype=np.float64)


def _lots(rows: _Rows, seed: int) -> Numbers:
    """Draw a number for each person, which decides who goes, and a small one for each option, which decides to what; the lowest sum wins.

    What begins when it is due goes before what begins at another time.
    """
    draw = np.random.default_rng(seed)
    who, what = draw.random(rows.people), draw.random(rows.options) + rows.untimely()
    return rows.on_people(who) + rows.on_options(what / (2000.0 * rows.options))


class _Stages:
    """Solves one objective after the other, each on the best of those before."""

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows
        self._matrix, self._lower, self._upper = rows.matrix()
        self.answer: Numbers = np.zeros(rows.width)
        self.proven = True

    def best(self, costs: Numbers, *, whole: bool = True) -> float:
        """Return the least cost, and hold it from now on; `whole` says that it can only be a whole number."""
        found = optimize.milp(
            costs,
            integrality=self._rows.whole(),
            bounds=optimize.Bounds(0.0, self._rows.bounds()),
            constraints=optimize.LinearConstraint(self._matrix, self._lower, self._upper),
            options={"time_limit": SECONDS, "mip_rel_gap": 0.0},
        )
        if found.x is None:  # the answer of the stage before is still allowed
            self.proven = False
            value = float(costs @ self.answer)
        else:
            self.proven &= found.status == 0
            self.answer = found.x
            value = float(found.fun)
        value = float(round(value)) if whole else value
        self._matrix = sparse.vstack([self._matrix, sparse.csr_array(costs[None, :])], format="csr")
        self._lower = np.append(self._lower, -np.inf)
        self._upper = np.append(self._upper, value + (0.5 if whole else 1e-6))
        return value


class _Rows:
    """Variables and limits. Variables: each option (0 or 1), each person (0 or 1: has a place), each team (places beyond the tolerance)."""

    def __init__(self, question: Question, options: pd.DataFrame) -> None:
        self._question = question
        self._options = options
        self.names = pd.Index(np.sort(options["person"].unique()))
        team = question.people.set_index("person")["team"]
        self._team = options["person"].map(team)
        self._teams = pd.Index(np.sort(self._team.unique()))
        self.options, self.people, self.teams = len(options), len(self.names), len(self._teams)
        self.width = self.options + self.people + self.teams
        columns = options[["person", "offer"]].assign(column=np.arange(self.options))
        gains = question.gains.merge(columns, on=["person", "offer"])
        self._gains = gains.merge(question.offers[["offer", "period", "until"]], on="offer")

    def on_options(self, values: Numbers) -> Numbers:
        """Return an objective on options alone."""
        return np.concatenate([values, np.zeros(self.people + self.teams)])

    def on_people(self, values: Numbers) -> Numbers:
        """Return an objective on people alone."""
        return np.concatenate([np.zeros(self.options), values, np.zeros(self.teams)])

    def on_teams(self, value: float) -> Numbers:
        """Return an objective on teams alone."""
        return np.concatenate([np.zeros(self.options + self.people), np.full(self.teams, value)])

    def whole(self) -> Numbers:
        """Return which variables are whole numbers: options; the others follow."""
        return self.on_options(np.ones(self.options))

    def bounds(self) -> Numbers:
        """Return the upper bounds of the variables."""
        return np.concatenate([np.ones(self.options + self.people), np.full(self.teams, np.inf)])

    def matrix(self) -> tuple[sparse.csr_array, Numbers, Numbers]:
        """Return every limit: matrix, lower and upper bounds."""
        parts = [self._places(), self._most(), self._of_person(), self._each_rank_once(), self._after(), self._hours(), self._reached()]
        parts += [self._of_line(), self._over(), self._under()]
        rows = [part for part in parts if part[0].shape[0]]
        upper = np.concatenate([part[1] for part in rows])
        return sparse.vstack([part[0] for part in rows], format="csr"), np.full(len(upper), -np.inf), upper

    def _places(self) -> tuple[sparse.csr_array, Numbers]:
        """Fill at most the places of each offer."""
        row, offers = pd.factorize(self._options["offer"], sort=True)
        places = self._question.offers.set_index("offer")["places"].reindex(offers)
        return self._sparse(row, np.arange(self.options), 1.0, len(offers)), places.to_numpy(dtype=float)

    def _of_line(self) -> tuple[sparse.csr_array, Numbers]:
        """Fill at most the places of each line, in whichever of its periods."""
        offers = self._question.offers.set_index("offer")
        row, lines = pd.factorize(self._options["offer"].map(offers["line"]), sort=True)
        places = offers.drop_duplicates("line").set_index("line")["of_line"].reindex(lines)
        return self._sparse(row, np.arange(self.options), 1.0, len(lines)), places.to_numpy(dtype=float)

    def untimely(self) -> Numbers:
        """Return which options begin in a period in which no place of their line is due."""
        due = self._options["offer"].map(self._question.offers.set_index("offer")["due"])
        return np.asarray(due == 0, dtype=np.float64)

    def _most(self) -> tuple[sparse.csr_array, Numbers]:
        """Offer nobody more places than one person may have."""
        row = self.names.get_indexer(pd.Index(self._options["person"]))
        return self._sparse(row, np.arange(self.options), 1.0, self.people), np.full(self.people, float(self._question.most))

    def _of_person(self) -> tuple[sparse.csr_array, Numbers]:
        """Keep to the time that each person may be away; what takes longer than that is possible by itself."""
        away = self._options.assign(column=np.arange(self.options))[["person", "offer", "column"]].merge(self._question.hours, on="offer")
        row, keys = pd.factorize(pd.MultiIndex.from_frame(away[["person", "period"]]))
        most = np.full(len(keys), self._question.away)
        np.maximum.at(most, row, away["hours"].to_numpy(dtype=float))
        return self._sparse(row, away["column"], away["hours"].to_numpy(dtype=float), len(keys)), most + SLACK

    def _each_rank_once(self) -> tuple[sparse.csr_array, Numbers]:
        """Let nobody gain a rank twice."""
        gains = self._gains
        return self._at_most_one(gains["column"].to_numpy(), [gains["person"], gains["skill"], gains["rank"]])

    def _after(self) -> tuple[sparse.csr_array, Numbers]:
        """Offer a rank whose rank below is not held only after a place that leads to that one is over."""
        gains = self._gains
        later = gains[~gains["enters"]].assign(below=lambda rows: rows["rank"] - 1).reset_index(drop=True)
        # Ranks that one place gives together need no other place before it.
        given = gains.set_index(["person", "offer", "skill", "rank"]).index
        own = pd.MultiIndex.from_frame(later[["person", "offer", "skill", "below"]]).isin(given)
        later = later[~own].reset_index(drop=True).rename_axis("row").reset_index()
        earlier = later.merge(
            gains[["person", "skill", "rank", "column", "until"]],
            left_on=["person", "skill", "below"],
            right_on=["person", "skill", "rank"],
            suffixes=("", "_before"),
        )
        earlier = earlier[earlier["until_before"] < earlier["period"]]
        matrix = self._sparse(later["row"], later["column"], 1.0, len(later))
        return matrix - self._sparse(earlier["row"], earlier["column_before"], 1.0, len(later)), np.zeros(len(later))

    def _hours(self) -> tuple[sparse.csr_array, Numbers]:
        """Keep to the time that each team has for learning."""
        away = self._options.assign(column=np.arange(self.options), team=self._team).merge(self._question.hours, on="offer")
        row, keys = pd.factorize(pd.MultiIndex.from_frame(away[["team", "period"]]))
        time = self._question.time.set_index(["team", "period"])["hours"].reindex(keys)
        return self._sparse(row, away["column"], away["hours"].to_numpy(dtype=float), len(keys)), time.to_numpy(dtype=float) + SLACK

    def _reached(self) -> tuple[sparse.csr_array, Numbers]:
        """Count a person as reached only with a place."""
        row = self.names.get_indexer(pd.Index(self._options["person"]))
        people = np.arange(self.people)
        without = self._sparse(people, self.options + people, 1.0, self.people)
        return without - self._sparse(row, np.arange(self.options), 1.0, self.people), np.zeros(self.people)

    def _over(self) -> tuple[sparse.csr_array, Numbers]:
        """Count the places of a team above its share and the tolerance."""
        share, counted, beyond = self._by_team()
        return counted - beyond, share + self._question.tolerance

    def _under(self) -> tuple[sparse.csr_array, Numbers]:
        """Count the places of a team below its share and the tolerance."""
        share, counted, beyond = self._by_team()
        return -counted - beyond, self._question.tolerance - share

    def _by_team(self) -> tuple[Numbers, sparse.csr_array, sparse.csr_array]:
        share = self._question.shares.set_index("team")["share"].reindex(self._teams).fillna(0.0).to_numpy(dtype=float)
        teams = np.arange(self.teams)
        counted = self._sparse(self._teams.get_indexer(pd.Index(self._team)), np.arange(self.options), 1.0, self.teams)
        return share, counted, self._sparse(teams, self.options + self.people + teams, 1.0, self.teams)

    def _at_most_one(self, column: npt.NDArray[np.int64], keys: Iterable[pd.Series[Any]]) -> tuple[sparse.csr_array, Numbers]:
        row, found = pd.factorize(pd.MultiIndex.from_arrays(list(keys)))
        several = np.bincount(row, minlength=len(found)) > 1
        keep = several[row]
        number = np.cumsum(several) - 1
        matrix = self._sparse(number[row[keep]], column[keep], 1.0, int(several.sum()))
        return matrix, np.ones(matrix.shape[0])

    def _sparse(self, row: npt.ArrayLike, column: npt.ArrayLike, value: npt.ArrayLike, height: int) -> sparse.csr_array:
        rows, columns = np.asarray(row), np.asarray(column)
        values = np.broadcast_to(np.asarray(value, dtype=float), rows.shape)
        return sparse.csr_array((values, (rows, columns)), shape=(height, self.width))
