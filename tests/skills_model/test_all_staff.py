"""All staff and boards in a small world worked out by hand.

Asked of            Clerks                  tools 2, records 1
                    Clerks, team leader     tools 3
                    Nurses                  tools 2
                    Board: member           strategy 2
                    Board: chair            strategy 3

AAA has a staff list of 31 March 2026 and no return
    p1  clerk                               tools: test 2; records: test 1
    p2  clerk                               tools: test 1
    p3, p4  clerks                          not assessed
    p5  clerk whom the list calls a leader  tools: test 2
    p6  nurse 0.6 and clerk 0.4             not assessed, so one nurse
    p7  clerk with the title "Chair", which is mapped to the chair of the board
BBB has no staff list; 20 clerks and 5 nurses are published, and it returned on 1 January 2026, by self-assessment
    Clerks, tools: 4 at rank 3, 4 at rank 2, 2 at rank 1, 6 not assessed; records are not returned, nurses neither
    Board, strategy: 1 at rank 3, 2 at rank 2, 1 not assessed

Margins of a self-assessment are 0.5 below and 0.25 above, in a return 0.25 more on both sides; a tenth of a return may be miscounted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pandas as pd
import pytest

from skills_model import all_staff
from skills_model.all_staff import COUNTS, CUTS, MEASURES, measure
from skills_model.assessment import RankRule
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, ScenarioError
from skills_model.privacy import Scope
from skills_model.schema import TABLES
from skills_model.store import Store

World = dict[str, pd.DataFrame]

ALL = Scope.local()
ASSUMPTIONS = Assumptions.load().with_values(
    {
        "rank_margin_low[self]": 0.5,
        "rank_margin_high[self]": 0.25,
        "rank_margin_stale": 0.25,
        "rank_margin_return": 0.25,
        "return_count_error": 0.1,
        "unassessed_share": 0.5,
    }
)
RULE = RankRule.from_assumptions(ASSUMPTIONS)
COLUMNS = {model.TABLE: list(model.model_fields) for model in TABLES}
TRIPLE = ["met_low", "met", "met_high"]


def rows(table: str, *values: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(values), columns=COLUMNS[table])


def person(number: int) -> str:
    return f"{number:032x}"


def post(number: int, place: int, group: str, title: str, level: str | None, fte: float) -> tuple[object, ...]:
    dates = ("2020-01-01", None)
    return ("AAA", 1, person(number), place, "unknown", "Team", group, title, None, level, "4", fte, "permanent", *dates)


def told(organisation: str, day: str, group: str, skill: str, kind: str, counts: dict[int, int]) -> pd.DataFrame:
    return rows("aggregate_return", *((organisation, day, group, skill, kind, rank, people) for rank, people in counts.items()))


CLERKS = told("BBB", "2026-01-01", "Clerks", "tools", "self", {3: 4, 2: 4, 1: 2, -1: 6})
BOARD = told("BBB", "2026-01-01", "Board", "strategy", "self", {3: 1, 2: 2, -1: 1})


def plain_world() -> World:
    levels = [
        ("literacy", "Literacy", "clerks-staff", "Clerks staff", "clerks", "Literacy: Clerks", 1),
        ("literacy", "Literacy", "clerks-staff", "Clerks staff", "clerks-leader", "Literacy: Clerks, team leader", 2),
        ("literacy", "Literacy", "nurses-staff", "Nurses staff", "nurses", "Literacy: Nurses", 1),
        ("board", "Board leadership", "member", "Member", "board-member", "Board: member", 1),
        ("board", "Board leadership", "chair", "Chair", "board-chair", "Board: chair", 1),
    ]
    needs = [
        ("clerks", "tools", 2),
        ("clerks", "records", 1),
        ("clerks-leader", "tools", 3),
        ("nurses", "tools", 2),
        ("board-member", "strategy", 2),
        ("board-chair", "strategy", 3),
    ]
    return {
        "organisation": rows(
            "organisation",
            ("AAA", "Ash Acute Trust", "Acute", "Y1", "North", "ICB1", "Ash Board", True),
            ("BBB", "Birch Ambulance Trust", "Ambulance", "Y1", "North", "ICB2", "Birch Board", True),
        ),
        "framework": rows("framework", ("every", "every", "Everybody", "1", "us", "MIT", "tests", 4, False, "all staff")),
        "role_level": rows("role_level", *(("every", *level, None) for level in levels)),
        "skill": rows("skill", *(("every", skill, skill.title()) for skill in ("tools", "records", "strategy"))),
        "requirement": rows("requirement", *(("every", *need) for need in needs)),
        "snapshot": rows("snapshot", (1, "AAA", "2026-03-31")),
        "person": rows("person", *((person(number), "AAA") for number in range(1, 8))),
        "assignment": rows(
            "assignment",
            *(post(number, 1, "Clerks", "Clerk", None, 1.0) for number in (1, 2, 3, 4)),
            post(5, 1, "Clerks", "Clerk", "clerks-leader", 1.0),
            post(6, 1, "Clerks", "Clerk", None, 0.4),
            post(6, 2, "Nurses", "Nurse", None, 0.6),
            post(7, 1, "Clerks", "Chair", None, 1.0),
        ),
        "mapping": rows("mapping", ("AAA", "job title", "chair", "board-chair")),
        "assessment": rows(
            "assessment",
            ("AAA", person(1), "tools", 2, "test", "2026-01-01"),
            ("AAA", person(1), "records", 1, "test", "2026-01-01"),
            ("AAA", person(2), "tools", 1, "test", "2026-01-01"),
            ("AAA", person(5), "tools", 2, "test", "2026-01-01"),
        ),
        "staff_count": rows(
            "staff_count",
            ("BBB", "2025-01-01", "Clerks", 50, 45.0, "tests"),
            ("BBB", "2026-01-01", "Clerks", 20, 18.0, "tests"),
            ("BBB", "2026-01-01", "Nurses", 5, 4.5, "tests"),
        ),
        "aggregate_return": pd.concat([CLERKS, BOARD]),
    }


def write(path: Path, world: World) -> Store:
    store = Store.create(path)
    store.write("tests", "0" * 64, "small world", world, rule=RULE)
    return store


@pytest.fixture
def world() -> World:
    return plain_world()


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[[World], Store]]:
    """Return what makes a store of a changed world."""
    with ExitStack() as stores:
        yield lambda world: stores.enter_context(write(tmp_path / f"{len([*tmp_path.iterdir()])}.duckdb", world))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store of the small world as it is."""
    with write(tmp_path_factory.mktemp("all_staff") / "plain.duckdb", plain_world()) as store:
        yield store


