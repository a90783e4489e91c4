"""Frameworks and crosswalks go out in open formats and come in again as the same rows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skills_model.errors import DataError
from skills_model.framework import frameworks
from skills_model.privacy import Scope
from skills_model.sources import case, open_formats
from skills_model.sources.importing import take_in
from skills_model.store import Store

ALL = Scope.local()
TABLES = ("framework", "framework_rank", "role_level", "skill", "requirement", "description")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
BASE = {"identifier": True, "uri": True, "lastChangeDateTime": True}
# What CASE 1.0 allows in each part of a package, and which of it is needed.
CASE = {
    "CFDocument": BASE
    | {"creator": True, "title": True}
    | dict.fromkeys(["officialSourceURL", "publisher", "description", "subject", "subjectURI", "language", "version"], False)
    | dict.fromkeys(["adoptionStatus", "statusStartDate", "statusEndDate", "licenseURI", "notes"], False),
    "CFItems": BASE
    | {"fullStatement": True}
    | dict.fromkeys(["alternativeLabel", "CFItemType", "humanCodingScheme", "listEnumeration", "abbreviatedStatement"], False)
    | dict.fromkeys(["conceptKeywords", "conceptKeywordsURI", "notes", "language", "educationLevel", "CFItemTypeURI", "licenseURI"], False)
    | dict.fromkeys(["statusStartDate", "statusEndDate"], False),
    "CFAssociations": BASE
    | {
        "associationType": True,
        "originNodeURI": True,
        "destinationNodeURI": True,
        "sequenceNumber": False,
        "CFAssociationGroupingURI": False,
    },
    "CFItemTypes": BASE | {"title": True, "description": True, "hierarchyCode": True, "typeCode": False},
    "CFLicenses": BASE | {"title": True, "licenseText": True, "description": False},
    "CFRubrics": BASE | {"title": False, "description": False, "CFRubricCriteria": False},
    "CFRubricCriteria": BASE
    | dict.fromkeys(["category", "description", "CFItemURI", "weight", "position", "rubricId", "CFRubricCriterionLevels"], False),
    "CFRubricCriterionLevels": BASE
    | dict.fromkeys(["description", "quality", "score", "feedback", "position", "rubricCriterionId"], False),
}
ASSOCIATIONS = {"isChildOf", "isPeerOf", "isPartOf", "exactMatchOf", "precedes", "isRelatedTo", "replacedBy", "exemplar", "hasSkillLevel"}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store of the frameworks that come with the project."""
    with Store.create(tmp_path_factory.mktemp("shipped") / "shipped.duckdb") as store:
        store.write("frameworks", "0" * 64, "shipped", frameworks())
        yield store


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "empty.duckdb") as store:
        yield store


def csv(store: Store, framework: str) -> bytes:
    return open_formats.table(open_formats.contents(store, ALL, framework)).to_csv(index=False).encode()


def as_json(store: Store, framework: str) -> bytes:
    return case.write(open_formats.contents(store, ALL, framework))


def rows(store: Store, table: str, framework: str) -> str:
    """Return a framework's part of a table as CSV; whether it counts is each store's own business."""
    frame = pd.read_csv(BytesIO(store.export(table, ALL)), dtype=str, keep_default_na=False)
    return frame[frame["framework"] == framework].drop(columns="active", errors="ignore").to_csv(index=False)


@pytest.mark.parametrize("framework", ["gdad-2025-08", "gdad-2026-10", "nhs-all-staff"])
@pytest.mark.parametrize("write, kind", [(csv, "framework"), (as_json, "case")])
def test_a_framework_comes_in_again_as_the_same_rows(shipped: Store, empty: Store, framework: str, write: Any, kind: str) -> None:
    content = write(shipped, framework)
    taken = take_in(empty, ALL, kind, content, f"{framework}.file")
    assert taken.faults == ()
    for table in TABLES:
        assert rows(empty, table, framework) == rows(shipped, table, framework), table
    assert not empty.query("frameworks", ALL)["active"].any()
    assert write(empty, framework) == content


