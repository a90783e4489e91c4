"""Sampled futures: equal to the projection, as wide as they should be, the same whoever asks.

A small England: organisations of two role families and staff not mapped, spread over all ages, whose rates are round numbers.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from optimiser.errors import PlanError
from optimiser.projection import Drawn, Draws, project_paths
from skills_model.assumptions import Assumptions
from skills_model.errors import ScenarioError
from skills_model.factor import TENTH, Factor
from skills_model.scenario import Scenario
from skills_model.supply import sampling
from skills_model.supply.draws import Futures, stream
from skills_model.supply.layout import Carried, Question, Ranks, years
from skills_model.supply.model import AGES, CELL, Rates
from skills_model.supply.pipelines import COLUMNS
from skills_model.supply.sampling import error_of, sample
from skills_model.supply.tables import Parts, parts
from skills_model.supply.tornado import tornado

FAMILIES = ("cyber-operations", "data", None)
AGE_SHARES = (0.2, 0.3, 0.2, 0.15, 0.1, 0.04, 0.01)
LEAVER_RATE = {"": 0.1, "under 25": 0.2, "60 and over": 0.3}
LEAVERS = Factor("leaver-rate", "Leaver rate", "judgement", "leaving", {"": 0.8, "under 25": 0.7}, {"": 1.3, "60 and over": 1.2}, 0.2)
YEARS = Factor("coming-years", "Coming years", "judgement", "leaving", {"": 0.9}, {"": 1.25})
JOINERS = Factor("joiner-rate", "Joiner rate", "judgement", "joining", {"": 0.7}, {"": 1.4, "data": 1.6}, 0.1)
PROMOTION = Factor("promotion-rate", "Promotion rate", "judgement", "promotion", {"": 0.5}, {"": 1.6})
AGEING = Factor("ageing", "Ageing", "judgement", "ageing", {"": 0.9}, {"": 1.1})
ARRIVES = Factor("pipeline-arrives", "Arrive from pipelines", "judgement", "pipeline", {"": 0.8}, {"": 1.05})
GROWTH = Factor("demand-growth", "Growth of posts", "judgement", "demand", {"": 0.9}, {"": 1.2, "data": 1.5})
EVERYTHING = (LEAVERS, YEARS, JOINERS, PROMOTION, AGEING, ARRIVES)


def scenario(periods: int = 3, period: str = "year", flows: str = "as before") -> Scenario:
    return Scenario.load("baseline").changed(period=period, periods=periods, supply={"flows": flows})


def staff(organisations: int = 3, people: int = 40) -> pd.DataFrame:
    """Return two role levels of each role family in each organisation, people spread over the ages; the larger the later the code."""
    rows = []
    for number in range(organisations):
        for family in FAMILIES:
            for level in ("junior", "senior") if family else (None,):
                for age, share in zip(AGES, (0.1, 0.25, 0.25, 0.2, 0.1, 0.05, 0.05), strict=True):
                    heads = max(1, round(people * share * (1 + number % 5)))
                    rows.append(
                        (f"ORG{number:03}", family, f"{family}-{level}" if level else None, "6" if level else None, age, heads, 0.9 * heads)
                    )
    frame = pd.DataFrame(rows, columns=[*CELL, "headcount", "fte"])
    return frame.astype(dict.fromkeys(CELL, "str"))


def rates(cells: pd.DataFrame, factors: tuple[Factor, ...] = ()) -> Rates:
    of = cells[["organisation", "role_family"]].drop_duplicates()
    ages = pd.DataFrame({"age_band": list(AGES), "rate": [LEAVER_RATE.get(age, LEAVER_RATE[""]) for age in AGES]})
    mapped = [family for family in FAMILIES if family]
    return Rates(
        leaving=of.merge(ages, how="cross"),
        retiring=pd.DataFrame({"age_band": ["60 and over"], "share": [0.6]}),
        ageing=pd.DataFrame({"age_band": AGES[:5], "next_age_band": AGES[1:6], "share": [0.25, 0.1, 0.1, 0.1, 0.2]}),
        promotion=pd.DataFrame(
            {
                "role_level": [f"{family}-junior" for family in mapped],
                "to_role_level": [f"{family}-senior" for family in mapped],
                "rate": 0.08,
            }
        ),
        joining=of.assign(rate=0.1),
        joining_ages=pd.DataFrame({"age_band": AGES, "share": AGE_SHARES}),
        estimates=pd.DataFrame(),
        factors=factors,
    )


def on_their_way(*rows: tuple[object, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=list(COLUMNS))
    texts = ["organisation", "pipeline", "role_family", "role_level", "band"]
    return frame.astype({**dict.fromkeys(texts, "str"), "start_date": "datetime64[us]", "headcount": "int64", "fte": "float64"})


def moving(cells: pd.DataFrame, used: Rates, when: Scenario, pipelines: pd.DataFrame | None = None, *, fine: bool = False) -> Parts:
    keys = [name for name in CELL if fine or name not in {"role_level", "band"}]
    summed = cells.groupby(keys, dropna=False, as_index=False)[["headcount", "fte"]].sum()
    return parts(summed, used, when, on_their_way() if pipelines is None else pipelines, Assumptions.load())


def question(
    by: tuple[str, ...],
    cells: pd.DataFrame | None = None,
    factors: tuple[Factor, ...] = (LEAVERS, YEARS, JOINERS),
    when: Scenario | None = None,
    demand: pd.DataFrame | None = None,
) -> Question:
    cells = staff() if cells is None else cells
    used = rates(cells, factors)
    fine = bool({"role_level", "band", "skill"} & set(by))
    codes = sorted(cells["organisation"].unique())
    regions = ["Y1" if number % 2 else "Y2" for number in range(len(codes))]
    places = pd.DataFrame({"organisation": codes, "organisation_type": "Acute", "region": regions, "icb": regions})
    return Question(moving(cells, used, when or scenario(), fine=fine), used, by, places, demand, (GROWTH,) if demand is not None else ())


def posts(cells: pd.DataFrame, periods: int = 3) -> pd.DataFrame:
    """Return a tenth more posts than staff, and as many again each year."""
    summed = cells.groupby(["organisation", "role_family", "role_level", "band"], dropna=False, as_index=False)["fte"].sum()
    return summed.drop(columns="fte").join(pd.DataFrame({t: summed["fte"] * (1.1 + 0.1 * t) for t in range(periods + 1)}))


def at_the_end(answer: sampling.Sampled, measure: str = "supply") -> pd.Series:
    return answer.total[answer.total["measure"] == measure].iloc[-1]


class TestEqualToTheProjection:
    @pytest.mark.parametrize("period", ["year", "quarter"])
    def test_every_future_is_the_projection_with_its_own_numbers(self, period: str):
        """Every stock of ten futures equals project_paths of tables whose rates are worked out anew for each future, to 1e-9."""
        cells, when = staff(2), scenario(5, period)
        used = rates(cells, EVERYTHING)
        coming = on_their_way(
            ("ORG000", "graduate", "data", "data-junior", None, "2026-09-01", 2, 2.0),
            ("ORG001", "known starter", "data", "data-senior", None, "2027-02-01", 3, 2.5),
        )
        pieces = moving(cells, used, when, coming, fine=True)
        keys = ["organisation", "role_level", "age_band"]
        asked = Question(pieces, used, tuple(keys), pd.DataFrame())
        futures = Futures.drawn(asked.factors, 10, 5)
        layout = sampling.Layout.of(asked)
        run = sampling.Run(asked, layout, futures, chance=False)
        found = pd.concat(pd.DataFrame(run.amounts(unit)[0][-1], index=pd.MultiIndex.from_frame(unit.rows[keys])) for unit in layout.units)
        expected = pd.DataFrame(projected(pieces, used, coming, futures)).groupby([pieces.cells[key].fillna("") for key in keys]).sum()
        assert len(found) == len(expected)
        np.testing.assert_allclose(found.sort_index().to_numpy(), expected.sort_index().to_numpy(), rtol=0, atol=1e-9)
        assert found.to_numpy().std(axis=1).max() > 1

    def test_without_anything_uncertain_every_percentile_is_the_projection(self):
        """Nothing uncertain and a thousand times the staff: chance is less than a thousandth, and the median the central path."""
        cells = staff(1, 40_000)
        answer = sample(question(("role_family", "year"), cells, ()), 80)
        central = moving(cells, rates(cells), scenario())
        stocks = project_paths(central.tables(), Draws()).amounts[0]
        ends = answer.rows.set_index("year").loc["2028/29"]
        assert ends["p50"].sum() == pytest.approx(stocks[:, -1].sum(), rel=1e-3)
        assert ((ends["p90"] - ends["p10"]) / ends["p50"]).max() < 0.02


def projected(pieces: Parts, used: Rates, coming: pd.DataFrame, futures: Futures) -> np.ndarray:
    """Return the stocks at the end of each future by planning tables, shape (cells of `pieces`, futures)."""
    codes, families = pieces.cells["organisation"], pieces.cells["role_family"].fillna("")
    stocks, periods = pieces.cells["stock"].to_numpy(), pieces.scenario.periods
    every = [moving(staff(2), in_future(used, futures, at), pieces.scenario, coming, fine=True) for at in range(futures.count)]
    arriving = []
    for at in range(futures.count):
        own = codes.map({code: own_part(futures, "joining", code)[at] for code in set(codes)})
        shared = families.map({family: futures.multiplier("joining", family)[at] for family in set(families)})
        arriving.append(pieces.joiners * (own * shared).to_numpy()[:, None] + pieces.pipeline * futures.multiplier("pipeline", "")[at])
    # The tables' own inflows are written shorter; here each stock and period has a row to draw for.
    inflows = pd.DataFrame({"stock": np.repeat(stocks, periods), "period": np.tile(np.arange(1, periods + 1), len(stocks)), "amount": 0.0})
    tables = pieces.tables()
    tables = type(tables).from_frames(tables.problem, {"stocks": tables.stocks, "transitions": tables.transitions, "inflows": inflows})
    moves = pd.MultiIndex.from_arrays([stocks[pieces.moves[end].to_numpy()] for end in ("source", "target")])
    rows = moves.get_indexer(pd.MultiIndex.from_frame(tables.transitions[["from_stock", "to_stock"]]))
    cell, period = pd.Index(stocks).get_indexer(pd.Index(tables.inflows["stock"])), tables.inflows["period"].to_numpy(dtype=int) - 1
    drawn = Draws(
        rates=Drawn(np.stack([made.rates for made in every])[:, rows]),
        inflows=Drawn(np.stack([amount[cell, period] for amount in arriving])),
    )
    paths = project_paths(tables, drawn)
    return paths.amounts[:, pd.Index(paths.stocks).get_indexer(pd.Index(stocks)), -1].T


def in_future(used: Rates, futures: Futures, at: int) -> Rates:
    """Return the rates of one future."""
    shared = {name: {"": float(futures.multiplier(name, "")[at])} for name in ("promotion", "ageing")}
    changed = used.times(shared | {"leaving": {age: float(futures.multiplier("leaving", age)[at]) for age in AGES}})
    own = [own_part(futures, "leaving", code)[at] for code in changed.leaving["organisation"]]
    return replace(changed, leaving=changed.leaving.assign(rate=changed.leaving["rate"] * own))


def own_part(futures: Futures, acts_on: str, organisation: str) -> np.ndarray:
    part = futures.own(acts_on, organisation)
    return np.ones(futures.count) if part is None else part


class TestMultipliers:
    def test_percentiles_are_those_of_the_factor(self):
        """10,000 draws: the median is 1, the 10th percentile 0.7 and the 90th 1.4, each within 0.02."""
        drawn = Futures.drawn([JOINERS], 10_000, 1).multiplier("joining", "")
        assert np.percentile(drawn, [10, 50, 90]) == pytest.approx([0.7, 1.0, 1.4], abs=0.02)
        assert drawn.min() >= 0

    def test_own_parts_leave_the_mean_as_it_is(self):
        """exp(s u - s^2/2) has mean 1, and the logarithm a standard deviation of s."""
        part = own_part(Futures.drawn([LEAVERS], 40_000, 1), "leaving", "ORG001")
        assert part.mean() == pytest.approx(1.0, abs=0.005)
        assert np.log(part).std() == pytest.approx(0.2, abs=0.003)

    def test_own_parts_may_be_wider_for_one_organisation_than_for_another(self):
        """Half the deviation is half the logarithm; 0 is no part at all; whoever is not named has the usual one."""
        apart = replace(LEAVERS, organisation_spread={"": 0.2, "ORG002": 0.1, "ORG003": 0.0})
        futures, usual = Futures.drawn([apart], 100, 1), Futures.drawn([LEAVERS], 100, 1)
        assert (own_part(futures, "leaving", "ORG001") == own_part(usual, "leaving", "ORG001")).all()
        deviates = (np.log(own_part(usual, "leaving", "ORG002")) + 0.2**2 / 2) / 0.2
        assert np.log(own_part(futures, "leaving", "ORG002")) == pytest.approx(0.1 * deviates - 0.1**2 / 2)
        assert futures.own("leaving", "ORG003") is None

    def test_what_is_drawn_belongs_to_seed_and_name(self):
        """Neither more factors nor more draws change the deviates of a factor; another seed does."""
        few, many = Futures.drawn([LEAVERS], 100, 7), Futures.drawn([JOINERS, YEARS, LEAVERS], 1_000, 7)
        assert (few.shared["leaver-rate"] == many.shared["leaver-rate"][:100]).all()
        assert (own_part(few, "leaving", "ORG001") == own_part(many, "leaving", "ORG001")[:100]).all()
        assert (few.shared["leaver-rate"] != Futures.drawn([LEAVERS], 100, 8).shared["leaver-rate"]).all()
        assert abs(np.corrcoef(many.shared["leaver-rate"], many.shared["coming-years"])[0, 1]) < 0.1

    def test_two_factors_on_one_rate_multiply(self):
        futures = Futures.at([LEAVERS, YEARS], [{"leaver-rate": TENTH, "coming-years": -TENTH}])
        assert futures.multiplier("leaving", "under 25") == pytest.approx([1.3 * 0.9])
        assert futures.multiplier("leaving", "60 and over") == pytest.approx([1.2 * 0.9])


class TestWidth:
    def test_common_persistent_shocks_are_far_wider_than_independent_ones(self):
        """A hundred like organisations, five years: the range of the sum is some ten times (root of 100) as wide where they share the shock."""
        cells, when = staff(100, 60), scenario(5)
        cells["headcount"], cells["fte"] = 10, 9.0
        spread = 0.25
        high = float(np.exp(TENTH * spread))
        common = Factor("rate", "Leaver rate", "judgement", "leaving", {"": 1 / high}, {"": high})
        independent = Factor("rate", "Leaver rate", "judgement", "leaving", {"": 1.0}, {"": 1.0}, spread)
        widths = {}
        for name, factor in (("common", common), ("independent", independent)):
            end = at_the_end(sample(question(("year",), cells, (factor,), when), 2_000))
            widths[name] = end["p90"] - end["p10"]
        none = at_the_end(sample(question(("year",), cells, (), when), 2_000))
        chance = none["p90"] - none["p10"]
        assert widths["common"] / np.sqrt(widths["independent"] ** 2 - chance**2) == pytest.approx(10, rel=0.25)

    @pytest.mark.parametrize("by", [("role_level", "age_band", "year"), ("role_level", "year"), ("role_family", "year")])
    def test_chance_is_that_of_persons(self, by: tuple[str, ...]):
        """20,000 small worlds of persons who join, arrive, leave, grow older and are promoted at random vary as the rows do."""
        cells = staff(1, 30)
        used, fine = rates(cells), "role_level" in by
        asked = Question(moving(cells, used, scenario(4), on_their_way(*COMING), fine=fine), used, by, pd.DataFrame())
        unit = sampling.Layout.of(asked).units[0]
        drawn, _ = sampling.Run(asked, sampling.Layout.of(asked), Futures.drawn([], 20_000, 3)).amounts(unit)
        simulated = 0.9 * persons(unit, used, 20_000)
        np.testing.assert_allclose(drawn.mean(axis=2), simulated.mean(axis=2), atol=0.12)
        there = simulated.mean(axis=2) > 1
        there[0] = False  # everybody is known at the start
        np.testing.assert_allclose(drawn.std(axis=2)[there], simulated.std(axis=2)[there], rtol=0.09)
        data = unit.rows[by[0]].str.startswith("data")
        young = unit.rows["age_band"] == "25 to 34" if "age_band" in by else ~data
        for rows in (data & ~unit.rows[by[0]].str.endswith("senior"), young, data | ~data):
            one, other = drawn[:, rows].sum(axis=1), simulated[:, rows].sum(axis=1)
            np.testing.assert_allclose(one.std(axis=1)[1:], other.std(axis=1)[1:], rtol=0.03)
            np.testing.assert_allclose(np.corrcoef(one[1:])[0], np.corrcoef(other[1:])[0], atol=0.04)

    def test_whoever_is_certain_to_arrive_varies_in_age_alone(self):
        """100 who all arrive where nobody is: their sum is known, who are of each age band is binomial, and two bands share them out."""
        coming = on_their_way(("ORG000", "known starter", "data", "data-senior", "6", "2026-09-01", 100, 80.0))
        nobody, used = staff(1).iloc[:0], rates(staff(1))
        pieces = parts(nobody, used, scenario(1), coming, Assumptions.load().with_values({"pipeline_arrives": 1.0}))
        drawn = {}
        for by in (("role_level",), ("role_level", "age_band")):
            asked = Question(pieces, used, by, pd.DataFrame())
            layout = sampling.Layout.of(asked)
            drawn[by[-1]] = sampling.Run(asked, layout, Futures.drawn([], 20_000, 3)).amounts(layout.units[0])[0][-1]
        assert drawn["role_level"].std() == 0
        assert drawn["age_band"].sum(axis=0) == pytest.approx(80.0)
        ages = layout.units[0].rows["age_band"].map(dict(zip(AGES, AGE_SHARES, strict=True))).to_numpy()
        expected = 0.8**2 * 100 * (np.diag(ages) - np.outer(ages, ages))
        np.testing.assert_allclose(np.cov(drawn["age_band"]), expected, atol=0.25)


COMING = (
    ("ORG000", "apprentice", "data", "data-junior", None, "2026-09-01", 30, 27.0),
    ("ORG000", "graduate", "data", "data-junior", None, "2026-09-01", 10, 9.0),
    ("ORG000", "apprentice", "cyber-operations", "cyber-operations-senior", None, "2028-09-01", 20, 18.0),
)


def persons(unit: sampling.Unit, used: Rates, worlds: int) -> np.ndarray:
    """Return people in each row of a unit in worlds of whole people of 0.9 FTE, shape (periods 0 to T, rows, worlds)."""
    course, place, random = unit.courses[0], unit.place[0], np.random.default_rng(1)
    people = np.repeat(course.headcount.astype(int)[:, :, None], worlds, axis=2)
    stay, found = np.exp(-course.leaving), []
    arrives = Assumptions.load().by_key("pipeline_arrives")
    for period in range(course.periods + 1):
        if period:
            people = random.binomial(people, stay[:, :, None])
            promoted = [random.binomial(people[:, group], share) for group, _, share in course.promotion]
            for (group, target, _), some in zip(course.promotion, promoted, strict=True):
                people[:, group] -= some
                people[:, target] += some
            older = [random.binomial(people[age], share) for age, _, share in course.ageing]
            for (age, target, _), some in zip(course.ageing, older, strict=True):
                people[age] -= some
                people[target] += some
            people += random.poisson(course.joiners[period - 1][:, :, None] / 0.9, people.shape)
            for _, kind, family, level, _, day, heads, _ in COMING:
                if int(day[:4]) - 2025 == period:
                    there = random.binomial(heads, arrives[kind], worlds)
                    known = course.groups.get("role_level", course.groups["role_family"])
                    group = known.tolist().index(level if "role_level" in course.groups else family)
                    people[:, group] += random.multinomial(there, used.joining_ages["share"]).T
        rows = np.zeros((len(unit.rows), worlds))
        np.add.at(rows, place.ravel(), people.reshape(-1, worlds))
        found.append(rows)
    return np.stack(found)


class TestNoneAreFewest:
    def test_means_add_up_whatever_the_cuts_and_no_percentile_is_below_none(self):
        """Two people a role family and organisation, of all ages: chance takes rows below none, and nothing is added to the total for it."""
        cells = staff(4, 1)
        cells["headcount"], cells["fte"] = 1, 0.2
        for by in (("role_level", "age_band", "year"), ("organisation", "role_level", "year"), ("role_family", "year")):
            answer = sample(question(by, cells), 2_000)
            added = answer.rows.groupby("year")["mean"].sum()
            assert added.to_numpy() == pytest.approx(answer.total["mean"].to_numpy(), abs=1e-4)
            for told in (answer.rows, answer.total):
                assert (told[["p10", "p25", "p50", "p75", "p90"]] >= 0).all(axis=None)
        small = sample(question(("organisation", "role_level", "age_band", "year"), cells), 500).rows
        assert (small["p10"] == 0).any()

    def test_of_the_total_too(self):
        """One person who nearly always leaves: supply of none in most futures is none in the total as in its row, and the gap is the posts."""
        cells = staff(1, 1).iloc[:1].assign(headcount=1, fte=1.0)
        used = rates(cells)
        used = replace(used, joining=used.joining.assign(rate=0.0), leaving=used.leaving.assign(rate=1.5))
        asked = Question(moving(cells, used, scenario(1)), used, ("role_family",), pd.DataFrame(), posts(cells, 1))
        answer = sample(asked, 4_000)
        numbers = ["mean", "p10", "p25", "p50", "p75", "p90", "met_chance"]
        for measure in ("supply", "demand", "gap"):
            row, total = answer.rows[answer.rows["measure"] == measure].iloc[-1], at_the_end(answer, measure)
            assert row[numbers].tolist() == pytest.approx(total[numbers].tolist(), abs=1e-6, nan_ok=True)
        assert at_the_end(answer)["p10"] == 0
        assert at_the_end(answer)["mean"] == pytest.approx(np.exp(-1.5), abs=0.02)
        assert at_the_end(answer, "gap")["p90"] == at_the_end(answer, "demand")["p50"]
        ends = answer.convergence[(answer.convergence["draws"] == 4_000) & (answer.convergence["measure"] == "gap")]
        assert ends.groupby("percentile")["fte"].nunique().tolist() == [1, 1, 1]
        assert ends["fte"].max() == at_the_end(answer, "gap")["p90"]


class TestTheSameWhoeverAsks:
    def test_seed_decides_every_byte(self):
        asked = question(("role_family", "year"), demand=posts(staff()))
        texts = [sample(asked, 700, seed).rows.to_csv() for seed in (4, 4, 5)]
        assert texts[0] == texts[1] != texts[2]

    @pytest.mark.parametrize("by", [("role_family", "year"), ("organisation", "role_family")])
    def test_threads_change_nothing(self, by: tuple[str, ...]):
        asked = question(by, demand=posts(staff()))
        one, three = (sample(asked, 1_700, threads=threads) for threads in (1, 3))
        for name in ("rows", "total", "convergence"):
            pd.testing.assert_frame_equal(getattr(one, name), getattr(three, name), check_exact=True)

    @pytest.mark.parametrize("by", [("role_family", "year"), ("age_band",), ("role_level", "year")])
    def test_an_organisation_alone_is_as_it_is_within_england(self, by: tuple[str, ...]):
        cells = staff(4)
        everybody = sample(question(("organisation", *by), cells), 600).rows
        within = everybody[everybody["organisation"] == "ORG002"].drop(columns="organisation").reset_index(drop=True)
        alone = sample(question(by, cells[cells["organisation"] == "ORG002"]), 600).rows
        pd.testing.assert_frame_equal(within, alone, check_exact=True)

    def test_rows_add_up_in_the_mean(self):
        """Means of organisations add up to those of the regions and of England, but for chance that is drawn anew for each."""
        cells = staff(6, 400)
        means = [
            sample(question(by, cells), 2_000).rows["mean"].sum()
            for by in (("organisation",), ("region", "role_family"), ("age_band",), ())
        ]
        assert means == pytest.approx([means[0]] * 4, rel=5e-4)


class TestDemand:
    def test_gap_is_demand_less_supply_and_chance_follows(self):
        """Posts of a tenth of the staff are always filled, of ten times the staff never; in between as often as supply reaches them."""
        cells = staff()
        needed = posts(cells)
        chances = []
        for times in (0.1, 0.8, 1.0, 10.0):
            scaled = needed.copy()
            scaled[list(range(4))] *= times
            answer = sample(question(("role_family",), cells, demand=scaled), 2_000)
            rows = answer.rows.set_index(["role_family", "measure"])
            data = rows.loc["data"]
            assert data.loc["gap", "mean"] == pytest.approx(data.loc["demand", "mean"] - data.loc["supply", "mean"], abs=1e-5)
            chances.append(float(data.loc["gap", "met_chance"]))
        assert chances[0] == 1.0
        assert chances[-1] == 0.0
        assert 1 > chances[1] > chances[2] > 0

    def test_ranges_open_at_an_even_pace(self):
        """A factor of the horizon's end: m^(t/3) after t of three years, nothing today."""
        cells = staff()
        rows = sample(question(("role_family", "year"), cells, demand=posts(cells)), 8_000).rows
        data = rows[(rows["role_family"] == "data") & (rows["measure"] == "demand")].set_index("year")
        needed = posts(cells)
        today = needed[needed["role_family"] == "data"][[0, 1, 2, 3]].sum().to_numpy()
        assert data["p50"].to_numpy() == pytest.approx(today, rel=0.01)
        assert data["p90"].to_numpy() == pytest.approx(today * 1.5 ** (np.arange(4) / 3), rel=0.02)
        assert data["p10"].to_numpy() == pytest.approx(today * 0.9 ** (np.arange(4) / 3), rel=0.02)

    def test_ages_have_no_posts(self):
        cells = staff()
        assert set(sample(question(("age_band",), cells, demand=posts(cells)), 100).rows["measure"]) == {"supply"}


