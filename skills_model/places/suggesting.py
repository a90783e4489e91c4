"""A round of suggestions: who could be offered the places of a plan's first year, why, how fair it is, and what the plan claims of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.places import needs as needing
from skills_model.places.assignment import Answer, Question, assign
from skills_model.places.offers import Offers, whole
from skills_model.planning.levers.training import heads


@dataclass(frozen=True)
class Facts:
    """What suggestions are made from.

    offers       places of the plan
    needs        people and what they need: columns of sql/place_needs.sql
    periods      of a year
    priority     weight of a skill, where it has one of its own
    labels       names for people of role levels and skills, by cut and id
    ranks        name of each rank, by skill
    ages         age band by person, only where an apprenticeship of level 7 is on offer
    level_seven  lines of apprenticeships of level 7
    """

    offers: Offers
    needs: pd.DataFrame
    assumptions: Assumptions
    periods: int
    priority: Mapping[str, float]
    labels: Mapping[str, Mapping[str, str]]
    ranks: Mapping[tuple[str, int], str]
    ages: Mapping[str, str]
    level_seven: frozenset[str]


@dataclass(frozen=True)
class Suggestions:
    """Places with the people who could be offered them, in no order of merit.

    places    columns of the stored table `place` but round and organisation; the number of a place is drawn by lot
    teams     one row a team with anybody who could take a place: team, people (who could), share (places in proportion to need), places,
              hours and time (away, and for learning, in the fullest period)
    claimed   ranks that the plan counts on, in FTE-ranks
    assigned  ranks that these people would reach
    part_time ranks by which assigned is less since those who would learn work less than their role level does on average
    empty     places that nobody can take
    later     places that the plan keeps for staff who have yet to come
    waiting   people who could have taken a place and are offered none
    proven    whether no better assignment exists
    """

    places: pd.DataFrame
    teams: pd.DataFrame
    claimed: float
    assigned: float
    part_time: float
    empty: int
    later: int
    waiting: int
    proven: bool

    @property
    def apart(self) -> float:
        """Return the difference between claimed and assigned ranks, as a share of those claimed."""
        return apart(self.claimed, self.assigned)


def apart(claimed: float, assigned: float) -> float:
    """Return how far apart the ranks that a plan claims and those that people reach are, as a share of what is claimed.

    >>> apart(40.0, 36.0), apart(40.0, 44.0), apart(0.0, 0.0)
    (0.1, 0.1, 0.0)
    """
    return abs(claimed - assigned) / claimed if claimed else 0.0


def suggest(facts: Facts, seed: int) -> Suggestions:
    """Suggest who could be offered the places of a plan's first periods; the same facts and seed give the same suggestions."""
    asked_for = facts.offers
    standing = needing.standing(facts.needs, seed)
    people = needing.needed(standing, facts.priority, facts.assumptions)
    found = whole(asked_for, _able(asked_for, _gains(facts, standing, asked_for)))
    gains = _gains(facts, standing, found)
    time = needing.time_of_teams(standing, found)
    asked = needing.question(people, gains, found, time, facts.assumptions, facts.periods)
    answer = assign(asked, seed)
    taken = gains.merge(answer.chosen, on=["person", "offer"])
    return Suggestions(
        places=_places(facts, found, standing, asked, answer, taken, seed),
        teams=_teams(asked, answer),
        claimed=found.claimed,
        assigned=float((taken["share"] * taken["fte"]).sum()),
        part_time=float((taken["share"] * (1 / _people_per_fte(found, taken) - taken["fte"])).sum()),
        empty=heads(asked_for.places["people"].sum()) - len(answer.chosen),
        later=found.later,
        waiting=len(asked.people) - answer.chosen["person"].nunique(),
        proven=answer.proven,
    )


def _gains(facts: Facts, standing: pd.DataFrame, found: Offers) -> pd.DataFrame:
    gains = needing.gains(standing, found)
    return needing.funded(gains, found, facts.level_seven, facts.ages) if facts.level_seven else gains


def _people_per_fte(found: Offers, taken: pd.DataFrame) -> pd.Series[float]:
    places = found.places.set_index("offer")
    return taken["offer"].map(places["people"] / places["fte"])


def _able(found: Offers, gains: pd.DataFrame) -> pd.Series[int]:
    """Count who could take a place of each line."""
    return gains.merge(found.places[["offer", "line"]], on="offer").groupby("line")["person"].nunique()