def test_a_framework_that_uses_the_skills_of_another_comes_in_beside_it(shipped: Store, empty: Store) -> None:
    alone = take_in(empty, ALL, "case", as_json(shipped, "nhs-informatics"), "ours.json")
    assert {fault.problem for fault in alone.faults} == {"Unknown skill"}
    assert alone.number is None
    take_in(empty, ALL, "framework", csv(shipped, "gdad-2025-08"), "official.csv")
    assert take_in(empty, ALL, "case", as_json(shipped, "nhs-informatics"), "ours.json").faults == ()
    assert rows(empty, "requirement", "nhs-informatics") == rows(shipped, "requirement", "nhs-informatics")
    assert as_json(empty, "nhs-informatics") == as_json(shipped, "nhs-informatics")


@pytest.mark.parametrize("framework", ["gdad-2025-08", "nhs-informatics"])
def test_a_package_has_the_fields_of_case_and_no_others(shipped: Store, framework: str) -> None:
    package = json.loads(as_json(shipped, framework))
    assert set(package) == {"CFDocument", "CFItems", "CFAssociations", "CFDefinitions", "CFRubrics"}
    assert set(package["CFDefinitions"]) <= {"CFConcepts", "CFSubjects", "CFLicenses", "CFItemTypes", "CFAssociationGroupings"}
    found = {name: list(parts(package, name)) for name in CASE}
    for name, allowed in CASE.items():
        assert found[name], name
        for part in found[name]:
            assert set(part) <= set(allowed), name
            assert {column for column, needed in allowed.items() if needed} <= set(part), name
            assert UUID.fullmatch(part["identifier"])
            assert all(cell not in ("", None) for cell in part.values())
    keys = [part["identifier"] for name in CASE for part in found[name]]
    assert len(keys) == len(set(keys))


def parts(value: Any, name: str) -> Iterator[dict[str, Any]]:
    """Return every object under a name, however deep."""
    if isinstance(value, dict):
        for key, cell in value.items():
            if key == name:
                yield from cell if isinstance(cell, list) else [cell]
            yield from parts(cell, name)
    elif isinstance(value, list):
        for cell in value:
            yield from parts(cell, name)


def test_associations_are_of_known_kinds_between_known_nodes(shipped: Store) -> None:
    package = json.loads(as_json(shipped, "nhs-informatics"))
    inside = {item["identifier"] for item in package["CFItems"]} | {package["CFDocument"]["identifier"]}
    official = {item["identifier"] for item in json.loads(as_json(shipped, "gdad-2025-08"))["CFItems"]}
    for link in package["CFAssociations"]:
        assert link["associationType"] in ASSOCIATIONS
        assert set(link["originNodeURI"]) == set(link["destinationNodeURI"]) == {"title", "identifier", "uri"}
        assert link["originNodeURI"]["identifier"] in inside
        there = official if link["associationType"] == "exactMatchOf" else inside
        assert link["destinationNodeURI"]["identifier"] in there
    kinds = pd.Series([link["associationType"] for link in package["CFAssociations"]]).value_counts()
    assert kinds["hasSkillLevel"] == 369
    assert kinds["exactMatchOf"] == 25


def test_identifiers_are_the_same_wherever_a_framework_is_written(shipped: Store, empty: Store) -> None:
    empty.write("other", "1" * 64, "shipped", frameworks())
    assert as_json(empty, "gdad-2025-08") == as_json(shipped, "gdad-2025-08")


# Packages of others


def package(*items: tuple[str, str], links: list[tuple[str, str, str]] = [], **document: str) -> dict[str, Any]:  # noqa: B006
    """Return a package of items (identifier, statement) and associations (origin, kind, destination)."""
    node = {"title": "t", "uri": "urn:x"}
    return {
        "CFDocument": {"identifier": "doc", "creator": "A college", "title": "Nursing informatics", **document},
        "CFItems": [{"identifier": key, "fullStatement": statement} for key, statement in items],
        "CFAssociations": [
            {"associationType": kind, "originNodeURI": {"identifier": one, **node}, "destinationNodeURI": {"identifier": other, **node}}
            for one, kind, other in links
        ],
    }


