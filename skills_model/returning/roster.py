"""Who counts by what, who is missing, and the bridge from all of it to the totals that were published for England."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from skills_model import reference
from skills_model.area import Area, places
from skills_model.assumptions import Assumptions
from skills_model.cuts import protected
from skills_model.organisations import protection
from skills_model.privacy import HIDDEN, Scope, numbers, protect
from skills_model.returning.imputation import Imputed, imputed
from skills_model.store import Store

LISTED, RETURNED, IMPUTED, MISSING = "staff list", "return", "imputed", "nothing"
COUNTS = (LISTED, RETURNED, IMPUTED, MISSING)
"""By what an organisation counts; the last has no staff list, no return and no published size, so that it does not count."""
ROSTER = (
    "organisation", "name", "organisation_type", "region", "region_name", "icb", "icb_name", "counts", "as_at", "headcount", "fte", "low",
    "high", "signed_off_on", "signed_off_by", "agreement",
)  # fmt: skip
SERIES_YEAR = 2020
"""The year that the published total is of."""

_WORKFORCE, _LOW, _HIGH = "digital_informatics_workforce", "informatics_workforce_low", "informatics_workforce_high"


class Step(NamedTuple):
    """A step of the bridge, in FTE; `organisations` is blank where it is about none in particular."""

    step: str
    label: str
    organisations: int | None
    fte: float
    low: float
    high: float
    source: str


BRIDGE = Step._fields


@dataclass(frozen=True, eq=False)
class Returns:
    """Who has returned in an area, and what it comes to.

    roster  ROSTER, one row an organisation in the store or on the published list
    bridge  BRIDGE: from the sum of its parts to the published total, FTE, where the area is England; each step with its source
    """

    area: Area
    as_at: dt.date
    roster: pd.DataFrame
    bridge: pd.DataFrame
    imputed: Imputed


def day(store: Store, scope: Scope) -> dt.date:
    """Return the day whose hierarchy counts where nobody names one: that of the newest staff list or return, else of the newest change."""
    last = store.query("data_state", scope.reach())["as_at_last"].iloc[0]
    return pd.Timestamp(str(reference.table("organisation_hierarchy")["valid_from"].max()) if pd.isna(last) else last).date()


def returns(
    store: Store,
    scope: Scope,
    area: Area,
    as_at: dt.date | None = None,
    assumptions: Assumptions | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> Returns:
    """Say who counts by what in an area, as it was on a day, with the bridge to the published totals.

    Numbers of organisations outside the user's own are protected, and so are sums in which they stand. `progress` hears the share done. Raises
    DataError for an area that neither the store nor the published list knows.
    """
    asked = assumptions or Assumptions.of(store, scope)
    when = as_at or day(store, scope)
    progress(0.1)
    filled = imputed(store, scope, area, when, asked)
    progress(0.4)
    counted = _counted(store, scope, area, when, filled)
    progress(0.9)
    shown = _protected(counted, scope, asked)
    others = filled.organisations.assign(counts=np.where(filled.organisations["fte"].notna(), IMPUTED, MISSING))
    silent = (shown["counts"] == MISSING) & shown["organisation"].isin(others["organisation"])
    everybody = pd.concat([shown[~silent], others], ignore_index=True).reindex(columns=list(ROSTER))
    place = everybody["counts"].map({name: number for number, name in enumerate(COUNTS)})
    listed = everybody.assign(place=place).sort_values(["place", "organisation"], ignore_index=True)[list(ROSTER)]
    return Returns(area, when, listed, bridge(scope, counted, filled, area, asked), filled)


def _counted(store: Store, scope: Scope, area: Area, as_at: dt.date, filled: Imputed) -> pd.DataFrame:
    """Return the stored organisations of an area with what they count by, exact: whoever calls this protects what comes of it."""
    everywhere = places(store, scope, as_at)
    empty = len(filled.organisations) > 0 and not area.holds(everywhere).any()
    codes = [] if empty else area.codes(store, scope, as_at)
    rows = everywhere[everywhere["organisation"].isin(codes)]
    reach = scope.reach()
    cells = store.query("supply_staff", reach, organisations=codes).groupby("organisation")[["headcount", "fte"]].sum()
    share = store.query("mapped_share", reach, organisations=codes).set_index("organisation")
    said = store.query("returns", reach, organisations=codes)
    said = said[said["counts"]].set_index("organisation")[["signed_off_on", "signed_off_by", "agreement"]]
    by = rows["organisation"].map(lambda code: RETURNED if code in said.index else LISTED if code in share.index else MISSING)
    told = rows.assign(counts=by.astype("str")).join(share[["as_at", "headcount", "outside_fte"]], on="organisation")
    told = told.join(cells.rename(columns={"headcount": "in_cells"}), on="organisation").join(said, on="organisation")
    # Of a list of everybody those count who may be informatics staff; how many people those are is known by their posts.
    told["headcount"] = told["headcount"].where(told["outside_fte"] == 0, told["in_cells"]).astype("float64")
    dates = {name: told[name].dt.strftime("%Y-%m-%d") for name in ("as_at", "signed_off_on")}
    return told.assign(**dates, fte=told["fte"].astype("float64").round(6)).drop(columns=["in_cells", "outside_fte"])


def _protected(counted: pd.DataFrame, scope: Scope, asked: Assumptions) -> pd.DataFrame:
    hidden = ~counted["organisation"].map(scope.sees_exactly).astype(bool)
    if not hidden.any():
        return counted.assign(low=counted["fte"], high=counted["fte"])
    threshold, base = protection(asked)
    shown = protect(counted, ["fte"], "headcount", threshold=threshold, base=base, rows=hidden)
    return shown.assign(low=shown["fte"], high=shown["fte"])


# The bridge


def bridge(scope: Scope, counted: pd.DataFrame, filled: Imputed, area: Area, asked: Assumptions) -> pd.DataFrame:
    """Return the steps from what is counted to the published total; `counted` is exact, with organisation, counts, headcount and fte."""
    parts = _parts(counted, scope, asked)
    lists, signed = (int(parts.loc[parts["counts"] == name, "organisations"].iloc[0]) for name in (LISTED, RETURNED))
    own = [
        _step(LISTED, "Own staff lists", parts, "staff lists in the store"),
        _step(RETURNED, "Signed-off returns", parts, "returns in the store"),
    ]
    total, low, high = filled.between()
    trusts = int(filled.organisations["fte"].notna().sum())
    share = asked["informatics_share"]
    source = filled.why_not or f"published staff of trusts (data/reference/trusts.csv) x informatics_share; {share.source}"
    own.append(Step(IMPUTED, "Imputed for trusts that have sent nothing", trusts, total, low, high, source))
    sums = [round(sum(amounts), 6) for amounts in ([s.fte for s in own], [s.low for s in own], [s.high for s in own])]
    steps = [*own, Step("sum", "Sum", lists + signed + trusts, sums[0], sums[1], sums[2], "the steps above")]
    if area.kind == "england":
        steps += _to_published(sums, filled)
    return pd.DataFrame(steps, columns=list(BRIDGE))


def _parts(counted: pd.DataFrame, scope: Scope, asked: Assumptions) -> pd.DataFrame:
    """Return headcount and FTE by what organisations count by, protected where the scope does not see all of them exactly."""
    codes = counted["organisation"].tolist()

    def found(some: Sequence[str]) -> pd.DataFrame:
        rows = counted[counted["organisation"].isin(some)]
        sums = rows.groupby("counts")[["headcount", "fte"]].sum().reindex([LISTED, RETURNED], fill_value=0.0)
        return sums.round(6).rename_axis("counts").reset_index()

    shown = protected(found(codes), scope, ["counts"], codes, asked, counts=["fte"], own=found)
    return shown.assign(organisations=[int((counted["counts"] == name).sum()) for name in shown["counts"]])


def _step(name: str, label: str, parts: pd.DataFrame, source: str) -> Step:
    row = parts[parts["counts"] == name]
    fte = float(numbers(row["fte"]).iloc[0])
    hidden = "; too few people to be shown" if str(row["fte"].iloc[0]) == HIDDEN else ""
    return Step(name, label, int(row["organisations"].iloc[0]), fte, fte, fte, source + hidden)


def _to_published(sums: Sequence[float], filled: Imputed) -> list[Step]:
    """Go on to the published total: to the size of all staff in its year, and by what remains unexplained."""
    figures = reference.table("published_figures").drop_duplicates("figure").set_index("figure")
    value, source = figures["value"], figures["source"]
    now = reference.table("trusts")["fte_on"].dropna().max()
    # Invented organisations were given the size of the published year.
    ratio = 1.0 if filled.why_not else _all_staff(f"{SERIES_YEAR}-12-31") / _all_staff(str(now))
    then = sorted(round(amount * (ratio - 1), 6) for amount in sums)
    why = "invented organisations are sized to that year" if filled.why_not else "data/reference/infrastructure_support_series.csv, all staff"
    total = float(value[_WORKFORCE])
    rest = [round(total - sums[place] * ratio, 6) for place in (0, 2, 1)]
    explained = "bodies that are no trusts, other definitions, and error; nothing was adjusted to make it small"
    told = f"{source[_WORKFORCE]}; range: {source[_LOW]}"
    return [
        Step("growth", f"All staff grew since {SERIES_YEAR}", None, round(sums[0] * (ratio - 1), 6), then[0], then[-1], why),
        Step("rest", "Not explained", None, rest[0], rest[1], rest[2], explained),
        Step("published", f"Published for England, {SERIES_YEAR}", None, total, float(value[_LOW]), float(value[_HIGH]), told),
    ]


def _all_staff(day: str) -> float:
    """Return the FTE of all staff on a day, on the straight line between two months of the published series, or at its nearest end."""
    series = reference.table("infrastructure_support_series").sort_values("month")
    days = pd.to_datetime(series["month"] + "-28").map(pd.Timestamp.toordinal)
    return float(np.interp(pd.Timestamp(day).toordinal(), days, series["total_fte"]))
