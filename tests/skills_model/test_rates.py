"""Flows between staff lists worked out by hand, and the rates that follow from them."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skills_model.assumptions import Assumptions
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply import pipelines, rates
from skills_model.supply.model import AGES, Rates
from skills_model.supply.shrinkage import shrunk
from skills_model.supply.tables import parts

sys.path.insert(0, str(Path(__file__).parent))
from staff_lists import Post, staying, write

ALL = Scope.local()
CELL = ["organisation", "role_family", "role_level", "band", "age_band"]
NUMBERS = Assumptions.load()

type Make = Callable[[Sequence[Post]], Store]


@pytest.fixture
def make(small_world: dict[str, pd.DataFrame], tmp_path: Path) -> Iterator[Make]:
    """Make a store of the small world in which AAA has the posts given, in staff lists a year apart."""
    opened: list[Store] = []

    def made(posts: Sequence[Post]) -> Store:
        opened.append(write(small_world, tmp_path / f"lists{len(opened)}.duckdb", posts))
        return opened[-1]

    yield made
    for store in opened:
        store.close()


def moved(flows: pd.DataFrame, flow: str) -> list[tuple[object, ...]]:
    """Return the rows of a flow as tuples: role level, role level moved to, age band, FTE."""
    rows = flows[flows["flow"] == flow].astype(object).where(flows.notna(), None)
    return sorted(rows[["role_level", "to_role_level", "age_band", "fte"]].itertuples(index=False, name=None), key=str)


def unreconciled(flows: pd.DataFrame) -> pd.DataFrame:
    """Return the cells in which start + joined - left + moved to - moved from + hours is not end."""
    signs = {"start": 1, "joined": 1, "left": -1, "moved": -1, "hours": 1, "end": -1}
    here = flows.assign(fte=flows["fte"] * flows["flow"].map(signs))
    there = flows[flows["flow"] == "moved"].drop(columns=CELL[1:]).rename(columns={f"to_{name}": name for name in CELL[1:]})
    whole = pd.concat([here, there]).groupby([*CELL, "from_date", "as_at"], dropna=False)["fte"].sum()
    return whole[whole.abs() > 1e-6]


def test_a_stayer_neither_joins_nor_leaves_whatever_becomes_of_the_posts(make: Make) -> None:
    """p1 rises and ages, p2 moves half a post, p3 works less, p4 more and in two posts, p5 leaves, p6 joins, p7 is not mapped and stays."""
    store = make([
        (1, 1, "analyst", 1.0, "25 to 34"), (2, 1, "senior-analyst", 1.0, "35 to 44"),
        (1, 2, "analyst", 1.0, "25 to 34"), (2, 2, "analyst", 0.5, "25 to 34"), (2, 2, "cyber-lead", 0.5, "25 to 34"),
        (1, 3, "analyst", 1.0, "45 to 54"), (2, 3, "analyst", 0.6, "45 to 54"),
        (1, 4, "analyst", 0.5, "45 to 54"), (2, 4, "analyst", 0.5, "45 to 54"), (2, 4, "lead-analyst", 0.3, "45 to 54"),
        (1, 5, "analyst", 0.8, "60 and over"),
        (2, 6, "cyber-lead", 0.9, "under 25"),
        (1, 7, None, 0.7, "unknown"), (2, 7, None, 0.7, "unknown"),
    ])  # fmt: skip
    flows = store.query("staff_flows", ALL)
    assert moved(flows, "left") == [("analyst", None, "60 and over", 0.8)]
    assert moved(flows, "joined") == [("cyber-lead", None, "under 25", 0.9)]
    assert moved(flows, "moved") == [("analyst", "cyber-lead", "25 to 34", 0.5), ("analyst", "senior-analyst", "25 to 34", 1.0)]
    assert moved(flows, "hours") == [("analyst", None, "45 to 54", -0.4), ("lead-analyst", None, "45 to 54", 0.3)]
    assert set(flows.loc[flows["flow"] == "moved", "to_age_band"]) == {"25 to 34", "35 to 44"}
    assert unreconciled(flows).empty
    assert flows.loc[flows["flow"] == "start", "fte"].sum() == pytest.approx(5.0)
    assert flows.loc[flows["flow"] == "end", "fte"].sum() == pytest.approx(5.0)
    assert "person" not in flows


def test_a_move_with_fewer_hours_is_a_move_and_a_change_of_hours(make: Make) -> None:
    """1.0 as an analyst becomes 0.6 in two other posts: 0.6 has moved, shared out as they are, and 0.4 is gone."""
    store = make([
        (1, 1, "analyst", 1.0, "25 to 34"), (2, 1, "senior-analyst", 0.4, "25 to 34"), (2, 1, None, 0.2, "25 to 34"),
    ])  # fmt: skip
    flows = store.query("staff_flows", ALL)
    assert moved(flows, "moved") == [("analyst", "senior-analyst", "25 to 34", 0.4), ("analyst", None, "25 to 34", 0.2)]
    assert moved(flows, "hours") == [("analyst", None, "25 to 34", -0.4)]
    assert unreconciled(flows).empty


def test_every_list_is_followed_to_the_next_and_a_day_ends_what_is_known(make: Make) -> None:
    """p1 is there, away, back: one leaver, then one joiner."""
    store = make(
        [
            (1, 1, "analyst", 1.0, "25 to 34"),
            (1, 2, "analyst", 1.0, "25 to 34"),
            (2, 2, "analyst", 1.0, "25 to 34"),
            (3, 1, "analyst", 1.0, "25 to 34"),
            (3, 2, "analyst", 1.0, "25 to 34"),
        ]
    )
    flows = store.query("staff_flows", ALL)
    by_day = flows.groupby([flows["as_at"].dt.year, "flow"])["fte"].sum().to_dict()
    assert by_day == {(2025, "start"): 2, (2025, "left"): 1, (2025, "end"): 1, (2026, "start"): 1, (2026, "joined"): 1, (2026, "end"): 2}
    assert set(store.query("staff_flows", ALL, until=dt.date(2025, 12, 31))["as_at"].dt.year) == {2025}
    assert store.query("staff_flows", Scope(frozenset({"BBB"}))).empty


def of(found: Rates, what: str, **keys: str) -> pd.Series:
    rows = found.estimates[found.estimates["what"] == what]
    for name in ("organisation", "role_family", "age_band", "role_level"):
        rows = rows[rows[name].isna()] if name not in keys else rows[rows[name] == keys[name]]
    assert len(rows) == 1
    return rows.iloc[0]


def sure_of_history(**values: float) -> Assumptions:
    """Return assumptions as stored would be with ranges so wide that history alone speaks; scenario values in their place."""
    own = pd.DataFrame(
        [
            ("leaver_rate", "", 0.1, 0.0, 0.9, "a test"),
            ("joiner_rate", "", 0.1, 0.0, 9.0, "a test"),
            ("promotion_rate", "", 0.05, 0.0, 0.9, "a test"),
        ],
        columns=["assumption", "key", "value", "low", "high", "source"],
    )
    return NUMBERS.overlaid(own).with_values(values)


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the store's own assumptions be those of `sure_of_history`."""
    monkeypatch.setattr(Assumptions, "of", lambda *_: sure_of_history())


