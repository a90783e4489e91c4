"""The official framework downloads: as published, with everything that is wrong with them, and invented ones that are worse."""

import datetime as dt
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from skills_model.framework import frameworks
from skills_model.reference import table as reference
from skills_model.sources import ladder
from skills_model.store import Store

sys.path.insert(0, str(Path(__file__).parent))
from taking import RAW, faults, left_out, needs_raw, own_store, table, take

READ_ON = dt.date(2025, 9, 27)
ROLES = RAW / "frameworks" / "gdad_role_content_2025-09-27.csv"
SKILLS = RAW / "frameworks" / "gdad_skill_content_2025-09-27.csv"
HEADINGS = [
    "Role Family",
    "Role",
    "Role Description",
    "Role Level",
    "Role Level Description",
    "Skill Name",
    "Skill Description",
    "Skill Level",
    "Skill Level Description",
    "Role Type",
]


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("templates")
    return {shipped: own_store(folder / f"{shipped}.duckdb", shipped=shipped) for shipped in (True, False)}


@pytest.fixture
def empty(templates, tmp_path):
    with Store.open(shutil.copy(templates[False], tmp_path)) as store:
        yield store


@pytest.fixture
def shipped(templates, tmp_path):
    with Store.open(shutil.copy(templates[True], tmp_path)) as store:
        yield store


def invented(*rows):
    """Return a role download of rows (role, level, skill, rank), with texts in which everything is wrong that can be."""
    return pd.DataFrame(
        [
            (
                "Care data",
                role,
                f"What a {role.strip()}\u00a0does:\u2028- this \n- that\u200b",
                level,
                "NOT IN USE" if rank == "NOT IN USE" else f"What a {level.strip()} does",
                skill,
                "MISSING",
                rank,
                "This skill level is currently not defined.",
                "Senior Civil Service" if rank == "NOT IN USE" else "",
            )
            for role, level, skill, rank in rows
        ],
        columns=HEADINGS,
    )


SMALL = [
    ("Ward analyst", "Lead ward analyst", "Counting beds", "Working"),
    ("Ward analyst", "Junior ward analyst ", "Counting beds", "Awareness"),
    ("Ward analyst", "Ward analyst", "Counting beds", "Practitioner"),
    ("Ward analyst", "Senior ward analyst", "Counting beds", "Practitioner"),
    ("Ward analyst", "Senior ward analyst - management", "Counting beds", "Awareness"),
    ("Ward analyst", "Senior ward analyst", "Counting beds", "Practitioner"),
    ("Chief counting officer", "NOT IN USE", "Counting everything", "NOT IN USE"),
]


def levels(rows, framework):
    rows = rows[rows["framework"] == framework]
    return sorted(rows[["role_family", "role", "role_label", "role_level", "role_level_label"]].itertuples(index=False, name=None))


@needs_raw
def test_the_official_download_says_what_the_project_ships(empty):
    found = take(empty, "gdad-roles", ROLES.read_bytes(), as_at=READ_ON)
    assert not found.faults
    ours = {name: rows[rows["framework"] == "gdad-2025-08"] for name, rows in frameworks().items() if name != "crosswalk"}
    theirs = {name: table(empty, name) for name in ("role_level", "skill", "requirement")}
    assert len(theirs["requirement"]) == 1781
    assert len(theirs["skill"]) == 188
    for name, key in (
        ("role_level", ["role_family", "role", "role_label", "role_level", "role_level_label", "level_number", "suggested_band"]),
        ("skill", ["skill", "skill_label"]),
        ("requirement", ["role_level", "skill", "required_rank"]),
    ):
        wanted = ours[name][key].astype("str").fillna("")
        assert set(theirs[name][key].itertuples(index=False)) == set(wanted.itertuples(index=False)), name
    ranks = theirs["requirement"]["required_rank"].value_counts().to_dict()
    assert ranks == {"1": 351, "2": 510, "3": 545, "4": 375}


