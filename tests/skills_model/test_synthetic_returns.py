"""The demonstration's counts of all staff: invented trusts only, adding up, and not from everybody."""

import pandas as pd
import pytest

from skills_model.assumptions import Assumptions
from skills_model.synthetic import england
from skills_model.synthetic.build import _generator
from skills_model.synthetic.catalogue import catalogue
from skills_model.synthetic.country import OTHER_BODIES, places
from skills_model.synthetic.returns import all_staff, asked

ASSUMPTIONS = Assumptions.load()


@pytest.fixture(scope="module")
def country():
    """Return the frameworks, the places and every organisation's counts and returns, without its people."""
    shared = {name: frame for name, frame in england(1, ASSUMPTIONS, "DEMO198").items() if name in {"framework", "role_level", "requirement"}}
    everywhere = places(_generator(1, 0), catalogue(shared, ASSUMPTIONS), ASSUMPTIONS)
    tiers = asked(_generator(1, 0, 1), shared, ASSUMPTIONS)
    made = [all_staff(_generator(1, place.number, 1), place, tiers, ASSUMPTIONS) for place in everywhere]
    return everywhere, {name: pd.concat([frames[name] for frames in made]) for name in ("staff_count", "aggregate_return")}


def test_informatics_staff_are_their_share_of_all_staff(country):
    everywhere, frames = country
    informatics = sum(place.fte for place in everywhere if place.code != OTHER_BODIES)
    assert informatics / frames["staff_count"]["fte"].sum() == pytest.approx(ASSUMPTIONS.value("demo_informatics_share"), rel=0.01)


def test_staff_groups_have_their_assumed_shares(country):
    counts = country[1]["staff_count"].groupby("staff_group")["headcount"].sum()
    assumed = pd.Series(ASSUMPTIONS.by_key("demo_staff_group_share"))
    assert assumed.sum() == pytest.approx(1)
    assert (counts / counts.sum()).to_dict() == pytest.approx(assumed.to_dict(), abs=0.02)


def test_some_trusts_have_not_returned_and_other_bodies_have_nothing(country):
    everywhere, frames = country
    assert frames["aggregate_return"]["organisation"].nunique() / len(everywhere) == pytest.approx(
        ASSUMPTIONS.value("demo_return_share"), abs=0.1
    )
    assert OTHER_BODIES not in {*frames["staff_count"]["organisation"], *frames["aggregate_return"]["organisation"]}


def test_a_return_counts_everybody_of_a_staff_group_in_every_skill(country):
    frames = country[1]
    told = frames["aggregate_return"]
    people = told.groupby(["organisation", "staff_group", "skill"])["headcount"].sum()
    of_staff = people.groupby(["organisation", "staff_group"])
    assert (of_staff.min() == of_staff.max()).all()
    whole = of_staff.max().reset_index()
    whole["staff_group"] = whole["staff_group"].str.removesuffix(", team leader")
    both = whole.groupby(["organisation", "staff_group"])["headcount"].sum().reset_index()
    both = both.merge(frames["staff_count"], on=["organisation", "staff_group"])
    assert len(both)
    assert (both["headcount_x"] == both["headcount_y"]).all()


def test_boards_have_their_seats_and_not_everybody_is_assessed(country):
    told = country[1]["aggregate_return"]
    boards = told[told["staff_group"].str.startswith("Board: ")]
    assert boards.groupby(["organisation", "skill"])["headcount"].sum().max() == sum(ASSUMPTIONS.by_key("demo_board_seats").values())
    assert 0.3 < told.loc[told["rank"] >= 0, "headcount"].sum() / told["headcount"].sum() < 0.6