def row(store: Store, level: str, skill: str, organisation: str) -> pd.Series:
    frame = measure(store, ALL, ["role_level", "skill"], [organisation], ASSUMPTIONS)
    found = frame.query("role_level == @level and skill == @skill")
    assert len(found) == 1
    return found.iloc[0]


def expect(found: pd.Series, **values: object) -> None:
    for name, value in values.items():
        assert found[name] == (pytest.approx(value) if isinstance(value, float) else value), name


# From single people


def test_people_with_assessments_are_measured_one_by_one(store) -> None:
    """p1 holds rank 2, p2 rank 1; p3 and p4 are as likely to meet it as they: half of them, with three of four ranks."""
    expect(
        row(store, "clerks", "tools", "AAA"),
        headcount=4, needed=4, rank_least=2, rank_most=2, assessed=2.0, from_people=2.0, from_returns=0.0,
        met_low=1.0, met=2.0, met_high=3.0, share_low=0.25, share=0.5, share_high=0.75,
        ranks_short_low=1.0, ranks_short=2.0, ranks_short_high=5.0, assessed_share=0.5, met_assessed=1.0, share_of_assessed=0.5,
        counted="staff list", source="person-level",
    )  # fmt: skip


def test_who_is_named_a_leader_is_held_against_that(store) -> None:
    """p5 holds rank 2 of the 3 that a team leader needs, and is no clerk of the four."""
    expect(row(store, "clerks-leader", "tools", "AAA"), headcount=1, met_low=0.0, met_high=0.0, ranks_short=1.0)


def test_a_mapped_title_can_name_a_seat_of_the_board(made, world) -> None:
    store = made(world)
    expect(row(store, "board-chair", "strategy", "AAA"), headcount=1, met_low=0.0, met=0.5, met_high=1.0, source="none")
    store.write("mapping", "1" * 64, "again", {"mapping": rows("mapping", ("AAA", "job title", "chair", None))}, replace=True)
    expect(row(store, "clerks", "tools", "AAA"), headcount=5)


