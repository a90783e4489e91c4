"""What forecasts would have said, beside what came: of the published series, and of staff lists that are in the store.

Three simple methods stand beside ours, each knowing only what came before: the last value, a straight line through all known values, and
growth at the mean rate since the first. Ours is the supply forecast itself: the same rates, planning tables, recurrence and sampled
futures. On the published series it is shown as it is by default, with as many joiners in every year to come, and with joiners that grow
as staff did until then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from optimiser.projection import project
from skills_model import reference
from skills_model.assumptions import Assumptions
from skills_model.errors import ScopeError
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply import rates as estimating
from skills_model.supply.layout import Question
from skills_model.supply.model import CELL, Floats, Rates
from skills_model.supply.sampling import sample
from skills_model.supply.tables import Parts, parts

OURS = "staff flows"
GROWING = "staff flows, joiners growing"
METHODS = ("last value", "straight trend", "mean growth", OURS, GROWING)
SERIES = {"infrastructure support": "infrastructure_support_fte", "all staff": "total_fte"}
LONGEST = 5  # years ahead
KNOWN = 3  # values that must be known before a forecast is made
DRAWS = 2_000
CUTS = ("role_family", "age_band")
FORECASTS = ("series", "by", "name", "method", "origin", "as_at", "years", "forecast", "low", "high", "actual", "error")
ERRORS = ("series", "by", "method", "years", "forecasts", "mape", "bias", "rmse", "inside")

_SAID = ("leaver_rate[unknown]", "leaver_rate_years", "joiner_rate_years")
"""The assumptions that our forecast of the published series rests on."""


def _silent(_share: float) -> None:
    """Tell nobody."""


_ENGLAND = "england"
_END = 2030  # the year in which every scenario made here ends, on 31 March
_PIPELINES = ["organisation", "pipeline", "role_family", "role_level", "band", "start_date", "headcount", "fte"]


@dataclass(frozen=True, eq=False)
class Backtest:
    """Forecasts beside what came.

    forecasts  one row a forecast: series, by ("" for the whole, else the cut), name (of the part), method, origin and as_at (dates), years
               (ahead), forecast, low, high (10th and 90th percentiles, ours alone), actual (FTE), error (share of the actual)
    errors     by series, by, method and years: forecasts (how many), mape, bias (mean absolute and mean error, shares of the actual), rmse
               (FTE), inside (share of the actual values from low to high, ours alone)
    """

    forecasts: pd.DataFrame
    errors: pd.DataFrame


@dataclass(frozen=True)
class Usual:
    """How far our forecasts of a published series have been off, so many years ahead: mean absolute and mean error, shares of what came."""

    years: int
    forecasts: int
    mape: float
    bias: float


def national(assumptions: Assumptions, *, draws: int = DRAWS, seed: int = 1, progress: Callable[[float], None] = _silent) -> Backtest:
    """Forecast the published series of staff in England from each year of it, one to five years ahead; `progress` hears the share done.

    Ours lets staff leave at the rate of `leaver_rate[unknown]`, which is that of all ages, and as many join as the series has needed until
    then. Its range is that of coming years; it was measured on the same series, so how much lies inside is no independent proof.
    """
    dates, years, published = _published()
    found: list[pd.DataFrame] = []
    origins = sum(len(list(_origins(len(values)))) for values in published.values())
    for series, values in published.items():
        for known, ahead in _origins(len(values)):
            progress(len(found) / origins)
            told = _simple(years[known], values[known], years[ahead])
            stock = _Stock.of(years[known], values[known], assumptions)
            told += [stock.forecast(method, ahead.stop - ahead.start, assumptions, draws, seed) for method in (OURS, GROWING)]
            frame = pd.concat([item.assign(actual=values[ahead], as_at=dates[ahead].to_numpy()) for item in told])
            found.append(frame.assign(series=series, by="", name="", origin=dates[known].iloc[-1]))
    return _measured(pd.concat(found))


def usual_error(assumptions: Assumptions, years: float, series: str = "infrastructure support") -> Usual:
    """Tell how far our forecasts of a published series have been off so many years ahead, as `national` does, without drawing futures.

    Years are told to the nearest whole one, and as the longest that the series holds enough of where more are asked for: read `years` of
    what comes back.
    """
    numbers = tuple(assumptions[name].value for name in _SAID)
    return _usual(series, numbers)[min(max(round(years), 1), LONGEST)]


@cache
def _usual(series: str, numbers: tuple[float, ...]) -> dict[int, Usual]:
    """Return the usual error by years ahead, where the assumptions of _SAID have these values."""
    assumptions = Assumptions.load().with_values(dict(zip(_SAID, numbers, strict=True)))
    _, years, published = _published()
    values = published[series]
    errors: dict[int, list[float]] = {}
    for known, ahead in _origins(len(values)):
        came = values[ahead]
        moving = _Stock.of(years[known], values[known], assumptions).moving(OURS, len(came), assumptions)
        for number, error in enumerate(_stocks(moving).sum().to_numpy(dtype="float64")[1:] / came - 1, start=1):
            errors.setdefault(number, []).append(float(error))
    return {number: Usual(number, len(made), float(np.mean(np.abs(made))), float(np.mean(made))) for number, made in sorted(errors.items())}


def _published() -> tuple[pd.Series, Floats, dict[str, Floats]]:
    """Return the dates of the published series a year apart, these in years, and its values by the name of the series."""
    table = reference.table("infrastructure_support_series")
    month = table["month"].str[5:]
    rows = table[(month == "07") | (table.index == table.index[0])].reset_index(drop=True)
    dates = pd.to_datetime(rows["month"] + "-01")
    years = (dates.dt.year + (dates.dt.month - 1) / 12).to_numpy(dtype="float64")
    return dates, years, {series: rows[column].to_numpy(dtype="float64") for series, column in SERIES.items()}


def _origins(length: int) -> Iterator[tuple[slice, slice]]:
    """Yield what is known and what is forecast, from each value of a series on of which enough are known."""
    for origin in range(KNOWN, length):
        yield slice(0, origin), slice(origin, min(origin + LONGEST, length))


def stored(
    store: Store,
    scope: Scope,
    codes: Sequence[str],
    assumptions: Assumptions,
    *,
    draws: int = DRAWS,
    seed: int = 1,
    progress: Callable[[float], None] = _silent,
) -> Backtest:
    """Forecast the last staff lists of some organisations from those before, in all and by role family and age band.

    Rates are estimated from what was known at the last list but one; with two lists that is no history, and the assumptions alone, as they
    are today, speak. Organisations with lists of other days stand in rows of their own. A span that is no whole number of years is forecast
    to the nearest quarter. Nothing comes back where nobody has two lists. Raises ScopeError where not everything there is seen exactly.
    """
    if not scope.sees_all_exactly(codes):
        raise ScopeError("A forecast can be held against staff lists only by who may see these exactly.")
    flows = store.query("staff_flows", scope, organisations=list(codes))
    flows["role_family"] = flows["role_family"].fillna(estimating.UNMAPPED)
    found: list[pd.DataFrame] = []
    groups = _alike(flows)
    for days, group in groups.items():
        their = flows[flows["organisation"].isin(group)]
        rates = estimating.estimate(store, scope, group, assumptions, until=days[-2])
        for by in ("", *CUTS):
            progress((len(found) + 1) / (len(groups) * (1 + len(CUTS)) + 1))
            found.append(_of_lists(their, days, rates, assumptions, by, draws, seed))
    return _measured(pd.concat(found) if found else pd.DataFrame(columns=list(FORECASTS)))


def _alike(flows: pd.DataFrame) -> dict[tuple[dt.date, ...], list[str]]:
    """Return organisations by the days of their staff lists, two or more."""
    ends = pd.concat([flows[["organisation", name]].set_axis(["organisation", "day"], axis=1) for name in ("from_date", "as_at")])
    ends = ends.drop_duplicates().sort_values(["organisation", "day"])
    groups: dict[tuple[dt.date, ...], list[str]] = {}
    for code, days in ends.groupby("organisation")["day"]:
        groups.setdefault(tuple(day.date() for day in days), []).append(str(code))
    return dict(sorted(groups.items()))


# The simple methods


def _simple(years: Floats, values: Floats, ahead: Floats) -> list[pd.DataFrame]:
    """Forecast a series by each simple method that its known values allow; years are counted from anywhere."""
    made = {METHODS[0]: np.full(len(ahead), values[-1])}
    if len(values) > 1:
        slope, level = np.polyfit(years - years[-1], values, 1)
        made[METHODS[1]] = level + slope * (ahead - years[-1])
        rate = (values[-1] / values[0]) ** (1 / (years[-1] - years[0])) if values[0] > 0 else 1.0
        made[METHODS[2]] = values[-1] * rate ** (ahead - years[-1])
    return [pd.DataFrame({"method": name, "years": ahead - years[-1], "forecast": forecast}) for name, forecast in made.items()]


# Ours


@dataclass(frozen=True, eq=False)
class _Stock:
    """A series of totals as one cell of staff: the last value, the rates that led to it, and the mean growth of a year."""

    cells: pd.DataFrame
    rates: Rates
    growth: float

    @classmethod
    def of(cls, years: Floats, values: Floats, assumptions: Assumptions) -> _Stock:
        """Let staff leave at the assumed rate and as many join as the series has needed, of those still there at the end of their year.

        Both are times what the assumptions say of coming years.
        """
        leaver_rate, spans = assumptions.value("leaver_rate", "unknown"), np.diff(years)
        seen = estimating.yearly(values[1:] - values[:-1] * np.exp(-leaver_rate * spans), spans, leaver_rate)
        joiner_rate = max(0.0, float(seen.sum() / (values[:-1] * spans).sum()))
        cells = pd.DataFrame({"organisation": [_ENGLAND], "role_family": [_ENGLAND], "age_band": ["unknown"]})
        rates = Rates(
            leaving=cells.assign(rate=leaver_rate * assumptions.value("leaver_rate_years")),
            retiring=pd.DataFrame({"age_band": ["unknown"], "share": [0.0]}),
            ageing=pd.DataFrame({"age_band": [], "next_age_band": [], "share": []}),
            promotion=pd.DataFrame({"role_level": [], "to_role_level": [], "rate": []}),
            joining=cells[["organisation", "role_family"]].assign(rate=joiner_rate * assumptions.value("joiner_rate_years")),
            joining_ages=pd.DataFrame({"age_band": ["unknown"], "share": [1.0]}),
            estimates=pd.DataFrame(columns=list(estimating.ESTIMATES)),
            factors=(
                estimating.coming_years(assumptions, "leaver-rate-years", "leaving"),
                estimating.coming_years(assumptions, "joiner-rate-years", "joining"),
            ),
        )
        growth = float((values[-1] / values[0]) ** (1 / (years[-1] - years[0])) - 1)
        return cls(cells.assign(headcount=round(values[-1]), fte=values[-1]), rates, growth)

    def moving(self, method: str, periods: int, assumptions: Assumptions) -> Parts:
        """Return what moves the staff in the years to come."""
        joiners = {_ENGLAND: {"rate": self.growth}} if method == GROWING else {}
        return parts(self.cells, self.rates, _scenario(float(periods), joiners), _nobody(), assumptions)

    def forecast(self, method: str, periods: int, assumptions: Assumptions, draws: int, seed: int) -> pd.DataFrame:
        """Forecast the years to come."""
        told = _forecast(self.moving(method, periods, assumptions), self.rates, "year", draws, seed)
        return told.iloc[1:].reset_index(drop=True).assign(name="", method=method, years=np.arange(1, periods + 1, dtype="float64"))


def _of_lists(
    flows: pd.DataFrame, days: Sequence[dt.date], rates: Rates, assumptions: Assumptions, by: str, draws: int, seed: int
) -> pd.DataFrame:
    """Forecast the last list of organisations alike from those before, by every method."""
    totals = _totals(flows, by)
    known, actual = totals.iloc[:, :-1], totals.iloc[:, -1]
    apart = np.array([(day - days[-2]).days for day in days], dtype="float64")
    years = np.sign(apart) * estimating.in_years(np.abs(apart))
    told = [
        frame.assign(name=str(name), actual=float(came))
        for name, values, came in zip(totals.index, known.to_numpy(dtype="float64"), actual, strict=True)
        for frame in _simple(years[:-1], values, years[-1:])
    ]
    last = flows[(flows["from_date"] == pd.Timestamp(days[-2])) & (flows["flow"] == "start")]
    kept = [name for name in CELL if name not in {"role_level", "band"}]
    cells = last.groupby(kept, as_index=False)[["headcount", "fte"]].sum()
    cells["role_family"] = cells["role_family"].mask(cells["role_family"] == estimating.UNMAPPED)
    moving = parts(cells, rates, _scenario(float(years[-1])), _nobody(), assumptions)
    ours = _forecast(moving, rates, by, draws, seed)
    told.append(ours.assign(method=OURS, years=years[-1], actual=ours["name"].map(actual).fillna(0.0)))
    whole = pd.concat(told, ignore_index=True)
    return whole.assign(series="staff lists", by=by, origin=pd.Timestamp(days[-2]), as_at=pd.Timestamp(days[-1]))


def _totals(flows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return FTE in post by a cut, or of the whole, at the day of each list."""
    first = flows[(flows["flow"] == "start") & (flows["from_date"] == flows["from_date"].min())].assign(day=lambda rows: rows["from_date"])
    rows = pd.concat([first, flows[flows["flow"] == "end"].assign(day=lambda rows: rows["as_at"])]).assign(whole="")
    return pd.DataFrame(rows.pivot_table(index=by or "whole", columns="day", values="fte", aggfunc="sum", fill_value=0.0))


