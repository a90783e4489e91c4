"""Write what an organisation signs off: counts by role level, band, age band, skill and rank, of nobody by name or number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from skills_model.errors import DataError, Fault, ScopeError
from skills_model.organisations import known
from skills_model.privacy import Scope
from skills_model.returning import form
from skills_model.store import Store

_OF_FLOWS = ("start", "joined", "left", "moved")


@dataclass(frozen=True, eq=False)
class Return:
    """A return as it is written: `rows` has the columns of form.COLUMNS."""

    organisation: str
    as_at: dt.date
    signed_off_by: str
    demonstration: bool
    rows: pd.DataFrame

    @property
    def draft(self) -> bool:
        """Tell whether nobody has signed it off."""
        return not self.signed_off_by

    def counted(self) -> dict[str, int]:
        """Return how many rows each part has."""
        return {part: int((self.rows["part"] == part).sum()) for part in form.TABLES}


def write(
    store: Store,
    scope: Scope,
    organisation: str,
    *,
    on: dt.date,
    signed_off_by: str = "",
    agreement: str = "",
    progress: Callable[[float], None] = lambda _: None,
) -> Return:
    """Make the return of an organisation from its latest staff list; without who signs it off, on the day `on`, it is a draft.

    Raises DataError where the organisation is not in the store or has no staff list there, or where the role that signs off tells who
    somebody is; ScopeError where exact numbers of it may not be seen. `progress` hears the share done.
    """
    known(store, scope, [organisation])
    if not scope.sees_exactly(organisation):
        raise ScopeError(f"Only {organisation} itself can return its numbers; your access does not include them exactly.")
    share = store.query("mapped_share", scope, organisations=[organisation])
    faults = [*_without_list(store, scope, organisation), *_not_a_role("--signed-off-by", signed_off_by)]
    faults += _not_a_role("--agreement", agreement, numbers=True)
    if faults:
        raise DataError(faults)
    whole = share.iloc[0]
    as_at = pd.Timestamp(str(whole["as_at"])).date()
    place = store.query("organisation_names", scope, organisations=[organisation]).iloc[0]
    first = {name: place[name] for name in form.PARTS[form.RETURN] if name in place.index} | {
        "status": form.SIGNED_OFF if signed_off_by else form.DRAFT,
        "signed_off_on": on.isoformat() if signed_off_by else None,
        "signed_off_by": signed_off_by or None,
        "agreement": agreement or None,
        "demonstration": str(bool(place["demonstration"])).lower(),
        "headcount": whole["headcount"],
        "fte": whole["fte"],
        "unmapped_headcount": whole["unmapped_headcount"],
        "outside_fte": whole["outside_fte"],
    }
    progress(0.4)
    parts = {form.RETURN: pd.DataFrame([first]), **_parts(store, scope, organisation, as_at)}
    progress(0.8)
    told = pd.concat([frame.reindex(columns=list(form.PARTS[part])).assign(part=part) for part, frame in parts.items()])
    rows = pd.concat([told, form.totals(told)]).assign(organisation=organisation, as_at=as_at.isoformat())
    rows = rows.reindex(columns=list(form.COLUMNS)).reset_index(drop=True)
    return Return(
        organisation, as_at, signed_off_by, bool(place["demonstration"]), rows.astype(dict.fromkeys(sorted(form.WHOLE), "Int64"))
    )


def _parts(store: Store, scope: Scope, organisation: str, as_at: dt.date) -> Mapping[str, pd.DataFrame]:
    one = [organisation]
    counts = store.query("rank_counts", scope, organisations=one)
    return {
        form.STAFF: store.query("supply_staff", scope, organisations=one),
        form.ROLES: store.query("role_sets", scope, organisations=one),
        form.POSTS: store.query("establishment_by_group", scope, organisations=one),
        form.SKILLS: counts[counts["headcount"] > 0],
        form.FLOWS: _flows(store, scope, organisation, as_at),
    }


def _flows(store: Store, scope: Scope, organisation: str, as_at: dt.date) -> pd.DataFrame:
    """Add the flows between the last two staff lists up over bands; who only changed band or age band has not moved."""
    flows = store.query("staff_flows", scope, organisations=[organisation])
    last = flows[(flows["as_at"] == pd.Timestamp(as_at)) & flows["flow"].isin(_OF_FLOWS)]
    within = (last["flow"] == "moved") & (last["role_level"].fillna("") == last["to_role_level"].fillna(""))
    keys = ["from_date", "flow", "role_level", "to_role_level", "age_band"]
    added = last[~within].groupby(keys, dropna=False, as_index=False)[["headcount", "fte"]].sum()
    return added.assign(from_date=added["from_date"].dt.strftime("%Y-%m-%d"), fte=added["fte"].round(9))


def _without_list(store: Store, scope: Scope, organisation: str) -> list[Fault]:
    if len(store.query("snapshots", scope, organisations=[organisation])):
        return []
    if len(store.query("returns", scope, organisations=[organisation])):
        action = f"Pass on the file that {organisation} sent."
        return [Fault("Counts by its return", organisation, found="a return and no staff list", allowed="a staff list", action=action)]
    action = f"`skillsplan import staff FILE --organisation {organisation} --as-at DATE` takes one in."
    return [Fault("Nothing to return", organisation, found="no staff list", allowed="a staff list", action=action)]


def _not_a_role(option: str, words: str, *, numbers: bool = False) -> list[Fault]:
    told = form.personal(words, numbers=numbers)
    action = "Name the role, such as 'Chief information officer'; a return holds nothing about single people."
    return [Fault("May tell who somebody is", option, found=told, allowed="words without names or numbers", action=action)] if told else []
