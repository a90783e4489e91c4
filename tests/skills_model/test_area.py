"""The part of the country that a question is about, and the organisations that were in it on a day."""

from __future__ import annotations

import datetime as dt

import pytest

from skills_model import reference
from skills_model.area import Area, places
from skills_model.errors import DataError, ScopeError
from skills_model.organisations import published
from skills_model.privacy import Scope
from skills_model.store import Store

LOCAL = Scope.local()
DAY = dt.date(2026, 4, 1)



@pytest.mark.parametrize("text", ["england", "England", " region:y63 ", "icb:QYG", "organisation:AAA"])
def test_an_area_is_read_as_it_is_written(text: str) -> None:
    area = Area.parse(text)
    assert str(area) == text.strip().partition(":")[0].lower() + (f":{area.code}" if area.code else "")
    assert Area.parse(str(area)) == area


@pytest.mark.parametrize("text", ["englnd", "region", "region:", "england:Y63", "", "trust:AAA"])
def test_what_is_no_area_is_refused_with_what_is_one(text: str) -> None:
    with pytest.raises(DataError, match=r"england, region:CODE, icb:CODE or organisation:CODE"):
        Area.parse(text)


def test_the_organisations_of_an_area_are_those_that_are_there(small_store: Store) -> None:
    where = places(small_store, LOCAL, DAY).set_index("organisation")
    everybody = Area("england").codes(small_store, LOCAL, DAY)
    assert everybody == sorted(where.index)
    for kind in ("region", "icb"):
        for code, there in where.groupby(kind):
            assert Area(kind, str(code)).codes(small_store, LOCAL, DAY) == sorted(there.index)
    assert Area("organisation", "AAA").codes(small_store, LOCAL, DAY) == ["AAA"]


def test_an_area_that_is_not_in_the_store_is_named_with_those_that_are(small_store: Store) -> None:
    with pytest.raises(DataError, match="Unknown area"):
        Area("region", "Y99").codes(small_store, LOCAL, DAY)
    with pytest.raises(DataError, match="Unknown organisation"):
        Area("organisation", "ZZZ").codes(small_store, LOCAL, DAY)


def test_a_scope_sees_its_own_part_of_an_area_and_nothing_beyond(small_store: Store) -> None:
    own = Scope(frozenset({"AAA"}))
    assert Area("england").codes(small_store, own, DAY) == ["AAA"]
    with pytest.raises(ScopeError):
        Area("organisation", "BBB").codes(small_store, own, DAY)
    with pytest.raises(ScopeError):
        Area("england").codes(small_store, Scope(frozenset({"CCC"})), DAY)


def test_a_published_trust_is_where_the_hierarchy_says_it_was_that_day(small_store: Store) -> None:
    rows = reference.table("organisation_hierarchy")
    twice = rows[rows.duplicated("organisation", keep=False)].sort_values(["organisation", "valid_from"])
    code = twice["organisation"].iloc[0]
    first, second = (row for _, row in twice[twice["organisation"] == code].head(2).iterrows())
    assert first["icb"] != second["icb"], "the reference table has a trust that changed its board"
    small_store.write("trust", "1" * 64, "trust", {"organisation": published(code)})
    for row in (first, second):
        day = dt.date.fromisoformat(row["valid_from"])
        there = places(small_store, LOCAL, day).set_index("organisation").loc[code]
        assert (there["icb"], there["region"]) == (row["icb"], row["region"])
        assert code in Area("icb", row["icb"]).codes(small_store, LOCAL, day)