class TestSkills:
    def test_ranks_are_drawn_once_for_all(self):
        """Half, between 0.3 and 0.6, of seniors hold the rank: percentiles of who holds it are these shares of the seniors."""
        cells = staff(20, 400)
        levels = [("data-senior", "sql"), ("data-senior", "risk"), ("data-junior", "sql")]
        table = pd.DataFrame(
            [(code, level, skill) for code in sorted(set(cells["organisation"])) for level, skill in levels],
            columns=["organisation", "role_level", "skill"],
        )
        shares = np.tile(np.array([0.3, 0.5, 0.6])[:, None, None], (1, len(table), 4))
        asked = replace(question(("skill", "year"), cells, (), demand=posts(cells)), ranks=Ranks(table, shares))
        answer = sample(asked, 4_000)
        rows = answer.rows.set_index(["skill", "measure", "year"])
        staffed = sample(question(("role_level", "year"), cells, ()), 500).rows.set_index(["role_level", "year"])["p50"]
        for year in ("2025/26", "2028/29"):
            seniors, juniors = staffed["data-senior", year], staffed["data-junior", year]
            assert rows.loc[("risk", "supply", year), ["p10", "p50", "p90"]].tolist() == pytest.approx(
                [0.3 * seniors, 0.5 * seniors, 0.6 * seniors], rel=0.03
            )
            assert rows.loc[("sql", "supply", year), "p50"] == pytest.approx(0.5 * (seniors + juniors), rel=0.03)
        needed = posts(cells).set_index("role_level")[3].groupby(level=0).sum()
        assert rows.loc[("sql", "demand", "2028/29"), "p50"] == pytest.approx(needed["data-senior"] + needed["data-junior"], rel=0.01)
        drivers = tornado(asked)
        assert drivers[drivers["measure"] == "supply"]["factor"].tolist()[0] == "opening-ranks"

    def test_holders_are_those_of_each_link_and_never_fewer_than_none_or_more_than_all(self):
        """Sixty links of random shares, a third of them known: sums equal those link by link, to 1e-9, within the range and beyond it."""
        random = stream(1, "links")
        group, row = random.integers(0, 7, 60), random.integers(0, 9, 60)
        low, middle, high = share = np.sort(random.random((3, 2, 60)), axis=0)
        low[:, :20] = high[:, :20] = middle[:, :20]
        staff, place = 10 * random.random((7, 400)), 1.5 * random.standard_normal(400)
        found = Carried.of(group, row, share, (9, 7)).holders(1, staff, place)
        expected, ended = np.zeros((9, 400)), 0
        for number in range(60):
            at = middle[1, number] + np.where(place < 0, middle[1, number] - low[1, number], high[1, number] - middle[1, number]) * place
            expected[row[number]] += staff[group[number]] * np.clip(at, 0, 1)
            ended += ((at < 0) | (at > 1)).sum()
        assert ended > 1_000
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