def taken(store: Store, value: Any) -> Any:
    return take_in(store, ALL, "case", json.dumps(value).encode(), "theirs.json")


def test_a_foreign_package_is_read_as_skills_in_their_order(empty: Store) -> None:
    long = "Explains " + "very " * 60 + "well"
    theirs = package(
        ("a", "Data"),
        ("b", "Records data"),
        ("c", long),
        ("d", "Records data"),
        links=[
            ("a", "isChildOf", "doc"),
            ("b", "isChildOf", "a"),
            ("c", "isChildOf", "a"),
            ("d", "isChildOf", "b"),
            ("a", "precedes", "b"),
        ],
        version="2.1",
    )
    theirs["CFItems"][1] |= {"humanCodingScheme": "NI.1.a", "abbreviatedStatement": "Recording", "CFItemType": "Outcome"}
    answer = taken(empty, theirs)
    assert answer.faults == ()
    name = "nursing-informatics-2-1"
    skills = empty.query("framework_skills", ALL, framework=name).set_index("skill")["skill_label"]
    assert skills.to_dict() == {
        "nursing-informatics-data": "Data",
        "nursing-informatics-ni-1-a": "Recording",
        skills.index[skills.str.startswith("Explains")][0]: skills[skills.str.startswith("Explains")].iloc[0],
        "nursing-informatics-records-data": "Records data",
    }
    assert skills.str.len().max() == 120
    wider = set(empty.query("framework_wider", ALL, framework=name)[["skill", "wider_skill"]].itertuples(index=False, name=None))
    assert ("nursing-informatics-records-data", "nursing-informatics-ni-1-a") in wider
    assert len(wider) == 3
    assert set(empty.query("framework_descriptions", ALL, framework=name)["text"]) == {"Records data", long}
    assert empty.query("frameworks", ALL)[["ranks", "active", "publisher"]].to_numpy().tolist() == [[1, False, "A college"]]
    assert answer.built.left_out[["reason", "rows"]].to_numpy().tolist() == [["association precedes", 1]]
    assert take_in(empty, ALL, "framework", csv(empty, name), "again.csv").faults[0].problem == "Framework is in the store already"


@pytest.mark.parametrize("name", ["gdad-2025-08", "gdad-2026-10", "nhs-informatics", "nhs-all-staff"])
def test_a_framework_that_is_there_is_refused_with_what_differs(shipped: Store, name: str) -> None:
    content = csv(shipped, name)
    for kind, file in (("framework", content), ("case", case.write(open_formats.contents(shipped, ALL, name)))):
        (fault,) = take_in(shipped, ALL, kind, file, "again").faults
        assert fault.problem == "Framework is in the store already"
        assert fault.found == f"'{name}', in which nothing differs from this file"
        assert "nothing to take in" in str(fault.action)
    lines = content.decode().splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith("requirement,"))
    (fault,) = take_in(shipped, ALL, "framework", "\n".join(lines[:place] + lines[place + 1 :]).encode(), "less.csv").faults
    assert fault.found == f"'{name}', which differs from this file in 1 requirement"
    assert "another id" in str(fault.action)


def test_ranks_of_a_foreign_package_are_the_levels_of_its_rubric(empty: Store) -> None:
    theirs = package(("a", "Data"))
    levels = [{"quality": "Expert", "position": 2}, {"quality": "Novice", "position": 1}]
    theirs["CFRubrics"] = [{"CFRubricCriteria": [{"CFRubricCriterionLevels": levels}]}]
    assert taken(empty, theirs).faults == ()
    ranks = empty.query("known_ranks", ALL, framework="nursing-informatics-1")
    assert ranks[["rank", "rank_label"]].to_numpy().tolist() == [[1, "Novice"], [2, "Expert"]]


