"""What people lack of what their role levels need, in bands, and which places they could take."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.places.assignment import Question
from skills_model.places.offers import Offers

LEVEL_SEVEN_AGES = ("under 25", "unknown")
"""Age bands in which somebody may be young enough for a funded apprenticeship of level 7; the day of birth decides, which is not kept."""


def standing(needs: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Say where everybody stands in each skill: `needs` with assessed, held (rank) and lacking (ranks, in the mean of those not assessed).

    Not having been assessed is no reason to be left out. People whom nobody has assessed stand as the assessed of the same role level do,
    else as the assessed of the whole organisation in that skill, else at 0: as many of them at each rank, as the plan counts them too. Who
    stands where is drawn by lot; `lacking`, which bands of need are made of, is not.
    """
    draw = np.random.default_rng([seed, 1])
    rows = needs.sort_values(["role_level", "skill", "person"]).reset_index(drop=True).assign(assessed=lambda told: told["rank"].notna())
    everywhere = {skill: known.dropna().to_numpy() for skill, known in rows.groupby("skill")["rank"]}
    held, lacking = np.zeros(len(rows), dtype="int64"), np.zeros(len(rows))
    for (_, skill), group in rows.groupby(["role_level", "skill"]):
        known = group["rank"].dropna().to_numpy()
        like = np.sort(known if len(known) else everywhere[str(skill)])
        like = like if len(like) else np.zeros(1)
        unknown, required = group.index[~group["assessed"]], int(group["required_rank"].iloc[0])
        held[group.index[group["assessed"]]] = known
        lacking[group.index] = np.clip(required - group["rank"].fillna(0).to_numpy(), 0, None)
        lacking[unknown] = np.clip(required - like, 0, None).mean()
        # Evenly spread over those who are assessed, from a random start: every rank as often as among them, whatever their number.
        at = (np.arange(len(unknown)) + draw.random()) / max(1, len(unknown))
        held[draw.permutation(unknown)] = like[np.minimum((at * len(like)).astype("int64"), len(like) - 1)]
    return rows.assign(held=held, lacking=lacking)


def needed(standing: pd.DataFrame, priority: Mapping[str, float], assumptions: Assumptions) -> pd.DataFrame:
    """Return how much each person lacks: person, team, fte, missing, required (ranks, weighted by the priority of the skill), band.

    Each skill counts once for a person, at the higher rank where two role levels need it. The band follows from the part of what is
    required that is missing; its borders are assumptions.
    """
    once = standing.sort_values("required_rank").drop_duplicates(["person", "skill"], keep="last")
    weight = once["skill"].map(dict(priority)).fillna(assumptions.value("skill_priority"))
    ranks = once.assign(missing=weight * once["lacking"], required=weight * once["required_rank"])
    people = ranks.groupby("person", as_index=False).agg(team=("team", "first"), missing=("missing", "sum"), required=("required", "sum"))
    share = (people["missing"] / people["required"].where(people["required"] > 0)).fillna(0.0)
    high, middle = (assumptions.value("place_band_from", band) for band in ("high", "middle"))
    people["band"] = np.select([share >= high, share >= middle], ["high", "middle"], "low")
    fte = standing.drop_duplicates(["person", "role_level"]).groupby("person")["fte"].sum()
    return people.assign(fte=people["person"].map(fte))


def gains(standing: pd.DataFrame, offers: Offers) -> pd.DataFrame:
    """Return the ranks that each person could gain by each offer: person, offer, skill, rank, enters, share, fte.

    An offer is for the holders of its role level who lack a rank that it leads to. `enters` says whether they hold the rank below; where
    they do not, an offer that ends before this one begins must be able to lead there.
    """
    leads = offers.gives.merge(offers.places[["offer", "role_level", "period", "until"]], on="offer")
    rows = standing[["person", "role_level", "skill", "held", "required_rank", "fte"]].merge(leads, on=["role_level", "skill"])
    rows = rows[(rows["held"] < rows["rank"]) & (rows["rank"] <= rows["required_rank"])]
    rows = rows.assign(enters=rows["held"] >= rows["rank"] - 1)
    return _reachable(rows)[["person", "offer", "skill", "rank", "enters", "share", "fte"]].reset_index(drop=True)


