"""Ways in which people join: how long each takes, what it costs, and what those who come can do on their first day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from skills_model.planning.stocks import skills_brought
from skills_model.planning.world import WEEKS_A_YEAR, World
from skills_model.reference import table

MONTHS_A_YEAR = 12
OPEN, FIXED, CLINICAL, GRADUATE = "open-advert", "fixed-term", "clinical-staff", "graduate-scheme"
"""The project's own routes; a route of the user with one of these ids stands in its place."""
FOR_A_TERM = ("fixed term", "secondment")
JOINING = ("permanent", "apprentice", *FOR_A_TERM)
"""Terms of a user's route by which people join the staff; contractors cover posts and join nothing."""
OF_GROUP = ["role_family", "role_level", "band", "staff", "stay", "pay"]


def routes(world: World) -> pd.DataFrame:
    """Return one row a role level and route that is open to it.

    lever, route and the columns OF_GROUP; delay (periods from the request to the start), hired, fee and backfill (pounds for one hire on
    the accounts recruitment, training and backfill), early (share that leaves in the first year beyond those who leave anyway), term
    (periods until a fixed term ends, 0 for none), starts (FTE a year) of the limit `starts_limit`, blank for none, external (whether they
    come from outside), brings (whose skills they bring: recruit, graduate, clinical or profile) and converts (periods from the start
    until clinical staff have learnt the rest, else 0).
    """
    own = world.inputs.options.routes
    project = {OPEN: _open_advert, FIXED: _fixed_term, CLINICAL: _clinical_staff, GRADUATE: _graduate_scheme}
    found = [route(world) for name, route in project.items() if name not in set(own["recruitment_route"])]
    joining = own[own["contract"].isin(JOINING)].to_dict("records")
    every = [*found, *(_of_user(world, row) for row in joining)]
    return pd.concat([rows for rows in every if len(rows)], ignore_index=True)