class TestConvergence:
    def test_error_falls_with_the_root_of_the_futures(self):
        frame = sample(question(("role_family",), demand=posts(staff())), 8_000).convergence
        assert sorted(frame["draws"].unique()) == [1_000, 2_000, 4_000, 8_000]
        assert set(frame["of"]) == {"total", "role_family"}
        errors = frame.groupby("draws")["error"].mean()
        assert errors[1_000] / errors[8_000] == pytest.approx(np.sqrt(8), rel=0.2)

    def test_error_is_how_far_another_seed_would_be(self):
        """Percentiles of 100 samples of 400 normal numbers stray as their standard errors say."""
        every = np.sort(stream(1, "test").standard_normal((100, 400)), axis=1)
        for percent in (10, 50, 90):
            strayed = np.std([sampling._at(some, percent) for some in every])
            assert np.mean([error_of(some, percent) for some in every]) == pytest.approx(strayed, rel=0.2)

    def test_last_row_is_the_answer(self):
        answer = sample(question(("role_family",)), 500)
        last = answer.convergence[(answer.convergence["draws"] == 500) & (answer.convergence["of"] == "total")]
        assert last["fte"].tolist() == pytest.approx(at_the_end(answer)[["p10", "p50", "p90"]].tolist(), abs=1e-6)


