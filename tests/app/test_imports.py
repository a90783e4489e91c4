"""Files taken in on the command line as a user does it: faults, mending, mapping, undoing, templates."""

import csv
import io
import json
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import app.cli.imports
from app import cli, pipeline
from app.pipeline import intake
from skills_model.errors import DataError, Fault
from skills_model.store import Store

TRUST = "XAB"
DAY = "2026-03-31"
HEADINGS = (
    "Employee Number",
    "Last Name",
    "Position Title",
    "Pay Scale Descr",
    "Contracted WTE",
    "Latest Start Date",
    "Assignment Category",
)


def row(number, wte="1.0", start="01/04/2020", terms="Permanent"):
    return [f"{number:08d}", "Invented", "Data Analyst", "Band 5", wte, start, terms]


def extract(rows):
    """Write a staff list as a personnel system does: a title, a date, then headings of its own, in the encoding of Windows."""
    text = io.StringIO()
    text.write("Staff in post – Ash Trust\r\nRun on,31/03/2026\r\n\r\n")
    csv.writer(text).writerows([HEADINGS, *rows])
    return text.getvalue().encode("cp1252")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """Return a store of one's own with one invented trust and nobody in it."""
    path = tmp_path_factory.mktemp("fresh") / "own.duckdb"
    pipeline.new_store(path)
    names = ["organisation", "name", "organisation_type", "region_code", "region_name", "icb_code", "icb_name", "demonstration"]
    trust = pd.DataFrame([(TRUST, "Ash Trust", "Acute", "Y60", "Midlands", "QHL", "Ash Board", False)], columns=names)
    with Store.open(path) as opened:
        opened.write("tests", "0" * 64, "invented trust", {"organisation": trust})
    return path


@pytest.fixture
def store(fresh, tmp_path):
    """Return a copy of it, for one test alone."""
    return Path(shutil.copy(fresh, tmp_path))


