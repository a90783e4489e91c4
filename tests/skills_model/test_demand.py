"""Posts needed: every part of a scenario by hand, what must hold whatever the numbers, and every scenario that comes with the project."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills_model import demand, whole_life
from skills_model.assumptions import Assumptions
from skills_model.demand import Facts, Profile
from skills_model.demand.facts import APPROACHES
from skills_model.demand.paths import ends, pathway
from skills_model.demand.posts import behind
from skills_model.errors import DataError, ScenarioError, ScopeError
from skills_model.planning.prices import annual_pay
from skills_model.privacy import HIDDEN, Scope, numbers
from skills_model.reference import table
from skills_model.scenario import Scenario, Total, names
from skills_model.store import Store
from skills_model.supply.draws import Futures
from skills_model.synthetic import demo_store
from skills_model.synthetic.build import _generator
from skills_model.synthetic.country import OTHER_BODIES, Place
from skills_model.synthetic.maturity import DOMAINS, maturity

ALL = Scope.local()
ASSUMPTIONS = Assumptions.load()
MATURE = {"A": 0.2, "B": 0.4, "C": 0.6}
type World = dict[str, pd.DataFrame]

# Two organisations in two regions; A has posts nobody has mapped, B has no testers.
GROUPS = pd.DataFrame(
    [
        ("A", "data", "analyst", "6", 10.0),
        ("A", "data", "lead-analyst", "8a", 10.0),
        ("A", "testing", "tester", "5", 30.0),
        ("A", None, None, None, 5.0),
        ("B", "data", "analyst", "6", 40.0),
        ("B", "security", "cyber-lead", "8a", 5.0),
    ],
    columns=["organisation", "role_family", "role_level", "band", "posts"],
).assign(headcount=10)
PLACES = pd.DataFrame({"organisation": ["A", "B"], "region": ["Y1", "Y56"]})
FACTS = Facts(posts=GROUPS, places=PLACES)


def scenario(periods: int = 2, period: str = "year", **parts: object) -> Scenario:
    """Return a scenario from 1 April 2026 with these parts of demand and no others."""
    return Scenario.load("baseline").changed(period=period, periods=periods, demand=parts)


def posts(changed: Scenario, facts: Facts = FACTS) -> pd.DataFrame:
    """Return the posts needed of the groups, index (organisation, role level)."""
    found = demand.needed_from(facts, changed)
    return found.set_index(["organisation", "role_level"])[list(range(changed.periods + 1))]


# Growth


def test_growth_is_compound_or_straight_and_that_of_regions_and_organisations_comes_on_top() -> None:
    found = posts(
        scenario(
            growth={"data": {"rate": 0.1}, "testing": {"rate": -0.6, "path": "straight"}},
            region={"Y56": {"rate": 0.2, "path": "straight"}},
            organisation={"A": {"rate": 0.5}},
        )
    )
    assert found.loc[("A", "analyst")].tolist() == pytest.approx([10, 10 * 1.1 * 1.5, 10 * 1.1**2 * 1.5**2])
    assert found.loc[("A", "tester")].tolist() == pytest.approx([30, 30 * 0.4 * 1.5, 0])  # 1 - 0.6 x 2 is below nothing
    assert found.loc[("B", "analyst")].tolist() == pytest.approx([40, 40 * 1.1 * 1.2, 40 * 1.1**2 * 1.4])
    assert found.loc[("B", "cyber-lead")].tolist() == pytest.approx([5, 5 * 1.2, 5 * 1.4])


def test_quarters_add_up_to_their_year() -> None:
    yearly, quarterly = (posts(scenario(n, period, growth={"data": {"rate": 0.21}})) for n, period in ((2, "year"), (8, "quarter")))
    assert quarterly[2].loc[("A", "analyst")] == pytest.approx(11.0)
    assert quarterly[[4, 8]].to_numpy() == pytest.approx(yearly[[1, 2]].to_numpy())


def test_posts_that_are_not_mapped_grow_as_the_others_of_their_organisation_together() -> None:
    found = demand.needed_from(FACTS, scenario(1, growth={"data": {"rate": 0.5}}))
    # A has 20 posts of data, which become 30, and 30 others: 60 instead of 50, so 5 become 6.
    assert found[found["role_level"].isna()][1].tolist() == pytest.approx([6.0])
    alone = GROUPS[GROUPS["role_family"].isna()]
    assert demand.factors(alone, scenario(1, growth={"data": {"rate": 0.5}}), FACTS)[1].tolist() == [1.0]


def test_posts_follow_their_share_of_the_growth_of_an_activity() -> None:
    found = posts(
        scenario(
            activity={
                "one": {"rate": 0.1, "share": 0.5, "role_families": ["data"]},
                "all": {"rate": -0.2, "path": "straight", "share": 1.0},
            }
        )
    )
    assert found.loc[("A", "analyst")].tolist() == pytest.approx([10, 10 * 1.05 * 0.8, 10 * 1.105 * 0.6])
    assert found.loc[("A", "tester")].tolist() == pytest.approx([30, 24, 18])


def test_a_factor_depends_on_organisation_and_role_family_only() -> None:
    changed = scenario(
        4,
        growth={"data": {"rate": 0.3}},
        technology={"t": {"from": "testing", "to": "data", "share": 0.5, "begin": "2026/27", "years": 2}},
    )
    whole = demand.factors(GROUPS, changed, FACTS)
    merged = GROUPS.groupby(["organisation", "role_family"], dropna=False, as_index=False)[["posts"]].sum()
    same = merged.join(demand.factors(merged, changed, FACTS))
    assert whole.loc[0].tolist() == whole.loc[1].tolist()
    assert same.loc[0, 1:4].tolist() == pytest.approx(whole.loc[0].tolist())
    assert whole.mul(GROUPS["posts"], axis=0).sum().tolist() == pytest.approx(same[[1, 2, 3, 4]].mul(same["posts"], axis=0).sum().tolist())


# England's total


def test_a_total_runs_compound_or_straight_between_its_years_and_beyond() -> None:
    years = np.array([18.0, 20.0, 25.0, 30.0, 31.0])  # after 1 April 2000: ends of 2017/18, 2019/20, 2024/25, 2029/30, 2030/31
    points: dict[str, float] = {"2019/20": 100.0, "2029/30": 200.0}
    straight = pathway(Total(years=points, path="straight"), years, 1.0)
    assert straight.tolist() == pytest.approx([80, 100, 150, 200, 210])
    compound = pathway(Total(years=points), years, 1.0)
    assert compound.tolist() == pytest.approx([100 * 2 ** ((year - 20) / 10) for year in years])
    single = pathway(Total(years={"2029/30": 200.0}), np.array([26.0, 28.0, 30.0]), 50.0)
    assert single.tolist() == pytest.approx([50, 100, 200])


def test_several_totals_are_each_met() -> None:
    total = Total(years={"2026/27": 10, "2027/28": 30, "2028/29": 15})
    assert pathway(total, np.array([26.0, 27.0, 28.0, 29.0, 30.0]), 1.0).tolist() == pytest.approx([10 / 3, 10, 30, 15, 7.5])


def of_england(whole: bool = True) -> Facts:  # noqa: FBT001, FBT002 - one of two kinds of store
    """Return facts in which England is A and B, or nine times as much."""
    rows = GROUPS.assign(region=GROUPS["organisation"].map({"A": "Y1", "B": "Y56"}))[["organisation", "region", "role_family", "posts"]]
    rest = pd.DataFrame([("", "Y1", "data", 800.0)], columns=rows.columns)
    return Facts(posts=GROUPS, places=PLACES, england=rows if whole else pd.concat([rows, rest], ignore_index=True), whole=whole)


@settings(deadline=None, max_examples=25)
@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5), st.floats(-0.3, 0.3), st.sampled_from(["compound", "straight"]), st.floats(50, 1000))
def test_the_store_that_is_england_has_exactly_its_total(first: float, second: float, region: float, path: str, last: float) -> None:
    parts = {
        "total": {"years": {"2019/20": 90.0, "2029/30": last}},
        "growth": {"data": {"rate": first, "path": path}, "testing": {"rate": second}},
        "region": {"Y56": {"rate": region}},
        "activity": {"a": {"rate": second, "share": 0.5, "role_families": ["data"]}},
    }
    changed = scenario(4, **parts)
    found = posts(changed, of_england())
    assert found[4].sum() == pytest.approx(last, rel=1e-9)
    assert found[0].sum() == 100
    # Growth changes the mix only: the posts of A and B grow apart as without the total.
    free = posts(scenario(4, **{name: part for name, part in parts.items() if name != "total"}))
    assert (found[4] / found[4].sum()).to_numpy() == pytest.approx((free[4] / free[4].sum()).to_numpy(), rel=1e-9)


def test_a_total_of_posts_that_have_all_gone_is_refused() -> None:
    gone = {name: {"rate": -0.5, "path": "straight"} for name in ("data", "testing", "security")}
    with pytest.raises(ScenarioError, match="Nobody left to have the total"):
        posts(scenario(2, total={"years": {"2029/30": 100.0}}, growth=gone), of_england())


def test_ranges_of_the_mix_are_said_not_to_be_drawn() -> None:
    ranged = scenario(4, total={"years": {"2029/30": 100.0}}, activity={"a": {"rate": 0.1, "high": 0.2, "share": 1}})
    assert demand.growing(ranged) == ()
    assert "Ranges of growth and activity are not drawn, since the total has its own." in demand.notes(of_england(), ranged, ASSUMPTIONS)


def test_a_store_of_a_few_trusts_has_its_share_of_the_total() -> None:
    found = posts(scenario(4, total={"years": {"2029/30": 1800.0}}), of_england(whole=False))
    assert found[4].sum() == pytest.approx(1800 * 100 / 900)


def test_facts_of_another_scenario_are_refused() -> None:
    with pytest.raises(ValueError, match="England's posts are missing"):
        posts(scenario(1, total={"years": {"2029/30": 1800.0}}))


# Technology


def test_a_technology_moves_posts_over_its_years_within_each_organisation() -> None:
    moved = scenario(4, technology={"t": {"from": "testing", "to": "data", "share": 0.5, "ratio": 0.4, "begin": "2027/28", "years": 2}})
    found = posts(moved)
    assert found.loc[("A", "tester")].tolist() == pytest.approx([30, 30, 22.5, 15, 15])
    assert found.loc[("A", "analyst")].tolist() == pytest.approx([10, 10, 11.5, 13, 13])  # half of 0.4 x 7.5 and of 0.4 x 15
    assert found.loc["B"].to_numpy() == pytest.approx(np.array([[40.0] * 5, [5.0] * 5]))
    back = scenario(3, technology={"t": {"from": "security", "to": "testing", "share": 1.0, "begin": "2026/27", "years": 1}})
    assert posts(back).loc["B"].to_numpy() == pytest.approx(np.array([[40.0] * 4, [5.0] * 4]))
    told = demand.notes(FACTS, back, ASSUMPTIONS)
    assert told == ["Technology t: 1 organisation has no posts of testing and keeps those of security."]


def test_what_a_technology_took_before_the_start_is_no_longer_there() -> None:
    """It takes 10% a year of what there was; of the 60% that are left after four years the next 10% are a sixth."""
    taken = scenario(1, technology={"t": {"from": "testing", "to": "data", "share": 1.0, "begin": "2022/23", "years": 10}})
    assert posts(taken).loc[("A", "tester")].tolist() == pytest.approx([30, 25])


shift = st.fixed_dictionaries(
    {
        "from": st.sampled_from(["data", "testing", "security"]),
        "to": st.sampled_from(["data", "testing", "security"]),
        "share": st.floats(0, 1),
        "begin": st.sampled_from(["2024/25", "2026/27", "2028/29"]),
        "years": st.floats(0.5, 6),
    }
)


@settings(deadline=None, max_examples=40)
@given(st.lists(shift, min_size=1, max_size=4))
def test_technologies_with_ratio_one_conserve_posts_and_leave_none_below_nothing(shifts: list[dict[str, object]]) -> None:
    found = posts(scenario(6, technology={f"t{number}": part for number, part in enumerate(shifts)}))
    assert (found >= -1e-9).all(axis=None)
    by_organisation = found.groupby(level=0).sum()
    assert by_organisation.loc["A"].tolist() == pytest.approx([55.0] * 7)
    assert by_organisation.loc["B"].tolist() == pytest.approx([45.0] * 7)


# Maturity


def four(scores: dict[str, float]) -> Facts:
    """Return four organisations of 100 posts each."""
    codes = ["A", "B", "C", "D"]
    rows = pd.DataFrame(
        {"organisation": codes, "role_family": "data", "role_level": "analyst", "band": "6", "posts": 100.0, "headcount": 9}
    )
    return Facts(posts=rows, places=pd.DataFrame({"organisation": codes, "region": "Y1"}), maturity=pd.Series(scores, dtype="float64"))


def test_the_least_mature_quarter_has_its_extra_posts_first() -> None:
    forward = scenario(4, maturity={"share": 0.5, "years": 4})
    found = posts(forward, four({"A": 0.8, "B": 0.2, "C": 0.4, "D": 1.0})).droplevel(1)
    assert found.loc["B"].tolist() == pytest.approx([100, 140, 140, 140, 140])
    assert found.loc["C"].tolist() == pytest.approx([100, 100, 130, 130, 130])
    assert found.loc["A"].tolist() == pytest.approx([100, 100, 100, 110, 110])
    assert found.loc["D"].tolist() == pytest.approx([100] * 5)
    in_quarters = posts(scenario(8, "quarter", maturity={"share": 0.5, "years": 4}), four({"A": 0.8, "B": 0.2, "C": 0.4, "D": 1.0}))
    assert in_quarters.droplevel(1).loc["B"].tolist() == pytest.approx([100, 110, 120, 130, *[140] * 5])


def test_who_has_no_score_takes_the_median_and_is_counted() -> None:
    forward = scenario(4, maturity={"share": 0.5, "years": 4})
    found = posts(forward, four(MATURE)).droplevel(1)
    assert found.loc["D", 4] == pytest.approx(130)
    assert found.loc["D"].tolist() == pytest.approx([100, 100, 100, 130, 130])  # B comes first of the two in the middle
    told = demand.notes(four(MATURE), forward, ASSUMPTIONS)
    assert told == ["1 of 4 organisations have no maturity score; the median of the others, 0.40, stands for theirs."]


# Patient records


def test_an_approach_needs_posts_to_be_implemented_and_others_to_be_run() -> None:
    profile = {"built": Profile(1.5, {"data": 2.0, "testing": 1.2}, {"data": 0.5})}
    facts = Facts(posts=GROUPS, places=PLACES, records=profile)
    taken = {"approach": "built", "begin": "2027/28"}
    found = posts(scenario(10, "quarter", records=taken), facts)
    assert found.loc[("A", "analyst")].tolist() == [10, *[10] * 4, *[20] * 6]
    assert found.loc[("A", "tester")].tolist() == pytest.approx([30, *[30] * 4, *[36] * 6])
    longer = posts(scenario(12, "quarter", records=taken), facts)
    assert longer.loc[("A", "analyst"), 10:12].tolist() == [20, 5, 5]
    assert longer.loc[("A", "tester"), 12] == 30
    some = posts(scenario(8, "quarter", records=taken | {"organisations": ["B"]}), facts)
    assert some.loc[("B", "analyst"), 8] == 80
    assert some.loc["A"].nunique(axis=1).tolist() == [1, 1, 1, 1]


def test_the_approaches_have_every_role_family_that_counts() -> None:
    families = set(ASSUMPTIONS.by_key("demo_role_family_share"))
    profiles = demand.profiles(ASSUMPTIONS)
    assert set(profiles) == set(APPROACHES)
    assert all(set(part) == families for profile in profiles.values() for part in (profile.implementation, profile.running))


# What is uncertain


def test_the_range_of_a_rate_is_that_of_the_posts_it_gives() -> None:
    uncertain = scenario(3, growth={"data": {"rate": 0.1, "low": 0.02, "high": 0.15}, "testing": {"rate": 0.05}})
    (factor,) = demand.growing(uncertain)
    assert (factor.acts_on, set(factor.low)) == ("demand", {"data"})
    middle = posts(uncertain).loc[("A", "analyst")]
    for rate, multiplier in ((0.02, factor.low["data"]), (0.15, factor.high["data"])):
        end = posts(scenario(3, growth={"data": {"rate": rate}})).loc[("A", "analyst")]
        assert [middle[t] * multiplier ** (t / 3) for t in range(4)] == pytest.approx(end.tolist())


def test_the_range_of_a_total_is_that_of_its_last_year_and_there_is_no_other() -> None:
    parts = {"growth": {"data": {"rate": 0.1, "low": 0.0, "high": 0.2}}, "total": {"years": {"2029/30": 500.0}, "low": 0.2, "high": 0.1}}
    (factor,) = demand.growing(scenario(4, **parts))
    assert (factor.low[""], factor.high[""]) == pytest.approx((0.8, 1.1))
    (longer,) = demand.growing(scenario(8, **parts))
    assert (longer.low[""], longer.high[""]) == pytest.approx((0.8**2, 1.1**2))
    (half,) = demand.growing(scenario(8, "quarter", **parts))
    assert half.low[""] == pytest.approx(0.8**0.5)


def test_activities_vary_by_themselves_and_only_what_follows_them() -> None:
    found = demand.growing(
        scenario(
            2,
            activity={
                "one": {"rate": 0.1, "low": 0.0, "high": 0.2, "share": 0.5, "role_families": ["data"]},
                "all": {"rate": 0.0, "low": -0.1, "share": 1.0},
                "none": {"rate": 0.1, "share": 1.0},
            },
        )
    )
    assert [factor.name for factor in found] == ["demand-activity-one", "demand-activity-all"]
    assert (found[0].low["data"], found[0].high["data"]) == pytest.approx((1 / 1.105, 1.22 / 1.105))
    assert (found[1].low[""], found[1].high[""]) == pytest.approx((0.81, 1.0))
    assert demand.growing(Scenario.load("baseline")) == ()


def test_a_fan_is_the_percentiles_of_the_posts() -> None:
    held = pd.DataFrame({"": [1.0, 0.0, 2.0], "data": [4.0, 10.0, 0.0], "testing": [0.0, 0.0, 0.0]})
    draws = np.linspace(0.25, 2.25, 1001)
    fan = demand.fan(held, {"data": draws, "testing": draws[::-1]}, pace=0.5)
    for row, amounts in ((0, 1 + 4 * draws**0.5), (1, 10 * draws**0.5), (2, np.full(1001, 2.0))):
        expected = [amounts.mean(), *np.quantile(amounts, [0.1, 0.25, 0.5, 0.75, 0.9])]
        assert fan.loc[row].tolist() == pytest.approx(expected)


# The small world


def test_posts_are_the_larger_of_funded_posts_and_staff(small_store: Store) -> None:
    found = demand.posts(small_store, ALL).set_index(["organisation", "role_level"])
    unmapped = found[found["role_family"].isna()]
    assert unmapped[["headcount", "staff_fte", "budgeted_fte", "posts"]].to_numpy().tolist() == [[1, 0.8, 0, 0.8]]
    assert unmapped["band"].isna().all()
    assert found["posts"].drop(unmapped.index).to_dict() == {
        ("AAA", "analyst"): 3.0,
        ("AAA", "senior-analyst"): 0.5,
        ("AAA", "lead-analyst"): 1.0,
        ("AAA", "cyber-lead"): 2.0,
        ("BBB", "analyst"): 1.0,
        ("BBB", "cyber-lead"): 1.0,
    }
    assert found.loc[("AAA", "cyber-lead"), ["headcount", "band"]].tolist() == [0, "8a"]
    posts_of_plans = demand.establishment(small_store, ALL, "AAA").set_index("role_level")["budgeted_fte"].to_dict()
    assert posts_of_plans == {"analyst": 3.0, "senior-analyst": 0.4, "lead-analyst": 1.0, "cyber-lead": 2.0}


GROWING = {"growth": {"data": {"rate": 0.1}, "security": {"rate": -0.1}}, "organisation": {"BBB": {"rate": 0.2}}}


def test_one_organisation_alone_is_the_same_as_within_all(small_store: Store) -> None:
    numbers_of = ASSUMPTIONS.with_values({"england_workforce_fte": 9.0})
    for parts in (GROWING, GROWING | {"total": {"years": {"2029/30": 20.0}}}):
        whole = demand.needed(small_store, ALL, None, scenario(3, **parts), numbers_of)
        alone = demand.needed(small_store, ALL, ["BBB"], scenario(3, **parts), numbers_of)
        pd.testing.assert_frame_equal(whole[whole["organisation"] == "BBB"].reset_index(drop=True), alone.reset_index(drop=True))


def test_a_store_is_england_where_it_holds_enough_of_it(small_store: Store) -> None:
    total = scenario(4, total={"years": {"2019/20": 5.0, "2029/30": 93.0}})
    held = 9.3
    for staff, whole in ((9.0, True), (90.0, False)):
        assumed = ASSUMPTIONS.with_values({"england_workforce_fte": staff})
        found = demand.facts(small_store, ALL, None, total, assumed)
        assert found.whole is whole
        england = held if whole else staff / (1 - ASSUMPTIONS.value("vacancy_share"))
        assert found.england["posts"].sum() == pytest.approx(england)
        assert demand.needed_from(found, total)[4].sum() == pytest.approx(93 * held / england)
        told = demand.notes(found, total, assumed)
        assert told[0].startswith("England is to have 93 posts")
        assert ("counts as all of England" in told[1]) is whole
        assert ("its 10 posts of today (to the nearest 5)" in told[1]) is whole  # 9.3 are as secret as the staff in them
        assert "falls into the first period" in told[2]


def test_cuts_add_up_to_the_same_and_years_end_with_their_last_period(small_store: Store) -> None:
    growing = scenario(6, "quarter", **GROWING)
    whole = demand.needed(small_store, ALL, None, growing, ASSUMPTIONS)
    for by in (["organisation"], ["icb", "region"], ["organisation_type", "role_family"], ["role_level"], ["band"]):
        found = demand.by_cuts(small_store, ALL, by, None, growing, ASSUMPTIONS)
        assert (found["today"].sum(), found["demand"].sum()) == pytest.approx((9.3, whole[6].sum()))
        # p2 has two role levels and counts in each of them, but once where they are not told apart.
        assert found["headcount"].sum() == (8 if {"role_level", "band"} & set(by) else 7), by
    years = demand.by_cuts(small_store, ALL, ["year", "organisation"], ["BBB"], growing, ASSUMPTIONS)
    of_b = whole[whole["organisation"] == "BBB"]
    assert years["year"].tolist() == ["2025/26", "2026/27", "2027/28"]
    assert years["demand"].tolist() == pytest.approx([2.0, of_b[4].sum(), of_b[6].sum()], abs=1e-6)
    both = demand.by_cuts(small_store, ALL, ["icb"], None, growing, ASSUMPTIONS)
    assert both["icb"].tolist() == ["ICB1", "ICB2"]


def test_a_start_within_a_year_has_an_opening_of_its_own(small_store: Store) -> None:
    """From 1 October with 5% a year: today, then half a year later, then a year after that; no year stands for two periods."""
    chosen = scenario(5, growth={"data": {"rate": 0.05}}).changed(start=dt.date(2026, 10, 1), period="quarter")
    assert demand.year_ends(chosen) == {"2025/26": 0, "2026/27": 2, "2027/28": 5}
    rows = demand.by_cuts(small_store, ALL, ["role_family", "year"], None, chosen, ASSUMPTIONS)
    data = rows[rows["role_family"] == "data"]
    assert data["year"].tolist() == ["2025/26", "2026/27", "2027/28"]
    assert (data["demand"] / data["today"]).tolist() == pytest.approx([1.0, 1.05**0.5, 1.05**1.25], rel=1e-4)


def test_ranges_stand_beside_the_posts_they_are_of(small_store: Store) -> None:
    uncertain = scenario(2, growth={"data": {"rate": 0.1, "low": 0.0, "high": 0.2}})
    draws = Futures.drawn(demand.growing(uncertain), 2000, 1).multiplier("demand", "data")
    found = demand.by_cuts(small_store, ALL, ["role_family", "year"], None, uncertain, ASSUMPTIONS, futures={"data": draws})
    rows = found.set_index(["role_family", "year"])
    assert rows.loc[("data", "2027/28"), "p90"] == pytest.approx(5.5 * 1.21 * np.quantile(draws, 0.9), abs=1e-6)
    assert rows.loc[("data", "2026/27"), "p10"] == pytest.approx(5.5 * 1.1 * np.quantile(draws**0.5, 0.1), abs=1e-6)
    assert rows.loc[("data", "2027/28"), "p10"] == pytest.approx(5.5 * 1.0, rel=0.02)
    assert rows.loc[("data", "2025/26"), ["mean", "p10", "p90"]].tolist() == pytest.approx([5.5] * 3)
    assert rows.loc[("security", "2027/28"), ["mean", "p10", "p90"]].tolist() == pytest.approx([3.0] * 3)


def test_others_are_protected_and_ones_own_are_exact(small_store: Store) -> None:
    mine = Scope(frozenset({"AAA"}), protected=frozenset({"BBB"}))
    growing = scenario(2, growth={"data": {"rate": 0.1}})
    by_organisation = demand.by_cuts(small_store, mine, ["organisation"], None, growing, ASSUMPTIONS).set_index("organisation")
    assert by_organisation.loc["BBB", ["headcount", "today", "demand"]].tolist() == [HIDDEN] * 3
    assert float(by_organisation.loc["AAA", "today"]) == pytest.approx(7.3)
    together = demand.by_cuts(small_store, mine, ["role_family"], None, growing, ASSUMPTIONS)
    assert numbers(together["demand"]).isna().tolist() == [True, True, False]  # nobody of BBB is not mapped
    public = demand.by_cuts(small_store, Scope(None, audience="public"), ["organisation"], None, growing, ASSUMPTIONS)
    assert set(public["today"]) == {HIDDEN}
    with pytest.raises(ScopeError):
        demand.by_cuts(small_store, Scope(frozenset({"AAA"})), ["role_family"], ["BBB"], growing, ASSUMPTIONS)


NEIGHBOUR = Scope(frozenset({"AAA"}), protected=frozenset({"BBB"}))
type Made = Callable[..., Store]


@pytest.fixture
def made(small_world: dict[str, pd.DataFrame], tmp_path: Path) -> Iterator[Made]:
    """Write the small world with so many more analysts in BBB, and so many who are half analyst, half senior analyst."""
    stores: list[Store] = []

    def make(analysts: int, both: int = 0) -> Store:
        first = small_world["assignment"].iloc[[-1]]
        people = [f"{number:032x}" for number in range(100, 100 + analysts + both)]
        more = [first.assign(person=person, fte=1.0 if number < analysts else 0.5) for number, person in enumerate(people)]
        more += [first.assign(person=person, assignment=2, fte=0.5, role_level="senior-analyst", band="7") for person in people[analysts:]]
        world = small_world | {
            "person": pd.concat([small_world["person"], pd.DataFrame({"person": people, "organisation": "BBB"})]),
            "assignment": pd.concat([small_world["assignment"], *more]),
        }
        stores.append(Store.create(tmp_path / f"made{len(stores)}.duckdb"))
        stores[-1].write("tests", "0" * 64, "made", world)
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.mark.parametrize("by", [["organisation"], ["role_family"], ["organisation", "year"], []])
def test_growth_that_a_user_sets_does_not_undo_the_rounding(made: Made, by: list[str]) -> None:
    """BBB has 13 analysts and a lead, 14 posts. Doubled every year for twenty years and divided by 2^20 they are still a multiple of 5."""
    store = made(12)
    double = scenario(20, growth={"data": {"rate": 1.0}, "security": {"rate": 1.0}})
    found = demand.by_cuts(store, NEIGHBOUR, by, ["BBB"], double, ASSUMPTIONS)
    last = found.iloc[[-1]] if "year" in by else found
    shown = (numbers(last["demand"]) / 2**20).dropna()
    assert len(shown)
    assert (shown % 5 == 0).all()
    if "year" in by:
        assert (numbers(found["demand"]) / 2.0 ** np.arange(21)).tolist() == pytest.approx([15.0] * 21)
    own = demand.by_cuts(store, NEIGHBOUR, ["organisation"], ["AAA"], double, ASSUMPTIONS)["demand"].astype(float)
    assert own.iloc[0] / 2**20 == pytest.approx(7.3)


def test_growth_of_one_role_family_does_not_lift_its_few_out_of_a_sum(made: Made) -> None:
    """Of BBB's 14 posts one is of security: grown a millionfold, it is nearly all of the sum, and yet a single post."""
    lone = scenario(20, growth={"security": {"rate": 1.0}})
    found = demand.by_cuts(made(12), NEIGHBOUR, ["organisation"], ["BBB"], lone, ASSUMPTIONS)
    assert found["demand"].tolist() == [HIDDEN]
    assert found["today"].tolist() == [15]


