"""The contract between a model and the optimiser: thirteen plain tables and a `problem.toml`, read whole and written whole.

Everything that changes over time is a stock; everything a planner can do is a lever with effects on stocks. `TABLES` says once
what each table holds; reading, checking, writing and the method page all follow from it.
"""

from __future__ import annotations

import hashlib
import json
import time
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd

from optimiser.cells import Typed, csv_frame, csv_text, typed
from optimiser.checks import check_tables, missing_folder, problem_faults, read_faults
from optimiser.contract import ATTRIBUTED, TABLES
from optimiser.errors import Fault, TablesError
from optimiser.files import write_together

DEFAULT_STAGES = ("shortfall", "cost", "moves")
KEYS = {name: table.key for name, table in TABLES.items()}
NUMBERS = {name: tuple(column.name for column in table.columns if column.kind == "number") for name, table in TABLES.items()}
"""The columns of each table that tell its rows apart, and those that hold numbers."""


@dataclass(frozen=True)
class Problem:
    """Hold what a `problem.toml` says: the horizon, the order of the stages, the descriptive columns.

    `discount` is per period: period t weighs 1 / (1 + discount)^t in the cost stage, and nowhere else.
    """

    periods: int
    period_label: str = "period"
    start: date | None = None
    discount: float = 0.0
    stages: tuple[str, ...] = DEFAULT_STAGES
    attributes: tuple[str, ...] = ()

    def as_toml(self) -> str:
        """Write the settings as the text of a `problem.toml`."""
        lines = [f"periods = {self.periods}", f"period_label = {_quoted(self.period_label)}"]
        lines += [f"start = {self.start.isoformat()}"] if self.start else []
        lines += [f"discount = {float(self.discount)!r}"]
        lines += [f"stages = [{', '.join(map(_quoted, self.stages))}]"]
        lines += [f"attributes = [{', '.join(map(_quoted, self.attributes))}]"]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, eq=False)