class TestTornado:
    def test_ends_are_percentiles_of_what_one_factor_alone_gives(self):
        """With one factor, the 10th and 90th percentile of supply are its tornado's ends."""
        cells = staff(10, 2_000)
        alone = replace(LEAVERS, organisation_spread=0.0)
        bars = tornado(question((), cells, (alone,)))
        answer = at_the_end(sample(question((), cells, (alone,)), 10_000))
        bar = bars.iloc[0]
        assert bar["low"] > 0 > bar["high"]  # fewer leavers, more staff
        assert [answer["p90"], answer["p10"]] == pytest.approx([bar["median"] + bar["low"], bar["median"] + bar["high"]], rel=2e-3)

    def test_widest_first_with_the_numbers_themselves(self):
        cells = staff()
        bars = tornado(question(("role_family", "year"), cells, EVERYTHING, demand=posts(cells)))
        gaps = bars[bars["measure"] == "gap"]
        assert gaps["swing"].is_monotonic_decreasing
        assert sorted(gaps["factor"]) == sorted(factor.name for factor in (*EVERYTHING, GROWTH))
        leavers = bars[bars["factor"] == "coming-years"].iloc[0]
        shares = cells.groupby("age_band")["fte"].sum() / cells["fte"].sum()
        usual = sum(share * LEAVER_RATE.get(age, LEAVER_RATE[""]) for age, share in shares.items())
        assert leavers[["value_low", "value", "value_high"]].tolist() == pytest.approx([0.9 * usual, usual, 1.25 * usual], abs=1e-5)
        joiners = bars[bars["factor"] == "joiner-rate"].iloc[0]
        assert joiners["value"] == pytest.approx(0.1 * cells["fte"].sum(), abs=1e-4)
        supply = bars[bars["measure"] == "supply"].set_index("factor")
        assert supply.loc["demand-growth", "swing"] == 0
        assert gaps.set_index("factor").loc["demand-growth", "swing"] > 0