def test_who_holds_two_posts_counts_once_where_most_of_the_time_goes(store) -> None:
    frame = measure(store, ALL, ["staff_group"], ["AAA"], ASSUMPTIONS).set_index("staff_group")
    assert frame["headcount"].to_dict() == {"Clerks": 5, "Nurses": 1, "Board": 1}


def test_people_count_once_however_many_skills_they_need(store) -> None:
    """Four clerks need two skills, a leader, a nurse and a chair one each."""
    expect(measure(store, ALL, [], ["AAA"], ASSUMPTIONS).iloc[0], headcount=7, needed=11, rank_least=1, rank_most=3)


def test_nobody_assessed_in_a_skill_takes_the_share_of_the_staff_group(made, world) -> None:
    """A leader is not assessed in tools any more: half of the clerks assessed meet what is asked of them, with three of four ranks."""
    world["assessment"] = world["assessment"][world["assessment"]["person"] != person(5)]
    expect(row(made(world), "clerks-leader", "tools", "AAA"), met_low=0.0, met=0.5, met_high=1.0, ranks_short=0.75)


# From returns


def test_a_return_has_a_wider_range_and_the_published_headcount(store) -> None:
    """Rank 3 meets 2 even at 2.25, rank 2 at 1.25 by a quarter, rank 1 at 1.5 by half; the 10 of 20 not assessed or not returned are unknown.

    Low: 0.9 x (4 + 4/4). Middle: 8 of 10, and 0.8 of the 10. High: 0.9 x (4 + 4 + 2/2) + 0.1 x 10, and 10.
    Ranks held, of 40. Low: 0.9 x (4 x 2 + 4 x 1.25 + 2 x 0.25). Middle: 18 of 20, and 0.9 of 20. High: 0.9 x (8 + 8 + 3) + 0.1 x 20, and 20.
    """
    expect(
        row(store, "clerks", "tools", "BBB"),
        headcount=20, needed=20, assessed=10.0, from_people=0.0, from_returns=10.0, met_low=4.5, met=16.0, met_high=19.1,
        ranks_short_low=0.9, ranks_short=4.0, ranks_short_high=27.85, assessed_share=0.5, met_assessed=8.0, share_of_assessed=0.8,
        counted="published count", source="return",
    )  # fmt: skip


def test_what_was_not_returned_is_unknown(store) -> None:
    expect(row(store, "clerks", "records", "BBB"), headcount=20, met_low=0.0, met=10.0, met_high=20.0, source="none")
    expect(row(store, "nurses", "tools", "BBB"), headcount=5, met_low=0.0, met=2.5, met_high=5.0, source="none")


def test_a_board_as_a_whole_is_held_against_what_asks_least(store) -> None:
    """Of the board nobody publishes a count, so the return's own stands."""
    expect(
        row(store, "board-member", "strategy", "BBB"),
        headcount=4, met_low=1.35, met=4.0, met_high=4.0, counted="return", source="return",
    )  # fmt: skip


def test_leaders_returned_on_their_own_come_off_the_published_count(made, world) -> None:
    world["aggregate_return"] = pd.concat([CLERKS, told("BBB", "2026-01-01", "Clerks, team leader", "tools", "self", {3: 2, -1: 1})])
    store = made(world)
    expect(row(store, "clerks-leader", "tools", "BBB"), headcount=3, counted="return")
    expect(row(store, "clerks", "tools", "BBB"), headcount=17, counted="published count")


@pytest.mark.parametrize(
    "other, expected",
    [
        pytest.param(told("BBB", "2025-12-01", "Clerks", "tools", "test", {0: 30}), [4.5, 16.0, 19.1], id="an older one does not count"),
        # All 20 may be at another rank by a tenth; at rank 0 with 0.25 + 0.5 nobody reaches rank 2.
        pytest.param(told("BBB", "2026-02-01", "Clerks", "tools", "self", {0: 20}), [0.0, 0.0, 2.0], id="a newer one takes its place"),
        pytest.param(told("BBB", "2026-01-01", "Clerks", "tools", "test", {0: 20}), [0.0, 0.0, 2.0], id="a test comes before one's own view"),
    ],
)
def test_the_latest_return_counts_and_of_it_the_best_judgement(made, world, other, expected) -> None:
    world["aggregate_return"] = pd.concat([world["aggregate_return"], other])
    assert row(made(world), "clerks", "tools", "BBB")[TRIPLE].tolist() == pytest.approx(expected)