@pytest.mark.usefixtures("stored")
def test_the_rate_of_enough_history_is_leavers_over_the_average_of_who_was_there(make: Make) -> None:
    """20 of 100 leave in a year: -ln(0.8) on average staff, so that 80 stay."""
    found = rates.estimate(make(staying(100, 20, 10)), ALL, ["AAA"], sure_of_history())
    told = of(found, "leaver rate", age_band="35 to 44")
    assert told["observed"] == pytest.approx(-np.log(0.8), rel=0.01)
    assert told["value"] == pytest.approx(told["observed"], rel=0.03)
    assert 100 * np.exp(-told["value"]) == pytest.approx(80, abs=0.5)
    assert told["exposure"] == pytest.approx(20 / told["observed"], rel=0.01)
    assert told["weight"] > 0.9
    assert of(found, "joiner rate")["observed"] == pytest.approx(0.10)


@pytest.mark.usefixtures("stored")
def test_spans_of_other_lengths_give_the_same_yearly_rates(make: Make) -> None:
    """36 of 100 leave in two years as 20 of 100 do in one; of 10 joiners a year 8 of the first year's are left, 18 in all."""
    found = rates.estimate(make(staying(100, 36, 18, years=2)), ALL, ["AAA"], sure_of_history())
    assert of(found, "leaver rate", age_band="35 to 44")["observed"] == pytest.approx(-np.log(0.8), rel=0.01)
    assert of(found, "joiner rate")["observed"] == pytest.approx(0.10, rel=0.02)


