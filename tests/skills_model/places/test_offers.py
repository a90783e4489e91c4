"""What a plan offers, read from its own planning tables: places, hours, claims, and what is for people who have yet to come."""

import pandas as pd
import pytest

from optimiser.tables import PlanningTables, Problem
from skills_model.places.offers import offers, whole

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
    return pd.DataFrame(rows, columns=["line", "kind", "period", "fte"])


def test_places_are_those_that_people_who_learn_start_in_the_first_periods(tables):
    told = actions(("first", "train", 1, 2.0), ("first", "train", 4, 1.0), ("hire", "recruit", 1, 3.0), ("second", "train", 2, 1.0))
    found = offers(tables, told, 3, {})
    assert found.places[["line", "period", "until", "people"]].to_numpy().tolist() == [["first", 1, 1, 2], ["second", 2, 3, 1]]


def test_an_apprentice_in_a_new_post_is_no_place_for_those_who_are_there(tables):
    assert offers(tables, actions(("new", "apprentice", 1, 2.0)), 4, {}).places.empty


def test_a_place_gives_what_the_plan_says_of_its_period(tables):
    found = offers(tables, actions(("second", "train", 1, 1.0), ("second", "train", 2, 1.0)), 4, {})
    assert found.gives["share"].tolist() == [0.8, 0.7]
    assert found.claimed == pytest.approx(1.5)


def test_hours_away_and_time_for_learning_are_those_of_the_limit_on_release(tables):
    found = offers(tables, actions(("second", "train", 2, 1.0)), 4, {})
    assert found.hours[["period", "hours"]].to_numpy().tolist() == [[2, 20.0], [3, 20.0]]
    assert found.time.set_index("period")["hours"].to_dict() == {1: 19.0, 2: 19.0, 3: 9.5, 4: 19.0}


def test_only_as_much_is_claimed_of_those_who_are_there_as_they_lack(tables):
    """4 FTE lack rank 1, so 2 of 6 starts are for people to come; the 4 reach rank 1 as 3.6 in the next quarter."""
    found = offers(tables, actions(("first", "train", 1, 6.0)), 4, {})
    assert found.places["people"].tolist() == [4]
    assert found.later == 2
    assert found.claimed == pytest.approx(4 * 0.9)
    # 4 stand at rank 1; of those who start rank 1 in quarter 1, 3.6 stand there from quarter 2 on.
    after = offers(tables, actions(("first", "train", 1, 4.0), ("second", "train", 1, 4.0), ("second", "train", 2, 4.0)), 4, {})
    assert after.places.set_index(["line", "period"])["fte"].to_dict() == pytest.approx(
        {("first", 1): 4.0, ("second", 1): 4.0, ("second", 2): 3.6}
    )


def test_places_and_those_kept_for_later_add_up(tables):
    """Of 8 FTE in four quarters 4 are of people who are there."""
    found = offers(tables, actions(*(("first", "train", period, 2.0) for period in (1, 2, 3, 4))), 4, {})
    assert whole(found, pd.Series({"first": 4})).places["due"].sum() == 4
    assert found.later == 4


def test_parts_of_people_add_up_to_whole_ones_where_there_is_somebody(tables):
    """1.6 and 1.4 are three places: two and one; but where one person alone could take the first, one and two.

    The one of the second may begin in either quarter, since the plan starts a part of a person in each; it is due in the second.
    """
    told = actions(("first", "train", 1, 1.6), ("second", "train", 1, 0.7), ("second", "train", 2, 0.7))
    found = offers(tables, told, 4, {})

    def places(first, second):
        rows = whole(found, pd.Series({"first": first, "second": second})).places
        return rows[["line", "period", "of_line", "places", "due"]].to_numpy().tolist()

    assert places(2, 2) == [["first", 1, 2, 2, 2], ["second", 1, 1, 1, 0], ["second", 2, 1, 1, 1]]
    assert places(1, 2) == [["first", 1, 1, 1, 1], ["second", 1, 2, 1, 1], ["second", 2, 2, 1, 1]]
    assert places(1, 1) == [["first", 1, 1, 1, 1], ["second", 1, 1, 1, 0], ["second", 2, 1, 1, 1]]


def test_a_whole_place_that_nobody_can_take_stays_empty(tables):
    """It is not given to others: the plan claims of people who are there what they cannot do."""
    found = offers(tables, actions(("first", "train", 1, 2.0), ("second", "train", 1, 1.0)), 4, {})
    rows = whole(found, pd.Series({"second": 4})).places
    assert rows.set_index("line")["places"].to_dict() == {"first": 2, "second": 1}


def test_a_start_is_a_place_for_as_many_people_as_are_its_fte(tables):
    """Analysts work half of the week on average: 2 FTE of starts are 4 people, each of whom is away for half of what the plan counts."""
    found = offers(tables, actions(("second", "train", 2, 2.0)), 4, {"analyst": 2.0})
    assert found.places[["fte", "people"]].to_numpy().tolist() == [[2.0, 4.0]]
    assert found.hours["hours"].tolist() == [10.0, 10.0]
    assert found.claimed == pytest.approx(2 * 0.7)
