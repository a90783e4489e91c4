"""The journey of an HR planner on the command line: from files as they come to a list of people who could move."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import hospital

from app import cli

OF = ("--organisation", hospital.CODE)


@pytest.fixture
def trust(tmp_path, monkeypatch, capsys):
    """Return a way to run commands on a store of one's own, and the folder with the trust's files."""
    monkeypatch.setenv("SKILLSPLAN_STORE", str(tmp_path / "own.duckdb"))
    files = {
        "etr.csv": hospital.organisations(),
        "staff.csv": hospital.staff(faults=True),
        "survey.xlsx": hospital.survey(faults=True),
        "mended survey.xlsx": hospital.survey(),
        "posts.csv": hospital.posts(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    def run(*arguments, code=0):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert (left.value.code or 0) == code, captured.err
        return captured.out + captured.err

    return run, tmp_path


def test_an_hr_planner_gets_from_files_with_faults_to_people_who_could_move(trust):
    run, folder = trust
    run("import", "ods", folder / "etr.csv")

    # Import the staff list: three kinds of fault, all told at once, nothing written.
    told = run("import", "staff", folder / "staff.csv", *OF, "--as-at", hospital.AS_AT, "--faults", folder / "mend.csv", code=2)
    for fault in ("Not a number: staff.csv, row 4", "Not a date: staff.csv, row 6", "Blank: staff.csv, row 9"):
        assert fault in told
    assert "3 faults in 3 rows; nothing was written" in told
    assert "Full Name" in told  # known for personal, and said so
    assert "staff.csv" not in run("imports")

    # Mend what was sent back, and send it again; the same file is then refused by name.
    (folder / "mended.csv").write_bytes(hospital.mend_staff((folder / "mend.csv").read_text("utf-8-sig")))
    again = ("import", "staff", folder / "staff.csv", *OF, "--as-at", hospital.AS_AT, "--mended", folder / "mended.csv")
    taken = run(*again)
    assert "assignment    31" in taken
    assert "On a career break" in taken
    assert "Imported before: staff. Found the same contents as import 3 ('staff.csv'" in run(*again, code=2)

    # The survey has three kinds as well.
    told = run("import", "skills", folder / "survey.xlsx", *OF, code=2)
    for fault in ("Rank not allowed: survey.xlsx, row 3", "Person not in the store: survey.xlsx, row 5", "Not a date: survey.xlsx, row 7"):
        assert fault in told
    assert "999999" not in told  # a staff number is personal
    run("import", "skills", folder / "mended survey.xlsx", *OF, "--dry-run")
    assert "survey" not in run("imports")
    run("import", "skills", folder / "mended survey.xlsx", *OF)

    # Say what job titles mean: suggestions for those that are known, two that nobody could guess.
    assert "28.60 FTE (30 people) are open" in run("mapping", *OF)
    assert "0.00 FTE before, 23.80 FTE now" in run("mapping", *OF, "--accept", "0.95")
    by_hand = ("--set", "Information Wrangler=data-analyst", "--set", "Kit & Cables Lead=senior-infrastructure-engineer")
    told = run("mapping", *OF, *by_hand, "--set", "Lead Data Analyst=senior-data-analyst", "--set", "EPR trainer=")
    assert "28.40 of 28.60 FTE are in role levels" in told
    run("import", "establishment", folder / "posts.csv", *OF, "--as-at", hospital.AS_AT)

    # Find the worst gap.
    run("gaps", "--by", "skill", *OF, "--csv", folder / "gaps.csv")
    rows = _rows(folder / "gaps.csv")
    assert max(rows, key=lambda row: float(row["total_ranks_short"]))["skill_label"] == "National clinical coding rules"

    # See which departures would break cover.
    told = run("loss", *OF)
    assert "National clinical coding rules" in told

    # Export who is within reach of a role level that is hard to fill; names come from the planner's own list into the file alone.
    target = folder / "reach.csv"
    run("reach", "senior-data-analyst", *OF, "--csv", target, "--join", folder / "mended staff list.csv", code=2)
    (folder / "names.csv").write_bytes(hospital.staff())
    run("reach", "senior-data-analyst", *OF, "--csv", target, "--join", folder / "names.csv")
    within = _rows(target)
    assert 1 <= len(within) <= 3
    assert any("Invented Person 5" in row.values() for row in within)
    assert b"Invented Person" not in (folder / "own.duckdb").read_bytes()
    assert "Later imports build on it" in run("undo", "3", code=2)


def _rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def test_a_store_is_made_by_the_first_import_that_succeeds(trust):
    run, folder = trust
    store = folder / "own.duckdb"
    run("import", "staff", folder / "staff.csv", *OF, "--as-at", hospital.AS_AT, code=2)  # the trust is not known yet
    run("import", "ods", folder / "etr.csv", "--dry-run")
    assert not store.exists()
    assert not list(folder.glob("own.duckdb*"))
    run("import", "ods", folder / "etr.csv")
    assert store.exists()


def test_what_the_planner_gave_is_never_written_over(trust):
    run, folder = trust
    run("import", "ods", folder / "etr.csv")
    before = (folder / "staff.csv").read_bytes()
    staff = ("import", "staff", folder / "staff.csv", *OF, "--as-at", hospital.AS_AT)
    assert "File would be replaced" in run(*staff, "--faults", folder / "staff.csv", code=2)
    assert (folder / "staff.csv").read_bytes() == before
    run(*staff, "--faults", folder / "mend.csv", code=2)
    assert "File would be replaced" in run(*staff, "--mended", folder / "mend.csv", "--faults", folder / "mend.csv", code=2)