class TestRefusals:
    def test_wrong_questions_are_told_at_once(self):
        with pytest.raises(ScenarioError, match="Skills by band or age") as error:
            sample(replace(question(()), by=("skill", "band")), 10)
        assert [fault.problem for fault in error.value.faults] == ["Skills by band or age", "Too few futures"]
        with pytest.raises(ScenarioError, match="Unknown cut"):
            sample(question(("colour",)), 100)

    def test_more_than_memory_should_hold_is_refused_before_it_is_drawn(self):
        with pytest.raises(ScenarioError, match="More numbers than memory should hold"):
            sample(question(("role_level", "age_band", "year")), 10_000_000)

    def test_cancelling_keeps_nothing(self):
        with pytest.raises(PlanError) as error:
            sample(question(("role_family",)), 1_000, cancel=lambda: True)
        assert error.value.status == "cancelled"

    @pytest.mark.parametrize("by", [(), ("organisation",)])
    def test_progress_ends_with_everything(self, by: tuple[str, ...]):
        told: list[float] = []
        sample(question(by), 2_500, progress=told.append)
        assert told == sorted(told)
        assert told[-1] == 1.0
        assert len(told) > 1


def test_a_year_is_told_at_its_end():
    assert years(scenario(6, "quarter")) == {0: "2025/26", 4: "2026/27", 6: "2027/28"}
    assert years(scenario(2)) == {0: "2025/26", 1: "2026/27", 2: "2027/28"}


def test_nobody_in_post_is_no_fault():
    """An area of posts alone: no supply, all of the gap."""
    cells = staff(1)
    asked = question(("role_family",), cells, demand=posts(cells))
    empty = moving(cells.iloc[:0], rates(cells), scenario())
    rows = sample(replace(asked, moving=empty), 100).rows
    gap = rows[rows["measure"] == "gap"]
    assert len(gap) == 3
    assert (gap["met_chance"] == 0).all()
