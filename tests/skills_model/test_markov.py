"""Markov manpower examples from print, written as planning tables and as rates of the supply model, give their printed figures.

Each names its source and says how it was read: most in public copies of a book's exercise, its case or its worked answer; two are recalled
from well-known books that were not at hand, and stand here because their arithmetic can be followed line by line. Figures are compared at
the precision they are printed with.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest

from optimiser.projection import project
from optimiser.tables import PlanningTables, Problem
from skills_model.assumptions import Assumptions
from skills_model.scenario import Scenario
from skills_model.supply.model import Rates
from skills_model.supply.pipelines import COLUMNS
from skills_model.supply.tables import supply_tables

LEFT = "left"

Flows = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Example:
    """A printed example: staff by grade, the share of each that is in another grade a year later, and what is printed of the years after.

    `shares[grade][to]`: who is not in any grade has left. `inflows` are the joiners of every year. `printed[year]` holds the printed
    stocks, `moves[grade][to]` the printed flows of the first year.
    """

    source: str
    opening: Mapping[str, float]
    shares: Flows
    printed: Mapping[int, Mapping[str, str]]
    inflows: Mapping[str, float] = field(default_factory=dict)
    moves: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


SPORTS = {
    "full-time": {"full-time": 0.50, "part-time": 0.10, "assistant": 0.05},
    "part-time": {"full-time": 0.05, "part-time": 0.60, "assistant": 0.10},
    "assistant": {"full-time": 0.05, "assistant": 0.80, "regional": 0.10},
    "regional": {"regional": 0.70},
}
STORES = {
    "associate": {"associate": 0.53, "shift leader": 0.06},
    "shift leader": {"shift leader": 0.50, "department": 0.16},
    "department": {"department": 0.58, "assistant": 0.12},
    "assistant": {"department": 0.06, "assistant": 0.46, "store": 0.08},
    "store": {"store": 0.66},
}
EARLIER_STORES = {
    "associate": {"associate": 0.43, "shift leader": 0.06},
    "shift leader": {"shift leader": 0.54, "department": 0.16},
    "department": {"department": 0.64, "assistant": 0.06},
    "assistant": {"department": 0.06, "assistant": 0.52, "store": 0.08},
    "store": {"store": 0.66},
}
STORE_STAFF = {"associate": 8500.0, "shift leader": 1200.0, "department": 850.0, "assistant": 150.0, "store": 50.0}

EXAMPLES = {
    "door-to-door sports equipment": Example(
        source="H. G. Heneman, T. A. Judge and J. Kammeyer-Mueller, Staffing Organizations (McGraw-Hill, 2012), chapter 3, exercise "
        "'Markov Analysis and Forecasting', p. 143; data and worked flows read in public copies (popularessaywriters.com, studymode.com)",
        opening={"full-time": 500.0, "part-time": 150.0, "assistant": 50.0, "regional": 30.0},
        shares=SPORTS,
        printed={},
        moves={
            "full-time": {"full-time": "250", "part-time": "50", "assistant": "25", LEFT: "175"},
            "part-time": {"full-time": "7.5", "part-time": "90", "assistant": "15", LEFT: "37.5"},
            "assistant": {"full-time": "2.5", "assistant": "40", LEFT: "2.5"},
            "regional": {"regional": "21", LEFT: "9"},
        },
    ),
    "door-to-door sports equipment, downsized": Example(
        source="'Markov Analysis Example', a worked hand-out on the same exercise with 300 and 200 salespeople (docsbay.net); its first "
        "grade stays by half, as the full-time one above does; availabilities printed to whole people",
        opening={"full-time": 300.0, "part-time": 200.0, "assistant": 50.0, "regional": 30.0},
        shares=SPORTS,
        printed={1: {"full-time": "163", "part-time": "150", "assistant": "75", "regional": "26", LEFT: "167"}},
        moves={
            "full-time": {"full-time": "150", "part-time": "30", "assistant": "15", LEFT: "105"},
            "part-time": {"full-time": "10", "part-time": "120", "assistant": "20", LEFT: "50"},
            "assistant": {"full-time": "2.5", "assistant": "40", "regional": "5", LEFT: "2.5"},
            "regional": {"regional": "21", LEFT: "9"},
        },
    ),
    "Tanglewood": Example(
        source="J. Kammeyer-Mueller, Tanglewood Stores casebook to Staffing Organizations (McGraw-Hill), case 2 'Planning', table 1.1 in "
        "its later edition, with the worked forecast of availabilities (majortests.com, studymode.com)",
        opening=STORE_STAFF,
        shares=STORES,
        printed={1: {"associate": "4505", "shift leader": "1110", "department": "694", "assistant": "171", "store": "45"}},
        moves={
            "associate": {"associate": "4505", "shift leader": "510", LEFT: "3485"},
            "shift leader": {"shift leader": "600", "department": "192", LEFT: "408"},
            "department": {"department": "493", "assistant": "102", LEFT: "255"},
            "assistant": {"department": "9", "assistant": "69", "store": "12", LEFT: "60"},
            "store": {"store": "33", LEFT: "17"},
        },
    ),
    "Tanglewood, earlier edition": Example(
        source="The same case, table 1.1 in its earlier edition (phdessay.com, studymode.com, caseforest.com)",
        opening=STORE_STAFF,
        shares=EARLIER_STORES,
        printed={1: {"associate": "3655", "shift leader": "1158", "department": "745", "assistant": "129", "store": "45"}},
        moves={
            "associate": {"associate": "3655", "shift leader": "510", LEFT: "4335"},
            "shift leader": {"shift leader": "648", "department": "192", LEFT: "360"},
            "department": {"department": "544", "assistant": "51", LEFT: "255"},
            "assistant": {"department": "9", "assistant": "78", "store": "12", LEFT: "51"},
            "store": {"store": "33", LEFT: "17"},
        },
    ),
    "Tanglewood, gaps filled every year": Example(
        source="The later edition's 'external hires needed' (3995, 90, 156, -21, 5: majortests.com and studymode.com, which says 21 too "
        "many where the sign is lost): with them the workforce stays as it is, year after year",
        opening=STORE_STAFF,
        shares=STORES,
        inflows={"associate": 3995.0, "shift leader": 90.0, "department": 156.0, "assistant": -21.0, "store": 5.0},
        printed={year: {grade: f"{fte:.0f}" for grade, fte in STORE_STAFF.items()} for year in (1, 2, 5)},
    ),
    "Edge Manufacturers": Example(
        source="Examination question on Edge Manufacturers Limited, movements from 2022 to 2023 with the supply of 2023 printed beside them "
        "(mathix.co, 'Markov analysis'): plant managers, forepersons, team leaders, production workers",
        opening={"plant": 5.0, "foreperson": 40.0, "team leader": 120.0, "production": 1000.0},
        shares={
            "plant": {"plant": 0.8},
            "foreperson": {"plant": 0.1, "foreperson": 0.7},
            "team leader": {"foreperson": 0.1, "team leader": 0.8, "production": 0.1},
            "production": {"team leader": 0.06, "production": 0.74},
        },
        printed={1: {"plant": "8", "foreperson": "40", "team leader": "156", "production": "752"}},
        moves={
            "plant": {"plant": "4", LEFT: "1"},
            "foreperson": {"plant": "4", "foreperson": "28", LEFT: "8"},
            "team leader": {"foreperson": "12", "team leader": "96", "production": "12", LEFT: "0"},
            "production": {"team leader": "60", "production": "740", LEFT: "200"},
        },
    ),
    "a retail company": Example(
        source="S. Snell and G. Bohlander, Managing Human Resources, chapter 2, 'Hypothetical Markov Analysis for a Retail Company'. "
        "Recalled, not at hand; each flow is printed to whole people, so only flows are compared (their sums, 15, 41, 92, 301 and 1,072, "
        "are sums of what is rounded)",
        opening={"store": 12.0, "assistant": 36.0, "section": 96.0, "department": 288.0, "sales": 1440.0},
        shares={
            "store": {"store": 0.90},
            "assistant": {"store": 0.11, "assistant": 0.83},
            "section": {"assistant": 0.11, "section": 0.66, "department": 0.08},
            "department": {"section": 0.10, "department": 0.72, "sales": 0.02},
            "sales": {"department": 0.06, "sales": 0.74},
        },
        printed={},
        moves={
            "store": {"store": "11", LEFT: "1"},
            "assistant": {"store": "4", "assistant": "30", LEFT: "2"},
            "section": {"assistant": "11", "section": "63", "department": "8", LEFT: "14"},
            "department": {"section": "29", "department": "207", "sales": "6", LEFT: "46"},
            "sales": {"department": "86", "sales": "1066", LEFT: "288"},
        },
    ),
    "Mason and Burger": Example(
        source="W. L. Winston, Operations Research: Applications and Algorithms, section 'Work-Force Planning Models' of the chapter on "
        "Markov chains, law firm of Mason and Burger. Recalled, not at hand: 10 juniors and 1.5 seniors hired and 5.5 partners let go a "
        "year keep 50, 30 and 10, as the census equation (who comes in equals who goes out) says",
        opening={"junior": 50.0, "senior": 30.0, "partner": 10.0},
        shares={"junior": {"junior": 0.80, "senior": 0.15}, "senior": {"senior": 0.70, "partner": 0.20}, "partner": {"partner": 0.95}},
        inflows={"junior": 10.0, "senior": 1.5, "partner": -5.5},
        printed={year: {"junior": "50.0", "senior": "30.0", "partner": "10.0"} for year in (1, 10)},
    ),
    "a chain of personnel": Example(
        source="'Markov chain example: personnel modeling', a lecture (slideplayer.com/slide/3351278): four grades and vacancies that are "
        "filled in the lowest; who starts in the lowest grade is one year later as printed, and in the long run as printed",
        opening={"N1": 1.0, "N2": 0.0, "N3": 0.0, "N4": 0.0, "vacancy": 0.0},
        shares={
            "N1": {"N1": 0.1, "N2": 0.6, "vacancy": 0.3},
            "N2": {"N1": 0.1, "N2": 0.5, "N3": 0.3, "vacancy": 0.1},
            "N3": {"N2": 0.1, "N3": 0.6, "N4": 0.2, "vacancy": 0.1},
            "N4": {"N3": 0.1, "N4": 0.8, "vacancy": 0.1},
            "vacancy": {"N1": 1.0},
        },
        printed={
            1: {"N1": "0.1", "N2": "0.6", "N3": "0.0", "N4": "0.0", "vacancy": "0.3"},
            60: {"N1": "0.16", "N2": "0.24", "N3": "0.24", "N4": "0.24", "vacancy": "0.12"},
        },
    ),
}


def rounded(amount: float, printed: str) -> str:
    """Round half up to as many decimals as are printed; what a computer cannot write does not count."""
    return str(Decimal(f"{amount:.9f}").quantize(Decimal(printed), ROUND_HALF_UP))


def leaving(shares: Flows) -> dict[str, float]:
    """Return the share of each grade that leaves."""
    return {grade: round(1 - sum(to.values()), 12) for grade, to in shares.items()}


def planning_tables(example: Example) -> PlanningTables:
    """Write an example as planning tables; who has left is a stock too, so that nobody vanishes."""
    moves = [(grade, to, share) for grade, row in example.shares.items() for to, share in row.items()]
    moves += [(grade, LEFT, share) for grade, share in leaving(example.shares).items()]
    frames = {
        "stocks": pd.DataFrame([*example.opening.items(), (LEFT, 0.0)], columns=["stock", "opening"]),
        "transitions": pd.DataFrame([*moves, (LEFT, LEFT, 1.0)], columns=["from_stock", "to_stock", "rate"]),
        "inflows": pd.DataFrame(list(example.inflows.items()), columns=["stock", "amount"]),
    }
    return PlanningTables.from_frames(Problem(max(example.printed, default=1), period_label="year"), frames)


def alone(example: Example, grade: str) -> Example:
    """Return the example with staff in one grade only."""
    return replace(example, opening=dict.fromkeys(example.opening, 0.0) | {grade: example.opening[grade]}, printed={})


def as_forecast(example: Example) -> pd.DataFrame:
    """Write an example as cells and rates of a year, and forecast: staff by grade, one column a year; who has left is a row too.

    Rates of leaving vary by organisation, those of moving by role level, so each grade is both. Leavers are a rate on average staff, of
    which exp(-rate) stay; movers are a share of those who stay. A mover keeps the rate of leaving of the grade come from, so that years
    beyond the first follow only where nobody leaves.
    """
    gone = leaving(example.shares)
    age = "35 to 44"
    cells = pd.DataFrame({"role_level": list(example.opening), "fte": list(example.opening.values())})
    cells = cells.assign(organisation=cells["role_level"], role_family="all", age_band=age, headcount=0)
    moves = [(grade, to, share / (1 - gone[grade])) for grade, row in example.shares.items() for to, share in row.items() if to != grade]
    rates = Rates(
        leaving=pd.DataFrame([(grade, "all", age, -math.log(1 - share)) for grade, share in gone.items()], columns=OF_LEAVING),
        retiring=pd.DataFrame({"age_band": [age], "share": [0.0]}),
        ageing=pd.DataFrame({"age_band": [age], "next_age_band": ["45 to 54"], "share": [0.0]}),
        promotion=pd.DataFrame(moves, columns=["role_level", "to_role_level", "rate"]),
        joining=pd.DataFrame({"organisation": [""], "role_family": ["all"], "rate": [0.0]}),
        joining_ages=pd.DataFrame({"age_band": [age], "share": [1.0]}),
        estimates=pd.DataFrame(),
    )
    years = Scenario.load("baseline").changed(demand={}, period="year", periods=max(example.printed, default=1))
    nobody = pd.DataFrame(columns=list(COLUMNS)).astype({"start_date": "datetime64[ns]", "fte": float, "headcount": int})
    tables = supply_tables(cells, rates, years, nobody, Assumptions.load())
    staff = project(tables).groupby(tables.stocks.set_index("stock")["role_level"]).sum().reindex(list(example.opening)).fillna(0.0)
    staff.loc[LEFT] = sum(example.opening.values()) - staff.sum()
    return staff


OF_LEAVING = ["organisation", "role_family", "age_band", "rate"]
OF_THE_SUPPLY_MODEL = [name for name, example in EXAMPLES.items() if not example.inflows]


@pytest.mark.parametrize("name", OF_THE_SUPPLY_MODEL)
def test_the_supply_model_gives_the_printed_figures(name: str) -> None:
    """Stocks and flows of every example without given numbers of joiners, as rates of leaving and of moving between role levels."""
    example = EXAMPLES[name]
    assert example.printed.keys() <= {1} or not any(leaving(example.shares).values())
    staff = as_forecast(example)
    for year, printed in example.printed.items():
        assert {grade: rounded(staff.loc[grade, year], number) for grade, number in printed.items()} == printed
    for grade, printed in example.moves.items():
        gone = as_forecast(alone(example, grade))[1]
        assert {to: rounded(gone[to], number) for to, number in printed.items()} == printed


@pytest.mark.parametrize("name", EXAMPLES)
def test_staff_of_the_years_after_are_as_printed(name: str) -> None:
    """Every printed stock of every printed year; with nobody lost on the way."""
    example = EXAMPLES[name]
    staff = project(planning_tables(example))
    for year, printed in example.printed.items():
        assert {grade: rounded(staff.loc[grade, year], number) for grade, number in printed.items()} == printed
        joined = year * sum(example.inflows.values())
        assert staff[year].sum() == pytest.approx(sum(example.opening.values()) + joined)


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if example.moves])
def test_flows_between_grades_are_as_printed(name: str) -> None:
    """Each grade alone goes where the printed row says, and its leavers are those printed."""
    example = EXAMPLES[name]
    for grade, printed in example.moves.items():
        gone = project(planning_tables(alone(example, grade)))[1]
        assert {to: rounded(gone[to], number) for to, number in printed.items()} == printed


def test_every_example_names_its_source_and_prints_something() -> None:
    """A figure without a source is no evidence, nor is an example without figures."""
    assert all(example.source and (example.printed or example.moves) for example in EXAMPLES.values())
