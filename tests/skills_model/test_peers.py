"""Like organisations: who they are, what is measured of them, and what chance alone would make of it; the world is in like_places.py."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skills_model import peers
from skills_model.assessment import RankRule
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, ScenarioError, ScopeError
from skills_model.peers import MEASURES, beside, control_limits, funnel, measure_of, measured, paths_beside, pooled, projected
from skills_model.privacy import HIDDEN, Scope, numbers
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply import forecast

sys.path.insert(0, str(Path(__file__).parent))
from like_places import LEVEL, POSTS, STAFF, people, rows, world

ALL = Scope.local()
OWN = Scope(frozenset({"A01"}), protected=None)
ASSUMPTIONS = Assumptions.load().with_values({"peer_size_ratio": 1.5, "peer_least": 4, "peer_values_least": 3, "history_change_most": 0.5})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.create(tmp_path_factory.mktemp("peers") / "plain.duckdb") as store:
        store.write("tests", "0" * 64, "small world", world(), rule=RankRule.from_assumptions(ASSUMPTIONS))
        yield store


def found(store: Store, code: str, scope: Scope = ALL, **values: float) -> peers.Peers:
    return peers.peers(store, scope, code, ASSUMPTIONS.with_values(values))


def one(store: Store, code: str, scope: Scope = ALL) -> pd.Series:
    return measured(store, scope, [code], ASSUMPTIONS).iloc[0]


# Who is like whom


def test_peers_are_of_the_same_type_and_near_in_size_and_have_staff_here(store) -> None:
    """Two thirds to one and a half of 1,000: A03 to A06 and A02 at 700; A10 has nobody here, B01 is of another type."""
    like = found(store, "A01")
    assert like.codes == ("A02", "A03", "A04", "A05", "A06")
    assert (like.basis, like.size, like.same_type, like.ratio, like.widened, like.enough) == ("all staff", 1000.0, True, 1.5, False, True)


def test_too_few_near_ones_widen_the_search_step_by_step(store) -> None:
    """Within 1.5 times of 3,000 is A07 alone; within 2.25 times is also A06, still too few; then any size."""
    like = found(store, "A08")
    assert (like.ratio, like.same_type, like.widened) == (None, True, True)
    assert len(like.codes) == 8
    near = found(store, "A08", peer_least=2)
    assert near.ratio == 2.25
    assert near.codes == ("A06", "A07")


def test_another_type_counts_only_after_every_size_of_ones_own(store) -> None:
    """There is one other ambulance trust: too few to compare all staff of, so 35 posts are held against 24 to 52 of everybody."""
    like = found(store, "B01")
    assert (like.same_type, like.ratio, like.widened, like.basis) == (False, 1.5, True, "posts")
    assert like.codes == ("A01", "A03", "A04", "A05")


def test_a_place_without_any_size_is_compared_with_any(store) -> None:
    like = found(store, "C01")
    assert (like.size, like.ratio, like.same_type) == (None, None, False)
    assert set(like.codes) == set(STAFF)
    assert not found(store, "C01", peer_least=100).enough


def test_only_organisations_in_reach_are_peers(store) -> None:
    some = Scope(frozenset({"A01"}), protected=frozenset({"A03", "A09"}))
    like = peers.peers(store, some, "A01", ASSUMPTIONS)
    assert like.codes == ("A03", "A09")
    assert not like.enough
    with pytest.raises(ScopeError):
        peers.peers(store, some, "A02", ASSUMPTIONS)
    with pytest.raises(DataError, match="Unknown organisation"):
        peers.peers(store, ALL, "A99", ASSUMPTIONS)


# What is measured


def test_measures_are_worked_out_from_their_parts(store) -> None:
    """30 FTE of 1,000; 10 of 40 posts; 3 of 33 at work; 6 of 28 with an age; 5 of 20 left and 15 joined; half and all of the best score."""
    row = one(store, "A01")
    expected = {
        "staff_share": 0.03,
        "vacancy_share": 0.25,
        "temporary_share": 3 / 33,
        "older_share": 6 / 28,
        "leaver_rate": 0.25,
        "joiner_rate": 0.75,
        "maturity": 0.75,
    }
    assert {name: row[name] for name in expected} == pytest.approx(expected, abs=1e-6)
    assert row["exact"]
    assert row["coverage_low"] <= row["coverage"] <= row["coverage_high"]


def test_what_is_not_known_is_blank_and_never_none(store) -> None:
    """Of A02 there is one list only and no score; of C01 no establishment, so nobody knows of vacancies."""
    assert one(store, "A02")[["leaver_rate", "joiner_rate", "maturity"]].isna().all()
    assert one(store, "C01")[["vacancy_share", "temporary_share", "staff_share", "coverage"]].isna().all()


def test_a_change_of_lists_is_not_taken_for_leavers(store) -> None:
    """A quarter seems to have left; where no more than a fifth may, that is another list."""
    few = ASSUMPTIONS.with_values({"history_change_most": 0.2})
    assert measured(store, ALL, ["A01"], few)["leaver_rate"].isna().all()


def test_a_signed_off_return_counts_like_a_staff_list(tmp_path: Path) -> None:
    """A10 has returned 20 people, 5 of them 60 or over and 4 of no known age; of 16 a year ago 4 have left, and 8 have joined."""
    day, before = "2026-03-31", "2025-03-31"
    ages = {"60 and over": 5, "25 to 34": 11, "unknown": 4}
    flows = {"start": 16, "left": 4, "joined": 8}
    returned = {
        "organisation_return": rows(
            "organisation_return", ("A10", day, "2026-04-10", "Chief information officer", "tests", 20, 20.0, 0, 0.0)
        ),
        "returned_staff": rows("returned_staff", *(("A10", day, LEVEL, "6", age, number, float(number)) for age, number in ages.items())),
        "returned_flow": rows(
            "returned_flow", *(("A10", before, day, flow, LEVEL, "", "25 to 34", number, float(number)) for flow, number in flows.items())
        ),
    }
    with Store.create(tmp_path / "returned.duckdb") as store:
        store.write("tests", "0" * 64, "small world", world() | returned, rule=RankRule.from_assumptions(ASSUMPTIONS))
        row = one(store, "A10")
        assert "A10" in found(store, "A01").codes
    assert (row["headcount"], row["aged"], row["older"]) == (20, 16, 5)
    assert row["older_share"] == pytest.approx(5 / 16)
    assert (row["leaver_rate"], row["joiner_rate"]) == (0.25, 0.5)


def test_few_known_ages_are_hidden_even_from_ones_own(store) -> None:
    """28 ages are known: with a threshold of 29 nothing is said of them, and nothing else changes."""
    strict = ASSUMPTIONS.with_values({"protect_threshold": 29})
    row = measured(store, ALL, ["A01"], strict).iloc[0]
    assert (row["older_share"], row["older"]) == (HIDDEN, HIDDEN)
    assert row["vacancy_share"] == 0.25


def test_others_numbers_are_protected_and_ones_own_exact(store) -> None:
    """A04 has 36 people in 40 posts: 35, and 4 vacant ones are too few to show; A09 has 81 in 90: 80, 90, and 9 vacant as 10."""
    frame = measured(store, OWN, ["A01", "A04", "A09"], ASSUMPTIONS).set_index("organisation")
    assert frame["exact"].to_dict() == {"A01": True, "A04": False, "A09": False}
    assert numbers(frame["headcount"]).to_dict() == {"A01": 30, "A04": 35, "A09": 80}
    assert frame["vacancy_fte"].to_dict()["A04"] == HIDDEN
    assert frame["vacancy_share"].to_dict()["A04"] == HIDDEN
    assert numbers(frame["vacancy_share"])[["A01", "A09"]].to_list() == pytest.approx([0.25, 10 / 90], abs=1e-3)
    assert "younger" not in frame
    assert "stayed" not in frame


def test_a_public_result_protects_ones_own_too(store) -> None:
    public = Scope(frozenset({"A01"}), audience="public", protected=None)
    row = one(store, "A01", public)
    assert not row["exact"]
    assert row["temporary_share"] == HIDDEN


def test_an_unknown_measure_names_the_nearest() -> None:
    with pytest.raises(ScenarioError, match="vacancy_share"):
        measure_of("vacancy_shar")
    assert measure_of("coverage") is MEASURES["coverage"]


# Beside the peers


def frame_of(shares: list[object], wholes: list[float]) -> pd.DataFrame:
    """Return a frame of `measured` with vacancies only; A00 is one's own."""
    parts = [share if isinstance(share, str) else share * whole for share, whole in zip(shares, wholes, strict=True)]
    return pd.DataFrame(
        {
            "organisation": [f"A{number:02}" for number in range(len(shares))],
            "vacancy_share": pd.Series(shares, dtype="object"),
            "vacancy_fte": pd.Series(parts, dtype="object"),
            "posts": wholes,
        }
    )


