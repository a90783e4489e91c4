"""What demand needs to know beside a scenario: posts today, where organisations are, how mature they are, what England has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from skills_model import reference
from skills_model.area import places
from skills_model.assumptions import Assumptions
from skills_model.demand.posts import posts
from skills_model.errors import Fault, ScenarioError
from skills_model.organisations import protection
from skills_model.privacy import Scope
from skills_model.rows import nearest
from skills_model.scenario import Scenario, financial_year
from skills_model.store import Store

APPROACHES = ("enterprise-wide", "integrated", "built")


def _none(*columns: str) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="float64" if name == "posts" else "str") for name in columns})


@dataclass(frozen=True)
class Profile:
    """What an approach to patient records needs: posts of each role family as a multiple of those without it.

    `implementation` counts for so many `years` from the beginning, `running` ever after.
    """

    years: float
    implementation: Mapping[str, float]
    running: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Facts:
    """The facts that demand is worked out from.

    posts     today's, of the organisations asked about; columns of `posts.posts`
    places    where every organisation in reach is at the start of the scenario; columns of `area.places`
    maturity  share of the best possible score, by organisation; only those that have a score
    england   all of England's posts today: organisation ("" where not in the store), region, role_family, posts, those of others rounded;
              only where the scenario has a total
    whole     whether the store holds so much of England that its posts are England's
    records   what each approach to patient records needs; only where the scenario has one
    """

    posts: pd.DataFrame = field(default_factory=lambda: _none("organisation", "role_family", "role_level", "band", "posts"))
    places: pd.DataFrame = field(default_factory=lambda: _none("organisation", "region"))
    maturity: pd.Series = field(default_factory=lambda: pd.Series(dtype="float64"))
    england: pd.DataFrame = field(default_factory=lambda: _none("organisation", "region", "role_family", "posts"))
    whole: bool = False
    records: Mapping[str, Profile] = field(default_factory=dict)


def facts(store: Store, scope: Scope, codes: Sequence[str] | None, scenario: Scenario, assumptions: Assumptions) -> Facts:
    """Read the facts that the demand of some organisations needs, None for all, under a scenario.

    The assumptions are taken as they are, the scenario's own values included. The posts asked about are exact, and what is made of them is
    yet to be protected for the scope; England's are not, where a total is shared out by them. Raises ScenarioError for every name in the scenario's demand
    that is not known, and where the least mature organisations come first and nobody is scored.
    """
    everywhere = scope.reach()
    there = places(store, scope, scenario.start)
    scores = store.query("maturity", everywhere).set_index("organisation")["maturity"]
    levels = store.query("role_levels", scope)
    stored = store.query("organisation_names", Scope.local())["organisation"]
    faults = [
        *unknown(scenario, set(levels["role_family"]), set(there["region"].dropna()), set(stored)),
        *contradictions(scenario),
        *_unscored(scenario, scores),
    ]
    if faults:
        raise ScenarioError(faults)
    england, whole = _none("organisation", "region", "role_family", "posts"), False
    own = posts(store, everywhere, codes)
    if scenario.demand.total.years:
        held = own if codes is None else posts(store, everywhere)
        held = _coarsened(held, scope, store)
        whole = held["posts"].sum() >= assumptions.value("england_whole_share") * published_posts(assumptions)
        england = _held(held, there) if whole else _published(assumptions)
    records = profiles(assumptions) if scenario.demand.records else {}
    return Facts(own, there, scores, england, bool(whole), records)


def published_posts(assumptions: Assumptions) -> float:
    """Return England's posts by published figures: the workforce and the vacant posts beside it."""
    return assumptions.value("england_workforce_fte") / (1 - assumptions.value("vacancy_share"))


def profiles(assumptions: Assumptions) -> dict[str, Profile]:
    """Return what each approach to patient records needs; the keys of its assumptions are `approach: role family`."""
    parts = {name: assumptions.by_key(f"records_{name}_posts") for name in ("implementation", "running")}
    return {
        approach: Profile(
            assumptions.value("records_implementation_years", approach),
            *({key.partition(": ")[2]: value for key, value in part.items() if key.startswith(f"{approach}: ")} for part in parts.values()),
        )
        for approach in APPROACHES
    }


def unknown(scenario: Scenario, role_families: Collection[str], regions: Collection[str], organisations: Collection[str]) -> list[Fault]:
    """List a fault for every role family, region and organisation that the scenario's demand names and nobody knows.

    Organisations and regions may also be published ones that are not in the store.
    """
    known: dict[str, Collection[str]] = {
        "role_family": role_families,
        "region": {*regions, *reference.table("regions")["region"]},
        "organisation": {*organisations, *reference.table("organisation_hierarchy")["organisation"]},
    }
    return [
        Fault(
            "Unknown name",
            f"scenario {scenario.id}",
            column=column,
            found=f"'{name}'",
            allowed=(", ".join(sorted(known[kind])) if len(known[kind]) <= 20 else f"a known {kind.replace('_', ' ')}")
            + nearest(name, sorted(known[kind])),
            action="Correct the name.",
        )
        for column, kind, names in _named(scenario)
        for name in names
        if name not in known[kind]
    ]


