"""The staff on their way to one invented organisation: apprentices, graduates and people who have accepted a post."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.schema import Pipeline
from skills_model.synthetic.catalogue import BANDS, Catalogue, Floats
from skills_model.synthetic.columns import LATEST, text
from skills_model.synthetic.country import Place
from skills_model.synthetic.people import Staff

_SEPTEMBER = 9
_HIGHEST_FIRST_POST = BANDS.index("6")  # of an apprentice or a graduate


def pipelines(
    rng: np.random.Generator, place: Place, roles: Catalogue, assumptions: Assumptions, made: Staff, posts: pd.DataFrame
) -> pd.DataFrame:
    """Write who is on their way to one organisation as rows of the stored table, given its establishment."""
    months = {kind: round(number) for kind, number in assumptions.by_key("demo_pipeline_months").items()}
    shares = assumptions.by_key("demo_pipeline_share")
    everybody = float(made.people.loc[~made.people["left"], "fte"].sum())
    first_posts = made.likely * (made.banded <= _HIGHEST_FIRST_POST)
    levels = roles.column("role_level")
    parts = []
    for kind, days in (("apprentice", _firsts(months["apprentice"])), ("graduate", _firsts(months["graduate"], _SEPTEMBER))):
        parts.append(_drawn(rng, kind, levels, first_posts, shares[kind] * everybody, days))
    vacant = (posts["budgeted_fte"] - posts["contracted_fte"]).clip(lower=0.0).to_numpy(dtype="float64")
    wanted = assumptions.value("demo_starter_share") * vacant.sum()
    parts.append(_drawn(rng, "known starter", posts["role_level"].to_numpy(), vacant, wanted, _firsts(months["known starter"])))
    people = pd.concat(parts, ignore_index=True)
    people["fte"] = np.where(rng.random(len(people)) < assumptions.value("demo_part_time_share"), 0.6, 1.0)
    rows = people.groupby(["pipeline", "role_level", "start_date"], as_index=False).agg(headcount=("fte", "size"), fte=("fte", "sum"))
    rows = rows.assign(organisation=text([place.code] * len(rows)), band=text([None] * len(rows)), fte=rows["fte"].round(2))
    rows = rows.assign(source=text(["demonstration"] * len(rows)), start_date=pd.to_datetime(rows["start_date"]).dt.as_unit("s"))
    rows = rows.astype({"pipeline": "str", "role_level": "str", "headcount": "int64"})
    return rows[list(Pipeline.model_fields)].sort_values(list(Pipeline.KEY), ignore_index=True)


def _firsts(months: int, month: int | None = None) -> list[dt.date]:
    """List the first days of so many months after the date of the data, or of one month of the year among them."""
    place = [LATEST.year * 12 + LATEST.month + number for number in range(months)]
    days = [dt.date(number // 12, number % 12 + 1, 1) for number in place]
    return [day for day in days if month in (None, day.month)]


def _drawn(rng: np.random.Generator, kind: str, levels: np.ndarray, chance: Floats, wanted: float, days: list[dt.date]) -> pd.DataFrame:
    """Draw about as many people as wanted: a role level by chance, a day of those given."""
    count = int(wanted + rng.random()) if chance.sum() > 0 and days else 0
    weight = chance / chance.sum() if count else None
    level = rng.choice(len(levels), count, p=weight) if count else np.zeros(0, dtype=np.int64)
    day = rng.integers(0, max(len(days), 1), count)
    return pd.DataFrame({"pipeline": kind, "role_level": levels[level], "start_date": [days[number] for number in day]})
