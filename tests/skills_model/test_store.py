"""The store: nothing lost, nothing half there, nobody gets another's rows, nothing else can be reached."""

from __future__ import annotations

import datetime as dt
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from skills_model import schema
from skills_model import store as store_module
from skills_model.assessment import RankRule
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, ScopeError, StoreError
from skills_model.privacy import Scope
from skills_model.store import Migration, Store, migrations

World = dict[str, pd.DataFrame]

ALL = Scope.local()
ROOT = Path(__file__).parents[2]


def counts(store: Store) -> dict[str, int]:
    return {model.TABLE: int(store._select(f"SELECT count(*) AS n FROM {model.TABLE}", {})["n"].iloc[0]) for model in schema.TABLES}


def refusal(store: Store, frames: World, rule: RankRule, digest: str = "9") -> DataError:
    """Return the error of a write, after checking that it left the store as it was."""
    before = counts(store)
    with pytest.raises(DataError) as error:
        store.write("tests", digest * 64, "bad", frames, rule=rule)
    assert counts(store) == before
    return error.value


# The file


def test_a_new_store_has_every_table_at_the_newest_version_in_the_old_format(tmp_path: Path) -> None:
    """DuckDB 1.5 can still open it."""
    with Store.create(tmp_path / "folder" / "new.duckdb") as store:
        assert store.version() == 1 + len(migrations())
        assert set(store._select("SELECT table_name FROM duckdb_tables()", {})["table_name"]) == {model.TABLE for model in schema.TABLES}
        options = store._select("SELECT tags::VARCHAR AS tags FROM duckdb_databases() WHERE path IS NOT NULL", {})
        assert options["tags"].str.contains("v1.5.0").all()
        assert counts(store)["audit_log"] == 1
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["new.duckdb"]


def test_a_failed_create_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = schema.ddl
    monkeypatch.setattr(schema, "ddl", lambda model: "CREATE TABLE nonsense (" if model is schema.Run else original(model))
    with pytest.raises(duckdb.Error):
        Store.create(tmp_path / "new.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_create_never_replaces_a_file(small_store: Store) -> None:
    with pytest.raises(DataError, match="Store exists"):
        Store.create(small_store.path)


@pytest.mark.parametrize("kind", ["missing", "folder", "text", "empty", "other database"])
def test_what_is_no_store_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "wrong.duckdb"
    if kind == "folder":
        path.mkdir()
    elif kind == "text":
        path.write_text("organisation,name\n" * 1000)
    elif kind == "empty":
        path.touch()
    elif kind == "other database":
        with duckdb.connect(path) as other:
            other.execute("CREATE TABLE mine (x INTEGER)")
    with pytest.raises(DataError) as error:
        Store.open(path)
    assert "No store" in str(error.value) if kind in {"missing", "folder"} else "Not a store" in str(error.value)
    assert str(path) in str(error.value)
    assert list(tmp_path.iterdir()) == ([] if kind == "missing" else [path])
    if kind == "other database":
        with duckdb.connect(path) as other:  # untouched, and not locked any more
            assert other.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("mine",)]


def test_what_was_written_is_there_after_closing_and_opening(small_store: Store) -> None:
    before = {model.TABLE: small_store.digest(model.TABLE, ALL) for model in schema.TABLES}
    small_store.close()
    with Store.open(small_store.path) as again:
        assert {model.TABLE: again.digest(model.TABLE, ALL) for model in schema.TABLES} == before


# The engine


@pytest.mark.parametrize(
    "statement",
    [
        "INSTALL httpfs",
        "LOAD '{folder}/some.duckdb_extension'",
        "SELECT * FROM read_csv('{folder}/secret.csv')",
        "SELECT * FROM '{folder}/secret.csv'",
        "SELECT * FROM read_text('{folder}/secret.csv')",
        "COPY person TO '{folder}/stolen.csv'",
        "ATTACH '{folder}/other.duckdb'",
        "EXPORT DATABASE '{folder}/all'",
        "SET enable_external_access = true",
        "SET threads = 1",
        "SET lock_configuration = false",
        "SET autoinstall_known_extensions = true",
        "SELECT * FROM secret_frame",
    ],
)
def test_the_engine_reaches_nothing_but_its_file(small_store: Store, tmp_path: Path, statement: str) -> None:
    """No extension, no other file in or out, no setting, no Python variable by name."""
    (tmp_path / "secret.csv").write_text("a\n1\n")
    secret_frame = pd.DataFrame({"a": [1]})
    with small_store._cursor() as cursor, pytest.raises(duckdb.Error) as error:
        cursor.execute(statement.format(folder=tmp_path))
    expected = {
        "SET": "configuration has been locked",
        "SELECT * FROM secret_frame": "does not exist",
    }
    reason = next((text for start, text in expected.items() if statement.startswith(start)), "disabled (by|through) configuration")
    assert re.search(reason, str(error.value))
    assert len(secret_frame) == 1
    assert not (tmp_path / "stolen.csv").exists()


def test_rows_that_do_not_fit_into_memory_go_beside_the_store_for_its_owner_alone(small_store: Store) -> None:
    settings = small_store._select("SELECT name, value FROM duckdb_settings()", {}).set_index("name")["value"]
    spill = Path(settings["temp_directory"])
    assert spill.parent == small_store.path.parent.resolve()
    if sys.platform != "win32":
        assert spill.stat().st_mode & 0o777 == 0o700
    small_store.close()
    assert not spill.exists()


