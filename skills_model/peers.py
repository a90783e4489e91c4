"""How an organisation compares with like ones: which are like it, what is measured of each, and how far chance alone spreads them.

Nothing here is a ranking: rows are in the order of codes, and everything that is said of the others as a whole (median, quartiles, mean,
control limits) comes from the numbers that the scope may see, so that it tells no more than they do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betainc  # type: ignore[import-untyped]

from skills_model import demand, gap, reference
from skills_model.assumptions import Assumptions
from skills_model.cuts import protected, with_shares
from skills_model.errors import Fault, ScenarioError
from skills_model.organisations import known, organisations, protection
from skills_model.privacy import HIDDEN, Scope, numbers
from skills_model.rows import nearest
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply import forecast
from skills_model.supply.model import Rates
from skills_model.supply.rates import estimate, in_years

type Basis = Literal["all staff", "posts"]
type Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """Something that is measured of each organisation: a share of `part` in `whole`, or a value of its own where these are empty.

    Where `chance` is set, `whole` counts people or posts that each are in the part or not, so that chance alone spreads small places wider.
    A `signed` part may be below none.
    """

    id: str
    part: str = ""
    whole: str = ""
    chance: bool = False
    signed: bool = False


MEASURES = {
    measure.id: measure
    for measure in (
        Measure("staff_share", "fte", "all_staff_fte"),
        Measure("vacancy_share", "vacancy_fte", "posts", chance=True),
        Measure("coverage", "met", "required_fte"),
        Measure("temporary_share", "temporary_fte", "filled_fte"),
        Measure("older_share", "older", "aged", chance=True),
        Measure("leaver_rate", "leavers", "exposure", chance=True),
        Measure("joiner_rate", "joiners", "exposure"),
        Measure("maturity"),
        Measure("staff_change"),
        Measure("gap_share", "gap", "demand", signed=True),
    )
}
LIMITS = {"low_998": 0.001, "low_95": 0.025, "high_95": 0.975, "high_998": 0.999}
"""Control limits by the probability of a value below them: two hold 95% of places that only chance parts, two 99.8%."""
POINTS = 60  # numbers of people at which a funnel is drawn
_COUNTS = ("fte", "posts", "vacancy_fte", "all_staff_fte", "temporary_fte", "filled_fte", "older", "aged", "leavers", "joiners", "exposure")
_SHARES = {name: (measure.part, measure.whole) for name, measure in MEASURES.items() if measure.part in _COUNTS}
_POOLED = {name: (measure.part, measure.whole) for name, measure in MEASURES.items() if measure.chance}
_COVERAGE = ["required_fte", "met", "coverage_low", "coverage", "coverage_high"]


@dataclass(frozen=True)
class Peers:
    """Organisations that are like one, in the order of their codes.

    `basis` is what sizes are: FTE of all staff or of posts planned for here; `ratio` how many times larger or smaller they may be, None for
    any size; `widened` tells that the usual rule found fewer than `least`, `enough` that the widened one did not.
    """

    organisation: str
    organisation_type: str
    codes: tuple[str, ...]
    basis: Basis
    size: float | None
    same_type: bool
    ratio: float | None
    widened: bool
    least: int

    @property
    def enough(self) -> bool:
        """Tell whether there are as many as are looked for."""
        return len(self.codes) >= self.least


@dataclass(frozen=True, eq=False)
class Funnel:
    """Shares by number of people, with the limits within which chance alone would leave them around the peers' mean.

    points  organisation, people, share and the columns of LIMITS at that number of people
    limits  people and the columns of LIMITS, for drawing
    """

    measure: Measure
    mean: float
    points: pd.DataFrame
    limits: pd.DataFrame


def peers(store: Store, scope: Scope, organisation: str, assumptions: Assumptions | None = None) -> Peers:
    """Find the organisations like one: of its type and near it in size, wider where too few are; those with staff in the store only.

    Size is FTE of all staff where it is known, as published, of the organisation and enough others of its type, or else its posts, as the
    scope may see them. Raises DataError for an unknown organisation, ScopeError for one out of reach.
    """
    known(store, scope, [organisation])
    numbers_used = assumptions or Assumptions.of(store, scope)
    least, usual = int(numbers_used.value("peer_least")), numbers_used.value("peer_size_ratio")
    places = organisations(store, scope, numbers_used).set_index("code").sort_index()
    everywhere = all_staff(store, scope)
    places["all staff"] = everywhere["all_staff_fte"].reindex(places.index)
    places["posts"] = numbers(places["posts"])
    own = places.loc[organisation]
    others = places[(places["headcount"] != 0) & (places.index != organisation)]
    like = others["type"] == own["type"]
    told = pd.notna(own["all staff"]) and int(others.loc[like, "all staff"].notna().sum()) >= least
    basis: Basis = "all staff" if told else "posts"
    sized = round(float(places[basis].fillna(0.0)[organisation]), 6)
    size = sized if sized > 0 else None
    steps = [(same, ratio) for same in (True, False) for ratio in (usual, usual**2, None) if size is not None or ratio is None]
    for same_type, ratio in steps:
        kept = others[like] if same_type else others
        if ratio is not None and size is not None:
            kept = kept[kept[basis].between(size / ratio, size * ratio)]
        if len(kept) >= least:
            break
    codes = tuple(str(code) for code in kept.index)
    return Peers(organisation, str(own["type"]), codes, basis, size, same_type, ratio, (same_type, ratio) != (True, usual), least)


def all_staff(store: Store, scope: Scope) -> pd.DataFrame:
    """Return FTE of all staff by organisation in reach: all_staff_fte, all_staff_source; the latest counts taken in, else the published list."""
    counts = store.query("latest_staff_count", scope.reach()).groupby("organisation")["fte"].sum()
    listed = reference.table("trusts").set_index("organisation")
    published = listed["fte"].dropna()
    rest = published[[scope.sees(str(code)) and code not in counts.index for code in published.index]]
    source = ["staff counts taken in"] * len(counts) + [f"{listed.loc[code, 'source']}" for code in rest.index]
    return pd.DataFrame(
        {"all_staff_fte": pd.concat([counts, rest]).astype("float64"), "all_staff_source": pd.Series(source, dtype="str").to_numpy()}
    )


def measured(store: Store, scope: Scope, codes: Sequence[str], assumptions: Assumptions | None = None) -> pd.DataFrame:
    """Return what is measured of each organisation, in the order of codes: a row each.

    Columns: organisation, exact (whether the scope sees it exactly), headcount, the parts and wholes of MEASURES (people, FTE; of coverage
    FTE x skills), coverage_low and coverage_high, and the measures as shares. What is not known is blank; others' numbers are protected. The
    share of older people is hidden where few people's ages are known, even of one's own. Raises DataError, ScopeError.
    """
    area = known(store, scope, codes) or []
    numbers_used = assumptions or Assumptions.of(store, scope)
    exact = with_shares(_counted(store, scope, area, numbers_used), _SHARES)
    behind = {"older": ("younger",), "aged": ("younger",), "leavers": ("stayed",)}
    shown = protected(exact, scope, ["organisation"], area, numbers_used, counts=_COUNTS, values=[], shares=_SHARES, behind=behind)
    shown = _few_ages(shown.drop(columns=["younger", "stayed"]), exact["aged"], protection(numbers_used)[0])
    covered = gap.gaps(store, scope, ["organisation"], area, numbers_used)[["organisation", *_COVERAGE]]
    told = shown.merge(covered, on="organisation", how="left")
    seen = told["organisation"].map(scope.sees_exactly).astype(bool)
    return told.assign(exact=seen).sort_values("organisation", ignore_index=True)


def pooled(store: Store, scope: Scope, codes: Sequence[str], assumptions: Assumptions | None = None) -> pd.DataFrame:
    """Return the measures that are shares of what organisations have in all: measure, part, whole, share; protected as a sum.

    A sum over places, some of whose parts are too small to show, is better known than the sum of those that are shown.
    """
    area = known(store, scope, codes) or []
    numbers_used = assumptions or Assumptions.of(store, scope)

    def total(chosen: list[str]) -> pd.DataFrame:
        counted = _counted(store, scope, chosen, numbers_used)
        sums = {name: counted.loc[counted[list(pair)].notna().all(axis=1), list(pair)].sum() for name, pair in _POOLED.items()}
        parts = {f"{name} {column}": sums[name][column] for name, pair in _POOLED.items() for column in pair}
        return pd.DataFrame([{"headcount": counted["headcount"].sum(), **parts}])

    exact = total(area)
    counts = [name for name in exact.columns if name != "headcount"]
    shown = protected(exact, scope, [], area, numbers_used, counts=counts, own=total).iloc[0]
    rows = pd.DataFrame(
        [(name, shown[f"{name} {part}"], shown[f"{name} {whole}"]) for name, (part, whole) in _POOLED.items()],
        columns=["measure", "part", "whole"],
    )
    return rows.assign(share=numbers(rows["part"]) / numbers(rows["whole"]).where(numbers(rows["whole"]) > 0))


@dataclass(frozen=True, eq=False)
class Projected:
    """What is projected of organisations under a scenario, protected: `last` is the financial year at whose end, from the end of `first`.

    measured  organisation, start and end (FTE of staff), demand, gap (FTE of posts), staff_change, gap_share (may be below none)
    paths     organisation, role_family (missing: not mapped), year, start (FTE), index (staff as a multiple of those at the start)
    """

    scenario: Scenario
    first: str
    last: str
    measured: pd.DataFrame
    paths: pd.DataFrame


def projected(
    store: Store,
    scope: Scope,
    codes: Sequence[str],
    scenario: Scenario,
    assumptions: Assumptions,
    progress: Callable[[float], None] = lambda _: None,
) -> Projected:
    """Project staff and posts of organisations along the central path of a scenario, whose own values `assumptions` hold.

    What is said of how others' staff change is worked out from what is shown of them at both ends, so that it tells no more, and is hidden
    where either end is. A gap is protected as the number of posts that it is. `progress` hears the share done. Raises what the forecast and
    demand raise.
    """
    area = known(store, scope, codes) or []
    rates = estimate(store, scope, area, assumptions)
    progress(0.55)
    followed = partial(_followed, store, scope, scenario, area, assumptions, rates)
    whole, grown = followed(["organisation", "year"])
    progress(0.75)
    first, last = str(whole["year"].min()), str(whole["year"].max())
    ends = whole[whole["year"] == last].set_index("organisation")
    found = demand.facts(store, scope, area, scenario, assumptions)
    ends["demand"] = demand.needed_from(found, scenario).groupby("organisation")[scenario.periods].sum().reindex(ends.index)
    ends["gap"] = ends["demand"] - ends["end"]
    needed, staff = demand.magnified(found, scenario, scope)["demand"].iloc[-1], grown.iloc[-1]
    weights = {"end": staff, "demand": needed, "gap": max(staff, needed)}
    shares = {"gap_share": ("gap", "demand")}
    exact = with_shares(ends.reset_index(), shares)[["organisation", "headcount", *weights, "start", "gap_share"]]
    shown = protected(exact, scope, ["organisation"], area, assumptions, counts=["start", *weights], shares=shares, magnified=weights)
    progress(0.85)
    paths, grown = followed(["organisation", "role_family", "year"])
    kept = paths[["organisation", "role_family", "year", "headcount", "start", "end"]]
    each = {"end": paths["year"].map(grown).to_numpy(dtype="float64")}
    drawn = protected(kept, scope, ["organisation"], area, assumptions, counts=["start", "end"], magnified=each)
    measures = ["organisation", "start", "end", "demand", "gap", "staff_change", "gap_share"]
    return Projected(
        scenario,
        first,
        last,
        shown.assign(staff_change=_multiple(shown, 1.0))[measures],
        drawn.assign(index=_multiple(drawn))[["organisation", "role_family", "year", "start", "index"]],
    )


def _followed(
    store: Store, scope: Scope, scenario: Scenario, area: list[str], assumptions: Assumptions, rates: Rates, by: list[str]
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the central path by cuts, exact, with staff at its beginning as `start`; and how much one FTE comes to at most, by year."""
    path = forecast.central(store, scope, by, scenario, area, assumptions, rates)
    rows = forecast.rows(path, by)
    start = rows.groupby([name for name in by if name != "year"], dropna=False)["end"].transform("first")
    return rows.assign(start=start), forecast.magnified(path.parts, scope, by)["end"]


