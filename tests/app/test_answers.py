"""What commands say where there is nothing to show, and that they say it in characters that every terminal has."""

import re
import shutil

import pandas as pd
import pytest

from app import cli, pipeline
from skills_model.schema import Assignment, Organisation
from skills_model.store import Store

TRUST = "DEMO198"
NO_STAFF = "No staff list is in the store; `skillsplan import staff FILE --organisation CODE --as-at DATE` takes one in."
UNMAPPED = "Nobody there is in a role level that needs skills; `skillsplan mapping --organisation "


@pytest.fixture
def run(capsys):
    """Run a command in this process; return what it says."""

    def call(store, *arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main([*arguments, "--store", str(store)])
        said = capsys.readouterr()
        assert not left.value.code, said.err
        return said.out

    return call


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """Return a new store, with the frameworks that come with the project and nothing else."""
    path = tmp_path_factory.mktemp("empty") / "empty.duckdb"
    pipeline.new_store(path)
    return path


@pytest.fixture(scope="module")
def unmapped(empty, tmp_path_factory):
    """Return a store with one invented person whose job title nobody has said the meaning of."""
    path = tmp_path_factory.mktemp("unmapped") / "unmapped.duckdb"
    shutil.copy(empty, path)
    person = {"organisation": "RX1", "person": "a" * 32}
    post = {
        "assignment": 1,
        "age_band": "unknown",
        "team": "Magic",
        "staff_group": "Estates and Ancillary",
        "job_title": "Wizard",
        "fte": 1.0,
    }
    frames = {
        "organisation": [{"organisation": "RX1", "name": "Ash Trust", "organisation_type": "Acute", "demonstration": False}],
        "snapshot": [{"snapshot": 1, "organisation": "RX1", "as_at": "2026-03-31"}],
        "person": [person],
        "assignment": [person | post | {"snapshot": 1, "contract": "permanent"}],
    }
    wanted = {"organisation": list(Organisation.model_fields), "assignment": list(Assignment.model_fields)}
    with Store.open(path) as store:
        store.write("tests", "0" * 64, "tests", {name: pd.DataFrame(rows, columns=wanted.get(name)) for name, rows in frames.items()})
    return path


NOTHING = [
    ("gaps", "--by", "role_family,skill", "--quality"),
    ("trend", "--by", "role_family"),
    ("cover",),
    ("cover", "--unmet"),
    ("loss",),
    ("loss", "--retiring"),
    ("reach", "data-analyst"),
    ("quality",),
]


def lines(said):
    return [line for line in said.splitlines() if line]


@pytest.mark.parametrize("command", NOTHING, ids=" ".join)
def test_without_staff_a_command_says_so_and_what_to_do(run, empty, command):
    """One sentence about what was asked at most, then what is missing; no headings of a table, and no explanation of its columns."""
    *before, last = lines(run(empty, *command))
    assert last == NO_STAFF
    assert len(before) <= 1


@pytest.mark.parametrize(
    "command",
    [*(command for command in NOTHING if command[0] not in {"reach", "quality"}), ("quality", "--organisation", "RX1")],
    ids=" ".join,
)
def test_where_nobody_is_in_a_role_level_it_says_so_and_what_to_do(run, unmapped, command):
    assert lines(run(unmapped, *command))[-1].startswith(UNMAPPED)
    assert len(lines(run(unmapped, *command))) <= 2


def test_an_organisation_without_staff_is_named(run, empty, unmapped):
    assert lines(run(unmapped, "gaps", "--by", "skill", "--organisation", "RX1")) == [f"{UNMAPPED}RX1` shows the job titles without one."]


def test_where_nobody_is_within_reach_there_is_no_table_and_no_word_about_its_order(run, unmapped):
    assert lines(run(unmapped, "reach", "data-analyst")) == [
        "Data analyst: nobody is known to be within 3 ranks; of 1 person too little is known to say"
    ]


def test_a_store_without_organisations_or_staff_groups_says_so(run, empty):
    assert lines(run(empty, "organisations")) == [
        "No organisation is in the store; `skillsplan import staff FILE --organisation CODE --as-at DATE` takes in a trust and its staff."
    ]
    for options in ((), ("--by", "tier"), ("--returned",)):
        known, what_to_do = lines(run(empty, "all-staff", *options))
        assert known.startswith("Not known yet")
        assert what_to_do.startswith("Nobody is counted in a staff group yet; `skillsplan import`")


@pytest.mark.parametrize(
    "command",
    [
        ("organisations",),
        ("all-staff",),
        ("all-staff", "--by", "tier"),
        ("all-staff", "--returned"),
        ("gaps", "--by", "role_family"),
        ("trend", "--by", "role_family"),
        ("cover",),
        ("loss",),
        ("reach", "Incident manager"),
        ("path", "Incident manager", "Service transition manager"),
        ("quality", "--organisation", TRUST),
    ],
    ids=" ".join,
)
def test_a_terminal_gets_plain_characters_only(run, one_trust, command):
    """Characters that keep words together on a page are boxes or question marks on many terminals."""
    said = run(one_trust, *command)
    assert {letter for letter in said if ord(letter) > 127} <= {"£"}


def test_ranges_of_all_staff_are_written_in_words(run, one_trust):
    rows = [line for line in lines(run(one_trust, "all-staff", "--by", "tier")) if line.startswith(("Digital literacy ", "Board "))]
    assert len(rows) == 2
    assert all(re.search(r"\d% \(\d+% to \d+%\) ", row) for row in rows)
