"""What people lack, in bands, and who could take what; the working is in the comments."""

from dataclasses import replace

import pandas as pd
import pytest

from skills_model.assumptions import Assumptions
from skills_model.places import needs
from skills_model.places.assignment import assign
from skills_model.places.offers import Offers

ASSUMED = Assumptions.load()


def needing(*rows):
    """Write needs: person, team, role level, fte, skill, required rank, rank."""
    frame = pd.DataFrame(rows, columns=["person", "team", "role_level", "fte", "skill", "required_rank", "rank"])
    return frame.assign(rank=pd.array(frame["rank"], dtype="Int64"), organisation="AAA")


def offering(gives, *, places=10, level="analyst", hours=10.0, time=100.0):
    """Write one offer of a quarter that leads to some ranks (skill, rank)."""
    return Offers(
        places=pd.DataFrame([(1, "line", "train", level, "", 1, 1, 1.0, places, places, places)],
                            columns=["offer", "line", "kind", "role_level", "route", "period", "until", "fte", "of_line", "places", "due"]),
        gives=pd.DataFrame([(1, skill, rank, 0.9) for skill, rank in gives], columns=["offer", "skill", "rank", "share"]),
        hours=pd.DataFrame([(1, 1, hours)], columns=["offer", "period", "hours"]),
        time=pd.DataFrame([(level, 1, time)], columns=["role_level", "period", "hours"]),
        claimed=1.0, later=0,
    )  # fmt: skip


def people(*ranks, fte=1.0, team="T"):
    """Return analysts who need sql at 3 and hold these ranks."""
    return needing(*((f"p{number}", team, "analyst", fte, "sql", 3, rank) for number, rank in enumerate(ranks)))


def asked(told, offers, seed=1):
    standing = needs.standing(told, seed)
    gains = needs.gains(standing, offers)
    listed = needs.needed(standing, {}, ASSUMED)
    return needs.question(listed, gains, offers, needs.time_of_teams(standing, offers), ASSUMED, 4)


def test_bands_follow_from_the_part_of_what_is_needed_that_is_missing():
    """3 of 3, 2 of 3, 1 of 3 and 0 of 3 ranks are missing; the borders are a half and a quarter."""
    listed = needs.needed(needs.standing(people(0, 1, 2, 3), 1), {}, ASSUMED)
    assert listed["band"].tolist() == ["high", "high", "middle", "low"]
    assert listed["missing"].tolist() == [3.0, 2.0, 1.0, 0.0]


def test_the_priority_of_a_skill_weighs():
    told = needing(("p", "T", "analyst", 1.0, "sql", 2, 2), ("p", "T", "analyst", 1.0, "risk", 2, 0))
    plain = needs.needed(needs.standing(told, 1), {}, ASSUMED).iloc[0]
    weighed = needs.needed(needs.standing(told, 1), {"sql": 6.0}, ASSUMED).iloc[0]
    assert (plain["missing"], plain["required"], plain["band"]) == (2.0, 4.0, "high")
    assert (weighed["missing"], weighed["required"], weighed["band"]) == (2.0, 14.0, "low")


def test_a_skill_that_two_role_levels_need_counts_once_at_the_higher_rank():
    told = needing(("p", "T", "analyst", 0.5, "sql", 2, 1), ("p", "T", "lead", 0.5, "sql", 3, 1))
    listed = needs.needed(needs.standing(told, 1), {}, ASSUMED)
    assert listed[["missing", "required", "fte"]].to_numpy().tolist() == [[2.0, 3.0, 1.0]]


def test_people_not_assessed_stand_as_the_assessed_do_whoever_of_them_it_is():
    """Four are assessed at 0, 1, 1 and 3; of eight who are not, two stand at 0, four at 1 and two at 3; need is the mean, not the lot."""
    told = people(0, 1, 1, 3, *[None] * 8)
    first, second = needs.standing(told, 1), needs.standing(told, 2)
    for standing in (first, second):
        unknown = standing[~standing["assessed"]]
        assert sorted(unknown["held"]) == [0, 0, 1, 1, 1, 1, 3, 3]
        assert set(unknown["lacking"]) == {(3 + 2 + 2 + 0) / 4}
        assert standing.loc[standing["assessed"], "held"].tolist() == standing.loc[standing["assessed"], "rank"].tolist()
    assert first["held"].tolist() != second["held"].tolist()


def test_people_whom_nobody_is_like_stand_at_nothing():
    assert needs.standing(people(None, None), 1)["held"].tolist() == [0, 0]


