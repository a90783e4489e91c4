"""Frameworks of other publishers, in their layouts, with rows that are invented: none of their content is here."""

import datetime as dt
import io
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from skills_model.store import Store

sys.path.insert(0, str(Path(__file__).parent))
from taking import faults, left_out, own_store, table, take

DAY = dt.date(2024, 4, 2)


@pytest.fixture
def store(tmp_path):
    with Store.open(own_store(tmp_path / "own.duckdb", shipped=False)) as store:
        yield store


SFIA_9 = [
    "#",
    *(f"Level {n}" for n in range(1, 8)),
    "Code",
    "URL",
    "Skill",
    "Category",
    "Subcategory",
    "Overall description",
    "Guidance notes",
]
SFIA_9 += [f"Level {n} description" for n in range(1, 8)]


def sfia_9():
    """Return two invented skills as version 9 has them: marks in front, words behind."""
    none = [""] * 7
    rows = [
        ["1", "", "2", "3", "", "", "", "", "BEDS", "example.org", "Bed counting", "Care", "Beds", "Counting\u2028beds ", "A note"],
        ["2", "", "", "", "4", "", "", "", "MEAL", "example.org", "Meal planning – café", "Care", "Meals", "", ""],
    ]
    rows[0] += ["", "Counts a few beds", "Counts all beds", "", "", "", ""]
    rows[1] += none
    return pd.DataFrame(rows, columns=SFIA_9)


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, frame in sheets.items():
        sheet = book.create_sheet(title.replace("_", " "))
        sheet.append(list(frame.columns))
        for row in frame.itertuples(index=False):
            sheet.append(list(row))
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def test_a_workbook_of_sfia_9_becomes_skills_at_seven_levels(store):
    attributes = pd.DataFrame([["x"] * 3], columns=["Levels", "Code", "Attribute"])
    found = take(store, "sfia", workbook(Attributes=attributes, Skills=sfia_9()), name="sfia.xlsx", as_at=DAY)
    assert not found.faults
    assert table(store, "framework")[["framework", "series", "ranks", "active"]].to_numpy().tolist() == [
        ["sfia-2024-04", "sfia", "7", "False"]
    ]
    assert table(store, "skill")["skill_label"].tolist() == ["Bed counting", "Meal planning – café"]
    assert table(store, "description")[["id", "rank", "text"]].to_numpy().tolist() == [
        ["sfia-beds", "0", "Counting\nbeds"],
        ["sfia-beds", "2", "Counts a few beds"],
        ["sfia-beds", "3", "Counts all beds"],
    ]
    assert table(store, "framework_rank")["rank_label"].tolist() == [f"Level {n}" for n in range(1, 8)]
    assert "2 skills are defined at 3 levels, 2 of them described." in found.built.notes
    assert table(store, "role_level").empty


def test_an_older_encoding_and_the_layout_of_sfia_8_are_read_as_well(store):
    columns = ["code", "name", "description", "link", "category", "subcategory", *(f"level_{n}" for n in range(1, 8))]
    row = ["MEAL", "Meal planning: café", "Plans", "example.org", "Care", "Meals", "", "Plans a meal", "", "", "", "", ""]
    content = pd.DataFrame([row], columns=columns).to_csv(index=False).encode("iso-8859-1")
    found = take(store, "sfia", content, as_at=DAY)
    assert not found.faults
    assert table(store, "skill")["skill_label"].tolist() == ["Meal planning: café"]
    assert table(store, "description")[["rank", "text"]].to_numpy().tolist() == [["0", "Plans"], ["2", "Plans a meal"]]


def test_a_framework_of_the_same_month_is_there_once(store):
    take(store, "sfia", sfia_9(), as_at=DAY)
    again = take(store, "sfia", sfia_9().iloc[:1], as_at=DAY)
    assert faults(again) == [("Framework is in the store already", None, "")]
    assert not take(store, "sfia", sfia_9().iloc[:1], as_at=dt.date(2025, 4, 2)).faults


URI = "http://data.example.org/esco"


def esco_skills():
    rows = [
        (
            "KnowledgeSkillCompetence",
            f"{URI}/skill/aa-1",
            "skill/competence",
            "cross-sector",
            "count beds",
            "tally beds\nnumber beds",
            "Counts.",
        ),
        ("KnowledgeSkillCompetence", f"{URI}/skill/aa-2", "knowledge", "occupation-specific", "beds", "", ""),
    ]
    return pd.DataFrame(
        rows, columns=["conceptType", "conceptUri", "skillType", "reuseLevel", "preferredLabel", "altLabels", "description"]
    )


def esco_occupations():
    rows = [("Occupation", f"{URI}/occupation/bb-1", "C2512", "bed counter", "", "Counts beds.", "2512.1")]
    return pd.DataFrame(rows, columns=["conceptType", "conceptUri", "iscoGroup", "preferredLabel", "altLabels", "description", "code"])


def esco_relations(*more):
    rows = [
        (f"{URI}/occupation/bb-1", "essential", "skill/competence", f"{URI}/skill/aa-1"),
        (f"{URI}/occupation/bb-1", "optional", "knowledge", f"{URI}/skill/aa-2"),
        *more,
    ]
    return pd.DataFrame(rows, columns=["occupationUri", "relationType", "skillType", "skillUri"])


