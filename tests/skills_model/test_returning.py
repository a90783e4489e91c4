"""A store made of returns answers as the stores of persons that they came from; what is missing is imputed, apart, with its range."""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skills_model import gap, planning, reference, returning, synthetic
from skills_model.area import Area
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, ScopeError
from skills_model.framework import frameworks
from skills_model.gap import gaps
from skills_model.organisations import organisations
from skills_model.privacy import Scope
from skills_model.returning import form, roster
from skills_model.returning.imputation import INVENTED, published
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply import cells, pipelines
from skills_model.supply.rates import estimate
from skills_model.supply.tables import parts
from skills_model.trend import dates

sys.path.insert(0, str(Path(__file__).parent))
from returned import ALL, ROLE, TODAY, empty, file, sent, take

World = dict[str, pd.DataFrame]

QUERIES = ("staff_by_group", "supply_staff", "unmapped", "mapped_share", "establishment_by_group", "organisations", "role_sets", "rank_counts")
ENGLAND = Area.parse("england")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the store of returns lies that every test has a copy of."""
    return tmp_path_factory.mktemp("returned") / "returned.duckdb"


@pytest.fixture
def returned(small_store: Store, small_world: World, place: Path, tmp_path: Path) -> Iterator[Store]:
    """Return a store that holds the small world by returns alone."""
    if not place.exists():
        with empty(place, small_world) as store:
            sent(store, small_store, "AAA", "BBB")
    with Store.open(shutil.copy(place, tmp_path / "returned.duckdb")) as store:
        yield store


@pytest.fixture(scope="module")
def two_trusts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Store], Store]]:
    """Return two invented trusts, each with its own store, and one store of their returns."""
    folder = tmp_path_factory.mktemp("two")
    homes = {}
    for code in ("DEMO198", "DEMO063"):
        synthetic.demo_store(folder / f"{code}.duckdb", 1, code)
        homes[code] = Store.open(folder / f"{code}.duckdb")
    together = empty(folder / "together.duckdb", frameworks())
    for code, home in homes.items():
        sent(together, home, code)
    yield homes, together
    for store in (*homes.values(), together):
        store.close()


# The same answers


@pytest.mark.parametrize("name", QUERIES)
def test_a_store_of_returns_holds_what_the_stores_at_home_hold(small_store: Store, returned: Store, name: str) -> None:
    home, here = small_store.query(name, ALL), returned.query(name, ALL)
    assert len(home)
    pd.testing.assert_frame_equal(here, home, check_exact=True)


def test_nobody_is_in_a_store_of_returns(returned: Store) -> None:
    assert returned.query("latest_assignment", ALL).empty
    assert len(returned.export("person", ALL).splitlines()) == 1
    assert len(returned.export("assessment", ALL).splitlines()) == 1


@pytest.mark.parametrize("by", [[], ["skill"], ["role_family", "skill"], ["organisation", "role_level"], ["icb", "role", "skill"], ["region"]])
def test_gaps_of_returns_are_those_at_home(small_store: Store, returned: Store, by: list[str]) -> None:
    home = gaps(small_store, ALL, by)
    assert len(home)
    pd.testing.assert_frame_equal(gaps(returned, ALL, by), home, check_exact=True)


def test_gaps_staff_and_posts_of_invented_trusts_are_those_at_home(two_trusts: tuple[dict[str, Store], Store]) -> None:
    """Every measure by role family and skill, every cell of staff, every post, every rank that a plan starts from: to the last digit."""
    homes, together = two_trusts
    for code, home in homes.items():
        for by in (["role_family", "skill"], ["role_level"], ["organisation"]):
            pd.testing.assert_frame_equal(gaps(together, ALL, by, [code]), gaps(home, ALL, by), check_exact=True)
        pd.testing.assert_frame_equal(cells.staff(together, ALL, [code]), cells.staff(home, ALL), check_exact=True)
        pd.testing.assert_frame_equal(gap.held(together, ALL, [code]), gap.held(home, ALL), check_exact=True)
        for name in QUERIES:
            here, there = together.query(name, ALL, organisations=[code]), home.query(name, ALL)
            pd.testing.assert_frame_equal(here, there, check_exact=True)
    whole = organisations(together, ALL)
    assert whole["fte"].sum() == pytest.approx(sum(organisations(home, ALL)["fte"].sum() for home in homes.values()))


def test_a_plan_starts_from_a_return_as_it_does_at_home(two_trusts: tuple[dict[str, Store], Store]) -> None:
    homes, together = two_trusts
    numbers, scenario = Assumptions.load(), Scenario.load("baseline")
    here, there = (planning.read(store, ALL, "DEMO198", scenario, numbers) for store in (together, homes["DEMO198"]))
    for part in ("staff", "posts", "held"):
        pd.testing.assert_frame_equal(getattr(here, part), getattr(there, part), check_exact=True)
    assert here.unmapped_fte == there.unmapped_fte > 0


def test_rates_rest_on_returned_flows_as_on_staff_lists(two_trusts: tuple[dict[str, Store], Store], tmp_path: Path) -> None:
    """Who left, joined and rose is told by a return as by the two staff lists that it was made of."""
    home = two_trusts[0]["DEMO198"]
    with empty(tmp_path / "one.duckdb", frameworks()) as here:
        sent(here, home, "DEMO198")
        known, told = (estimate(store, ALL, ["DEMO198"], Assumptions.load()) for store in (home, here))
    assert (known.estimates["weight"] > 0).any()
    for part in ("leaving", "joining", "promotion", "ageing"):
        pd.testing.assert_frame_equal(getattr(told, part), getattr(known, part))


def test_a_return_has_the_flows_between_the_last_two_staff_lists(small_store: Store) -> None:
    """AAA: p1 and p5 were analysts; p5 left, p2, p3, p4 (whose title nobody mapped) and p8 joined. BBB has one list."""
    rows = returning.write(small_store, ALL, "AAA", on=TODAY).rows
    flows = rows[rows["part"] == form.FLOWS].fillna({"role_level": ""})
    told = {(row.flow, row.role_level, row.age_band): (row.headcount, row.fte) for row in flows.itertuples()}
    assert told == {
        ("start", "analyst", "25 to 34"): (1, 1.0),
        ("start", "analyst", "60 and over"): (1, 1.0),
        ("left", "analyst", "60 and over"): (1, 1.0),
        ("joined", "analyst", "35 to 44"): (1, 0.5),
        ("joined", "senior-analyst", "35 to 44"): (1, 0.5),
        ("joined", "analyst", "25 to 34"): (1, 1.0),
        ("joined", "", "unknown"): (1, 0.8),
        ("joined", "lead-analyst", "45 to 54"): (1, 1.0),
    }
    assert set(flows["from_date"]) == {"2025-03-31"}
    other = returning.write(small_store, ALL, "BBB", on=TODAY).rows
    assert not (other["part"] == form.FLOWS).any()


# What counts


def test_the_latest_return_counts_and_the_earlier_one_as_at_its_day(small_store: Store, small_world: World, tmp_path: Path) -> None:
    """A year before, AAA had two analysts in post; whoever asks as at that day is answered so, with the posts of the first return."""
    before = small_world | {
        "snapshot": small_world["snapshot"].query("snapshot == 1"),
        "assignment": small_world["assignment"].query("snapshot == 1"),
        "establishment": small_world["establishment"].query("organisation == 'AAA'").assign(as_at="2025-03-31"),
    }
    with Store.create(tmp_path / "before.duckdb") as first, empty(tmp_path / "here.duckdb", small_world) as here:
        first.write("tests", "1" * 64, "before", before)
        sent(here, small_store, "AAA")
        now = gaps(here, ALL, ["role_level"])
        sent(here, first, "AAA")
        pd.testing.assert_frame_equal(gaps(here, ALL, ["role_level"]), now)
        assert here.query("returns", ALL)["counts"].tolist() == [False, True]
        assert dates(here, ALL)[0] == [dt.date(2025, 3, 31), dt.date(2026, 3, 31)]
        then = gaps(here, ALL, ["role_level"], as_at=dt.date(2025, 6, 1))
        home = gaps(first, ALL, ["role_level"])
        pd.testing.assert_frame_equal(then, home)
        assert then["headcount"].sum() == 2


def test_a_staff_list_counts_before_a_return(small_store: Store, returned: Store, small_world: World) -> None:
    whole = organisations(returned, ALL)
    people = {name: small_world[name].query("organisation == 'BBB'") for name in ("snapshot", "person", "assignment", "assessment")}
    returned.write("tests", "2" * 64, "list of BBB", people, organisation="BBB")
    pd.testing.assert_frame_equal(organisations(returned, ALL), whole)
    assert returned.query("latest_return", ALL)["organisation"].tolist() == ["AAA"]
    by = ["organisation", "skill"]
    counted = ["headcount", "required_fte"]
    pd.testing.assert_frame_equal(gaps(returned, ALL, by)[counted], gaps(small_store, ALL, by)[counted])


def test_an_undone_return_leaves_nothing(small_store: Store, small_world: World, tmp_path: Path) -> None:
    with empty(tmp_path / "here.duckdb", small_world) as here:
        tables = ("organisation", "establishment", "organisation_return", "returned_staff", "rank_count", "role_count")
        clean = {name: here.digest(name, ALL) for name in tables}
        number = take(here, file(small_store, "AAA")).number
        assert number is not None
        assert all(here.digest(name, ALL) != clean[name] for name in tables)
        here.undo(number)
        assert {name: here.digest(name, ALL) for name in tables} == clean
        assert take(here, file(small_store, "AAA")).number == number + 1


def test_a_return_counts_in_another_framework_by_its_crosswalk(small_store: Store, small_world: World, tmp_path: Path) -> None:
    """Here an analyst is a data specialist who needs querying, which is sql, at rank 3: of rank 3 the return says nothing.

    Of 2.5 FTE the return says that 2.5 - 1.0 * ... hold rank 2 as at home; at rank 3 from none to all may. Nobody else has a role level.
    """
    later = {
        "framework": pd.DataFrame(
            [("later", "later", "Later framework", "2", "us", "MIT", "tests", 4, True, "roles")], columns=list(small_world["framework"])
        ),
        "role_level": pd.DataFrame(
            [("later", "data", "Data", "specialist", "Specialist", "specialist", "Specialist", 1, "6")], columns=list(small_world["role_level"])
        ),
        "skill": pd.DataFrame([("later", "querying", "Querying")], columns=list(small_world["skill"])),
        "requirement": pd.DataFrame([("later", "specialist", "querying", 3)], columns=list(small_world["requirement"])),
        "crosswalk": pd.DataFrame(
            [
                ("role level", "small", "analyst", "later", "specialist", "exact", 1.0, "tests"),
                ("skill", "small", "sql", "later", "querying", "exact", 1.0, "tests"),
            ],
            columns=["subject", "framework_from", "id_from", "framework_to", "id_to", "relation", "confidence", "source"],
        ),
    }
    both = {
        name: pd.concat([small_world[name].assign(active=False) if name == "framework" else small_world[name], later[name]])
        for name in ("framework", "role_level", "skill", "requirement")
    } | {"crosswalk": later["crosswalk"]}
    with Store.create(tmp_path / "later.duckdb") as here:
        here.write("tests", "3" * 64, "frameworks", both)
        answer = take(here, file(small_store, "AAA"))
        assert not answer.faults
        assert any("senior-analyst" in note and "1.50 FTE count as not mapped" in note for note in answer.built.notes if answer.built)
        found = here.query("rank_counts", ALL).set_index("rank")
        home = small_store.query("rank_counts", ALL, organisations=["AAA"]).query("role_level == 'analyst'").set_index("rank")
        assert set(found["role_level"]) == {"specialist"}
        for column in ("headcount", "staff_fte", "budgeted_fte", "assessed_held", "held_low", "held", "held_high"):
            assert found.loc[[1, 2], column].tolist() == home.loc[[1, 2], column].tolist(), column
        assert found.loc[3, ["held_low", "held", "held_high", "unknown_fte"]].tolist() == [0.0, 0.0, 2.5, 2.5]
        unmapped = here.query("unmapped", ALL)
        assert unmapped["fte"].tolist() == [pytest.approx(0.8 + 1.5)]
        assert organisations(here, ALL)["fte"].tolist() == organisations(small_store, ALL).query("code == 'AAA'")["fte"].tolist()


# Who may see what


@pytest.mark.parametrize("by", [["skill"], ["role_family", "skill"], ["organisation"], ["role_level"], []])
def test_no_more_people_stand_behind_a_return_than_at_home(two_trusts: tuple[dict[str, Store], Store], by: list[str]) -> None:
    """Nobody here knows who is who, so a protected result counts at least so few; where there is somebody, it never counts nobody."""
    homes, together = two_trusts
    for code, home in homes.items():
        there, here = (
            store.query("assessed_by_group", ALL, by=by, organisations=[code]).set_index(by or "region")[["assessed_headcount", "evidence_headcount"]]
            for store in (home, together)
        )
        assert here.index.equals(there.index)
        assert (here <= there).all(axis=None)
        assert ((here > 0) == (there > 0)).all(axis=None)
        assert here.to_numpy().sum() > 0.5 * there.to_numpy().sum()


@pytest.mark.parametrize("by", [["role_family", "skill"], ["role_family"], ["role_level"], ["skill"], ["role", "skill"], []])
def test_nothing_that_is_hidden_at_home_is_shown_of_a_return(two_trusts: tuple[dict[str, Store], Store], by: list[str]) -> None:
    homes, together = two_trusts
    nobodys = Scope(frozenset(), protected=None)
    hidden = 0
    for code, home in homes.items():
        there, here = (gaps(store, nobodys, by, [code]).set_index(by) if by else gaps(store, nobodys, by, [code]) for store in (home, together))
        assert here.index.equals(there.index)
        stars = there.astype("str") == "*"
        hidden += int(stars.sum().sum())
        assert (here.astype("str") == "*")[stars].fillna(value=True).all(axis=None)
        apart = (here.astype("str") != there.astype("str")) & (here.astype("str") != "*")
        assert not apart.any(axis=None), "what is shown of both is the same"
    assert hidden or not by


def test_a_return_of_others_is_seen_protected(returned: Store) -> None:
    scope = Scope(frozenset({"BBB"}), protected=None)
    sizes = organisations(returned, scope).set_index("code")
    assert sizes.loc["BBB", "fte"] == "2"
    assert sizes.loc["AAA", "fte"] == "*"
    told = gaps(returned, scope, ["organisation"]).set_index("organisation")
    assert told.loc["AAA", "required_fte"] == "*"
    found = returning.returns(returned, scope, ENGLAND)
    listed = found.roster.set_index("organisation")
    assert (listed.loc["AAA", ["headcount", "fte", "low", "high"]] == "*").all()
    assert float(listed.loc["BBB", "fte"]) == 2.0
    step = found.bridge.set_index("step")
    assert np.isnan(step.loc["return", "fte"])
    assert np.isnan(step.loc["sum", "fte"])
    assert "too few people" in step.loc["return", "source"]


def test_beyond_ones_reach_nothing_of_a_return_is_seen(returned: Store) -> None:
    scope = Scope(frozenset({"BBB"}))
    for name in (*QUERIES, "latest_return", "returned_cell", "returned_set", "returned_rank", "returns"):
        assert returned.query(name, scope, organisations=["AAA"]).empty, name
        assert len(returned.query(name, scope)) or name == "unmapped", name
    assert set(returning.returns(returned, scope, ENGLAND).roster["organisation"]) == {"BBB"}


def test_only_an_organisation_itself_writes_its_return(small_store: Store, returned: Store) -> None:
    with pytest.raises(ScopeError):
        returning.write(small_store, Scope(frozenset({"BBB"}), protected=None), "AAA", on=TODAY, signed_off_by=ROLE)
    with pytest.raises(DataError, match="Counts by its return"):
        returning.write(returned, ALL, "AAA", on=TODAY, signed_off_by=ROLE)
    with pytest.raises(DataError, match="Unknown organisation"):
        returning.write(small_store, ALL, "AAC", on=TODAY, signed_off_by=ROLE)


@pytest.mark.parametrize("words", ["Dr A. Person", "someone@example.nhs.uk", "Officer 12345678"])
def test_who_signs_off_is_a_role(small_store: Store, words: str) -> None:
    with pytest.raises(DataError, match="May tell who somebody is") as error:
        returning.write(small_store, ALL, "AAA", on=TODAY, signed_off_by=words)
    assert words not in str(error.value)


def test_a_return_holds_nothing_about_single_people(small_store: Store, small_world: World) -> None:
    text = file(small_store, "AAA").decode()
    for personal in (*small_world["person"]["person"], "Wizard", "Team", "2020-01-01", "Administrative"):
        assert personal not in text
    assert text.splitlines()[0].split(",") == list(form.COLUMNS)


def test_a_return_is_the_same_for_the_same_data(small_store: Store) -> None:
    assert file(small_store, "AAA") == file(small_store, "AAA")


# What is missing


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Store]:
    """Return a store with two acute trusts of the published list: R0A with 300 FTE of staff and 330 posts, RCB with 100 FTE, a tenth not mapped."""
    with empty(tmp_path / "real.duckdb", frameworks()) as store:
        trusts = published(TODAY).set_index("organisation")
        codes = ["R0A", "RCB"]
        places = pd.DataFrame(
            [
                (code, trusts.loc[code, "name"], "Acute", trusts.loc[code, "region"], trusts.loc[code, "region_name"], trusts.loc[code, "icb"],
                 trusts.loc[code, "icb_name"], False)
                for code in codes
            ],
            columns=["organisation", "name", "organisation_type", "region_code", "region_name", "icb_code", "icb_name", "demonstration"],
        )  # fmt: skip
        said = [(code, "2026-03-31", "2026-04-30", ROLE, "", heads, float(heads), mapped, 0.0) for code, heads, mapped in (("R0A", 300, 0), ("RCB", 100, 10))]
        staff = [
            ("R0A", "2026-03-31", "data-analyst", "6", "35 to 44", 240, 240.0),
            ("R0A", "2026-03-31", "data-engineer", "7", "45 to 54", 60, 60.0),
            ("RCB", "2026-03-31", "data-analyst", "6", "35 to 44", 90, 90.0),
            ("RCB", "2026-03-31", "", "", "unknown", 10, 10.0),
        ]
        roles = [(code, "2026-03-31", number, level, int(fte), fte) for number, (code, _, level, _, _, _, fte) in enumerate(staff, 1) if level]
        posts = [("R0A", "2026-03-31", "data-analyst", "6", 270.0, None, 0.0, 0.0, None, None, None)]
        frames = {
            "organisation": places,
            "organisation_return": pd.DataFrame(said, columns=list_of(store, "organisation_return")),
            "returned_staff": pd.DataFrame(staff, columns=list_of(store, "returned_staff")),
            "returned_role": pd.DataFrame(roles, columns=list_of(store, "returned_role")),
            "establishment": pd.DataFrame(posts, columns=list_of(store, "establishment")),
        }
        store.write("tests", "4" * 64, "two real trusts", frames)
        yield store


def list_of(store: Store, table: str) -> list[str]:
    return store.export(table, ALL).decode().splitlines()[0].split(",")


def test_a_trust_that_sent_nothing_is_imputed_by_hand(real: Store) -> None:
    """Two acute trusts tell their share; it is drawn to the published 4.5% as two of seven, and that to nothing else.

    All told: 2/7 * 400 / published of both + 5/7 * 0.045; then of acute ones, the same two, drawn towards that in the same way.
    """
    numbers, trusts = Assumptions.load(), published(TODAY).set_index("organisation")
    found = returning.imputed(real, ALL, ENGLAND, TODAY, numbers)
    assert not found.why_not
    rows = found.organisations.set_index("organisation")
    assert not {"R0A", "RCB"} & set(rows.index)
    assert len(rows) == len(trusts) - 2
    own = 400 / trusts.loc[["R0A", "RCB"], "published_fte"].sum()
    overall = 2 / 7 * own + 5 / 7 * 0.045
    acute = 2 / 7 * own + 5 / 7 * overall
    tenth = 1.2815515655446004
    deviation = np.hypot(2 / 7 * own * 0.3 / 2**0.5, 5 / 7 * 0.01 / (2 * tenth))
    one = rows.loc["R0B"]
    assert (one["like"], one["share"]) == (2, pytest.approx(acute))
    assert one["fte"] == pytest.approx(trusts.loc["R0B", "published_fte"] * acute, abs=1e-5)
    spread = np.hypot(np.hypot(2 / 7 * own * 0.3 / 2**0.5, 5 / 7 * deviation), acute * 0.3)
    assert one["high"] - one["fte"] == pytest.approx(tenth * spread * trusts.loc["R0B", "published_fte"], abs=1e-4)
    assert one["fte"] - one["low"] == pytest.approx(one["high"] - one["fte"], abs=1e-4)
    ambulance = rows[rows["organisation_type"] == "Ambulance"]
    assert set(ambulance["share"].round(12)) == {round(overall, 12)}
    assert set(ambulance["like"]) == {0}


def test_imputed_cells_and_posts_add_up_to_their_trusts_and_are_split_as_those_who_returned(real: Store) -> None:
    """Acute ones: 330 of 400 FTE analysts of 35 to 44, all of the role family data but the tenth of one trust that is not mapped."""
    found = returning.imputed(real, ALL, ENGLAND, TODAY)
    whole = found.organisations.set_index("organisation")["fte"].dropna()
    sums = found.cells.groupby("organisation")["fte"].sum()
    assert sums.sort_index().tolist() == pytest.approx(whole.sort_index().tolist(), abs=1e-4)
    one = found.cells[found.cells["organisation"] == "R0B"]
    shares = {(row.role_family, row.age_band): row.fte / whole["R0B"] for row in one.fillna({"role_family": "-"}).itertuples()}
    assert shares == pytest.approx({("data", "35 to 44"): 330 / 400, ("data", "45 to 54"): 60 / 400, ("-", "unknown"): 10 / 400})
    assert one["role_level"].isna().all()
    assert (found.cells["headcount"] == 0).all()
    vacancy = Assumptions.load().value("vacancy_share")
    ratio = 1 / 6 * (1 + 30 / 300) + 5 / 6 / (1 - vacancy)
    posts = found.posts.groupby("organisation")["budgeted_fte"].sum()
    assert posts["R0B"] == pytest.approx(whole["R0B"] * ratio, abs=1e-4)
    assert found.organisations.set_index("organisation").loc["R0B", "posts"] == pytest.approx(posts["R0B"], abs=1e-4)


def test_a_list_of_everybody_tells_nobody_what_others_have(real: Store) -> None:
    """With more than the assumed share of its staff not mapped, RCB says nothing of the others; with none allowed, neither would."""
    strict = Assumptions.load().with_values({"imputation_unmapped_most": 0.05})
    assert set(returning.imputed(real, ALL, ENGLAND, TODAY, strict).organisations["like"]) == {0, 1}


def test_others_shares_are_not_told_by_what_is_imputed_for_a_third(real: Store) -> None:
    """Who may not see a trust's exact numbers gets what is imputed without them."""
    scope = Scope(frozenset({"RCB"}), protected=None)
    rows = returning.imputed(real, scope, ENGLAND, TODAY).organisations
    assert rows["like"].max() == 1
    nobodys = returning.imputed(real, Scope(frozenset(), protected=None), ENGLAND, TODAY).organisations
    assert set(nobodys["share"].round(12)) == {0.045}