def _stocks(moving: Parts) -> pd.DataFrame:
    """Return the middle path of the staff, one row a cell, one column a period from 0 to T."""
    return project(moving.tables()).loc[moving.cells["stock"]]


def _forecast(moving: Parts, rates: Rates, by: str, draws: int, seed: int) -> pd.DataFrame:
    """Return what the supply forecast says of each part (by "year": of the whole at each year's end): name, forecast, low and high."""
    places = pd.DataFrame({"organisation": sorted(moving.cells["organisation"].unique())}).assign(organisation_type="", region="", icb="")
    drawn = sample(Question(moving, rates, (by,) if by else (), places), draws, seed).rows
    names = drawn[by].fillna(estimating.UNMAPPED) if by else pd.Series([""], dtype="str")
    stocks = _stocks(moving)
    if by == "year":
        central = pd.Series(stocks.sum().to_numpy(), index=names)
    else:
        key = moving.cells[by].fillna(estimating.UNMAPPED) if by else pd.Series("", index=moving.cells.index)
        central = stocks[moving.scenario.periods].groupby(key.to_numpy()).sum()
    return pd.DataFrame({"name": names, "forecast": names.map(central), "low": drawn["p10"], "high": drawn["p90"]})


def _nobody() -> pd.DataFrame:
    """Return pipelines without anybody in them."""
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in _PIPELINES})
    return empty.astype({"headcount": "float64", "fte": "float64", "start_date": "datetime64[us]"})


