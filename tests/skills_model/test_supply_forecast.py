"""The central forecast: every row adds up, rows add up to each other, and others' numbers are protected. The world is conftest's."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skills_model import gap
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, ScenarioError
from skills_model.privacy import HIDDEN, Scope
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply.forecast import COMING, FLOWS, GOING, JOINED, LEFT, NOT_MAPPED, forecast, matrix
from skills_model.supply.model import AGES, Rates
from skills_model.supply.rates import estimate

sys.path.insert(0, str(Path(__file__).parent))
from returned import empty, sent

LOCAL = Scope.local()
NUMBERS = Assumptions.load().with_values({"pipeline_arrives": 1.0, "pipeline_in_joiners": 0.0, "skill_decay": 0.1})
CUTS = [
    [],
    ["year"],
    ["organisation"],
    ["icb", "year"],
    ["region"],
    ["organisation_type", "role_family"],
    ["role_level", "year"],
    ["band"],
    ["age_band"],
    ["age_band", "role_level"],
    ["organisation", "role_family", "role_level", "band", "age_band", "year"],
]
OF_SKILLS = [["skill"], ["skill", "year"], ["organisation", "role_level", "skill"], ["role_family", "skill"], ["region", "skill", "year"]]


def rates(leaving=0.2, ageing=0.1, promotion=0.3, joining=0.4, retiring=0.5):
    families = pd.MultiIndex.from_product([["AAA", "BBB"], ["data", "security", None]], names=["organisation", "role_family"]).to_frame(
        index=False
    )
    known = list(AGES[:-1])
    steps = [("analyst", "senior-analyst"), ("senior-analyst", "lead-analyst")]
    return Rates(
        leaving=families.merge(pd.DataFrame({"age_band": AGES}), how="cross").assign(rate=leaving),
        retiring=pd.DataFrame({"age_band": ["55 to 59", "60 and over"], "share": [retiring, 1.0]}),
        ageing=pd.DataFrame({"age_band": known[:-1], "next_age_band": known[1:], "share": ageing}),
        promotion=pd.DataFrame(steps, columns=["role_level", "to_role_level"]).assign(rate=promotion),
        joining=families.assign(rate=joining),
        joining_ages=pd.DataFrame({"age_band": known[:2], "share": [0.25, 0.75]}),
        estimates=pd.DataFrame(),
    )


STILL = {"leaving": 0.0, "ageing": 0.0, "promotion": 0.0, "joining": 0.0}


def scenario(period="year", periods=2, **values):
    return Scenario.load("baseline").changed(period=period, periods=periods, **values)


def on_their_way(store, *rows):
    """Store pipelines of rows: organisation, pipeline, role_level, start_date, headcount, fte."""
    frame = pd.DataFrame(rows, columns=["organisation", "pipeline", "role_level", "start_date", "headcount", "fte"])
    store.write("tests", "1" * 64, "pipelines", {"pipeline": frame.assign(band=None, source="tests")})


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("forecast") / "small.duckdb"


@pytest.fixture
def store(small_world, small_rule, path):
    """Return the store of the small world with staff on their way; made once, since nobody changes it."""
    if not path.exists():
        with Store.create(path) as made_once:
            made_once.write("tests", "0" * 64, "small world", small_world, rule=small_rule)
            on_their_way(
                made_once,
                ("AAA", "apprentice", "analyst", dt.date(2027, 1, 10), 2, 1.5),
                ("BBB", "known starter", "cyber-lead", dt.date(2027, 5, 1), 1, 1.0),
                ("AAA", "graduate", "analyst", dt.date(2026, 3, 31), 5, 5.0),  # on the staff list already
            )
    with Store.open(path) as opened:
        yield opened


def made(store, by, at=None, using=None, scope=LOCAL, organisations=None, numbers=NUMBERS):
    return forecast(store, scope, by, at or scenario(), organisations, numbers, using or rates())


def people_of(store, by, **options):
    return made(store, by, **options).set_index(by[0] if len(by) == 1 else by)


# Adding up


@pytest.mark.parametrize("by", [*CUTS, *OF_SKILLS], ids=",".join)
def test_every_row_starts_gains_loses_and_ends(store, by):
    found = made(store, by, scenario("quarter", 6))
    assert len(found)
    gained, lost = found[list(COMING)].sum(axis=1), found[list(GOING)].sum(axis=1)
    assert (found["start"] + gained - lost).to_numpy() == pytest.approx(found["end"].to_numpy(), abs=1e-9)
    assert (found[list(FLOWS)] >= 0).all(axis=None)
    assert found["pipeline"].sum() > 0


@pytest.mark.parametrize("by", [cuts for cuts in CUTS if "year" not in cuts], ids=",".join)
def test_rows_add_up_to_the_whole(store, by):
    whole, found = made(store, []).iloc[0], made(store, by)
    for name in ("start", "joiners", "pipeline", "leavers", "retirements", "end"):
        assert found[name].sum() == pytest.approx(whole[name], abs=1e-9)
    for kind in ("promoted", "aged"):
        assert found[f"{kind}_in"].sum() == pytest.approx(found[f"{kind}_out"].sum(), abs=1e-9)


@pytest.mark.parametrize("by", [["role_level", "year"], ["skill", "year"]], ids=",".join)
def test_each_year_starts_where_the_one_before_ended(store, by):
    found = made(store, by, scenario("quarter", 10))
    starts, ends = (found.pivot_table(index=by[0], columns="year", values=name, dropna=False) for name in ("start", "end"))
    assert starts.columns.tolist() == ["2025/26", "2026/27", "2027/28", "2028/29"]
    assert starts.iloc[:, 1:].to_numpy() == pytest.approx(ends.iloc[:, :-1].to_numpy(), nan_ok=True, abs=1e-9)
    opening = found[found["year"] == "2025/26"]
    assert (opening[[*COMING, *GOING]] == 0).all(axis=None)
    assert opening["start"].tolist() == opening["end"].tolist()


def test_a_horizon_that_starts_within_a_year_reports_the_rest_of_that_year_first(store):
    found = made(store, ["year"], scenario("quarter", 5, start=dt.date(2026, 10, 1)))
    assert found["year"].tolist() == ["2025/26", "2026/27", "2027/28"]


def test_organisations_add_up_to_their_boards_and_regions(store):
    by_board, by_region = (people_of(store, [cut], using=rates()) for cut in ("icb", "region"))
    by_code = people_of(store, ["organisation"], using=rates())
    assert by_board.loc[["ICB1", "ICB2"], list(FLOWS)].to_numpy() == pytest.approx(by_code.loc[["AAA", "BBB"], list(FLOWS)].to_numpy())
    assert by_region.loc["Y1", list(FLOWS)].to_list() == pytest.approx(by_code[list(FLOWS)].sum().to_list())
    assert by_region.loc["Y1", "headcount"] == 7  # who holds two role levels is one person


def test_a_part_of_the_country_is_the_same_alone_and_in_the_whole(store):
    alone, whole = made(store, ["organisation", "role_level"], organisations=["BBB"]), made(store, ["organisation", "role_level"])
    pd.testing.assert_frame_equal(alone, whole[whole["organisation"] == "BBB"].reset_index(drop=True))


@pytest.mark.parametrize("by", [*CUTS, *OF_SKILLS], ids=",".join)
def test_nobody_there_is_nobody_later(store, by):
    found = made(store, by, organisations=[])
    assert (found[list(FLOWS)] == 0).all(axis=None)
    assert len(found) == (0 if set(by) - {"year"} else {"year": 3}.get("".join(by), 1))


def test_staff_whose_titles_nobody_has_mapped_are_in_every_sum(small_world, tmp_path):
    world = small_world | {"assignment": small_world["assignment"].assign(role_level=None)}
    with Store.create(tmp_path / "unmapped.duckdb") as store:
        store.write("tests", "0" * 64, "unmapped", world)
        for by in CUTS:
            found = made(store, by, scenario(periods=1))
            assert found["start"].sum() == pytest.approx(6.8 * (2 if "year" in by else 1))
        assert made(store, ["skill"])["start"].sum() == 0
        moves = matrix(store, LOCAL, scenario(), None, NUMBERS, rates())
        assert moves[["from", "to"]].to_numpy().tolist() == [[JOINED, NOT_MAPPED], [NOT_MAPPED, LEFT]]


@pytest.mark.parametrize("by", [["role_level", "year"], ["organisation", "band", "age_band"], ["role_level", "skill"], []], ids=",".join)
def test_organisations_that_returned_counts_go_as_at_home(store, small_world, tmp_path, by):
    numbers = NUMBERS.with_values({"pipeline_arrives": 0.0})  # who is on their way is not in a return
    with empty(tmp_path / "returned.duckdb", small_world) as elsewhere:
        sent(elsewhere, store, "AAA", "BBB")
        there, here = (made(each, by, numbers=numbers) for each in (elsewhere, store))
    pd.testing.assert_frame_equal(there.drop(columns="headcount"), here.drop(columns="headcount"))
    assert (there["headcount"] <= here["headcount"]).all()
    assert (there["headcount"] > 0).tolist() == (here["headcount"] > 0).tolist()


# By hand


def test_a_year_as_worked_out_by_hand(store):
    found = people_of(store, ["role_level", "year"], using=rates(leaving=0.2, ageing=0.0, promotion=0.3, joining=0.4)).xs(
        "2026/27", level="year"
    )
    analysts, leavers = 3.5, 3.5 * (1 - np.exp(-0.2))  # 2.5 in AAA, 1.0 in BBB
    expected = {
        "start": 3.5, "joiners": 1.4, "pipeline": 1.5, "promoted_in": 0.0, "aged_in": 0.0, "leavers": leavers, "retirements": 0.0,
        "promoted_out": (analysts - leavers) * 0.3, "aged_out": 0.0, "decayed": 0.0, "end": (analysts - leavers) * 0.7 + 2.9,
    }  # fmt: skip
    assert found.loc["analyst", list(FLOWS)].to_dict() == pytest.approx(expected)
    cyber = found.loc["cyber-lead"]  # 1.0 aged 55 to 59, of whom half retire when they leave
    assert (cyber["leavers"], cyber["retirements"]) == pytest.approx(((1 - np.exp(-0.2)) / 2,) * 2)
    unmapped = found.loc[found.index.isna()].iloc[0]
    assert (unmapped["start"], unmapped["joiners"]) == pytest.approx((0.8, 0.32))


def test_moves_count_only_between_the_rows_of_a_result(store):
    moved = ["promoted_in", "promoted_out", "aged_in", "aged_out"]
    assert (made(store, ["role_family"])[moved] == 0).all(axis=None)
    levels, ages = made(store, ["role_level"])[moved].sum(), made(store, ["age_band"])[moved].sum()
    assert levels["promoted_in"] > 0 == levels["aged_in"]
    assert ages["aged_in"] > 0 == ages["promoted_in"]
    both = made(store, ["role_level", "age_band"])[moved].sum()
    assert both["promoted_in"] == pytest.approx(levels["promoted_in"])
    assert 0 < both["aged_in"] < ages["aged_in"]  # who is promoted and a year older at once counts as promoted


def test_only_who_is_known_to_come_joins_where_only_what_is_committed_happens(store):
    found = made(store, [], scenario(supply={"flows": "committed"})).iloc[0]
    assert (found["joiners"], found["promoted_in"], found["pipeline"]) == (0.0, 0.0, 2.5)


def test_rates_are_estimated_where_none_are_given(store):
    estimated = estimate(store, LOCAL, ["AAA", "BBB"], NUMBERS)
    pd.testing.assert_frame_equal(
        forecast(store, LOCAL, ["role_level"], scenario(), None, NUMBERS), made(store, ["role_level"], using=estimated)
    )


# Skills


def test_holders_of_a_skill_start_as_the_gap_has_them_and_stay_while_nothing_happens(store):
    numbers = NUMBERS.with_values({"skill_decay": 0.0})
    by = ["organisation", "role_level", "skill"]
    found = people_of(store, by, using=rates(**STILL), at=scenario(supply={"flows": "committed"}), numbers=numbers)
    held = gap.held(store, LOCAL, None, numbers)
    held = held[held["rank"] == held["required_rank"]].set_index(by)
    staffed = held[held["staff_fte"] > 0]
    assert found["start"].loc[staffed.index].to_list() == pytest.approx(staffed["held"].to_list())
    unmoved = found[found["pipeline"] == 0]
    assert unmoved["end"].to_list() == pytest.approx(unmoved["start"].to_list())
    assert unmoved["end_low"].to_list() == pytest.approx(staffed["held_low"].loc[unmoved.index].to_list())
    assert unmoved["end_high"].to_list() == pytest.approx(staffed["held_high"].loc[unmoved.index].to_list())


def test_holders_leave_as_the_others_do_and_joiners_bring_their_share(store):
    numbers = NUMBERS.with_values({"skill_decay": 0.0})
    found = people_of(store, ["organisation", "role_level", "skill", "year"], using=rates(promotion=0.0), numbers=numbers)
    year = found.loc[("AAA", "analyst", "sql", "2026/27")]
    share = numbers.value("recruit_skill_share", 0)
    assert year["leavers"] == pytest.approx(year["start"] * (1 - np.exp(-0.2)))
    assert (year["joiners"], year["pipeline"]) == pytest.approx((2.5 * 0.4 * share, 1.5 * share))


def test_promoted_people_bring_the_rank_they_hold_or_what_a_joiner_would(store):
    numbers = NUMBERS.with_values({"skill_decay": 0.0})
    using = rates(leaving=0.0, joining=0.0, promotion=0.3)
    found = people_of(store, ["organisation", "role_level", "skill", "year"], using=using, numbers=numbers)
    senior, sql = found.loc[("AAA", "senior-analyst")], numbers.value("recruit_skill_share", 0)
    # Analysts need sql to rank 2 only and risk not at all, so nobody knows whether they hold rank 3, or risk.
    assert senior.loc[("sql", "2026/27"), "promoted_in"] == pytest.approx(2.5 * 0.3 * sql)
    assert senior.loc[("risk", "2026/27"), "promoted_in"] == pytest.approx(2.5 * 0.3 * sql)
    # Seniors and leads need sql to rank 3, so leads get what seniors hold.
    lead = found.loc[("AAA", "lead-analyst", "sql", "2026/27")]
    assert lead["promoted_in"] == pytest.approx(senior.loc[("sql", "2026/27"), "start"] * 0.3)
    assert lead["promoted_in"] == pytest.approx(senior.loc[("sql", "2026/27"), "promoted_out"])


def test_skills_decay_to_the_rank_below(store):
    found = people_of(store, ["organisation", "role_level", "skill", "year"], using=rates(**STILL))
    year = found.loc[("BBB", "cyber-lead", "risk", "2026/27")]  # risk at rank 2, which nobody stands above
    assert year["decayed"] == pytest.approx(year["start"] * 0.1)


def test_skills_by_band_or_age_are_refused_and_so_is_an_unknown_cut(store):
    for cut in ("band", "age_band"):
        with pytest.raises(ScenarioError, match="Skills by band or age"):
            made(store, ["skill", cut])
    with pytest.raises(ScenarioError, match="Unknown cut"):
        made(store, ["rank"])
    with pytest.raises(DataError, match="Unknown organisation"):
        made(store, [], organisations=["CCC"])


# Protection


def test_others_are_protected_and_ones_own_are_exact(store):
    scope = Scope(frozenset({"AAA"}), protected=frozenset({"BBB"}))
    exact, found = (people_of(store, ["organisation"], scope=who) for who in (LOCAL, scope))
    assert pd.to_numeric(found.loc["AAA", ["headcount", *FLOWS]]).to_list() == pytest.approx(
        exact.loc["AAA", ["headcount", *FLOWS]].to_list()
    )
    shown = found.loc["BBB", ["headcount", *FLOWS]]
    assert set(shown[exact.loc["BBB", ["headcount", *FLOWS]] > 0]) == {HIDDEN}
    both = made(store, [], scope=scope).iloc[0]
    assert both["end"] == HIDDEN  # the rest are two people of BBB
    public = made(store, ["year"], scope=Scope(None, audience="public"))
    assert set(public["end"]) == {HIDDEN}


def test_few_people_on_their_way_are_hidden_among_many_staff(small_world, tmp_path):
    people = [f"{number:032x}" for number in range(100, 140)]
    first = small_world["assignment"].iloc[[-1]]
    more = pd.concat([first.assign(person=person) for person in people])
    world = small_world | {
        "person": pd.concat([small_world["person"], pd.DataFrame({"person": people, "organisation": "BBB"})]),
        "assignment": pd.concat([small_world["assignment"], more]),
    }
    with Store.create(tmp_path / "many.duckdb") as store:
        store.write("tests", "0" * 64, "many", world)
        on_their_way(
            store, ("BBB", "apprentice", "analyst", "2026-09-01", 3, 3.0), ("BBB", "apprentice", "analyst", "2027-09-01", 20, 20.0)
        )
        found = people_of(
            store, ["role_level", "year"], scope=Scope(frozenset({"AAA"}), protected=frozenset({"BBB"})), organisations=["BBB"]
        )
        first_year, second_year = (found.loc[("analyst", year)] for year in ("2026/27", "2027/28"))
        assert (first_year["pipeline"], float(second_year["pipeline"])) == (HIDDEN, 20.0)
        assert (float(first_year["start"]), float(first_year["headcount"])) == (40.0, 40.0)
        moves = matrix(store, Scope(frozenset({"AAA"}), protected=None), scenario(), ["BBB"], NUMBERS, rates())
        moves = moves.set_index(["from", "to"])
        assert moves.loc[("cyber-lead", LEFT), "fte"] == HIDDEN
        assert float(moves.loc[("analyst", "senior-analyst"), "fte"]) % 5 == 0


@pytest.fixture
def crowd(small_world, tmp_path):
    """Return a store in which BBB has 13 analysts and 11 leads."""
    people = [f"{number:032x}" for number in range(100, 122)]
    first = small_world["assignment"].iloc[[-1]]
    more = [first.assign(person=person) for person in people[:12]]
    more += [first.assign(person=person, role_level="cyber-lead", band="8a") for person in people[12:]]
    world = small_world | {
        "person": pd.concat([small_world["person"], pd.DataFrame({"person": people, "organisation": "BBB"})]),
        "assignment": pd.concat([small_world["assignment"], *more]),
    }
    with Store.create(tmp_path / "crowd.duckdb") as store:
        store.write("tests", "0" * 64, "crowd", world)
        yield store


@pytest.mark.parametrize("by", [["organisation"], ["role_family"], ["role_level", "year"], ["age_band"], []], ids=",".join)
def test_joiners_that_a_user_sets_do_not_undo_the_rounding(crowd, by):
    """Joiners double every year for 20 years: divided by as much as one FTE has become, staff are 15 and 10, never 13 and 11 again."""
    growing = scenario(periods=20, supply={"joiners": {name: {"rate": 1.0} for name in ("data", "security")}})
    using = rates(leaving=0.0, promotion=0.0, ageing=0.0, joining=1.0)
    neighbour = Scope(frozenset({"AAA"}), protected=frozenset({"BBB"}))
    exact, told = (made(crowd, by, growing, using, who, ["BBB"]) for who in (LOCAL, neighbour))
    last = exact.index if "year" not in by else exact.index[exact["year"] == exact["year"].max()]
    times = 2.0**21 - 1  # 1 + 2 + 4 + ... + 2^20
    assert exact.loc[last, "end"].sum() == pytest.approx(24 * times)
    shown = pd.to_numeric(told.loc[last, "end"], errors="coerce").dropna()
    assert len(shown)
    assert (shown % (5 * 2**21) == 0).all()
    assert (pd.to_numeric(told.loc[last, "joiners"], errors="coerce").dropna() % (5 * 2**19) == 0).all()
    moves = matrix(crowd, neighbour, growing, ["BBB"], NUMBERS, using)
    assert (pd.to_numeric(moves["fte"], errors="coerce").dropna() % (5 * 2**19) == 0).all()


# The matrix


def test_the_matrix_holds_every_flow_a_year(store):
    moves = matrix(store, LOCAL, scenario(), None, NUMBERS, rates()).set_index(["from", "to"])["fte"] * 2
    flows = people_of(store, ["role_level"]).rename(index=lambda level: NOT_MAPPED if pd.isna(level) else level)
    assert moves.xs(JOINED).to_dict() == pytest.approx((flows["joiners"] + flows["pipeline"]).to_dict())
    assert moves.xs(LEFT, level="to").to_dict() == pytest.approx((flows["leavers"] + flows["retirements"]).to_dict())
    between = moves[[one != JOINED and other != LEFT for one, other in moves.index]]
    assert between.groupby("from").sum().to_dict() == pytest.approx(flows["promoted_out"][flows["promoted_out"] > 0].to_dict())
    assert between.groupby("to").sum().to_dict() == pytest.approx(flows["promoted_in"][flows["promoted_in"] > 0].to_dict())


def test_the_matrix_of_one_role_family_holds_its_role_levels_alone(store):
    moves = matrix(store, LOCAL, scenario(), None, NUMBERS, rates(), role_family="security")
    assert set(moves["from"]) | set(moves["to"]) == {JOINED, LEFT, "cyber-lead"}
    assert moves["headcount"].tolist() == [1, 1]
