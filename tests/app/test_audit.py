"""The skills audit on the command line: forms out, filled in as people do, back in, counted; and what is said about wrong input."""

import datetime as dt
import json
from io import BytesIO

import openpyxl
import pandas as pd
import pytest

from app import cli, pipeline
from app.cli import audit  # noqa: F401 - its commands make themselves known
from app.guard import MARK
from app.pipeline.audit import prepare_forms
from skills_model.privacy import Scope
from skills_model.schema import Organisation
from skills_model.sources import importing
from skills_model.store import Store

TRUST = "DEMO198"
LOCAL = Scope.local()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return the path of a store with one small invented trust, for this file alone."""
    path = tmp_path_factory.mktemp("audit") / "one.duckdb"
    pipeline.demo_data(path, TRUST, 1)
    return path


@pytest.fixture
def run(capsys):
    """Run a command in this process; return its exit code, what it says, and its JSON."""

    def call(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return left.value.code or 0, said.out, said.err

    return call


def fill(path, day, answers):
    """Answer every open cell of a form, as a person would with its lists; return how many answers there are of each kind."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    given = {"self": 0, "manager": 0}
    for number in range(2, sheet.max_row + 1):
        sheet.cell(number, headings.index("Date of assessment") + 1).value = day
        for column, heading in enumerate(headings[4:], start=5):
            cell = sheet.cell(number, column)
            if not cell.protection.locked:
                kind = "manager" if heading.startswith("Manager: ") else "self"
                cell.value = answers[kind]
                given[kind] += 1
    filled = BytesIO()
    book.save(filled)
    return filled.getvalue(), given


@pytest.mark.slow
def test_a_form_goes_out_is_filled_in_and_comes_back_without_mapping(made, run, tmp_path):
    code, out, _ = run("audit-form", "--organisation", TRUST, "--out", tmp_path / "forms", "--store", made, "--json")
    assert code == 0
    told = json.loads(out)
    files = sorted((tmp_path / "forms").iterdir())
    assert len(files) == told["files"] > told["teams"] / 2
    day = told["issued_on"]
    file = max(files, key=lambda path: path.stat().st_size)
    content, given = fill(file, day, {"self": "2 Working", "manager": "Not assessed"})
    with Store.open(made) as store:
        before = pipeline.audit.progress(store, LOCAL, [TRUST])
        assert before["returned"].sum() == 0
        result = importing.take_in(store, LOCAL, "skills", content, file.name, organisation=TRUST)
        assert result.faults == ()
        assert dict(result.tables) == {"assessment": given["self"]}, "'Not assessed' is no assessment"
        after = pipeline.audit.progress(store, LOCAL, [TRUST])
        back = after[after["returned"] > 0]
        assert len(back) == 1
        form = next(form for form in prepare_forms(store, LOCAL, TRUST).forms if form.file_name == file.name)
        assert back["returned"].iloc[0] == len(form.people)
        assert f"{back['last_return'].iloc[0]:%Y-%m-%d}" == day
        own = form.needs[form.needs["kind"] == "self"]
        assert (own["rank"] == 2).all(), "the levels are there"
        assert len(own)
        assert store.undo(result.number)


@pytest.mark.slow
def test_a_managers_view_comes_back_as_such_and_counts_before_ones_own(made, run, tmp_path):
    _, out, _ = run("audit-form", "--organisation", TRUST, "--out", tmp_path, "--store", made, "--json")
    day = json.loads(out)["issued_on"]
    file = min(tmp_path.iterdir())
    content, given = fill(file, day, {"self": "3 Practitioner", "manager": "0 None"})
    with Store.open(made) as store:
        result = importing.take_in(store, LOCAL, "skills", content, file.name, organisation=TRUST)
        assert result.faults == ()
        assert dict(result.tables) == {"assessment": given["self"] + given["manager"]}
        form = next(form for form in prepare_forms(store, LOCAL, TRUST).forms if form.file_name == file.name)
        judged = form.needs[form.needs["kind"] == "manager"]
        assert (judged["rank"] == 0).all()
        assert len(judged)
        store.undo(result.number)


STAFF = """Employee Number,Assignment Number,First Name,Last Name,Job Title,WTE,Department,Role level
0020123,0020123,Zebedee,Quillfeather,Data person,1.0,Analytics,{level}
20124,20124-2,Ottoline,,Data person,0.6,Analytics,{level}
20125,20125,Percival,Umbridge-Smythe,Porter,1.0,Porters,
"""


@pytest.fixture
def own(tmp_path):
    """Return a store with three invented people of one trust, imported from a staff list, and that list."""
    path, staff = tmp_path / "own.duckdb", tmp_path / "staff.csv"
    pipeline.new_store(path)
    place = ("RX1", "Ash Trust", "Acute", "Y60", "Midlands", None, None, False)
    with Store.open(path) as store:
        store.write("tests", "0" * 64, "tests", {"organisation": pd.DataFrame([place], columns=list(Organisation.model_fields))})
        level = str(store.query("requirements", LOCAL)["role_level"].iloc[0])
        staff.write_text(STAFF.format(level=level), "utf-8")
        result = importing.take_in(store, LOCAL, "staff", staff.read_bytes(), staff.name, organisation="RX1", as_at=dt.date(2026, 3, 31))
        assert result.faults == ()
    return path, staff