def test_an_old_return_is_less_sure(made, world) -> None:
    """More than two years before the newest of BBB, which has no staff list: 0.25 more on both sides, so rank 3 holds 2 whole, rank 2 not at all."""
    world["aggregate_return"] = pd.concat([CLERKS.assign(as_at="2023-12-31"), BOARD])
    assert row(made(world), "clerks", "tools", "BBB")[TRIPLE].tolist() == pytest.approx([3.6, 16.0, 0.9 * (4 + 4 + 1.5) + 1 + 10])


def test_a_return_does_not_grow_old_by_what_others_send(made, world) -> None:
    """Two years to the day before the newest of BBB; the list of AAA is younger. A list of its own counts, and then the return is old."""
    world["aggregate_return"] = pd.concat([CLERKS.assign(as_at="2024-01-01"), BOARD])
    fresh = row(made(world), "clerks", "tools", "BBB")[TRIPLE].tolist()
    world["snapshot"] = world["snapshot"].assign(as_at="2029-03-31")
    assert row(made(world), "clerks", "tools", "BBB")[TRIPLE].tolist() == fresh
    world["snapshot"] = pd.concat([world["snapshot"], rows("snapshot", (2, "BBB", "2026-01-02"))])
    assert row(made(world), "clerks", "tools", "BBB")["met_low"] < fresh[0]


def test_the_same_judgements_have_a_wider_range_as_counts_than_as_people(made, world) -> None:
    world["assessment"] = rows("assessment", *(("AAA", person(number), "tools", number % 2 + 1, "self", "2026-01-01") for number in (1, 2, 3, 4)))
    world["aggregate_return"] = told("BBB", "2026-01-01", "Clerks", "tools", "self", {1: 2, 2: 2})
    world["staff_count"] = world["staff_count"].iloc[:0]
    store = made(world)
    people, counts = row(store, "clerks", "tools", "AAA"), row(store, "clerks", "tools", "BBB")
    assert people["met"] == counts["met"] == 2
    assert counts["met_low"] < people["met_low"]
    assert counts["met_high"] > people["met_high"]


# Both


def test_people_known_one_by_one_come_off_the_return(made, world) -> None:
    """Eight are assessed in the return, of whom p1 and p2 are known better: three quarters of its counts remain, three at 0 and three at 2."""
    world["aggregate_return"] = told("AAA", "2026-03-01", "Clerks", "tools", "self", {0: 4, 2: 4, -1: 2})
    expect(
        row(made(world), "clerks", "tools", "AAA"),
        headcount=10, assessed=8.0, from_people=2.0, from_returns=6.0, met=5.0, counted="return", source="both",
        met_low=1 + 0.9 * 3 * 0.25, met_high=1 + 0.9 * 3 + 0.6 + 2,
    )  # fmt: skip


def test_a_return_of_people_all_known_one_by_one_adds_nothing(store, made, world) -> None:
    world["aggregate_return"] = told("AAA", "2026-03-01", "Clerks", "tools", "self", {0: 2, -1: 2})
    pd.testing.assert_series_equal(row(made(world), "clerks", "tools", "AAA"), row(store, "clerks", "tools", "AAA"))


# Sums, cuts, scopes


@pytest.mark.parametrize("cut", CUTS)
def test_sums_are_the_sums_of_their_parts(store, cut) -> None:
    whole, parts = measure(store, ALL, [], None, ASSUMPTIONS).iloc[0], measure(store, ALL, [cut], None, ASSUMPTIONS)
    assert list(parts) == [cut, *MEASURES]
    for name in COUNTS:
        assert parts[name].sum() == pytest.approx(whole[name]), name
    assert (parts["headcount"].sum() == whole["headcount"]) == (cut != "skill")