def _multiple(shown: pd.DataFrame, less: float = 0.0) -> pd.Series:
    """Return the end as a multiple of the start, less a number: from what is shown of both, `*` where either is hidden."""
    start, end = numbers(shown["start"]), numbers(shown["end"])
    value = (end / start.where(start > 0) - less).round(9)
    hidden = (shown[["start", "end"]].astype("object") == HIDDEN).any(axis=1)
    return value.astype("object").mask(hidden, HIDDEN) if hidden.any() else value


def paths_beside(paths: pd.DataFrame, organisation: str, assumptions: Assumptions) -> pd.DataFrame:
    """Put the paths of an organisation's role families beside those of its peers: a row a role family and year.

    Columns: role_family, year, start (FTE here), own, lower, median, upper, known. Quartiles are those of the others who are known, blank
    where these are fewer than the assumption asks for.
    """
    mine = paths["organisation"] == organisation
    keys = ["role_family", "year"]
    values = paths[~mine].assign(index=numbers(paths.loc[~mine, "index"])).groupby(keys, dropna=False)["index"]
    told = values.agg(lower=lambda row: row.quantile(0.25), median="median", upper=lambda row: row.quantile(0.75), known="count")
    told[["lower", "median", "upper"]] = told[["lower", "median", "upper"]].where(told["known"] >= assumptions.value("peer_values_least"))
    own = paths.loc[mine, keys].assign(start=numbers(paths.loc[mine, "start"]), own=numbers(paths.loc[mine, "index"]))
    own = own[own["start"] > 0]
    return own.merge(told.reset_index(), on=keys, how="left").assign(known=lambda rows: rows["known"].fillna(0).astype("int64"))