def _scenario(years: float, joiners: Mapping[str, Mapping[str, float]] | None = None) -> Scenario:
    """Return a scenario of so many years, or to the nearest quarter, that ends with a financial year; its dates are those of nobody."""
    whole = years >= 1 and abs(years - round(years)) < 1e-9
    periods = round(years) if whole else max(1, round(4 * years))
    months = (12 if whole else 3) * periods
    first = 12 * _END + 3 - months  # months since the year 0
    start = dt.date(first // 12, first % 12 + 1, 1)
    return Scenario.load("baseline").changed(
        period="year" if whole else "quarter", periods=periods, start=start, demand={}, supply={"joiners": dict(joiners or {})}
    )


# Errors


def _measured(found: pd.DataFrame) -> Backtest:
    """Put the error beside each forecast, and sum the errors up."""
    rows = found.assign(error=(found["forecast"] - found["actual"]) / found["actual"].where(found["actual"] > 0))
    rows = rows.assign(
        years=rows["years"].astype("float64").round(2), order=rows["method"].map({name: place for place, name in enumerate(METHODS)})
    )
    rows = rows.sort_values(["series", "by", "name", "origin", "as_at", "order"], ignore_index=True).reindex(columns=[*FORECASTS, "order"])
    inside = ((rows["actual"] >= rows["low"]) & (rows["actual"] <= rows["high"])).astype("float64").where(rows["low"].notna())
    each = rows.assign(mape=rows["error"].abs(), bias=rows["error"], rmse=(rows["forecast"] - rows["actual"]) ** 2, inside=inside)
    errors = each.groupby(["series", "by", "years", "order", "method"], as_index=False).agg(
        forecasts=("actual", "size"), mape=("mape", "mean"), bias=("bias", "mean"), rmse=("rmse", "mean"), inside=("inside", "mean")
    )
    errors = errors.assign(rmse=np.sqrt(errors["rmse"].astype("float64")))
    return Backtest(rows[list(FORECASTS)], errors[list(ERRORS)])