def test_half_of_the_history_pulls_as_far_as_its_numbers_go(make: Make) -> None:
    """The formula of the method by hand, on one age band."""
    store = make(staying(100, 20, 0))
    item = NUMBERS["leaver_rate[35 to 44]"]
    told = of(rates.estimate(store, ALL, ["AAA"], NUMBERS), "leaver rate", age_band="35 to 44")
    m = item.value * (1 - item.value) / ((item.high - item.low) / (2 * 1.2815515655)) ** 2 - 1
    assert told["value"] == pytest.approx((20 + m * item.value) / (told["exposure"] + m))
    assert told["weight"] == pytest.approx(told["exposure"] / (told["exposure"] + m))
    assert told["low"] < told["value"] < told["high"]
    assert told["high"] - told["low"] < item.high - item.low
    half = of(rates.estimate(store, ALL, ["AAA"], NUMBERS.with_values({"history_weight": 0.5})), "leaver rate", age_band="35 to 44")
    assert item.value < half["value"] < told["value"]


def test_without_history_the_assumptions_alone_speak(make: Make) -> None:
    store = make([(1, 1, "analyst", 1.0, "25 to 34"), (1, 2, None, 1.0, "25 to 34")])
    found = rates.estimate(store, ALL, ["AAA", "BBB"], NUMBERS)
    assert set(found.estimates["weight"]) == {0.0}
    assert found.estimates["observed"].isna().all()
    assert set(found.leaving["organisation"]) == {"AAA", "BBB"}
    assert set(found.leaving["age_band"]) == set(AGES)
    assert set(found.leaving["role_family"].dropna()) == {"data", "security"}
    assert found.leaving["role_family"].isna().sum() == 2 * len(AGES)
    assert found.leaving["rate"].tolist() == [NUMBERS.value("leaver_rate", age) for age in found.leaving["age_band"]]
    assert set(found.joining["rate"]) == {NUMBERS.value("joiner_rate")}
    for age in AGES:
        told, item = of(found, "leaver rate", age_band=age), NUMBERS[f"leaver_rate[{age}]"]
        assert told[["value", "low", "high"]].tolist() == [item.value, item.low, item.high]
        assert told["source"] == f"assumption {item.name} ({item.source})"
    assert found.promotion.to_dict("records") == [
        {"role_level": "analyst", "to_role_level": "senior-analyst", "rate": 0.05},
        {"role_level": "senior-analyst", "to_role_level": "lead-analyst", "rate": 0.05},
    ]
    factors = {factor.name: factor for factor in found.factors}
    assert factors["leaver-rate-years"].low == factors["leaver-rate-years"].high == {"": 1.0}
    low = NUMBERS["leaver_rate[35 to 44]"].low / NUMBERS.value("leaver_rate", "35 to 44")
    assert factors["leaver-rate"].low["35 to 44"] == pytest.approx(low)
    assert factors["leaver-rate"].spread_of("AAA") == NUMBERS.value("leaver_organisation_spread")


def test_the_years_to_come_may_differ_as_far_as_history_speaks(make: Make) -> None:
    found = rates.estimate(make(staying(100, 10, 10)), ALL, ["AAA"], NUMBERS)
    factors = {factor.name: factor for factor in found.factors}
    item = NUMBERS["leaver_rate_years"]
    weight = of(found, "leaver rate", age_band="35 to 44")["weight"]
    assert factors["leaver-rate-years"].low[""] == pytest.approx(1 - weight * (1 - item.low))
    assert factors["leaver-rate-years"].high[""] == pytest.approx(1 + weight * (item.high - 1))


