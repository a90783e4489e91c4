"""Frameworks on the command line: side by side, tried, switched, taken back, written and read."""

import csv
import json
import shutil

import pytest

from app import cli, pipeline

OLD, NEW = "gdad-2025-08", "gdad-2026-10"


@pytest.fixture
def store(one_trust, tmp_path):
    """Return a store of one invented trust that a test may change."""
    return shutil.copy(one_trust, tmp_path / "own.duckdb")


@pytest.fixture
def run(capsys, store):
    """Run a command about frameworks; return its exit code and what it printed."""

    def call(*arguments, group=("frameworks",)):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main([*group, *(str(argument) for argument in arguments), "--store", str(store)])
        out, err = capsys.readouterr()
        return left.value.code or 0, out, err

    return call


def read_json(answer):
    code, out, err = answer
    assert code == 0, err
    return json.loads(out)


def active(run):
    return {row["framework"] for row in read_json(run("list", "--json")) if row["active"]}


def test_frameworks_are_listed_with_their_versions(run):
    code, out, _ = run("list")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].split()[:3] == ["Framework", "Version", "Active"]
    assert [line.split()[0] for line in lines[1:5]] == [OLD, NEW, "nhs-all-staff", "nhs-informatics"]


def test_versions_are_compared(run, tmp_path):
    assert "Data ethicist" in run("compare", OLD, NEW)[1]
    told = read_json(run("compare", OLD, NEW, "--json"))
    counts = {(row["subject"], row["change"]): row["count"] for row in told["counts"]}
    assert counts["skill", "renamed"] == 9
    assert counts["requirement", "dropped"] == 48
    assert run("compare", OLD, NEW, "--csv", tmp_path / "changes.csv")[0] == 0
    with (tmp_path / "changes.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(told["changes"]) == sum(counts.values())


def test_the_impact_is_shown_and_changes_nothing(run):
    before = active(run)
    code, out, _ = run("impact", NEW)
    assert code == 0
    for words in ("Nothing has been changed", "Demonstration data", "11 skills and 5 role levels", "Carried over as they are", "All"):
        assert words in out
    told = read_json(run("impact", NEW, "--json"))
    assert told["replaces"] == [OLD]
    assert len(told["unpublished"]) == 16
    assert told["gaps"][0]["label"] == "All"
    assert active(run) == before


def test_switching_on_takes_the_place_of_the_version_before_and_can_be_taken_back(run):
    before = active(run)
    gap = read_json(run("--by", "role_family", "--json", group=("gaps",)))
    foreseen = {row["role_family"]: row for row in read_json(run("impact", NEW, "--json"))["gaps"]}
    number = read_json(run("activate", NEW, "--json"))["number"]
    assert active(run) == before - {OLD} | {NEW}
    for row in read_json(run("--by", "role_family", "--json", group=("gaps",))):
        for measure in ("coverage", "fte_short", "total_ranks_short"):
            assert row[measure] == foreseen[row["role_family"]][f"{measure}_after"]
    assert run(number, group=("undo",))[0] == 0
    assert active(run) == before
    assert read_json(run("--by", "role_family", "--json", group=("gaps",))) == gap


def test_what_is_wrong_is_said_with_the_nearest(run):
    code, _, err = run("impact", "gdad-2026-01")
    assert code == 2
    assert f"nearest: '{NEW}'" in err
    assert run("activate", OLD)[0] == 2
    assert run("crosswalk", OLD, "--suggest")[0] == 2


@pytest.mark.parametrize("name, kind", [("ours.csv", "framework"), ("ours.json", "case")])
def test_a_framework_goes_out_and_comes_into_another_store(run, tmp_path, capsys, name, kind):
    assert run("export", NEW, tmp_path / name)[0] == 0
    content = (tmp_path / name).read_text("utf-8")
    assert content.startswith("{" if kind == "case" else "part,")
    (tmp_path / name).write_text(content.replace(NEW, "gdad-2027-01"), "utf-8")
    told = read_json(run(kind, tmp_path / name, "--json", group=("import",)))
    assert told["tables"]["requirement"] == 1734
    versions = {row["framework"]: row for row in read_json(run("list", "--json"))}
    assert versions["gdad-2027-01"]["skills"] == 186
    assert not versions["gdad-2027-01"]["active"]


def test_the_crosswalk_is_edited_as_a_table(run, tmp_path):
    file = tmp_path / "crosswalk.csv"
    assert run("crosswalk", OLD, NEW, "--csv", file)[0] == 0
    text = file.read_text("utf-8")
    assert text.count(",close,") == 5
    file.write_text(text.replace(",close,", ",exact,"), "utf-8")
    before = {row["fate"]: row["levels"] for row in read_json(run("impact", NEW, "--json"))["levels"]}
    assert run("crosswalk", "--from", file)[0] == 0
    rows = read_json(run("crosswalk", OLD, NEW, "--json"))
    assert {row["relation"] for row in rows} == {"exact"}
    after = {row["fate"]: row["levels"] for row in read_json(run("impact", NEW, "--json"))["levels"]}
    assert after.get("not carried over", 0) <= before.get("not carried over", 0)
    assert sum(after.values()) == sum(before.values())


def test_suggestions_come_with_a_confidence_and_are_not_used(run, tmp_path):
    rows = read_json(run("crosswalk", "nhs-informatics", OLD, "--suggest", "--json"))
    assert rows
    assert all(0 < row["confidence"] <= 1 and row["relation"] is None for row in rows)
    file = tmp_path / "suggested.csv"
    assert run("crosswalk", "nhs-informatics", OLD, "--suggest", "--csv", file)[0] == 0
    code, _, err = run("crosswalk", "--from", file)
    assert code == 2
    assert "Nothing to take in" in err
    assert "?" in run("crosswalk", "nhs-informatics", OLD, "--suggest")[1]


def test_a_store_without_staff_says_that_nothing_would_change(run, store):
    store.unlink()
    pipeline.new_store(store)
    code, out, _ = run("impact", NEW)
    assert code == 0
    assert "Nobody is in post" in out