def test_every_range_holds_its_middle(store) -> None:
    frame = measure(store, ALL, CUTS, None, ASSUMPTIONS)
    assert (frame["met_low"] <= frame["met"]).all()
    assert (frame["met"] <= frame["met_high"]).all()
    assert (frame["met_high"] <= frame["needed"]).all()
    assert (frame["ranks_short_low"] >= 0).all()


def test_an_unknown_cut_and_an_unknown_organisation_are_refused(store) -> None:
    with pytest.raises(ScenarioError, match=r"staff_grup.*nearest: 'staff_group'"):
        measure(store, ALL, ["staff_grup"])
    with pytest.raises(DataError, match="CCC"):
        measure(store, ALL, [], ["CCC"])


def test_other_organisations_are_seen_protected_only(store) -> None:
    own_alone = Scope(frozenset({"BBB"}), protected=None)
    frame = measure(store, own_alone, ["organisation", "staff_group"], None, ASSUMPTIONS).set_index(["organisation", "staff_group"])
    assert frame.loc[("BBB", "Clerks"), "met"] == "26"  # 16 of tools and 10 of records, exact beside hidden cells
    assert set(frame.loc["AAA", "headcount"]) == set(frame.loc["AAA", "met"]) == {"*"}
    total = measure(store, own_alone, [], None, ASSUMPTIONS).iloc[0]
    assert set(total[["headcount", "met", "share"]]) == {"*"}, "with BBB's taken off, a sum would tell of AAA's few people"
    alone = measure(store, Scope(frozenset({"BBB"})), ["organisation"], None, ASSUMPTIONS)
    assert alone["organisation"].tolist() == ["BBB"]
    public = measure(store, Scope(frozenset({"BBB"}), audience="public"), ["staff_group"], ["BBB"], ASSUMPTIONS).set_index("staff_group")
    assert public.loc["Board", "headcount"] == "*"
    assert public.loc["Clerks", "headcount"] == "20"


def test_progress_says_who_has_returned_and_who_has_people(store) -> None:
    frame = all_staff.progress(store, ALL).set_index("organisation")
    assert frame.loc["BBB", ["returned", "staff_groups", "assessed"]].tolist() == [20, 2, 0]
    assert frame.loc["BBB", "last_return"] == pd.Timestamp("2026-01-01")
    assert frame.loc["AAA", ["returned", "assessed"]].tolist() == [0, 3]
    assert pd.isna(frame.loc["AAA", "last_return"])
    seen = all_staff.progress(store, Scope(frozenset({"BBB"}), protected=None)).set_index("organisation")
    assert seen.loc["AAA", "assessed"] == "*"
    assert seen.loc["BBB", "returned"] == 20


def test_cuts_have_names(store) -> None:
    names = all_staff.labels(store, ALL)
    assert set(names) == set(CUTS)
    assert names["role_level"]["clerks-leader"] == "Clerks, team leader"
    assert names["tier"] == {"literacy": "Literacy", "board": "Board leadership"}


def test_the_newest_version_of_a_framework_counts(made, world) -> None:
    newer = {name: world[name].assign(framework="newer") for name in ("framework", "role_level", "skill", "requirement")}
    newer["framework"] = newer["framework"].assign(version="2")
    newer["requirement"] = newer["requirement"].assign(required_rank=1)
    store = made(world)
    store.write("framework", "2" * 64, "newer", newer, rule=RULE)
    expect(row(store, "clerks", "tools", "AAA"), rank_least=1, headcount=4, met=4.0)


def test_what_is_known_of_few_is_not_shown_among_many(made, world) -> None:
    """Twenty clerks are counted in BBB, of whom a return tells of one: the tools of that one are nobody else's business."""
    world["aggregate_return"] = told("BBB", "2026-01-01", "Clerks", "tools", "self", {-1: 19, 2: 1})
    world["staff_count"] = world["staff_count"].iloc[:0]
    scope = Scope(frozenset({"AAA"}), protected=None)
    row = measure(made(world), scope, ["organisation", "staff_group"], None, ASSUMPTIONS).set_index(["organisation", "staff_group"])
    clerks = row.loc[("BBB", "Clerks")]
    assert str(clerks["headcount"]) == "20"
    hidden = ["met_low", "met", "met_high", "ranks_short", "share", "assessed", "assessed_share", "met_assessed", "from_returns"]
    assert set(clerks[hidden]) == {"*"}