def test_a_value_set_for_coming_years_moves_the_rate_and_keeps_the_range_beside_it(make: Make) -> None:
    """Half as many again leave, a fifth fewer join; how far the coming years may differ from that is as uncertain as before."""
    store = make(staying(100, 10, 10))
    usual, moved = (
        rates.estimate(store, ALL, ["AAA"], NUMBERS.with_values(values))
        for values in ({}, {"leaver_rate_years": 1.5, "joiner_rate_years": 0.8})
    )
    assert moved.leaving["rate"].to_list() == pytest.approx((1.5 * usual.leaving["rate"]).to_list())
    assert moved.joining["rate"].to_list() == pytest.approx((0.8 * usual.joining["rate"]).to_list())
    told = of(moved, "leaver rate", age_band="35 to 44")
    assert told["value"] == pytest.approx(1.5 * of(usual, "leaver rate", age_band="35 to 44")["value"])
    assert told["low"] < told["value"] < told["high"]
    assert told["source"].endswith("; times 1.5 in coming years (leaver_rate_years)")
    for before, after in zip(usual.factors, moved.factors, strict=True):
        assert dict(after.low) == pytest.approx(dict(before.low))
        assert dict(after.high) == pytest.approx(dict(before.high))
    own = pd.DataFrame(
        [("leaver_rate_years", "", 1.5, 1.2, 1.8, "a test")], columns=["assumption", "key", "value", "low", "high", "source"]
    )
    factor = rates.coming_years(NUMBERS.overlaid(own), "leaver-rate-years", "leaving")
    assert (factor.low[""], factor.high[""]) == pytest.approx((0.8, 1.2))


def test_what_an_organisation_has_of_its_own_is_as_open_as_its_own_history_leaves_it(make: Make) -> None:
    """AAA has some history, BBB none: what is open of BBB is the whole spread, with AAA in the store or without it."""
    few, many, nobody_known = (
        {factor.name: factor for factor in rates.estimate(make(posts), ALL, ["AAA", "BBB"], NUMBERS).factors}
        for posts in (staying(100, 10, 10), staying(400, 40, 40), [(1, 1, "analyst", 1.0, "25 to 34")])
    )
    for kind, what in (("leaver", "leaver rate"), ("joiner", "joiner rate")):
        whole = NUMBERS.value(f"{kind}_organisation_spread")
        spreads = [found[f"{kind}-rate"] for found in (nobody_known, few, many)]
        assert [factor.spread_of("BBB") for factor in spreads] == [whole] * 3
        own = [factor.spread_of("AAA") for factor in spreads]
        assert own[0] == whole
        assert 0 < own[2] < own[1] < own[0]
        found = rates.estimate(make(staying(100, 10, 10)), ALL, ["AAA", "BBB"], NUMBERS)
        weight = of(found, what, organisation="AAA")["weight"]
        assert own[1] == pytest.approx(whole * np.sqrt(1 - weight))


def test_a_value_that_a_scenario_sets_stands_as_it_is(make: Make) -> None:
    store = make(staying(100, 40, 40))
    found = rates.estimate(
        store, ALL, ["AAA"], NUMBERS.with_values({"leaver_rate[35 to 44]": 0.07, "joiner_rate": 0.11, "promotion_rate": 0.02})
    )
    rate = found.leaving.groupby("age_band")["rate"].unique()
    assert rate["35 to 44"].tolist() == [0.07]
    assert rate["25 to 34"][0] != NUMBERS.value("leaver_rate", "25 to 34")
    assert set(found.joining["rate"]) == {0.11}
    assert set(found.promotion["rate"]) == {0.02}
    assert "as the scenario sets it" in of(found, "leaver rate", age_band="35 to 44")["source"]


def test_unmapped_staff_and_role_families_have_rates_of_their_own(make: Make) -> None:
    """Nobody of 60 mapped staff leaves, half of 60 unmapped ones do."""
    store = make([*staying(60, 0, 0), *staying(60, 25, 0, level=None, first=1000)])
    found = rates.estimate(store, ALL, ["AAA"], NUMBERS)
    of_age = found.leaving[found.leaving["age_band"] == "35 to 44"].set_index("role_family", drop=False)["rate"]
    assert of_age[of_age.index.isna()].iloc[0] > of_age["security"] > of_age["data"]
    assert of(found, "leaver rate", role_family="not mapped")["observed"] == pytest.approx(-np.log(35 / 60), rel=0.2)


