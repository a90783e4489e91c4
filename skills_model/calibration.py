"""Our totals beside published ones: how far apart they are, and whether they can be compared at all. Nothing is made to fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from skills_model import demand
from skills_model.assumptions import Assumptions
from skills_model.cuts import protected
from skills_model.organisations import known
from skills_model.planning.prices import annual_pay
from skills_model.privacy import Scope, numbers
from skills_model.reference import table
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply import cells, pipelines
from skills_model.supply.forecast import magnified
from skills_model.supply.model import Rates
from skills_model.supply.rates import estimate
from skills_model.supply.tables import parts as moving

COLUMNS = ("figure", "period", "unit", "published", "ours", "difference", "share", "comparable", "source")
TOTALS = ("staff", "posts", "vacant", "pay", "needed", "leavers", "later")
YEARS = 5
"""How far ahead the supply forecast goes whose growth stands beside that of the past."""
SERIES = ("2015-07", "2025-07")
PERCENT, BILLION = 100.0, 1e9

PART = "no: only a part of England"
MADE = "by construction: the demonstration's staff and posts are invented to come near it"


@dataclass(frozen=True)
class _Whose:
    """Tell of which organisations our totals are: all of England or a part, invented or real."""

    england: bool
    demonstration: bool

    def words(self, real: str, invented: str = "") -> str:
        """Say whether a total of theirs can be compared with one of England."""
        if not self.england:
            return PART
        return invented if invented and self.demonstration else real


def against_published(
    store: Store, scope: Scope, codes: Sequence[str] | None = None, assumptions: Assumptions | None = None, rates: Rates | None = None
) -> pd.DataFrame:
    """Return published figures beside ours: COLUMNS, with the difference (ours - published) and its share of the published one.

    `comparable` says in words whether the two mean the same. Staff, posts and pay are today's; the need is that of the scenario
    published-2030 at the end of 2029/30, growth that of the supply forecast "as before". Totals beyond the user's own organisations are
    protected, and missing where too few people stand behind them. `rates` are estimated where they are not given. Raises DataError for an
    unknown organisation.
    """
    said = assumptions or Assumptions.of(store, scope)
    area = known(store, scope, codes)
    found = demand.facts(store, scope, area, _published_view(), said)
    parts, weights = _by_organisation(store, scope, area, said, found, rates)

    def summed(some: Sequence[str] | None) -> pd.DataFrame:
        rows = parts if some is None else parts[parts["organisation"].isin(some)]
        return rows[["headcount", *TOTALS]].sum().to_frame().T

    shown = protected(summed(area), scope, [], area, said, counts=TOTALS, own=summed, magnified=weights)
    ours = {name: float(numbers(shown[name]).iloc[0]) for name in TOTALS}
    whose = _Whose(area is None and found.whole, bool(parts["demonstration"].all()))
    rows = pd.DataFrame(
        [*_of_staff(ours, whose), *_of_money(ours, whose), *_over_time(ours, whose)], columns=[*COLUMNS[:5], "comparable", "source"]
    )
    rows["difference"] = rows["ours"] - rows["published"]
    rows["share"] = rows["difference"] / rows["published"]
    return rows[list(COLUMNS)]


type _Row = tuple[str, str, str, float, float, str, str]


def _of_staff(ours: Mapping[str, float], whose: _Whose) -> list[_Row]:
    workforce, vacant = _published("digital_informatics_workforce"), _published("digital_roles_vacant")
    low, high = _published("informatics_workforce_low"), _published("informatics_workforce_high")
    within = "within the range" if low.value <= ours["staff"] <= high.value else "outside the range"
    ends = whose.words(f"yes, as a range of 2020 beside staff of today: {within}")
    share = PERCENT * vacant.value / (workforce.value + vacant.value)
    return [
        ("Digital and informatics staff", workforce.period, "FTE", workforce.value, ours["staff"],
         whose.words("yes, but of another year, and as far as our job titles are mapped as theirs were", MADE), workforce.source),
        ("Digital and informatics staff, low", low.period, "FTE", low.value, ours["staff"], ends, low.source),
        ("Digital and informatics staff, high", high.period, "FTE", high.value, ours["staff"], ends, high.source),
        ("Vacant posts", vacant.period, "FTE", vacant.value, ours["vacant"],
         whose.words("nearly: trust leaders were asked; ours are funded posts less staff in post, by role level", MADE), vacant.source),
        ("Vacant posts, share of posts", f"{workforce.period} and {vacant.period}", "percent", share, PERCENT * _of(ours["vacant"], ours["posts"]),
         "nearly: worked out from two published figures of different years", f"{vacant.source}; {workforce.source}"),
    ]  # fmt: skip


def _of_money(ours: Mapping[str, float], whose: _Whose) -> list[_Row]:
    pay, workforce = _published("digital_workforce_salary_and_oncost"), _published("digital_informatics_workforce")
    year = Scenario.load("baseline").pay_year
    return [
        ("Pay and on-costs", pay.period, "£ billion", pay.value, ours["pay"] / BILLION,
         whose.words(f"no: prices of {pay.period} beside pay points and on-costs of {year}"), pay.source),
        ("Pay and on-costs of one FTE", pay.period, "£", pay.value * BILLION / workforce.value, _of(ours["pay"], ours["staff"]),
         f"no: prices of {pay.period} beside pay points and on-costs of {year}; and another mix of bands", pay.source),
    ]  # fmt: skip


def _over_time(ours: Mapping[str, float], whose: _Whose) -> list[_Row]:
    need, growth = _published("digital_informatics_workforce_demand"), _published("digital_informatics_demand_growth")
    leavers, group = _published("all_staff_leaver_rate_one_in_nine"), _published("hchs_infrastructure_support_fte")
    series = table("infrastructure_support_series").set_index("month")
    first, last = series["infrastructure_support_fte"].reindex(list(SERIES)).to_numpy(dtype="float64")
    years = int(SERIES[1][:4]) - int(SERIES[0][:4])
    sources = "; ".join(dict.fromkeys(str(series.loc[month, "source"]) for month in SERIES))
    return [
        ("Posts needed in 2030", need.period, "FTE", need.value, ours["needed"],
         whose.words("by construction: the scenario published-2030 takes it as England's total"), need.source),
        ("Growth to the posts needed in 2030", growth.period, "percent", growth.value, PERCENT * (_of(ours["needed"], ours["staff"]) - 1),
         "no: ours starts from staff of today, theirs from staff of 2020", growth.source),
        ("Leavers a year, share of staff", leavers.period, "percent", leavers.value, PERCENT * _of(ours["leavers"], ours["staff"]),
         "nearly: theirs are all staff of the NHS; the level of our assumption is taken from it, our history moves it", leavers.source),
        ("Growth of staff a year", " to ".join(SERIES), "percent", PERCENT * ((last / first) ** (1 / years) - 1),
         PERCENT * (_of(ours["later"], ours["staff"]) ** (1 / YEARS) - 1),
         "no: past growth of infrastructure support, a wider staff group, beside a forecast of informatics staff", sources),
        ("Infrastructure support staff", group.period, "FTE", group.value, ours["staff"],
         whose.words("no: informatics staff are a part of this staff group"), group.source),
    ]  # fmt: skip


@dataclass(frozen=True)
class _Published:
    """Hold a published figure."""

    value: float
    period: str
    source: str


def _published(figure: str) -> _Published:
    rows = table("published_figures")
    row = rows[rows["figure"] == figure].iloc[0]
    return _Published(float(row["value"]), str(row["period"]), str(row["source"]))


def _published_view() -> Scenario:
    """Return the scenario published-2030 with England's total alone, which a store of any framework can follow."""
    view = Scenario.load("published-2030")
    return view.changed(demand={"total": view.demand.total.model_dump()})