def test_the_median_is_of_the_others_alone() -> None:
    row = beside(frame_of([0.9, 0.1, 0.2, 0.3, 0.4, 0.5], [100.0] * 6), "A00", ASSUMPTIONS).iloc[0]
    assert row["own"] == 0.9
    assert row[["lower", "median_low", "median_high", "upper"]].to_list() == pytest.approx([0.2, 0.3, 0.3, 0.4])
    assert (row["shown"], row["small"], row["missing"]) == (5, 0, 0)


def test_what_is_too_small_to_show_lies_between_none_and_the_threshold() -> None:
    """Two of five are hidden, each at most 8 of 100: the median is 0.1 whichever they are, the lower quartile 0 at its low end."""
    row = beside(frame_of([0.5, HIDDEN, HIDDEN, 0.1, 0.2, 0.3], [100.0] * 6), "A00", ASSUMPTIONS).iloc[0]
    assert row[["lower", "median_low", "median_high", "upper"]].to_list() == pytest.approx([0.0, 0.1, 0.1, 0.2])
    assert (row["shown"], row["small"], row["missing"]) == (3, 2, 0)
    most = beside(frame_of([0.5, HIDDEN, HIDDEN, HIDDEN, 0.2, 0.3], [100.0] * 6), "A00", ASSUMPTIONS).iloc[0]
    assert most[["median_low", "median_high"]].to_list() == pytest.approx([0.0, 0.08])