def test_promotions_are_of_those_who_stay_and_moves_within_a_role_family_count(make: Make) -> None:
    """20 of 100 analysts leave; of the 80 who stay 16 rise and 8 become leads at once; a move to another family is none."""
    posts = [*staying(100, 20, 0)]
    for number in range(20, 36):
        posts[posts.index((2, number, "analyst", 1.0, "35 to 44"))] = (2, number, "senior-analyst", 1.0, "35 to 44")
    for number in range(36, 44):
        posts[posts.index((2, number, "analyst", 1.0, "35 to 44"))] = (2, number, "lead-analyst", 1.0, "35 to 44")
    posts[posts.index((2, 50, "analyst", 1.0, "35 to 44"))] = (2, 50, "cyber-lead", 1.0, "35 to 44")
    told = rates.estimate(make(posts), ALL, ["AAA"], NUMBERS).estimates
    told = told[told["what"] == "promotion rate"].set_index(["role_level", "to_role_level"])
    assert set(told.index) == {("analyst", "senior-analyst"), ("analyst", "lead-analyst"), ("senior-analyst", "lead-analyst")}
    assert told["exposure"].tolist() == pytest.approx([80, 80, 0])
    assert told.loc[("analyst", "senior-analyst"), "observed"] == pytest.approx(0.2)
    assert told.loc[("analyst", "lead-analyst"), "observed"] == pytest.approx(0.1)
    assert 0.05 < told.loc[("analyst", "senior-analyst"), "value"] < 0.2
    assert 0 < told.loc[("analyst", "lead-analyst"), "value"] < 0.1


def test_only_organisations_that_the_scope_sees_exactly_count(make: Make) -> None:
    """Whoever does not see AAA exactly has the assumptions for it; a public result rests on nobody's history."""
    store = make(staying(100, 30, 0))
    weights = {
        name: rates.estimate(store, scope, ["AAA"], NUMBERS).estimates["weight"].max()
        for name, scope in {
            "own": Scope(frozenset({"AAA"})),
            "beside": Scope(frozenset({"BBB"}), protected=frozenset({"AAA"})),
            "public": Scope(None, audience="public"),
        }.items()
    }
    assert weights["own"] > 0.3
    assert weights["beside"] == weights["public"] == 0


def test_lists_of_which_nearly_everybody_is_gone_are_no_history(make: Make) -> None:
    """Staff numbers that changed would look like a workforce that left, a list of only some staff before a whole one like one that came."""
    for left, joined in ((90, 90), (5, 190)):
        found = rates.estimate(make(staying(100, left, joined)), ALL, ["AAA"], NUMBERS)
        assert found.estimates["weight"].max() == 0


def test_what_is_projected_over_the_history_is_what_was_seen_in_it() -> None:
    """Groups of any size, age and span: the exposure that a rate goes with reproduces its leavers, as there is no prior to speak of."""
    rng = np.random.default_rng(5)
    rows = pd.DataFrame({"group": rng.choice(list("abc"), 60), "fte": rng.uniform(1, 200, 60), "years": rng.choice([0.25, 1.0, 2.5], 60)})
    rows["base"] = rng.uniform(0.05, 0.3, 60)
    rows["seen"] = rows["fte"] * -np.expm1(-rows["base"] * rng.uniform(0.3, 2.0, 60) * rows["years"])
    found = shrunk(rows, "group", rates._exposed, 1e4, 1.0, share=True)
    expected = rows["fte"] * -np.expm1(-rows["base"] * found.multiple(rows["group"]) * rows["years"])
    assert expected.groupby(rows["group"]).sum().to_numpy() == pytest.approx(rows["seen"].groupby(rows["group"]).sum().to_numpy(), rel=1e-6)


def test_a_group_without_spread_stays_where_it_is_expected() -> None:
    rows = pd.DataFrame({"group": ["a"], "fte": [50.0], "years": [1.0], "base": [0.1], "seen": [30.0]})
    found = shrunk(rows, "group", rates._exposed, 0.0, 1.0, share=True).rates
    assert found[["value", "low", "high"]].iloc[0].tolist() == pytest.approx([0.1, 0.1, 0.1])
    assert found["weight"].iloc[0] == 0


