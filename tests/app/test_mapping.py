"""Job titles and codes get their meaning on the command line: one by one, by confidence, as a file; and ledger meets staff list."""

import csv
import datetime as dt
import io
import json
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from app import cli, pipeline
from app.cli import mapping  # noqa: F401 - its commands make themselves known
from app.guard import MARK
from skills_model.privacy import Scope
from skills_model.sources import importing
from skills_model.store import Store

sys.path.insert(0, str(Path(__file__).parent))
import hospital

LOCAL = Scope.local()
DAY = dt.date.fromisoformat(hospital.AS_AT)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return the path of a store with the staff of one trust and its posts, and nothing mapped."""
    path = tmp_path_factory.mktemp("mapping") / "own.duckdb"
    pipeline.new_store(path)
    names = ["organisation", "name", "organisation_type", "region_code", "region_name", "icb_code", "icb_name", "demonstration"]
    trust = pd.DataFrame([(hospital.CODE, "Heather Moor", "Acute", "Y63", "North", "QWO", "West", False)], columns=names)
    posts = "Role level,Band,Budgeted WTE,WTE contracted\nData analyst,Band 6,10,8.5\nClinical coder,Band 4,8,8\n"
    with Store.open(path) as store:
        store.write("tests", "0" * 64, "trust", {"organisation": trust})
        for kind, content in (("staff", hospital.staff()), ("establishment", posts.encode())):
            taken = importing.take_in(store, LOCAL, kind, content, f"{kind}.csv", organisation=hospital.CODE, as_at=DAY)
            assert taken.faults == ()
    return path


@pytest.fixture
def run(made, tmp_path, capsys):
    """Run a command on a copy of the store; return its exit code and what it says on both outputs."""
    store = shutil.copy(made, tmp_path / "own.duckdb")

    def call(command, *arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main([command, "--store", str(store), "--organisation", hospital.CODE, *map(str, arguments)])
        said = capsys.readouterr()
        return left.value.code, said.out, said.err

    return call


def test_open_words_are_shown_with_people_fte_and_a_suggestion(run):
    code, out, _ = run("mapping")
    assert code == 0
    assert "0.00 of " in out.splitlines()[0]
    line = next(line for line in out.splitlines() if "snr data analyst" in line)
    assert line.split()[-4:] == ["senior-data-analyst", "3", "3.00", "1.00"]
    assert MARK not in out


def test_saying_meanings_shows_what_it_changed_and_counts_at_once(run):
    code, out, err = run(
        "mapping", "--set", "Information Wrangler=Data analyst", "--set", "Kit & Cables Lead=", "--set", "Typist=data-analyst"
    )
    assert code == 0
    assert "In role levels: 0.00 FTE before, 2.60 FTE now." in out
    assert "1.00 FTE are outside on purpose" in out
    assert "information wrangler" not in out
    assert "Nobody on the latest staff list has 'typist'" in err


def test_json_has_the_share_the_effect_and_what_is_open(run):
    before = json.loads(run("mapping", "--json")[1])
    after = json.loads(run("mapping", "--accept", "0.95", "--json")[1])
    assert before["effect"] is None
    assert after["effect"]["after"] == after["share"]
    assert after["share"]["mapped_fte"] > before["share"]["mapped_fte"] == 0
    assert not [row for row in after["unmapped"] if (row["confidence"] or 0) >= 0.95]


def test_a_file_of_meanings_goes_out_is_filled_in_and_comes_back(run, tmp_path):
    file = tmp_path / "words.csv"
    run("mapping", "--set", "Clinical Coder=clinical-coder", "--csv", file)
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))
    assert {row["found"]: row["meaning"] for row in rows}["clinical coder"] == "clinical-coder"
    for row in rows:
        row["meaning"] = {"kit & cables lead": "none", "data analyst": "Data analyst"}.get(row["found"], row["meaning"])
    pd.DataFrame(rows).to_csv(file, index=False)
    code, out, _ = run("mapping", "--from", file)
    assert code == 0
    assert "1.00 FTE are outside on purpose" in out
    assert "kit & cables lead" not in out
    assert "snr data analyst" in out
    code, out, _ = run("mapping", "--from", file)
    assert (code, "Nothing was saved" in out, "Saved as" in out) == (0, True, False)


def test_a_word_left_out_on_purpose_is_written_none_or_a_dash_and_a_blank_says_nothing(run, tmp_path):
    file = tmp_path / "words.csv"
    file.write_text("subject,found,meaning\njob title,kit & cables lead,-\njob title,information wrangler,nobody\n", "utf-8")
    _, _, err = run("mapping", "--from", file)
    assert "'none' leaves the word out on purpose" in err
    file.write_text("subject,found,meaning\njob title,kit & cables lead,-\njob title,information wrangler,\n", "utf-8")
    code, out, _ = run("mapping", "--from", file)
    assert (code, "1.00 FTE are outside on purpose" in out) == (0, True)
    assert "information wrangler" in out


def test_what_counts_from_the_next_file_on_is_said_to_do_so(run):
    code, out, _ = run("mapping", "--subject", "assignment status", "--set", "Sabbatical=")
    assert (code, "each assignment status counts in files taken in from now on" in out) == (0, True)
    assert "taken in from now on" not in run("mapping", "--set", "Information Wrangler=Data analyst")[1]


def test_the_titles_of_a_staff_group_are_left_out_at_once_but_for_those_like_a_role_level(run):
    code, out, _ = run("mapping", "--outside", "not given")
    assert code == 0
    assert "information wrangler" not in out
    assert "snr data analyst" in out


def test_other_kinds_of_word_can_be_told(run):
    assert run("mapping", "--subject", "skill", "--set", "Trying things out=Testing")[0] == 0
    code, _, err = run("mapping", "--subject", "assignment status", "--set", "Sabbatical=perhaps")
    assert code == 2
    assert "Unknown status" in err
    assert "'counts'" in err


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("--set", "Information Wrangler=data-anlyst"), "nearest: 'data-analyst'"),
        (("--set", "no sign"), "No meaning given"),
        (("--accept", "1.0", "--set", "x"), "No meaning given"),
        (("--outside", "Nursing and Midwifery"), "No job titles of this staff group are open"),
        (("--subject", "colour", "--set", "a=b"), "Unknown subject"),
    ],
)
def test_what_cannot_be_a_meaning_is_refused_and_nothing_changes(run, arguments, said):
    code, _, err = run("mapping", *arguments)
    assert code == 2
    assert said in err
    assert json.loads(run("mapping", "--json")[1])["share"]["mapped_fte"] == 0


def test_a_file_that_is_no_file_of_meanings_is_refused(run, tmp_path):
    file = tmp_path / "words.csv"
    file.write_text("found,meaning\nwizard,data-analyst\n", "utf-8")
    assert "Missing column" in run("mapping", "--from", file)[2]
    file.write_text("subject,found,meaning\njob title,wizard,\n", "utf-8")
    assert "No meaning given" in run("mapping", "--from", file)[2]
    file.write_text("subject,found,meaning\n,wizard,data-analyst\n", "utf-8")
    assert "Blank" in run("mapping", "--from", file)[2]


def test_suggestions_that_nobody_is_sure_enough_of_are_not_taken(run):
    run("mapping", "--accept", "0.5")
    assert "Nothing to accept" in run("mapping", "--accept", "0.99")[2]


def test_the_ledger_is_held_against_the_staff_list(run, tmp_path):
    run("mapping", "--set", "Clinical Coder=clinical-coder")
    rows = {row["role_level"]: row for row in json.loads(run("reconcile", "--json")[1])}
    coder = rows["clinical-coder"]
    assert coder["difference"] == pytest.approx(coder["staff_fte"] - 8)
    assert coder["vacant_fte"] == pytest.approx(8 - coder["staff_fte"])
    assert rows["data-analyst"]["vacant_fte"] == 10
    assert rows[None]["staff_fte"] > 0
    code, out, _ = run("reconcile")
    assert code == 0
    assert "Clinical coder" in out
    run("reconcile", "--csv", tmp_path / "ledger.csv")
    assert (tmp_path / "ledger.csv").read_text("utf-8").startswith("role_level,role_level_label,budgeted_fte")


def test_without_an_establishment_there_is_nothing_to_reconcile(tmp_path, capsys):
    path = tmp_path / "one.duckdb"
    pipeline.new_store(path)
    names = ["organisation", "name", "organisation_type", "region_code", "region_name", "icb_code", "icb_name", "demonstration"]
    with Store.open(path) as store:
        trust = pd.DataFrame([("XAB", "Ash", "Acute", None, None, None, None, False)], columns=names)
        store.write("tests", "0" * 64, "trust", {"organisation": trust})
    for command, said in (("reconcile", "No establishment"), ("mapping", "")):
        with pytest.raises(SystemExit) as left:
            cli.main([command, "--store", str(path), "--organisation", "XAB"])
        shown = capsys.readouterr()
        assert said in shown.err
        assert left.value.code == (2 if said else 0)
    assert "No staff list of XAB" in shown.out
