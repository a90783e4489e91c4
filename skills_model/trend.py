"""How gaps change from date to date, and what part of a change is staff, skills or vacancies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.cuts import beside, check, protected
from skills_model.gap import CUTS, gaps, known_on, measure, with_bias, with_evidence
from skills_model.organisations import known
from skills_model.privacy import Scope
from skills_model.store import Store

LONGEST = 12  # dates of a trend; of more, so many evenly spread ones
PARTS = ("vacancies", "staff", "skills")
CHANGES = ("before", "after", "change", *PARTS)
CELL = ("organisation", "role_level", "skill")
EVIDENCE = ("assessed_", "evidence_")
USED = ("staff_fte", "staff_short", "vacancy_short", "fte_short")


def dates(store: Store, scope: Scope, organisations: Sequence[str] | None = None) -> tuple[list[dt.date], list[str]]:
    """Return the days at which a gap can be compared like with like, and the organisations that are compared.

    Those are the organisations with staff lists of two days or more (all, where none has), from the day on which each of them has one.
    """
    lists = store.query("staff_lists", scope.reach(), organisations=known(store, scope, organisations))
    if lists.empty:
        return [], []
    several = lists[lists.duplicated("organisation", keep=False)]
    compared = several if len(several) else lists
    begin = compared.groupby("organisation")["as_at"].min().max()
    days = sorted(compared.loc[compared["as_at"] >= begin, "as_at"].unique())
    chosen = sorted({round(place) for place in np.linspace(0, len(days) - 1, min(LONGEST, len(days)))})
    return [pd.Timestamp(days[place]).date() for place in chosen], sorted(compared["organisation"].unique())


def trend(
    store: Store,
    scope: Scope,
    by: Sequence[str],
    organisations: Sequence[str] | None = None,
    assumptions: Assumptions | None = None,
    *,
    self_bias: float | None = None,
) -> pd.DataFrame:
    """Return the gap by cuts at each of `dates`: as_at, organisations (compared), the cuts, MEASURES; as known then, protected as `gaps`.

    Requirements and mappings are those of today. Before its first establishment an organisation's posts are those of that one.
    """
    check(by, CUTS)
    days, area = dates(store, scope, organisations)
    frames = [gaps(store, scope, by, area, assumptions, as_at=day, self_bias=self_bias) for day in days]
    told = [frame.assign(as_at=day, organisations=len(area)) for frame, day in zip(frames, days, strict=True)]
    if not told:
        return gaps(store, scope, by, [], assumptions).assign(as_at=[], organisations=[])
    whole = pd.concat(told, ignore_index=True)
    return whole[["as_at", "organisations", *(name for name in whole if name not in {"as_at", "organisations"})]]


def changes(
    store: Store,
    scope: Scope,
    by: Sequence[str],
    organisations: Sequence[str] | None = None,
    assumptions: Assumptions | None = None,
    *,
    self_bias: float | None = None,
) -> pd.DataFrame:
    """Return what is short in all (FTE) at the first and the last of `dates`, by cuts, and the parts of the change, which add up to it.

    In every organisation, role level and skill short = vacant + staff * u, where u is the share of staff below the required rank. Between
    two dates the change of the product is (staff' - staff) * (u + u')/2, the part of `staff`, and (u' - u) * (staff + staff')/2, the part
    of `skills`: of those who stay, of who came and who left, and of assessments that are new. Where nobody is in post, u is that of the
    other date. Columns: the cuts, CHANGES. Protected as `gaps`, where few people stand behind either date.
    """
    check(by, CUTS)
    numbers = with_bias(store, scope, assumptions, self_bias)
    days, area = dates(store, scope, organisations)
    if not days:
        return pd.DataFrame(columns=[*by, *CHANGES])
    ends = [known_on(store, scope, area, day) for day in (days[0], days[-1])]
    cells = list(dict.fromkeys([*by, *CELL]))

    def found(codes: list[str] | None) -> pd.DataFrame:
        first, last = (measure(store, scope, cells, codes, numbers, day)[[*cells, *USED]] for day in ends)
        parts = split(first.merge(last, on=cells, how="outer", suffixes=("_0", "_1")), by)
        if scope.sees_all_exactly(area):
            return parts
        for end, day in enumerate(ends):
            counted = with_evidence(store, scope, measure(store, scope, by, codes, numbers, day), by, codes, numbers, day)
            told = beside(parts, counted, by)[[f"{people}headcount" for people in ("", *EVIDENCE)]].fillna(0)
            parts = parts.join(told.add_suffix(f"_{end}"))
        return parts

    everybody = ("headcount_0", "headcount_1")
    assessed = [f"{people}headcount_{end}" for people in EVIDENCE for end in (0, 1)]
    behind = {name: everybody if name == "vacancies" else (*everybody, *assessed) for name in CHANGES}
    shown = protected(found(area), scope, by, area, numbers, counts=CHANGES, people="headcount_0", behind=behind, own=found)
    return shown[[*by, *CHANGES]]


def split(both: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Split the change of what is short in cells, whose columns end in _0 and _1 for the two dates, and add the parts up by cuts."""
    amounts = both[[f"{name}_{end}" for name in USED for end in (0, 1)]].fillna(0.0)
    staff = [amounts[f"staff_fte_{end}"] for end in (0, 1)]
    below = [amounts[f"staff_short_{end}"] / staff[end].where(staff[end] > 0) for end in (0, 1)]
    first, last = below[0].fillna(below[1]).fillna(0.0), below[1].fillna(below[0]).fillna(0.0)
    parts = pd.DataFrame(
        {
            "before": amounts["fte_short_0"],
            "after": amounts["fte_short_1"],
            "change": amounts["fte_short_1"] - amounts["fte_short_0"],
            "vacancies": amounts["vacancy_short_1"] - amounts["vacancy_short_0"],
            "staff": (staff[1] - staff[0]) * (first + last) / 2,
            "skills": (last - first) * (staff[0] + staff[1]) / 2,
        }
    )
    if not by:
        return parts.sum().to_frame().T.round(6)
    return parts.groupby([both[cut] for cut in by], dropna=False).sum().round(6).reset_index()