def test_names_are_joined_in_memory_and_never_stored(own, run, tmp_path):
    path, staff = own
    code, out, _ = run("audit-form", "--organisation", "RX1", "--out", tmp_path / "forms", "--join", staff, "--store", path, "--json")
    assert code == 0
    told = json.loads(out)
    assert (told["people"], told["named"], told["not_asked"]) == (2, 2, 1)
    sheet = openpyxl.load_workbook(tmp_path / "forms" / "rx1-analytics.xlsx").worksheets[0]
    assert {sheet["B2"].value, sheet["B3"].value} == {"Zebedee Quillfeather", "Ottoline"}
    assert b"Quillfeather" not in path.read_bytes()
    with Store.open(path) as store:
        log = store.export("audit_log", LOCAL).decode()
    assert "1 self-assessment forms of RX1, 2 people, 2 by name" in log
    assert "Quillfeather" not in log


def test_a_form_with_names_comes_back_without_them(own, run, tmp_path):
    path, staff = own
    _, out, _ = run("audit-form", "--organisation", "RX1", "--out", tmp_path / "forms", "--join", staff, "--store", path, "--json")
    file = tmp_path / "forms" / "rx1-analytics.xlsx"
    content, given = fill(file, json.loads(out)["issued_on"], {"self": "1 Awareness", "manager": None})
    with Store.open(path) as store:
        result = importing.take_in(store, LOCAL, "skills", content, file.name, organisation="RX1")
        assert result.faults == ()
        assert dict(result.tables) == {"assessment": given["self"]}
        assert pipeline.audit.progress(store, LOCAL)["share"].tolist() == [1.0]
    assert b"Quillfeather" not in path.read_bytes()


@pytest.mark.parametrize(
    "options, said",
    [
        (("--organisation", "NONE99"), "Unknown organisation"),
        (("--organisation", TRUST, "--team", "Wizards"), "Unknown team"),
        (("--organisation", TRUST, "--join", "missing.csv"), "missing.csv"),
    ],
)
def test_wrong_input_is_said_and_nothing_is_written(made, run, tmp_path, options, said):
    code, _, err = run("audit-form", *options, "--out", tmp_path / "forms", "--store", made)
    assert code == 2
    assert said in err
    assert not (tmp_path / "forms").exists()


def test_a_staff_list_without_names_or_numbers_says_which_are_missing(made, run, tmp_path):
    staff = tmp_path / "staff.csv"
    staff.write_text("Job Title,WTE\nAnalyst,1\n", "utf-8")
    code, _, err = run("audit-form", "--organisation", TRUST, "--out", tmp_path / "forms", "--join", staff, "--store", made)
    assert code == 2
    assert "staff_number" in err
    assert "`name`" in err


def test_forms_that_people_may_have_filled_in_are_never_written_over(own, run, tmp_path):
    path, _ = own
    options = ("audit-form", "--organisation", "RX1", "--store", path, "--out")
    assert run(*options, tmp_path / "forms")[0] == 0
    form = tmp_path / "forms" / "rx1-analytics.xlsx"
    form.write_bytes(b"filled in")
    code, _, err = run(*options, tmp_path / "forms")
    assert code == 2
    assert str(form) in err
    assert "another folder" in err
    assert form.read_bytes() == b"filled in"
    with Store.open(path) as store:
        assert (store.query("imports", LOCAL)["kind"] == "audit-form").sum() == 1, "nobody was asked again"
    assert run(*options, tmp_path / "again")[0] == 0


def test_people_read_what_was_written_and_who_has_answered(made, run, tmp_path):
    code, out, err = run("audit-form", "--organisation", TRUST, "--out", tmp_path / "forms", "--store", made)
    assert code == 0
    assert MARK in out
    assert f"import skills FILE --organisation {TRUST}" in out
    assert "Written to" in err
    code, out, _ = run("audit-progress", "--organisation", TRUST, "--store", made)
    assert code == 0
    assert out.splitlines()[0].split() == [
        "Organisation",
        "Team",
        "Written",
        "on",
        "Last",
        "return",
        "Asked",
        "Returned",
        "Missing",
        "Share",
    ]
    assert all(line.split()[-1] == "0%" and line.split()[-4].isdigit() for line in out.splitlines()[1:-1])
    assert out.splitlines()[-1] == pipeline.audit.RETURNED
    _, out, _ = run("audit-progress", "--store", made, "--json")
    assert {row["organisation"] for row in json.loads(out)} == {TRUST}
