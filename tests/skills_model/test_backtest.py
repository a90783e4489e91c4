"""Forecasts held against what came, with errors worked out by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skills_model import reference
from skills_model.assumptions import Assumptions
from skills_model.errors import ScopeError
from skills_model.privacy import Scope
from skills_model.supply import backtest
from skills_model.supply.backtest import ERRORS, FORECASTS, GROWING, METHODS, OURS, Backtest

sys.path.insert(0, str(Path(__file__).parent))
from staff_lists import staying, write

ALL = Scope.local()
NUMBERS = Assumptions.load()
FEW = 200  # futures


@pytest.fixture(scope="module")
def published() -> Backtest:
    return backtest.national(NUMBERS, draws=FEW)


def series_of(monkeypatch: pytest.MonkeyPatch, values: np.ndarray) -> None:
    """Let the published series be one of Julys from 2015 on."""
    months = [f"{2015 + number}-07" for number in range(len(values))]
    table = pd.DataFrame({"month": months, "total_fte": values})
    monkeypatch.setattr(reference, "table", lambda _: table.copy())
    monkeypatch.setattr(backtest, "SERIES", {"all staff": "total_fte"})


def test_the_simple_methods_by_hand() -> None:
    """100, 110, 121: last 121; the line through them rises 10.5 a year from 120.83; growth is 10%."""
    told = {
        frame["method"].iloc[0]: frame["forecast"].to_list()
        for frame in backtest._simple(np.array([0.0, 1, 2]), np.array([100.0, 110, 121]), np.array([3.0, 4]))
    }
    assert told["last value"] == [121, 121]
    assert told["straight trend"] == pytest.approx([331 / 3 + 21, 331 / 3 + 31.5])
    assert told["mean growth"] == pytest.approx([133.1, 146.41])
    alone = backtest._simple(np.array([0.0]), np.array([100.0]), np.array([1.0]))
    assert [frame["method"].iloc[0] for frame in alone] == ["last value"]


def test_errors_by_hand() -> None:
    """Forecasts of 90 and 120 where 100 and 100 came: errors -10% and +20%, one of the two in range."""
    made = pd.DataFrame(
        {
            "series": "s",
            "by": "",
            "name": "",
            "method": OURS,
            "years": 1.0,
            "origin": pd.Timestamp("2020-07-01"),
            "as_at": pd.Timestamp("2021-07-01"),
        },
        index=[0, 1],
    )
    made = made.assign(forecast=[90.0, 120.0], actual=[100.0, 100.0], low=[85.0, 110.0], high=[105.0, 130.0])
    told = backtest._measured(made).errors.iloc[0]
    assert (told["forecasts"], told["mape"], told["bias"], told["inside"]) == (2, pytest.approx(0.15), pytest.approx(0.05), 0.5)
    assert told["rmse"] == pytest.approx(np.sqrt((100 + 400) / 2))


def test_the_published_series_is_forecast_from_every_year_of_it(published: Backtest) -> None:
    """Twelve values, three known at the first origin: nine forecasts a year ahead, five of five years, by five methods of two series."""
    assert list(published.forecasts.columns) == list(FORECASTS)
    assert list(published.errors.columns) == list(ERRORS)
    assert set(published.errors["method"]) == set(METHODS)
    assert len(published.errors) == 2 * 5 * len(METHODS)
    assert published.errors.groupby("years")["forecasts"].unique().map(list).to_dict() == {1.0: [9], 2.0: [8], 3.0: [7], 4.0: [6], 5.0: [5]}
    rows = published.forecasts
    assert ((rows["as_at"].dt.year - rows["origin"].dt.year) == rows["years"]).all()
    support = reference.table("infrastructure_support_series").set_index("month")["infrastructure_support_fte"]
    shown = rows[rows["series"] == "infrastructure support"]
    assert (shown["actual"].to_numpy() == support[shown["as_at"].dt.strftime("%Y-%m")].to_numpy()).all()
    ours = rows[rows["method"].isin([OURS, GROWING])]
    assert ((ours["low"] < ours["forecast"]) & (ours["forecast"] < ours["high"])).all()
    assert rows.loc[~rows.index.isin(ours.index), "low"].isna().all()


def test_ours_is_no_worse_than_the_last_value_and_says_how_sure_it_is(published: Backtest) -> None:
    """What the method page may claim of the published series."""
    errors = published.errors.set_index(["series", "method", "years"]).sort_index()
    for series in backtest.SERIES:
        for years in (1.0, 2.0, 3.0, 4.0, 5.0):
            assert errors.loc[(series, OURS, years), "mape"] < errors.loc[(series, "last value", years), "mape"]
        assert errors.loc[(series, OURS, 1.0), "mape"] < 0.02
        inside = errors.loc[(series, OURS)]
        assert np.average(inside["inside"], weights=inside["forecasts"]) > 0.7


@pytest.mark.parametrize("series", backtest.SERIES)
def test_the_usual_error_is_that_of_the_forecasts_without_drawing_any_future(
    published: Backtest, monkeypatch: pytest.MonkeyPatch, series: str
) -> None:
    def drawn(*_: object) -> None:
        raise AssertionError("no future is drawn")

    backtest._usual.cache_clear()
    monkeypatch.setattr(backtest, "sample", drawn)
    errors = published.errors.set_index(["series", "method", "years"])
    for years in range(1, backtest.LONGEST + 1):
        usual, known = backtest.usual_error(NUMBERS, years, series), errors.loc[(series, OURS, years)]
        assert (usual.years, usual.forecasts) == (years, known["forecasts"])
        assert (usual.mape, usual.bias) == pytest.approx((known["mape"], known["bias"]), rel=1e-9)
    assert backtest.usual_error(NUMBERS, 0.25, series).years == 1
    assert backtest.usual_error(NUMBERS, 15, series) == backtest.usual_error(NUMBERS, 5, series)
    more = backtest.usual_error(NUMBERS.with_values({"leaver_rate_years": 1.3}), 3, series)
    assert more.bias < backtest.usual_error(NUMBERS, 3, series).bias


def test_coming_years_of_the_published_series_are_what_is_said_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """5% a year until now; half as many again leave and a fifth fewer join: N = N0 (s^1.5 + 0.8 (1.05 - s)) a year on."""
    series_of(monkeypatch, 1e6 * 1.05 ** np.arange(4))
    rows = backtest.national(NUMBERS.with_values({"leaver_rate_years": 1.5, "joiner_rate_years": 0.8}), draws=FEW).forecasts
    ours = rows[(rows["method"] == OURS) & (rows["years"] == 1)].iloc[0]
    stay = np.exp(-NUMBERS.value("leaver_rate", "unknown"))
    assert ours["forecast"] == pytest.approx(1e6 * 1.05**2 * (stay**1.5 + 0.8 * (1.05 - stay)))
    assert ours["low"] < ours["forecast"] < ours["high"]


def test_no_forecast_knows_what_came_after_its_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.array([100.0, 104, 107, 112, 118, 121, 130]) * 1000
    series_of(monkeypatch, values)
    before = backtest.national(NUMBERS, draws=FEW).forecasts
    values[5:] *= 3
    series_of(monkeypatch, values)
    after = backtest.national(NUMBERS, draws=FEW).forecasts
    early = before["origin"] < pd.Timestamp("2020-07-01")
    told = ["method", "origin", "as_at", "forecast", "low", "high"]
    pd.testing.assert_frame_equal(before.loc[early, told], after.loc[early, told])
    assert (before.loc[early, "actual"] != after.loc[early, "actual"]).any()


def test_staff_that_grow_evenly_are_met_and_steady_joiners_fall_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """5% a year: the joiner rate is the same in every year, so one year ahead nothing is missed; later as many join as at the start.

    N = N0 (s^h + J (1 + s + ...)) with s = exp(-0.11) and J = 1.05 - s.
    """
    series_of(monkeypatch, 1e6 * 1.05 ** np.arange(9))
    rows = backtest.national(NUMBERS, draws=FEW).forecasts
    ours = rows[(rows["method"] == OURS) & (rows["origin"] == pd.Timestamp("2017-07-01"))]
    stay = np.exp(-NUMBERS.value("leaver_rate", "unknown"))
    expected = [1e6 * 1.05**2 * (stay**h + (1.05 - stay) * (1 - stay**h) / (1 - stay)) for h in range(1, 6)]
    assert ours["forecast"].to_list() == pytest.approx(expected)
    assert ours["error"].iloc[0] == pytest.approx(0, abs=1e-9)
    assert ours["error"].is_monotonic_decreasing
    growing = rows[rows["method"] == GROWING]
    assert growing["error"].abs().max() < 0.04


def test_the_same_seed_gives_the_same_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    series_of(monkeypatch, np.array([100.0, 104, 107, 112, 118]) * 1000)
    one, again, other = (backtest.national(NUMBERS, draws=FEW, seed=seed).forecasts for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    pd.testing.assert_series_equal(one["forecast"], other["forecast"])
    assert not one["low"].equals(other["low"])


def test_two_lists_are_forecast_by_the_assumptions_alone(small_world: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """Of 100 analysts of 35 to 44, exp(-0.09) stay and 13.8 join; 95 came."""
    with write(small_world, tmp_path / "two.duckdb", staying(100, 15, 10)) as store:
        found = backtest.stored(store, ALL, ["AAA", "BBB"], NUMBERS, draws=FEW)
    rows = found.forecasts.set_index(["by", "name", "method"])
    whole = rows.loc[("", "", OURS)]
    expected = 100 * np.exp(-NUMBERS.value("leaver_rate", "35 to 44")) + 100 * NUMBERS.value("joiner_rate")
    assert whole["forecast"] == pytest.approx(expected)
    assert whole["actual"] == 95
    assert whole["error"] == pytest.approx((expected - 95) / 95)
    assert whole["low"] < whole["forecast"] < whole["high"]
    assert rows.loc[("", "", "last value"), "forecast"] == 100
    assert rows.loc[("role_family", "data", OURS), "forecast"] == pytest.approx(expected)
    assert set(rows.index.get_level_values("method")) == {"last value", OURS}
    ages = rows.xs(OURS, level="method").loc["age_band"]
    assert ages["forecast"].sum() == pytest.approx(expected)
    assert set(ages.index) == set(NUMBERS.by_key("joiner_age_share"))
    assert ages["actual"].sum() == 95


def test_the_last_list_is_forecast_from_all_before_it_and_from_nothing_else(small_world: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """Half leave in the first year, so more than the assumptions say are expected to; what becomes of them later changes no forecast."""
    first = staying(200, 90, 90)
    there = [post for post in first if post[0] == 2]
    quiet = [*first, *((3, *post[1:]) for post in there)]
    wild = [*first, *((3, *post[1:]) for post in there[:50])]
    told = []
    for name, posts in (("quiet", quiet), ("wild", wild)):
        with write(small_world, tmp_path / f"{name}.duckdb", posts) as store:
            told.append(backtest.stored(store, ALL, ["AAA"], NUMBERS, draws=FEW).forecasts)
    quiet_rows, wild_rows = (rows[rows["by"] == ""].set_index("method") for rows in told)
    assert quiet_rows["forecast"].to_dict() == wild_rows["forecast"].to_dict()
    assert quiet_rows["actual"].unique().tolist() == [200]
    assert wild_rows["actual"].unique().tolist() == [50]
    assert set(quiet_rows.index) == {"last value", "straight trend", "mean growth", OURS}
    assert set(quiet_rows["origin"]) == {pd.Timestamp("2025-03-31")}
    leaving_as_assumed = 200 * np.exp(-NUMBERS.value("leaver_rate", "35 to 44"))
    assert quiet_rows.loc[OURS, "forecast"] != pytest.approx(leaving_as_assumed + 200 * NUMBERS.value("joiner_rate"), abs=5)


def test_without_a_second_list_there_is_nothing_to_forecast(small_world: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    with write(small_world, tmp_path / "one.duckdb", [(1, 1, "analyst", 1.0, "25 to 34")]) as store:
        found = backtest.stored(store, ALL, ["AAA"], NUMBERS, draws=FEW)
    assert found.forecasts.empty
    assert found.errors.empty


def test_only_who_sees_staff_exactly_may_hold_forecasts_against_them(small_world: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    with write(small_world, tmp_path / "two.duckdb", staying(20, 2, 2)) as store:
        for scope in (Scope(None, audience="public"), Scope(frozenset({"BBB"}), protected=frozenset({"AAA"}))):
            with pytest.raises(ScopeError):
                backtest.stored(store, scope, ["AAA"], NUMBERS, draws=FEW)


def test_a_span_of_some_months_is_forecast_to_the_nearest_quarter(small_world: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    days = {1: "2025-03-31", 2: "2025-09-30"}
    with write(small_world, tmp_path / "half.duckdb", staying(100, 5, 5), days) as store:
        rows = backtest.stored(store, ALL, ["AAA"], NUMBERS, draws=FEW).forecasts
    whole = rows[(rows["by"] == "") & (rows["method"] == OURS)].iloc[0]
    assert whole["years"] == 0.5
    half = 100 * np.exp(-NUMBERS.value("leaver_rate", "35 to 44") / 2)
    assert whole["forecast"] == pytest.approx(half + 50 * NUMBERS.value("joiner_rate"), rel=0.01)