def test_few_known_peers_give_no_median() -> None:
    row = beside(frame_of([0.5, 0.1, 0.2, np.nan], [100.0] * 4), "A00", ASSUMPTIONS).iloc[0]
    assert row[["lower", "median_low", "median_high", "upper"]].isna().all()
    assert (row["shown"], row["missing"]) == (2, 1)


def test_the_order_of_rows_says_nothing_of_how_anybody_does(store) -> None:
    codes = ["A09", "A02", "A01", "A05"]
    assert measured(store, ALL, codes, ASSUMPTIONS)["organisation"].to_list() == sorted(codes)


# Chance


def test_the_sum_of_peers_is_exact_where_every_part_of_it_is_hidden(store) -> None:
    """A02 to A06 have 20 to 60 posts, 200 in all, and 2 to 6 vacant ones, none of them shown, 20 in all."""
    like = found(store, "A01", OWN)
    shown = measured(store, OWN, like.codes, ASSUMPTIONS)
    assert (shown["vacancy_share"] == HIDDEN).all()
    sums = pooled(store, OWN, like.codes, ASSUMPTIONS).set_index("measure")
    assert (sums.loc["vacancy_share", "part"], sums.loc["vacancy_share", "whole"]) == (20, 200)
    assert sums.loc["vacancy_share", "share"] == pytest.approx(0.1)
    assert pooled(store, ALL, like.codes, ASSUMPTIONS).set_index("measure").loc["vacancy_share", "share"] == pytest.approx(0.1)


