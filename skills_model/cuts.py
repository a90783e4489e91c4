"""Results by cuts, such as by organisation and skill: which cuts there are, their names for people, shares, and what is protected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy.typing as npt
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.errors import Fault, ScenarioError, ScopeError
from skills_model.organisations import protection
from skills_model.privacy import Scope, protect
from skills_model.rows import nearest
from skills_model.store import Store

PLACES = ("organisation", "icb", "region", "organisation_type")


def check(by: Sequence[str], allowed: Sequence[str]) -> None:
    """Raise ScenarioError where a cut is unknown or given twice."""
    faults = [
        Fault(
            "Unknown cut" if cut not in allowed else "Cut given twice",
            "--by",
            found=f"'{cut}'",
            allowed=", ".join(allowed) + ("" if cut in allowed else nearest(cut, allowed)),
            action="Correct the list of cuts.",
        )
        for number, cut in enumerate(by)
        if cut not in allowed or cut in by[:number]
    ]
    if faults:
        raise ScenarioError(faults)


def with_shares(frame: pd.DataFrame, shares: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """Put the shares, each of a part and a whole, beside exact counts; blank where the whole is nothing."""
    return frame.assign(**{name: (frame[part] / frame[whole].where(frame[whole] > 0)).round(6) for name, (part, whole) in shares.items()})


def protected(
    frame: pd.DataFrame,
    scope: Scope,
    by: Sequence[str],
    area: Sequence[str] | None,
    assumptions: Assumptions,
    *,
    counts: Sequence[str],
    values: Sequence[str] = (),
    shares: Mapping[str, tuple[str, str]] | None = None,
    people: str = "headcount",
    behind: Mapping[str, Sequence[str]] | None = None,
    own: Callable[[list[str]], pd.DataFrame] | None = None,
    magnified: Mapping[str, npt.ArrayLike] | None = None,
) -> pd.DataFrame:
    """Protect a result by cuts where the scope does not see all of the area exactly; arguments as of privacy.protect.

    A row about one organisation is exact where it is the user's own, and protected otherwise. Any other row may add the user's own
    people to somebody else's. Whoever knows their own part exactly can take it off, and choose which of their organisations to add, until
    the rest lies between bounds one person apart. So the rest alone is protected, before the user's own part is added to it: such a row
    tells no more than a row about the others would. Whoever sets how fast something grows can blow a single FTE up beyond any rounding, so
    `magnified` is given wherever a scenario multiplies what there is, for the most that it multiplies anybody protected by. `own` returns the same columns for those organisations only; every column of people
    must add up over organisations. Raises ScopeError where it is needed and not given.
    """
    if scope.sees_all_exactly(area):
        return frame
    threshold, base = protection(assumptions)
    mine = [] if "organisation" in by else _own(scope, area)
    if mine and own is None:
        raise ScopeError("Your own organisations and others cannot be added up here; ask for your own, or for the others.")
    rows = hidden(frame, scope) if "organisation" in by else None
    part = beside(frame, own(mine), by) if mine and own else None
    return protect(frame, counts, people, values, shares, threshold, base, rows=rows, behind=behind, own=part, magnified=magnified)


def _own(scope: Scope, area: Sequence[str] | None) -> list[str]:
    """Return the user's own organisations in the area, none for a public result."""
    return sorted(code for code in (scope.organisations or () if area is None else area) if scope.sees_exactly(code))


def beside(frame: pd.DataFrame, other: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return the rows of the other frame that have the cuts of the frame, in its order; blank where it has none."""
    keys = frame[list(by)].assign(one=1)
    return keys.merge(other.assign(one=1), on=[*by, "one"], how="left").set_axis(frame.index)


def hidden(frame: pd.DataFrame, scope: Scope) -> pd.Series[bool]:
    """Tell of rows that are each about one organisation which ones are not the user's own."""
    return ~frame["organisation"].map(scope.sees_exactly).astype(bool)


def place_labels(store: Store, scope: Scope) -> dict[str, Mapping[str, str]]:
    """Return the names for people of the ids in each cut of PLACES."""
    places = store.query("organisation_names", scope.reach())
    return {
        "organisation": names(places, "organisation", "name"),
        "icb": names(places, "icb_code", "icb_name"),
        "region": names(places, "region_code", "region_name"),
        "organisation_type": names(places, "organisation_type", "organisation_type"),
    }


def names(frame: pd.DataFrame, key: str, label: str) -> dict[str, str]:
    """Return the labels of a frame by key, of the rows that have both."""
    named = frame.dropna(subset=[key, label])
    return dict(zip(named[key], named[label], strict=True))