@pytest.fixture
def run(capsys, store):
    """Run a command on the store; return its exit code, standard output and standard error."""

    def call(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main([*(str(argument) for argument in arguments), "--store", str(store)])
        captured = capsys.readouterr()
        return left.value.code or 0, captured.out, captured.err

    return call


@pytest.fixture
def import_staff(run, tmp_path):
    """Import a staff list of these rows with these options."""

    def call(rows, *options, name="staff.csv"):
        place = tmp_path / name
        place.write_bytes(rows if isinstance(rows, bytes) else extract(rows))
        return run("import", "staff", place, "--organisation", TRUST, "--as-at", DAY, *options)

    return call


def number_of_rows(run):
    return json.loads(run("imports", "--json")[1])


def test_a_clean_file_says_how_it_was_understood_and_what_became_of_it(import_staff, run):
    code, out, err = import_staff([row(1), row(2, "0.6")])
    assert code == 0
    assert "staff.csv: 2 rows" in out
    told = {line.split("  ")[0]: line for line in out.splitlines()}
    assert "staff number" in told["Employee Number"]
    assert "98%" in told["Employee Number"]
    assert "looks like it" in told["Pay Scale Descr"]
    assert "Not read, since it is personal: Last Name" in out
    assert "Taken in as import 3" in out
    assert "data analyst" in out
    assert "Job title: 1 word in 2 rows, 1.6 FTE" in out
    assert "fault" not in err
    assert "Invented" not in out + err
    newest = number_of_rows(run)[0]
    assert (newest["kind"], newest["source"], newest["organisation"], newest["undone_at"]) == ("staff", "staff.csv", TRUST, None)


def test_a_dry_run_says_the_same_and_writes_nothing(import_staff, run):
    code, out, _ = import_staff([row(1)], "--dry-run")
    assert code == 0
    assert "dry run: nothing was written" in out
    assert len(number_of_rows(run)) == 2
    assert import_staff([row(1)])[0] == 0


def test_three_kinds_of_fault_are_told_at_once_mended_and_taken_in(import_staff, run, tmp_path):
    """The way of a planner: import, read what is wrong, mend the rows in a spreadsheet, send them."""
    rows = [row(1), row(2, wte="0,8"), row(3, start="31/02/2020"), row(4, wte="", start="soon"), row(5)]
    wrong, good = tmp_path / "wrong.csv", tmp_path / "good.csv"
    code, _, err = import_staff(rows, "--faults", wrong)
    assert code == 2
    assert "3 faults in 3 rows; nothing was written." in err
    assert "rows 7, 8, column `Latest Start Date`. Found '31/02/2020', a value that is not repeated here" in err
    assert f"--mended {wrong}" in err
    assert len(number_of_rows(run)) == 2
    told = pd.read_csv(wrong, dtype=str, keep_default_na=False)
    assert told["row"].tolist() == ["6", "7", "8"]
    assert list(told.columns) == ["row", "problem", "column", "found", "allowed", "action", *HEADINGS]
    told.loc[0, "Contracted WTE"] = "0.8"
    told.loc[1, "Latest Start Date"] = "29/02/2020"
    told.loc[2, list(HEADINGS)] = ""
    told["Employee Number"] = told["Employee Number"].str.lstrip("0")  # as a spreadsheet does
    told.to_csv(good, index=False, encoding="cp1252")
    code, out, err = import_staff(rows, "--mended", good)
    assert (code, "fault" in err) == (0, False)
    assert "staff.csv: 4 rows" in out
    assert "person         4" in out
    code, _, err = import_staff(rows, "--mended", good)
    assert code == 2
    assert "Imported before" in err
    assert "import 3 ('staff.csv'" in err


def test_three_hundred_faults_stay_readable_and_none_is_lost(import_staff, tmp_path):
    place = tmp_path / "wrong.csv"
    rows = [row(number, wte=f"x{number}", start=f"{number}/13/2020") for number in range(150)]
    code, _, err = import_staff(rows, "--faults", place)
    assert code == 2
    assert "300 faults in 150 rows" in err
    assert len(err.splitlines()) < 30
    assert "and 145 more" in err
    assert len(pd.read_csv(place)) == 150


def test_many_sorts_of_fault_are_counted_where_they_are_not_told():
    faults = [Fault(f"Problem {number}", "a.csv", number, "FTE") for number in range(2, 40)]
    told = str(app.cli.imports.FileFaultsError(faults, "Do this."))
    assert told.startswith("38 faults in 38 rows; nothing was written.")
    assert "... and 18 more sorts of fault" in told
    assert told.endswith("Do this.")


def test_json_holds_every_fault_or_the_whole_answer_and_nothing_else(import_staff):
    code, out, _ = import_staff([row(number, wte="x") for number in range(60)], "--json")
    told = json.loads(out)
    assert (code, told["status"], len(told["faults"])) == (2, "invalid", 60)
    assert set(told["faults"][0]) == {"problem", "table", "row", "column", "found", "allowed", "action"}
    code, out, _ = import_staff([row(1)], "--json")
    told = json.loads(out)
    assert (code, told["status"], told["import"], told["tables"]["assignment"]) == (0, "taken in", 3, 1)
    assert {match["heading"]: match["field"] for match in told["headings"]}["Last Name"] is None
    assert told["unmapped"][0]["found"] == "data analyst"


def test_a_mapping_says_what_headings_mean_and_is_remembered(import_staff, run, tmp_path):
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("Heading,Field\nLatest Start Date,\nContracted WTE,FTE\nPay Scale Descr,pay scale\n", "utf-8")
    code, out, _ = import_staff([row(1, start="never")], "--mapping", mapping)
    assert code == 0
    lines = [line.split() for line in out.splitlines()]
    assert ["Contracted", "WTE", "fte", "chosen", "100%"] in lines
    assert "Other columns: Latest Start Date" in out
    assert run("undo", 3)[0] == 0
    assert import_staff([row(1), row(2)])[0] == 0, (
        "an undone import leaves nothing behind, its mapping neither, and its dates are read again"
    )


def test_what_was_understood_once_is_known_the_next_time(run, tmp_path, import_staff):
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("heading,field\nLatest Start Date,none\n", "utf-8")
    assert import_staff([row(1, start="never")], "--mapping", mapping)[0] == 0
    place = tmp_path / "next.csv"
    place.write_bytes(extract([row(1, start="never"), row(2)]))
    code, out, _ = run("import", "staff", place, "--organisation", TRUST, "--as-at", "2026-06-30")
    assert code == 0
    assert "saved" in out
    assert "Other columns: Latest Start Date" in out


@pytest.mark.parametrize(
    "text, problem",
    [
        ("head,field\na,b\n", "Missing column"),
        ("heading,field\nFTE,fte\nFTE,fte\n", "Heading told twice"),
        ("heading,field\nNothing,fte\n", "No such heading in the file"),
        ("heading,field\nContracted WTE,fet\n", "Unknown field"),
    ],
)
def test_a_wrong_mapping_is_told_and_nothing_is_written(import_staff, run, tmp_path, text, problem):
    mapping = tmp_path / "mapping.csv"
    mapping.write_text(text, "utf-8")
    code, _, err = import_staff([row(1)], "--mapping", mapping)
    assert (code, problem in err) == (2, True)
    assert len(number_of_rows(run)) == 2


def test_an_import_is_listed_undone_and_free_again(import_staff, run):
    assert import_staff([row(1), row(2)])[0] == 0
    code, out, _ = run("undo", 3)
    assert (code, "Import 3 is undone" in out) == (0, True)
    assert ["assignment", "2"] in [line.split() for line in out.splitlines()]
    listed = run("imports")[1].splitlines()
    assert listed[0].split() == ["Import", "Kind", "File", "Organisation", "When", "(UTC)", "Undone", "Rows"]
    assert listed[1].startswith("3")
    assert number_of_rows(run)[0]["undone_at"] is not None
    assert run("undo", 3)[0] == 2
    assert run("undo", 99)[0] == 2
    assert import_staff([row(1), row(2)])[0] == 0


def test_imports_of_an_organisation_alone_are_listed(import_staff, run):
    assert import_staff([row(1)])[0] == 0
    assert {line["organisation"] for line in json.loads(run("imports", "--organisation", TRUST, "--json")[1])} == {TRUST}


def test_options_that_are_missing_are_told_together(run, tmp_path):
    place = tmp_path / "staff.csv"
    place.write_bytes(extract([row(1)]))
    code, _, err = run("import", "staff", place)
    assert code == 2
    assert "--organisation" in err
    assert "--as-at" in err


@pytest.mark.parametrize(
    "content, problem",
    [
        (b"", "Empty file"),
        (b"Employee Number,FTE,FTE\n1,1,1\n", "Heading given twice"),
        (b"Employee Number,Nothing\n1,1\n", "Missing column"),
        (b"%PDF-1.7", "Not a kind of file that can be read"),
        (",".join(f"c{number}" for number in range(10_000)).encode() + b"\n1\n", "Too many columns"),
        (b"PK\x03\x04 not a zip", "Damaged workbook"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_the_store_as_it_was(import_staff, run, tmp_path, content, problem):
    place = tmp_path / "wrong.csv"
    code, out, err = import_staff(content, "--faults", place)
    assert (code, problem in out + err) == (2, True)
    assert len(number_of_rows(run)) == 2
    assert problem in place.read_text("utf-8-sig")


def test_a_heading_made_of_sql_is_only_a_heading(import_staff, run):
    """It drops no table, and its formulas go out as text."""
    hostile = 'fte"); DROP TABLE person; --'
    text = io.StringIO()
    csv.writer(text).writerows([["Staff number", "Job title", "FTE", hostile], ["1", "=cmd|' /C calc'!A1", "1", "=1+1"]])
    code, out, _ = import_staff(text.getvalue().encode())
    assert code == 0
    assert f"Other columns: {hostile}" in out
    assert run("undo", 3)[0] == 0


def test_formulas_in_rows_to_mend_do_not_run_and_come_back_as_they_were(import_staff, tmp_path):
    place = tmp_path / "wrong.csv"
    rows = [row(1, wte="x")]
    rows[0][1] = "=HYPERLINK(1)"
    assert import_staff(rows, "--faults", place)[0] == 2
    told = place.read_text("utf-8-sig")
    assert ",'=HYPERLINK(1)," in told
    place.write_text(told.replace(",x,", ",1,"), "utf-8")
    assert import_staff(rows, "--mended", place)[0] == 0


def test_a_template_is_written_once_and_imports_as_it_is(run, tmp_path):
    place = tmp_path / "staff.xlsx"
    code, _, err = run("template", "staff", "--out", place)
    assert (code, f"Written to {place}" in err) == (0, True)
    assert openpyxl.load_workbook(place).sheetnames[0] == "Staff list"
    code, _, err = run("template", "staff", "--out", place)
    assert (code, "File exists" in err) == (2, True)
    code, out, _ = run("import", "staff", place, "--organisation", TRUST, "--as-at", DAY, "--dry-run")
    assert (code, "sheet 'Staff list'" in out) == (0, True)
    assert run("template", "staff", "--out", tmp_path / "staff.csv")[0] == 0
    code, _, err = run("template", "nonsense", "--out", tmp_path / "no.xlsx")
    assert code == 2
    listed = err.split("allowed: ")[1].split(". Correct")[0].split(", ")
    assert listed == [kind.name for kind in intake.kinds()], "every kind once"
    assert not (tmp_path / "no.xlsx").exists()


def test_gathered_faults_lose_no_row_and_no_value():
    faults = [Fault("Blank", "a.csv", number, "FTE", "nothing") for number in (2, 3)]
    faults += [Fault("Not a date", "a.csv", 9, "Start", "'x'"), Fault("Missing column", "a.csv", None, "Title")]
    told = [str(fault) for fault in intake.gathered(faults)]
    assert told[0].startswith("Missing column: a.csv, column `Title`.")
    assert told[1:] == ["Blank: a.csv, rows 2, 3, column `FTE`. Found nothing.", "Not a date: a.csv, row 9, column `Start`. Found 'x'."]


def test_every_kind_can_be_found_by_its_name():
    names = [kind.name for kind in intake.kinds()]
    assert names[0] == "staff"
    assert len(names) == len(set(names))
    assert len({kind.label for kind in intake.kinds()}) == len(names), "the page lists them by their labels"
    with pytest.raises(DataError, match="nearest: 'staff'"):
        intake.template(None, "staf")
