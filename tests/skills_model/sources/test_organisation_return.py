"""A return comes in as it was written or not at all: no draft, nothing changed, nobody by name."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from skills_model.errors import DataError
from skills_model.privacy import Scope
from skills_model.returning import form
from skills_model.sources import importing
from skills_model.store import Store

sys.path.insert(0, str(Path(__file__).parents[1]))
from returned import ALL, empty, file, take

World = dict[str, pd.DataFrame]
Change = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of what tests share: an empty store and the returns of both organisations."""
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def here(small_world: World, made: Path, tmp_path: Path) -> Iterator[Store]:
    """Return a store of one's own with the frameworks of the small world and nobody in it."""
    if not (made / "empty.duckdb").exists():
        empty(made / "empty.duckdb", small_world).close()
    with Store.open(shutil.copy(made / "empty.duckdb", tmp_path / "here.duckdb")) as store:
        yield store


@pytest.fixture
def written(made: Path, request: pytest.FixtureRequest) -> dict[str, bytes]:
    """Return the files of AAA, of BBB, of AAA under an agreement, and the draft of AAA."""
    if not (made / "draft").exists():
        home = request.getfixturevalue("small_store")
        for code in ("AAA", "BBB"):
            (made / code).write_bytes(file(home, code))
        (made / "agreed").write_bytes(file(home, "AAA", agreement="Sharing agreement of 2026"))
        (made / "draft").write_bytes(file(home, "AAA", signed_off_by=""))
    return {name: (made / name).read_bytes() for name in ("AAA", "BBB", "agreed", "draft")}


def table(content: bytes) -> pd.DataFrame:
    return pd.read_csv(BytesIO(content), dtype="str", keep_default_na=False)


def changed(content: bytes, change: Change) -> bytes:
    return change(table(content)).to_csv(index=False).encode()


def at(part: str, column: str, value: str, place: int = 0) -> Change:
    """Change one cell of a part."""

    def change(rows: pd.DataFrame) -> pd.DataFrame:
        rows.loc[rows.index[rows["part"] == part][place], column] = value
        return rows

    return change


def without(part: str, place: int = 0) -> Change:
    return lambda rows: rows.drop(rows.index[rows["part"] == part][place])


def told(store: Store, content: bytes) -> set[tuple[str, str]]:
    """Take in what is wrong and return its faults, after checking that nothing was written."""
    before = [store.digest(name, ALL) for name in ("organisation", "organisation_return", "establishment", "import_run")]
    answer = take(store, content)
    assert answer.number is None
    assert [store.digest(name, ALL) for name in ("organisation", "organisation_return", "establishment", "import_run")] == before
    return {(fault.problem, fault.column) for fault in answer.faults}


def test_a_return_comes_in_as_it_was_written(written: dict[str, bytes], here: Store) -> None:
    answer = take(here, written["agreed"])
    assert not answer.faults
    assert answer.built is not None
    assert answer.tables == {
        "organisation": 1, "organisation_return": 1, "returned_staff": 5, "returned_role": 4, "establishment": 4, "returned_skill": 9,
        "returned_flow": 8,
    }  # fmt: skip
    assert list(answer.built.notes) == [
        (
            "AAA, Ash Acute Trust, as at 2026-03-31: 5 people, 4.80 FTE; signed off by Chief information officer on 2026-11-22, "
            "under 'Sharing agreement of 2026'."
        )
    ]
    entry = pd.read_csv(BytesIO(here.export("organisation_return", ALL))).iloc[0]
    assert entry[["headcount", "fte", "unmapped_headcount", "outside_fte"]].tolist() == [5, 4.8, 1, 0.0]


def test_a_dry_run_writes_nothing_and_the_same_file_comes_in_once(written: dict[str, bytes], here: Store) -> None:
    content = written["AAA"]
    tried = take(here, content, dry=True)
    assert tried.tables["returned_staff"] == 5
    assert here.query("returns", ALL).empty
    take(here, content)
    with pytest.raises(DataError, match="Imported before"):
        take(here, content)
    number = take(here, written["BBB"]).number
    assert told(here, written["agreed"]) == {
        ("Return of this date is in the store already", ""), ("Establishment of this date is in the store already", "")
    }  # fmt: skip
    assert number is not None
    here.undo(number)
    assert take(here, written["BBB"]).number == number + 1


@pytest.mark.parametrize("column", ["status", "signed_off_by", "signed_off_on"])
def test_a_draft_is_refused(written: dict[str, bytes], here: Store, column: str) -> None:
    assert told(here, written["draft"]) == {("Draft", "status")}
    assert told(here, changed(written["AAA"], at(form.RETURN, column, "draft" if column == "status" else ""))) == {("Draft", "status")}


def test_of_an_organisation_whose_staff_list_is_here_the_list_counts(small_store: Store, written: dict[str, bytes]) -> None:
    answer = take(small_store, written["AAA"])
    assert ("Staff list in the store", "") in {(fault.problem, fault.column) for fault in answer.faults}
    assert "which counts" in str(answer.faults[0])