def test_control_limits_are_those_worked_out_by_hand() -> None:
    """Ten people at one half: P(R <= r) is 1, 11, 56, ... of 1,024.

    2.5%, 25.6 of 1,024: r = 2, a = (56 - 25.6) / 45, so 2 - 0.6756 of ten. 0.1%, 1.024: r = 1, a = (11 - 1.024) / 10. Above the same.
    """
    limits = control_limits(0.5, np.array([10.0])).iloc[0]
    assert limits[["low_95", "low_998"]].to_list() == pytest.approx([0.1324444, 0.00024], abs=1e-7)
    assert limits[["high_95", "high_998"]].to_list() == pytest.approx([0.8675556, 0.99976], abs=1e-7)


@pytest.mark.parametrize("mean", [0.03, 0.1, 0.5])
@pytest.mark.parametrize("size", [30, 200, 5000])
def test_chance_leaves_as_many_within_the_limits_as_it_says(mean: float, size: int) -> None:
    """Of places drawn at random a twentieth at most lies outside the 95% limits; with those just within, more does."""
    drawn = np.random.default_rng(3).binomial(size, mean, 40_000)
    limits = control_limits(mean, np.array([float(size)])).iloc[0]
    low, high = limits["low_95"] * size, limits["high_95"] * size
    at_the_ends = np.mean(drawn == np.ceil(low)) + np.mean(drawn == np.floor(high))
    outside = np.mean((drawn < low) | (drawn > high))
    assert outside <= 0.053
    assert outside + at_the_ends >= 0.047
    assert np.mean((drawn < limits["low_998"] * size) | (drawn > limits["high_998"] * size)) <= 0.004
    assert limits["low_998"] <= limits["low_95"] < mean < limits["high_95"] < limits["high_998"] <= 1


def test_limits_close_in_on_the_mean_as_the_normal_approximation_says() -> None:
    limits = control_limits(0.1, np.array([100_000.0])).iloc[0]
    spread = np.sqrt(0.1 * 0.9 / 100_000)
    assert limits["high_95"] == pytest.approx(0.1 + 1.96 * spread, abs=spread / 50)
    assert limits["low_998"] == pytest.approx(0.1 - 3.09 * spread, abs=spread / 50)


def test_the_funnel_has_every_place_that_is_shown_and_the_peers_mean() -> None:
    frame = frame_of([0.3, 0.1, 0.1, 0.1, HIDDEN], [40.0, 50.0, 60.0, 70.0, 20.0])
    drawn = funnel(frame, "A00", MEASURES["vacancy_share"], 0.1, ASSUMPTIONS)
    assert drawn is not None
    assert drawn.points["organisation"].to_list() == ["A00", "A01", "A02", "A03"]
    own = drawn.points.iloc[0]
    assert own["share"] > own["high_998"], "12 of 40 vacant where a tenth is usual"
    assert drawn.limits["people"].iloc[[0, -1]].to_list() == [40, 70]
    width = drawn.limits["high_95"] - drawn.limits["low_95"]
    assert width.iloc[0] > width.iloc[-1]


def test_there_is_no_funnel_where_chance_does_not_apply_or_too_little_is_known() -> None:
    frame = frame_of([0.25, 0.1, 0.1, 0.1], [40.0] * 4)
    assert funnel(frame, "A00", MEASURES["vacancy_share"], 0.0, ASSUMPTIONS) is None
    assert funnel(frame, "A00", MEASURES["vacancy_share"], float("nan"), ASSUMPTIONS) is None
    assert funnel(frame.iloc[:3], "A00", MEASURES["vacancy_share"], 0.1, ASSUMPTIONS) is None
    assert funnel(frame.assign(coverage=0.5), "A00", MEASURES["coverage"], 0.1, ASSUMPTIONS) is None


def test_published_sizes_stand_in_where_no_count_is_taken_in(store) -> None:
    """Manchester's FTE is on the published list; a count taken in has precedence, and places out of reach are not told."""
    sizes = peers.all_staff(store, ALL)
    assert sizes.loc["R0A", "all_staff_fte"] == 27684.8
    assert sizes.loc["A01", "all_staff_fte"] == 1000
    assert sizes.loc["A01", "all_staff_source"] == "staff counts taken in"
    assert "R0A" not in peers.all_staff(store, Scope(frozenset({"A01"}))).index


# What is projected


BASELINE = Scenario.load("baseline")


