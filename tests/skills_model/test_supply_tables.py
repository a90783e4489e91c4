"""Staff as planning tables: nobody appears or vanishes, detail adds up, and the optimiser that does nothing agrees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.projection import project
from optimiser.solver import optimise
from optimiser.tables import PlanningTables
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError
from skills_model.scenario import Scenario
from skills_model.supply.cells import collapsed
from skills_model.supply.model import AGES, CELL, Rates
from skills_model.supply.pipelines import COLUMNS, arriving, factor
from skills_model.supply.tables import parts, supply_tables

tried = settings(max_examples=10, deadline=None, derandomize=True)

NUMBERS = Assumptions.load()
YOUNG, OLD = "25 to 34", "35 to 44"
LEVELS = {"junior": "data", "senior": "data", "lead": "data", "desk": "support"}
FAMILIES = ["data", "support", None]


def frame(rows, columns):
    return pd.DataFrame(rows, columns=columns.split())


def cells(*rows):
    """Return cells of rows: organisation, role_level, band, age_band, fte."""
    made = frame(rows, "organisation role_level band age_band fte")
    made["role_family"] = made["role_level"].map(LEVELS)
    made["headcount"] = np.ceil(made["fte"]).astype(int)
    made = made.astype(dict.fromkeys(CELL, "str") | {"fte": "float64"})
    return made[[*CELL, "headcount", "fte"]]


def rates(codes=("AAA",), leaving=0.0, ageing=0.0, promotion=(), joining=0.0, joining_ages=((YOUNG, 1.0),), retiring=()):
    """Return rates that are the same for all organisations and role families; `leaving` may be a function of the age band."""
    families = pd.MultiIndex.from_product([list(codes), FAMILIES], names=["organisation", "role_family"]).to_frame(index=False)
    everyone = families.merge(pd.DataFrame({"age_band": AGES}), how="cross")
    rate = leaving if callable(leaving) else lambda _: leaving
    known = list(AGES[:-1])
    return Rates(
        leaving=everyone.assign(rate=everyone["age_band"].map(rate).astype(float)),
        retiring=frame(list(retiring), "age_band share"),
        ageing=pd.DataFrame({"age_band": known[:-1], "next_age_band": known[1:], "share": float(ageing)}),
        promotion=frame(list(promotion), "role_level to_role_level rate").astype({"rate": "float64"}),
        joining=families.assign(rate=float(joining)),
        joining_ages=frame(list(joining_ages), "age_band share"),
        estimates=pd.DataFrame(),
    )


def coming(*rows):
    """Return pipelines of rows: pipeline, role_level, band, start_date, headcount, fte; of AAA."""
    made = frame(rows, "pipeline role_level band start_date headcount fte").assign(organisation="AAA")
    made["role_family"] = made["role_level"].map(LEVELS)
    made = made.astype(dict.fromkeys(["pipeline", "role_level", "band", "role_family"], "str") | {"fte": "float64", "headcount": "int64"})
    return made.assign(start_date=pd.to_datetime(made["start_date"]))[list(COLUMNS)]


def scenario(period="year", periods=3, **supply):
    return Scenario.load("baseline").changed(period=period, periods=periods, supply=supply)


def certain(**values):
    """Return the assumptions with every pipeline arriving and none of it among joiners."""
    return NUMBERS.with_values({"pipeline_arrives": 1.0, "pipeline_in_joiners": 0.0} | values)


def followed(*, of, using, at=None, who=None, knowing=None, bands=None):
    return parts(of, using, at or scenario(), coming() if who is None else who, knowing or certain(), bands)


def by(made, *columns):
    """Return FTE by columns: one column a period."""
    return made.cells[list(columns)].join(pd.DataFrame(made.stocks())).groupby(list(columns), dropna=False).sum()


# Worked out by hand


def test_a_year_of_ten_people_as_worked_out_by_hand():
    one = cells(("AAA", "junior", "6", YOUNG, 10.0))
    made = followed(
        of=one, using=rates(leaving=0.1, ageing=0.2, promotion=[("junior", "senior", 0.25)], joining=0.3), at=scenario(periods=1)
    )
    stays = 10 * np.exp(-0.1)
    found = by(made, "role_level", "age_band")[1]
    assert found[found > 0].to_dict() == pytest.approx(
        {
            ("junior", YOUNG): stays * 0.8 * 0.75 + 3,  # the three who join are 25 to 34 as well
            ("junior", OLD): stays * 0.2 * 0.75,
            ("senior", YOUNG): stays * 0.8 * 0.25,
            ("senior", OLD): stays * 0.2 * 0.25,
        }
    )


def test_stocks_are_named_by_organisation_role_level_band_and_age():
    made = followed(of=cells(("AAA", "junior", "6", YOUNG, 1.0), ("AAA", None, None, OLD, 1.0)), using=rates())
    assert made.cells["stock"].tolist() == ["staff:AAA:-:-:35 to 44", "staff:AAA:junior:6:25 to 34"]
    families = followed(of=collapsed(cells(("AAA", "junior", "6", YOUNG, 1.0)), []), using=rates())
    assert families.cells["stock"].tolist() == ["staff:AAA:data:25 to 34"]


def test_those_of_unknown_age_leave_and_are_promoted_but_grow_no_older():
    one = cells(("AAA", "junior", "6", "unknown", 10.0))
    found = by(followed(of=one, using=rates(leaving=0.1, ageing=0.5, promotion=[("junior", "senior", 0.25)])), "age_band")
    assert found.index.tolist() == ["unknown"]
    assert found[3].iloc[0] == pytest.approx(10 * np.exp(-0.3))


def test_a_promoted_person_goes_to_the_usual_band_of_the_role_level():
    promoted = rates(promotion=[("junior", "senior", 0.5)])
    known = cells(("AAA", "junior", "5", YOUNG, 8.0), ("AAA", "senior", "7", OLD, 2.0), ("AAA", "senior", "8a", YOUNG, 1.0))
    assert by(followed(of=known, using=promoted, at=scenario(periods=1), bands={"senior": "6"}), "role_level", "band")[1].to_dict() == {
        ("junior", "5"): 4.0,
        ("senior", "7"): 6.0,
        ("senior", "8a"): 1.0,
    }
    nobody_there = cells(("AAA", "junior", "5", YOUNG, 8.0))
    for bands, band in (({"senior": "6"}, "6"), ({}, "5")):  # the suggested one, or where nobody knows the person's own
        found = by(followed(of=nobody_there, using=promoted, at=scenario(periods=1), bands=bands), "role_level", "band")[1]
        assert found.to_dict() == {("junior", "5"): 4.0, ("senior", band): 4.0}


def test_rates_of_promotion_that_add_up_to_more_than_everybody_promote_everybody():
    one = cells(("AAA", "junior", "5", YOUNG, 8.0))
    found = by(
        followed(of=one, using=rates(promotion=[("junior", "senior", 0.9), ("junior", "lead", 0.3)]), at=scenario(periods=1)), "role_level"
    )
    assert found[1].to_dict() == pytest.approx({"junior": 0.0, "senior": 6.0, "lead": 2.0})


# Joiners


def test_joiners_are_a_number_a_year_spread_as_staff_are():
    staff = cells(("AAA", "junior", "5", YOUNG, 6.0), ("AAA", "senior", "7", OLD, 2.0), ("AAA", "desk", "4", OLD, 10.0))
    made = followed(of=staff, using=rates(joining=0.1, joining_ages=[(YOUNG, 0.75), ("60 and over", 0.25)]))
    joiners = made.cells[["role_level", "age_band"]].join(pd.DataFrame(made.joiners)).set_index(["role_level", "age_band"])
    assert joiners.eq(joiners[0], axis=0).all(axis=None)
    assert joiners[joiners[0] > 0][0].to_dict() == pytest.approx(
        {
            ("junior", YOUNG): 0.45, ("junior", "60 and over"): 0.15, ("senior", YOUNG): 0.15, ("senior", "60 and over"): 0.05,
            ("desk", YOUNG): 0.75, ("desk", "60 and over"): 0.25,
        }
    )  # fmt: skip


@pytest.mark.parametrize("path, expected", [("compound", [1.5, 2.25, 3.375]), ("straight", [1.5, 2.0, 2.5])])
def test_joiners_of_a_role_family_grow_from_year_to_year(path, expected):
    staff = cells(("AAA", "junior", "5", YOUNG, 10.0), ("AAA", "desk", "4", YOUNG, 10.0))
    made = followed(of=staff, using=rates(joining=0.1), at=scenario(joiners={"data": {"rate": 0.5, "path": path}}))
    joiners = pd.DataFrame(made.joiners).groupby(made.cells["role_level"]).sum()
    assert joiners.loc["junior"].tolist() == pytest.approx(expected)
    assert joiners.loc["desk"].tolist() == [1.0, 1.0, 1.0]


def test_nobody_joins_or_is_promoted_where_only_what_is_committed_happens():
    staff = cells(("AAA", "junior", "5", YOUNG, 10.0))
    who = coming(("known starter", "junior", None, "2027-06-01", 1, 1.0))
    made = followed(of=staff, using=rates(joining=0.5, promotion=[("junior", "senior", 0.5)]), at=scenario(flows="committed"), who=who)
    assert by(made, "role_level").round(9).to_dict("index") == {"junior": {0: 10.0, 1: 10.0, 2: 11.0, 3: 11.0}}


def test_as_many_joiners_are_there_at_the_end_of_a_year_by_quarters_as_by_years():
    staff = cells(("AAA", "junior", "5", YOUNG, 10.0))
    using = rates(leaving=0.4, joining=0.5, promotion=[("junior", "senior", 0.2)])
    years, quarters = (
        by(followed(of=staff, using=using, at=scenario(period, periods)), "role_level")
        for period, periods in (("year", 3), ("quarter", 12))
    )
    assert quarters.sum()[[0, 4, 8, 12]].tolist() == pytest.approx(years.sum().tolist())


# Pipelines


def test_people_on_their_way_arrive_in_the_period_in_which_they_start():
    who = coming(
        ("apprentice", "junior", "4", "2026-07-01", 2, 2.0),
        ("apprentice", "junior", "4", "2026-06-30", 1, 0.5),
        ("graduate", "senior", None, "2027-03-31", 1, 1.0),
        ("known starter", "desk", "5", "2026-01-10", 1, 1.0),  # was to start before, and is not on the staff list yet
        ("known starter", "desk", "5", "2027-04-01", 9, 9.0),  # after the horizon
    )
    found = arriving(who, scenario("quarter", 4), NUMBERS)
    assert found[["pipeline", "period", "headcount"]].to_numpy().tolist() == [
        ["apprentice", 2, 2], ["apprentice", 1, 1], ["graduate", 4, 1], ["known starter", 1, 1],
    ]  # fmt: skip
    share = NUMBERS.by_key("pipeline_arrives")
    assert found["fte"].tolist() == pytest.approx(
        [2 * share["apprentice"], share["apprentice"] / 2, share["graduate"], share["known starter"]]
    )


def test_they_come_to_their_own_band_or_the_usual_one_and_spread_over_ages_as_joiners_do():
    staff = cells(("AAA", "junior", "5", YOUNG, 1.0))
    who = coming(("graduate", "junior", None, "2026-09-01", 2, 2.0), ("graduate", "senior", "8b", "2026-09-01", 1, 1.0),
                 ("graduate", "desk", None, "2026-09-01", 1, 1.0))  # fmt: skip
    made = followed(of=staff, using=rates(joining_ages=[(YOUNG, 0.5), (OLD, 0.5)]), who=who, bands={"desk": "4"}, at=scenario(periods=1))
    assert by(made, "role_level", "band", "age_band")[1].to_dict() == {
        ("junior", "5", YOUNG): 2.0, ("junior", "5", OLD): 1.0, ("senior", "8b", YOUNG): 0.5, ("senior", "8b", OLD): 0.5,
        ("desk", "4", YOUNG): 0.5, ("desk", "4", OLD): 0.5,
    }  # fmt: skip
    assert made.people.sum() == 4


@pytest.mark.parametrize("counted, expected", [(0.0, [4.0, 4.0]), (0.5, [2.5, 4.0]), (1.0, [1.0, 4.0])])
def test_joiners_whom_the_rate_counts_already_are_not_counted_twice(counted, expected):
    staff = cells(("AAA", "junior", "5", YOUNG, 30.0), ("AAA", "senior", "7", YOUNG, 10.0))
    who = coming(("known starter", "senior", None, "2026-09-01", 3, 3.0))
    made = followed(of=staff, using=rates(joining=0.1), who=who, knowing=certain(pipeline_in_joiners=counted), at=scenario(periods=2))
    assert made.joiners.sum(axis=0).tolist() == pytest.approx(expected)
    assert made.pipeline.sum(axis=0).tolist() == [3.0, 0.0]


def test_more_on_their_way_than_usually_join_leave_no_joiners_below_none():
    staff = cells(("AAA", "junior", "5", YOUNG, 10.0))
    who = coming(("known starter", "junior", None, "2026-09-01", 5, 5.0))
    made = followed(of=staff, using=rates(joining=0.1), who=who, knowing=certain(pipeline_in_joiners=1.0), at=scenario("quarter", 8))
    assert made.joiners.sum(axis=0).tolist() == pytest.approx([0.0] * 4 + [0.25] * 4)


def test_how_many_arrive_is_uncertain_as_the_assumptions_say():
    found = factor(certain(pipeline_arrives=0.5))
    assert found.acts_on == "pipeline"
    ranges = [(item.low / 0.5, item.high / 0.5) for item in certain(pipeline_arrives=0.5).uncertain() if item.id == "pipeline_arrives"]
    assert (found.low[""], found.high[""]) == pytest.approx(tuple(np.mean(ranges, axis=0)))


def test_a_missing_leaver_rate_is_named():
    using = rates()
    using = replace(using, leaving=using.leaving[using.leaving["age_band"] != OLD])
    with pytest.raises(DataError, match="AAA/data/35 to 44"):
        followed(of=cells(("AAA", "junior", "5", YOUNG, 1.0), ("AAA", "junior", "5", OLD, 1.0)), using=using)


# Any world


@st.composite
def worlds(draw):
    """Draw staff of up to two organisations, rates, pipelines and a scenario."""
    level = st.sampled_from([*LEVELS, None])
    people = draw(
        st.lists(
            st.tuples(st.sampled_from(["AAA", "BBB"]), level, st.sampled_from(["5", "6"]), st.sampled_from(AGES), st.integers(1, 40)),
            min_size=1, max_size=8, unique_by=lambda row: row[:4],
        )
    )  # fmt: skip
    staff = cells(*[(code, name, band if name else None, age, fte / 4) for code, name, band, age, fte in people])
    staff = staff.groupby(list(CELL), dropna=False, as_index=False)[["headcount", "fte"]].sum()
    tenths = st.integers(0, 10).map(lambda number: number / 10)
    promotion = [
        (one, other, draw(tenths))
        for one, other in draw(st.sets(st.permutations(["junior", "senior", "lead"]).map(lambda three: (three[0], three[1]))))
    ]
    leaving = {age: draw(tenths) for age in AGES}
    ages = draw(st.lists(st.sampled_from(AGES), min_size=1, max_size=3, unique=True))
    using = rates(
        ("AAA", "BBB"),
        leaving.get,
        draw(tenths),
        promotion,
        draw(tenths),
        [(age, 1 / len(ages)) for age in ages],
        [("60 and over", draw(tenths))],
    )
    who = coming(
        *draw(
            st.lists(
                st.tuples(
                    st.sampled_from(["apprentice", "graduate", "known starter"]), st.sampled_from([*LEVELS]), st.sampled_from(["5", None]),
                    st.sampled_from(["2026-02-01", "2026-08-01", "2027-05-01", "2040-01-01"]), st.integers(1, 3), st.integers(1, 3),
                ),
                max_size=4,
            )
        )
    )  # fmt: skip
    growth = {"data": {"rate": draw(st.sampled_from([-0.2, 0.0, 0.3])), "path": draw(st.sampled_from(["compound", "straight"]))}}
    period, periods = draw(st.sampled_from([("year", 3), ("quarter", 6), ("year", 1)]))
    return staff, using, who, scenario(period, periods, flows=draw(st.sampled_from(["as before", "committed"])), joiners=growth)


@tried
@given(worlds())
def test_nobody_appears_or_vanishes(world):
    staff, using, who, at = world
    made = parts(staff, using, at, who, NUMBERS)
    stocks = made.stocks()
    assert stocks[:, 0].sum() == pytest.approx(staff["fte"].sum(), abs=1e-9)
    assert (stocks >= 0).all()
    goes_on = np.bincount(made.moves["source"], made.moves["share"], minlength=len(made.cells))
    assert goes_on == pytest.approx(np.ones(len(made.cells)), abs=1e-12)  # of those who stay, each is somewhere
    left = stocks[:, :-1] * (1 - made.stay)[:, None]
    assert stocks[:, 1:].sum(axis=0) == pytest.approx(
        stocks[:, :-1].sum(axis=0) + made.joiners.sum(axis=0) + made.pipeline.sum(axis=0) - left.sum(axis=0), abs=1e-9
    )
    arrived = arriving(who, at, NUMBERS)
    assert made.pipeline.sum() == pytest.approx(arrived["fte"].sum(), abs=1e-9)
    assert made.people.sum() == pytest.approx(arrived["headcount"].sum(), abs=1e-9)


@tried
@given(worlds())
def test_detail_adds_up_to_the_collapsed_projection(world):
    staff, using, who, at = world
    fine = by(parts(staff, using, at, who, NUMBERS), "organisation", "role_family", "age_band")
    for keep in (["role_level"], []):
        coarse = by(parts(collapsed(staff, keep), using, at, who, NUMBERS), "organisation", "role_family", "age_band")
        pd.testing.assert_frame_equal(fine, coarse, check_exact=False, rtol=0, atol=1e-9)


@tried
@given(worlds())
def test_the_tables_project_to_the_same_stocks(world):
    staff, using, who, at = world
    made = parts(staff, using, at, who, NUMBERS)
    projected = project(supply_tables(staff, using, at, who, NUMBERS))
    assert projected.index.tolist() == made.cells["stock"].tolist()
    assert projected.to_numpy() == pytest.approx(made.stocks(), abs=1e-9)


@tried
@given(worlds())
def test_one_organisation_alone_goes_the_same_way_as_among_others(world):
    staff, using, who, at = world
    both = by(parts(staff, using, at, who, NUMBERS), *CELL)
    who_alone, alone = who[who["organisation"] == "AAA"], staff[staff["organisation"] == "AAA"]
    if len(alone):
        expected = both[both.index.get_level_values("organisation") == "AAA"]
        pd.testing.assert_frame_equal(
            by(parts(alone, using, at, who_alone, NUMBERS), *CELL), expected, check_exact=False, rtol=0, atol=1e-9
        )


@settings(max_examples=5, deadline=None, derandomize=True)
@given(worlds())
def test_an_optimiser_without_levers_leaves_what_the_forecast_says(world):
    staff, using, who, at = world
    tables = supply_tables(staff, using, at, who, NUMBERS)
    posts = pd.DataFrame({"stock": tables.stocks["stock"], "required": tables.stocks["opening"] + 1})
    needed = posts.merge(pd.DataFrame({"period": range(1, at.periods + 1)}), how="cross")
    plan = optimise(PlanningTables.from_frames(tables.problem, tables.frames() | {"requirements": needed}))
    assert max(plan.audit().values()) < 1e-6
    stocks = plan.stocks.pivot_table(index="stock", columns="period", values="amount")
    projected = project(tables)
    for t in range(1, at.periods + 1):
        assert stocks[t].reindex(projected.index).to_numpy() == pytest.approx(projected[t].to_numpy(), abs=1e-6)