def test_what_a_killed_process_spilled_is_removed_on_opening(small_store: Store) -> None:
    spill = small_store.path.with_name(f".{small_store.path.name}.spill")
    small_store.close()
    spill.mkdir()
    (spill / "duckdb_temp_storage_DEFAULT-0.tmp").write_text("rows of persons")
    with Store.open(small_store.path):
        assert list(spill.iterdir()) == []


# One owner


def run_python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


OPEN = """
import sys
from pathlib import Path
from skills_model.errors import DataError
from skills_model.store import Store
try:
    Store.open(Path(sys.argv[1]), page="Build a plan")
except DataError as error:
    print(error)
    sys.exit(2)
"""


def test_a_second_process_is_refused_with_the_process_that_holds_it_and_the_page_to_use(small_store: Store) -> None:
    refused = run_python(OPEN, small_store.path)
    assert refused.returncode == 2, refused.stderr
    assert "Store in use" in refused.stdout
    assert f"process {os.getpid()} " in refused.stdout or sys.platform == "win32"
    assert "'Build a plan'" in refused.stdout
    small_store.close()
    assert run_python(OPEN, small_store.path).returncode == 0


def test_one_process_may_open_a_store_twice(small_store: Store) -> None:
    """A page and a command in one process share the lock, and closing one leaves the other."""
    with Store.open(small_store.path) as second:
        assert len(second.query("organisations", ALL)) == 2
    assert len(small_store.query("organisations", ALL)) == 2


# Writing


def test_every_fault_of_every_table_is_listed_and_nothing_is_written(tmp_path: Path, small_world: World, small_rule: RankRule) -> None:
    """One error names wrong headings, types, values, keys, references and ranks together, with where, found, allowed and what to do."""
    world = dict(small_world)
    world["organisation"] = small_world["organisation"].drop(columns="name").assign(nome="x")
    world["person"] = pd.concat([small_world["person"], small_world["person"].iloc[[0]]])
    world["assignment"] = small_world["assignment"].assign(
        age_band=["25 to 34", "old", *["unknown"] * 8],
        fte=pd.Series([1.0, 0.0, "half", *[1.0] * 6, None], dtype=object),
        role_level=["analist", *["analyst"] * 9],
        start_date=["2020-02-30", *["2020-01-01"] * 9],
    )
    world["assessment"] = small_world["assessment"].assign(
        rank=[5, 2, 2, 1, 4, 1], skill=["sql"] * 4 + ["wizardry", "risk"], person=[f"{1:032x}"] * 4 + ["Jo Smith", f"{99:032x}"]
    )
    world["requirement"] = small_world["requirement"].assign(required_rank=[2, 3, 1, 3, 2, 7])
    world["staff"] = small_world["person"]
    with Store.create(tmp_path / "faults.duckdb") as store:
        error = refusal(store=store, frames=world, rule=small_rule)
    found = {(fault.table, fault.row, fault.column, fault.problem) for fault in error.faults}
    assert found == {
        ("staff", None, "", "Unknown table"),
        ("organisation", 1, "name", "Missing column"),
        ("organisation", 1, "nome", "Unknown column"),
        ("requirement", 7, "required_rank", "Rank beyond the framework"),
        ("assignment", 3, "age_band", "Value not allowed"),
        ("person", 10, "person", "Row given twice"),
        ("assignment", 2, "role_level", "Unknown role level"),
        ("assignment", 2, "start_date", "Not a date"),
        ("assignment", 3, "fte", "Value not allowed"),
        ("assignment", 4, "fte", "Not a number"),
        ("assignment", 11, "fte", "Blank"),
        ("assessment", 2, "rank", "Rank beyond the framework"),
        ("assessment", 6, "person", "Value not allowed"),
        ("assessment", 6, "skill", "Unknown skill"),
        ("assessment", 7, "person", "Unknown person"),
    }
    text = str(error)
    assert "(nearest: 'analyst')" in text
    assert "(nearest: 'name')" in text
    assert "Found 'half'" in text
    assert all(fault.action for fault in error.faults)


@pytest.mark.parametrize(
    "table,change,problem",
    [
        ("assignment", {"snapshot": 9}, "Unknown snapshot"),
        ("assignment", {"organisation": "BBB", "snapshot": 3}, "Unknown person"),
        ("assessment", {"organisation": "BBB"}, "Unknown person"),
        ("snapshot", {"snapshot": 4, "organisation": "CCC"}, "Unknown organisation"),
        ("establishment", {"role_level": "wizard"}, "Unknown role level"),
        ("requirement", {"framework": "new"}, "Unknown framework"),
        ("organisation", {}, "Row is in the store already"),
    ],
)
def test_references_to_what_the_store_does_not_have_are_refused(
    small_store: Store, small_world: World, small_rule: RankRule, table: str, change: dict[str, Any], problem: str
) -> None:
    frame = small_world[table].iloc[[0]].assign(**change)
    if table == "assessment":
        frame = frame.assign(assessed_on="2026-03-01")
    error = refusal(store=small_store, frames={table: frame}, rule=small_rule)
    assert [fault.problem for fault in error.faults] == [problem]


def test_a_role_level_may_not_stand_in_two_active_frameworks(small_store: Store, small_world: World, small_rule: RankRule) -> None:
    """Its requirements would count twice."""
    frames = {
        "framework": small_world["framework"].iloc[[0]].assign(framework="second"),
        "role_level": small_world["role_level"].iloc[[0]].assign(framework="second"),
    }
    error = refusal(store=small_store, frames=frames, rule=small_rule)
    assert [fault.problem for fault in error.faults] == ["In two active frameworks"]
    assert "second, small" in str(error)