@needs_raw
def test_everything_wrong_with_the_official_download_is_handled_and_said(empty):
    found = take(empty, "gdad-roles", ROLES.read_bytes(), name="roles.csv", as_at=READ_ON)
    assert list(left_out(found).values()) == [16, 28]
    said = " ".join(found.built.notes)
    assert "16 rows repeat 13 requirements" in said
    assert "6 levels for managing run beside" in said
    assert "14 requirements are lower than at the level below" in said
    assert "guessed" not in said
    assert "without being active" in said
    assert "Chief data officer" in found.built.left_out["reason"].iloc[1]
    made = table(empty, "framework").iloc[0]
    assert (made["framework"], made["series"], made["active"], made["ranks"]) == ("gdad-2025-09", "gdad", "False", "4")
    texts = table(empty, "description")
    assert texts["subject"].value_counts().to_dict() == {"role level": 201, "role": 48}
    assert not texts["text"].str.contains("[\u2028\u00a0\u200b\r]| \n| $").any()
    assert not texts["text"].isin(["MISSING", "NOT IN USE", ""]).any()
    assert texts["text"].str.contains("\n").any()


@needs_raw
def test_the_download_of_the_release_that_the_project_ships_adds_only_texts(shipped):
    before = {name: table(shipped, name) for name in ("framework", "role_level", "skill", "requirement")}
    found = take(shipped, "gdad-roles", ROLES.read_bytes(), as_at=READ_ON)
    assert "only texts are added" in found.built.notes[0]
    assert found.tables == {"description": 249}
    assert set(table(shipped, "description")["framework"]) == {"gdad-2025-08"}
    for name, rows in before.items():
        pd.testing.assert_frame_equal(table(shipped, name), rows)
    shipped.undo(found.number)
    assert table(shipped, "description").empty


@needs_raw
def test_the_skill_download_describes_skills_and_their_ranks(shipped):
    found = take(shipped, "gdad-skills", SKILLS.read_bytes(), as_at=READ_ON)
    assert not found.faults
    texts = table(shipped, "description")
    assert set(texts["framework"]) == {"gdad-2025-08"}
    whole, ranks = texts[texts["rank"] == "0"], texts[texts["rank"] != "0"]
    assert (len(whole), len(ranks)) == (188 - 41, 604)
    said = " ".join(found.built.notes)
    assert "189 of 940 descriptions say nothing" in said
    assert "22 skills have no rank described" in said
    assert not texts["text"].str.contains("[\u2028\u00a0\u200b]").any()


@needs_raw
def test_a_later_download_comes_in_beside_the_one_in_use(shipped):
    rows = pd.read_csv(ROLES, dtype=str, keep_default_na=False)
    rows.loc[
        rows["Role Level"].eq("Lead analytics engineer") & rows["Skill Name"].eq("Turning business problems into data design"),
        "Skill Level",
    ] = "Practitioner"
    found = take(shipped, "gdad-roles", rows, as_at=dt.date(2026, 10, 6))
    assert not found.faults
    made = table(shipped, "framework").set_index("framework")
    assert "'gdad-2026-10' is in the store and says something else, so this one is 'gdad-2026-10-06'." in found.built.notes
    assert made.loc["gdad-2026-10-06", "active"] == "False"
    assert made.loc["gdad-2025-08", "active"] == "True"
    other = rows.drop(index=0)
    again = take(shipped, "gdad-roles", other, as_at=dt.date(2026, 10, 6))
    assert faults(again) == [("Another version has that date", None, "")]


def test_rows_that_repeat_or_are_not_in_use_are_left_out_and_counted(empty):
    found = take(empty, "gdad-roles", invented(*SMALL), as_at=READ_ON)
    assert not found.faults
    assert list(left_out(found).values()) == [1, 1]
    assert table(empty, "skill")["skill"].tolist() == ["counting-beds", "counting-everything"]
    assert len(table(empty, "requirement")) == 5
    assert set(table(empty, "role_level")["role"]) == {"ward-analyst"}
    assert table(empty, "framework_rank")["rank_label"].tolist() == ["Awareness", "Working", "Practitioner", "Expert"]


def test_levels_that_nobody_knows_are_put_in_order_by_their_words_and_said(empty):
    found = take(empty, "gdad-roles", invented(*SMALL), as_at=READ_ON)
    order = table(empty, "role_level").sort_values("level_number")["role_level"].tolist()
    assert order == ["junior-ward-analyst", "ward-analyst", "senior-ward-analyst", "senior-ward-analyst-management", "lead-ward-analyst"]
    said = " ".join(found.built.notes)
    assert "for 1 roles: Ward analyst" in said
    assert "1 requirements are lower than at the level below, such as Counting beds of Lead ward analyst" in said


