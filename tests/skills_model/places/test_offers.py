"""What a plan offers, read from its own planning tables: places, hours, claims, and what is for people who have yet to come."""

import pandas as pd
import pytest

from optimiser.tables import PlanningTables, Problem
from skills_model.places.offers import offers

ATTRIBUTES = ["role_level", "skill", "rank", "kind", "route"]


@pytest.fixture
def tables():
    """Return a plan of four quarters for 10 FTE of analysts: 6 hold sql 1 and 2 hold sql 2; 4 lack rank 1, and 4 stand at rank 1."""
    return PlanningTables.from_frames(
        Problem(periods=4, period_label="quarter", attributes=tuple(ATTRIBUTES)),
        {
            "stocks": pd.DataFrame(
                [("staff", 10.0, "analyst", None, None, "staff"), ("sql1", 6.0, "analyst", "sql", 1, "skill"),
                 ("sql2", 2.0, "analyst", "sql", 2, "skill"), ("after", 0.0, "analyst", "sql", 1, "after-skill")],
                columns=["stock", "opening", "role_level", "skill", "rank", "kind"],
            ),
            "levers": pd.DataFrame(
                [("first", "analyst", "train", None), ("second", "analyst", "train", None), ("new", "analyst", "apprentice", "ST0001"),
                 ("hire", "analyst", "recruit", None)],
                columns=["lever", "role_level", "kind", "route"],
            ),
            "effects": pd.DataFrame(
                [("first", "sql1", 1, 0.9, None), ("first", "after", 1, 0.9, 4), ("second", "sql2", 2, 0.8, None), ("second", "sql2", 2, 0.7, 2),
                 ("new", "staff", 1, 1.0, None), ("new", "sql1", 4, 0.6, None), ("hire", "staff", 1, 1.0, None)],
                columns=["lever", "stock", "lag", "amount", "period"],
            ),
            "limits": pd.DataFrame([("release", "analyst", "release", 0.0)], columns=["limit", "role_level", "kind", "amount"]),
            "uses": pd.DataFrame(
                [("release", "lever", "first", 15.0, 0, None), ("release", "lever", "second", 20.0, 0, None),
                 ("release", "lever", "second", 20.0, 1, None), ("release", "stock", "staff", -19.0, 0, None), ("release", "stock", "staff", -9.5, 0, 3)],
                columns=["limit", "kind", "item", "amount", "lag", "period"],
            ),
        },
    )  # fmt: skip


def actions(*rows):
    return pd.DataFrame(rows, columns=["line", "kind", "period", "fte", "people"])


def test_places_are_those_that_people_who_learn_start_in_the_first_periods(tables):
    told = actions(
        ("first", "train", 1, 2.0, 2), ("first", "train", 4, 1.0, 1), ("hire", "recruit", 1, 3.0, 3), ("second", "train", 2, 1.0, 1)
    )
    found = offers(tables, told, 3)
    assert found.places[["line", "period", "until", "places"]].to_numpy().tolist() == [["first", 1, 1, 2], ["second", 2, 3, 1]]


def test_an_apprentice_in_a_new_post_is_no_place_for_those_who_are_there(tables):
    assert offers(tables, actions(("new", "apprentice", 1, 2.0, 2)), 4).places.empty


def test_a_place_gives_what_the_plan_says_of_its_period(tables):
    found = offers(tables, actions(("second", "train", 1, 1.0, 1), ("second", "train", 2, 1.0, 1)), 4)
    assert found.gives["share"].tolist() == [0.8, 0.7]
    assert found.claimed == pytest.approx(1.5)


def test_hours_away_and_time_for_learning_are_those_of_the_limit_on_release(tables):
    found = offers(tables, actions(("second", "train", 2, 1.0, 1)), 4)
    assert found.hours[["period", "hours"]].to_numpy().tolist() == [[2, 20.0], [3, 20.0]]
    assert found.time.set_index("period")["hours"].to_dict() == {1: 19.0, 2: 19.0, 3: 9.5, 4: 19.0}


def test_only_as_much_is_claimed_of_those_who_are_there_as_they_lack(tables):
    """4 FTE lack rank 1, so 2 of 6 starts are for people to come; the 4 reach rank 1 as 3.6 in the next quarter."""
    found = offers(tables, actions(("first", "train", 1, 6.0, 6)), 4)
    assert found.places["places"].tolist() == [4]
    assert found.later == 2
    assert found.claimed == pytest.approx(4 * 0.9)
    # 4 stand at rank 1; of those who start rank 1 in quarter 1, 3.6 stand there from quarter 2 on.
    after = offers(tables, actions(("first", "train", 1, 4.0, 4), ("second", "train", 1, 4.0, 4), ("second", "train", 2, 4.0, 4)), 4)
    assert after.places.set_index(["line", "period"])["fte"].to_dict() == pytest.approx(
        {("first", 1): 4.0, ("second", 1): 4.0, ("second", 2): 3.6}
    )


def test_parts_of_people_add_up_to_whole_ones(tables):
    told = actions(*(("first", "train", period, 1.0, 1) for period in (1, 2, 3, 4)))
    fewer = told.assign(fte=2.0, people=2)
    assert offers(tables, told, 4).places["places"].sum() == 4
    # 4 of 8 FTE are for people who are there; places and places for later add up.
    found = offers(tables, fewer, 4)
    assert found.places["places"].sum() + found.later == 8
    assert found.places["places"].sum() == 4
