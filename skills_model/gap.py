"""Where skills fall short: FTE that hold each rank, the gap by any cut with its range, and how far it can be trusted.

The rules stand in the SQL files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from skills_model.assessment import RankRule
from skills_model.assumptions import Assumptions
from skills_model.cuts import PLACES, beside, check, names, place_labels, protected, with_shares
from skills_model.errors import Fault, ScenarioError, ScopeError
from skills_model.organisations import known
from skills_model.privacy import Scope
from skills_model.store import Store

CUTS = (*PLACES, "role_family", "role", "role_level", "skill")
MEASURES = (
    "headcount",
    "required_fte",
    "met_low",
    "met",
    "met_high",
    "coverage_low",
    "coverage",
    "coverage_high",
    "staff_short_low",
    "staff_short",
    "staff_short_high",
    "ranks_short_low",
    "ranks_short",
    "ranks_short_high",
    "vacancy_short",
    "vacancy_ranks_short",
    "fte_short",
    "total_ranks_short",
    "assessed_share",
)
SHARES = {
    "coverage_low": ("met_low", "required_fte"),
    "coverage": ("met", "required_fte"),
    "coverage_high": ("met_high", "required_fte"),
    "assessed_share": ("assessed_fte", "staff_fte"),
}
QUALITY = ("assessed_headcount", "assessments", "median_age", "stale_share", "self_share", "compared", "apart_share")
TOLD = {"old": ("old_headcount",), "own": ("own_headcount",), "compared": ("compared_headcount",), "apart": ("apart_headcount",)}
TRUST = {"stale_share": ("old", "assessments"), "self_share": ("own", "assessments"), "apart_share": ("apart", "compared")}
SELF_BIAS = "self_assessment_bias"
RANGE = ("met_low", "met_high", "staff_short_low", "staff_short_high", "ranks_short_low", "ranks_short_high")
MIDDLE = ("met", "staff_short", "ranks_short", "fte_short", "total_ranks_short")
BEHIND = {
    **dict.fromkeys(RANGE, ("assessed_headcount",)),
    **dict.fromkeys(MIDDLE, ("assessed_headcount", "evidence_headcount")),
    "assessed_fte": ("assessed_headcount", "unassessed_headcount", "doubtful"),
}
"""The people of whom a measure tells, beside all in post: those assessed, those whose ranks stand in for others, those not assessed; and few
returns of which it is doubtful whether anybody is not."""


def held(store: Store, scope: Scope, organisations: Sequence[str] | None = None, assumptions: Assumptions | None = None) -> pd.DataFrame:
    """Return FTE at each rank or above, one row an organisation, role level, required skill and rank up to the required one.

    Columns: organisation, role_family, role, role_level, skill, required_rank, rank, headcount, assessed_headcount (people), staff_fte,
    assessed_fte, budgeted_fte, posts, held_low, held, held_high (FTE). Exact, as a plan needs it: raises ScopeError where the scope
    allows only protected numbers.
    """
    area = known(store, scope, organisations)
    if not scope.sees_all_exactly(area):
        raise ScopeError("Exact numbers by role level are only for people who work with their own organisation's data.")
    numbers = assumptions or Assumptions.of(store, scope)
    parameters: dict[str, object] = {"organisations": area, "unassessed_share": numbers.value("unassessed_share")}
    if bias := numbers.value(SELF_BIAS):
        return store.query("held_with_bias", scope, **parameters, self_bias=bias)
    return store.query("held_by_group", scope, **parameters)


def gaps(
    store: Store,
    scope: Scope,
    by: Sequence[str],
    organisations: Sequence[str] | None = None,
    assumptions: Assumptions | None = None,
    *,
    as_at: dt.date | None = None,
    self_bias: float | None = None,
) -> pd.DataFrame:
    """Return the gap by the cuts of `by`, then MEASURES; posts and people count once for each skill they need.

    Without `organisations` everything in reach of the scope is summed. `as_at` takes what was known on that day, `self_bias` (ranks) lowers
    everybody's own view of their ranks; its default is the assumption. A row is exact where the scope sees all of its organisations
    exactly, and protected otherwise. Raises ScenarioError for an unknown cut, a day before the first staff list or an impossible bias,
    DataError for an unknown organisation.
    """
    check(by, CUTS)
    area = known(store, scope, organisations)
    numbers = with_bias(store, scope, assumptions, self_bias)
    day = known_on(store, scope, area, as_at)

    def found(codes: list[str] | None) -> pd.DataFrame:
        frame = measure(store, scope, by, codes, numbers, day)
        return frame if scope.sees_all_exactly(area) else with_evidence(store, scope, frame, by, codes, numbers, day)

    counts = [name for name in (*MEASURES, "staff_fte", "assessed_fte") if name not in SHARES]
    shown = protected(found(area), scope, by, area, numbers, counts=counts, shares=SHARES, behind=BEHIND, own=found)
    return shown[[*by, *MEASURES]]


def quality(
    store: Store,
    scope: Scope,
    by: Sequence[str],
    organisations: Sequence[str] | None = None,
    assumptions: Assumptions | None = None,
    *,
    as_at: dt.date | None = None,
) -> pd.DataFrame:
    """Return how far the assessments behind a gap can be trusted, by the cuts of `by`, then QUALITY; rules in quality_by_group.sql.

    assessed_headcount (people), assessments (that count, once for each role level that needs the skill), median_age (months at the staff
    list), stale_share (old ones), self_share (one's own view), compared (assessments beside one of another kind, neither old),
    apart_share (of those, the share that the assumption `raters_apart_ranks` calls far apart). Nobody assessed, no row. Protected as `gaps`.
    """
    check(by, CUTS)
    area = known(store, scope, organisations)
    numbers = assumptions or Assumptions.of(store, scope)
    day = known_on(store, scope, area, as_at)
    rule = RankRule.from_assumptions(numbers).parameters()
    parameters = {
        "by": list(by),
        "apart": numbers.value("raters_apart_ranks"),
        "stale_months": rule["stale_months"],
        "count_people": not scope.sees_all_exactly(area),
    }

    def found(codes: list[str] | None) -> pd.DataFrame:
        if day:
            frame = store.query("quality_as_at", scope.reach(), organisations=codes, **{**parameters, **rule}, as_at=day)
        else:
            frame = store.query("quality_by_group", scope.reach(), organisations=codes, **parameters)
        return with_shares(frame, TRUST).rename(columns={"headcount": "assessed_headcount"})

    counts = ["assessed_headcount", "assessments", "old", "own", "compared", "apart"]
    people = "assessed_headcount"
    shown = protected(
        found(area), scope, by, area, numbers, counts=counts, values=["median_age"], shares=TRUST, people=people, behind=TOLD, own=found
    )
    return shown[[*by, *QUALITY]]


def with_bias(store: Store, scope: Scope, assumptions: Assumptions | None, self_bias: float | None) -> Assumptions:
    """Return the assumptions, the store's by default, with everybody's own view so many ranks too high; None leaves it to them."""
    numbers = assumptions or Assumptions.of(store, scope)
    return numbers if self_bias is None else numbers.with_values({SELF_BIAS: self_bias})


def measure(
    store: Store, scope: Scope, by: Sequence[str], area: Sequence[str] | None, assumptions: Assumptions, as_at: dt.date | None = None
) -> pd.DataFrame:
    """Return the gap by cuts with its parts, exact wherever it is: whoever calls this protects what comes of it.

    `as_at` is a day of `known_on`.
    """
    bias = assumptions.value(SELF_BIAS)
    parameters: dict[str, object] = {"by": list(by), "organisations": area, "unassessed_share": assumptions.value("unassessed_share")}
    if as_at:
        rule = RankRule.from_assumptions(assumptions).parameters()
        return store.query("gap_as_at", scope.reach(), **parameters, **rule, self_bias=bias, as_at=as_at)
    if bias:
        return store.query("gap_with_bias", scope.reach(), **parameters, self_bias=bias)
    return store.query("gap_by_group", scope.reach(), **parameters)


def with_evidence(
    store: Store,
    scope: Scope,
    frame: pd.DataFrame,
    by: Sequence[str],
    area: Sequence[str] | None,
    assumptions: Assumptions,
    as_at: dt.date | None = None,
) -> pd.DataFrame:
    """Put beside a gap, which has headcount, the further columns of people that BEHIND names; exact, arguments as of `measure`."""
    parameters: dict[str, object] = {"by": list(by), "organisations": area}
    if as_at:
        rule = RankRule.from_assumptions(assumptions).parameters()
        people = store.query("assessed_as_at", scope.reach(), **parameters, **rule, as_at=as_at)
    else:
        people = store.query("assessed_by_group", scope.reach(), **parameters)
    counted = ["assessed_headcount", "evidence_headcount", "unsure_headcount", "doubtful"]
    told = beside(frame, people, by)[counted].fillna(0)
    # Of returns nobody knows exactly who is assessed in several skills: no more people are taken for not assessed than surely are.
    left = (frame["headcount"] - told["assessed_headcount"] - told["unsure_headcount"]).clip(lower=0)
    return frame.assign(**told.drop(columns="unsure_headcount"), unassessed_headcount=left)


def known_on(store: Store, scope: Scope, area: Sequence[str] | None, as_at: dt.date | None) -> dt.date | None:
    """Return the day where less was known on it than now, None where all was; raises ScenarioError before the first staff list."""
    if as_at is None:
        return None
    lists = store.query("staff_lists", scope.reach(), organisations=area)
    if lists.empty or as_at < lists["as_at"].min().date():
        first = "no staff list at all" if lists.empty else f"the first staff list is of {lists['as_at'].min():%Y-%m-%d}"
        raise ScenarioError(
            [Fault("Nothing known on that day", "--as-at", found=f"{as_at}", allowed=f"a later day: {first}", action="Choose a later day.")]
        )
    return as_at if as_at < lists["newest"].max().date() else None


def labels(store: Store, scope: Scope) -> dict[str, Mapping[str, str]]:
    """Return the names for people of the ids in each cut."""
    levels = store.query("role_levels", scope)
    skills = store.query("skills", scope)
    return {
        **place_labels(store, scope),
        "role_family": names(levels, "role_family", "role_family_label"),
        "role": names(levels, "role", "role_label"),
        "role_level": names(levels, "role_level", "role_level_label"),
        "skill": names(skills, "skill", "skill_label"),
    }
