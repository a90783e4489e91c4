"""What may be seen of organisations that are not one's own: who stands behind a number, and what adding one's own part gives away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from skills_model import data_quality, trend
from skills_model.assessment import RankRule
from skills_model.assumptions import Assumptions
from skills_model.cuts import protected
from skills_model.errors import ScopeError
from skills_model.gap import gaps, quality
from skills_model.privacy import Scope, numbers
from skills_model.store import Store

ALL = Scope.local()
NEIGHBOUR = Scope(frozenset({"AAA"}), protected=frozenset({"BBB"}))
OF_SKILLS = (
    "met_low",
    "met",
    "met_high",
    "coverage",
    "staff_short_low",
    "staff_short_high",
    "ranks_short_low",
    "ranks_short_high",
    "fte_short",
    "total_ranks_short",
    "assessed_share",
)
Made = Callable[..., Store]


def person(number: int) -> str:
    return f"{number:032x}"


@pytest.fixture
def made(small_world: dict[str, pd.DataFrame], small_rule: RankRule, tmp_path: Path) -> Iterator[Made]:
    """Write the small world with so many analysts in BBB, of whom some are assessed in the nine skills of an analyst."""
    stores: list[Store] = []

    def make(analysts: int, assessed: int, leads: int = 0, before: int = 0, rank: int = 3) -> Store:
        world = dict(small_world)
        skills = [f"s{number}" for number in range(9)]
        people = [(number, "analyst") for number in range(100, 100 + analysts)]
        people += [(number, "lead-analyst") for number in range(300, 300 + leads)]
        jobs = [(3, *one) for one in people] + [(4, number, "analyst") for number in range(200, 200 + before)]
        rows = {
            "skill": [("small", skill, skill.upper()) for skill in skills],
            "requirement": [("small", level, skill, 2) for level in ("analyst", "lead-analyst") for skill in skills],
            "snapshot": [(4, "BBB", "2025-03-31")] if before else [],
            "person": [(person(number), "BBB") for _, number, _ in jobs],
            "assignment": [
                ("BBB", snapshot, person(number), 1, "unknown", "Team", "Staff", "Analyst", None, level, "6", 1.0, "permanent", None, None)
                for snapshot, number, level in jobs
            ],
            "assessment": [
                ("BBB", person(100 + number), skill, rank, "self", "2026-01-01") for number in range(assessed) for skill in skills
            ],
        }
        for table, more in rows.items():
            world[table] = pd.concat([world[table], pd.DataFrame(more, columns=world[table].columns)], ignore_index=True)
        stores.append(Store.create(tmp_path / f"{len(stores)}.duckdb"))
        stores[-1].write("test", "0" * 64, "small world", world, rule=small_rule)
        return stores[-1]

    yield make
    for store in stores:
        store.close()


# Who stands behind a number


def test_what_is_known_of_few_is_not_shown_among_many(made: Made) -> None:
    """One of ten analysts is assessed: how many there are may be told, but not what that one can do, in whatever words."""
    store = made(10, 1)
    row = gaps(store, NEIGHBOUR, ["organisation", "role_level"]).set_index(["organisation", "role_level"]).loc[("BBB", "analyst")]
    assert row["headcount"] == "10"
    assert set(row[list(OF_SKILLS)]) == {"*"}
    place = data_quality.by_organisation(store, NEIGHBOUR).set_index("organisation").loc["BBB"]
    assert str(place["headcount"]) == "10"
    assert set(place[["assessed", "assessed_share", "own_share", "old_share"]]) == {"*"}
    past = trend.changes(store, NEIGHBOUR, ["role_level"], ["BBB"]).set_index("role_level").loc["analyst"]
    assert set(past[["before", "after"]]) == {"*"}


def test_what_is_known_of_many_is_shown(made: Made) -> None:
    """Twenty analysts beside p7, ten of them assessed at rank 3 of 2: 189 posts of a skill, 90 certainly met (sql is not among the nine)."""
    store = made(20, 10)
    row = gaps(store, NEIGHBOUR, ["organisation", "role_level"]).set_index(["organisation", "role_level"]).loc[("BBB", "analyst")]
    assert row[["headcount", "met_low"]].tolist() == ["20", "90"]
    assert "*" not in set(row[["met", "coverage", "staff_short_high", "assessed_share"]])


def test_who_is_not_assessed_is_not_told_where_they_are_few(made: Made) -> None:
    """Twelve analysts beside p7, all but three of them assessed: what the nine can do is told, but not how many the others are."""
    row = gaps(made(12, 10), NEIGHBOUR, ["organisation", "role_level"]).set_index(["organisation", "role_level"]).loc[("BBB", "analyst")]
    assert row["met_low"] == "90"
    assert row["assessed_share"] == "*"


def test_ranks_that_stand_in_for_others_are_those_of_somebody(made: Made) -> None:
    """Nobody of ten leads is assessed, so the one analyst of their role family who is stands in for them: their middle is that person."""
    rows = gaps(made(10, 1, leads=10), NEIGHBOUR, ["organisation", "role_level"]).set_index(["organisation", "role_level"])
    lead = rows.loc[("BBB", "lead-analyst")]
    assert lead[["headcount", "met_low"]].tolist() == ["10", "0"]
    assert set(lead[["met", "coverage", "staff_short", "ranks_short", "fte_short", "total_ranks_short"]]) == {"*"}
    many = gaps(made(10, 10, leads=10), NEIGHBOUR, ["organisation", "role_level"]).set_index(["organisation", "role_level"])
    assert "*" not in set(many.loc[("BBB", "lead-analyst"), ["met", "coverage", "staff_short_high"]])


def test_the_kind_of_few_peoples_assessments_is_not_shown(made: Made, small_rule: RankRule) -> None:
    """Ten are assessed, of whom one, in nine skills, by somebody else and long ago."""
    store = made(10, 10)
    rows = [("BBB", person(100), f"s{number}", 2, "manager", "2020-01-01") for number in range(9)]
    columns = ["organisation", "person", "skill", "rank", "kind", "assessed_on"]
    store.write("skills", "1" * 64, "old", {"assessment": pd.DataFrame(rows, columns=columns)}, rule=small_rule)
    told = quality(store, NEIGHBOUR, ["organisation"]).set_index("organisation").loc["BBB"]
    assert numbers(told[["assessed_headcount", "assessments"]]).tolist() == [10, 90]
    assert told["stale_share"] == "*"
    assert told["self_share"] != "*"
    place = data_quality.by_organisation(store, NEIGHBOUR).set_index("organisation").loc["BBB"]
    assert place["old_share"] == "*"


def test_a_change_is_hidden_where_few_stand_behind_either_date(made: Made) -> None:
    """Nobody was a lead before, and five are now; they need ten skills, so that 8 or more is short, but it is the gap of five.

    Ten analysts stand in for them, so it is not for want of those that it is hidden.
    """
    store = made(10, 10, leads=5, before=9, rank=1)
    exact = trend.changes(store, ALL, ["role_level"], ["BBB"]).set_index("role_level").loc["lead-analyst"]
    assert exact["before"] == 0
    assert exact["staff"] >= 8
    told = trend.changes(store, NEIGHBOUR, ["role_level"], ["BBB"]).set_index("role_level").loc["lead-analyst"]
    assert set(told[["after", "change", "staff"]]) == {"*"}


# Sums of one's own organisations and others


def frame(own: int, others: int) -> pd.DataFrame:
    return pd.DataFrame({"headcount": [own + others], "fte": [float(own + others)], "share": [1.0]})


@pytest.mark.parametrize("others", [0, 1, 3, 7, 8, 11, 12, 13, 40])
def test_a_sum_tells_no_more_of_others_than_they_alone_would(others: int) -> None:
    """Whichever of one's own organisations is added, what is left after taking them off is the same: 0, hidden, or a multiple of 5."""
    scope, assumptions = Scope(frozenset({"AAA"}), protected=None), Assumptions.load()
    columns = {"counts": ["fte"], "shares": {"share": ("fte", "headcount")}}
    alone = protected(frame(0, others), scope, [], ["BBB"], assumptions, **columns)["headcount"]
    for own in range(1, 12):
        shown = protected(frame(own, others), scope, [], ["AAA", "BBB"], assumptions, own=lambda _, own=own: frame(own, 0), **columns)
        if alone.iloc[0] == "*":
            assert set(shown[["headcount", "fte", "share"]].iloc[0]) == {"*"}
        else:
            assert (numbers(shown["headcount"]) - own).tolist() == numbers(alone).tolist()
            assert shown["share"].tolist() == [1]


