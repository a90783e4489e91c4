"""The use cases of plans: prepare planning tables, solve them, say what more money would do, write a plan with all it takes to repeat it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from importlib.metadata import version
from io import StringIO
from pathlib import Path

import pandas as pd

from app import findings, money
from app.money import MoneyResult
from app.pipeline import replacing, write_json
from app.pipeline.solving import Sitting
from optimiser import explain as explaining
from optimiser.errors import PlanError
from optimiser.plan import Plan
from optimiser.relaxation import alternatives, how_much
from optimiser.resolve import Held
from optimiser.solver import Progress
from optimiser.tables import PlanningTables
from optimiser.whole_starts import with_starts
from skills_model import organisations as organisation_list
from skills_model import planning
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, Fault, ScenarioError
from skills_model.planning import Described, Inputs, World, levy, refusal
from skills_model.planning.describe.actions import programme
from skills_model.planning.refusal import Refusal
from skills_model.planning.rewriting import Written
from skills_model.privacy import Scope
from skills_model.scenario import PERIODS_PER_YEAR, Scenario
from skills_model.scenarios import usable
from skills_model.store import Store

FRAMES = tuple(item.name for item in fields(Described) if item.name != "summary")
ADDED_UP = ("cost", "one_off", "recurrent", "whole_life", "pounds")
POUNDS = ("unit_cost", "enters_at", "into", "used", "expired", "left", "coinvested", "into_nothing", "expired_nothing")
"""Columns of a plan's tables that are pounds: those that people add up, and others."""
DIGITS = 15  # after the point, the most that pandas writes: a plan that is read back is told in the same words
PLANNED = frozenset({"optimal", "feasible"})
"""How a run ends that gives a plan."""
REMEMBERED = 4  # readings of the store
PATIENCE = 10.0  # seconds to look for what may be given up


@dataclass(frozen=True)
class PlanRequest:
    """What a planner asks for.

    `budget` is pounds of development over the whole horizon, beside the money that the store has; None for that alone. `settings` is JSON
    laid over the scenario, `relaxed` JSON of what was given up so that there is a plan, `follows` the run of the plan that this one goes
    on from as it really went.
    """

    organisation: str
    budget: float | None
    periods: int = 12
    scenario: str = "baseline"
    settings: str = "{}"
    relaxed: str = "[]"
    follows: str = ""


@dataclass(frozen=True)
class MoneyRequest:
    """Ask what more or less money would do to a plan; `plan` is its run."""

    plan: str
    request: PlanRequest

    @property
    def organisation(self) -> str:
        """Return the code of the plan's organisation."""
        return self.request.organisation

    @property
    def key(self) -> str:
        """Return the SHA-256 of everything that decides the answer, so that it is worked out once."""
        return hashlib.sha256(json.dumps(["money", self.plan, money.POINTS, explaining.STEPS]).encode()).hexdigest()