@pytest.mark.usefixtures("stored")
def test_a_projection_over_the_year_that_was_seen_has_its_flows(make: Make) -> None:
    """Where history alone speaks, the planning tables of the forecast lose and gain whom the lists lost and gained."""
    posts = [*staying(100, 20, 12), *staying(60, 9, 6, level="cyber-lead", first=1000), *staying(40, 2, 8, level=None, first=2000)]
    store = make(posts)
    numbers = sure_of_history(leaver_family_spread=9, joiner_family_spread=9)
    rates_of_year = rates.estimate(store, ALL, ["AAA"], numbers)
    flows = store.query("staff_flows", ALL)
    start = flows[flows["flow"] == "start"][["organisation", "role_family", "age_band", "headcount", "fte"]]
    moving = parts(start, rates_of_year, Scenario.load("baseline").changed(period="year", periods=1), nobody(store), numbers)
    family = moving.cells["role_family"].fillna("-")
    left = (moving.cells["fte"] * (1 - moving.stay)).groupby(family).sum()
    joined = pd.Series(moving.joiners[:, 0]).groupby(family).sum()
    for flow, projected in (("left", left), ("joined", joined)):
        seen = flows[flows["flow"] == flow].fillna({"role_family": "-"}).groupby("role_family")["fte"].sum()
        assert projected.to_dict() == pytest.approx(seen.to_dict(), rel=0.06, abs=0.3), flow


def nobody(store: Store) -> pd.DataFrame:
    return pipelines.read(store, ALL, [])


def test_the_flows_of_a_return_count_like_own_history(small_world: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """BBB has no staff list but a return: of 200 analysts 60 left. AAA has lists, so that its return says nothing."""
    day, before = "2026-03-31", "2025-03-31"
    small_world["organisation_return"] = pd.DataFrame(
        [(code, day, day, "Head of workforce", "Agreement 1", 140, 140.0, 0, 0.0) for code in ("AAA", "BBB")],
        columns=[
            "organisation",
            "as_at",
            "signed_off_on",
            "signed_off_by",
            "agreement",
            "headcount",
            "fte",
            "unmapped_headcount",
            "outside_fte",
        ],
    )
    small_world["returned_flow"] = pd.DataFrame(
        [
            (code, before, day, flow, "analyst", "", "35 to 44", count, float(count))
            for code in ("AAA", "BBB")
            for flow, count in (("start", 200), ("left", 60))
        ],
        columns=["organisation", "from_date", "as_at", "flow", "role_level", "to_role_level", "age_band", "headcount", "fte"],
    )
    with write(small_world, tmp_path / "returned.duckdb", staying(100, 0, 0)) as store:
        found = rates.estimate(store, ALL, ["AAA", "BBB"], NUMBERS)
    assert of(found, "leaver rate", organisation="BBB")["observed"] == pytest.approx(-np.log(1 - 60 / 200), rel=0.05)
    assert of(found, "leaver rate", organisation="AAA")["observed"] == 0
    assert "staff lists and returns of 2 organisations" in of(found, "joiner rate")["source"]
    assert set(found.leaving["organisation"]) == {"AAA", "BBB"}
    by_code = found.leaving[found.leaving["role_family"] == "data"].groupby("organisation")["rate"].mean()
    assert by_code["BBB"] > by_code["AAA"]


def test_flows_reconcile_whoever_does_what(make: Make) -> None:
    """Sixty invented people with up to three posts each in three lists, joining, leaving, moving, ageing and changing hours at random."""
    random = np.random.default_rng(7)
    levels = ["analyst", "senior-analyst", "lead-analyst", "cyber-lead", None]
    posts: list[Post] = []
    for person in range(60):
        for number in (1, 2, 3):
            age = AGES[min(int(random.integers(0, 3)) + person % 4, 6)]
            held = [
                (number, person, levels[random.integers(5)], float(random.integers(1, 11)) / 10, age) for _ in range(random.integers(0, 4))
            ]
            posts += held
    flows = make(posts).query("staff_flows", ALL)
    assert unreconciled(flows).empty
    assert set(flows["flow"]) == {"start", "joined", "left", "moved", "hours", "end"}
    assert (flows.loc[flows["flow"] != "hours", "fte"] > 0).all()
    there = pd.DataFrame(posts, columns=["list", "person", "level", "fte", "age"])
    both = set(there.loc[there["list"] == 1, "person"]) & set(there.loc[there["list"] == 2, "person"])
    gone = there[(there["list"] == 1) & ~there["person"].isin(both)]
    first = flows[flows["from_date"] == flows["from_date"].min()].groupby("flow")["fte"].sum()
    assert first["left"] == pytest.approx(gone["fte"].sum())
    assert first["start"] == pytest.approx(there.loc[there["list"] == 1, "fte"].sum())