def first_day(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row a route and rung: lever, the rung's columns stock, below, rank, skill, and share, usual: who holds it on the first day.

    `share` is that of those who come by the route, `usual` that of recruits. A profile of the user says which rank a share of the joiners
    holds: nobody comes with a higher one, and lower ranks are held by at least as many.
    """
    rung = world.ladder[["role_level", "skill", "rank", "stock", "below"]].assign(
        recruit=skills_brought(world, "recruit_skill_share"),
        graduate=skills_brought(world, "graduate_skill_share"),
        clinical=_clinical(world),
    )
    every = rows[["lever", "route", "role_level", "brings"]].merge(rung, on="role_level").assign(profile=lambda held: _profile(world, held))
    brings = ["recruit", "graduate", "clinical", "profile"]
    share = np.select([every["brings"] == name for name in brings], [every[name] for name in brings])
    return every.assign(share=share, usual=every["recruit"])[["lever", "stock", "below", "rank", "skill", "share", "usual"]]


def _open_advert(world: World) -> pd.DataFrame:
    return _rows(world, world.groups, OPEN, _weeks(world, world.groups), _cost(world, world.groups))


def _fixed_term(world: World) -> pd.DataFrame:
    """Offer a fixed term where the funding of posts ends: elsewhere a permanent contract gives more for the same price."""
    posts = world.inputs.options.posts
    ending = set(posts.loc[posts["funding_end_date"].notna(), "role_level"])
    group = world.groups[world.groups["role_level"].isin(ending)]
    rows = _rows(world, group, FIXED, _weeks(world, group), _cost(world, group))
    return rows.assign(term=world.lag(world.assumptions.value("fixed_term_months") / MONTHS_A_YEAR))


def _graduate_scheme(world: World) -> pd.DataFrame:
    """Offer a scheme for the first level of a role, on the bands that have one."""
    costs = world.assumptions.by_key("graduate_scheme_cost")
    group = world.groups[world.groups["band"].isin(list(costs)) & _first_level(world)]
    rows = _rows(world, group, GRADUATE, world.assumptions.value("graduate_weeks"), group["band"].map(costs))
    starts = world.assumptions.value("graduate_starts")
    return rows.assign(brings="graduate", starts=starts, starts_limit=f"starts:{world.code}:{GRADUATE}")


def _clinical_staff(world: World) -> pd.DataFrame:
    """Move clinical staff into the role families whose posts they fill, and prepare them by courses.

    Their clinical post is covered until somebody follows, at what cover costs beyond the pay that the post no longer draws, and filled at
    the cost of a hire.
    """
    assume = world.assumptions
    shares = assume.by_key("clinical_starts_share")
    group = world.groups[world.groups["role_family"].isin(list(shares))]
    gap = assume.value("clinical_gap_weeks") / WEEKS_A_YEAR * world.scenario.periods_per_year
    rows = _rows(world, group, CLINICAL, assume.value("clinical_weeks"), _cost(world, group), assume.value("clinical_return_rate"))
    posts = rows["role_family"].map(world.groups.groupby("role_family")["posts"].sum()).astype(float)
    return rows.assign(
        fee=assume.value("clinical_conversion_fee"),
        backfill=rows["pay"] * gap * max(0.0, assume.value("cover_cost_factor") - 1),
        brings="clinical",
        external=False,
        converts=world.lag(assume.value("clinical_conversion_weeks") / WEEKS_A_YEAR),
        starts=rows["role_family"].map(shares).astype(float) * posts,
        starts_limit=f"starts:{world.code}:{CLINICAL}:" + rows["role_family"],
    )


def _of_user(world: World, route: dict[Any, Any]) -> pd.DataFrame:
    """Return the rows of a route of the user: for all role levels, or for those of its role family."""
    name, family, assume = str(route["recruitment_route"]), route["role_family"], world.assumptions
    group = world.groups if pd.isna(family) else world.groups[world.groups["role_family"] == family]
    rows = _rows(world, group, name, float(route["weeks"]), float(route["cost"]))
    if route["contract"] in FOR_A_TERM:
        months = assume.value("fixed_term_months") if pd.isna(route["months"]) else float(route["months"])
        rows = rows.assign(term=world.lag(months / MONTHS_A_YEAR))
    if not pd.isna(route["starts"]):
        rows = rows.assign(starts=float(route["starts"]), starts_limit=f"starts:{world.code}:{name}")
    return rows.assign(brings="profile")


def _rows(
    world: World, group: pd.DataFrame, route: str, weeks: pd.Series | float, hired: pd.Series | float, leaving: float | None = None
) -> pd.DataFrame:
    """Return the rows of a route into some groups: `weeks` from approval to the start, `leaving` the share gone within a year."""
    assume, year = world.assumptions, world.scenario.periods_per_year
    leaving = assume.value("first_year_leaver_rate") if leaving is None else leaving
    time = (pd.Series(weeks, index=group.index) + assume.value("recruitment_approval_weeks")) / WEEKS_A_YEAR
    return group[OF_GROUP].assign(
        lever=group["recruit"] + ("" if route == OPEN else f":{route}"),
        route=route,
        delay=time.map(world.lag).astype("int64"),
        hired=pd.Series(hired, index=group.index).astype(float),
        fee=0.0,
        backfill=0.0,
        early=(group["stay"] ** year - (1 - leaving)).clip(lower=0),
        term=0,
        starts=np.nan,
        starts_limit=None,
        external=True,
        brings="recruit",
        converts=0,
    )


def _weeks(world: World, group: pd.DataFrame) -> pd.Series:
    """Return the weeks from advert to start, with what the notice of a band adds to them."""
    notice = group["band"].map(lambda band: world.assumptions.value("recruitment_notice_weeks", band)).astype(float)
    return notice + world.assumptions.value("recruitment_weeks")


def _cost(world: World, group: pd.DataFrame) -> pd.Series:
    return group["band"].map(lambda band: world.assumptions.value("recruitment_cost", band)).astype(float)


def _first_level(world: World) -> pd.Series:
    """Tell which groups are the first level of a role: as the framework numbers them, else where one is promoted from and nobody to."""
    numbers = table("role_levels").drop_duplicates("role_level").set_index("role_level")["level_number"].astype(int)
    promotion = world.inputs.rates.promotion
    lowest = world.groups["role_level"].isin(promotion["role_level"]) & ~world.groups["role_level"].isin(promotion["to_role_level"])
    number = world.groups["role_level"].map(numbers)
    return (number == 1).where(number.notna(), lowest).astype(bool)


def _clinical(world: World) -> pd.Series:
    """Return the share of clinical staff that holds a rank, by rung: more of the skills that rest on clinical knowledge."""
    knowledge = world.ladder["skill"].map(world.assumptions.by_key("clinical_knowledge")).astype(float)
    known = knowledge.where(world.ladder["rank"] == world.ladder["required_rank"], knowledge.clip(lower=_usual(world)))
    return known.fillna(skills_brought(world, "clinical_skill_share"))


def _usual(world: World) -> pd.Series:
    return skills_brought(world, "recruit_skill_share")


def _profile(world: World, held: pd.DataFrame) -> pd.Series:
    """Return the share that holds each rank by the user's profile of the route, else that of recruits; rows as those of `held`."""
    columns = ["route", "role_level", "skill", "known", "known_share"]
    names = {"recruitment_route": "route", "rank": "known", "share": "known_share"}
    profile = world.inputs.options.profiles.rename(columns=names)[columns]
    told = held.merge(profile.astype({"known": float, "known_share": float}), on=columns[:3], how="left").set_axis(held.index)
    lower = np.where(told["rank"] < told["known"], np.maximum(told["known_share"], told["recruit"]), told["known_share"])
    own = pd.Series(np.where(told["rank"] > told["known"], 0.0, lower), index=held.index)
    return own.where(told["known"].notna(), told["recruit"])
