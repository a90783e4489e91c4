"""How far all staff, and boards, meet what the all-staff tiers ask: from single people's assessments or, without them, from returns.

The rules stand in sql/all_staff_need.sql (who is held against what), sql/all_staff_person.sql (which role level a person is in),
sql/all_staff_return.sql (which return counts) and sql/all_staff_held.sql (ranges, headcounts, and how the two sources come together).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from skills_model.assessment import KINDS, RankRule
from skills_model.assumptions import Assumptions
from skills_model.cuts import PLACES, check, names, place_labels, protected, with_shares
from skills_model.organisations import known
from skills_model.privacy import Scope
from skills_model.store import Store

CUTS = (*PLACES, "tier", "staff_group", "role_level", "skill")
COUNTS = (
    "needed",
    "met_low",
    "met",
    "met_high",
    "ranks_short_low",
    "ranks_short",
    "ranks_short_high",
    "assessed",
    "met_assessed",
    "from_people",
    "from_returns",
)
SHARES = {
    "share_low": ("met_low", "needed"),
    "share": ("met", "needed"),
    "share_high": ("met_high", "needed"),
    "assessed_share": ("assessed", "needed"),
    "share_of_assessed": ("met_assessed", "assessed"),
}
BEHIND = {
    **dict.fromkeys(("met_low", "met_high", "ranks_short_low", "ranks_short_high", "met_assessed"), ("assessed_headcount",)),
    **dict.fromkeys(("met", "ranks_short"), ("assessed_headcount", "evidence_headcount")),
    "assessed": ("assessed_headcount", "unassessed_headcount"),
    "from_people": ("people_headcount",),
    "from_returns": ("returns_headcount",),
}
"""The people of whom a measure tells, beside all staff: those assessed, those whose ranks stand in for others, those not assessed."""
MEASURES = ("headcount", "rank_least", "rank_most", *COUNTS, *SHARES, "counted", "source")
_SOURCES = {(True, True): "both", (True, False): "person-level", (False, True): "return", (False, False): "none"}


def measure(
    store: Store,
    scope: Scope,
    by: Sequence[str],
    organisations: Sequence[str] | None = None,
    assumptions: Assumptions | None = None,
) -> pd.DataFrame:
    """Return how far what is asked of all staff is met, by the cuts of `by`, then MEASURES.

    `headcount` is people; `needed`, `met_*`, `assessed`, `from_people` and `from_returns` are people times the skills asked of them, and
    the shares are of `needed`, or of `assessed` where they say so; `ranks_short_*` is people times ranks; `rank_least` and `rank_most` are
    the ranks required. `counted` says what the headcount is from, `source` where the assessments are from: person-level, return, both or
    none. A row is exact where the scope sees all of its organisations exactly, and protected otherwise. Raises ScenarioError for an
    unknown cut, DataError for an unknown organisation.
    """
    check(by, CUTS)
    area = known(store, scope, organisations)
    numbers = assumptions or Assumptions.of(store, scope)

    def found(codes: list[str] | None) -> pd.DataFrame:
        frame = with_shares(store.query("all_staff", scope.reach(), by=list(by), organisations=codes, **_numbers(numbers)), SHARES)
        return frame.assign(unassessed_headcount=frame["headcount"] - frame["assessed_headcount"])

    frame = found(area)
    from_people, from_returns = frame["from_people"] > 0, frame["from_returns"] > 0
    frame["source"] = pd.Series([_SOURCES[pair] for pair in zip(from_people, from_returns, strict=True)], index=frame.index, dtype="str")
    shown = protected(frame, scope, by, area, numbers, counts=COUNTS, shares=SHARES, behind=BEHIND, own=found)
    return shown[[*by, *MEASURES]]


def progress(
    store: Store, scope: Scope, organisations: Sequence[str] | None = None, assumptions: Assumptions | None = None
) -> pd.DataFrame:
    """Return, for every organisation in reach, whether it has returned counts and how many people it has assessed one by one.

    Columns: organisation, name, first_return, last_return (dates, blank without a return), returned (people), staff_groups, assessed
    (people). Numbers of people outside the user's own organisations are protected. Raises DataError for an unknown organisation.
    """
    area = known(store, scope, organisations)
    frame = store.query("all_staff_progress", scope.reach(), organisations=area, kinds=list(KINDS))
    numbers = assumptions or Assumptions.of(store, scope)
    shown = protected(frame, scope, ["organisation"], area, numbers, counts=[], people="returned")
    return protected(shown, scope, ["organisation"], area, numbers, counts=[], people="assessed")


def labels(store: Store, scope: Scope) -> dict[str, Mapping[str, str]]:
    """Return the names for people of the ids in each cut."""
    needs = store.query("all_staff_need", scope)
    return {
        **place_labels(store, scope),
        "tier": names(needs, "tier", "tier_label"),
        "staff_group": names(needs, "staff_group", "staff_group"),
        "role_level": names(needs, "role_level", "staff"),
        "skill": names(needs, "skill", "skill_label"),
    }


def _numbers(numbers: Assumptions) -> dict[str, object]:
    """Return the parameters of sql/all_staff_held.sql."""
    rule = RankRule.from_assumptions(numbers).parameters()
    shared = ("kinds", "margin_low", "margin_high", "margin_stale", "stale_months")
    return {name: rule[name] for name in shared} | {
        "margin_return": numbers.value("rank_margin_return"),
        "return_count_error": numbers.value("return_count_error"),
        "unassessed_share": numbers.value("unassessed_share"),
    }