def test_the_ends_of_a_range_and_technology_do_not_undo_the_rounding_either(made: Made) -> None:
    """A 90th percentile a millionfold, and a technology that puts a million posts in the place of each."""
    store = made(12)
    wide = scenario(20, growth={name: {"rate": 0.0, "low": 0.0, "high": 1.0} for name in ("data", "security")})
    draws = Futures.drawn(demand.growing(wide), 500, 1).multiplier("demand", "data")
    futures = {"data": draws, "security": draws}
    row = demand.by_cuts(store, NEIGHBOUR, ["organisation"], ["BBB"], wide, ASSUMPTIONS, futures=futures).iloc[0]
    assert float(row["p90"]) % (5 * 2**19) == 0
    assert float(row["demand"]) == 15
    arising = {"t": {"from": "security", "to": "data", "share": 1.0, "ratio": 1e6, "begin": "2026/27", "years": 1}}
    assert demand.by_cuts(store, NEIGHBOUR, ["organisation"], ["BBB"], scenario(2, technology=arising), ASSUMPTIONS)["demand"].tolist() == [
        HIDDEN
    ]


def test_a_total_that_is_shared_out_tells_nothing_of_others_through_ones_own_part(made: Made) -> None:
    """England is to have 140 posts and all but data go: AAA's share is by its 4.5 posts of data beside BBB's 13, shown as 15."""
    gone = {"security": {"rate": -0.999}}
    shared = scenario(4, growth=gone, total={"years": {"2029/30": 140.0}})
    assumed = ASSUMPTIONS.with_values({"england_whole_share": 0.0})
    told = {}
    for analysts in (12, 13):  # 13 and 14 analysts with p7
        row = demand.by_cuts(made(analysts), NEIGHBOUR, ["organisation", "role_family"], ["AAA"], shared, assumed)
        told[analysts] = row[row["role_family"] == "data"]["demand"].tolist()
    assert told[12] == told[13]
    exact = demand.by_cuts(made(13), ALL, ["organisation", "role_family"], ["AAA"], shared, assumed)
    assert exact[exact["role_family"] == "data"]["demand"].tolist() != pytest.approx(told[13], rel=1e-3)