def measure_of(name: str) -> Measure:
    """Return a measure by its id; raises ScenarioError where there is none."""
    if name not in MEASURES:
        allowed = ", ".join(MEASURES) + nearest(name, list(MEASURES))
        raise ScenarioError([Fault("Unknown measure", "--measure", found=f"'{name}'", allowed=allowed, action="Correct the measure.")])
    return MEASURES[name]


def beside(frame: pd.DataFrame, organisation: str, assumptions: Assumptions) -> pd.DataFrame:
    """Put each measure of an organisation beside its peers: a row a measure of the frame of `measured`.

    Columns: measure, own, lower, median_low, median_high, upper, shown, small, missing. `shown` is how many of the others can be seen,
    `small` how many have too small a part to show, `missing` those of which nothing may be said or is known. A part that is too small lies
    between none and the threshold, so the median lies between two ends, and quartiles are given by their outer ends; all are blank where
    fewer others are known than the assumption asks for.
    """
    least, threshold = assumptions.value("peer_values_least"), protection(assumptions)[0]
    mine = frame["organisation"] == organisation
    rows = []
    for name, measure in MEASURES.items():
        if name not in frame:
            continue
        others = frame[~mine]
        low, high = _ends(others, measure, threshold)
        shown = int(numbers(others[name]).notna().sum())
        told = len(low) >= least
        rows.append(
            {
                "measure": name,
                "own": frame.loc[mine, name].iloc[0],
                "lower": low.quantile(0.25) if told else np.nan,
                "median_low": low.median() if told else np.nan,
                "median_high": high.median() if told else np.nan,
                "upper": high.quantile(0.75) if told else np.nan,
                "shown": shown,
                "small": len(low) - shown,
                "missing": len(others) - len(low),
            }
        )
    return pd.DataFrame(rows).round(9)