@pytest.mark.parametrize(
    "change, fault",
    [
        (without(form.STAFF), ("Total that is not that of the rows", "rows")),
        (without(form.SKILLS, 3), ("Total that is not that of the rows", "rows")),
        (without(form.FLOWS), ("Total that is not that of the rows", "fte")),
        (without(form.TOTAL), ("Total missing", "of_part")),
        (without(form.RETURN), ("Not one return", "part")),
        (at(form.STAFF, "fte", "7.5"), ("Total that is not that of the rows", "fte")),
        (at(form.POSTS, "budgeted_fte", "30"), ("Total that is not that of the rows", "budgeted_fte")),
        (at(form.SKILLS, "held", "2.4"), ("Total that is not that of the rows", "held")),
        (at(form.RETURN, "fte", "5.8"), ("Parts that do not agree", "fte")),
        (at(form.RETURN, "headcount", "9"), ("Parts that do not agree", "headcount")),
        (at(form.RETURN, "unmapped_headcount", "0"), ("Parts that do not agree", "unmapped_headcount")),
        (at(form.ROLES, "fte", "3.5"), ("Parts that do not agree", "fte")),
        (at(form.SKILLS, "assessed_held", "9"), ("More than possible", "assessed_held")),
        (at(form.SKILLS, "held_high", "99"), ("More than possible", "held_high")),
        (at(form.STAFF, "headcount", ""), ("Blank", "headcount")),
        (at(form.STAFF, "age_band", ""), ("Blank", "age_band")),
        (at(form.STAFF, "skill", "sql"), ("Not part of such a row", "skill")),
        (at(form.STAFF, "organisation", "BBB"), ("Row of another return", "organisation")),
        (at(form.STAFF, "as_at", "2026-03-30"), ("Row of another return", "as_at")),
        (at(form.STAFF, "role_level", "analist"), ("Unknown role level", "role_level")),
        (at(form.FLOWS, "role_level", "gardener"), ("Unknown role level", "role_level")),
        (at(form.SKILLS, "skill", "weaving"), ("Unknown skill", "skill")),
        (at(form.RETURN, "signed_off_by", "Dr A. Person"), ("May tell who somebody is", "signed_off_by")),
        (at(form.RETURN, "agreement", "by someone@example.nhs.uk"), ("May tell who somebody is", "agreement")),
        (at(form.RETURN, "signed_off_on", "2090-01-01"), ("Date in the future", "signed_off_on")),
        (lambda rows: rows.assign(as_at="2090-03-31"), ("Date in the future", "as_at")),
    ],
)
def test_what_was_changed_is_found(written: dict[str, bytes], here: Store, change: Change, fault: tuple[str, str]) -> None:
    assert fault in told(here, changed(written["AAA"], change))


def test_all_faults_are_told_at_once(written: dict[str, bytes], here: Store) -> None:
    def several(rows: pd.DataFrame) -> pd.DataFrame:
        for change in (at(form.STAFF, "role_level", "analist"), at(form.SKILLS, "skill", "weaving"), at(form.RETURN, "status", "draft")):
            rows = change(rows)
        return without(form.POSTS)(rows)

    found = told(here, changed(written["AAA"], several))
    assert {problem for problem, _ in found} >= {"Draft", "Unknown role level", "Unknown skill", "Total that is not that of the rows"}


@pytest.mark.parametrize("heading", ["Employee name", "NHS number", "Date of birth", "team", "person", "notes"])
def test_a_column_about_people_is_refused(written: dict[str, bytes], here: Store, heading: str) -> None:
    with pytest.raises(DataError, match="Column that a return does not have") as error:
        take(here, changed(written["AAA"], lambda rows: rows.assign(**{heading: "Jane Citizen"})))
    assert "Jane" not in str(error.value)
    assert here.query("returns", ALL).empty


@pytest.mark.parametrize("column", ["role_level", "band", "age_band", "skill", "headcount", "rows", "flow", "signed_off_on"])
def test_what_may_be_about_somebody_is_not_repeated(written: dict[str, bytes], here: Store, column: str) -> None:
    answer = take(here, changed(written["AAA"], lambda rows: rows.assign(**{column: "Jane Citizen, 12/03/1970"})))
    assert answer.faults
    assert "Jane" not in " ".join(map(str, answer.faults))


def test_whose_return_it_is_may_be_said_and_must_then_be_right(small_store: Store, written: dict[str, bytes], here: Store) -> None:
    here.write("tests", "7" * 64, "place", {"organisation": small_store._select("SELECT * EXCLUDE (import_run) FROM organisation", {})})
    answer = take(here, written["AAA"], organisation="BBB")
    assert {fault.problem for fault in answer.faults} == {"Return of another organisation"}
    assert take(here, written["AAA"], organisation="AAA").number is not None


def test_who_has_no_access_to_an_organisation_takes_in_no_return_of_it(written: dict[str, bytes], here: Store) -> None:
    answer = importing.take_in(here, Scope(frozenset({"BBB"})), "return", written["AAA"], "aaa.csv")
    assert {fault.problem for fault in answer.faults} == {"Organisation beyond your access"}


def test_a_marked_file_and_one_from_a_spreadsheet_come_in(written: dict[str, bytes], here: Store) -> None:
    """Rows of invented organisations are marked; spreadsheets write headings in capitals and a byte order mark."""
    rows = table(written["AAA"]).assign(data="Demonstration data, not real staff")
    content = rows.rename(columns=str.upper).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")
    assert take(here, content).number is not None


def test_a_return_without_posts_flows_or_skills_comes_in(written: dict[str, bytes], here: Store, small_world: World, tmp_path: Path) -> None:
    """Nobody assessed, no establishment, one staff list: staff alone."""
    bare = {name: frame for name, frame in small_world.items() if name not in {"establishment", "assessment"}}
    with Store.create(tmp_path / "bare.duckdb") as home:
        home.write("tests", "8" * 64, "bare", bare)
        answer = take(here, file(home, "BBB"))
    assert not answer.faults
    assert set(answer.tables) == {"organisation", "organisation_return", "returned_staff", "returned_role", "returned_skill"}
    counts = here.query("rank_counts", ALL)
    assert (counts["unknown_fte"] == 1.0).all()
    assert (counts["assessed_headcount"] == 0).all()
