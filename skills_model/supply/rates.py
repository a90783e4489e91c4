"""Rates of leaving, joining and moving up: from the store's own history as far as it carries, from the assumptions beyond.

England is everybody whom the scope sees exactly. Its rates are estimated first, then how far a role family differs from them, then how
far an organisation does from its role families. At each step, with what is expected of the group as the prior,

    rate = (seen + m * prior) / (exposure + m)        m = prior * (1 - prior) / variance - 1

and exposure / (exposure + m) is the weight of history. The variance of England's rates is that of the assumption's range; of a role
family or an organisation it is the square of an assumed spread times the prior.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumption, Assumptions
from skills_model.privacy import Scope
from skills_model.store import Store
from skills_model.supply.model import AGES, TENTH, ActsOn, Factor, Floats, Rates
from skills_model.supply.shrinkage import Exposure, Level, divided, ends, prior_weight, shrunk

WHAT = ("leaver rate", "joiner rate", "promotion rate", "retiring share", "ageing share", "joiner age share")
ESTIMATES = (
    "what", "organisation", "role_family", "age_band", "role_level", "to_role_level",
    "value", "low", "high", "observed", "exposure", "weight", "source",
)  # fmt: skip
UNMAPPED = "not mapped"
"""Stands for the missing role family of staff whose job title nobody has mapped: in `estimates` a missing one means all."""

_SPAN = ["organisation", "from_date", "as_at", "years"]
_DAYS_A_YEAR = 365.25


def estimate(store: Store, scope: Scope, codes: Sequence[str], assumptions: Assumptions, *, until: dt.date | None = None) -> Rates:
    """Estimate the rates of some organisations, with the history up to a day where one is given.

    A leaver rate divides leavers by the average staff of those there at the start, so that after t years exp(-rate * t) of them stay, and
    what is projected over a span of the history is what was seen in it. Joiners are those still in post at the end of their year. Only
    organisations that the scope sees exactly count as history; any other has the rates of England. A value that differs from the stored
    assumptions, as a scenario sets it, is taken as it stands, everywhere and without history. Coming years have these rates times
    `leaver_rate_years` and `joiner_rate_years`.
    """
    history = _read(store, scope, assumptions, until)
    said = _Said(assumptions, Assumptions.of(store, scope), history)
    levels = store.query("role_levels", scope)
    families = [*sorted(levels["role_family"].unique()), UNMAPPED]
    leaving = _leaving(history, said)
    joining = _joining(history, said, leaving)
    promotion = _promotion(history, said, levels)
    retiring, ageing = _shares(said, "retiring share", "retiring_share"), _shares(said, "ageing share", "ageing_share")
    ages = _joining_ages(history, said)
    return Rates(
        leaving=_leaving_rates(leaving, codes, families),
        retiring=_named(retiring, "age_band", share="value"),
        ageing=_named(ageing.assign(next_age_band=ageing["age_band"].map(_NEXT)), "age_band", "next_age_band", share="value"),
        promotion=_named(promotion, "role_level", "to_role_level", rate="value"),
        joining=_joining_rates(joining, codes, families),
        joining_ages=_named(ages, "age_band", share="value"),
        estimates=_estimates([leaving.told(codes), joining.told(codes), promotion, retiring, ageing, ages]),
        factors=_factors(said, codes, leaving, joining, promotion, ageing),
    )


_NEXT = dict(pairwise(AGES[:-1]))


# History


@dataclass(frozen=True, eq=False)
class _History:
    """What happened: `flows` as known_flows.sql with years, a missing role family named; `spans` that count and those left out."""

    flows: pd.DataFrame
    spans: pd.DataFrame
    left_out: int

    @property
    def words(self) -> str:
        """Say what the history is."""
        if self.spans.empty:
            return ""
        several = self.spans["organisation"].nunique()
        whose = f"{several:,} organisations" if several > 1 else str(self.spans["organisation"].iloc[0])
        sources = "staff lists and returns" if self.spans["returned"].any() else "staff lists"
        out = f" ({self.left_out} spans left out: too many came or went)" if self.left_out else ""
        return f"{sources} of {whose}, {self.spans['from_date'].min():%Y-%m-%d} to {self.spans['as_at'].max():%Y-%m-%d}{out}"

    def of(self, flow: str, by: Sequence[str]) -> pd.Series[float]:
        """Return the FTE of a flow by columns."""
        rows = self.flows[self.flows["flow"] == flow]
        return rows.groupby(list(by))["fte"].sum()


def _read(store: Store, scope: Scope, assumptions: Assumptions, until: dt.date | None) -> _History:
    """Read what happened in the organisations that the scope sees exactly; a public result rests on no history of anybody."""
    none: list[str] | None = [] if scope.audience == "public" else None
    flows = store.query("known_flows", scope, organisations=none, until=until)
    days = np.asarray((flows["as_at"] - flows["from_date"]).dt.days, dtype=np.float64)
    flows = flows.assign(years=in_years(days), **{name: flows[name].fillna(UNMAPPED) for name in ("role_family", "to_role_family")})
    counted = flows.pivot_table(index=[*_SPAN, "returned"], columns="flow", values="fte", aggfunc="sum", observed=True)
    counted = counted.reindex(columns=["start", "left", "joined"], fill_value=0.0).fillna(0.0).reset_index()
    most = 1 - (1 - assumptions.value("history_change_most")) ** counted["years"]
    end = counted["start"] - counted["left"] + counted["joined"]
    odd = (counted["left"] > most * counted["start"]) | (counted["joined"] > most * end)
    spans = counted.loc[~odd, [*_SPAN, "returned"]]
    return _History(flows.merge(spans[_SPAN], on=_SPAN), spans, int(odd.sum()))


def in_years(days: Floats) -> Floats:
    """Return days in years; a day more or less than whole years is the calendar's."""
    whole = np.round(days / _DAYS_A_YEAR)
    return np.where((whole > 0) & (np.abs(days - whole * _DAYS_A_YEAR) <= 1), whole, days / _DAYS_A_YEAR)