def test_a_source_is_taken_in_once(small_store: Store, small_world: World, small_rule: RankRule) -> None:
    """The same contents under another file name are refused, naming the first; another kind of source is another thing."""
    new = small_world["snapshot"].iloc[[0]].assign(snapshot=4, as_at=dt.date(2026, 6, 30))
    error = refusal(store=small_store, frames={"snapshot": new}, rule=small_rule, digest="0")
    assert "import 1 ('small world'" in str(error)
    assert small_store.write("other kind", "0" * 64, "same contents", {"snapshot": new}, rule=small_rule) == 2
    ledger = small_store._select("SELECT import_run, kind, source, rows FROM import_run ORDER BY import_run", {})
    assert ledger.to_numpy().tolist() == [[1, "tests", "small world", 51], [2, "other kind", "same contents", 1]]


def test_an_error_half_way_takes_everything_back(
    small_store: Store, small_world: World, small_rule: RankRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {model.TABLE: small_store.digest(model.TABLE, ALL) for model in schema.TABLES}
    new = {"assessment": small_world["assessment"].assign(assessed_on="2026-03-30")}

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store_module, "_refresh", fail)
        with pytest.raises(KeyboardInterrupt):
            small_store.write("tests", "5" * 64, "stopped", new, rule=small_rule)
    assert {model.TABLE: small_store.digest(model.TABLE, ALL) for model in schema.TABLES} == before
    assert small_store.write("tests", "5" * 64, "stopped", new, rule=small_rule) == 2


def test_many_kinds_of_frames_are_read_alike(tmp_path: Path, small_world: World, small_rule: RankRule) -> None:
    """Dates as texts, dates or timestamps; whole numbers as floats; text as objects; rows in any order: the same store."""
    other = {name: frame.sample(frac=1, random_state=1).reset_index(drop=True) for name, frame in small_world.items()}
    other["snapshot"]["as_at"] = pd.to_datetime(other["snapshot"]["as_at"])
    other["assessment"]["assessed_on"] = [dt.date.fromisoformat(day) for day in other["assessment"]["assessed_on"]]
    other["assessment"]["rank"] = other["assessment"]["rank"].astype(float)
    other["person"] = other["person"].astype(object)
    other["assignment"] = other["assignment"].iloc[:, ::-1]
    digests = []
    for name, world in (("one", small_world), ("two", other)):
        with Store.create(tmp_path / f"{name}.duckdb") as store:
            store.write("tests", "0" * 64, name, world, rule=small_rule)
            digests.append({model.TABLE: store.digest(model.TABLE, ALL) for model in schema.TABLES[:11]})
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    "column,value",
    [
        ("rank", 2.5),
        ("rank", True),
        ("rank", "2"),
        ("assessed_on", pd.Timestamp("2026-01-01 12:00")),
        ("assessed_on", "1/2/2026"),
        ("skill", 7),
    ],
)
def test_what_only_looks_like_the_type_is_refused(
    small_store: Store, small_world: World, small_rule: RankRule, column: str, value: object
) -> None:
    frame = small_world["assessment"].iloc[[0]].assign(assessed_on="2026-03-01")
    frame[column] = pd.Series([value], dtype=object)
    assert [fault.column for fault in refusal(store=small_store, frames={"assessment": frame}, rule=small_rule).faults] == [column]


def test_an_export_is_in_key_order_and_for_those_who_may_see_everything(small_store: Store) -> None:
    text = small_store.export("establishment", ALL).decode()
    assert text.splitlines()[:3] == [
        "organisation,as_at,role_level,band,budgeted_fte,contracted_fte,bank_fte,agency_fte,vacancy_factor,funding_end_date,approval_status",
        "AAA,2026-03-31,analyst,6,3.0,,0.25,0.0,,,",
        "AAA,2026-03-31,cyber-lead,8a,2.0,,0.0,1.0,,,",
    ]
    with pytest.raises(ScopeError):
        small_store.export("assessment", Scope(frozenset({"AAA"}), person_level=True))


# The audit log


def test_every_change_is_logged_and_a_changed_log_is_found(small_store: Store) -> None:
    small_store.record("export", "gaps by skill of AAA")
    log = small_store._select("SELECT * FROM audit_log ORDER BY entry", {})
    assert log["action"].tolist() == ["create", "import", "export"]
    assert log["previous"].tolist() == ["", *log["digest"].tolist()[:-1]]
    assert small_store.broken_audit_entry() is None
    with small_store._changing() as cursor:
        cursor.execute("UPDATE audit_log SET detail = 'nothing of interest' WHERE entry = 2")
    assert small_store.broken_audit_entry() == 2


def test_no_personal_value_is_logged(small_store: Store, small_world: World) -> None:
    log = small_store.export("audit_log", ALL).decode()
    assert not any(person in log for person in small_world["person"]["person"])


# Power cuts


WRITER = """
import sys
from pathlib import Path
import pandas as pd
from skills_model.assessment import KINDS, RankRule
from skills_model.store import Store

none = dict.fromkeys(KINDS, 0.0)
with Store.open(Path(sys.argv[1])) as store:
    begun = int(store._select("SELECT max(import_run) AS n FROM import_run", {})["n"].iloc[0])
    people = [f"{number:032x}" for number in (1, 2, 3, 4, 5, 8)]
    for number in range(begun, begun + 1000):
        day = pd.Timestamp("2026-04-01") + pd.Timedelta(days=number)
        rows = [("AAA", person, skill, number % 5, "test", day) for person in people for skill in ("sql", "risk")]
        frame = pd.DataFrame(rows, columns=["organisation", "person", "skill", "rank", "kind", "assessed_on"])
        taken = store.write("skills", f"{number:064x}", f"batch {number}", {"assessment": frame}, rule=RankRule(none, none, 0.0, 99))
        print(taken, flush=True)
"""


