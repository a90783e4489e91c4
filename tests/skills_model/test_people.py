"""Cover, loss, reach and career paths in a small world worked out by hand.

Skills needed       analyst  sql 2              (level 1, band 5)
                    senior   sql 3, risk 1      (level 2, band 6; the posts of AAA are funded at 7)
                    lead     sql 3, risk 2      (level 3, no band known)
                    helper, cyber, chief: risk 1, 2, 3 (bands 4, 6, 8a of another role)
AAA  p1  analyst 1.0 in Data                    sql: test 2 -> exactly 2
     p2  analyst 0.5 in Data, senior 0.5 in Web sql: self 3 -> from 2.25 to 3.5; risk not assessed
     p3  senior 1.0 in Data                     not assessed
     p4  senior 1.0 in Web                      sql: test 3; risk: test 1
BBB  p5  analyst 1.0 in Data                    sql: test 1
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from skills_model import data_quality, people
from skills_model.assessment import RankRule
from skills_model.errors import DataError, ScopeError
from skills_model.people.career import Step, chain
from skills_model.privacy import Scope
from skills_model.store import Store

World = dict[str, pd.DataFrame]

ALL = Scope.local()
AAA = Scope(frozenset({"AAA"}), person_level=True)
PLANNER = Scope(frozenset({"AAA"}))  # counts, no single people
NEIGHBOUR = Scope(frozenset({"BBB"}), person_level=True, protected=frozenset({"AAA"}))
RULE = RankRule(
    margin_low={"self": 0.75, "manager": 0.25, "evidence": 0.0, "test": 0.0},
    margin_high={"self": 0.5, "manager": 0.25, "evidence": 0.0, "test": 0.0},
    margin_stale=0.25,
    stale_years=2,
)


def person(number: int) -> str:
    return f"{number:032x}"


def framework() -> World:
    levels = [
        ("analyst", "analyst", 1, "5"), ("analyst", "senior", 2, "6"), ("analyst", "lead", 3, None),
        ("cyber", "helper", 1, "4"), ("cyber", "cyber", 2, "6"), ("cyber", "chief", 3, "8a"),
    ]  # fmt: skip
    needs = [
        ("analyst", "sql", 2), ("senior", "sql", 3), ("senior", "risk", 1), ("lead", "sql", 3), ("lead", "risk", 2),
        ("helper", "risk", 1), ("cyber", "risk", 2), ("chief", "risk", 3),
    ]  # fmt: skip
    return {
        "organisation": pd.DataFrame(
            [(code, f"{code} Trust", "Acute", "Y1", "North", "ICB1", "Board", True) for code in ("AAA", "BBB")],
            columns=[
                "organisation", "name", "organisation_type", "region_code", "region_name", "icb_code", "icb_name", "demonstration",
            ],
        ),
        "framework": pd.DataFrame(
            [("small", "small", "Small", "1", "us", "MIT", "tests", 4, True, "roles")],
            columns=["framework", "series", "label", "version", "publisher", "licence", "source", "ranks", "active", "measured_on"],
        ),
        "framework_rank": pd.DataFrame(
            [("small", 1, "Awareness"), ("small", 2, "Working"), ("small", 3, "Practitioner"), ("small", 4, "Expert")],
            columns=["framework", "rank", "rank_label"],
        ),
        "role_level": pd.DataFrame(
            [("small", "data", "Data", role, role.title(), level, level.title(), number, band) for role, level, number, band in levels],
            columns=[
                "framework", "role_family", "role_family_label", "role", "role_label", "role_level", "role_level_label", "level_number",
                "suggested_band",
            ],
        ),
        "skill": pd.DataFrame([("small", "sql", "SQL"), ("small", "risk", "Risk")], columns=["framework", "skill", "skill_label"]),
        "requirement": pd.DataFrame(
            [("small", *need) for need in needs], columns=["framework", "role_level", "skill", "required_rank"]
        ),
    }  # fmt: skip


def staff(posts: list[tuple[str, int, str, str, float, str]], assessed: list[tuple[str, int, str, int, str]]) -> World:
    """Return staff frames: posts are (organisation, person, team, role level, FTE, age band), assessments (.., skill, rank, kind)."""
    snapshots = {code: number for number, code in enumerate(sorted({post[0] for post in posts}), start=1)}
    rows = [
        (code, snapshots[code], person(who), place + 1, age, team, "Administrative and Clerical", level, None, level, "6", fte, "permanent")
        for place, (code, who, team, level, fte, age) in enumerate(posts)
    ]
    return {
        "snapshot": pd.DataFrame(
            [(number, code, "2026-03-31") for code, number in snapshots.items()], columns=["snapshot", "organisation", "as_at"]
        ),
        "person": pd.DataFrame(
            sorted({(person(who), code) for code, who, *_ in posts}), columns=["person", "organisation"]
        ),
        "assignment": pd.DataFrame(
            [(*row, None, None) for row in rows],
            columns=[
                "organisation", "snapshot", "person", "assignment", "age_band", "team", "staff_group", "job_title", "occupation_code",
                "role_level", "band", "fte", "contract", "start_date", "end_date",
            ],
        ),
        "assessment": pd.DataFrame(
            [(code, person(who), skill, rank, kind, "2026-01-10") for code, who, skill, rank, kind in assessed],
            columns=["organisation", "person", "skill", "rank", "kind", "assessed_on"],
        ),
    }  # fmt: skip


def small_world() -> World:
    forties = "45 to 54"
    return (
        framework()
        | staff(
            [
                ("AAA", 1, "Data", "analyst", 1.0, forties),
                ("AAA", 2, "Data", "analyst", 0.5, forties),
                ("AAA", 2, "Web", "senior", 0.5, forties),
                ("AAA", 3, "Data", "senior", 1.0, forties),
                ("AAA", 4, "Web", "senior", 1.0, forties),
                ("BBB", 5, "Data", "analyst", 1.0, forties),
            ],
            [
                ("AAA", 1, "sql", 2, "test"),
                ("AAA", 2, "sql", 3, "self"),
                ("AAA", 4, "sql", 3, "test"),
                ("AAA", 4, "risk", 1, "test"),
                ("BBB", 5, "sql", 1, "test"),
            ],
        )
        | {
            "establishment": pd.DataFrame(
                [("AAA", "2026-04-01", "senior", "7", 2.0, None, 0.0, 0.0, None, None, None)],
                columns=[
                    "organisation", "as_at", "role_level", "band", "budgeted_fte", "contracted_fte", "bank_fte", "agency_fte",
                    "vacancy_factor", "funding_end_date", "approval_status",
                ],
            ),
            "course": pd.DataFrame(
                [
                    ("risk-basics", "Risk basics", None, None, 100.0, 10.0, 1.0, None, None, None, "judgement"),
                    ("risk-more", "More risk", None, None, 300.0, 20.0, 4.0, None, None, None, "judgement"),
                    ("risk-whole", "Risk in one go", None, None, 500.0, 25.0, 2.0, None, None, None, "judgement"),
                    ("risk-for-experts", "Risk for experts", None, None, 10.0, 5.0, 1.0, None, None, None, "judgement"),
                    ("sql-three", "SQL three", "BBB college", "BBB", 50.0, 8.0, 2.0, None, None, None, "judgement"),
                ],
                columns=[
                    "course", "course_label", "provider", "organisation", "price", "hours", "weeks", "seats", "completion",
                    "apprenticeship_standard", "source",
                ],
            ),
            "course_effect": pd.DataFrame(
                [
                    ("risk-basics", "risk", 0, 1),
                    ("risk-more", "risk", 1, 2),
                    ("risk-whole", "risk", 0, 2),
                    ("risk-for-experts", "risk", 0, 2),
                    ("risk-for-experts", "sql", 4, 4),
                    ("sql-three", "sql", 2, 3),
                ],
                columns=["course", "skill", "rank_before", "rank_after"],
            ),
        }
    )  # fmt: skip


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[World], Store]]:
    """Return what makes a store of a world."""
    made: list[Store] = []

    def write(world: World) -> Store:
        store = Store.create(tmp_path / f"{len(made)}.duckdb")
        made.append(store)
        store.write("tests", "0" * 64, "small world", world, rule=RULE)
        return store

    yield write
    for store in made:
        store.close()


@pytest.fixture
def store(make: Callable[[World], Store]) -> Store:
    return make(small_world())


def row(frame: pd.DataFrame, columns: str, **where: object) -> list[object]:
    for column, value in where.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0][columns.split()].tolist()


# Cover

COUNTS = "rank people suggested held_low held held_high unassessed fte short_low short short_high"


def test_a_suggested_target_is_the_rank_most_needed_and_no_more_people_than_need_it(store: Store) -> None:
    """Data needs sql 2, 2 and 3 and risk once: two people at 2, and one at risk 1. Web: sql 3 and risk 1, both twice."""
    targets = people.cover(store, AAA)[["team", "skill", "rank", "people"]].to_numpy().tolist()
    assert targets == [
        ["", "risk", 1, 2], ["", "sql", 3, 2], ["Data", "risk", 1, 1], ["Data", "sql", 2, 2], ["Web", "risk", 1, 2], ["Web", "sql", 3, 2],
    ]  # fmt: skip


def test_cover_counts_people_with_its_range(store: Store) -> None:
    """Data, sql 2: p1 and p2 certainly, p3 unknown. Data, risk: p3 unknown; p2 does not need it there. Web, sql 3: p4 certainly, p2 at 2.25
    at worst. Whole: p2 counts once, with both posts.
    """
    cover = people.cover(store, AAA)
    assert row(cover, COUNTS, team="Data", skill="sql") == [2, 2, True, 2, 2, 3, 1, 1.5, 0, 0, 0]
    assert row(cover, COUNTS, team="Data", skill="risk") == [1, 1, True, 0, 0, 1, 1, 0.0, 0, 1, 1]
    assert row(cover, COUNTS, team="Web", skill="sql") == [3, 2, True, 1, 2, 2, 0, 1.5, 0, 0, 1]
    assert row(cover, COUNTS, team="Web", skill="risk") == [1, 2, True, 1, 1, 2, 1, 1.0, 0, 1, 1]
    assert row(cover, COUNTS, team="", skill="sql") == [3, 2, True, 1, 2, 3, 1, 2.0, 0, 0, 1]
    assert row(cover, "held unassessed rank_label skill_label", team="", skill="risk") == [1, 2, "Awareness", "Risk"]


def test_a_target_that_is_set_takes_the_place_of_the_suggested_one_and_can_be_undone(store: Store) -> None:
    """Three people at sql 3 in Data: p2 as assessed, p3 perhaps; p1, tested at 2, not even at best."""
    number = people.save_target(store, AAA, "AAA", "data", "SQL", 3, 3)
    assert row(people.cover(store, AAA), COUNTS, team="Data", skill="sql") == [3, 3, False, 0, 1, 2, 1, 0.5, 1, 2, 3]
    people.save_target(store, AAA, "AAA", "Data", "sql", 2, 1)
    assert row(people.cover(store, AAA), "rank people suggested", team="Data", skill="sql") == [2, 1, False]
    again = people.save_target(store, AAA, "AAA", "Data", "sql", 3, 3)
    assert row(people.cover(store, AAA), "rank people suggested", team="Data", skill="sql") == [3, 3, False]
    store.undo(again)
    assert row(people.cover(store, AAA), "rank people suggested", team="Data", skill="sql") == [2, 1, False]
    log = store._select("SELECT action, detail FROM audit_log ORDER BY entry", {})
    assert f"import {number}, cover target, cover_target 1" in log["detail"].tolist()
    assert store.broken_audit_entry() is None


def test_an_impossible_target_is_refused_with_every_fault_and_nothing_is_stored(store: Store) -> None:
    with pytest.raises(DataError) as error:
        people.save_target(store, AAA, "AAA", "", "sql", 5, 0)
    assert [fault.column for fault in error.value.faults] == ["rank", "people"]
    with pytest.raises(DataError, match="Data, Web"):
        people.save_target(store, AAA, "AAA", "Dta", "sql", 1, 1)
    with pytest.raises(DataError, match="nearest: 'sql'"):
        people.save_target(store, AAA, "AAA", "", "sq", 1, 1)
    assert people.cover(store, AAA)["suggested"].all()


# Loss


def test_loss_of_one_names_skills_and_holders_in_no_order_of_merit(store: Store) -> None:
    loss = people.loss_of_one(store, AAA)
    assert loss[["team", "skill", "held", "left_over", "single"]].to_numpy().tolist() == [
        ["", "risk", 1, 0, True], ["", "sql", 2, 1, False], ["Data", "sql", 2, 1, False], ["Web", "risk", 1, 0, True],
        ["Web", "sql", 2, 1, False],
    ]  # fmt: skip
    assert row(loss, "persons", team="Data", skill="sql") == [f"{person(1)} {person(2)}"]
    assert row(loss, "persons", team="Web", skill="risk") == [person(4)]


def test_enough_cover_survives_the_loss_of_one(store: Store) -> None:
    people.save_target(store, AAA, "AAA", "", "sql", 3, 1)
    assert people.loss_of_one(store, AAA, team="")["skill"].tolist() == ["risk"]


def test_with_a_team_go_those_who_have_no_post_elsewhere(store: Store) -> None:
    """Without Web p4 is gone and p2 stays: one of two at sql 3, and nobody known at risk 1."""
    columns = "group_headcount group_fte held going going_fte left_low left_over left_high below"
    loss = people.loss_of_team(store, AAA, "web")
    assert row(loss, columns, skill="sql") == [1, 1.0, 2, 1, 1.0, 0, 1, 2, True]
    assert row(loss, columns, skill="risk") == [1, 1.0, 1, 1, 1.0, 0, 0, 2, True]


def test_a_team_whose_skills_others_hold_enough_of_leaves_cover_as_it_is(store: Store) -> None:
    people.save_target(store, AAA, "AAA", "", "sql", 3, 1)
    assert row(people.loss_of_team(store, AAA, "Web"), "left_over below", skill="sql") == [1, False]


def test_a_team_must_exist_and_be_one(store: Store) -> None:
    with pytest.raises(DataError, match="Data, Web"):
        people.loss_of_team(store, ALL, "Wb")
    with pytest.raises(DataError, match="2 organisations"):
        people.loss_of_team(store, ALL, "Data")
    assert people.loss_of_team(store, ALL, "Data", ["AAA"]).empty  # p2 stays, and p1 and p3 do not hold what is wanted


# Cohorts


def cohort_world(older: int, near: int, younger: int, specialists: list[int]) -> World:
    """Analysts p1 on: first those aged 60 and over, then 55 to 59, then younger; all older ones and p100 hold sql 2, specialists risk 1."""
    ages = ["60 and over"] * older + ["55 to 59"] * near + ["35 to 44"] * younger
    posts = [("AAA", who, "Data", "senior", 1.0, age) for who, age in enumerate(ages, start=1)]
    held = [("AAA", who, "sql", 3, "test") for who in [*range(1, older + 1), len(ages)]]
    risk = [("AAA", who, "risk", 1 if who in specialists else 0, "test") for who in range(1, len(ages) + 1)]
    rest = [("AAA", who, "sql", 0, "test") for who in range(older + 1, len(ages))]
    return framework() | staff(posts, held + risk + rest)


def test_a_cohort_of_eight_is_shown_and_a_smaller_one_is_hidden_with_the_reason(make: Callable[[World], Store]) -> None:
    """Nine of 17 holders of sql 3 are 60 or over, rounded 10; with only one holder who stays nobody may see how old the ten are."""
    world = cohort_world(9, 7, 20, [1, 2])
    few = people.loss_of_cohorts(make(world), AAA)
    assert few.skills.empty
    assert row(few.groups, "below reason", age_band="60 and over") == ["*", ""]
    young = {person(who) for who in range(20, 27)}
    world["assessment"].loc[(world["assessment"]["skill"] == "sql") & world["assessment"]["person"].isin(young), "rank"] = 3
    found = people.loss_of_cohorts(make(world), AAA)
    assert found.groups[["age_band", "headcount", "fte", "below", "reason"]].to_numpy().tolist() == [
        ["55 to 59", "*", "*", "*", "fewer than 8 people are in it"],
        ["60 and over", 9, 9.0, "*", ""],
    ]
    shown = found.skills[["age_band", "skill", "held", "going", "left_over", "below"]].to_numpy().tolist()
    assert shown == [["60 and over", "sql", 17, 10, 7, False]]


def test_no_skill_of_a_cohort_is_listed_where_all_holders_or_all_others_are_of_that_age(make: Callable[[World], Store]) -> None:
    """Nine holders, all 60 or over; then eight holders who stay, and then only seven people who do not hold it."""
    for older, near, younger, holding, listed in [
        (9, 0, 20, range(10, 10), False),
        (9, 0, 20, range(10, 18), True),
        (9, 0, 20, range(10, 23), False),
    ]:
        world = cohort_world(older, near, younger, [])
        assessment = world["assessment"]
        last = person(older + near + younger)
        sql = assessment["skill"] == "sql"
        assessment.loc[sql & (assessment["person"] == last), "rank"] = 0
        assessment.loc[sql & assessment["person"].isin([person(who) for who in holding]), "rank"] = 3
        found = people.loss_of_cohorts(make(world), AAA)
        assert found.skills["skill"].tolist() == (["sql"] if listed else [])


def test_no_target_that_one_may_set_changes_what_is_shown_of_a_cohort(make: Callable[[World], Store]) -> None:
    """Holders at each rank are known by pseudonym, so a count of the old at two ranks would tell who between the ranks is old."""
    world = cohort_world(12, 8, 20, [1, 2])
    young = [person(who) for who in range(21, 31)]
    world["assessment"].loc[(world["assessment"]["skill"] == "sql") & world["assessment"]["person"].isin(young), "rank"] = 3
    world["assessment"].loc[(world["assessment"]["skill"] == "sql") & (world["assessment"]["person"] == person(1)), "rank"] = 4
    store = make(world)
    before = people.loss_of_cohorts(store, AAA)
    assert len(before.skills) == 1
    for rank in (1, 2, 3, 4):
        for skill in ("sql", "risk"):
            people.save_target(store, AAA, "AAA", "", skill, rank, 9999)
        after = people.loss_of_cohorts(store, AAA)
        pd.testing.assert_frame_equal(after.groups, before.groups)
        pd.testing.assert_frame_equal(after.skills, before.skills)


def test_that_no_skill_would_be_below_cover_is_not_told_apart_from_few(make: Callable[[World], Store]) -> None:
    """The one holder of risk is young in the first world, and 55 to 59 in the second."""
    shown = [people.loss_of_cohorts(make(cohort_world(9, 8, 12, specialists)), AAA).groups for specialists in ([25], [10])]
    assert [row(frame, "below", age_band="55 to 59") for frame in shown] == [["*"], ["*"]]


def test_a_cohort_that_is_nearly_everybody_is_hidden(make: Callable[[World], Store]) -> None:
    """The seven others would follow from the whole."""
    found = people.loss_of_cohorts(make(cohort_world(20, 0, 7, [1])), AAA)
    assert row(found.groups, "headcount below reason", age_band="60 and over") == ["*", "*", "fewer than 8 people are outside it"]
    assert found.skills.empty


def test_what_is_shown_of_a_cohort_does_not_tell_how_old_a_specialist_is(make: Callable[[World], Store]) -> None:
    """Whether both holders of risk are 60 or over, one or none, everything shown is the same."""
    worlds = [cohort_world(9, 8, 12, specialists) for specialists in ([1, 2], [1, 25], [1, 10])]
    shown = [people.loss_of_cohorts(make(world), AAA) for world in worlds]
    for other in shown[1:]:
        pd.testing.assert_frame_equal(other.skills.reset_index(drop=True), shown[0].skills.reset_index(drop=True))
        older = [frame.groups[frame.groups["age_band"] == "60 and over"] for frame in (shown[0], other)]
        pd.testing.assert_frame_equal(*older)


def test_cohorts_have_no_total_and_no_range_to_subtract_from(make: Callable[[World], Store]) -> None:
    found = people.loss_of_cohorts(make(cohort_world(9, 8, 12, [1])), AAA)
    assert set(found.groups["age_band"]) == set(people.COHORTS)
    assert not {"left_low", "left_high", "other_headcount", "others"} & {*found.groups.columns, *found.skills.columns}


def test_the_quality_of_a_teams_data_is_what_is_assessed_by_whom_and_how_long_ago(store: Store) -> None:
    """Data needs sql of p1, p2 and p3, and risk of p3: p1 by test, p2 by self. Web: p4 both by test, p2 sql by self; all 2 months old."""
    columns = "headcount needed assessed own old median_age assessed_share own_share"
    frame = data_quality.by_team(store, AAA)
    assert row(frame, columns, team="Data") == [3, 4, 2, 1, 0, 2, 0.5, 0.5]
    assert row(frame, columns, team="Web") == [2, 4, 3, 1, 0, 2, 0.75, 0.333333]
    with pytest.raises(ScopeError):
        data_quality.by_team(store, NEIGHBOUR, ["AAA"])


# Within reach


def test_distance_counts_missing_and_unknown_ranks(store: Store) -> None:
    """Lead: sql 3, risk 2. p1 misses one and two are unknown; p2 none and two; p4 one; of p3 all five are unknown."""
    reach = people.within_reach(store, AAA, "lead", within=2)
    columns = ["person", "missing", "missing_low", "missing_high", "unknown_ranks", "certain"]
    assert reach[columns].to_numpy().tolist() == [
        [person(1), 1, 1.0, 3.0, 2, False],
        [person(2), 0, 0.0, 2.75, 2, True],
        [person(4), 1, 1.0, 1.0, 0, True],
    ]
    assert row(reach, "missing_skills unknown_names", person=person(1)) == ["SQL (Working to Practitioner)", "Risk (Working)"]
    assert row(reach, "team role_level missing_skills", person=person(4)) == ["Web", "senior", "Risk (Awareness to Working)"]
    assert people.within_reach(store, AAA, "Lead", within=3)["certain"].tolist() == [True, True, True]


def test_holders_of_a_role_level_are_not_within_reach_of_it(store: Store) -> None:
    """p2 has a post as senior beside the one as analyst; p1 misses sql 3, and risk 1 is unknown."""
    assert people.within_reach(store, AAA, "senior", within=2)["person"].tolist() == [person(1)]


def test_reach_by_organisation_counts_those_of_whom_too_little_is_known(store: Store) -> None:
    counts = people.reach_by_organisation(store, ALL, "lead", within=2)
    columns = ["organisation", "headcount", "certainly", "possibly", "unknown"]
    assert counts[columns].to_numpy().tolist() == [["AAA", 4, 2, 1, 1], ["BBB", 1, 0, 1, 0]]


def test_names_are_put_beside_people_and_leave_the_order_alone(store: Store) -> None:
    reach = people.within_reach(store, AAA, "lead", within=2)
    told = people.with_names(reach, {person(4): "D", person(1): "A", person(9): "Z"})
    assert told["person"].tolist() == reach["person"].tolist()
    assert told["name"].fillna("").tolist() == ["A", "", "D"]
    assert told.columns.tolist() == ["name", *reach.columns]


# Role profile


def test_a_profile_has_every_required_skill_and_its_gap(store: Store) -> None:
    """Seniors p2 (half), p3, p4: 2.5 FTE in 2.0 posts. At sql 3: p4 whole, p2 half of it at 2.25 to 3.5, p3 unknown."""
    profile = people.role_profile(store, AAA, "senior", ["AAA"])
    assert profile["skill"].tolist() == ["risk", "sql"]
    assert row(profile, "required_rank rank_label headcount required_fte", skill="sql") == [3, "Practitioner", 3, 2.5]
    assert row(profile, "met_low met_high", skill="sql") == [1.0 + 0.5 * 0.25, 2.5]
    assert people.role_profile(store, AAA, "chief", ["AAA"])["headcount"].isna().all()


def test_holders_are_listed_with_what_they_hold(store: Store) -> None:
    holders = people.role_holders(store, AAA, "senior")
    assert holders[["team", "person", "skill"]].to_numpy().tolist() == [
        ["Data", person(3), "risk"], ["Data", person(3), "sql"], ["Web", person(2), "risk"], ["Web", person(2), "sql"],
        ["Web", person(4), "risk"], ["Web", person(4), "sql"],
    ]  # fmt: skip
    assert holders["rank"].fillna(-1).tolist() == [-1, -1, -1, 3, 1, 3]


# Career paths


def test_a_path_says_ranks_courses_bands_and_how_far_staff_are(store: Store) -> None:
    path = people.career_path(store, AAA, "analyst", "lead", ["AAA"])
    assert row(path.ranks, "before_label after_label taught_label", skill="risk") == ["none", "Working", "Working"]
    assert path.ranks[["skill", "rank_before", "rank_after", "ranks", "taught_to", "courses"]].to_numpy().tolist() == [
        ["risk", 0, 2, 2, 2, "risk-basics risk-more"],
        ["sql", 2, 3, 1, 2, ""],
    ]
    assert path.courses[["course", "price", "hours", "weeks", "skills"]].to_numpy().tolist() == [
        ["risk-basics", 100.0, 10.0, 1.0, "Risk"],
        ["risk-more", 300.0, 20.0, 4.0, "Risk"],
    ]
    assert path.bands.fillna("-").to_numpy().tolist() == [
        ["analyst", "Analyst", "5", "suggestion", 0],
        ["senior", "Senior", "7", "funded posts", 2],
        ["lead", "Lead", "-", "not known", 1],
    ]
    assert path.staff.to_numpy().tolist() == [[0, 0, 1, 1], [1, 3, 1, 1]]  # p2 misses nothing that is known, p1 one rank


def test_how_far_somebody_is_of_whom_too_little_is_known_is_not_said(store: Store) -> None:
    """Seniors are p2 (risk unknown), p3 (nothing known) and p4 (one rank); chiefs need risk 3 alone."""
    staff_of = people.career_path(store, AAA, "senior", "chief", ["AAA"]).staff.fillna(-1)
    assert staff_of.to_numpy().tolist() == [[1, 3, 1, 0], [-1, -1, 2, 2]]


def test_a_course_of_one_organisation_is_open_to_it_alone(store: Store) -> None:
    path = people.career_path(store, ALL, "analyst", "senior", ["BBB"])
    assert row(path.ranks, "taught_to courses", skill="sql") == [3, "sql-three"]
    assert row(people.career_path(store, ALL, "analyst", "senior", ["AAA"]).ranks, "taught_to courses", skill="sql") == [2, ""]


def test_the_way_into_another_role_goes_over_levels_that_are_banded_no_lower(store: Store) -> None:
    """Helpers are at band 4, below analysts at 5; without a known band nothing can be said of what lies between."""
    path = people.career_path(store, AAA, "analyst", "chief")
    assert path.bands["role_level"].tolist() == ["analyst", "cyber", "chief"]
    assert people.career_path(store, AAA, "lead", "chief").bands["role_level"].tolist() == ["lead", "chief"]
    assert people.career_path(store, AAA, "lead", "analyst").bands["role_level"].tolist() == ["lead", "senior", "analyst"]
    assert people.career_path(store, AAA, "lead", "lead").bands["ranks"].tolist() == [0]


def test_a_chain_of_courses_is_the_cheapest_that_gets_furthest() -> None:
    near, far, whole = Step("near", 0, 2, 300, 4), Step("far", 2, 3, 900, 12), Step("whole", 0, 3, 1200, 1)
    assert chain([near, far, whole], 0, 3) == (whole,)  # as dear, and quicker
    assert chain([near, far], 1, 4) == (near, far)
    assert chain([far], 0, 3) == ()
    assert chain([near], 2, 2) == ()


# Who may see what


def test_cover_and_loss_are_for_ones_own_organisation(store: Store) -> None:
    public = Scope(frozenset({"AAA"}), person_level=True, audience="public")
    for scope in (NEIGHBOUR, public):
        for ask in (people.cover, people.loss_of_one, people.loss_of_cohorts, people.teams):
            with pytest.raises(ScopeError):
                ask(store, scope, ["AAA"])
        with pytest.raises(ScopeError):
            people.save_target(store, scope, "AAA", "", "sql", 1, 1)
    assert set(people.cover(store, NEIGHBOUR)["organisation"]) == {"BBB"}
    with pytest.raises(DataError, match="Unknown team"):
        people.loss_of_team(store, NEIGHBOUR, "Web")


def test_single_people_are_shown_only_in_a_person_level_scope(store: Store) -> None:
    board = Scope(frozenset({"AAA"}), person_level=True, audience="private board")
    for scope in (PLANNER, board, NEIGHBOUR):
        for ask in (people.within_reach, people.role_holders):
            with pytest.raises(ScopeError):
                ask(store, scope, "lead", ["AAA"])
    for scope in (PLANNER, board):
        loss = people.loss_of_one(store, scope)
        assert len(loss) == 5
        assert (loss["persons"] == "").all()
    with pytest.raises(ScopeError):
        store.query("cover_holders", PLANNER, cover_people=2)
    assert set(people.within_reach(store, NEIGHBOUR, "lead")["organisation"]) <= {"BBB"}


def test_reach_and_paths_of_others_are_protected(store: Store) -> None:
    counts = people.reach_by_organisation(store, NEIGHBOUR, "lead", within=2)
    assert row(counts, "headcount certainly possibly unknown", organisation="AAA") == ["*", "*", "*", "*"]
    assert row(counts, "headcount certainly possibly unknown", organisation="BBB") == ["1", "0", "1", "0"]
    staff_of = people.career_path(store, NEIGHBOUR, "analyst", "lead", ["AAA"]).staff
    assert (staff_of[["headcount", "with_unknown"]] == "*").all(axis=None)
    assert people.career_path(store, NEIGHBOUR, "analyst", "lead", ["AAA"]).bands["band_from"].tolist()[1] == "suggestion"


def test_names_of_role_levels_are_found_by_id_or_name_and_faults_are_told_together(store: Store) -> None:
    assert people.find_role_level(store, ALL, "Lead", "senior") == ["lead", "senior"]
    with pytest.raises(DataError) as error:
        people.career_path(store, ALL, "analist", "leed")
    assert len(error.value.faults) == 2
    assert "nearest" in str(error.value)
    with pytest.raises(DataError):
        people.within_reach(store, ALL, "lead", within=-1)