def test_a_place_is_for_those_who_stand_at_the_rank_below_in_the_role_level_of_the_plan():
    told = pd.concat([people(0, 1, 2, 3), needing(("q", "T", "lead", 1.0, "sql", 3, 1))])
    gains = needs.gains(needs.standing(told, 1), offering([("sql", 2)]))
    assert gains["person"].tolist() == ["p1"]


def test_nobody_is_trained_above_what_their_role_level_needs():
    assert needs.gains(needs.standing(people(3), 1), offering([("sql", 4)])).empty


def test_a_course_of_several_skills_asks_for_the_rank_below_in_each_and_gives_what_is_lacking():
    told = needing(
        ("all", "T", "analyst", 1.0, "sql", 2, 0), ("all", "T", "analyst", 1.0, "risk", 2, 1),
        ("some", "T", "analyst", 1.0, "sql", 2, 1), ("some", "T", "analyst", 1.0, "risk", 2, 1),
        ("not yet", "T", "analyst", 1.0, "sql", 2, 0), ("not yet", "T", "analyst", 1.0, "risk", 2, 0),
    )  # fmt: skip
    gains = needs.gains(needs.standing(told, 1), offering([("sql", 1), ("risk", 2)]))
    assert set(zip(gains["person"], gains["skill"], strict=True)) == {("all", "sql"), ("all", "risk"), ("some", "risk")}


@pytest.mark.parametrize("second, able", [(2, ["p1"]), (3, ["p0", "p1"])])
def test_a_place_leads_on_only_from_one_that_has_ended_before_it_begins(second, able):
    """The course to rank 1 is under way in quarters 1 and 2: who stands at nothing can go on to rank 2 from quarter 3."""
    first = offering([("sql", 1)])
    later = first.places.assign(offer=2, line="next", period=second, until=second)
    both = replace(
        first,
        places=pd.concat([first.places.assign(until=2), later], ignore_index=True),
        gives=pd.DataFrame([(1, "sql", 1, 0.9), (2, "sql", 2, 0.9)], columns=first.gives.columns),
    )
    gains = needs.gains(needs.standing(people(0, 1), 1), both)
    assert sorted(gains.loc[gains["offer"] == 2, "person"]) == able


def test_places_that_nobody_is_there_to_take_are_no_part_of_the_shares():
    """Ten places for two people are two places, and the one who lacks three ranks of six in all has half of them."""
    told = pd.concat([people(0), people(0, team="Other").replace({"p0": "q"})])
    assert asked(told, offering([("sql", 1)], places=10)).shares.set_index("team")["share"].to_dict() == {"Other": 1.0, "T": 1.0}


def test_the_same_place_is_open_to_part_timers_and_the_lot_does_not_see_how_much_they_work():
    """Of two full-timers and two of a fifth each, alike else, both kinds win equally often; only what is reached counts FTE."""
    told = pd.concat([people(0, 0), people(0, 0, fte=0.2).replace({"p0": "q0", "p1": "q1"})])
    won = [assign(asked(told, offering([("sql", 1)], places=1), seed), seed).chosen["person"].iloc[0] for seed in range(60)]
    assert 18 <= sum(name.startswith("q") for name in won) <= 42


def test_time_of_a_team_is_that_of_its_people_and_one_person_can_always_go():
    told = pd.concat([people(0, 0, fte=0.5), people(0, team="Alone", fte=0.1).replace({"p0": "q"})])
    found = asked(told, offering([("sql", 1)], hours=30.0, time=20.0)).time.set_index("team")["hours"].to_dict()
    assert found == {"T": 30.0, "Alone": 30.0}  # 20 and 2 hours by their FTE, so each may send one for 30
    large = asked(told, offering([("sql", 1)], hours=3.0, time=20.0)).time.set_index("team")["hours"].to_dict()
    assert large == {"T": 20.0, "Alone": 3.0}


def test_shares_of_teams_follow_need_line_by_line():
    """Three places; the people of A lack 3 ranks each, 6 in all, the one of B lacks 3: two places and one."""
    told = pd.concat([people(0, 0, team="A"), people(0, team="B").replace({"p0": "q"})])
    assert asked(told, offering([("sql", 1)], places=3)).shares.set_index("team")["share"].to_dict() == pytest.approx({"A": 2.0, "B": 1.0})


def test_age_only_tests_the_funding_of_level_seven():
    told = people(0, 0, 0)
    offers = offering([("sql", 1)])
    gains = needs.gains(needs.standing(told, 1), offers)
    ages = {"p0": "under 25", "p1": "45 to 54", "p2": "unknown"}
    assert set(needs.funded(gains, offers, frozenset(), ages)["person"]) == {"p0", "p1", "p2"}
    assert set(needs.funded(gains, offers, frozenset({"line"}), ages)["person"]) == {"p0", "p2"}
