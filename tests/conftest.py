"""A small world in which every answer can be worked out by hand; the working is in the comments.

Skills needed       analyst         sql 2
                    senior-analyst  sql 3, risk 1
                    lead-analyst    sql 3
                    cyber-lead      risk 2

AAA, snapshot of 31 March 2026 (and one of a year before, with a leaver, which does not count any more)
    p1  analyst 1.0                         sql: self 3, manager 1 -> the manager counts: 1, from 0.75 to 1.25
    p2  analyst 0.5 and senior-analyst 0.5  sql: test 2, three years old -> 2, from 1.75 to 2.25; risk: evidence 1 -> exactly 1
    p3  analyst 1.0                         not assessed
    p4  a job title that is not mapped, 0.8
    p8  lead-analyst 1.0                    not assessed, and neither is any other lead
    posts: analyst 3.0 (0.5 vacant), senior-analyst 0.4 (0.1 over), lead-analyst 1.0, cyber-lead 2.0 (nobody in post)
BBB, snapshot of 31 March 2026
    p6  cyber-lead 1.0                      risk: self 1 -> from 0.5 to 1.5
    p7  analyst 1.0                         not assessed, and nobody else of the role family is
    posts: analyst 1.0, cyber-lead 1.0
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from skills_model.assessment import RankRule
from skills_model.store import Store

SMALL_RULE = RankRule(
    margin_low={"self": 0.5, "manager": 0.25, "evidence": 0.0, "test": 0.0},
    margin_high={"self": 0.5, "manager": 0.25, "evidence": 0.0, "test": 0.0},
    margin_stale=0.25,
    stale_years=2,
)


AGES = {
    1: "25 to 34",
    2: "35 to 44",
    3: "25 to 34",
    4: "unknown",
    5: "60 and over",
    6: "55 to 59",
    7: "under 25",
    8: "45 to 54",
}


def person(number: int) -> str:
    """Return the pseudonym of a person of the small world."""
    return f"{number:032x}"


@pytest.fixture(scope="session", autouse=True)
def no_place_of_the_users_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep every test, and every process that it starts, out of the data of whoever runs it."""
    folder = tmp_path_factory.mktemp("nobodys")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SKILLSPLAN_STORE", str(folder / "store.duckdb"))
        for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
            patch.setenv(name, str(folder))
        yield folder
    written = [path.name for path in (folder / "store.duckdb", folder / "skillsplan") if path.exists()]
    assert not written, f"a test wrote where a user's own data would be: {written}"


@pytest.fixture
def small_rule() -> RankRule:
    return SMALL_RULE