def funnel(frame: pd.DataFrame, organisation: str, measure: Measure, mean: float, assumptions: Assumptions) -> Funnel | None:
    """Put the shares of a measure beside what chance alone would leave around `mean`, that of the peers as a whole.

    None where chance does not apply to the measure, fewer others are shown than the assumption asks for, or the mean is none or all.
    """
    if not measure.chance or measure.id not in frame or not 0 < mean < 1:
        return None
    counts = pd.DataFrame(
        {"organisation": frame["organisation"], "people": numbers(frame[measure.whole]).round(), "share": numbers(frame[measure.id])}
    ).dropna()
    points = counts[counts["people"] >= 1].reset_index(drop=True)
    if (points["organisation"] != organisation).sum() < assumptions.value("peer_values_least"):
        return None
    drawn = np.unique(np.geomspace(points["people"].min(), points["people"].max(), POINTS).round())
    return Funnel(
        measure,
        mean,
        pd.concat([points, control_limits(mean, points["people"].to_numpy())], axis=1),
        pd.concat([pd.DataFrame({"people": drawn}), control_limits(mean, drawn)], axis=1),
    )


def control_limits(mean: float, people: Floats) -> pd.DataFrame:
    """Return the exact binomial limits of a share around a mean, by number of people: the columns of LIMITS.

    With R binomial of n people and the mean, and r the smallest number with P(R <= r) > p, a lower limit is (r - a) / n, where
    a = (P(R <= r) - p) / P(R = r) makes it smooth (Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in
    Medicine 24, 2005, appendix A.1.1). An upper one is the lower one of the people who are not in the part, since his own may leave out
    more places than it says; so at least 95% and 99.8% of places that only chance parts lie on or within these limits.
    """
    found = {
        name: [_low(mean, int(n), p) if p < 0.5 else 1.0 - _low(1.0 - mean, int(n), 1.0 - p) for n in people] for name, p in LIMITS.items()
    }
    return pd.DataFrame(found)


