"""What a plan for one organisation starts from: groups of staff and the skills they hold. No row is a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from skills_model import gap
from skills_model.assumptions import Assumptions
from skills_model.demand import Facts, establishment, facts
from skills_model.errors import DataError, Fault
from skills_model.organisations import known, organisations
from skills_model.planning import options as user_options
from skills_model.planning.options import Options
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply import pipelines
from skills_model.supply.cells import staff
from skills_model.supply.model import Rates
from skills_model.supply.rates import estimate


@dataclass(frozen=True)
class Inputs:
    """The facts of one organisation that a plan needs.

    organisation  its code, name, region_code, as_at and whether it is a demonstration
    staff         one row a role level, band and age band with staff: role_family, role_level, band, age_band, headcount, fte
    posts         one row a role level with funded posts: role_family, role_level, band, budgeted_fte, bank_fte, agency_fte
    held          one row a role level, skill and rank up to the required one: required_rank, rank, held (FTE at that rank or above)
    labels        names for people by cut and id
    rates         what happens to staff in a year, as estimated under the assumptions `estimated_under`
    pipelines     staff known to be on their way: columns of `pipelines.read`
    demand        what the posts needed depend on beside the scenario
    options       what the user's own tables say of levers and money
    unmapped_fte  staff whose job title is not mapped to a role level, and who are in none of these
    """

    organisation: pd.Series
    staff: pd.DataFrame
    posts: pd.DataFrame
    held: pd.DataFrame
    labels: Mapping[str, Mapping[str, str]]
    rates: Rates
    estimated_under: Assumptions
    pipelines: pd.DataFrame
    demand: Facts
    options: Options = field(default_factory=Options)
    unmapped_fte: float = 0.0


def read(store: Store, scope: Scope, organisation: str, scenario: Scenario, assumptions: Assumptions) -> Inputs:
    """Read what a plan for one organisation under a scenario starts from; the assumptions are taken as they are.

    Raises DataError where the organisation is not in the store, has neither staff nor posts, or has staff whose pay band nobody knows;
    ScenarioError where the scenario's demand cannot be.
    """
    known(store, scope, [organisation])
    rows = organisations(store, scope)
    cells = staff(store, scope, [organisation])
    mapped = cells["role_level"].notna()
    people = cells.loc[mapped, ["role_family", "role_level", "band", "age_band", "headcount", "fte"]].reset_index(drop=True)
    posts = establishment(store, scope, organisation)
    coming = pipelines.read(store, scope, [organisation])
    faults = [*_nothing(people, posts, organisation), *_no_band(people, coming, organisation)]
    if faults:
        raise DataError(faults)
    return Inputs(
        organisation=rows[rows["code"] == organisation].iloc[0],
        staff=people,
        posts=posts,
        held=gap.held(store, scope, [organisation], assumptions),
        labels=gap.labels(store, scope),
        rates=estimate(store, scope, [organisation], assumptions),
        estimated_under=assumptions,
        pipelines=coming,
        demand=facts(store, scope, [organisation], scenario, assumptions),
        options=user_options.read(store, scope, organisation),
        unmapped_fte=float(cells.loc[~mapped, "fte"].sum()),
    )


def _nothing(people: pd.DataFrame, posts: pd.DataFrame, organisation: str) -> list[Fault]:
    if len(people) or len(posts):
        return []
    found = f"no staff and no posts in {organisation}"
    action = "Import its staff and posts; posts count once there is a staff list."
    return [Fault("Nothing to plan", "organisation", found=found, action=action)]


def _no_band(people: pd.DataFrame, coming: pd.DataFrame, organisation: str) -> list[Fault]:
    """Pay follows the band, so a role level whose staff are all on other terms needs one from its posts or its framework."""
    banded = pd.concat([people[["role_level", "band"]], coming[["role_level", "band"]]]).groupby("role_level")["band"].count()
    action = f"Import the establishment of {organisation} with the band that stands nearest to their pay."
    return [
        Fault("Pay band not known", "establishment", column="band", found=f"no post of {level} has one", action=action)
        for level in banded.index[banded == 0]
    ]


def groups(inputs: Inputs, arriving: pd.DataFrame) -> pd.DataFrame:
    """Return one row a role level that has staff, posts or `arriving` staff, these with role_family, role_level and band.

    Columns: role_family, role_level, band, headcount, staff_fte, budgeted_fte, cover_fte (bank and agency), posts. The band is that of the
    posts, else the one that most staff are on, else that of those who arrive.
    """
    keys = ["role_family", "role_level"]
    staff = inputs.staff.groupby(keys, as_index=False).agg(headcount=("headcount", "sum"), staff_fte=("fte", "sum"))
    every = staff.merge(inputs.posts, on=keys, how="outer").merge(arriving[keys].drop_duplicates(), on=keys, how="outer")
    by_band = inputs.staff.groupby([*keys, "band"], as_index=False).agg(fte=("fte", "sum")).sort_values("fte", kind="stable")
    for bands in (by_band, arriving):
        known = bands.drop_duplicates("role_level", keep="last").set_index("role_level")["band"]
        every["band"] = every["band"].fillna(every["role_level"].map(known))
    amounts = ["headcount", "staff_fte", "budgeted_fte", "bank_fte", "agency_fte"]
    every[amounts] = every[amounts].fillna(0.0)
    every["cover_fte"] = every.pop("bank_fte") + every.pop("agency_fte")
    every["posts"] = every[["budgeted_fte", "staff_fte"]].max(axis=1)
    return every.sort_values("role_level").reset_index(drop=True)