# Assumptions


@dataclass(frozen=True, eq=False)
class _Said:
    """What the assumptions say, and which of them a scenario has set."""

    assumptions: Assumptions
    stored: Assumptions
    history: _History

    @property
    def carried(self) -> float:
        """Return how far history counts."""
        return self.assumptions.value("history_weight")

    def is_set(self, name: str) -> bool:
        """Tell whether a scenario has set a value, which then stands as it is."""
        return self.assumptions[name].value != self.stored[name].value

    def source(self, name: str, weight: float) -> str:
        """Say in words where a number is from: history, an assumption, or both."""
        if self.is_set(name):
            return f"{name} as the scenario sets it"
        assumed = f"assumption {name} ({self.assumptions[name].source})"
        return f"{weight:.0%} {self.history.words}; the rest {assumed}" if weight else assumed


def _deviation(item: Assumption) -> float:
    """Return the standard deviation of an assumption's range."""
    return (item.high - item.low) / (2 * TENTH)


# Leaving and joining


@dataclass(frozen=True, eq=False)
class _Flow:
    """The rates of one flow: England's by key, role families and organisations beside what is expected of them."""

    what: str
    name: str
    said: _Said
    england: pd.DataFrame
    families: Level
    organisations: Level
    usual: float

    def told(self, codes: Sequence[str]) -> pd.DataFrame:
        """Return the estimates of England, of role families and of organisations, one row each."""
        by_family = self.families.rates.assign(name=self.name).rename_axis("role_family").reset_index()
        seen = self.organisations.rates.reindex(pd.Index(codes, name="organisation"))
        none = {"value": self.usual, "weight": 0.0, "exposure": 0.0}
        by_organisation = seen.fillna(none).assign(name=self.name).reset_index()
        rows = pd.concat([self.england, by_family, by_organisation], ignore_index=True)
        coming = "" if self.years.value == 1 else f"; times {self.years.value:g} in coming years ({self.years.name})"
        return rows.assign(
            what=self.what,
            source=[self.said.source(*row) + coming for row in zip(rows["name"], rows["weight"], strict=True)],
            **{end: rows[end] * self.years.value for end in ("value", "low", "high")},
        )

    @property
    def years(self) -> Assumption:
        """Return how coming years compare with those that were measured."""
        return self.said.assumptions[f"{self.what.replace(' ', '_')}_years"]

    @property
    def weight(self) -> float:
        """Return the weight of history in England's rates."""
        return weight_of_history(self.england)

    def spreads(self, usual: float, codes: Sequence[str]) -> dict[str, float]:
        """Return the part of a spread between organisations that the own history of each leaves open; all of it where there is none."""
        seen = {str(code): float(weight) for code, weight in self.organisations.rates["weight"].items()}
        return {"": usual} | {code: usual * float(np.sqrt(1 - seen[code])) for code in codes if code in seen}