@pytest.mark.parametrize("by", [["role_family"], ["band"], ["role_family", "band"], ["role_level", "band"]])
def test_who_holds_two_posts_is_one_person(made: Made, by: list[str]) -> None:
    """Six analysts, and one who is half senior analyst too: seven people, not eight."""
    rows = demand.by_cuts(made(5, both=1), NEIGHBOUR, ["organisation", *by], ["BBB"], scenario(2), ASSUMPTIONS)
    exact = demand.by_cuts(made(5, both=1), ALL, ["organisation", *by], ["BBB"], scenario(2), ASSUMPTIONS)
    assert exact["headcount"].max() == 7
    assert set(rows["demand"]) == {HIDDEN}


def test_people_on_one_band_with_two_role_levels_are_taken_for_one_at_least(made: Made) -> None:
    """Without posts of their own both role levels are on band 6: seven people again."""
    store = made(5, both=1)
    posts_ = demand.posts(store, ALL, ["BBB"]).assign(band="6")
    assert behind(store, ALL, ["band"], posts_[posts_["role_family"] == "data"])["headcount"].max() == 7
    assert behind(store, ALL, ["role_family", "band"], posts_).set_index("role_family")["headcount"].to_dict() == {"data": 7, "security": 1}


def test_what_is_asked_wrongly_is_said_all_at_once(small_store: Store) -> None:
    with pytest.raises(ScenarioError, match="Unknown cut"):
        demand.by_cuts(small_store, ALL, ["age_band"], None, scenario(2), ASSUMPTIONS)
    with pytest.raises(DataError, match="Unknown organisation"):
        demand.by_cuts(small_store, ALL, ["year"], ["ZZZ"], scenario(2), ASSUMPTIONS)
    wrong = scenario(
        2,
        growth={"dat": {"rate": 0.1}},
        region={"Y99": {"rate": 0.1}, "Y56": {"rate": 0.1}},
        organisation={"RBS": {"rate": 0.1, "high": 0.2}, "AAB": {"rate": 0.1}},
        activity={"a": {"rate": 0.1, "share": 1, "role_families": ["data", "alchemy"]}},
        technology={"t": {"from": "data", "to": "data", "share": 0.1, "begin": "2027/28", "years": 1}},
        maturity={"share": 0.1, "years": 2},
        records={"approach": "built", "begin": "2025/26", "organisations": ["AAA", "NOBODY"]},
    )
    with pytest.raises(ScenarioError) as found:
        demand.needed(small_store, ALL, None, wrong, ASSUMPTIONS)
    told = [(fault.column, fault.found) for fault in found.value.faults]
    assert told == [
        ("demand.growth", "'dat'"),
        ("demand.region", "'Y99'"),
        ("demand.organisation", "'AAB'"),
        ("demand.activity.a.role_families", "'alchemy'"),
        ("demand.records.organisations", "'NOBODY'"),
        ("demand.technology.t.to", "'data'"),
        ("demand.organisation.RBS", "low or high"),
        ("demand.records.begin", "'2025/26'"),
        ("demand.maturity", "no score of anybody"),
    ]
    assert "nearest: 'data'" in str(found.value)