def test_every_fault_of_a_package_is_told_at_once(empty: Store) -> None:
    theirs = package(
        ("a", "Data"), ("a", "Again"), ("c", ""), links=[("a", "isChildOf", "nowhere"), ("x", "isChildOf", "a"), ("a", "", "a")]
    )
    del theirs["CFDocument"]["creator"]
    with pytest.raises(DataError) as error:
        taken(empty, theirs)
    assert [(fault.problem, fault.column) for fault in error.value.faults] == [
        ("Missing field", "CFDocument.creator"),
        ("Identifier given twice", "CFItems[1].identifier"),
        ("Missing field", "CFItems[2].fullStatement"),
        ("Unknown item", "CFAssociations[0].destinationNodeURI"),
        ("Unknown item", "CFAssociations[1].originNodeURI"),
        ("Missing field", "CFAssociations[2].associationType"),
    ]
    circle = package(("a", "A"), ("b", "B"), ("c", "C"), links=[("a", "isChildOf", "b"), ("b", "isChildOf", "a"), ("c", "isChildOf", "a")])
    with pytest.raises(DataError) as error:
        taken(empty, circle)
    assert {fault.problem for fault in error.value.faults} == {"Below itself"}


@pytest.mark.parametrize(
    "content, found",
    [
        (b"{", "JSON"),
        (b"[" * 100_000, "too deep"),
        (b'{"CFItem": {}}', "without a CFDocument"),
        (b"\xff\xfe", "JSON"),
        (b'{"CFDocument": {"identifier": "d", "title": "T", "creator": "C"}, "CFItems": {"a": 1}}', "Not a list"),
    ],
)
def test_what_is_no_package_is_told_so(empty: Store, content: bytes, found: str) -> None:
    with pytest.raises(DataError, match=found):
        take_in(empty, ALL, "case", content, "theirs.json")


def test_a_package_of_ours_that_was_broken_says_where(shipped: Store, empty: Store) -> None:
    ours = json.loads(as_json(shipped, "nhs-all-staff"))
    level = next(item for item in ours["CFItems"] if item["CFItemType"] == "Role level")
    needs = [link for link in ours["CFAssociations"] if link["associationType"] == "hasSkillLevel"]
    ours["CFAssociations"] = [
        link
        for link in ours["CFAssociations"]
        if not (link["associationType"] == "isChildOf" and link["originNodeURI"]["identifier"] == level["identifier"])
    ]
    needs[0]["destinationNodeURI"]["identifier"] = level["identifier"]
    with pytest.raises(DataError) as error:
        taken(empty, ours)
    assert {fault.problem for fault in error.value.faults} == {"Not below one parent", "Requirement that leads nowhere"}


# A framework as CSV


def test_a_framework_file_is_checked_like_any_other(empty: Store) -> None:
    text = (
        "part,framework,series,label,version,publisher,licence,source,ranks,measured_on,rank,rank_label,role_family,role_family_label,"
        "role,role_label,role_level,role_level_label,level_number,suggested_band,skill,skill_label,required_rank\n"
        "framework,local,local,Local,1,us,ours,talk,2,roles\n"
        "skill,local,,,,,,,,,,,,,,,,,,,sql,SQL\n"
        "skill,elsewhere,,,,,,,,,,,,,,,,,,,python,Python\n"
        "role level,local,,,,,,,,,,,data,Data,analyst,Analyst,analyst,,1\n"
        "requirement,local,,,,,,,,,,,,,,,analyst,,,,sql,,3\n"
        "rumour,local\n"
    )
    answer = take_in(empty, ALL, "framework", text.encode(), "local.csv")
    assert {(fault.problem, fault.row, fault.column) for fault in answer.faults} == {
        ("Unknown framework", 4, "framework"),
        ("Blank", 5, "role_level_label"),
        ("Rank beyond the framework", 6, "required_rank"),
        ("Value not allowed", 7, "part"),
    }
    assert answer.number is None