def _reachable(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out, rank by rank, what nothing before it leads to; an offer is taken whole, or not at all."""
    below = rows.assign(rank=rows["rank"] + 1)[["person", "skill", "rank", "offer", "until"]]
    steps = rows[~rows["enters"]].merge(below, on=["person", "skill", "rank"], suffixes=("", "_below"))
    steps = steps[(steps["until_below"] < steps["period"]) | (steps["offer_below"] == steps["offer"])]
    while True:
        alive = pd.MultiIndex.from_frame(rows[["person", "offer", "skill", "rank"]])
        standing_on = pd.MultiIndex.from_arrays([steps["person"], steps["offer_below"], steps["skill"], steps["rank"] - 1])
        steps = steps[standing_on.isin(alive)]
        led = alive.isin(pd.MultiIndex.from_frame(steps[["person", "offer", "skill", "rank"]]))
        lost = rows.loc[~(rows["enters"] | led), ["person", "offer"]]
        if lost.empty:
            return rows
        gone = pd.MultiIndex.from_frame(rows[["person", "offer"]]).isin(pd.MultiIndex.from_frame(lost))
        rows = rows[~gone]


def funded(gains: pd.DataFrame, offers: Offers, level_seven: frozenset[str], ages: Mapping[str, str]) -> pd.DataFrame:
    """Leave out of apprenticeships of level 7 (`level_seven`: their lines) those whom the levy cannot pay for by statute."""
    lines = gains["offer"].map(offers.places.set_index("offer")["line"])
    young = gains["person"].map(ages).isin(LEVEL_SEVEN_AGES)
    return gains[~lines.isin(level_seven) | young].reset_index(drop=True)


def question(
    people: pd.DataFrame, gains: pd.DataFrame, offers: Offers, time: pd.DataFrame, assumptions: Assumptions, periods_per_year: int
) -> Question:
    """Put people, places, time and shares together."""
    options = gains.groupby(["person", "offer"], as_index=False).agg(ranks=("rank", "size"))
    able = people[people["person"].isin(options["person"])]
    return Question(
        people=able,
        offers=offers.places[["offer", "line", "of_line", "places", "due", "period", "until"]],
        options=options,
        gains=gains[["person", "offer", "skill", "rank", "enters"]],
        hours=offers.hours,
        time=_at_least_one(time, options, able, offers),
        shares=_shares(options, able, offers),
        most=round(assumptions.value("place_most")),
        away=assumptions.value("place_time") * assumptions.value("working_hours") / periods_per_year,
        tolerance=assumptions.value("place_tolerance"),
    )


def time_of_teams(standing: pd.DataFrame, offers: Offers) -> pd.DataFrame:
    """Return the hours that each team has for learning in each period: team, period, hours; FTE x hours of one FTE, over its people."""
    staff = standing.drop_duplicates(["person", "role_level"])[["person", "team", "role_level", "fte"]].merge(offers.time, on="role_level")
    return staff.assign(hours=staff["fte"] * staff["hours"]).groupby(["team", "period"], as_index=False).agg(hours=("hours", "sum"))


def _at_least_one(time: pd.DataFrame, options: pd.DataFrame, people: pd.DataFrame, offers: Offers) -> pd.DataFrame:
    """Let one person of each team learn at a time, however small the team: or else nobody who works alone could ever be offered a place."""
    away = options.merge(people[["person", "team"]], on="person").merge(offers.hours, on="offer")
    longest = away.groupby(["team", "period"], as_index=False).agg(longest=("hours", "max"))
    both = longest.merge(time, on=["team", "period"], how="left")
    return both.assign(hours=both["hours"].fillna(0.0).clip(lower=both["longest"]))[["team", "period", "hours"]]


def _shares(options: pd.DataFrame, people: pd.DataFrame, offers: Offers) -> pd.DataFrame:
    """Share the places of each line out over teams by the need of those who could take them: team, share (places)."""
    lines = options.merge(offers.places[["offer", "line"]], on="offer").drop_duplicates(["person", "line"]).merge(people, on="person")
    by_team = lines.groupby(["line", "team"], as_index=False).agg(missing=("missing", "sum"))
    whole = by_team.groupby("line")["missing"].transform("sum")
    able = lines.groupby("line")["person"].nunique()
    places = offers.places.groupby("line")["of_line"].first().clip(upper=able)
    by_team["share"] = by_team["line"].map(places) * by_team["missing"] / whole.where(whole > 0)
    return by_team.groupby("team", as_index=False).agg(share=("share", "sum"))