def test_without_anybody_the_published_share_stands_and_nothing_says_how_staff_are_split(tmp_path: Path) -> None:
    with empty(tmp_path / "nobody.duckdb", frameworks()) as store:
        found = returning.imputed(store, ALL, ENGLAND, TODAY)
        trusts = reference.table("trusts")
        total, low, high = found.between()
        assert total == pytest.approx(0.045 * trusts["fte"].sum(), rel=1e-9)
        # What is usual errs for all of them together, so that the range of the sum is hardly narrower than the published one.
        assert low < 0.0405 * trusts["fte"].sum()
        assert high > 0.0495 * trusts["fte"].sum()
        assert high - low < float((found.organisations["high"] - found.organisations["low"]).sum()) / 2
        assert found.cells["role_family"].isna().all()
        assert set(found.cells["age_band"]) == {"unknown"}
        unsized = found.organisations[found.organisations["fte"].isna()]["organisation"].tolist()
        assert unsized == trusts.loc[trusts["fte"].isna(), "organisation"].tolist() != []
        listed = returning.returns(store, ALL, ENGLAND).roster.set_index("organisation")
        assert listed.loc[unsized, "counts"].tolist() == [roster.MISSING]


def test_areas_add_up(real: Store) -> None:
    """Systems to their region, and regions to England."""
    trusts = published(TODAY)
    boards = trusts.loc[trusts["region"] == "Y63", "icb"].dropna().unique()
    for whole, kind, codes in (("region:Y63", "icb", boards), ("england", "region", trusts["region"].dropna().unique())):
        told = returning.returns(real, ALL, Area.parse(whole), TODAY)
        parts = [returning.returns(real, ALL, Area.parse(f"{kind}:{code}"), TODAY) for code in codes]
        organisations_in = itertools.chain.from_iterable(part.roster["organisation"] for part in parts)
        assert sorted(organisations_in) == sorted(told.roster["organisation"])
        sums = [part.bridge.set_index("step").loc["sum", "fte"] for part in parts]
        assert sum(sums) == pytest.approx(told.bridge.set_index("step").loc["sum", "fte"], abs=1e-3)
        assert all(set(part.bridge["step"]) == {"staff list", "return", "imputed", "sum"} for part in parts)


