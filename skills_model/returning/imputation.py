"""Staff and posts of published trusts of which there is neither staff list nor return, from their published size; always shown apart."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from skills_model import reference
from skills_model.area import Area, hierarchy
from skills_model.assumptions import Assumptions
from skills_model.factor import TENTH
from skills_model.organisations import OTHER
from skills_model.privacy import Scope
from skills_model.store import Store

CELL = ("organisation", "role_family", "role_level", "band", "age_band")
"""What tells cells of staff apart, as in a supply forecast, which may ask for them."""
ORGANISATIONS = (
    "organisation", "name", "organisation_type", "region", "region_name", "icb", "icb_name", "published_fte", "like", "share", "share_sd",
    "fte", "low", "high", "posts",
)  # fmt: skip
UNKNOWN_AGE = "unknown"
INVENTED = "The store holds invented organisations, beside which no published trust is taken for anything."


@dataclass(frozen=True, eq=False)
class Imputed:
    """What is taken for trusts that have sent nothing; nobody has counted any of it.

    organisations  ORGANISATIONS, one row a trust: its published staff (all staff groups; blank where none is published), how many like
                   organisations its share rests on, the share, the staff that it comes to with the 10th and 90th percentile, posts (FTE)
    cells          CELL, headcount (0: they are nobody), fte, low, high; role level and band are blank, and the role family too where no
                   organisation tells how staff are split
    posts          organisation, role_family, role_level, band (blank), budgeted_fte, low, high
    why_not        why nothing is imputed; empty where something may be

    `low` and `high` of a row are its own: those of a sum are given by `between`, since trusts do not all err the same way.
    """

    organisations: pd.DataFrame
    cells: pd.DataFrame
    posts: pd.DataFrame
    spread: float
    why_not: str = ""

    def between(self, codes: list[str] | None = None) -> tuple[float, float, float]:
        """Return the staff of all these trusts, or of some, with the 10th and 90th percentile of the sum (FTE).

        What is usual for a type of trust is one error for all its trusts, what is a trust's own is independent; types err together.
        """
        rows = self.organisations.dropna(subset="fte")
        rows = rows if codes is None else rows[rows["organisation"].isin(codes)]
        total = float(rows["fte"].sum())
        common = float((rows["published_fte"] * rows["share_sd"]).sum())
        deviation = float(np.hypot(common, np.sqrt(((rows["fte"] * self.spread) ** 2).sum())))
        return round(total, 6), round(max(0.0, total - TENTH * deviation), 6), round(total + TENTH * deviation, 6)


def imputed(store: Store, scope: Scope, area: Area, as_at: dt.date, assumptions: Assumptions | None = None) -> Imputed:
    """Impute staff and posts of the published trusts of an area, as it was on a day, that count by neither staff list nor return.

    A trust's staff are its published FTE times a share: that of like organisations (of its type) in the store, drawn towards that of all
    of them, and that towards the published 4% to 5%, each weighing as much as the assumption `imputation_prior_organisations` says. Only
    organisations whose exact numbers the scope shows tell anything. Nothing is imputed beside invented organisations.
    """
    numbers = assumptions or Assumptions.of(store, scope)
    stored = store.query("organisation_names", Scope.local())
    if stored["demonstration"].any():
        return _nothing(INVENTED)
    counted = set(store.query("staff_lists", Scope.local())["organisation"])
    trusts = published(as_at)
    missing = trusts[~trusts["organisation"].isin(counted) & area.holds(trusts)].reset_index(drop=True)
    cells = store.query("supply_staff", scope)
    seen = {code for code in cells["organisation"].unique() if scope.sees_exactly(code)}
    known = _observed(cells[cells["organisation"].isin(seen)], trusts, numbers)
    rows = _shares(missing, known, numbers)
    weight = numbers.value("imputation_prior_organisations")
    mix = _mixes(cells[cells["organisation"].isin(known["organisation"])], known, weight)
    posts = _posts_per_fte(store, scope, known, numbers)
    rows["posts"] = (rows["fte"] * posts).round(6)
    split = _split(rows, mix)
    families = split.groupby(["organisation", "role_family", "role_level", "band"], dropna=False, as_index=False)[["fte", "low", "high"]].sum()
    needed = families.assign(**{name: (families[name] * posts).round(6) for name in ("fte", "low", "high")})
    return Imputed(rows[list(ORGANISATIONS)], split, needed.rename(columns={"fte": "budgeted_fte"}), numbers.value("informatics_share_spread"))


def published(as_at: dt.date) -> pd.DataFrame:
    """Return the published trusts with their staff, where they were on a day: organisation, name, organisation_type, region, icb, fte ..."""
    where = hierarchy(as_at)
    trusts = reference.table("trusts")
    there = trusts[trusts["organisation"].isin(where.index)].drop(columns="region_name").merge(where, left_on="organisation", right_index=True)
    there = there.assign(organisation_type=there["organisation_type"].fillna(OTHER), published_fte=there["fte"])
    columns = ["organisation", "name", "organisation_type", "region", "region_name", "icb", "icb_name", "published_fte", "fte_on"]
    return there[columns].sort_values("organisation", ignore_index=True)


def _observed(cells: pd.DataFrame, trusts: pd.DataFrame, numbers: Assumptions) -> pd.DataFrame:
    """Return organisations that tell what others have: organisation, organisation_type, fte, published_fte."""
    whole = cells.groupby("organisation")["fte"].sum()
    unmapped = cells[cells["role_level"].isna()].groupby("organisation")["fte"].sum().reindex(whole.index, fill_value=0.0)
    telling = whole[(whole > 0) & (unmapped <= numbers.value("imputation_unmapped_most") * whole)]
    rows = trusts[trusts["organisation"].isin(telling.index) & (trusts["published_fte"] > 0)]
    return rows[["organisation", "organisation_type", "published_fte"]].assign(fte=rows["organisation"].map(telling)).reset_index(drop=True)


def _shares(missing: pd.DataFrame, known: pd.DataFrame, numbers: Assumptions) -> pd.DataFrame:
    """Put the share of informatics staff, its standard deviation and what they come to beside the missing trusts."""
    usual = numbers["informatics_share"]
    weight, spread = numbers.value("imputation_prior_organisations"), numbers.value("informatics_share_spread")
    overall = _drawn(known, (usual.value, (usual.high - usual.low) / (2 * TENTH)), weight, spread)
    types = {kind: known[known["organisation_type"] == kind] for kind in missing["organisation_type"].unique()}
    shares = {kind: _drawn(like, overall, weight, spread) for kind, like in types.items()}
    rows = missing.assign(
        like=missing["organisation_type"].map({kind: len(like) for kind, like in types.items()}).astype("int64"),
        share=missing["organisation_type"].map({kind: share for kind, (share, _) in shares.items()}).astype("float64"),
        share_sd=missing["organisation_type"].map({kind: deviation for kind, (_, deviation) in shares.items()}).astype("float64"),
    )
    fte = rows["published_fte"] * rows["share"]
    deviation = np.hypot(rows["published_fte"] * rows["share_sd"], fte * spread)
    low, high = (fte - TENTH * deviation).clip(lower=0), fte + TENTH * deviation
    return rows.assign(fte=fte.round(6), low=low.round(6), high=high.round(6))


def _drawn(known: pd.DataFrame, prior: tuple[float, float], weight: float, spread: float) -> tuple[float, float]:
    """Return the mean share and its standard deviation: that of some organisations, drawn towards a prior that weighs as `weight` of them."""
    if known.empty:
        return prior
    own = float(known["fte"].sum() / known["published_fte"].sum())
    part = len(known) / (len(known) + weight)
    deviation = np.hypot(part * own * spread / np.sqrt(len(known)), (1 - part) * prior[1])
    return part * own + (1 - part) * prior[0], float(deviation)


# How staff are split, and the posts they stand in


def _mixes(cells: pd.DataFrame, known: pd.DataFrame, weight: float) -> pd.DataFrame:
    """Return how staff are split by role family and age band: organisation_type ("" for all), role_family, age_band, share."""
    kinds = cells["organisation"].map(known.set_index("organisation")["organisation_type"])
    overall = _mix(cells)
    if overall.empty:
        return pd.DataFrame({"organisation_type": [""], "role_family": pd.Series([None], dtype="str"), "age_band": [UNKNOWN_AGE], "share": [1.0]})
    mixes = [overall.reset_index().assign(organisation_type="")]
    for kind, like in cells.groupby(kinds):
        organisations = like["organisation"].nunique()
        part = organisations / (organisations + weight)
        both = (part * _mix(like)).add((1 - part) * overall, fill_value=0.0)
        mixes.append(both.rename("share").reset_index().assign(organisation_type=kind))
    return pd.concat(mixes, ignore_index=True)


def _mix(cells: pd.DataFrame) -> pd.Series:
    sums = cells.groupby(["role_family", "age_band"], dropna=False)["fte"].sum()
    return (sums / sums.sum()).rename("share")


def _split(rows: pd.DataFrame, mix: pd.DataFrame) -> pd.DataFrame:
    """Share the staff of each trust out over cells; every cell has the relative range of its trust."""
    told = rows.dropna(subset="fte")
    kinds = set(mix["organisation_type"])
    keyed = told.assign(mix=[kind if kind in kinds else "" for kind in told["organisation_type"]])[["organisation", "mix", "fte", "low", "high"]]
    both = keyed.merge(mix, left_on="mix", right_on="organisation_type")
    blank = pd.Series([None] * len(both), index=both.index, dtype="str")
    cells = both.assign(
        role_level=blank, band=blank, headcount=0, **{name: (both[name] * both["share"]).round(6) for name in ("fte", "low", "high")}
    )
    return cells[[*CELL, "headcount", "fte", "low", "high"]].sort_values(list(CELL), ignore_index=True)


def _posts_per_fte(store: Store, scope: Scope, known: pd.DataFrame, numbers: Assumptions) -> float:
    """Return posts for each FTE in post: as in the organisations that tell it, drawn towards the published share of vacancies."""
    usual = 1 / (1 - numbers.value("vacancy_share"))
    funded = set(store.query("establishment_dates", scope)["organisation"])
    telling = known[known["organisation"].isin(funded)]
    if telling.empty:
        return usual
    vacant = store.query("organisations", scope).set_index("code")["vacancy_fte"].reindex(telling["organisation"]).sum()
    part = len(telling) / (len(telling) + numbers.value("imputation_prior_organisations"))
    return part * (1 + float(vacant / telling["fte"].sum())) + (1 - part) * usual


def _nothing(why: str) -> Imputed:
    rows = pd.DataFrame(columns=list(ORGANISATIONS)).astype({"fte": "float64", "published_fte": "float64", "share_sd": "float64"})
    amounts = {"fte": "float64", "low": "float64", "high": "float64"}
    cells = pd.DataFrame(columns=[*CELL, "headcount", *amounts]).astype({**dict.fromkeys(CELL, "str"), "headcount": "int64", **amounts})
    posts = cells[["organisation", "role_family", "role_level", "band", *amounts]].rename(columns={"fte": "budgeted_fte"})
    return Imputed(rows, cells, posts, 0.0, why)
