"""Which starts of a plan are whole people: hires, moves and new posts of small groups in the first periods.

A start is one person full time, or, once for each group, one person part time, who fills what is vacant beside the whole ones. What leaves
a group of a few people in a year is less than one person, so that nobody is hired for it before somebody has really left.
"""

from __future__ import annotations

import pandas as pd

from skills_model.planning.world import World

FILLING = ("recruit", "promote", "redeploy")
POST = "post"


def whole_people(world: World, levers: pd.DataFrame) -> pd.DataFrame:
    """Return the levers that start in whole people: lever, sharing, stay, least; those of one `sharing` fill the same places.

    `stay` is the share of a group that is there a period later, `least` the FTE of the smallest part-time job. `levers` are the planning
    table. A group is small by its headcount now; a move is whole where either of its groups is small. Nothing where the scenario says so.
    """
    columns = ["lever", "sharing", "stay", "least"]
    if not world.scenario.levers.whole_people:
        return pd.DataFrame(columns=columns)
    group = world.groups.set_index("role_level")
    small = group.index[group["headcount"] < world.assumptions.value("whole_people_below")]
    rows = levers[levers["kind"].isin([*FILLING, POST])]
    taker = rows["to_role_level"].fillna(rows["role_level"])
    rows = rows.assign(place=taker.where(taker.isin(small), "from:" + rows["role_level"]), to=taker)
    rows = rows[rows["to"].isin(small) | rows["role_level"].isin(small)]
    rows = rows.assign(
        sharing=rows["place"].where(rows["kind"] != POST, "post:" + rows["place"]),
        stay=rows["to"].map(group["stay"]).where(rows["kind"] != POST, 1.0).astype("float64"),
        least=world.assumptions.value("whole_people_least_fte"),
    )
    return rows.sort_values(["sharing", "lever"])[columns].reset_index(drop=True)


def whole_periods(world: World) -> int:
    """Return how many periods have whole starts."""
    return min(world.scenario.periods, round(world.assumptions.value("whole_people_years") * world.scenario.periods_per_year))
