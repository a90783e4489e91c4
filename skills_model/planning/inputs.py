"""What a plan for one organisation starts from: groups of staff and the skills they hold. No row is a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from skills_model import demand, gap, supply
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, Fault
from skills_model.organisations import known, organisations
from skills_model.privacy import Scope
from skills_model.store import Store


@dataclass(frozen=True)
class Inputs:
    """The facts of one organisation that a plan needs.

    organisation  its code, name, region_code, as_at and whether it is a demonstration
    staff         one row a role level, band and age band with staff: role_family, role_level, band, age_band, headcount, fte
    posts         one row a role level with funded posts: role_family, role_level, band, budgeted_fte, bank_fte, agency_fte
    held          one row a role level, skill and rank up to the required one: required_rank, rank, held (FTE at that rank or above)
    labels        names for people by cut and id
    unmapped_fte  staff whose job title is not mapped to a role level, and who are in none of these
    """

    organisation: pd.Series
    staff: pd.DataFrame
    posts: pd.DataFrame
    held: pd.DataFrame
    labels: Mapping[str, Mapping[str, str]]
    unmapped_fte: float = 0.0


def read(store: Store, scope: Scope, organisation: str, assumptions: Assumptions) -> Inputs:
    """Read what a plan for one organisation starts from.

    Raises DataError where the organisation is not in the store, has neither staff nor posts, or has staff whose pay band nobody knows.
    """
    known(store, scope, [organisation])
    rows = organisations(store, scope)
    inputs = Inputs(
        organisation=rows[rows["code"] == organisation].iloc[0],
        staff=supply.by_age_band(store, scope, organisation),
        posts=demand.establishment(store, scope, organisation),
        held=gap.held(store, scope, [organisation], assumptions),
        labels=gap.labels(store, scope),
        unmapped_fte=float(store.query("unmapped", scope, organisations=[organisation])["fte"].sum()),
    )
    faults = [*_nothing(inputs, organisation), *_no_band(inputs.staff, organisation)]
    if faults:
        raise DataError(faults)
    return inputs


def _nothing(inputs: Inputs, organisation: str) -> list[Fault]:
    if len(inputs.staff) or len(inputs.posts):
        return []
    found = f"no staff and no posts in {organisation}"
    action = "Import its staff and posts; posts count once there is a staff list."
    return [Fault("Nothing to plan", "organisation", found=found, action=action)]


def _no_band(staff: pd.DataFrame, organisation: str) -> list[Fault]:
    """Pay follows the band, so a role level whose staff are all on other terms needs one from its posts or its framework."""
    banded = staff.groupby("role_level")["band"].count()
    action = f"Import the establishment of {organisation} with the band that stands nearest to their pay."
    return [
        Fault("Pay band not known", "establishment", column="band", found=f"no post of {level} has one", action=action)
        for level in banded.index[banded == 0]
    ]


def groups(inputs: Inputs, assumptions: Assumptions) -> pd.DataFrame:
    """Return one row a role level: role_family, band, staff_fte, leaver_rate a year, budgeted_fte, cover_fte (bank and agency), posts."""
    staff = supply.leaving(inputs.staff, assumptions)
    both = staff.merge(inputs.posts, on=["role_family", "role_level"], how="outer", suffixes=("_staff", ""))
    both["band"] = both["band"].fillna(both.pop("band_staff"))
    amounts = ["headcount", "staff_fte", "budgeted_fte", "bank_fte", "agency_fte"]
    both[amounts] = both[amounts].fillna(0.0)
    both["leaver_rate"] = both["leaver_rate"].fillna(_usual_leaver_rate(staff, assumptions))
    both["cover_fte"] = both.pop("bank_fte") + both.pop("agency_fte")
    both["posts"] = both[["budgeted_fte", "staff_fte"]].max(axis=1)
    return both.sort_values("role_level").reset_index(drop=True)


def _usual_leaver_rate(staff: pd.DataFrame, assumptions: Assumptions) -> float:
    """Return the leaver rate of posts without staff: that of the organisation, or where it has none of staff whose age is unknown."""
    if staff.empty:
        return assumptions.value("leaver_rate", "unknown")
    return float((staff["leaver_rate"] * staff["staff_fte"]).sum() / staff["staff_fte"].sum())