def test_the_three_files_of_esco_make_one_framework_of_one_rank(store):
    for rows in (esco_skills(), esco_occupations()):
        assert not take(store, "esco", rows, as_at=DAY).faults
    found = take(store, "esco", esco_relations(), as_at=DAY)
    assert not found.faults
    assert left_out(found) == {"optional for the occupation": 1}
    assert table(store, "framework")[["framework", "ranks"]].to_numpy().tolist() == [["esco-2024-04", "1"]]
    assert table(store, "skill")[["skill", "skill_label"]].to_numpy().tolist() == [["esco-aa-1", "count beds"], ["esco-aa-2", "beds"]]
    level = table(store, "role_level").iloc[0]
    assert (level["role_family"], level["role_level"], level["role_level_label"]) == ("isco-2512", "esco-bb-1", "bed counter")
    assert table(store, "requirement").to_numpy().tolist() == [["esco-2024-04", "esco-bb-1", "esco-aa-1", "1"]]
    assert table(store, "description")["text"].tolist() == ["Counts beds.", "Counts."]


def test_relations_come_after_what_they_relate_and_each_unknown_one_is_a_fault(store):
    early = take(store, "esco", esco_relations(), as_at=DAY)
    assert faults(early) == [("Relations without what they relate", None, "")]
    take(store, "esco", esco_skills(), as_at=DAY)
    take(store, "esco", esco_occupations(), as_at=DAY)
    found = take(store, "esco", esco_relations((f"{URI}/occupation/bb-1", "essential", "", f"{URI}/skill/aa-9")), as_at=DAY)
    assert faults(found) == [("Unknown skill", 4, "skill")]


def test_a_file_of_esco_sent_again_adds_what_is_new(store):
    take(store, "esco", esco_skills(), as_at=DAY)
    more = pd.concat([esco_skills(), esco_skills().iloc[:1].assign(conceptUri=f"{URI}/skill/aa-3", preferredLabel="make beds")])
    found = take(store, "esco", more, as_at=DAY)
    assert not found.faults
    assert "2 concepts are in 'esco-2024-04' already; only their texts are taken." in found.built.notes
    assert len(table(store, "skill")) == 3


def test_a_file_that_is_none_of_them_is_refused(store):
    assert faults(take(store, "esco", pd.DataFrame({"description": ["x"], "status": ["y"]}), as_at=DAY)) == [
        ("Not a file of ESCO", None, "")
    ]


ONET = ["O*NET-SOC Code", "Title", "Element ID", "Element Name", "Scale ID", "Scale Name", "Data Value", "N", "Standard Error"]
ONET += ["Lower CI Bound", "Upper CI Bound", "Recommend Suppress", "Not Relevant", "Date", "Domain Source"]


def onet(*rows):
    """Return rows (skill, importance, level, suppress, not relevant) of one invented occupation, two rows a skill."""
    made = []
    for skill, importance, level, suppress, irrelevant in rows:
        for scale, value in (("IM", importance), ("LV", level)):
            if value is not None:
                flag = irrelevant if scale == "LV" else ""
                cells = [
                    "99-1234.00",
                    "Bed counters",
                    f"9.Z.1.{skill}",
                    f"Counting {skill}",
                    scale,
                    scale,
                    value,
                    8,
                    0.2,
                    1,
                    5,
                    suppress,
                    flag,
                ]
                made.append([*cells, "08/2024", "Analyst"])
    return pd.DataFrame(made, columns=ONET)


def test_a_workbook_of_onet_becomes_levels_of_the_skills_that_are_important(store):
    rows = onet(
        ("a", 4.12, 3.5, "N", "N"),
        ("b", 2.9, 5, "N", "N"),
        ("c", 4, 0.4, "N", "N"),
        ("d", 4, 4, "Y", "N"),
        ("e", 4, 4, "N", "Y"),
        ("f", 3, 6.49, "N", "N"),
    )
    found = take(store, "onet", workbook(Skills=rows), name="Skills.xlsx", as_at=DAY)
    assert not found.faults
    assert left_out(found) == {
        "marked as not relevant, or to be suppressed": 2,
        "importance below 3 (assumption onet_importance)": 1,
        "level 0": 1,
    }
    assert table(store, "requirement")[["role_level", "skill", "required_rank"]].to_numpy().tolist() == [
        ["onet-99-1234-00", "onet-9-z-1-a", "4"],
        ["onet-99-1234-00", "onet-9-z-1-f", "6"],
    ]
    level = table(store, "role_level").iloc[0]
    assert (level["role_family"], level["role_level_label"]) == ("soc-99", "Bed counters")
    assert len(table(store, "skill")) == 6
    assert table(store, "framework").loc[0, "ranks"] == "7"


def test_the_text_form_of_onet_has_codes_for_names_and_levels_without_importance_count(store):
    rows = onet(("a", None, 3, "N", "N")).drop(columns=["Title", "Element Name", "Scale Name"])
    found = take(store, "onet", rows.to_csv(index=False, sep="\t").encode(), name="Skills.txt", as_at=DAY)
    assert not found.faults
    assert "1 levels have no importance beside them and count as needed." in found.built.notes
    assert table(store, "role_level").loc[0, "role_level_label"] == "99-1234.00"
    assert table(store, "skill").loc[0, "skill_label"] == "9.Z.1.a"


def test_scales_and_values_that_do_not_exist_are_told_at_once(store):
    rows = onet(("a", 4, 8, "N", "N"))
    rows.loc[0, "Scale ID"] = "XX"
    assert faults(take(store, "onet", rows, as_at=DAY)) == [("Value not allowed", 2, "Scale ID"), ("Value not allowed", 3, "Data Value")]


def test_a_level_or_importance_of_onet_given_twice_is_told(store):
    rows = onet(("a", 4, 5, "N", "N"), ("a", 3, 5, "N", "N"))
    assert faults(take(store, "onet", rows, as_at=DAY)) == [("Value given twice", 4, "Data Value"), ("Value given twice", 5, "Data Value")]
    rows["O*NET-SOC Code"] = "not a code"
    assert {problem for problem, *_ in faults(take(store, "onet", rows, as_at=DAY))} == {"Value not allowed"}