def test_a_sum_whose_own_part_is_not_known_is_refused() -> None:
    scope, assumptions = Scope(frozenset({"AAA"}), protected=None), Assumptions.load()
    with pytest.raises(ScopeError, match="cannot be added up"):
        protected(frame(4, 20), scope, [], ["AAA", "BBB"], assumptions, counts=["fte"])
    assert protected(frame(0, 20), scope, [], ["BBB"], assumptions, counts=["fte"])["fte"].tolist() == [20]


def test_sums_of_gaps_and_their_quality_tell_no_more_of_others_either(made: Made) -> None:
    """AAA has 4 people in role levels, BBB 31: no bound of theirs moves with AAA, and what AAA alone has stays exact."""
    store = made(20, 10, leads=9, before=9)
    both, own, others = (gaps(store, NEIGHBOUR, [], area).iloc[0] for area in (["AAA", "BBB"], ["AAA"], ["BBB"]))
    for name in ("headcount", "required_fte", "met", "met_low"):
        assert float(both[name]) - float(own[name]) == pytest.approx(float(others[name]), abs=1e-5), name
    levels = gaps(store, NEIGHBOUR, ["role_level"]).set_index("role_level")
    mine = gaps(store, NEIGHBOUR, ["role_level"], ["AAA"]).set_index("role_level")
    assert float(levels.loc["senior-analyst", "met"]) == pytest.approx(mine.loc["senior-analyst", "met"])
    few = gaps(store, NEIGHBOUR, ["role_level"], ["AAA", "BBB"]).set_index("role_level")
    assert few.loc["cyber-lead", "headcount"] == "*"
    seen, apart = (quality(store, NEIGHBOUR, [], area)["assessed_headcount"].astype(float).iloc[0] for area in (None, ["AAA"]))
    assert seen - apart == 10
    told, ours, theirs = (trend.changes(store, NEIGHBOUR, [], area)["before"].iloc[0] for area in (["AAA", "BBB"], ["AAA"], ["BBB"]))
    assert float(told) - float(ours) == pytest.approx(float(theirs), abs=1e-5)