def test_maturity_is_read_as_the_mean_of_the_latest_scores(small_store: Store) -> None:
    scores = pd.DataFrame(
        [
            ("AAA", "2024-03-31", "Well led", 5.0, 5.0),
            ("AAA", "2026-03-31", "Well led", 2.0, 5.0),
            ("AAA", "2026-03-31", "Safe practice", 3.0, 4.0),
        ],
        columns=["organisation", "assessed_on", "domain", "score", "maximum"],
    ).assign(source="tests")
    small_store.write("maturity", "b" * 64, "scores", {"maturity_score": scores})
    forward = scenario(2, maturity={"share": 0.4, "years": 2})
    found = demand.facts(small_store, ALL, None, forward, ASSUMPTIONS)
    assert found.maturity.to_dict() == {"AAA": pytest.approx(0.575)}
    assert demand.needed_from(found, forward)[2].sum() == pytest.approx(9.3 * (1 + 0.4 * 0.425))


# Whole life


def test_whole_life_cost_is_the_pay_of_the_posts_beyond_those_without_the_approach() -> None:
    numbers_of = ASSUMPTIONS.with_values({"records_implementation_years": 2.0, "whole_life_years": 3.0, "discount_rate": 0.1})
    rows = pd.DataFrame(
        [
            ("A", "software-development", "dev", "6", 10.0, 9),
            ("B", "software-development", "dev", "7", 10.0, 9),
            ("A", None, None, None, 4.0, 4),
        ],
        columns=["organisation", "role_family", "role_level", "band", "posts", "headcount"],
    )
    asked = Scenario.load("baseline").changed(demand={"growth": {"software-development": {"rate": 0.5}}})
    life = whole_life.lived(asked, numbers_of)
    assert (life.start, life.period, life.periods) == (dt.date(2026, 4, 1), "year", 3)
    found = whole_life.compared(Facts(posts=rows, places=PLACES), life, numbers_of)
    assert found.approaches["approach"].tolist() == list(APPROACHES)
    pay = sum(float(annual_pay(pd.Series([band]), code, life, numbers_of).iloc[0]) for band, code in (("6", "Y1"), ("7", "Y56")))
    during, after = (numbers_of[f"records_{phase}_posts[built: software-development]"] for phase in ("implementation", "running"))
    built = found.years[found.years["approach"] == "built"]
    more = [15 * (during.value - 1), 22.5 * (during.value - 1), 33.75 * (after.value - 1)]  # ten posts that grow by a half each year
    assert built["year"].tolist() == ["2026/27", "2027/28", "2028/29"]
    assert built["posts"].tolist() == pytest.approx([2 * fte for fte in more])
    assert built["pay"].tolist() == pytest.approx([pay * fte for fte in more])
    assert built["discounted"].tolist() == pytest.approx([pay * fte / 1.1**year for year, fte in enumerate(more)])
    assert built["posts_high"].iloc[0] == pytest.approx(30 * (during.high - 1))
    total = found.approaches.set_index("approach").loc["built"]
    assert (total["pay"], total["peak_posts"]) == pytest.approx((pay * sum(more), 2 * max(more)))
    assert total["discounted_low"] <= total["discounted"] <= total["discounted_high"]
    assert "Cost of the workforce only" in found.notes[0]