def weight_of_history(england: pd.DataFrame) -> float:
    """Return the weight of history in England's estimates of one rate, each as much as there is exposure for it."""
    exposure = england["exposure"].to_numpy(dtype="float64")
    return float(np.average(england["weight"], weights=exposure)) if exposure.sum() else 0.0


def _leaving(history: _History, said: _Said) -> _Flow:
    by = [*_SPAN, "role_family", "age_band"]
    rows = pd.DataFrame({"fte": history.of("start", by), "seen": history.of("left", by)}).fillna(0.0).reset_index()
    numbers = {age: said.assumptions[f"leaver_rate[{age}]"] for age in AGES}
    rows = rows.assign(base=rows["age_band"].map({age: item.value for age, item in numbers.items()}).astype("float64"))
    deviations = {age: 0.0 if said.is_set(item.name) else _deviation(item) for age, item in numbers.items()}
    found = shrunk(rows, "age_band", _exposed, deviations, said.carried, share=True)
    england = _with_assumed(found, numbers, "age_band")
    rows["base"] *= found.multiple(rows["age_band"])
    families, organisations = _relative(rows, said, "leaver", _exposed, share=True)
    usual = float(np.average(england["value"], weights=england["exposure"])) if england["exposure"].sum() else numbers["unknown"].value
    return _Flow("leaver rate", "leaver_rate[unknown]", said, england, families, organisations, usual)


def _joining(history: _History, said: _Said, leaving: _Flow) -> _Flow:
    """Estimate joiners a year, of the kind that adds up year by year: of two years' joiners, some of the first have left again."""
    by = [*_SPAN, "role_family"]
    rows = pd.DataFrame({"fte": history.of("start", by), "seen": history.of("joined", by)}).fillna(0.0).reset_index()
    years = rows["years"].to_numpy(dtype="float64")
    rows["seen"] = yearly(rows["seen"].to_numpy(dtype="float64"), years, leaving.usual)
    number = said.assumptions["joiner_rate"]
    rows = rows.assign(all="", base=number.value)
    deviation = 0.0 if said.is_set("joiner_rate") else _deviation(number)
    found = shrunk(rows, "all", _present, {"": deviation}, said.carried, share=False)
    england = _with_assumed(found, {"": number}, "all").drop(columns="all")
    rows["base"] *= found.multiple(rows["all"])
    families, organisations = _relative(rows, said, "joiner", _present, share=False)
    return _Flow("joiner rate", "joiner_rate", said, england, families, organisations, float(england["value"].iloc[0]))


def yearly(joined: Floats, years: Floats, leaver_rate: float) -> Floats:
    """Return what joiners seen at the end of some years come to, year by year, of those still there at the end of their year.

    joined = joiners a year * (1 + stay + stay^2 + ...); the result is joiners a year times the years.
    """
    if leaver_rate <= 0:
        return joined
    return np.asarray(joined * years * np.expm1(-leaver_rate) / np.expm1(-leaver_rate * years), dtype=np.float64)


