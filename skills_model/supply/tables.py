"""Staff, and everything that is expected to happen to them, as planning tables.

In a period of dt years, staff of a cell stay with exp(-leaver_rate x dt). Of those who stay, 1 - (1 - share)^dt pass into the next age band
and 1 - (1 - rate)^dt are promoted, whatever their age; some do both. Joiners are a number a year: rate x FTE at the start x growth. They
are spread over role levels and bands as staff are at the start, and over ages by `joining_ages`. The rate counts those who are still there
at the end of the year in which they join: in shorter periods so many more join as leave again before it ends. Rates depend on organisation,
role family and age band alone, so cells may be summed over role levels and bands first, and come to the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse  # type: ignore[import-untyped]

from optimiser.tables import PlanningTables, Problem
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, Fault
from skills_model.scenario import Growth, Scenario
from skills_model.supply.model import AGES, CELL, Floats, Rates, part, stay
from skills_model.supply.pipelines import arriving

Ints = npt.NDArray[np.intp]

ATTRIBUTES = ("kind", *CELL)
NOT_KNOWN = "-"
_FAMILY = ["organisation", "role_family"]


@dataclass(frozen=True, eq=False)
class Parts:
    """Everything that moves staff in a period, cell by cell; the planning tables are written from it.

    cells      one row a cell in order of stock: stock, the columns that tell cells apart, headcount (people) and fte at the start
    leaving    leaver rate a year, shape (cells,)
    stay       share still there a period later, shape (cells,)
    retiring   share of leavers who retire, shape (cells,)
    moves      source, target (rows of cells), share (of those who stay, a period), aged, promoted; staying put is among them
    joiners    FTE that join, shape (cells, periods)
    pipeline   FTE that arrive from pipelines, shape (cells, periods)
    people     people on their way in pipelines, shape (cells, periods), spread over ages as FTE are
    scatter    variance of what arrives from pipelines (FTE x FTE), shape (cells, periods): if anybody might arrive, so that it is FTE x FTE
               of a person, and the part of it that is none because no more arrive than are on their way: that x the share that arrives
    """

    scenario: Scenario
    cells: pd.DataFrame
    leaving: Floats
    stay: Floats
    retiring: Floats
    moves: pd.DataFrame
    joiners: Floats
    pipeline: Floats
    people: Floats
    scatter: tuple[Floats, Floats]

    @property
    def rates(self) -> Floats:
        """Return the part of the source of each move that is in its target a period later."""
        return np.asarray(self.stay[self.moves["source"].to_numpy()] * self.moves["share"].to_numpy(), dtype=np.float64)

    def stocks(self) -> Floats:
        """Return FTE of shape (cells, periods 0 to T): what `optimiser.projection.project` makes of the tables, without writing them.

        A country has half a million moves, whose names as text take longer than everything else.
        """
        size, periods = len(self.cells), self.scenario.periods
        ends = (self.moves["target"].to_numpy(), self.moves["source"].to_numpy())
        step = sparse.csr_array((self.rates, ends), shape=(size, size))
        stocks = np.empty((periods + 1, size))
        stocks[0] = self.cells["fte"].to_numpy(dtype="float64")
        for t in range(periods):
            stocks[t + 1] = step @ stocks[t] + self.joiners[:, t] + self.pipeline[:, t]
        return np.ascontiguousarray(stocks.T)

    def tables(self) -> PlanningTables:
        """Write the planning tables: stocks, transitions and inflows, no requirements and no levers."""
        stock = self.cells["stock"].to_numpy()
        source, target = (stock[self.moves[end].to_numpy()] for end in ("source", "target"))
        described = [name for name in CELL if name in self.cells.columns]
        frames = {
            "stocks": self.cells[["stock", *described]].assign(opening=self.cells["fte"], kind="staff"),
            "transitions": pd.DataFrame({"from_stock": source, "to_stock": target, "rate": self.rates}),
            "inflows": _inflows(stock, self.joiners + self.pipeline),
        }
        label, start = self.scenario.period, self.scenario.start
        return PlanningTables.from_frames(Problem(self.scenario.periods, label, start, attributes=("kind", *described)), frames)


def supply_tables(
    cells: pd.DataFrame,
    rates: Rates,
    scenario: Scenario,
    pipelines: pd.DataFrame,
    assumptions: Assumptions,
    bands: Mapping[str, str] | None = None,
) -> PlanningTables:
    """Return the supply forecast as planning tables; arguments as of `parts`."""
    return parts(cells, rates, scenario, pipelines, assumptions, bands).tables()


def parts(
    cells: pd.DataFrame,
    rates: Rates,
    scenario: Scenario,
    pipelines: pd.DataFrame,
    assumptions: Assumptions,
    bands: Mapping[str, str] | None = None,
) -> Parts:
    """Return everything that moves staff.

    `cells` has the columns of CELL, headcount and fte, and may lack role_level, band or both. Nobody is promoted where it lacks
    role_level, nor where the scenario's flows are "committed"; nobody joins then but from pipelines. A promoted person goes to the band
    that most staff of the role level reached are on in the organisation, else to that of `bands` (by role level), else keeps the band.
    `pipelines` is as `pipelines.read` returns it. Raises DataError where a leaver rate is missing.
    """
    described = [name for name in CELL if name in cells.columns]
    arrivals = arriving(pipelines, scenario, assumptions)
    promotion = _promotion(rates, scenario) if "role_level" in described else _promotion(rates, None)
    usual = _usual_bands(cells, bands or {}) if "band" in described else {}
    arrivals = _with_bands(arrivals, usual, bands or {})
    arrivals["any"] = arrivals["fte"] * arrivals["person"]
    arrivals["all"] = arrivals["any"] * arrivals["share"]
    groups, steps = _groups(cells, arrivals, promotion, usual, bands or {}, described)
    size = (len(groups), len(AGES))
    opening, headcount = (_spread(cells, groups, column, described).reshape(size) for column in ("fte", "headcount"))
    ages = rates.joining_ages.set_index("age_band")["share"].reindex(list(AGES)).fillna(0.0).to_numpy(dtype="float64")
    columns = ("in_joiners", "fte", "headcount", "any", "all")
    counted, *arrived = (_arrived(arrivals, groups, scenario.periods, column) for column in columns)
    joiners = _joiners(groups, opening.sum(axis=1), rates, scenario, counted)
    inflow = [amount[:, None, :] * ages[None, :, None] for amount in (joiners, *arrived)]
    flat = [amount.reshape(-1, scenario.periods) for amount in inflow]
    moves = _moves(steps, len(groups), rates, 1 / scenario.periods_per_year)
    lasting = _reached((opening.ravel() > 0) | (flat[0] + flat[1] > 0).any(axis=1), moves)
    everything = groups.loc[groups.index.repeat(len(AGES))].reset_index(drop=True)
    everything["age_band"] = pd.Series(list(AGES) * len(groups), dtype="str")
    everything = everything.assign(
        headcount=np.rint(headcount.ravel()).astype(int), fte=opening.ravel(), stock=_names(everything, described)
    )
    order = everything[lasting].sort_values("stock").index.to_numpy()
    chosen = everything.loc[order, ["stock", *described, "headcount", "fte"]].reset_index(drop=True)
    place = np.full(len(everything), -1, dtype=np.intp)
    place[order] = np.arange(len(order))
    kept = moves[place[moves["source"].to_numpy()] >= 0]
    kept = kept.assign(source=place[kept["source"].to_numpy()], target=place[kept["target"].to_numpy()])
    leaving = _leaving(chosen, rates)
    stays = stay(leaving, 1 / scenario.periods_per_year)
    return Parts(
        scenario,
        chosen,
        leaving,
        stays,
        chosen["age_band"].map(rates.retiring.set_index("age_band")["share"]).fillna(0.0).to_numpy(dtype="float64"),
        kept.sort_values(["source", "target"], ignore_index=True),
        flat[0][order] * _again_within_the_year(stays, scenario.periods_per_year)[:, None],
        flat[1][order],
        flat[2][order],
        (flat[3][order], flat[4][order]),
    )


def multiple(growth: Growth, years: float) -> float:
    """Return a number that grows as a multiple of itself at the start; never below none."""
    return float((1 + growth.rate) ** years) if growth.path == "compound" else max(0.0, 1 + growth.rate * years)


def plan_years(scenario: Scenario) -> Ints:
    """Return which year from the start each period lies in, the first being 1."""
    return np.arange(scenario.periods, dtype=np.intp) // scenario.periods_per_year + 1


def _promotion(rates: Rates, scenario: Scenario | None) -> pd.DataFrame:
    """Return promotions that happen: role_level, to_role_level, rate."""
    rows = rates.promotion[(rates.promotion["rate"] > 0) & (rates.promotion["role_level"] != rates.promotion["to_role_level"])]
    return rows if scenario is not None and scenario.supply.flows == "as before" else rows.iloc[:0]


def _usual_bands(cells: pd.DataFrame, bands: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Return the band that most staff of each organisation and role level are on; of equals that of `bands`, else the first."""
    rows = cells.dropna(subset=["role_level", "band"]).groupby(["organisation", "role_level", "band"])["fte"].sum().reset_index()
    rows["suggested"] = rows["band"] == rows["role_level"].map(dict(bands))
    rows = rows.sort_values(["fte", "suggested", "band"], ascending=[False, False, True])
    rows = rows.drop_duplicates(["organisation", "role_level"])
    return {
        (str(code), str(level)): str(band) for code, level, band in rows[["organisation", "role_level", "band"]].itertuples(index=False)
    }