def test_the_bridge_goes_from_the_sum_to_the_published_total_without_an_adjustment(real: Store) -> None:
    found = returning.returns(real, ALL, ENGLAND, TODAY)
    steps = found.bridge.set_index("step")
    assert list(steps.index) == ["staff list", "return", "imputed", "sum", "growth", "rest", "published"]
    assert (steps["source"].str.len() > 0).all()
    assert steps.loc["return", ["organisations", "fte", "low", "high"]].tolist() == [2, 400.0, 400.0, 400.0]
    assert steps.loc["imputed", ["fte", "low", "high"]].tolist() == list(found.imputed.between())
    for column in ("fte", "low", "high"):
        assert steps.loc["sum", column] == pytest.approx(steps.loc[["staff list", "return", "imputed"], column].sum())
    assert steps.loc[["sum", "growth", "rest"], "fte"].sum() == pytest.approx(46009)
    assert steps.loc["published", ["fte", "low", "high"]].tolist() == [46009, 40600, 53900]
    assert (found.bridge["low"] <= found.bridge["high"]).all()
    series = reference.table("infrastructure_support_series").set_index("month")["total_fte"]
    grown = steps.loc["growth", "fte"] / steps.loc["sum", "fte"]
    assert series["2020-07"] / series["2025-07"] - 1 < grown < series["2021-08"] / series["2024-08"] - 1
    listed = found.roster.set_index("organisation")
    assert listed.loc["R0A", ["counts", "as_at", "headcount", "fte", "signed_off_by"]].tolist() == ["return", "2026-03-31", 300.0, 300.0, ROLE]
    assert set(found.roster["counts"]) == {roster.RETURNED, roster.IMPUTED, roster.MISSING}