def _relative(rows: pd.DataFrame, said: _Said, kind: str, exposure: Exposure, *, share: bool) -> tuple[Level, Level]:
    """Estimate how role families differ from England, then organisations from what their role families let expect."""
    spreads = {name: said.assumptions.value(f"{kind}_{name}_spread") for name in ("family", "organisation")}
    families = shrunk(rows, "role_family", exposure, spreads["family"], said.carried, share=share)
    nearer = rows.assign(base=rows["base"] * families.multiple(rows["role_family"]))
    organisations = shrunk(nearer, "organisation", exposure, spreads["organisation"], said.carried, share=share)
    return families, organisations


def _exposed(rows: pd.DataFrame, rate: Floats) -> Floats:
    """Return the FTE-years that those there at the start work until they leave at a rate: fte * (1 - exp(-rate * years)) / rate."""
    fte, years = rows["fte"].to_numpy(dtype="float64"), rows["years"].to_numpy(dtype="float64")
    return np.where(rate > 0, divided(fte * -np.expm1(-rate * years), rate), fte * years)


def _present(rows: pd.DataFrame, _: Floats) -> Floats:
    return (rows["fte"] * rows["years"]).to_numpy(dtype="float64")


def _with_assumed(found: Level, numbers: Mapping[str, Assumption], key: str) -> pd.DataFrame:
    """Return one row a number, as found; as assumed, with the assumption's own range, where there is no history."""
    items = pd.DataFrame(
        [(item.key if key == "age_band" else "", item.value, item.low, item.high, item.name) for item in numbers.values()],
        columns=[key, "assumed", "assumed_low", "assumed_high", "name"],
    )
    rows = items.merge(found.rates.reset_index(), on=key, how="left")
    alone = ~(rows["weight"] > 0)
    for name, other in (("value", "assumed"), ("low", "assumed_low"), ("high", "assumed_high")):
        rows[name] = rows[name].mask(alone, rows[other])
    return rows.fillna({"weight": 0.0, "exposure": 0.0})[[key, "name", "value", "low", "high", "observed", "exposure", "weight"]]


def _leaving_rates(flow: _Flow, codes: Sequence[str], families: Sequence[str]) -> pd.DataFrame:
    rows = _crossed({"organisation": codes, "role_family": families, "age_band": list(AGES)})
    england = flow.england.set_index("age_band")["value"]
    given = rows["age_band"].map({age: flow.said.is_set(f"leaver_rate[{age}]") for age in AGES}).to_numpy(dtype=bool)
    own = flow.families.multiple(rows["role_family"]) * flow.organisations.multiple(rows["organisation"])
    rate = rows["age_band"].map(england).to_numpy(dtype="float64") * np.where(given, 1.0, own)
    return _without_name(rows.assign(rate=rate * flow.years.value))


def _joining_rates(flow: _Flow, codes: Sequence[str], families: Sequence[str]) -> pd.DataFrame:
    rows = _crossed({"organisation": codes, "role_family": families})
    own = flow.families.multiple(rows["role_family"]) * flow.organisations.multiple(rows["organisation"])
    return _without_name(rows.assign(rate=flow.usual * flow.years.value * (1.0 if flow.said.is_set("joiner_rate") else own)))