def _places(
    facts: Facts, found: Offers, standing: pd.DataFrame, asked: Question, answer: Answer, taken: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Return the places in the order of numbers that are drawn by lot."""
    main = taken.sort_values(["person", "offer", "rank", "skill"]).drop_duplicates(["person", "offer"], keep="last")
    several = taken.groupby(["person", "offer"], as_index=False).agg(skills=("skill", "nunique"))
    rows = answer.chosen.merge(main[["person", "offer", "skill", "rank"]], on=["person", "offer"])
    rows = rows.merge(several, on=["person", "offer"]).merge(found.places.drop(columns=["of_line", "places", "due", "people"]), on="offer")
    rows = rows.merge(asked.people[["person", "team", "band"]], on="person")
    known = standing[["person", "role_level", "skill", "held", "required_rank", "assessed"]]
    rows = rows.merge(known, on=["person", "role_level", "skill"]).merge(_rivals(found, asked, answer), on=["line", "band"], how="left")
    numbers = np.random.default_rng([seed, 2]).permutation(len(rows)) + 1
    rows = rows.sort_values(["line", "period", "person"]).assign(place=numbers).sort_values("place").reset_index(drop=True)
    rows["reason"] = [_reason(facts, row) for row in rows.to_dict("records")]
    columns = ["place", "person", "team", "role_level", "skill", "rank", "line", "period", "band", "reason"]
    return rows[columns].rename(columns={"band": "band_of_need"})


def _rivals(found: Offers, asked: Question, answer: Answer) -> pd.DataFrame:
    """Count by line and band who could take a place of it, and who of them is offered one: line, band, able, offered."""
    rows = asked.options[["person", "offer"]].merge(found.places[["offer", "line"]], on="offer").drop_duplicates(["person", "line"])
    got = answer.chosen.merge(found.places[["offer", "line"]], on="offer").drop_duplicates(["person", "line"]).assign(got=1)
    rows = rows.merge(asked.people[["person", "band"]], on="person").merge(
        got[["person", "line", "got"]], on=["person", "line"], how="left"
    )
    return rows.groupby(["line", "band"], as_index=False).agg(able=("person", "size"), offered=("got", "count"))


def _reason(facts: Facts, row: Mapping[Any, Any]) -> str:
    """Say in full sentences why somebody is suggested, so that it can be checked and challenged."""
    skill, rank = str(row["skill"]), int(str(row["rank"]))
    label, level = facts.labels["skill"].get(skill, skill), facts.labels["role_level"].get(str(row["role_level"]), str(row["role_level"]))
    held, required, to = (_rank(facts, skill, int(str(row[name]))) for name in ("held", "required_rank", "rank"))
    step = "training to it" if rank == row["required_rank"] else f"the step to {to}"
    said = [f"The role level {level} needs {label} at {required}, and the plan pays for {step}."]
    if not row["assessed"]:
        said.append(f"Nobody has assessed this skill yet: it is to be assessed first, and counts as {held} until then.")
    elif int(str(row["held"])) < rank - 1:
        said.append(f"Assessed: {held}; a place before this one leads to the rank between.")
    else:
        said.append(f"Assessed: {held}.")
    if int(str(row["skills"])) > 1:
        said.append("The course develops other skills that the role level needs as well.")
    said.append(f"Need for development, over everything that the role levels held need: {row['band']} (of high, middle and low).")
    able, offered = int(str(row["able"])), int(str(row["offered"]))
    verb = "is" if offered == 1 else "are"
    if able > offered:
        said.append(
            f"Of {able} people of like need who could take a place of this kind, {offered} {verb} suggested: time, fairness between teams and, among equals, a lot decided."
        )
    else:
        said.append("Everybody of like need who could take a place of this kind is suggested.")
    if row["line"] in facts.level_seven:
        said.append("The levy pays for level 7 only from 16 to 21 years at the start: check the day of birth.")
    return " ".join(said)


def _rank(facts: Facts, skill: str, rank: int) -> str:
    return facts.ranks.get((skill, rank), "no rank" if rank == 0 else f"rank {rank}")


def _teams(asked: Question, answer: Answer) -> pd.DataFrame:
    """Return how places fall on teams beside their shares by need."""
    team = asked.people.set_index("person")["team"]
    people = asked.people.groupby("team", as_index=False).agg(people=("person", "size"))
    chosen = answer.chosen.assign(team=answer.chosen["person"].map(team))
    places = chosen.groupby("team").size()
    away = chosen.merge(asked.hours, on="offer").groupby(["team", "period"], as_index=False).agg(away=("hours", "sum"))
    fullest = away.merge(asked.time, on=["team", "period"]).assign(full=lambda rows: rows["away"] / rows["hours"])
    fullest = fullest.sort_values("full").drop_duplicates("team", keep="last").set_index("team")
    table = people.merge(asked.shares, on="team").assign(
        places=lambda rows: rows["team"].map(places).fillna(0).astype("int64"),
        hours=lambda rows: rows["team"].map(fullest["away"]).fillna(0.0),
        time=lambda rows: rows["team"].map(fullest["hours"]),
    )
    return table.sort_values("team").reset_index(drop=True)


def notes(found: Suggestions, assumptions: Assumptions) -> list[str]:
    """Say what a reader of the suggestions has to know: claims that people do not reach, places that stay empty."""
    told = []
    if found.apart > assumptions.value("place_apart"):
        part_time = (
            f", {found.part_time:,.1f} of it since those who would learn work fewer hours than their role level does"
            if found.part_time > 0.05
            else ""
        )
        told.append(
            f"The plan claims {found.claimed:,.1f} ranks of these starts and real people reach {found.assigned:,.1f}, {found.apart:.0%} apart{part_time}. "
            "It counts margins, not people: look at what it closes with that in mind, or plan again with less of what stays empty."
        )
    if found.empty or found.later:
        everybody = len(found.places) + found.empty + found.later
        told.append(f"Of the {everybody:,} people who learn in the first year of the plan, {len(found.places):,} are suggested.")
    if found.empty:
        told.append(
            f"{_places_of(found.empty, 'stay')} empty: nobody else there lacks what {'it leads' if found.empty == 1 else 'they lead'} to, or the time of teams and people is used up."
        )
    if found.later:
        told.append(f"Kept for staff who have yet to come: {_places_of(found.later)} more.")
    if found.waiting:
        told.append(f"People who could have taken a place and are offered none this time: {found.waiting:,}.")
    if not found.proven:
        told.append("The time for finding the best assignment ran out: it keeps every limit, and a better one may exist.")
    return told


def _places_of(count: int, verb: str = "") -> str:
    return f"{count:,} place{'' if count == 1 else 's'}" + (f" {verb}{'s' if count == 1 else ''}" if verb else "")
