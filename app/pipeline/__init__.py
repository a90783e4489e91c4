"""The use cases; the command line and the pages both call these and nothing deeper."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import platformdirs

from app.findings import NOT_KNOWN
from optimiser import explain as explaining
from optimiser import frontier as along
from optimiser import projection, solver
from optimiser.explain import Explanation
from optimiser.frontier import Frontier
from optimiser.plan import Plan
from optimiser.solver import Progress
from optimiser.tables import PlanningTables
from skills_model import gap, synthetic
from skills_model import organisations as organisation_list
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, Fault
from skills_model.framework import frameworks as shipped
from skills_model.privacy import Scope
from skills_model.reference import DATA
from skills_model.scenarios import usable
from skills_model.sources import pseudonym
from skills_model.store import Store

DEMONSTRATION_STORE = DATA.parent / "out" / "demo" / "england.duckdb"


def say(message: str) -> None:
    """Tell the user something on standard error."""
    sys.stderr.write(f"{message}\n")


def store_path(option: Path | None, tell: Callable[[str], None] = say, *, writing: bool = False) -> Path:
    """Find the store: the option, SKILLSPLAN_STORE, the platform's data folder, else the demonstration store, saying so.

    A command that writes a user's own data never means the demonstration unless it is named.
    """
    if option is not None:
        return option
    if named := os.environ.get("SKILLSPLAN_STORE"):
        return Path(named)
    own = platformdirs.user_data_path("skillsplan", appauthor=False) / "store.duckdb"
    if own.is_file() or writing:
        return own
    tell(f"Using the demonstration store {_short(DEMONSTRATION_STORE)}: invented organisations, not real staff.")
    return DEMONSTRATION_STORE


def demo_data(path: Path, organisation: str | None, seed: int, progress: Callable[[float, str], None] | None = None) -> pd.DataFrame:
    """Write the demonstration workforce into a store and return its organisations, largest first."""
    synthetic.demo_store(path, seed, organisation, progress=progress, replace=True)
    with Store.open(path) as store:
        return organisations(store, Scope.local())


def new_store(path: Path) -> None:
    """Make a store that holds the frameworks that come with the project, and nothing else yet."""
    with Store.create(path) as store:
        frames = shipped()
        store.write("frameworks", _digest(frames), "the frameworks that come with the project", frames)


def discard_unused(path: Path) -> None:
    """Remove a new store into which nothing was taken, so that an import that failed does not stand in the way of the demonstration."""
    with Store.open(path) as store:
        used = len(store.query("imports", Scope.local())) > 1
    if not used:
        for left in (path, pseudonym.key_file(path)):
            left.unlink(missing_ok=True)


def _digest(frames: Mapping[str, pd.DataFrame]) -> str:
    return hashlib.sha256("".join(f"{name}\n{frame.to_csv(index=False)}" for name, frame in frames.items()).encode()).hexdigest()


def organisations(store: Store, scope: Scope) -> pd.DataFrame:
    """List organisations, largest first: code, name, type, region, icb, headcount, fte, posts, vacancy_fte."""
    return organisation_list.organisations(store, scope)


def labels(store: Store, scope: Scope) -> Mapping[str, Mapping[str, str]]:
    """Return the names for people of the ids in each cut."""
    return gap.labels(store, scope)


def labelled(frame: pd.DataFrame, by: Sequence[str], names: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Put the name for people beside each cut, as `CUT_label`."""
    told = frame.copy()
    for place, cut in enumerate(by):
        told.insert(2 * place + 1, f"{cut}_label", frame[cut].map(names[cut]).fillna(NOT_KNOWN).astype("str"))
    return told


def assumptions(store: Store, scope: Scope, scenario: str = "baseline") -> Assumptions:
    """Return the assumptions that answers from a store rest on: the project's, the user's own and a scenario's in their place."""
    return Assumptions.of(store, scope).with_values(usable(store, scope, scenario).assumptions)


def optimise(
    folder: Path,
    out: Path | None = None,
    time_limit: float | None = None,
    gap: float = 0.0,
    progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """Solve a folder of planning tables and, where asked, write the plan; raises TablesError or PlanError. `time_limit` is seconds."""
    check_place(out)
    plan = solver.optimise_folder(folder, time_limit=time_limit, gap=gap, progress=progress)
    if out is not None:
        with replacing(out) as new:
            plan.write(new)
    return plan


def explain(
    folder: Path,
    out: Path | None = None,
    *,
    money: str | None = None,
    period: int | None = None,
    by: Sequence[str] | None = None,
    most: int = explaining.SHOWN,
    time_limit: float | None = None,
) -> tuple[Plan, Explanation]:
    """Solve a folder of planning tables and say why the plan is as it is; what runs into the time limit is left as the prices have it.

    Raises TablesError or PlanError. `time_limit` is seconds, for the plan and again for the explanation.
    """
    check_place(out)
    plan = solver.optimise_folder(folder, time_limit=time_limit)
    explanation = explaining.explain(plan, money=money, period=period, by=by, most=most, seconds=time_limit)
    if out is not None:
        with replacing(out) as new:
            explanation.write(new)
    return plan, explanation


def frontier(folder: Path, item: str, low: float, high: float, out: Path | None = None, *, period: int | None = None) -> Frontier:
    """Solve a folder of planning tables along a range of one limit, inflow or requirement; raises TablesError or PlanError."""
    check_place(out)
    curve = along.frontier(solver.optimise_folder(folder), item, low, high, period=period)
    if out is not None:
        with replacing(out) as new:
            curve.write(new)
    return curve


def project(folder: Path, out: Path | None = None) -> pd.DataFrame:
    """Project a folder of planning tables with every lever at zero: index stock, one column a period from 0."""
    check_place(out)
    stocks = projection.project(PlanningTables.read(folder))
    if out is not None:
        with replacing(out) as new:
            stocks.to_csv(new / "stocks.csv")
    return stocks


def check_place(folder: Path | None) -> None:
    """Refuse a place for results that is a file, or that holds planning tables, whose files some results would replace; raises DataError."""
    if folder is None:
        return
    allowed, action = "a folder of its own", "Name another place."
    if folder.exists() and not folder.is_dir():
        raise DataError([Fault("Not a folder", "--out", found=f"the file '{folder}'", allowed=allowed, action=action)])
    if (folder / "problem.toml").exists():
        raise DataError([Fault("A folder of planning tables", "--out", found=f"'{folder}'", allowed=allowed, action=action)])


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Give an empty folder to write to; when all is written, put each file in the place of its namesake in the folder asked for."""
    check_place(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        new = Path(temporary) / "new"
        new.mkdir()
        yield new
        folder.mkdir(exist_ok=True)
        for item in new.iterdir():
            place = folder / item.name
            if place.is_dir():
                shutil.rmtree(place)
            item.replace(place)


def write_json(path: Path, content: object) -> None:
    """Write something as a JSON file for people to read."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _short(path: Path) -> str:
    """Return a path as seen from the current folder where it lies below it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