def test_projections_are_those_of_supply_and_of_demand(store) -> None:
    """The baseline needs the posts of today; the gap is what they are more than the staff that the forecast leaves."""
    found_ = projected(store, ALL, ["A01", "A09"], BASELINE, ASSUMPTIONS)
    path = forecast.forecast(store, ALL, ["organisation", "year"], BASELINE, ["A01", "A09"], ASSUMPTIONS)
    ends = path[path["year"] == found_.last].set_index("organisation")["end"]
    rows = found_.measured.set_index("organisation")
    assert (found_.first, found_.last) == ("2025/26", "2028/29")
    assert rows["start"].to_dict() == {"A01": 30, "A09": 81}
    assert rows["end"].to_dict() == pytest.approx(ends.to_dict())
    assert rows["demand"].to_dict() == {code: POSTS[code] for code in ("A01", "A09")}
    assert rows["staff_change"]["A09"] == pytest.approx(ends["A09"] / 81 - 1)
    assert rows["gap_share"]["A09"] == pytest.approx((90 - ends["A09"]) / 90, abs=1e-6)


def test_paths_begin_at_what_is_there_and_stand_beside_the_others_median(store) -> None:
    codes = ["A01", "A02", "A03", "A04"]
    paths = projected(store, ALL, codes, BASELINE, ASSUMPTIONS).paths
    told = paths_beside(paths, "A01", ASSUMPTIONS)
    assert told["role_family"].unique().tolist() == ["data"]
    assert told.iloc[0][["own", "lower", "median", "upper"]].to_list() == [1, 1, 1, 1]
    last = told.iloc[-1]
    others = paths[(paths["organisation"] != "A01") & (paths["year"] == last["year"])]["index"]
    assert last["median"] == pytest.approx(others.median())
    assert (last["known"], last["start"]) == (3, 30)
    few = paths_beside(paths, "A01", ASSUMPTIONS.with_values({"peer_values_least": 4}))
    assert few["median"].isna().all()
    assert few["own"].notna().all()


def test_projections_of_others_are_protected(store) -> None:
    """A02 has 18 people in 20 posts; what it is over or short of is fewer than 8 and hidden, and its change is that of rounded numbers."""
    rows = projected(store, OWN, ["A01", "A02"], BASELINE, ASSUMPTIONS).measured.set_index("organisation")
    exact = projected(store, ALL, ["A01", "A02"], BASELINE, ASSUMPTIONS).measured.set_index("organisation")
    assert abs(exact["gap"]["A02"]) < 8
    assert rows["gap_share"]["A02"] == HIDDEN
    assert numbers(rows["start"])["A02"] == 20
    assert numbers(rows["staff_change"])["A02"] == pytest.approx(numbers(rows["end"])["A02"] / 20 - 1)
    assert numbers(rows["end"])["A02"] % 5 == 0
    tiny = projected(store, OWN, ["A01", "B02"], BASELINE, ASSUMPTIONS.with_values({"protect_threshold": 10}))
    hidden = tiny.paths[tiny.paths["organisation"] == "B02"]
    assert (hidden["index"] == HIDDEN).all()


def test_ones_own_projections_are_exact_beside_others(store) -> None:
    """Only organisations that are seen exactly count as history, so the rates are those of A01 alone either way."""
    alone, beside_others = (projected(store, OWN, codes, BASELINE, ASSUMPTIONS) for codes in (["A01"], ["A01", "A02"]))
    row, same = (found_.measured.set_index("organisation").loc["A01"] for found_ in (alone, beside_others))
    assert numbers(same).to_list() == pytest.approx(row.to_list())
    assert float(row["end"]) % 5 != 0


def ageing(count: int) -> dict[str, pd.DataFrame]:
    """Return the world with so many people of 60 and over among the 36 of A04."""
    changed = world()
    staff = changed["assignment"]
    of_a04 = staff.index[staff["organisation"] == "A04"]
    staff.loc[of_a04[:count], "age_band"] = "60 and over"
    return changed