def _with_bands(arrivals: pd.DataFrame, usual: Mapping[tuple[str, str], str], bands: Mapping[str, str]) -> pd.DataFrame:
    return arrivals.assign(band=arrivals["band"].fillna(_bands(arrivals, usual, bands)).astype("str"))


def _bands(rows: pd.DataFrame, usual: Mapping[tuple[str, str], str], bands: Mapping[str, str]) -> pd.Series:
    """Return the usual band of the role level of each row in its organisation; missing where nobody knows."""
    found = [usual.get((code, level), bands.get(level)) for code, level in rows[["organisation", "role_level"]].itertuples(index=False)]
    return pd.Series(found, index=rows.index, dtype="str")


def _groups(
    cells: pd.DataFrame,
    arrivals: pd.DataFrame,
    promotion: pd.DataFrame,
    usual: Mapping[tuple[str, str], str],
    bands: Mapping[str, str],
    described: list[str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return cells without age, those that promotion leads to included; and the steps between them: source, target, rate (a year)."""
    keys = [name for name in described if name != "age_band"]
    groups = pd.concat([cells[keys], arrivals[keys]]).astype("str").drop_duplicates(ignore_index=True)
    found, steps = groups, []
    while len(found) and len(promotion):
        step = found.reset_index(names="source").merge(promotion, on="role_level")
        reached = step[["organisation", "role_family"]].assign(role_level=step["to_role_level"])
        if "band" in keys:
            reached["band"] = _bands(reached, usual, bands).fillna(step["band"])
        reached = reached[keys].astype("str")
        new = pd.concat([groups, reached]).drop_duplicates(ignore_index=True)
        numbered = new.reset_index(names="target")
        steps.append(step[["source", "rate"]].assign(target=reached.merge(numbered, on=keys, how="left")["target"].to_numpy()))
        found, groups = new.iloc[len(groups) :], new
    columns = ["source", "target", "rate"]
    return groups, pd.concat(steps)[columns] if steps else pd.DataFrame({name: [] for name in columns})


def _spread(cells: pd.DataFrame, groups: pd.DataFrame, column: str, described: list[str]) -> Floats:
    """Return a column of the cells by group and age band, flat."""
    keys = [name for name in described if name != "age_band"]
    place = cells[keys].astype("str").merge(groups.reset_index(names="group"), on=keys, how="left")["group"].to_numpy()
    position = place * len(AGES) + pd.Index(AGES).get_indexer(pd.Index(cells["age_band"]))
    return np.bincount(position.astype(np.intp), cells[column].to_numpy(dtype="float64"), minlength=len(groups) * len(AGES))


def _arrived(arrivals: pd.DataFrame, groups: pd.DataFrame, periods: int, column: str) -> Floats:
    """Return a column of the arrivals by group and period."""
    keys = list(groups.columns)
    place = arrivals[keys].astype("str").merge(groups.reset_index(names="group"), on=keys, how="left")["group"].to_numpy()
    made = np.zeros((len(groups), periods))
    np.add.at(made, (place.astype(np.intp), arrivals["period"].to_numpy(dtype=np.intp) - 1), arrivals[column].to_numpy(dtype="float64"))
    return made


def _joiners(groups: pd.DataFrame, opening: Floats, rates: Rates, scenario: Scenario, counted: Floats) -> Floats:
    """Return who joins by group and period, less those from pipelines whom the estimated rate counts already.

    These are taken off the joiners of the same organisation, role family and year, as far as there are any.
    """
    if scenario.supply.flows == "committed":
        return np.zeros((len(groups), scenario.periods))
    known = rates.joining.fillna({"role_family": NOT_KNOWN}).set_index(_FAMILY)["rate"]
    families = pd.MultiIndex.from_frame(groups[_FAMILY].fillna({"role_family": NOT_KNOWN}))
    rate = known.reindex(families).fillna(0.0).to_numpy(dtype="float64")
    years = plan_years(scenario)
    growth = _growth(groups, scenario)
    joiners = (rate * opening)[:, None] * growth[:, years - 1] / scenario.periods_per_year
    family = families.factorize()[0].astype(np.intp)
    slot = family[:, None] * (int(years.max()) + 1) + years[None, :]
    expected, known_already = (np.bincount(slot.ravel(), amount.ravel()) for amount in (joiners, counted))
    others = np.maximum(expected - known_already, 0.0) / np.where(expected > 0, expected, 1.0)
    return np.asarray(joiners * others[slot], dtype=np.float64)


def _again_within_the_year(stays: Floats, periods: int) -> Floats:
    """Return how many join for each who is still there when the year ends, if as many join in each of its periods, at their ends."""
    return periods / np.sum([stays**later for later in range(periods)], axis=0)


def _growth(groups: pd.DataFrame, scenario: Scenario) -> Floats:
    """Return joiners of each year from the start as a multiple of those at the estimated rate, by group."""
    years = range(1, int(plan_years(scenario).max()) + 1)
    by_family = {name: [multiple(growth, year) for year in years] for name, growth in scenario.supply.joiners.items()}
    return np.array([by_family.get(name, [1.0] * len(years)) for name in groups["role_family"]], dtype="float64").reshape(-1, len(years))


def _moves(steps: pd.DataFrame, size: int, rates: Rates, years: float) -> pd.DataFrame:
    """Return where those who stay go: each step between `size` groups with each step between age bands, staying put being one of both."""
    place = pd.Index(AGES)
    older = pd.DataFrame(
        {
            "source": place.get_indexer(pd.Index(rates.ageing["age_band"])),
            "target": place.get_indexer(pd.Index(rates.ageing["next_age_band"])),
            "share": part(rates.ageing["share"].to_numpy(dtype="float64"), years),
        }
    )
    # Rates to several role levels keep their proportions.
    total = steps.groupby("source")["rate"].transform("sum").to_numpy(dtype="float64")
    share = part(np.minimum(total, 1.0), years) * steps["rate"].to_numpy(dtype="float64") / total
    both = _with_staying(steps.assign(share=share), size).merge(_with_staying(older, len(AGES)), how="cross", suffixes=("", "_age"))
    moves = pd.DataFrame(
        {
            "source": both["source"] * len(AGES) + both["source_age"],
            "target": both["target"] * len(AGES) + both["target_age"],
            "share": both["share"] * both["share_age"],
            "aged": both["source_age"] != both["target_age"],
            "promoted": both["source"] != both["target"],
        }
    )
    return moves[moves["share"] > 0]


def _with_staying(steps: pd.DataFrame, size: int) -> pd.DataFrame:
    """Put beside the steps the share that takes none: source, target, share."""
    columns = ["source", "target", "share"]
    gone = np.bincount(steps["source"].to_numpy(dtype=np.intp), steps["share"].to_numpy(dtype="float64"), minlength=size)
    everybody = np.arange(size)
    rows = pd.DataFrame({"source": everybody, "target": everybody, "share": np.maximum(1.0 - gone, 0.0)})
    return pd.concat([rows, steps[columns].astype({"source": "int64", "target": "int64", "share": "float64"})], ignore_index=True)


def _reached(there: npt.NDArray[np.bool_], moves: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which cells ever hold anybody, given those that do without a move."""
    source, target = moves["source"].to_numpy(), moves["target"].to_numpy()
    while True:
        more = there.copy()
        more[target[there[source]]] = True
        if (more == there).all():
            return there
        there = more


def _names(cells: pd.DataFrame, described: list[str]) -> pd.Series:
    """Name the stocks: staff:ORGANISATION:ROLE_LEVEL:BAND:AGE, with the role family where there are no role levels."""
    told = [name for name in described if name != "role_family" or "role_level" not in described]
    name = pd.Series("staff", index=cells.index, dtype="str")
    for column in told:
        name = name + ":" + cells[column].astype("str").fillna(NOT_KNOWN)
    return name


def _leaving(cells: pd.DataFrame, rates: Rates) -> Floats:
    """Return the leaver rate of each cell; raises DataError where there is none."""
    keys = [*_FAMILY, "age_band"]
    known = rates.leaving.fillna({"role_family": NOT_KNOWN}).set_index(keys)["rate"]
    wanted = cells[keys].fillna({"role_family": NOT_KNOWN})
    rate = known.reindex(pd.MultiIndex.from_frame(wanted)).to_numpy(dtype="float64")
    lacking = wanted[np.isnan(rate)].drop_duplicates()
    if len(lacking):
        found = ", ".join("/".join(row) for row in lacking.head(5).itertuples(index=False))
        action = "Estimate the rates for all organisations, role families and age bands that staff are or come to be in."
        raise DataError([Fault("Leaver rate missing", "rates", column="leaving", found=f"nothing for {found}", action=action)])
    return rate


def _inflows(stock: npt.NDArray[np.object_], amount: Floats) -> pd.DataFrame:
    """Write what arrives: one row for every period, and one for each period that differs from the last."""
    usual = amount[:, -1] if amount.shape[1] else np.zeros(len(stock))
    cell, period = np.nonzero(amount != usual[:, None])
    steady = np.flatnonzero(usual)
    return pd.DataFrame(
        {
            "stock": np.concatenate([stock[steady], stock[cell]]),
            "period": pd.array([None] * len(steady) + (period + 1).tolist(), dtype="Int64"),
            "amount": np.concatenate([usual[steady], amount[cell, period]]),
        }
    )