def _low(mean: float, people: int, probability: float) -> float:
    fewer = np.arange(people)
    below = np.append(betainc(people - fewer, fewer + 1.0, 1.0 - mean), 1.0)
    r = int(np.searchsorted(below, probability, side="right"))
    here = below[r] - (below[r - 1] if r else 0.0)
    return float(max(0.0, (r - (below[r] - probability) / here) / people))


def _counted(store: Store, scope: Scope, codes: Sequence[str], assumptions: Assumptions) -> pd.DataFrame:
    """Return what shares are made of, exact, in the order of codes; blank where nothing is known."""
    reach, asked = scope.reach(), {"organisations": list(codes)}
    frame = store.query("organisations", reach, **asked).set_index("code").sort_index()[["headcount", "fte", "posts", "vacancy_fte"]]
    posts = store.query("establishment_by_group", reach, **asked)
    temporary = posts.assign(temporary_fte=posts["bank_fte"] + posts["agency_fte"]).groupby("organisation")["temporary_fte"].sum()
    ages = store.query("staff_ages", reach, **asked).set_index("organisation")
    frame = frame.join(temporary).join(ages)
    # Without an establishment nobody knows of vacancies: that is not none.
    frame[["posts", "vacancy_fte"]] = frame[["posts", "vacancy_fte"]].where(frame["temporary_fte"].notna())
    frame["filled_fte"] = frame["fte"] + frame["temporary_fte"]
    frame["younger"] = frame["aged"] - frame["older"]
    frame = frame.join(_turnover(store, reach, list(codes), assumptions.value("history_change_most")))
    frame["all_staff_fte"] = all_staff(store, scope)["all_staff_fte"].reindex(frame.index)
    frame["maturity"] = store.query("maturity", reach, **asked).set_index("organisation")["maturity"].reindex(frame.index)
    return frame.reset_index(names="organisation")


def _turnover(store: Store, reach: Scope, codes: list[str], most: float) -> pd.DataFrame:
    """Return who left and joined between the last two dates, and person-years of those there at the first: leavers, joiners, exposure, stayed.

    Blank, as in rates, where more than `most` seem to leave or to be new in a year: that is another list.
    """
    rows = store.query("turnover", reach, organisations=codes).set_index("organisation")
    years = in_years(np.asarray((rows["as_at"] - rows["from_date"]).dt.days, dtype=np.float64))
    stayed = rows["there"] - rows["leavers"]
    allowed = 1 - (1 - most) ** years
    usual = (rows["there"] > 0) & (rows["leavers"] <= allowed * rows["there"]) & (rows["joiners"] <= allowed * (stayed + rows["joiners"]))
    frame = rows[["leavers", "joiners"]].astype("float64").assign(exposure=(rows["there"] * years).round(6), stayed=stayed)
    return frame.where(usual)


def _ends(others: pd.DataFrame, measure: Measure, threshold: float) -> tuple[pd.Series, pd.Series]:
    """Return the low and high ends of a measure of those of whom something may be said."""
    value = numbers(others[measure.id])
    if not measure.part:
        return value.dropna(), value.dropna()
    whole = numbers(others[measure.whole])
    small = (others[measure.part].astype("object") == HIDDEN) & (whole > 0)
    most = (threshold / whole).clip(upper=1.0)
    return value.mask(small, -most if measure.signed else 0.0).dropna(), value.mask(small, most).dropna()


def _few_ages(shown: pd.DataFrame, aged: pd.Series, threshold: float) -> pd.DataFrame:
    """Hide how many are older where so few people's ages are known that it would tell of single people, from their own organisation too."""
    few = (aged > 0) & (aged < threshold)
    if not few.any():
        return shown
    hidden = {name: shown[name].astype("object").mask(few, HIDDEN) for name in ("aged", "older", "older_share")}
    return shown.assign(**hidden)