def _crossed(parts: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    return pd.MultiIndex.from_product([list(part_) for part_ in parts.values()], names=list(parts)).to_frame(index=False).astype("str")


def _without_name(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(role_family=rows["role_family"].mask(rows["role_family"] == UNMAPPED))


# Promotion, ages


def _promotion(history: _History, said: _Said, levels: pd.DataFrame) -> pd.DataFrame:
    """Return the rates of moving between role levels of one role family: to the next one as assumed, to any as seen often enough."""
    number = said.assumptions["promotion_rate"]
    moved = history.flows[(history.flows["flow"] == "moved") & (history.flows["role_family"] == history.flows["to_role_family"])]
    moved = moved[moved["role_level"].notna() & (moved["role_level"] != moved["to_role_level"])]
    seen = moved.groupby(["role_level", "to_role_level"], as_index=False)["fte"].sum()
    rows = (
        _next_levels(levels, number.value).merge(seen, on=["role_level", "to_role_level"], how="outer").fillna({"prior": 0.0, "fte": 0.0})
    )
    exposure = np.asarray(rows["role_level"].map(_stayed(history, number.value)).fillna(0.0), dtype=np.float64)
    deviation = 0.0 if said.is_set(number.name) else _deviation(number)
    m = float(prior_weight(np.array([number.value]), np.array([deviation]), share=True)[0])
    weight = divided(said.carried * exposure, said.carried * exposure + m)
    prior, observed = rows["prior"].to_numpy(dtype="float64"), divided(rows["fte"].to_numpy(dtype="float64"), exposure)
    value = prior + weight * (observed - prior)
    low, high = ends(value, said.carried * exposure + m, share=True)
    share = divided(prior, np.full(len(prior), number.value))
    alone = weight == 0
    told = rows.assign(
        what="promotion rate", value=value, observed=np.where(exposure > 0, observed, np.nan), exposure=exposure, weight=weight,
        low=np.where(alone, number.low * share, low), high=np.where(alone, number.high * share, high),
        source=[said.source(number.name, each) for each in weight],
    )  # fmt: skip
    followed = (told["prior"] > 0) | (told["value"] >= said.assumptions.value("promotion_rate_least"))
    return told[followed & (told["value"] > 0)].sort_values(["role_level", "to_role_level"], ignore_index=True)


def _next_levels(levels: pd.DataFrame, rate: float) -> pd.DataFrame:
    """Return role_level, to_role_level and the rate of rising to the next level of the role, shared out where it has several."""
    numbers = levels.drop_duplicates(["role", "level_number"]).sort_values(["role", "level_number"])
    following = numbers.assign(following=numbers.groupby("role")["level_number"].shift(-1))[["role", "level_number", "following"]]
    pairs = levels.merge(following, on=["role", "level_number"]).dropna(subset="following")
    higher = levels[["role", "level_number", "role_level"]].set_axis(["role", "following", "to_role_level"], axis=1)
    pairs = pairs.merge(higher, on=["role", "following"])
    return pairs[["role_level", "to_role_level"]].assign(prior=rate / pairs.groupby("role_level")["role_level"].transform("size"))


def _stayed(history: _History, rate: float) -> pd.Series[float]:
    """Return the FTE-years, by role level, of those who stayed and had not moved up yet."""
    by = [*_SPAN, "role_level"]
    rows = pd.DataFrame({"start": history.of("start", by), "left": history.of("left", by)}).fillna(0.0).reset_index()
    years = rows["years"].to_numpy(dtype="float64")
    rows["worked"] = (rows["start"] - rows["left"]) * (-np.expm1(np.log1p(-rate) * years) / rate if rate > 0 else years)
    return rows.groupby("role_level")["worked"].sum()


def _joining_ages(history: _History, said: _Said) -> pd.DataFrame:
    numbers = {age: said.assumptions[f"joiner_age_share[{age}]"] for age in AGES}
    seen = history.of("joined", ["age_band"]).reindex(list(AGES)).fillna(0.0).to_numpy(dtype="float64")
    prior = np.array([item.value for item in numbers.values()])
    deviation = np.array([_deviation(item) for item in numbers.values()])
    each = prior_weight(prior, deviation, share=True)
    given = any(said.is_set(item.name) for item in numbers.values())
    m = np.inf if given or not np.isfinite(each).any() else float(each[np.isfinite(each)].mean())
    total = float(seen.sum())
    weight = float(divided(np.array([said.carried * total]), np.array([said.carried * total + m]))[0])
    observed = seen / total if total else np.full(len(AGES), np.nan)
    value = prior + weight * (np.nan_to_num(observed) - prior)
    value = value / value.sum()
    low, high = ends(value, np.full(len(AGES), said.carried * total + m), share=True)
    alone = weight == 0
    return pd.DataFrame(
        {
            "what": "joiner age share", "age_band": list(AGES), "value": value, "observed": observed, "exposure": total, "weight": weight,
            "low": [item.low for item in numbers.values()] if alone else low,
            "high": [item.high for item in numbers.values()] if alone else high,
            "source": [said.source(item.name, weight) for item in numbers.values()],
        }
    )  # fmt: skip


def _shares(said: _Said, what: str, name: str) -> pd.DataFrame:
    """Return an assumption by age band as estimates without history."""
    items = [said.assumptions[f"{name}[{age}]"] for age in said.assumptions.by_key(name)]
    rows = [(what, item.key, item.value, item.low, item.high, 0.0, 0.0, said.source(item.name, 0.0)) for item in items]
    return pd.DataFrame(rows, columns=["what", "age_band", "value", "low", "high", "exposure", "weight", "source"])


def _named(rows: pd.DataFrame, *kept: str, **renamed: str) -> pd.DataFrame:
    """Return some columns, some of them under another name."""
    return rows[[*kept, *renamed.values()]].rename(columns={old: new for new, old in renamed.items()})


def _estimates(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    rows = pd.concat([part_.reindex(columns=list(ESTIMATES)) for part_ in parts], ignore_index=True)
    numbers = ["value", "low", "high", "observed", "exposure", "weight"]
    return rows.astype(dict.fromkeys([name for name in ESTIMATES if name not in numbers], "str")).astype(dict.fromkeys(numbers, "float64"))


# What is uncertain


def _factors(
    said: _Said, codes: Sequence[str], leaving: _Flow, joining: _Flow, promotion: pd.DataFrame, ageing: pd.DataFrame
) -> tuple[Factor, ...]:
    rising = promotion[["value", "low", "high"]].multiply(promotion["exposure"] + 1, axis=0).sum().to_frame().T
    seen = float(np.average(promotion["weight"], weights=promotion["exposure"])) if promotion["exposure"].sum() else 0.0
    set_by_hand = all(said.is_set(f"leaver_rate[{age}]") for age in AGES)
    return (
        Factor(
            "leaver-rate", "Leaver rate", said.source(leaving.name, leaving.weight), "leaving",
            *_multiples(leaving.england.set_index("age_band")),
            0.0 if set_by_hand else leaving.spreads(said.assumptions.value("leaver_organisation_spread"), codes),
        ),
        coming_years(said.assumptions, "leaver-rate-years", "leaving", leaving.weight),
        Factor(
            "joiner-rate", "Joiner rate", said.source(joining.name, joining.weight), "joining",
            *_multiples(joining.england.set_axis([""])),
            0.0 if said.is_set("joiner_rate") else joining.spreads(said.assumptions.value("joiner_organisation_spread"), codes),
        ),
        coming_years(said.assumptions, "joiner-rate-years", "joining", joining.weight),
        Factor("promotion-rate", "Promotion rate", said.source("promotion_rate", seen), "promotion", *_multiples(rising.set_axis([""]))),
        Factor(
            "ageing-share", "Growing into the next age band", said.source("ageing_share[25 to 34]", 0.0), "ageing",
            *_multiples(ageing.set_index("age_band")),
        ),
    )  # fmt: skip


def coming_years(assumptions: Assumptions, name: str, acts_on: ActsOn, weight: float = 1.0) -> Factor:
    """Return how far the coming years may differ from what is expected of them, for the part of a rate that was measured."""
    item = assumptions[name.replace("-", "_")]
    low, high = (of_coming_years(item, end, weight) for end in (item.low, item.high))
    return Factor(name, item.label, item.source, acts_on, {"": low}, {"": high})


def of_coming_years(item: Assumption, tried: float, weight: float) -> float:
    """Return what another value of `leaver_rate_years` or `joiner_rate_years` multiplies a rate by that history has some weight in.

    Of assumptions, whose range covers several years, it moves nothing.
    """
    return 1 + weight * (tried / item.value - 1) if item.value > 0 else 1.0


def _multiples(rows: pd.DataFrame) -> tuple[dict[str, float], dict[str, float]]:
    """Return low and high by key as multiples of the value."""
    value = rows["value"].where(rows["value"] > 0)
    low, high = ((rows[name] / value).fillna(1.0).to_dict() for name in ("low", "high"))
    return {str(key): float(number) for key, number in low.items()}, {str(key): float(number) for key, number in high.items()}