@pytest.mark.slow
def test_kill_9_while_writing_loses_nothing_and_leaves_nothing_half(small_store: Store) -> None:
    """Whatever was acknowledged is there whole; at most the one batch under way may have got in unacknowledged, whole too."""
    small_store.close()
    seeded = random.Random(7)
    total = 0
    for _ in range(5):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(small_store.path)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            acknowledged = int(writer.stdout.readline())
            time.sleep(seeded.uniform(0.0, 0.6))
            writer.kill()
            lines = [line for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        acknowledged = int(lines[-1]) if lines else acknowledged
        with Store.open(small_store.path) as store:
            ledger = store._select("SELECT import_run, rows FROM import_run ORDER BY import_run", {})
            assert ledger["import_run"].tolist() == list(range(1, len(ledger) + 1))
            assert acknowledged <= len(ledger) <= acknowledged + 1
            stored = counts(store)
            assert stored["assessment"] == 6 + 12 * (len(ledger) - 1)
            assert stored["audit_log"] >= 1 + len(ledger)
            assert store.broken_audit_entry() is None
            newest = store._select("SELECT DISTINCT rank FROM current_level WHERE organisation = 'AAA'", {})["rank"].tolist()
            assert newest == [(len(ledger) - 1) % 5]
        total = len(ledger)
    assert total > 6


FILLER = """
import resource
import signal
import sys
from pathlib import Path

import pandas as pd

from skills_model.assessment import KINDS, RankRule
from skills_model.errors import StoreError
from skills_model.store import Store

size = int(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
none = dict.fromkeys(KINDS, 0.0)
with Store.open(Path(sys.argv[1])) as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
    for number in range(1, 1000):
        people = [f"{number * 1_000_000 + n:032x}" for n in range(size)]
        frame = pd.DataFrame({"person": people, "organisation": "AAA"})
        try:
            store.write("filler", f"{number:064x}", "filler", {"person": frame}, rule=RankRule(none, none, 0.0, 99))
        except StoreError as error:
            print(error)
            sys.exit(2)
        print(number, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize("size", [2_000, 200_000])
def test_a_disk_that_fills_up_loses_nothing_that_was_acknowledged(small_store: Store, size: int) -> None:
    """Small imports fill the log, a large one the file itself; either way the store opens again with whole imports only."""
    small_store.close()
    filler = run_python(FILLER, small_store.path, size)
    assert filler.returncode == 2, filler.stderr
    *acknowledged, message = filler.stdout.splitlines()
    assert "disk" in message
    with Store.open(small_store.path) as store:
        taken = len(store._select("SELECT * FROM import_run WHERE kind = 'filler'", {}))
        assert len(acknowledged) <= taken <= len(acknowledged) + 1
        assert counts(store)["person"] == 8 + size * taken
        assert store.broken_audit_entry() is None


def test_an_import_that_the_disk_cannot_hold_is_refused_first(
    small_store: Store, small_world: World, small_rule: RankRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(StoreError, match="free disk"):
        small_store.write("tests", "9" * 64, "large", {"snapshot": small_world["snapshot"].assign(snapshot=[7, 8, 9])}, rule=small_rule)
    assert counts(small_store)["snapshot"] == 3


# Threads


def twenty_organisations(small_world: World) -> World:
    """Return the small world twenty times over under other codes."""
    codes = [f"T{number:02}" for number in range(20)]
    world = {name: small_world[name] for name in ("framework", "role_level", "skill", "requirement")}
    one = small_world["organisation"].iloc[[0]]
    world["organisation"] = pd.concat([one.assign(organisation=code, name=code) for code in codes])
    world["snapshot"] = pd.DataFrame({"snapshot": range(1, 21), "organisation": codes, "as_at": "2026-03-31"})
    people = [(f"{number * 100 + n:032x}", code) for number, code in enumerate(codes) for n in range(5 + number)]
    world["person"] = pd.DataFrame(people, columns=["person", "organisation"])
    jobs = [
        (code, codes.index(code) + 1, person, 1, "unknown", "T", "G", "J", None, "analyst", "6", 1.0, "permanent", "2020-01-01", None)
        for person, code in people
    ]
    world["assignment"] = pd.DataFrame(jobs, columns=small_world["assignment"].columns)
    judged = [(code, person, "sql", 2, "test", "2026-01-01") for person, code in people]
    world["assessment"] = pd.DataFrame(judged, columns=small_world["assessment"].columns)
    return world


def wrong_answers(store: Store) -> list[str]:
    """Ask for twenty scopes from twenty threads, again and again; list every answer that is not exactly the asker's."""
    start = threading.Barrier(20)

    def ask(number: int) -> list[str]:
        code = f"T{number:02}"
        scope = Scope(frozenset({code}), person_level=True)
        start.wait()
        wrong = []
        for _ in range(15):
            try:
                answers = [store.query("staff_by_group", scope), store.query("latest_assignment", scope)]
            except (duckdb.Error, AttributeError, TypeError, KeyError) as error:
                wrong.append(f"{code}: {error}")
                continue
            for answer, rows in zip(answers, (1, 5 + number), strict=True):
                if answer["organisation"].tolist() != [code] * rows:
                    wrong.append(f"{code}: {answer['organisation'].tolist()}")
        return wrong

    with ThreadPoolExecutor(20) as pool:
        return [fault for faults in pool.map(ask, range(20)) for fault in faults]


def test_twenty_threads_never_get_one_anothers_rows(tmp_path: Path, small_world: World, small_rule: RankRule) -> None:
    with Store.create(tmp_path / "threads.duckdb") as store:
        store.write("tests", "0" * 64, "twenty", twenty_organisations(small_world), rule=small_rule)
        assert wrong_answers(store) == []


def test_the_test_above_fails_where_a_connection_is_shared(
    tmp_path: Path, small_world: World, small_rule: RankRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a cursor of its own for each unit of work, callers get errors or one another's rows."""

    @contextmanager
    def shared(store: Store) -> Iterator[duckdb.DuckDBPyConnection]:
        yield store._connection

    with Store.create(tmp_path / "shared.duckdb") as store:
        store.write("tests", "0" * 64, "twenty", twenty_organisations(small_world), rule=small_rule)
        with monkeypatch.context() as patch:
            patch.setattr(Store, "_cursor", shared)
            assert wrong_answers(store) != []


def test_writers_in_threads_take_turns(small_store: Store, small_world: World, small_rule: RankRule) -> None:
    """Every import gets a number of its own and the audit chain holds."""

    def write(number: int) -> int:
        rows = small_world["assessment"].assign(assessed_on=f"2026-02-{number + 1:02}")
        return small_store.write("tests", f"{number + 100:064x}", f"file {number}", {"assessment": rows}, rule=small_rule)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(write, range(8))) == list(range(2, 10))
    assert small_store.broken_audit_entry() is None
    assert counts(small_store)["assessment"] == 6 * 9


# Migrations


NEXT = 2 + len(migrations())
ADD = Migration(NEXT, "add_note", "ALTER TABLE organisation ADD COLUMN note VARCHAR; UPDATE organisation SET note = 'new';")
BREAK = Migration(NEXT + 1, "break", "UPDATE organisation SET note = 'half'; SELECT no_such_column FROM organisation;")


def test_an_older_store_is_brought_up_to_date_after_a_backup(small_store: Store) -> None:
    before = counts(small_store)
    small_store.close()
    with Store.open(small_store.path, steps=[*migrations(), ADD]) as store:
        assert store.version() == NEXT
        assert store._select("SELECT DISTINCT note FROM organisation", {})["note"].tolist() == ["new"]
        assert store._select("SELECT action, detail FROM audit_log ORDER BY entry DESC LIMIT 1", {}).to_numpy().tolist() == [
            ["migration", f"version {NEXT}, add_note"]
        ]
    (backup,) = small_store.path.with_name("small.duckdb.backups").iterdir()
    assert {file.stem: len(pd.read_parquet(file)) for file in backup.glob("*.parquet")} == before
    assert "note" not in pd.read_parquet(backup / "organisation.parquet").columns
    with Store.open(small_store.path, steps=[*migrations(), ADD]) as store:  # nothing left to do, so no second backup
        assert store.version() == NEXT
    assert len(list(backup.parent.iterdir())) == 1


def test_a_migration_that_fails_leaves_the_store_as_the_one_before_left_it(small_store: Store) -> None:
    small_store.close()
    with pytest.raises(DataError, match=f"step {NEXT + 1} \\(break\\) failed"):
        Store.open(small_store.path, steps=[*migrations(), ADD, BREAK])
    with Store.open(small_store.path, steps=[*migrations(), ADD]) as store:
        assert store.version() == NEXT
        assert store._select("SELECT DISTINCT note FROM organisation", {})["note"].tolist() == ["new"]
        assert store.broken_audit_entry() is None


def test_a_store_of_a_newer_version_is_refused(small_store: Store) -> None:
    small_store.close()
    Store.open(small_store.path, steps=[*migrations(), ADD]).close()
    with pytest.raises(DataError, match="newer version") as error:
        Store.open(small_store.path)
    assert f"schema version {NEXT}" in str(error.value)
    assert f"up to {NEXT - 1}" in str(error.value)


def test_migrations_are_numbered_without_a_hole(tmp_path: Path) -> None:
    (tmp_path / "0002_add_note.sql").write_text("SELECT 1")
    assert migrations(tmp_path) == (Migration(2, "add_note", "SELECT 1"),)
    (tmp_path / "0004_too_far.sql").write_text("SELECT 1")
    with pytest.raises(ValueError, match="numbered"):
        migrations(tmp_path)


def test_a_store_of_the_first_version_becomes_what_a_new_one_is(small_store: Store) -> None:
    """Rows, plans and the audit log are kept; tables come out as the row models say; plans about money can be asked for."""
    first = (Path(__file__).parent / "first_store.sql").read_text("utf-8")
    made = "SELECT table_name, sql FROM duckdb_tables() ORDER BY table_name"
    new = small_store._select(made, {})
    kept = {table: small_store.digest(table, ALL) for table in ("organisation", "role_level", "requirement", "assignment", "assessment")}
    with small_store._changing() as cursor:
        for statement in first.split(";\n"):
            cursor.execute(statement)
        cursor.execute("DELETE FROM schema_version")
        cursor.execute("INSERT INTO schema_version VALUES (1, now()::TIMESTAMP)")
        asked = [RUN, "plan", "AAA", "{}", "optimal", dt.datetime(2026, 1, 1), None, "", "a plan"]  # noqa: DTZ001 - stored as UTC
        cursor.execute("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", asked)
    small_store.close()
    with Store.open(small_store.path) as store:
        assert store.version() == NEXT - 1
        assert store._select(made, {}).to_numpy().tolist() == new.to_numpy().tolist()
        assert {table: store.digest(table, ALL) for table in kept} == kept
        assert store.export("establishment", ALL).decode().splitlines()[1] == "AAA,2026-03-31,analyst,6,3.0,,0.25,0.0,,,"
        assert store.runs(ALL, run=RUN)[["kind", "status", "result"]].to_numpy().tolist() == [["plan", "optimal", "a plan"]]
        assert store.claim_run("f" * 64, "money", "AAA", "{}")
        assert store.broken_audit_entry() is None
        with pytest.raises(DataError, match="Too old to undo"):
            store.undo(1)


# Runs


RUN = "a" * 64


def test_a_run_is_claimed_once_until_it_has_failed(small_store: Store) -> None:
    assert small_store.claim_run(RUN, "plan", "AAA", "{}")
    assert not small_store.claim_run(RUN, "plan", "AAA", "{}")
    assert small_store.start_run(RUN)
    assert not small_store.start_run(RUN)
    assert small_store.finish_run(RUN, "failed", message="The solver failed.")
    assert not small_store.finish_run(RUN, "optimal", result="{}"), "a run that has ended keeps its end"
    assert small_store.claim_run(RUN, "plan", "AAA", "{}")
    assert small_store.finish_run(RUN, "optimal", result='{"stages": []}')
    assert not small_store.claim_run(RUN, "plan", "AAA", "{}")
    row = small_store.runs(ALL).iloc[0]
    assert (row["status"], row["message"], row["result"]) == ("optimal", "", '{"stages": []}')
    with pytest.raises(ValueError, match="no end"):
        small_store.finish_run(RUN, "running")


@pytest.mark.parametrize(
    "status,again",
    [("cancelled", True), ("failed", True), ("abandoned", True), ("stopped", True), ("feasible", False), ("infeasible", False)],
)
def test_only_what_came_to_nothing_may_be_claimed_again(small_store: Store, status: str, again: bool) -> None:  # noqa: FBT001
    small_store.claim_run(RUN, "plan", "AAA", "{}")
    small_store.finish_run(RUN, status)
    assert small_store.claim_run(RUN, "plan", "AAA", "{}") is again


def test_what_there_was_time_for_gives_way_to_the_best_plan_once(small_store: Store) -> None:
    assert not small_store.improve_run(RUN, "{}"), "there is no such run"
    small_store.claim_run(RUN, "plan", "AAA", "{}")
    assert not small_store.improve_run(RUN, "{}"), "it is under way"
    small_store.finish_run(RUN, "feasible", result='{"first": 1}')
    assert small_store.improve_run(RUN, '{"second": 2}')
    row = small_store.runs(ALL).iloc[0]
    assert (row["status"], row["result"]) == ("optimal", '{"second": 2}')
    assert not small_store.improve_run(RUN, "{}"), "the best plan stays"


def test_twenty_clicks_are_one_run(small_store: Store) -> None:
    with ThreadPoolExecutor(20) as pool:
        claims = list(pool.map(lambda _: small_store.claim_run(RUN, "plan", "AAA", "{}"), range(20)))
    assert claims.count(True) == 1


def test_runs_of_a_process_that_died_are_abandoned_but_not_those_of_this_one(small_store: Store) -> None:
    small_store.claim_run(RUN, "plan", "AAA", "{}")
    with Store.open(small_store.path) as second:
        assert second.runs(ALL)["status"].tolist() == ["queued"]
    small_store.close()
    with Store.open(small_store.path) as later:
        assert later.runs(ALL)["status"].tolist() == ["abandoned"]
        assert later.claim_run(RUN, "plan", "AAA", "{}")


def test_runs_are_seen_within_the_scope_only(small_store: Store) -> None:
    small_store.claim_run(RUN, "plan", "AAA", "{}")
    small_store.claim_run("b" * 64, "plan", "BBB", "{}")
    assert small_store.runs(Scope(frozenset({"BBB"})))["run"].tolist() == ["b" * 64]
    assert small_store.runs(ALL, ["AAA"])["run"].tolist() == [RUN]
    assert small_store.runs(ALL, run=RUN)["run"].tolist() == [RUN]


# Named SQL


def test_every_query_says_what_it_is_for_and_filters_by_scope() -> None:
    """Only queries about frameworks, which belong to nobody, and those that build on a filtered one need no scope of their own."""
    for file in sorted(store_module.SQL.glob("*.sql")):
        text = file.read_text("utf-8")
        header = store_module._HEADER.match(text)
        assert header is not None
        for part in ("-- Duty: ", "-- Parameters: ", "-- Columns: "):
            assert part in header[0], file.name
        about_organisations = any(f" {model.TABLE}\n" in text or f" {model.TABLE} " in text for model in schema.TABLES if "organisation" in model.model_fields and model.TABLE not in {"course", "recruitment_route"})
        if "-- Reference: " in header[0]:
            assert not about_organisations, file.name
        else:
            assert "$scope" in store_module._compose(file.stem), file.name


def test_a_query_takes_only_its_own_parameters(small_store: Store) -> None:
    with pytest.raises(TypeError, match="no parameter"):
        small_store.query("unmapped", ALL, organisation=["AAA"])
    with pytest.raises(ValueError, match="no name"):
        small_store.query("../secrets", ALL)


def test_text_in_parameters_stays_text(small_store: Store) -> None:
    hostile = ["AAA'); DROP TABLE person; --"]
    assert small_store.query("unmapped", ALL, organisations=hostile).empty
    assert counts(small_store)["person"] == 8


# Taking back


def everything(store: Store) -> dict[str, bytes]:
    """Return every table but the store's own records of what happened."""
    own = {"import_run", "audit_log", "schema_version", "run"}
    return {model.TABLE: store.export(model.TABLE, ALL) for model in schema.TABLES if model.TABLE not in own}


def target(people: int, skill: str = "sql") -> World:
    columns = ["organisation", "team", "skill", "rank", "people"]
    return {"cover_target": pd.DataFrame([("AAA", "", skill, 2, people)], columns=columns)}


def test_a_dry_run_finds_the_same_faults_and_leaves_nothing(small_store: Store, small_rule: RankRule) -> None:
    before, log = everything(small_store), counts(small_store)
    small_store.write("cover", "a" * 64, "targets.csv", target(2), rule=small_rule, dry=True)
    assert (everything(small_store), counts(small_store)) == (before, log)
    with pytest.raises(DataError, match="Unknown skill"):
        small_store.write("cover", "a" * 64, "targets.csv", target(2, "wizardry"), rule=small_rule, dry=True)
    small_store.write("cover", "a" * 64, "targets.csv", target(2), rule=small_rule)  # a dry run is not an import


def test_an_import_can_be_undone_and_is_then_as_if_it_had_never_been(
    small_store: Store, small_world: World, small_rule: RankRule
) -> None:
    before = everything(small_store)
    later = {
        "snapshot": pd.DataFrame([(4, "AAA", "2026-09-30")], columns=["snapshot", "organisation", "as_at"]),
        "assignment": small_world["assignment"].query("snapshot == 2").assign(snapshot=4, role_level="analyst"),
        "assessment": small_world["assessment"].iloc[[0]].assign(rank=4, kind="test", assessed_on="2026-08-01"),
    }
    number = small_store.write("staff", "a" * 64, "september.csv", later, rule=small_rule, organisation="AAA")
    assert everything(small_store)["current_level"] != before["current_level"]
    with pytest.raises(DataError, match=f"import {number} .'september.csv'"):
        small_store.write("staff", "a" * 64, "september.csv", later, rule=small_rule)
    assert small_store.undo(number, rule=small_rule) == {"assessment": 1, "assignment": 6, "snapshot": 1}
    assert everything(small_store) == before
    listed = small_store.query("imports", ALL)
    assert listed["import_run"].tolist() == [number, 1]
    assert listed["undone_at"].notna().tolist() == [True, False]
    assert small_store.broken_audit_entry() is None
    again = small_store.write("staff", "a" * 64, "september.csv", later, rule=small_rule)  # free again
    assert again == number + 1


def test_an_undo_brings_back_what_was_replaced(small_store: Store, small_rule: RankRule) -> None:
    first = small_store.write("cover", "a" * 64, "one.csv", target(2), rule=small_rule, replace=True)
    before = everything(small_store)
    second = small_store.write("cover", "b" * 64, "two.csv", target(3), rule=small_rule, replace=True)
    assert small_store.export("cover_target", ALL).decode().splitlines()[1:] == ["AAA,,sql,2,3"]
    with pytest.raises(DataError, match=f"Undo import {second} first"):
        small_store.undo(first, rule=small_rule)
    small_store.undo(second, rule=small_rule)
    assert everything(small_store) == before
    small_store.undo(first, rule=small_rule)
    assert small_store.export("cover_target", ALL).decode().splitlines()[1:] == []


def test_what_others_build_on_cannot_be_undone_first(small_store: Store, small_world: World, small_rule: RankRule) -> None:
    person = pd.DataFrame([("f" * 32, "AAA")], columns=["person", "organisation"])
    first = small_store.write("staff", "a" * 64, "people.csv", {"person": person}, rule=small_rule)
    judged = small_world["assessment"].iloc[[0]].assign(person="f" * 32)
    second = small_store.write("skills", "b" * 64, "survey.csv", {"assessment": judged}, rule=small_rule)
    before = everything(small_store)
    with pytest.raises(DataError, match=f"Undo import {second} first"):
        small_store.undo(first, rule=small_rule)
    assert everything(small_store) == before
    with pytest.raises(DataError, match="No such import"):
        small_store.undo(99)
    small_store.undo(second, rule=small_rule)
    with pytest.raises(DataError, match="Undone before"):
        small_store.undo(second)


def test_facts_are_added_to_and_never_replaced(small_store: Store, small_world: World, small_rule: RankRule) -> None:
    changed = {"establishment": small_world["establishment"].iloc[[0]].assign(budgeted_fte=9.0)}
    with pytest.raises(DataError, match="Row is in the store already"):
        small_store.write("establishment", "a" * 64, "posts.csv", changed, rule=small_rule, replace=True)


def test_what_a_job_title_means_counts_at_once(small_store: Store, small_rule: RankRule) -> None:
    def told(title: str, meaning: str | None) -> World:
        columns = ["organisation", "subject", "found", "meaning"]
        return {"mapping": pd.DataFrame([("AAA", "job title", title, meaning)], columns=columns)}

    unmapped = small_store.query("unmapped", ALL)
    assert unmapped[["organisation", "headcount", "fte"]].to_numpy().tolist() == [["AAA", 1, 0.8]]
    number = small_store.write("mapping", "a" * 64, "by hand", told("wizard", "analyst"), rule=small_rule, replace=True)
    assert small_store.query("unmapped", ALL).empty
    staff = small_store.query("staff_by_group", ALL)
    assert staff.query("organisation == 'AAA' and role_level == 'analyst'")["fte"].sum() == pytest.approx(3.3)
    small_store.undo(number, rule=small_rule)
    small_store.write("mapping", "b" * 64, "by hand", told("wizard", None), rule=small_rule, replace=True)
    assert small_store.query("unmapped", ALL).empty  # deliberately none: decided, and in no role level
    assert len(small_store.query("latest_assignment", ALL).query("role_level.isna()")) == 1


def test_every_import_and_every_undo_is_another_state_of_the_data(small_store: Store, small_rule: RankRule) -> None:
    """Pages keep answers by this number."""
    seen = [int(small_store.query("data_state", ALL)["imports"].iloc[0])]
    for people in (2, 3):
        number = small_store.write("cover", f"{people}" * 64, "targets.csv", target(people), rule=small_rule)
        seen.append(int(small_store.query("data_state", ALL)["imports"].iloc[0]))
        small_store.undo(number, rule=small_rule)
        seen.append(int(small_store.query("data_state", ALL)["imports"].iloc[0]))
    assert seen == sorted(set(seen))


def test_a_title_that_means_a_role_level_of_all_staff_is_decided(small_store: Store, small_world: World, small_rule: RankRule) -> None:
    levels = dict.fromkeys(("role_family", "role_family_label", "role", "role_label", "role_level_label"), "ward-manager")
    tier = {
        "framework": small_world["framework"].iloc[[1]].assign(framework="tier", series="tier", measured_on="all staff"),
        "role_level": small_world["role_level"].iloc[[4]].assign(framework="tier", role_level="ward-manager", **levels),
        "mapping": pd.DataFrame(
            [("AAA", "job title", "wizard", "ward-manager")], columns=["organisation", "subject", "found", "meaning"]
        ),
    }
    assert len(small_store.query("unmapped", ALL)) == 1
    small_store.write("tier", "a" * 64, "tier", tier, rule=small_rule)
    assert small_store.query("unmapped", ALL).empty
    assert len(small_store.query("latest_assignment", ALL).query("role_level.isna()")) == 1


def test_assumptions_of_ones_own_count_and_go_with_an_undo(small_store: Store) -> None:
    """With the project's margins a self-assessed rank has a range; with none it has not, and the gap follows."""
    before = everything(small_store)
    small_store.write("warm", "e" * 64, "nothing", {"framework": small_store_framework(small_store)}, replace=True)  # the project's rule
    usual = everything(small_store)["current_level"]
    columns = ["assumption", "key", "value", "low", "high", "source", "owner"]
    own = [("rank_margin_low", "", 0.0, 0.0, 0.0, "judgement", "HR"), ("rank_margin_high", "", 0.0, 0.0, 0.0, "judgement", "HR")]
    number = small_store.write("assumptions", "f" * 64, "own.csv", {"assumption": pd.DataFrame(own, columns=columns)}, replace=True)
    levels = small_store._select("SELECT * FROM current_level WHERE assessed_on > DATE '2025-01-01'", {})
    assert (levels["rank_low"] == levels["rank"]).all()
    assert Assumptions.of(small_store, ALL).value("rank_margin_low", "self") == 0.0
    small_store.undo(number)
    assert everything(small_store)["current_level"] == usual
    assert everything(small_store)["assessment"] == before["assessment"]


def small_store_framework(store: Store) -> pd.DataFrame:
    return store.query("frameworks", ALL)[["framework", "series", "label", "version", "publisher", "licence", "source", "ranks", "active", "measured_on"]]


def test_an_organisation_that_others_are_about_outlives_the_import_that_named_it(
    tmp_path: Path, small_world: World, small_rule: RankRule
) -> None:
    shared = {name: small_world[name] for name in ("framework", "role_level", "skill", "requirement")}
    staff = {name: small_world[name] for name in ("organisation", "snapshot", "person", "assignment")}
    with Store.create(tmp_path / "own.duckdb") as store:
        store.write("frameworks", "a" * 64, "frameworks", shared, rule=small_rule)
        first = store.write("staff", "b" * 64, "staff.csv", staff, rule=small_rule)
        second = store.write("cover", "c" * 64, "cover.csv", target(2), rule=small_rule)
        store.undo(first, rule=small_rule)
        assert store.query("organisation_names", ALL)["organisation"].tolist() == ["AAA"]  # BBB was in no other file
        again = {name: frame for name, frame in staff.items() if name != "organisation"}
        with pytest.raises(DataError, match="Unknown organisation"):
            store.write("staff", "b" * 64, "staff.csv", again, rule=small_rule)
        store.write("staff", "b" * 64, "staff.csv", staff | {"organisation": staff["organisation"].iloc[[1]]}, rule=small_rule)
        store.undo(second, rule=small_rule)


def test_a_fault_never_tells_a_pseudonym(small_store: Store, small_world: World, small_rule: RankRule) -> None:
    twice = {"assessment": pd.concat([small_world["assessment"].iloc[[0]]] * 2)}
    with pytest.raises(DataError) as error:
        small_store.write("skills", "a" * 64, "survey.csv", twice, rule=small_rule)
    assert "a person, 'sql', 'self', '2025-10-01'" in str(error.value)
    assert f"{1:032x}" not in str(error.value)