@dataclass(frozen=True)
class PlanJob:
    """A plan ready to be solved anywhere: planning tables and the world they were written from; no row is a person.

    `notes` is what there is to say of it beside what the plan itself tells: for one that follows another, how it does. Periods up to
    `after` are over, and so is their money.
    """

    request: PlanRequest
    written: Written
    notes: tuple[str, ...] = ()
    after: int = 0

    @property
    def world(self) -> World:
        """Return the world of the plan."""
        return self.written.world

    @property
    def inputs(self) -> Inputs:
        """Return the facts that it starts from."""
        return self.world.inputs

    @property
    def scenario(self) -> Scenario:
        """Return the scenario, the request's settings laid over it."""
        return self.world.scenario

    @property
    def assumptions(self) -> Assumptions:
        """Return the assumptions, the scenario's own in their place."""
        return self.world.assumptions

    @property
    def tables(self) -> PlanningTables:
        """Return the planning tables."""
        return self.written.tables

    @property
    def key(self) -> str:
        """Return the SHA-256 of everything that decides the plan, so that the same inputs are solved once."""
        versions = {name: version(name) for name in ("skillsplan", "pulp", "highspy")}
        values = self.assumptions.frame()[["assumption", "value", "low", "high"]].to_csv(index=False)
        problem = self.tables.problem.as_toml()
        decided = [problem, dict(self.written.digests), self.scenario.model_dump(mode="json"), values, self.request.relaxed, versions]
        return hashlib.sha256(json.dumps(decided, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class MoneyJob:
    """A plan ready to be solved again with other budgets; no row is a person."""

    plan: PlanJob
    key: str


@dataclass(frozen=True)
class PlanResult:
    """A plan in the planner's words, with the solved plan itself where it was solved in this process.

    `held` is the starts that its whole people fix beside the tables of its job; None where they were not kept with it. `solved_at` is when it
    was solved (UTC), where it was read back from the store.
    """

    described: Described
    plan: Plan | None = None
    job: PlanJob | None = None
    held: tuple[Held, ...] | None = None
    solved_at: dt.datetime | None = None

    @property
    def tables(self) -> PlanningTables | None:
        """Return the planning tables whose best plan it is, its whole starts held; None where they cannot be made out."""
        if self.plan is not None:
            return self.plan.tables
        return None if self.job is None or self.held is None else with_starts(self.job.tables, self.held)

    @property
    def ended(self) -> str:
        """Return how its solve ended: feasible too where the best plan was found, but no time was left for all that is asked of it."""
        return str(self.summary["status"]) if self.summary.get("in_time", True) else "feasible"

    @property
    def summary(self) -> dict[str, object]:
        """Return the totals, as `plan.json` holds them."""
        return self.described.summary

    @property
    def actions(self) -> pd.DataFrame:
        """Return what to do."""
        return self.described.actions

    @property
    def closes(self) -> pd.DataFrame:
        """Return what the plan closes against doing nothing."""
        return self.described.closes

    @property
    def cost(self) -> pd.DataFrame:
        """Return pounds by stream, year and action."""
        return self.described.cost

    @property
    def path(self) -> pd.DataFrame:
        """Return the way of the gap, period by period."""
        return self.described.path

    @property
    def programme(self) -> pd.DataFrame:
        """Return what to do as a programme of work: by quarter in the first year, later by year."""
        return programme(self.actions, PERIODS_PER_YEAR["quarter"] if self.summary["period"] == "quarter" else 0)

    def to_json(self, frames: Collection[str] = FRAMES) -> str:
        """Write the plan as one JSON text; of its tables those named, of the others only the headings."""
        tables = {name: getattr(self.described, name).iloc[: None if name in frames else 0] for name in FRAMES}
        written = {name: table.to_json(orient="table", index=False, double_precision=DIGITS) for name, table in tables.items()}
        starts = None if self.plan is None or self.job is None else [vars(use) for use in _held(self.plan.tables, self.job.tables)]
        return json.dumps({"summary": self.summary, "tables": written, "held": starts})

    @classmethod
    def from_json(cls, text: str) -> PlanResult:
        """Read a plan that `to_json` wrote, in this version or in one that told less."""
        content = json.loads(text)
        tables = {name: pd.read_json(StringIO(table), orient="table", precise_float=True) for name, table in content["tables"].items()}
        summary = content["summary"]
        summary.setdefault("budget_total", summary["budget"])
        starts = content.get("held")
        held = None if starts is None else tuple(Held(**use) for use in starts)
        return cls(Described(summary=summary, **{name: _told(name, table) for name, table in tables.items()}), held=held)


def _held(tables: PlanningTables, before: PlanningTables) -> list[Held]:
    """Return the starts that tables hold beside those that they were before."""
    keys = ["lever", "period", "minimum", "maximum"]
    rows = tables.lever_periods[keys].merge(before.lever_periods[keys], how="left", indicator=True)
    own = rows[rows["_merge"] == "left_only"]
    return [Held(str(row.lever), int(str(row.period)), float(str(row.minimum)), float(str(row.maximum))) for row in own.itertuples()]


def _told(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Make days days again, and add the columns that came later.

    Of each kind its first sentence is told in short, who learns is told in FTE, and the levy of doing nothing is not known.
    """
    if "starts_on" in table:
        table = table.assign(starts_on=pd.to_datetime(table["starts_on"]).dt.date)
    if name == "actions" and "headcount" not in table:
        return table.assign(headcount=table["fte"])
    if name in {"limits", "left_out"} and "in_short" not in table:
        return table.assign(in_short=table["sentence"].where(~table["kind"].duplicated(), ""))
    return table.reindex(columns=table.columns.union(pd.Index(levy.COLUMNS), sort=False)) if name == "levy" else table


@dataclass(eq=False)
class Readings:
    """Remember what a few plans started from, so that another budget for the same organisation need not read and write it all again.

    It holds as long as nothing is taken in or undone, and the scenario differs in its money only.
    """

    kept: dict[tuple[str, Scope, str, str, str], Written] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def written(self, store: Store, scope: Scope, request: PlanRequest, settings: Scenario) -> Written:
        """Return the planning tables of a request before anything is given up; raises DataError or ScenarioError."""
        imports = store.query("imports", scope)[["import_run", "undone_at"]].to_csv(index=False)
        key = (str(store.path), scope, request.organisation, imports, settings.model_dump_json(exclude={"budget"}) + request.follows)
        with self.lock:
            known = self.kept.get(key)
        written = None if known is None else known.again(settings)
        if written is None:
            assumptions = Assumptions.of(store, scope).with_values(settings.assumptions)
            written = Written.of(planning.read(store, scope, request.organisation, settings, assumptions), settings, assumptions)
        with self.lock:
            self.kept.pop(key, None)
            self.kept[key] = written
            for old in list(self.kept)[:-REMEMBERED]:
                del self.kept[old]
        return written


def prepare_plan(store: Store, scope: Scope, request: PlanRequest, readings: Readings | None = None) -> PlanJob:
    """Read what a plan needs and write its planning tables; raises DataError or ScenarioError, with every fault of the request at once."""
    settings = checked(store, scope, request)
    given_up = refusal.accepted(request.relaxed)
    written = (readings or Readings()).written(store, scope, request, settings)
    if given_up:
        written = Written.holding(written.world, refusal.relaxed(written.tables, given_up))
    return PlanJob(request, written)


def checked(store: Store, scope: Scope, request: PlanRequest) -> Scenario:
    """Return the scenario of a request once its organisation, budget and horizon are known to be possible."""
    unknown: list[Fault] = []
    wrong: list[Fault] = []
    try:
        organisation_list.known(store, scope, [request.organisation])
    except DataError as error:
        unknown = list(error.faults)
    try:
        settings = usable(store, scope, request.scenario)
    except ScenarioError as error:
        wrong = list(error.faults)
        settings = Scenario.load("baseline")  # its quarters allow every horizon that another scenario would
    try:
        settings = planning.with_budget(settings, request.budget, request.periods).with_settings(json.loads(request.settings))
    except ScenarioError as error:
        wrong = [*wrong, *error.faults]
    if wrong:
        raise ScenarioError([*unknown, *wrong])
    if unknown:
        raise DataError(unknown)
    return settings


class RefusedError(PlanError):
    """No plan, said in the planner's words; `refusal` has what may be given up so that there is one."""

    def __init__(self, error: PlanError, told: Refusal) -> None:
        super().__init__(error.status, str(told), error.conflict, error.relaxation)
        self.error = error
        self.refusal = told

    def __reduce__(self) -> tuple[type[RefusedError], tuple[PlanError, Refusal]]:
        """Let it travel between processes."""
        return type(self), (self.error, self.refusal)


def solve_plan(
    job: PlanJob,
    cancel: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
    time_limit: float | None = None,
    sitting: Sitting | None = None,
    first: Callable[[PlanResult], None] | None = None,
) -> PlanResult:
    """Solve a prepared plan, from the problem that a sitting keeps where only money differs; raises PlanError where none is proven.

    `time_limit` is seconds. `first` hears of the plan before its starts are made whole people, told briefly.
    """
    world = job.world

    def told(plan: Plan, beside: Callable[[], Mapping[str, object]], *, briefly: bool = False) -> PlanResult:
        described = planning.describe(plan, world, briefly=briefly)
        said = list(described.summary["notes"]) if isinstance(described.summary["notes"], list) else []
        notes: dict[str, object] = {
            **beside(),
            "relaxed": refusal.told(refusal.accepted(job.request.relaxed), world),
            "follows": job.request.follows,
        }
        summary = described.summary | notes | {"notes": [*job.notes, *said]}
        return PlanResult(replace(described, summary={"finding": findings.plan_finding(summary)} | summary), plan, job)

    def heard(plan: Plan, worth: Callable[[], dict[str, object] | None]) -> None:
        if first is not None:
            first(told(plan, lambda: {"whole_people": None, "last_pound": worth()}, briefly=True))

    try:
        with _told_to_planners():
            solved = (sitting or Sitting()).solve(
                job.tables,
                world,
                cancel=cancel,
                progress=progress,
                time_limit=time_limit,
                first=None if first is None else heard,
                after=job.after,
            )
            return told(solved.plan, lambda: solved.notes)
    except PlanError as error:
        if error.status != "infeasible":
            raise
        raise RefusedError(error, refused(job.tables, world, error, cancel)) from error


@contextmanager
def _told_to_planners() -> Iterator[None]:
    """Say in a planner's words that a solve came to no end."""
    try:
        yield
    except PlanError as error:
        said = refusal.in_words(error)
        if said is error:
            raise
        raise said from error


def refused(tables: PlanningTables, world: World, error: PlanError, cancel: Callable[[], bool] | None = None) -> Refusal:
    """Say why there is no plan, and look for what may be given up, the least first."""
    groups = refusal.asked_about(error)
    found = [
        [(change.family, change.item, change.period, change.change) for change in changes]
        for changes in sorted(alternatives(tables, groups, PATIENCE, cancel), key=how_much)
    ]
    return refusal.explained(error, world, found)


def make_plan(
    store: Store, scope: Scope, request: PlanRequest, time_limit: float | None = None, sitting: Sitting | None = None
) -> PlanResult:
    """Plan for one organisation; raises DataError, ScenarioError or PlanError."""
    return solve_plan(prepare_plan(store, scope, request), time_limit=time_limit, sitting=sitting)


def prepare_money(store: Store, scope: Scope, request: MoneyRequest, readings: Readings | None = None) -> MoneyJob:
    """Read a plan's facts again; raises DataError where they are not those that the plan was made from."""
    job = prepare_plan(store, scope, request.request, readings)
    if job.key != request.plan:
        found = "other data, or another version of Skillsplan, than when it was made"
        raise DataError([Fault("Plan out of date", "the plan", found=found, action="Build the plan again, and ask this of the new one.")])
    return MoneyJob(job, request.key)


def work_out_money(
    job: MoneyJob,
    cancel: Callable[[], bool] | None = None,
    solved: Callable[[int], None] | None = None,
    time_limit: float | None = None,
    sitting: Sitting | None = None,
) -> MoneyResult:
    """Solve a plan again with other budgets, from the problem that a sitting keeps where it has it; `solved` hears how many are done.

    Raises PlanError. `time_limit` is seconds.
    """
    with _told_to_planners():
        return (sitting or Sitting()).more_money(
            job.plan.tables, job.plan.world, cancel=cancel, solved=solved, time_limit=time_limit, after=job.plan.after
        )


def write_plan(result: PlanResult, folder: Path, *, drivers: bool = False) -> None:
    """Write a plan with all that is needed to repeat it: plan.json, its tables, planning tables and scenario; all or nothing.

    `drivers` adds the cells that each uncertain assumption moves, which takes half a minute.
    """
    job, tables = result.job, result.tables
    if job is None or tables is None:
        raise ValueError("a plan can be written with its planning tables only where its job and its starts are known")
    with replacing(folder) as new:
        write_json(new / "plan.json", {"run": job.key, **result.summary})
        write_json(
            new / "scenario.json",
            {"scenario": job.scenario.model_dump(mode="json"), "assumptions": job.assumptions.frame().to_dict(orient="records")},
        )
        for name in FRAMES:
            if name != "ranges" or len(result.described.ranges):  # a plan has ranges once it was followed through sampled futures
                in_pence(getattr(result.described, name)).to_csv(new / f"{name}.csv", index=False)
        in_pence(result.programme).round({"fte": 3}).to_csv(new / "programme.csv", index=False)
        if drivers:
            planning.drivers(job.inputs, job.scenario, job.assumptions).to_csv(new / "drivers.csv", index=False)
        tables.write(new / "tables")


def in_pence(table: pd.DataFrame) -> pd.DataFrame:
    """Round the pounds of a plan's table to the penny; amounts that people add up keep their sum, those of a stream its own.

    >>> in_pence(pd.DataFrame({"cost": [0.333, 0.333, 0.334], "unit_cost": 0.333}))["cost"].tolist()
    [0.33, 0.34, 0.33]
    """
    for name in table.columns.intersection([*ADDED_UP]):
        own = table["stream"] if name == "pounds" else pd.Series(0, index=table.index)
        sums = table[name].groupby(own).cumsum().round(2)
        table = table.assign(**{name: sums.groupby(own).diff().fillna(sums)})
    return table.round(dict.fromkeys(table.columns.intersection([*ADDED_UP, *POUNDS]), 2))
