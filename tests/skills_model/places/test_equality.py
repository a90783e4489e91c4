"""Equality monitoring: counts alone, protected, and likelihoods beside the largest group."""

import datetime as dt

import pandas as pd
import pytest

from skills_model.errors import DataError
from skills_model.places import Suggestions, equality, rounds
from skills_model.privacy import HIDDEN, Scope

ALL = Scope.local()


def counts(*rows):
    return pd.DataFrame(rows, columns=["characteristic", "category", "eligible", "suggested", "accepted", "completed"])


def shown(*rows):
    return equality.protected(counts(*rows), 8, 5, 0.8).set_index("category")


def test_likelihoods_stand_beside_those_of_the_largest_group():
    """Women: 30 of 100 suggested; men: 60 of 150, four in ten. Women were three quarters as likely, which is below 0.8."""
    table = shown(("sex", "women", 100, 30, 30, 15), ("sex", "men", 150, 60, 60, 30))
    assert table["suggested_share"].to_dict() == {"women": 0.3, "men": 0.4}
    assert table["suggested_likelihood"].to_dict() == {"women": 0.75, "men": 1.0}
    assert table["suggested_look"].to_dict() == {"women": True, "men": False}
    assert table["accepted_likelihood"].to_dict() == {"women": 1.0, "men": 1.0}
    assert table["completed_share"].to_dict() == {"women": 0.5, "men": 0.5}


def test_a_group_far_above_the_largest_is_to_be_looked_at_as_well():
    assert shown(("sex", "women", 100, 60, 30, 15), ("sex", "men", 150, 60, 60, 30))["suggested_look"]["women"]


def test_small_numbers_are_hidden_and_others_rounded():
    table = shown(("disability", "yes", 40, 7, 7, 0), ("disability", "no", 203, 52, 38, 11))
    assert table.loc["yes", ["eligible", "suggested", "accepted", "completed"]].tolist() == ["40", HIDDEN, HIDDEN, "0"]
    assert table.loc["no", "eligible"] == "205"
    assert pd.isna(table.loc["yes", "suggested_share"])
    assert not table.loc["yes", "suggested_look"]


def test_one_hidden_group_hides_the_smallest_of_the_others_too():
    """Whoever knows that 72 were suggested in all could else take 40 and 25 off and have about 7."""
    table = shown(("group", "a", 100, 40, 20, 10), ("group", "b", 80, 25, 20, 10), ("group", "c", 30, 7, 0, 0))
    assert table["suggested"].to_dict() == {"a": "40", "b": HIDDEN, "c": HIDDEN}
    assert table["eligible"].to_dict() == {"a": "100", "b": "80", "c": "30"}


def test_nothing_that_is_hidden_can_be_read_off_a_share():
    table = shown(("group", "a", 100, 40, 20, 10), ("group", "b", 6, 5, 5, 5), ("group", "c", 30, 10, 8, 8))
    for stage, name in (("suggested", "suggested_share"), ("accepted", "accepted_share"), ("completed", "completed_share")):
        assert table.loc[table[stage] == HIDDEN, name].isna().all()
    assert table.loc["b", "eligible"] == HIDDEN


@pytest.fixture
def monitored(small_store):
    rows = [(1, f"{3:032x}", "Data", "analyst", "sql", 1, "line", 1, "high", "Because.")]
    columns = ["place", "person", "team", "role_level", "skill", "rank", "line", "period", "band_of_need", "reason"]
    found = Suggestions(pd.DataFrame(rows, columns=columns), pd.DataFrame(), 1.0, 1.0, 0.0, 0, 0, 0, proven=True)
    name = rounds.save(small_store, ALL, "AAA", "a" * 64, "training", 1, found, dt.date(2026, 11, 22))
    return small_store, name


def returned(store, name, *rows):
    frame = pd.DataFrame(rows, columns=["characteristic", "category", "stage", "headcount"]).assign(organisation="AAA", round=name)
    store.write("equality", "e" * 64, "equality.csv", {"equality_count": frame}, organisation="AAA")


def test_monitoring_asks_for_the_return_where_there_is_none(monitored):
    store, name = monitored
    with pytest.raises(DataError, match="import equality"):
        equality.monitoring(store, ALL, name)


def test_monitoring_reads_the_return_and_says_where_it_does_not_fit_the_round(monitored):
    store, name = monitored
    returned(
        store,
        name,
        ("sex", "women", "eligible", 50),
        ("sex", "men", "eligible", 60),
        ("sex", "women", "suggested", 10),
        ("sex", "men", "suggested", 20),
    )
    found = equality.monitoring(store, ALL, name)
    assert found.groups.set_index("category")["suggested_likelihood"].to_dict() == {"men": 1.0, "women": 0.6}
    assert found.notes == ["By sex, more people are returned as suggested than the round has."]


def test_a_return_with_more_people_than_before_is_refused(monitored):
    store, name = monitored
    returned(store, name, ("sex", "women", "eligible", 5), ("sex", "women", "suggested", 6))
    with pytest.raises(DataError, match="More people than at the stage before"):
        equality.monitoring(store, ALL, name)
