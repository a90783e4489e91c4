"""The use cases of choosing between plans: put two side by side, and see how evenly the teams of an organisation gain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd

from app import tradeoff_words
from app.money import MoneyResult
from app.pipeline import following, replacing, write_json
from app.pipeline.plans import FRAMES, PLANNED, MoneyRequest, PlanJob, PlanRequest, PlanResult, checked
from skills_model import comparison, gap, milestones
from skills_model.assumptions import Assumptions
from skills_model.comparison import Comparison, Side
from skills_model.errors import DataError, Fault
from skills_model.planning.describe import Described
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
from skills_model.store import Store

SHORTEST = 6  # characters of a run's id that may stand for it


def made(store: Store, scope: Scope) -> pd.DataFrame:
    """List the plans of the store, newest first: run, organisation, options, status, requested_at, finished_at, result."""
    runs = store.runs(scope)
    return runs[(runs["kind"] == "plan") & runs["status"].isin(PLANNED)].reset_index(drop=True)


def side(store: Store, scope: Scope, name: str) -> Side:
    """Read a plan by the folder that it was written to, the name that it was adopted under, or its run, of which the first characters are enough.

    Raises DataError where there is none, or several runs begin so.
    """
    folder = Path(name)
    if (folder / "plan.json").is_file():
        return _folder(folder)
    row = _run(store, scope, name)
    found = of_run(store, scope, row)
    return found if str(row["run"]).startswith(name) else replace(found, label=name)


def of_run(store: Store, scope: Scope, row: pd.Series) -> Side:
    """Read a plan of the store; what it was made from is worked out again from what was asked."""
    asked = json.loads(row["options"])
    asked.pop("version", None)
    request = PlanRequest(**asked)
    scenario = checked(store, scope, request)
    described = PlanResult.from_json(str(row["result"])).described
    assumptions = Assumptions.of(store, scope).with_values(scenario.assumptions)
    return Side(f"plan {str(row['run'])[:8]}", described, scenario, assumptions)


def compare(store: Store, scope: Scope, first: str, second: str, out: Path | None = None) -> Comparison:
    """Put two plans side by side and, where asked, write what differs as CSV files; raises DataError or ScenarioError."""
    faults: list[Fault] = []
    sides: list[Side] = []
    for name in (first, second):
        try:
            sides.append(side(store, scope, name))
        except DataError as error:
            faults += error.faults
    if faults:
        raise DataError(faults)
    found = comparison.compare(*sides)
    if out is not None:
        write(found, out)
    return found


def write(found: Comparison, folder: Path) -> None:
    """Write what differs between two plans: a CSV file a table, and compare.json that says which plans they are and what differs in short."""
    with replacing(folder) as new:
        write_json(new / "compare.json", told(found))
        for name, table in tables(found).items():
            table.to_csv(new / f"{name}.csv", index=False)


def told(found: Comparison) -> dict[str, object]:
    """Say which plans are compared, whose they are, and what differs in short."""
    return {
        "headline": tradeoff_words.headline(found),
        **{name: getattr(found, name) for name in ("first", "second")},
        **dict(zip(("first_about", "second_about"), found.about, strict=True)),
    }


def tables(found: Comparison) -> dict[str, pd.DataFrame]:
    """Return what differs between two plans as files hold it: settings in words, pounds to the penny, all else to four decimals."""
    pounds = found.results["unit"].str.startswith("pounds")
    figures = ["first", "second", "change"]
    whole = found.results.assign(**{name: found.results[name].round(2).where(pounds, found.results[name].round(4)) for name in figures})
    return {
        "inputs": tradeoff_words.settings(found.inputs),
        "results": whole,
        "actions": found.actions.round({**dict.fromkeys(figures, 4), "cost_change": 2}),
        "closes": found.closes.round(4),
        "cost": found.cost.round(2),
    }


def money_before(store: Store, scope: Scope, job: PlanJob) -> MoneyResult | None:
    """Return what other budgets would do to a plan, as it was worked out before; None where it was not, or not to its end."""
    rows = store.runs(scope, run=MoneyRequest(job.key, job.request).key)
    done = rows[rows["status"] == "optimal"]
    return None if done.empty else MoneyResult.from_json(str(done["result"].iloc[0]))


def keep_money(store: Store, scope: Scope, job: PlanJob, found: MoneyResult) -> None:
    """Keep what other budgets would do to a plan as a run of the store, once it is whole."""
    request = MoneyRequest(job.key, job.request)
    version = json.loads(following.plan_options(store, scope, job.request))["version"]
    asked = json.dumps(asdict(request) | {"version": version}, sort_keys=True)
    if found.summary["complete"] and store.claim_run(request.key, "money", request.organisation, asked) and store.start_run(request.key):
        store.finish_run(request.key, "optimal", result=found.to_json())


def fairness(store: Store, scope: Scope, organisation: str, plan: Described) -> pd.DataFrame:
    """Return how much of what each team lacks a plan closes; columns as `comparison.fairness`. Raises ScopeError outside one's own."""
    return comparison.fairness(store, scope, organisation, plan, gap.labels(store, scope), Assumptions.of(store, scope))


def _run(store: Store, scope: Scope, name: str) -> pd.Series:
    runs, adopted = made(store, scope), milestones.adopted(store, scope)
    wanted = dict(zip(adopted["plan"], adopted["run"], strict=True)).get(name, name)
    rows = runs[runs["run"].str.startswith(wanted)] if len(wanted) >= SHORTEST else runs.iloc[:0]
    if len(rows) == 1:
        return rows.iloc[0]
    known = [str(run)[:8] for run in runs["run"]]
    found = f"'{name}'" + (f", with which {len(rows)} plans begin" if len(rows) else "")
    allowed = "a folder that `skillsplan plan --out` wrote, an adopted plan, or a plan of the store" + _few([*adopted["plan"], *known])
    raise DataError([Fault("No such plan", "plans to compare", found=found, allowed=allowed, action="Correct the name.")])


def _few(known: Sequence[str]) -> str:
    return f": {', '.join(known[:5])}" + (f" and {len(known) - 5} more" if len(known) > 5 else "") if known else ", which has none yet"


def _folder(folder: Path) -> Side:
    try:
        told = json.loads((folder / "scenario.json").read_text(encoding="utf-8"))
        summary = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        there = [name for name in FRAMES if name != "ranges" or (folder / "ranges.csv").exists()]  # written only where there are some
        tables = {name: _csv(folder / f"{name}.csv") for name in there}
    except (OSError, ValueError) as error:
        found, action = f"{type(error).__name__}: {error}", "Write the plan again with `skillsplan plan --out`."
        raise DataError([Fault("Plan that cannot be read", folder.name, found=found, action=action)]) from error
    scenario = Scenario.checked(told["scenario"], folder.name)
    known = Assumptions.load()
    values = {item["assumption"]: float(item["value"]) for item in told["assumptions"] if item["assumption"] in known.by_name}
    return Side(folder.name, Described(summary=summary, **tables), scenario, known.with_values(values))


def _csv(path: Path) -> pd.DataFrame:
    """Read a table; one without rows has its headings alone."""
    return pd.read_csv(path) if path.read_text(encoding="utf-8").strip() else pd.DataFrame()