def projected_of(tmp_path: Path, world_: dict[str, pd.DataFrame], scenario: Scenario, assumptions: Assumptions) -> peers.Projected:
    with Store.create(tmp_path / f"{len(list(tmp_path.iterdir()))}.duckdb") as store:
        store.write("tests", "0" * 64, "small world", world_, rule=RankRule.from_assumptions(ASSUMPTIONS))
        return projected(store, OWN, ["A01", "A04"], scenario, assumptions)


def test_a_rate_that_a_user_sets_does_not_tell_the_share_of_an_age(tmp_path: Path) -> None:
    """If all of 60 and over leave and nobody else moves, what is left of A04's 36 would be one less the share of these.

    With 1, 2 or 3 of them 35.4, 34.7 or 34.1 are there a year later, each of which is shown as 35, like the 36 of today.
    """
    one_year = BASELINE.changed(period="year", periods=1, supply={"flows": "committed"})
    nothing = ASSUMPTIONS.with_values({"leaver_rate": 0.0, "leaver_rate[60 and over]": 1.0, "ageing_share": 0.0, "history_weight": 0.0})
    told = [projected_of(tmp_path, ageing(count), one_year, nothing) for count in (1, 2, 3)]
    changes = [numbers(found_.measured.set_index("organisation")["staff_change"])["A04"] for found_ in told]
    paths = [found_.paths[(found_.paths["organisation"] == "A04")]["index"].to_list() for found_ in told]
    assert changes == [0, 0, 0]
    assert paths == [[1, 1]] * 3


def test_growth_that_a_user_sets_does_not_tell_what_others_have(store) -> None:
    """A02 has 18 FTE in 20 posts; doubled for twenty years, demand and gap are still rounded as today's are."""
    double = BASELINE.changed(period="year", periods=20, demand={"growth": {"data": {"rate": 1.0}}})
    rows = projected(store, OWN, ["A01", "A03"], double, ASSUMPTIONS).measured.set_index("organisation")
    assert float(rows["demand"]["A03"]) == 30 * 2**20
    assert float(rows["gap"]["A03"]) % (5 * 2**20) == 0


def test_others_hidden_history_moves_no_rate(store, tmp_path: Path) -> None:
    """A04 lost half of its people last year: that is for those who see it to know, and rates the rest are projected by stay as they are."""
    changed = world()
    before = changed["assignment"][changed["assignment"]["organisation"] == "A04"].assign(snapshot=101)
    left = before.iloc[:15].assign(person=people("A04")[100:115])
    world_ = changed | {
        "snapshot": pd.concat([changed["snapshot"], rows("snapshot", (101, "A04", "2025-03-31"))]),
        "assignment": pd.concat([changed["assignment"], before, left]),
    }
    with Store.create(tmp_path / "left.duckdb") as other:
        other.write("tests", "0" * 64, "small world", world_, rule=RankRule.from_assumptions(ASSUMPTIONS))
        moved, still = (projected(where, OWN, ["A01", "A04"], BASELINE, ASSUMPTIONS) for where in (other, store))
        seen = projected(other, ALL, ["A01", "A04"], BASELINE, ASSUMPTIONS)
    ends = [found_.measured.set_index("organisation")["end"].astype(float)["A01"] for found_ in (moved, still, seen)]
    assert ends[0] == ends[1]
    assert ends[2] != pytest.approx(ends[1], abs=0.01)


def test_a_hidden_gap_may_be_too_many_or_too_few() -> None:
    """Less than 8 of 100 either way: the lower quartile takes them for surplus, the upper one for shortage."""
    frame = pd.DataFrame(
        {
            "organisation": ["A00", "A01", "A02", "A03"],
            "gap": pd.Series([5.0, HIDDEN, HIDDEN, HIDDEN], dtype="object"),
            "demand": 100.0,
            "gap_share": pd.Series([0.05, HIDDEN, HIDDEN, HIDDEN], dtype="object"),
        }
    )
    row = beside(frame, "A00", ASSUMPTIONS).iloc[0]
    assert row[["lower", "median_low", "median_high", "upper"]].to_list() == pytest.approx([-0.08, -0.08, 0.08, 0.08])