def test_the_examples_of_the_templates_come_in(shipped: Store, empty: Store) -> None:
    kinds = {kind.name: kind for kind in open_formats.KINDS}
    for store, kind in ((empty, "framework"), (shipped, "crosswalk")):
        example = kinds[kind].example
        assert example is not None
        answer = take_in(store, ALL, kind, example().to_csv(index=False).encode(), f"{kind}.csv", dry=True)
        assert answer.faults == ()


# Crosswalk


def crosswalk(*rows: str) -> bytes:
    heading = "subject,framework_from,id_from,framework_to,id_to,relation,confidence,source,label_from,label_to"
    return "\n".join([heading, *rows]).encode()


def test_a_crosswalk_takes_the_place_of_what_was_said_and_undo_brings_that_back(shipped: Store) -> None:
    before = shipped.digest("crosswalk", ALL)
    row = "skill,gdad-2025-08,data-development-process,gdad-2026-10,data-development-process-management,exact,0.9,agreed locally,,"
    answer = take_in(shipped, ALL, "crosswalk", crosswalk(row), "crosswalk.csv")
    assert answer.faults == ()
    assert answer.number is not None
    rows = shipped.query("crosswalk", ALL).set_index("id_from")
    assert rows.loc["data-development-process", "relation"] == "exact"
    assert len(rows) == 16
    shipped.undo(answer.number)
    assert shipped.digest("crosswalk", ALL) == before


def test_a_suggestion_is_used_only_once_somebody_says_what_the_relation_is(shipped: Store) -> None:
    row = "skill,nhs-informatics,{},gdad-2025-08,information-security,{},0.6,suggested by likeness of names,,"
    known = shipped.query("framework_skills", ALL, framework="nhs-informatics")["skill"]
    content = crosswalk(row.format(known[0], ""), row.format(known[1], "related"))
    answer = take_in(shipped, ALL, "crosswalk", content, "crosswalk.csv", dry=True)
    assert answer.faults == ()
    assert answer.tables["crosswalk"] == 1
    assert answer.built is not None
    assert answer.built.left_out["rows"].tolist() == [1]


def test_every_fault_of_a_crosswalk_is_told(shipped: Store) -> None:
    content = crosswalk(
        "skill,gdad-2025-8,testing,gdad-2026-10,testing,exact,1,us,,",
        "skill,gdad-2025-08,testin,gdad-2026-10,testing,exact,1,us,,",
        "role level,gdad-2025-08,data-analyst,gdad-2025-08,data-analyst,close,1,us,,",
        "skill,gdad-2025-08,testing,gdad-2026-10,testing,same,2,us,,",
    )
    answer = take_in(shipped, ALL, "crosswalk", content, "crosswalk.csv")
    found = {(fault.problem, fault.row, fault.column) for fault in answer.faults}
    assert found == {
        ("Unknown framework", 2, "framework_from"),
        ("Unknown skill", 3, "id_from"),
        ("Related to itself", 4, "id_to"),
        ("Value not allowed", 5, "relation"),
        ("Value not allowed", 5, "confidence"),
    }
    assert "nearest: 'gdad-2025-08'" in next(fault.allowed for fault in answer.faults if fault.row == 2)


def test_ranks_are_carried_over_only_between_scales_of_one_length(shipped: Store) -> None:
    text = "part,framework,series,label,version,publisher,licence,source,ranks,measured_on,skill,skill_label\n"
    text += "framework,seven,seven,Seven,1,us,ours,talk,7,roles,,\nskill,seven,,,,,,,,,seven-testing,Testing\n"
    number = take_in(shipped, ALL, "framework", text.encode(), "seven.csv").number
    content = crosswalk("skill,seven,seven-testing,gdad-2025-08,testing,exact,1,us,,")
    assert [fault.problem for fault in take_in(shipped, ALL, "crosswalk", content, "c.csv").faults] == ["Other number of ranks"]
    assert number is not None
    shipped.undo(number)
