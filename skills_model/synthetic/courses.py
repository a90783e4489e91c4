"""Invented courses: one for each step of each skill that the invented staff need, at the assumed prices and times."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.synthetic.catalogue import Catalogue

WEEKS = 52 / 4  # of a quarter
NUMBERS = ("course_fee", "course_hours", "course_lead_time", "course_completion")


def courses(frames: Mapping[str, pd.DataFrame], roles: Catalogue, assumptions: Assumptions) -> dict[str, pd.DataFrame]:
    """Write the tables `course` and `course_effect`."""
    needed = pd.DataFrame({"skill": roles.skills[roles.skill], "rank": roles.rank}).groupby("skill", as_index=False)["rank"].max()
    steps = needed.loc[needed.index.repeat(needed["rank"])].reset_index(drop=True)
    steps["rank"] = steps.groupby("skill").cumcount() + 1
    labels = frames["skill"].drop_duplicates("skill").set_index("skill")["skill_label"]
    steps["course"] = steps["skill"] + "-to-rank-" + steps["rank"].astype("str")
    by_rank = {name: steps["rank"].astype("str").map(assumptions.by_key(name)) for name in NUMBERS}
    course = pd.DataFrame(
        {
            "course": steps["course"],
            "course_label": steps["skill"].map(labels) + " to rank " + steps["rank"].astype("str") + " (invented)",
            "provider": "Invented provider",
            "organisation": pd.Series([None] * len(steps), dtype="str"),
            "price": by_rank["course_fee"],
            "hours": by_rank["course_hours"],
            "weeks": by_rank["course_lead_time"] * WEEKS,
            "seats": float("nan"),
            "completion": by_rank["course_completion"],
            "apprenticeship_standard": pd.Series([None] * len(steps), dtype="str"),
            "source": "invented, at the project's assumptions for a step of this rank",
        }
    )
    effect = steps.assign(rank_before=steps["rank"] - 1, rank_after=steps["rank"])[["course", "skill", "rank_before", "rank_after"]]
    return {"course": course.sort_values("course", ignore_index=True), "course_effect": effect.sort_values("course", ignore_index=True)}
