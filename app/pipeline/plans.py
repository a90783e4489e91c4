"""The use cases of plans: prepare planning tables, solve them, say what more money would do, write a plan with all it takes to repeat it."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from io import StringIO
from pathlib import Path

import pandas as pd

from app import money
from app.money import MoneyResult
from app.pipeline import replacing, write_json
from optimiser import explain as explaining
from optimiser import solver
from optimiser.plan import Plan
from optimiser.solver import Progress
from optimiser.tables import PlanningTables
from skills_model import organisations as organisation_list
from skills_model import planning
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, Fault, ScenarioError
from skills_model.planning import Described, Inputs
from skills_model.planning.world import DEVELOPMENT
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
from skills_model.scenarios import usable
from skills_model.store import Store

FRAMES = ("actions", "closes", "cost", "path")


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
    """A plan ready to be solved anywhere: planning tables and the facts they came from; no row is a person."""

    request: PlanRequest
    inputs: Inputs
    scenario: Scenario
    assumptions: Assumptions
    tables: PlanningTables

    @property
    def key(self) -> str:
        """Return the SHA-256 of everything that decides the plan, so that the same inputs are solved once."""
        versions = {name: version(name) for name in ("skillsplan", "pulp", "highspy")}
        decided = [self.tables.digest(), self.scenario.model_dump(mode="json"), versions]
        return hashlib.sha256(json.dumps(decided, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class MoneyJob:
    """A plan ready to be solved again with other budgets; no row is a person."""

    plan: PlanJob
    key: str


@dataclass(frozen=True)
class PlanResult:
    """A plan in the planner's words, with the solved plan itself where it was solved in this process."""

    described: Described
    plan: Plan | None = None
    job: PlanJob | None = None

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

    def to_json(self) -> str:
        """Write the plan as one JSON text."""
        tables = {name: getattr(self.described, name).to_json(orient="table", index=False) for name in FRAMES}
        return json.dumps({"summary": self.summary, "tables": tables})

    @classmethod
    def from_json(cls, text: str) -> PlanResult:
        """Read a plan that `to_json` wrote."""
        content = json.loads(text)
        tables = {name: pd.read_json(StringIO(table), orient="table") for name, table in content["tables"].items()}
        return cls(Described(summary=content["summary"], **tables))


def prepare_plan(store: Store, scope: Scope, request: PlanRequest) -> PlanJob:
    """Read what a plan needs and write its planning tables; raises DataError or ScenarioError, with every fault of the request at once."""
    settings = _checked(store, scope, request)
    assumptions = Assumptions.of(store, scope).with_values(settings.assumptions)
    inputs = planning.read(store, scope, request.organisation, settings, assumptions)
    return PlanJob(request, inputs, settings, assumptions, planning.build(inputs, settings, assumptions))


def _checked(store: Store, scope: Scope, request: PlanRequest) -> Scenario:
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


def solve_plan(
    job: PlanJob,
    cancel: Callable[[], bool] | None = None,
    progress: Callable[[Progress], None] | None = None,
    time_limit: float | None = None,
) -> PlanResult:
    """Solve a prepared plan; raises PlanError where none is proven. `time_limit` is seconds."""
    plan = solver.optimise(job.tables, time_limit=time_limit, progress=progress, cancel=cancel)
    return PlanResult(planning.describe(plan, planning.build_world(job.inputs, job.scenario, job.assumptions)), plan, job)


def make_plan(store: Store, scope: Scope, request: PlanRequest, time_limit: float | None = None) -> PlanResult:
    """Plan for one organisation; raises DataError, ScenarioError or PlanError."""
    return solve_plan(prepare_plan(store, scope, request), time_limit=time_limit)


def prepare_money(store: Store, scope: Scope, request: MoneyRequest) -> MoneyJob:
    """Read a plan's facts again; raises DataError where they are not those that the plan was made from."""
    job = prepare_plan(store, scope, request.request)
    if job.key != request.plan:
        found = "other data, or another version of Skillsplan, than when it was made"
        raise DataError([Fault("Plan out of date", "the plan", found=found, action="Build the plan again, and ask this of the new one.")])
    return MoneyJob(job, request.key)


def work_out_money(
    job: MoneyJob,
    cancel: Callable[[], bool] | None = None,
    solved: Callable[[int], None] | None = None,
    time_limit: float | None = None,
) -> MoneyResult:
    """Solve a plan, then again with other budgets; `solved` hears how many are done. Raises PlanError. `time_limit` is seconds."""
    started = time.monotonic()
    plan = solver.optimise(job.plan.tables, time_limit=time_limit, cancel=cancel)
    left = math.inf if time_limit is None else max(0.0, time_limit - (time.monotonic() - started))
    world = planning.build_world(job.plan.inputs, job.plan.scenario, job.plan.assumptions)
    return money.work_out(
        plan, world.money(DEVELOPMENT), job.plan.inputs.labels["skill"], solved=solved, cancel=cancel, seconds=left
    )


def write_plan(result: PlanResult, folder: Path) -> None:
    """Write a plan with all that is needed to repeat it: plan.json, its tables, planning tables, scenario and drivers; all or nothing."""
    job = result.job
    if job is None:
        raise ValueError("only a plan that was solved in this process can be written with its planning tables")
    with replacing(folder) as new:
        write_json(new / "plan.json", result.summary)
        write_json(
            new / "scenario.json",
            {"scenario": job.scenario.model_dump(mode="json"), "assumptions": job.assumptions.frame().to_dict(orient="records")},
        )
        for name in FRAMES:
            getattr(result, name).to_csv(new / f"{name}.csv", index=False)
        planning.drivers(job.inputs, job.scenario, job.assumptions).to_csv(new / "drivers.csv", index=False)
        job.tables.write(new / "tables")