def test_a_later_beginning_and_a_start_within_the_year_are_followed() -> None:
    asked = Scenario.load("baseline").changed(
        start=dt.date(2026, 7, 1), demand={"records": {"approach": "built", "begin": "2028/29", "organisations": ["B"]}}
    )
    life = whole_life.lived(asked, ASSUMPTIONS)
    assert (life.start, life.periods) == (dt.date(2026, 4, 1), 12)
    rows = GROUPS.assign(role_family="data").assign(band=["6", "6", "6", None, "6", "6"])
    found = whole_life.compared(Facts(posts=rows, places=PLACES), life, ASSUMPTIONS)
    assert found.years["year"].unique().tolist() == [f"20{year}/{year + 1}" for year in range(28, 38)]
    first = found.years.groupby("approach")["posts"].first()
    ratio = ASSUMPTIONS.value("records_implementation_posts", "integrated: data")
    assert first["integrated"] == pytest.approx(45 * (ratio - 1))
    assert "5.0 FTE of posts have no pay band" in found.notes[-1]


def test_what_a_workforce_costs_is_only_for_those_who_see_it_exactly(small_store: Store) -> None:
    mine = Scope(frozenset({"AAA"}), protected=frozenset({"BBB"}))
    asked = scenario(2)
    assert whole_life.compare(small_store, mine, ["AAA"], asked, ASSUMPTIONS).years["posts"].notna().all()
    with pytest.raises(ScopeError):
        whole_life.compare(small_store, mine, ["AAA", "BBB"], asked, ASSUMPTIONS)