def test_nothing_is_imputed_beside_invented_organisations(small_store: Store) -> None:
    found = returning.returns(small_store, ALL, ENGLAND)
    assert found.imputed.why_not == INVENTED
    assert found.imputed.cells.empty
    assert set(found.roster["organisation"]) == {"AAA", "BBB"}
    steps = found.bridge.set_index("step")
    assert steps.loc["imputed", "fte"] == 0
    assert steps.loc["growth", "fte"] == 0
    assert steps.loc["sum", "fte"] == pytest.approx(6.8)  # AAA 4.8 with the one who is not mapped, BBB 2
    assert found.as_at == dt.date(2026, 3, 31)


def test_imputed_staff_can_be_projected_as_others(real: Store) -> None:
    """They leave and join at the rates of England, and nobody is lost on the way into the forecast's tables."""
    found = returning.imputed(real, ALL, Area.parse("region:Y63"), TODAY)
    codes = sorted(found.cells["organisation"].unique())
    rates = estimate(real, ALL, codes, Assumptions.load())
    held = found.cells.drop(columns=["low", "high"])
    moved = parts(held, rates, Scenario.load("baseline"), pipelines.read(real, ALL, codes), Assumptions.load())
    stocks = moved.stocks()
    assert stocks[:, 0].sum() == pytest.approx(found.between()[0], rel=1e-9)
    assert 0.5 < stocks[:, -1].sum() / stocks[:, 0].sum() < 2


def test_an_area_that_nobody_knows_is_named(real: Store) -> None:
    with pytest.raises(DataError, match="Unknown area"):
        returning.returns(real, ALL, Area.parse("icb:QQQ"), TODAY)