def _named(scenario: Scenario) -> Iterator[tuple[str, str, Collection[str]]]:
    """Yield each part of the scenario's demand that names something: its place, of what, the names."""
    demand = scenario.demand
    # The baseline names the role families of the project, also for a store that has a framework of its own.
    yield "demand.growth", "role_family", [name for name, way in demand.growth.items() if way.range != (0.0, 0.0)]
    yield "demand.region", "region", demand.region
    yield "demand.organisation", "organisation", demand.organisation
    for name, activity in demand.activity.items():
        yield f"demand.activity.{name}.role_families", "role_family", activity.role_families
    for name, technology in demand.technology.items():
        yield f"demand.technology.{name}.from", "role_family", [technology.from_]
        yield f"demand.technology.{name}.to", "role_family", [technology.to]
    if demand.records:
        yield "demand.records.organisations", "organisation", demand.records.organisations


def contradictions(scenario: Scenario) -> list[Fault]:
    """List a fault for everything in the scenario's demand that contradicts itself or would do nothing."""
    demand, where, first = scenario.demand, f"scenario {scenario.id}", financial_year(scenario.start)
    last = scenario.year_of(scenario.periods)
    faults = [
        Fault("Technology without a change", where, column=f"demand.technology.{name}.to", found=f"'{technology.to}'",
              allowed="another role family than `from`", action="Correct one of the two.")
        for name, technology in demand.technology.items()
        if technology.from_ == technology.to
    ]  # fmt: skip
    faults += [
        Fault("Range that is not drawn", where, column=f"demand.{part}.{name}", found="low or high",
              allowed="ranges of role families, activities and the total", action="Leave them out here, or give a role family the range.")
        for part, ways in (("region", demand.region), ("organisation", demand.organisation))
        for name, way in ways.items()
        if way.range != (way.rate, way.rate)
    ]  # fmt: skip
    begun = {f"technology.{name}": item.begin for name, item in demand.technology.items()}
    begun |= {"records": demand.records.begin} if demand.records else {}
    faults += [
        Fault("Begins after the end", where, column=f"demand.{part}.begin", found=f"'{begin}'", allowed=f"{last} or earlier",
              action="Choose an earlier year, or more periods: it would change nothing.")
        for part, begin in begun.items()
        if begin > last
    ]  # fmt: skip
    faults += [
        Fault("Over before the start", where, column=f"demand.technology.{name}.begin", found=f"'{item.begin}', {item.years:g} years",
              allowed=f"something that goes on in {first}", action="Leave it out: posts of today already are without it.")
        for name, item in demand.technology.items()
        if int(item.begin[:4]) + item.years <= int(first[:4])
    ]  # fmt: skip
    if demand.records and demand.records.begin < first:
        action, found = "Posts that are there today already count; choose a later year.", f"'{demand.records.begin}'"
        faults.append(Fault("Begun before the scenario", where, None, "demand.records.begin", found, f"{first} or later", action))
    return faults


def _unscored(scenario: Scenario, scores: pd.Series) -> list[Fault]:
    if scenario.demand.maturity is None or len(scores):
        return []
    action = "`skillsplan import maturity FILE` takes scores in."
    return [Fault("No maturity score", f"scenario {scenario.id}", column="demand.maturity", found="no score of anybody", action=action)]


def _coarsened(held: pd.DataFrame, scope: Scope, store: Store) -> pd.DataFrame:
    """Return posts by organisation and role family, those of others rounded, and few of them as half of how many are shown.

    A total is shared out by everybody's posts, so that one's own part, which is exact, would tell theirs to whoever changes the growth.
    """
    rows = held.groupby(["organisation", "role_family"], dropna=False, as_index=False)[["posts"]].sum()
    others = ~rows["organisation"].map(scope.sees_exactly).astype(bool)
    threshold, base = protection(Assumptions.of(store, scope))
    exact = rows["posts"].round(6)
    coarse = (base * np.floor(exact / base + 0.5)).mask((exact > 0) & (exact < threshold), threshold / 2)
    return rows.assign(posts=rows["posts"].mask(others, coarse))


def _held(rows: pd.DataFrame, there: pd.DataFrame) -> pd.DataFrame:
    """Return the posts of the store as England's."""
    return rows.assign(region=rows["organisation"].map(there.set_index("organisation")["region"]))


def _published(assumptions: Assumptions) -> pd.DataFrame:
    """Return England's posts by role family and region from published figures.

    The regions have posts as their trusts have staff; no split by role family is published, so that of the demonstration is taken.
    """
    trusts = reference.table("trusts").groupby("region_code")["fte"].sum()
    families = pd.Series(assumptions.by_key("demo_role_family_share"))
    rows = pd.MultiIndex.from_product([families.index, trusts.index], names=["role_family", "region"]).to_frame(index=False)
    shares = rows["role_family"].map(families / families.sum()) * rows["region"].map(trusts / trusts.sum())
    return rows.assign(organisation="", posts=shares * published_posts(assumptions))