def test_the_words_of_levels_give_their_order_in_all_official_roles_but_four():
    rows = reference("role_levels")
    rows = rows[rows["framework"] == "gdad-2025-08"].rename(columns={"role": "role_id", "role_level": "level_id"})
    rows = rows.rename(columns={"role_label": "role", "role_level_label": "role_level"}).drop(columns="suggested_band")
    unknown = rows.assign(role_id=rows["role_id"] + "-unknown", before=rows["level_number"]).sort_values("role_level")
    made, notes = ladder.numbered(unknown)
    assert "for 48 roles" in " ".join(notes)
    wrong = made[made["level_number"] != made["before"]]
    assert set(wrong["role"]) == {
        "Change and release manager",
        "Command and control centre manager",
        "Data scientist",
        "Service desk manager",
    }


def test_texts_are_made_plain(empty):
    take(empty, "gdad-roles", invented(*SMALL), as_at=READ_ON)
    texts = table(empty, "description").set_index("id")["text"]
    assert texts["ward-analyst"].iloc[0] == "What a Ward analyst does:\n- this\n- that"


def test_one_requirement_at_two_ranks_is_a_fault_of_the_second_row(empty):
    found = take(empty, "gdad-roles", invented(*SMALL[:3], ("Ward analyst", "Ward analyst", "Counting beds", "Expert")), as_at=READ_ON)
    assert faults(found) == [("Two ranks for one skill of a role level", 5, "Skill Level")]
    assert "'Expert'; allowed: 'Practitioner'" in str(found.faults[0])
    assert table(empty, "framework").empty


def test_a_rank_that_does_not_exist_is_told_with_those_that_do(empty):
    found = take(empty, "gdad-roles", invented(*SMALL[:3], ("Ward analyst", "Ward analyst", "Making beds", "Skilled")), as_at=READ_ON)
    assert faults(found) == [("Value not allowed", 5, "Skill Level")]


def test_the_date_is_asked_for(empty):
    with pytest.raises(Exception, match="Date is missing"):
        take(empty, "gdad-roles", invented(*SMALL))


def skills(*names):
    return pd.DataFrame(
        [
            (name, "What it is", "", "MISSING", "You can:\u2028- count", "This skill level is currently not defined.", "Ward analyst")
            for name in names
        ],
        columns=["Skill Name", "Skill Description", "Awareness", "Working", "Practitioner", "Expert", "Roles that require Skill"],
    )


def test_descriptions_go_to_the_version_that_has_exactly_these_skills(empty):
    take(empty, "gdad-roles", invented(*SMALL), as_at=READ_ON)
    take(empty, "gdad-roles", invented(*SMALL, ("Ward analyst", "Ward analyst", "Making beds", "Working")), as_at=dt.date(2025, 11, 1))
    found = take(empty, "gdad-skills", skills("Counting beds", "Counting everything"), as_at=dt.date(2025, 12, 1))
    assert not found.faults
    texts = table(empty, "description").query("subject == 'skill'")
    assert texts[["framework", "id", "rank", "text"]].to_numpy().tolist() == [
        ["gdad-2025-09", "counting-beds", "0", "What it is"],
        ["gdad-2025-09", "counting-beds", "3", "You can:\n- count"],
        ["gdad-2025-09", "counting-everything", "0", "What it is"],
        ["gdad-2025-09", "counting-everything", "3", "You can:\n- count"],
    ]


def test_descriptions_of_skills_that_no_version_has_are_refused_row_by_row(empty):
    nothing = take(empty, "gdad-skills", skills("Counting beds"), as_at=READ_ON)
    assert faults(nothing) == [("Framework is not in the store", None, "")]
    take(empty, "gdad-roles", invented(*SMALL), as_at=READ_ON)
    found = take(empty, "gdad-skills", skills("Counting beds", "Counting everythin", "Making beds"), as_at=READ_ON)
    assert faults(found) == [("Skill is in no version of the framework", row, "Skill Name") for row in (3, 4)]
    assert "nearest: 'counting-everything'" in str(found.faults[0])
    fewer = take(empty, "gdad-skills", skills("Counting beds"), as_at=READ_ON)
    assert faults(fewer) == [("Skills are missing", None, "")]