# The scenarios and the demonstration


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store with one trust of the demonstration."""
    path: Path = tmp_path_factory.mktemp("demand") / "trust.duckdb"
    demo_store(path, 1, "DEMO198")
    with Store.open(path) as store:
        yield store


@pytest.mark.parametrize("name", names())
def test_every_scenario_runs_on_the_demonstration(trust: Store, name: str) -> None:
    chosen = Scenario.load(name)
    found = demand.needed(trust, ALL, ["DEMO198"], chosen, ASSUMPTIONS.with_values(chosen.assumptions))
    today, last = found[0].sum(), found[chosen.periods].sum()
    assert today > 0
    assert (found[list(range(chosen.periods + 1))] >= 0).all(axis=None)
    steady = {"baseline", "tight-money", "joiners-growing"}
    assert (last == pytest.approx(today)) == (name in steady)
    rates = [factor.low != factor.high for factor in demand.growing(chosen)]
    assert rates == {"published-2030": [True], "cautious-2030": [True], "activity-led": [True] * 3}.get(name, [])


def test_the_views_to_2030_are_the_published_figures_and_the_assumption() -> None:
    published = table("published_figures").set_index(["figure", "period"])["value"]
    first, last = published["digital_informatics_workforce", "2020"], published["digital_informatics_workforce_demand", "2030"]
    assert Scenario.load("published-2030").demand.total.years == {"2019/20": first, "2029/30": last}
    cautious, assumed = Scenario.load("cautious-2030").demand.total, ASSUMPTIONS["cautious_posts_2030"]
    assert cautious.years == {"2019/20": first, "2029/30": assumed.value}
    assert assumed.value == first + published["digital_posts_planned", "to 2030 as printed"]
    assert ((1 - cautious.low) * assumed.value, (1 + cautious.high) * assumed.value) == pytest.approx((assumed.low, assumed.high), rel=1e-3)
    assert assumed.source.startswith("judgement")
    assert ASSUMPTIONS.value("england_workforce_fte") == first
    assert demand.published_posts(ASSUMPTIONS) == pytest.approx(first + published["digital_roles_vacant", "2022-23"], rel=1e-4)


def test_the_horizon_of_the_published_view_ends_with_its_last_year() -> None:
    for name in ("published-2030", "cautious-2030"):
        chosen = Scenario.load(name)
        assert list(demand.year_ends(chosen))[-1] == "2029/30"
        assert ends(chosen)[-1] == 30


def place(skill: float, number: int = 1, code: str = "DEMO001") -> Place:
    return Place(number, code, "Invented", "Acute", "Y1", "North", None, None, 100.0, skill, np.zeros(1))


def test_invented_scores_rise_with_skills_and_other_bodies_have_none() -> None:
    def mean(skill: float) -> float:
        made = [maturity(_generator(1, number, 3), place(skill, number), ASSUMPTIONS)["maturity_score"] for number in range(1, 101)]
        assert {len(rows) for rows in made} == {0, len(DOMAINS)}
        scores = pd.concat(made)
        assert scores["score"].between(1, scores["maximum"]).all()
        return float(scores["score"].mean())

    assert mean(-0.3) < mean(0.0) - 0.2 < mean(0.3) - 0.4
    assert mean(0.0) == pytest.approx(ASSUMPTIONS.value("demo_maturity_score"), abs=0.1)
    assert maturity(_generator(1, 1, 3), place(0.0, code=OTHER_BODIES), ASSUMPTIONS)["maturity_score"].empty