@pytest.fixture(scope="session")
def small_frames() -> dict[str, pd.DataFrame]:
    """Return the small world as frames that Store.write takes."""
    return {
        "organisation": pd.DataFrame(
            [
                ("AAA", "Ash Acute Trust", "Acute", "Y1", "North", "ICB1", "Ash Board", True),
                ("BBB", "Birch Ambulance Trust", "Ambulance", "Y1", "North", "ICB2", "Birch Board", True),
            ],
            columns=[
                "organisation",
                "name",
                "organisation_type",
                "region_code",
                "region_name",
                "icb_code",
                "icb_name",
                "demonstration",
            ],
        ),
        "framework": pd.DataFrame(
            [
                ("small", "small", "Small framework", "1", "us", "MIT", "tests", 4, True, "roles"),
                ("old", "old", "Old framework", "0", "us", "MIT", "tests", 4, False, "roles"),
            ],
            columns=["framework", "series", "label", "version", "publisher", "licence", "source", "ranks", "active", "measured_on"],
        ),
        "role_level": pd.DataFrame(
            [
                (framework, family, family.title(), role, role.title(), level, level.replace("-", " ").capitalize(), number, band)
                for framework, family, role, level, number, band in [
                    ("small", "data", "analyst", "analyst", 1, "6"),
                    ("small", "data", "analyst", "senior-analyst", 2, "7"),
                    ("small", "data", "analyst", "lead-analyst", 3, "8a"),
                    ("small", "security", "cyber", "cyber-lead", 1, "8a"),
                    ("old", "data", "analyst", "analyst", 1, None),
                ]
            ],
            columns=[
                "framework",
                "role_family",
                "role_family_label",
                "role",
                "role_label",
                "role_level",
                "role_level_label",
                "level_number",
                "suggested_band",
            ],
        ),
        "skill": pd.DataFrame(
            [("small", "sql", "SQL"), ("small", "risk", "Risk"), ("old", "punch-cards", "Punch cards")],
            columns=["framework", "skill", "skill_label"],
        ),
        "requirement": pd.DataFrame(
            [
                ("small", "analyst", "sql", 2),
                ("small", "senior-analyst", "sql", 3),
                ("small", "senior-analyst", "risk", 1),
                ("small", "lead-analyst", "sql", 3),
                ("small", "cyber-lead", "risk", 2),
                ("old", "analyst", "punch-cards", 4),
            ],
            columns=["framework", "role_level", "skill", "required_rank"],
        ),
        "snapshot": pd.DataFrame(
            [(1, "AAA", "2025-03-31"), (2, "AAA", "2026-03-31"), (3, "BBB", "2026-03-31")],
            columns=["snapshot", "organisation", "as_at"],
        ),
        "person": pd.DataFrame(
            [(person(number), "AAA") for number in (1, 2, 3, 4, 5, 8)] + [(person(number), "BBB") for number in (6, 7)],
            columns=["person", "organisation"],
        ),
        "assignment": pd.DataFrame(
            [
                (
                    organisation,
                    snapshot,
                    person(number),
                    assignment,
                    AGES[number],
                    "Team",
                    "Administrative and Clerical",
                    title,
                    None,
                    level,
                    band,
                    fte,
                    "permanent",
                    "2020-01-01",
                    None,
                )
                for organisation, snapshot, number, assignment, title, level, band, fte in [
                    ("AAA", 1, 1, 1, "Analyst", "analyst", "6", 1.0),
                    ("AAA", 1, 5, 1, "Analyst", "analyst", "6", 1.0),
                    ("AAA", 2, 1, 1, "Analyst", "analyst", "6", 1.0),
                    ("AAA", 2, 2, 1, "Analyst", "analyst", "6", 0.5),
                    ("AAA", 2, 2, 2, "Senior analyst", "senior-analyst", "7", 0.5),
                    ("AAA", 2, 3, 1, "Analyst", "analyst", "6", 1.0),
                    ("AAA", 2, 4, 1, "Wizard", None, "6", 0.8),
                    ("AAA", 2, 8, 1, "Lead analyst", "lead-analyst", "8a", 1.0),
                    ("BBB", 3, 6, 1, "Cyber lead", "cyber-lead", "8a", 1.0),
                    ("BBB", 3, 7, 1, "Analyst", "analyst", "6", 1.0),
                ]
            ],
            columns=[
                "organisation",
                "snapshot",
                "person",
                "assignment",
                "age_band",
                "team",
                "staff_group",
                "job_title",
                "occupation_code",
                "role_level",
                "band",
                "fte",
                "contract",
                "start_date",
                "end_date",
            ],
        ),
        "assessment": pd.DataFrame(
            [
                ("AAA", person(1), "sql", 3, "self", "2025-10-01"),
                ("AAA", person(1), "sql", 1, "manager", "2025-09-01"),
                ("AAA", person(2), "sql", 2, "test", "2023-01-01"),
                ("AAA", person(2), "risk", 1, "evidence", "2026-01-01"),
                ("AAA", person(5), "sql", 4, "test", "2025-01-01"),
                ("BBB", person(6), "risk", 1, "self", "2026-01-10"),
            ],
            columns=["organisation", "person", "skill", "rank", "kind", "assessed_on"],
        ),
        "establishment": pd.DataFrame(
            [
                (organisation, "2026-03-31", level, band, budgeted, None, bank, agency, None, None, None)
                for organisation, level, band, budgeted, bank, agency in [
                    ("AAA", "analyst", "6", 3.0, 0.25, 0.0),
                    ("AAA", "senior-analyst", "7", 0.4, 0.0, 0.0),
                    ("AAA", "lead-analyst", "8a", 1.0, 0.0, 0.0),
                    ("AAA", "cyber-lead", "8a", 2.0, 0.0, 1.0),
                    ("BBB", "analyst", "6", 1.0, 0.0, 0.0),
                    ("BBB", "cyber-lead", "8a", 1.0, 0.0, 0.0),
                ]
            ],
            columns=[
                "organisation",
                "as_at",
                "role_level",
                "band",
                "budgeted_fte",
                "contracted_fte",
                "bank_fte",
                "agency_fte",
                "vacancy_factor",
                "funding_end_date",
                "approval_status",
            ],
        ),
    }


@pytest.fixture
def small_world(small_frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the small world's frames for a test to do with as it likes."""
    return {name: frame.copy() for name, frame in small_frames.items()}


@pytest.fixture(scope="session")
def small_store_made(small_frames: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the store lies that every small_store is a copy of: to make one takes ten times as long as to copy it."""
    path = tmp_path_factory.mktemp("small") / "small.duckdb"
    with Store.create(path) as store:
        store.write("tests", "0" * 64, "small world", small_frames, rule=SMALL_RULE)
    return path


@pytest.fixture
def small_store(small_store_made: Path, tmp_path: Path) -> Iterator[Store]:
    """Return a store that holds the small world."""
    with Store.open(shutil.copy(small_store_made, tmp_path / "small.duckdb")) as store:
        yield store
