"""One DuckDB file that holds everything: created, migrated, checked on writing, asked through named SQL with a Scope.

The connection never leaves this module; each unit of work has a cursor of its own, since threads that share one get one another's
results. The engine can reach no other file, extension or network once a store is open.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

import duckdb
import pandas as pd

from skills_model import links, rows, schema
from skills_model.assessment import RankRule
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, Fault, ScopeError, StoreError
from skills_model.privacy import Scope

SQL = Path(__file__).with_name("sql")
STORAGE = "v1.5.0"  # the oldest DuckDB that can still open the file, so that an adopter can step back
MEMORY = "2GB"
SPILL = "20GB"
FIRST_VERSION = 1
ENDED = frozenset({"optimal", "feasible", "infeasible", "unbounded", "stopped", "cancelled", "failed"})

_LEDGER = frozenset(
    {"run", "import_run", "replaced_row", "audit_log", "schema_version"}
)  # written by the store, yet not made of other rows
_CONCERN_ALL = ("framework", "role_level", "skill", "requirement", "crosswalk", "assumption")
_CONCERN_ONE = ("snapshot", "assignment", "assessment", "establishment", "mapping", "organisation_return")

_PROCESS = re.compile(r"PID (\d+)")
_USES = re.compile(r"^-- Uses: (.+)$", re.MULTILINE)
_HEADER = re.compile(r"\A(?:--[^\n]*\n|\s)*")

# How often this process has each store open: only the first opening may take the runs it finds for dead.
_opened: Counter[Path] = Counter()
_opening = threading.Lock()


@dataclass(frozen=True)
class Migration:
    """The step that brings a store to a version from the one before."""

    version: int
    name: str
    sql: str


def migrations(folder: Path = SQL / "migrations") -> tuple[Migration, ...]:
    """Read the migrations, files named 0002_what_it_does.sql, in their order without a hole."""
    found = [
        Migration(int(file.stem.partition("_")[0]), file.stem.partition("_")[2], file.read_text("utf-8"))
        for file in sorted(folder.glob("*.sql"))
    ]
    expected = list(range(FIRST_VERSION + 1, FIRST_VERSION + 1 + len(found)))
    if [migration.version for migration in found] != expected:
        raise ValueError(f"migrations must be numbered {expected}")
    return tuple(found)


class Store:
    """An open store; use it as a context manager, or close it."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self._connection = connection
        self._writing = threading.Lock()
        self._closed = False

    @classmethod
    def create(cls, path: Path) -> Store:
        """Make a new store and open it; a failure leaves no file.

        Raises DataError where the file is there already.
        """
        path = Path(path)
        if path.exists():
            fault = Fault("Store exists", str(path), found="a file of that name", action="Name another file, or remove this one first.")
            raise DataError([fault])
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f".{path.name}.{os.getpid()}.new")
        try:
            _make(half)
            half.replace(path)
        finally:
            for left in (half, half.with_name(half.name + ".wal")):
                left.unlink(missing_ok=True)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, page: str = "", steps: Sequence[Migration] | None = None) -> Store:
        """Open a store, bringing an older one up to date after a backup.

        `page` is the page of the app that does what the caller wants to do. Raises DataError where the file is missing, is no store, was
        made by a newer version, or is held by another process (named).
        """
        path = Path(path)
        _require_file(path)
        key = path.resolve()
        with _opening:
            connection = _connect(path, page)
            store = cls(path, connection)
            try:
                if not _opened[key]:
                    store._migrate(migrations() if steps is None else steps)
                    store._abandon_runs()
            except BaseException:
                connection.close()
                if not _opened[key]:
                    _remove_spill(path)
                raise
            _opened[key] += 1
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the store and give up the lock on its file."""
        with _opening:
            if self._closed:
                return
            self._closed = True
            self._connection.close()
            key = self.path.resolve()
            _opened[key] -= 1
            if not _opened[key]:
                del _opened[key]
                _remove_spill(self.path)

    # Asking

    def query(self, name: str, scope: Scope, **parameters: object) -> pd.DataFrame:
        """Run sql/<name>.sql and return its rows; a parameter that is not given is NULL.

        Only rows of the scope's own organisations come back, exact. Raises ScopeError where the rows are of single persons and the scope
        does not reach them.
        """
        if "\n-- Person-level: yes" in _read_sql(name) and not scope.person_level:
            raise ScopeError(f"The rows of '{name}' are about single people; your access does not include them.")
        own = None if scope.organisations is None else sorted(scope.organisations)
        return self._select(_compose(name), {"scope": own, **parameters})

    def export(self, table: str, scope: Scope) -> bytes:
        """Return a whole table as CSV in the order of its key, byte for byte the same for the same rows.

        Raises ScopeError unless the scope is everything, person-level included.
        """
        if scope.organisations is not None or not scope.person_level:
            raise ScopeError(f"A whole table ('{table}') can be exported only by somebody who may see everything.")
        model = _model(table)
        order = ", ".join(dict.fromkeys([*model.ORDER, *model.KEY]))
        names = ", ".join(column.name for column in schema.columns(model))
        frame = self._select(f"SELECT {names} FROM {table} ORDER BY {order}", {})
        return frame.to_csv(index=False, lineterminator="\n").encode()

    def digest(self, table: str, scope: Scope) -> str:
        """Return the SHA-256 of a table's export."""
        return hashlib.sha256(self.export(table, scope)).hexdigest()

    def version(self) -> int:
        """Return the number of the newest migration that the store has been through."""
        return int(self._select("SELECT max(version) AS version FROM schema_version", {})["version"].iloc[0])

    # Writing

    def write(
        self,
        kind: str,
        digest: str,
        source: str,
        frames: Mapping[str, pd.DataFrame],
        *,
        rule: RankRule | None = None,
        organisation: str | None = None,
        replace: bool = False,
        dry: bool = False,
    ) -> int:
        """Take in the rows of one source, all or nothing, and return the number of the import.

        Every row is checked against the row models, the keys and the references; the levels that people hold now are found anew for the
        organisations touched, by `rule` (default: the project's assumptions, with the user's own in their place). With `replace`, rows of
        editable tables take the place of those of the same key, which come back when the import is undone. `dry` does all of it and takes
        it back. Raises DataError with every fault, or where the same source was taken in before; StoreError where the disk cannot hold it.
        """
        clean, faults = _check_frames(frames)
        _require_space(self.path, sum(int(frame.memory_usage(index=False, deep=True).sum()) for frame in clean.values()))
        with self._changing(keep=not dry) as cursor:
            _refuse_twice(cursor, kind, digest)
            number = _next(cursor, "import_run", "import_run")
            for table, frame in clean.items():
                cursor.register(f"incoming_{table}", frame.assign(row=range(rows.FIRST, rows.FIRST + len(frame))))
                if replace and _model(table).EDITABLE:
                    _set_aside(cursor, table, number)
            faults += links.check(cursor.execute, list(clean))
            if faults:
                raise DataError(faults)
            taken = sum(_insert(cursor, table, number) for table in clean)
            _refresh(cursor, _touched(clean), rule or _rule(cursor))
            imported = [number, kind, digest, source, organisation, taken, _now()]
            cursor.execute("INSERT INTO import_run VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", imported)
            counts = ", ".join(f"{table} {len(frame)}" for table, frame in clean.items())
            _log(cursor, "import", f"import {number}, {kind}, {counts}")
        if not dry:
            self._checkpoint()
        return number

    def undo(self, number: int, *, rule: RankRule | None = None) -> dict[str, int]:
        """Take an import back, all of it, and return how many rows went by table; rows that it had replaced come back.

        An organisation that other imports are about stays, whichever import named it first. Raises DataError where there is no such import,
        where it was undone before, or where later imports build on it (named).
        """
        with self._changing() as cursor:
            _require_undoable(cursor, number)
            organisations = _touched_by(cursor, number)
            _keep_used_organisations(cursor, number)
            gone: dict[str, int] = {}
            for model in reversed(schema.TABLES):
                if model.TABLE not in schema.DERIVED:
                    deleted = cursor.execute(f"DELETE FROM {model.TABLE} WHERE import_run = ?", [number]).fetchone()
                    gone |= {model.TABLE: int(deleted[0])} if deleted and deleted[0] else {}
            _bring_back(cursor, number)
            _require_nothing_left_behind(cursor, number)
            _refresh(cursor, organisations, rule or _rule(cursor))
            cursor.execute("UPDATE import_run SET undone_at = ? WHERE import_run = ?", [_now(), number])
            _log(cursor, "undo", f"import {number}, " + ", ".join(f"{table} {count}" for table, count in gone.items()))
        self._checkpoint()
        return gone

    @contextmanager
    def supposing(
        self, frames: Mapping[str, pd.DataFrame], *, organisations: Sequence[str] | None = None, rule: RankRule | None = None
    ) -> Iterator[Store]:
        """Give the store as it would be with these rows, in place of those of the same key, for questions only.

        Nothing is written and nobody else sees it: the changed tables are temporary ones of one cursor, which hide the stored ones. What
        is derived is there for `organisations` (None: all). Raises DataError with every fault that writing the rows would have.
        """
        clean, faults = _check_frames(frames)
        with self._cursor() as cursor:
            for table, frame in clean.items():
                cursor.register(f"incoming_{table}", frame.assign(row=range(rows.FIRST, rows.FIRST + len(frame))))
                key = ", ".join(_model(table).KEY)
                replaced = f"ANTI JOIN incoming_{table} USING ({key})" if _model(table).EDITABLE else ""
                cursor.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM {table} {replaced}")
            faults += links.check(cursor.execute, list(clean))
            if faults:
                raise DataError(faults)
            for table in clean:
                _insert(cursor, table, 0)
            for table in sorted(schema.DERIVED - _LEDGER):
                cursor.execute(f"CREATE TEMP TABLE {table} AS FROM {table} LIMIT 0")
            _refresh(cursor, None if organisations is None else list(organisations), rule or _rule(cursor))
            yield _Supposed(self.path, cursor)

    @contextmanager
    def as_after(self, number: int, *, organisations: Sequence[str] | None = None, rule: RankRule | None = None) -> Iterator[Store]:
        """Give the store as it was after an import, for questions only: later rows are hidden, and rows that they replaced are back.

        Nothing is written and nobody else sees it. What is derived is there for `organisations` (None: all). An import undone since is as if
        it had never been.
        """
        with self._cursor() as cursor:
            stored = [model for model in schema.TABLES if model.TABLE not in schema.DERIVED]
            database = cursor.execute("SELECT current_database()").fetchall()[0][0]
            replaced = {table for (table,) in cursor.execute("SELECT DISTINCT of_table FROM replaced_row").fetchall()}
            for model in stored:
                names = ", ".join(column.name for column in schema.columns(model))
                back = f"UNION ALL ({_replaced(model, database, number)})" if model.TABLE in replaced else ""
                kept = f"SELECT {names}, import_run FROM {database}.main.{model.TABLE} WHERE import_run <= {number:d}"
                cursor.execute(f"CREATE TEMP VIEW {model.TABLE} AS {kept} {back}")
            for table in sorted(schema.DERIVED - _LEDGER):
                cursor.execute(f"CREATE TEMP TABLE {table} AS FROM {database}.main.{table} LIMIT 0")
            _refresh(cursor, None if organisations is None else list(organisations), rule or _rule(cursor))
            yield _Supposed(self.path, cursor)

    def record(self, action: str, detail: str) -> None:
        """Add an entry to the audit log, for exports and views that change nothing; no personal data in it."""
        with self._changing() as cursor:
            _log(cursor, action, detail)

    def broken_audit_entry(self) -> int | None:
        """Return the number of the first entry of the audit log that does not follow from the one before; None where all do."""
        previous = ""
        log = self._select("SELECT * FROM audit_log ORDER BY entry", {})
        for number, entry in enumerate(log.itertuples(index=False), start=1):
            happened_at = pd.Timestamp(str(entry.happened_at)).to_pydatetime()
            expected = _chain(previous, number, happened_at, str(entry.action), str(entry.detail))
            if (entry.entry, entry.previous, entry.digest) != (number, previous, expected):
                return number
            previous = expected
        return None

    # Runs

    def claim_run(self, run: str, kind: str, organisation: str, options: str) -> bool:
        """Ask for a run; True for the one caller who is to do it, False where it is being done or done.

        Runs that were cancelled, failed, abandoned or out of time may be claimed again.
        """
        with self._changing() as cursor:
            found = cursor.execute("SELECT status FROM run WHERE run = ?", [run]).fetchone()
            if found is None:
                asked = [run, kind, organisation, options, _now()]
                cursor.execute("INSERT INTO run VALUES (?, ?, ?, ?, 'queued', ?, NULL, '', NULL)", asked)
                return True
            if found[0] not in {"cancelled", "failed", "abandoned", "stopped"}:
                return False
            again = "UPDATE run SET status = 'queued', requested_at = ?, finished_at = NULL, message = '', result = NULL WHERE run = ?"
            cursor.execute(again, [_now(), run])
            return True

    def start_run(self, run: str) -> bool:
        """Mark a queued run as running; False where it is not queued."""
        with self._changing() as cursor:
            return _changed(cursor.execute("UPDATE run SET status = 'running' WHERE run = ? AND status = 'queued' RETURNING run", [run]))

    def finish_run(self, run: str, status: str, *, message: str = "", result: str | None = None) -> bool:
        """Record how a run ended, with its result; False where it is not under way any more."""
        if status not in ENDED | {"abandoned"}:
            raise ValueError(f"'{status}' is no end of a run")
        ended = (
            "UPDATE run SET status = ?, finished_at = ?, message = ?, result = ? "
            "WHERE run = ? AND status IN ('queued', 'running') RETURNING run"
        )
        with self._changing() as cursor:
            done = _changed(cursor.execute(ended, [status, _now(), message, result, run]))
            if done:
                _log(cursor, "run", f"run {run} ended: {status}")
        return done

    def improve_run(self, run: str, result: str) -> bool:
        """Put the best plan in the place of one that there was time for; False where it is not such a one, or somebody has adopted it."""
        better = (
            "UPDATE run SET status = 'optimal', finished_at = ?, result = ? "
            "WHERE run = ? AND status = 'feasible' AND NOT EXISTS (FROM adopted_plan WHERE adopted_plan.run = run.run) RETURNING run"
        )
        with self._changing() as cursor:
            done = _changed(cursor.execute(better, [_now(), result, run]))
            if done:
                _log(cursor, "run", f"run {run} ended: optimal, after more time")
        return done

    def runs(self, scope: Scope, organisations: Sequence[str] | None = None, run: str | None = None) -> pd.DataFrame:
        """Return the rows of the table run in the scope, newest first."""
        return self.query("runs", scope, organisations=None if organisations is None else list(organisations), run=run)

    # Inside

    def _select(self, text: str, parameters: Mapping[str, object]) -> pd.DataFrame:
        """Run one statement on a cursor of its own and fetch all of it before the cursor goes."""
        named = set(re.findall(r"\$([a-z_]+)", text))
        unknown = set(parameters) - named - {"scope"}
        if unknown:
            raise TypeError(f"the query has no parameter {sorted(unknown)}")
        with self._cursor() as cursor:
            frame = cursor.execute(text, {name: parameters.get(name) for name in named}).df()
            texts = [name for name, kind, *_ in cursor.description or [] if kind == "VARCHAR" and frame[name].dtype != "str"]
        return frame.astype(dict.fromkeys(texts, "str"))  # a column of blanks alone comes back as objects

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self._connection.cursor()
        try:
            yield cursor
        except duckdb.FatalException as error:
            self._connection.close()  # the engine refuses everything from now on; what was confirmed is in the file
            raise StoreError(
                f"The disk under {self.path} is full or has failed, and the store is closed. Free some space and open it again: "
                "everything that was confirmed is in it, and an import that got in at the last moment is refused by name when repeated."
            ) from error
        finally:
            cursor.close()

    @contextmanager
    def _changing(self, *, keep: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a cursor in a transaction of its own; any error takes all of it back, and so does the end where it is not to be kept."""
        with self._writing, self._cursor() as cursor:
            cursor.begin()
            try:
                yield cursor
                if keep:
                    cursor.commit()
                else:
                    cursor.rollback()
            except BaseException as error:
                with suppress(duckdb.Error):
                    cursor.rollback()
                if isinstance(error, duckdb.IOException):
                    raise StoreError(f"{self.path} could not be written: the disk is full or has failed. Nothing was changed.") from error
                raise

    def _checkpoint(self) -> None:
        """Fold the log into the file, so that opening it later has nothing to replay; readers may put it off."""
        with self._cursor() as cursor, suppress(duckdb.TransactionException):
            cursor.execute("CHECKPOINT")

    def _migrate(self, steps: Sequence[Migration]) -> None:
        version = _stored_version(self.path, self._connection)
        newest = FIRST_VERSION + len(steps)
        if version > newest:
            found = Fault(
                "Store made by a newer version",
                str(self.path),
                found=f"schema version {version}",
                allowed=f"up to {newest}",
                action="Update Skillsplan, or use another store.",
            )
            raise DataError([found])
        waiting = [step for step in steps if step.version > version]
        if waiting:
            backup = self._back_up(version)
            for step in waiting:
                self._take(step, backup, last=step is waiting[-1])
            self._checkpoint()

    def _back_up(self, version: int) -> Path:
        folder = _backups(self.path) / f"version-{version}-{_now():%Y%m%dT%H%M%S%f}"
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        with self._cursor() as cursor:
            cursor.execute(f"EXPORT DATABASE {_quoted(folder)} (FORMAT parquet)")
        return folder

    def _take(self, step: Migration, backup: Path, *, last: bool) -> None:
        """Take one step; the last one makes what is derived anew, since rules may differ between versions."""
        try:
            with self._changing() as cursor:
                cursor.execute(step.sql)
                if last:
                    _refresh(cursor, None, _rule(cursor))
                cursor.execute("INSERT INTO schema_version VALUES (?, ?)", [step.version, _now()])
                _log(cursor, "migration", f"version {step.version}, {step.name}")
        except duckdb.Error as error:
            failed = Fault(
                "Store could not be brought up to date",
                str(self.path),
                found=f"schema version {step.version - 1}; step {step.version} ({step.name}) failed",
                action=f"The store is as it was; a copy is in {backup}. Report this to whoever maintains Skillsplan.",
            )
            raise DataError([failed]) from error

    def _abandon_runs(self) -> None:
        """Whatever was under way when the store was last open went down with that process."""
        message = "The app stopped before this was finished. Ask for it again."
        left = "UPDATE run SET status = 'abandoned', finished_at = ?, message = ? WHERE status IN ('queued', 'running')"
        with self._changing() as cursor:
            cursor.execute(left, [_now(), message])


class _Supposed(Store):
    """A store as it would be: one cursor, asked by one thread at a time and never written."""

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._writing:
            yield self._connection

    def _changing(self, *, keep: bool = True) -> NoReturn:
        raise TypeError(f"what is only supposed is never written ({keep=})")


# The file and the engine


def _require_file(path: Path) -> None:
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no file of that name"
        action = "Name another file, or make a demonstration store with `skillsplan demo-data --store FILE`."
        raise DataError([Fault("No store", str(path), found=found, action=action)])


def _require_space(path: Path, size: int) -> None:
    """Ask for three times the rows: they are in the log and in the file for a while, and a full disk closes the store."""
    free = shutil.disk_usage(path.resolve().parent).free
    if free < 3 * size:
        raise StoreError(f"{path} needs {3 * size / 1e6:,.0f} MB of free disk to take this in; {free / 1e6:,.0f} MB are free.")


def _make(path: Path) -> None:
    connection = _connect(path, "")
    try:
        connection.begin()
        for model in schema.TABLES:
            connection.execute(schema.ddl(model))
        newest = FIRST_VERSION + len(migrations())
        connection.execute("INSERT INTO schema_version VALUES (?, ?)", [newest, _now()])
        _log(connection, "create", f"schema version {newest}")
        connection.commit()
    finally:
        connection.close()
        _remove_spill(path)


def _connect(path: Path, page: str) -> duckdb.DuckDBPyConnection:
    """Connect and lock the engine down: no extension, no other file, no setting that can be changed afterwards."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "storage_compatibility_version": STORAGE,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "python_enable_replacements": "false",
        "memory_limit": MEMORY,
        "threads": str(min(4, os.cpu_count() or 1)),
        "temp_directory": str(_spill(path)),
        "max_temp_directory_size": SPILL,
    }
    try:
        connection = duckdb.connect(str(path), config=settings)
    except duckdb.Error as error:
        raise DataError([_why_not_opened(path, page, str(error))]) from error
    locked = connection.execute("SELECT current_setting('lock_configuration')").fetchone()
    if locked != (True,):  # another connection of this process has done it
        _remove_spill(path)  # what a process that was killed has left: rows of persons
        _spill(path).mkdir(mode=0o700)
        connection.execute(f"SET allowed_directories = [{_quoted(_backups(path))}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    return connection


def _why_not_opened(path: Path, page: str, message: str) -> Fault:
    process = _PROCESS.search(message)
    if process or "lock" in message.lower() or "another process" in message.lower():
        holder = f"process {process[1]}" if process else "another process"
        use = f"Use the page '{page}' of the app that has it open" if page else "Use the app that has it open"
        return Fault(
            "Store in use",
            str(path),
            found=f"{holder} holds it",
            allowed="one process at a time",
            action=f"{use}, or stop that process first.",
        )
    return _not_a_store(path)


def _not_a_store(path: Path) -> Fault:
    return Fault(
        "Not a store", str(path), found="a file of another kind", allowed="a file that Skillsplan made", action="Name another file."
    )


def _stored_version(path: Path, connection: duckdb.DuckDBPyConnection) -> int:
    try:
        found = connection.execute("SELECT max(version) FROM schema_version").fetchone()
    except duckdb.CatalogException as error:
        raise DataError([_not_a_store(path)]) from error
    if found is None or found[0] is None:
        raise DataError([_not_a_store(path)])
    return int(found[0])


def _spill(path: Path) -> Path:
    """Where rows go that do not fit into memory; beside the store, for its owner alone."""
    return path.resolve().with_name(f".{path.name}.spill")


def _remove_spill(path: Path) -> None:
    shutil.rmtree(_spill(path), ignore_errors=True)


def _backups(path: Path) -> Path:
    return path.resolve().with_name(f"{path.name}.backups")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


# Named SQL


def _read_sql(name: str) -> str:
    if not re.fullmatch(r"[a-z_]+", name):
        raise ValueError(f"'{name}' is no name of a query")
    return (SQL / f"{name}.sql").read_text("utf-8")


def _compose(name: str) -> str:
    """Put the queries that a query uses before it, each once, so that every rule stands in one file.

    "Uses: known_snapshot as snapshot" puts a query in the place of a table, for all that comes after it.
    """
    needed = [step for step in _needed(name) if step != name]
    text = _HEADER.sub("", _read_sql(name))
    if not needed:
        return text
    parts = ",\n".join(f"{_alias(step)} AS (\n{_HEADER.sub('', _read_sql(_file(step)))})" for step in needed)
    own = text.removeprefix("WITH ")
    return f"WITH {parts}{',' if own != text else ''}\n{own}"


def _needed(step: str) -> list[str]:
    used = _USES.search(_read_sql(_file(step)))
    before = [earlier for use in (used[1].split(", ") if used else []) for earlier in _needed(use)]
    return list(dict.fromkeys([*before, step]))


def _file(step: str) -> str:
    return step.partition(" as ")[0]


def _alias(step: str) -> str:
    return step.rpartition(" as ")[2]


# Writing


def _model(table: str) -> type[schema.Row]:
    return next(model for model in schema.TABLES if table == model.TABLE)


def _check_frames(frames: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Check every frame by itself; tables come back in the order of the schema, so that parents are stored first."""
    known = [model.TABLE for model in schema.TABLES if model.TABLE not in schema.DERIVED]
    faults = [
        Fault("Unknown table", name, found=f"'{name}'", allowed=", ".join(known) + rows.nearest(name, known), action="Correct the name.")
        for name in frames
        if name not in known
    ]
    clean = {}
    for model in schema.TABLES:
        if model.TABLE in frames and model.TABLE in known:
            clean[model.TABLE], found = rows.check(model, frames[model.TABLE])
            faults += found
    return clean, faults


def _refuse_twice(cursor: duckdb.DuckDBPyConnection, kind: str, digest: str) -> None:
    before = cursor.execute(
        "SELECT import_run, source, imported_at FROM import_run WHERE kind = ? AND digest = ? AND undone_at IS NULL", [kind, digest]
    ).fetchall()
    if before:
        number, source, imported_at = before[0]
        found = f"the same contents as import {number} ('{source}', {imported_at:%d %B %Y})"
        action = f"Nothing needs to be done; to take it in anew, undo import {number} first."
        raise DataError([Fault("Imported before", kind, found=found, allowed="each source once", action=action)])


def _insert(cursor: duckdb.DuckDBPyConnection, table: str, number: int) -> int:
    model = _model(table)
    names = ", ".join(column.name for column in schema.columns(model))
    casts = ", ".join(f"{column.name}::{column.sql_type}" for column in schema.columns(model))
    order = ", ".join(model.ORDER or model.KEY)
    inserted = cursor.execute(
        f"INSERT INTO {table} ({names}, import_run) SELECT {casts}, {number} FROM incoming_{table} ORDER BY {order}"
    ).fetchone()
    return int(inserted[0]) if inserted else 0


def _set_aside(cursor: duckdb.DuckDBPyConnection, table: str, number: int) -> None:
    """Move the rows whose place will be taken to where an undo finds them."""
    key = ", ".join(_model(table).KEY)
    cursor.execute(
        f"INSERT INTO replaced_row SELECT {number}, old.import_run, '{table}', to_json(old)::VARCHAR "
        f"FROM {table} AS old SEMI JOIN incoming_{table} USING ({key})"
    )
    cursor.execute(f"DELETE FROM {table} WHERE ({key}) IN (SELECT ({key}) FROM incoming_{table})")


def _replaced(model: type[schema.Row], database: str, number: int) -> str:
    """Write the question for the rows of a table that were there after an import and whose place a later one took."""
    shape = ", ".join(f'"{column.name}": "{column.sql_type}"' for column in schema.columns(model)).replace("'", "''")
    return (
        f"SELECT unnest(from_json(content, '{{{shape}}}')), from_import FROM {database}.main.replaced_row "
        f"WHERE of_table = '{model.TABLE}' AND import_run > {number:d} AND from_import <= {number:d}"
    )


def _bring_back(cursor: duckdb.DuckDBPyConnection, number: int) -> None:
    for (table,) in cursor.execute("SELECT DISTINCT of_table FROM replaced_row WHERE import_run = ?", [number]).fetchall():
        shape = ", ".join(f'"{column.name}": "{column.sql_type}"' for column in schema.columns(_model(table)))
        names = ", ".join(column.name for column in schema.columns(_model(table)))
        cursor.execute(
            f"INSERT INTO {table} ({names}, import_run) SELECT unnest(from_json(content, ?)), from_import "
            "FROM replaced_row WHERE import_run = ? AND of_table = ?",
            ["{" + shape + "}", number, table],
        )
    cursor.execute("DELETE FROM replaced_row WHERE import_run = ?", [number])


def _keep_used_organisations(cursor: duckdb.DuckDBPyConnection, number: int) -> None:
    """Leave an organisation that other imports are about: which file happened to name it first is nobody's concern."""
    others = [model.TABLE for model in schema.TABLES if model.TABLE not in schema.DERIVED and schema.OF_ORGANISATION in model.REFERENCES]
    used = " UNION ".join(f"SELECT organisation FROM {table} WHERE import_run <> {number}" for table in others)
    cursor.execute(f"UPDATE organisation SET import_run = 0 WHERE import_run = {number} AND organisation IN ({used})")


def _require_undoable(cursor: duckdb.DuckDBPyConnection, number: int) -> None:
    found = cursor.execute("SELECT source, rows, undone_at FROM import_run WHERE import_run = ?", [number]).fetchone()
    known = cursor.execute("SELECT coalesce(max(import_run), 0) FROM import_run").fetchone() or (0,)
    where = f"import {number}"
    if found is None:
        raise DataError([Fault("No such import", where, allowed=f"1 to {known[0]}", action="`skillsplan imports` lists them.")])
    if found[2] is not None:
        raise DataError(
            [Fault("Undone before", where, found=f"'{found[0]}', undone on {found[2]:%d %B %Y}", action="Nothing needs to be done.")]
        )
    later = cursor.execute("SELECT DISTINCT import_run FROM replaced_row WHERE from_import = ? ORDER BY import_run", [number]).fetchall()
    if later:
        raise DataError([_built_on(number, sorted(other for (other,) in later))])
    sourced = [model.TABLE for model in schema.TABLES if model.TABLE not in schema.DERIVED]
    marked = " UNION ALL ".join(f"SELECT 1 AS one FROM {table} WHERE import_run = {number}" for table in sourced)
    if found[1] and not cursor.execute(f"SELECT one FROM ({marked}) LIMIT 1").fetchone():
        raise DataError(
            [Fault("Too old to undo", where, found="an import of an earlier version of Skillsplan", action="Make a new store.")]
        )


def _require_nothing_left_behind(cursor: duckdb.DuckDBPyConnection, number: int) -> None:
    found = links.left_behind(cursor.execute)
    if found:
        raise DataError([_built_on(number, sorted({other for others in found.values() for other in others}))])


def _built_on(number: int, later: Sequence[int]) -> Fault:
    names = ", ".join(str(other) for other in later)
    return Fault(
        "Later imports build on it",
        f"import {number}",
        found=f"rows of import {names} that need its rows",
        action=f"Undo import {names} first.",
    )


def _touched_by(cursor: duckdb.DuckDBPyConnection, number: int) -> list[str] | None:
    """List the organisations whose levels may change when an import goes; None for all."""
    for table in _CONCERN_ALL:
        if cursor.execute(f"SELECT 1 FROM {table} WHERE import_run = ? LIMIT 1", [number]).fetchone():
            return None
    if cursor.execute("SELECT 1 FROM replaced_row WHERE import_run = ? LIMIT 1", [number]).fetchone():
        return None
    union = " UNION ".join(f"SELECT organisation FROM {table} WHERE import_run = {number}" for table in _CONCERN_ONE)
    return sorted(code for (code,) in cursor.execute(union).fetchall())


def _touched(clean: Mapping[str, pd.DataFrame]) -> list[str] | None:
    """List the organisations whose levels may have changed; None for all, since a framework concerns everybody."""
    if set(_CONCERN_ALL) & set(clean):
        return None
    return sorted({code for table in _CONCERN_ONE if table in clean for code in clean[table]["organisation"].unique()})


def _rule(cursor: duckdb.DuckDBPyConnection) -> RankRule:
    """Return the rank rule of the assumptions, as they are with the rows that have just come in or gone."""
    own = cursor.execute(_compose("own_assumptions")).df()
    return RankRule.from_assumptions(Assumptions.load().overlaid(own))


def _refresh(cursor: duckdb.DuckDBPyConnection, organisations: list[str] | None, rule: RankRule) -> None:
    """Make what is derived from the stored rows anew, for some organisations or for all; counts are made from levels."""
    _rebuild(cursor, "current_level", organisations, rule.parameters())
    _rebuild(cursor, "role_count", organisations)
    _rebuild(cursor, "rank_count", organisations, {"self_bias": None})


def _rebuild(
    cursor: duckdb.DuckDBPyConnection, table: str, organisations: list[str] | None, parameters: Mapping[str, object] | None = None
) -> None:
    """Make the rows of a derived table anew from the query of the same name."""
    cursor.execute(
        f"DELETE FROM {table} WHERE $organisations::VARCHAR[] IS NULL OR list_contains($organisations::VARCHAR[], organisation)",
        {"organisations": organisations},
    )
    cursor.execute(f"INSERT INTO {table} {_compose(table)}", {**(parameters or {}), "scope": None, "organisations": organisations})


def _next(cursor: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    newest = cursor.execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchall()  # all: an unfinished result blocks the cursor
    return 1 + int(newest[0][0])


def _log(cursor: duckdb.DuckDBPyConnection, action: str, detail: str) -> None:
    last = cursor.execute("SELECT digest FROM audit_log ORDER BY entry DESC LIMIT 1").fetchone()
    previous = str(last[0]) if last else ""
    entry = _next(cursor, "audit_log", "entry")
    happened_at = _now()
    digest = _chain(previous, entry, happened_at, action, detail)
    cursor.execute("INSERT INTO audit_log VALUES (?, ?, ?, ?, ?, ?)", [entry, happened_at, action, detail, previous, digest])


def _chain(previous: str, entry: int, happened_at: dt.datetime, action: str, detail: str) -> str:
    return hashlib.sha256("\n".join([previous, str(entry), happened_at.isoformat(), action, detail]).encode()).hexdigest()


def _changed(cursor: duckdb.DuckDBPyConnection) -> bool:
    return cursor.fetchone() is not None