def _of(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _by_organisation(
    store: Store, scope: Scope, area: list[str] | None, said: Assumptions, facts: demand.Facts, rates: Rates | None
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return organisation, demonstration, headcount and TOTALS (FTE; pay in pounds a year), one row an organisation, exact; and weights.

    A weight is how much one FTE of others comes to at most, for privacy.protect: a few pounds of a pay bill are no rounding at all.
    """
    sizes = store.query("organisations", scope.reach(), organisations=area).rename(
        columns={"code": "organisation", "fte": "staff", "vacancy_fte": "vacant"}
    )
    ahead = Scenario.load("baseline").changed(period="year", periods=YEARS)
    staff, coming = cells.staff(store, scope.reach(), area), pipelines.read(store, scope.reach(), area)
    used = rates or estimate(store, scope, sorted({*staff["organisation"], *coming["organisation"]}), said)
    # Nothing that is added up here depends on role levels and bands, so that the path is followed without them.
    moved = moving(cells.collapsed(staff, []), used, ahead, coming, said)
    path = moved.cells.assign(leavers=moved.cells["fte"] * moved.leaving, later=moved.stocks()[:, -1])
    banded = staff.groupby(["organisation", "band"], dropna=False)["fte"].sum().reset_index()
    each = _pay(banded, sizes, ahead, said)
    paid = banded.assign(pay=banded["fte"] * each).groupby("organisation")["pay"].sum()
    view = _published_view()
    needed = demand.needed_from(facts, view).groupby("organisation")[demand.year_ends(view)["2029/30"]].sum().rename("needed")
    rows = sizes.set_index("organisation").join([paid, path.groupby("organisation")[["leavers", "later"]].sum(), needed]).reset_index()
    weights = {
        "pay": float(each.max()) if len(each) else 1.0,
        "needed": demand.magnified(facts, view, scope)["demand"].max(),
        "later": magnified(moved, scope, ["year"])["end"].max(),
    }
    return rows[["organisation", "demonstration", "headcount", *TOTALS]].fillna(dict.fromkeys(TOTALS, 0.0)), weights


def _pay(staff: pd.DataFrame, sizes: pd.DataFrame, scenario: Scenario, said: Assumptions) -> pd.Series:
    """Return pounds a year for one FTE of each row; staff without a band count at the mean of the others."""
    region = staff["organisation"].map(sizes.set_index("organisation")["region_code"]).fillna("")
    paid = [annual_pay(rows["band"].dropna(), str(code), scenario, said) for code, rows in staff.groupby(region)]
    pay = pd.concat(paid).reindex(staff.index) if paid else pd.Series(0.0, index=staff.index)
    known_pay = pay.notna()
    mean = float((pay * staff["fte"])[known_pay].sum() / staff.loc[known_pay, "fte"].sum()) if known_pay.any() else 0.0
    return pay.fillna(mean)