class PlanningTables:
    """Hold a planning problem that keeps the contract; made by `from_frames` or `read`, which check it whole.

    Ids are text, numbers are floats with NaN for a blank, `period` and `lag` are whole numbers or missing, flags are true, false or missing.
    Blanks stay blank: what they stand for is worked out by `optimiser.arrays`.
    """

    problem: Problem
    stocks: pd.DataFrame
    stock_periods: pd.DataFrame
    transitions: pd.DataFrame
    inflows: pd.DataFrame
    requirements: pd.DataFrame
    levers: pd.DataFrame
    lever_periods: pd.DataFrame
    effects: pd.DataFrame
    cover: pd.DataFrame
    limits: pd.DataFrame
    uses: pd.DataFrame
    history: pd.DataFrame
    goals: pd.DataFrame
    read_seconds: float = field(init=False, default=0.0, repr=False)

    @classmethod
    def from_frames(cls, problem: Problem, frames: Mapping[str, pd.DataFrame]) -> PlanningTables:
        """Build checked tables from frames; tables and columns left out count as blank.

        Raises TablesError with every fault.
        """
        settings = {item.name: getattr(problem, item.name) for item in fields(problem)}
        faults = problem_faults(settings, "problem")
        faults += [
            Fault("Unknown table", name, allowed=", ".join(TABLES), action="Rename or remove it.") for name in frames if name not in TABLES
        ]
        return cls._checked(settings, {name: frames[name] for name in TABLES if name in frames}, {name: name for name in TABLES}, faults)

    @classmethod
    def read(cls, folder: Path) -> PlanningTables:
        """Read a folder of CSV or Parquet tables with its `problem.toml`; other files are ignored.

        Raises TablesError with every fault.
        """
        started = time.perf_counter()
        folder = Path(folder)
        wrong = missing_folder(folder)
        if wrong:
            raise TablesError([wrong])
        settings, faults = _read_problem(folder / "problem.toml")
        files = {name: [path for path in (folder / f"{name}.csv", folder / f"{name}.parquet") if path.is_file()] for name in TABLES}
        sources = {name: found[-1].name if found else f"{name}.csv" for name, found in files.items()}
        read = {name: _read_table(found) for name, found in files.items() if found}
        faults += [fault for _, wrongs in read.values() for fault in wrongs]
        frames = {name: frame for name, (frame, _) in read.items() if frame is not None}
        tables = cls._checked(settings, frames, sources, faults, [name for name, (_, wrongs) in read.items() if wrongs])
        object.__setattr__(tables, "read_seconds", time.perf_counter() - started)
        return tables

    @classmethod
    def _checked(
        cls,
        settings: Mapping[str, object],
        frames: Mapping[str, pd.DataFrame],
        sources: Mapping[str, str],
        faults: list[Fault],
        unread: Collection[str] = (),
    ) -> PlanningTables:
        """Give every cell its type, check every rule, and only then make the object."""
        attributes = settings.get("attributes", ())
        known = bool(settings) and isinstance(attributes, list | tuple)  # else nobody can say which columns are unknown
        names = tuple(str(name) for name in attributes) if isinstance(attributes, list | tuple) else ()
        done: dict[str, Typed] = {}
        for name, table in TABLES.items():
            carried = names if name in ATTRIBUTED else ()
            done[name] = typed(table, frames.get(name, pd.DataFrame()), carried, sources[name], known=known)
            faults = faults + done[name].faults
        faults = faults + check_tables(settings, done, sources, unread)
        if faults:
            raise TablesError(faults)
        problem = Problem(**_settings(settings))  # type: ignore[arg-type]
        return cls(problem, **{name: table.frame.reset_index(drop=True) for name, table in done.items()})

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name, in the order of the contract."""
        return {name: getattr(self, name) for name in TABLES}

    def attributes_of(self, kind: Literal["stock", "lever", "limit"]) -> pd.DataFrame:
        """Return the attributes by id; a limit, which has a row for each period, takes the first that is there."""
        return self.frames()[f"{kind}s"].groupby(kind)[list(self.problem.attributes)].first()

    def write(self, folder: Path, fmt: Literal["csv", "parquet"] = "csv") -> None:
        """Write `problem.toml` and one file a table, so that `read` gives the same tables back to the last digit.

        All files are written or none. Tables of the other format, left from an earlier write, are removed: a folder may hold only one.
        """
        files: dict[str, bytes | pd.DataFrame] = {"problem.toml": self.problem.as_toml().encode()}
        for name, frame in self.frames().items():
            files[f"{name}.{fmt}"] = csv_text(frame).encode() if fmt == "csv" else frame
        other = "parquet" if fmt == "csv" else "csv"
        write_together(Path(folder), files, stale=[f"{name}.{other}" for name in TABLES])

    def digest(self) -> str:
        """Return the SHA-256 of the problem; the order of rows does not matter."""
        hashed = hashlib.sha256(self.problem.as_toml().encode())
        for name, frame in self.frames().items():
            lines = csv_text(frame).splitlines()
            hashed.update("\n".join([name, lines[0], *sorted(lines[1:])]).encode())
        return hashed.hexdigest()


def _quoted(text: str) -> str:
    """Write a TOML basic string; TOML and JSON escape alike once other alphabets are left as they are."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _settings(settings: Mapping[str, object]) -> dict[str, object]:
    """Turn lists into tuples and whole discounts into floats, so that a Problem read back equals the one written."""
    done = {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
    if isinstance(done.get("discount"), int):
        done["discount"] = float(str(done["discount"]))
    return done


def _read_problem(path: Path) -> tuple[dict[str, object], list[Fault]]:
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return {}, [Fault("Not readable as TOML", path.name, found=str(error), action="Correct the file.")]
    return settings, problem_faults(settings, path.name)


def _read_table(found: list[Path]) -> tuple[pd.DataFrame | None, list[Fault]]:
    if len(found) > 1:
        both = " and ".join(path.name for path in found)
        return None, [Fault("The same table twice", both, allowed="one file a table", action="Remove one of the two.")]
    path = found[0]
    if path.suffix == ".csv":
        return csv_frame(path)
    try:
        return pd.read_parquet(path), []
    except (OSError, ValueError) as error:
        return None, read_faults(path.name, str(error))
