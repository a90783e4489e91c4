"""The establishment of one invented organisation: funded posts, vacancies and the temporary staff who cover some of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.synthetic.catalogue import BANDS, Catalogue, Floats
from skills_model.synthetic.columns import LATEST, text
from skills_model.synthetic.country import Place
from skills_model.synthetic.people import Staff


def establishment(rng: np.random.Generator, place: Place, roles: Catalogue, assumptions: Assumptions, made: Staff) -> pd.DataFrame:
    """Write the posts of one organisation by role level as rows of the stored table."""
    in_post = staff_in_post(made, len(roles.levels))
    spread = assumptions.value("demo_vacancy_spread") * place.variety
    budgeted = _budgeted(rng, roles, assumptions, made, in_post, spread)
    vacant = np.maximum(budgeted - in_post, 0.0)
    cover = rng.random(len(vacant))
    bank, agency = assumptions.value("demo_bank_cover_share"), assumptions.value("demo_agency_cover_share")
    rows = pd.DataFrame(
        {
            "organisation": text([place.code] * len(in_post)),
            "as_at": pd.Series(pd.to_datetime([LATEST] * len(in_post)).as_unit("s")),
            "role_level": roles.levels["role_level"].astype("str"),
            "band": text(np.array(BANDS, dtype=object)[made.banded]),
            "budgeted_fte": budgeted.round(2),
            "contracted_fte": in_post,
            "bank_fte": np.where(cover < bank, vacant, 0.0).round(2),
            "agency_fte": np.where((cover >= bank) & (cover < bank + agency), vacant, 0.0).round(2),
            "vacancy_factor": np.nan,
            "funding_end_date": pd.NaT,
            "approval_status": text([None] * len(in_post)),
        }
    )
    return rows[(budgeted > 0) | (in_post > 0)].reset_index(drop=True)


def staff_in_post(made: Staff, levels: int) -> Floats:
    """Add up the FTE of current staff by role level; unmapped job titles are in none."""
    people = made.people[~made.people["left"]]
    first, second = people[people["mapped"]], people[people["second"] >= 0]
    held = np.bincount(first["level"], first["fte"] - first["second_fte"], minlength=levels)
    return np.asarray((held + np.bincount(second["second"], second["second_fte"], minlength=levels)).round(2), dtype=np.float64)


def _budgeted(rng: np.random.Generator, roles: Catalogue, assumptions: Assumptions, made: Staff, in_post: Floats, spread: float) -> Floats:
    """Fund the staff in post, mostly in whole posts, then add whole vacant posts up to the organisation's vacancy share."""
    number = len(in_post)
    exactly = rng.random(number) < assumptions.value("demo_fractional_post_share")
    budgeted = np.where(exactly, in_post, np.ceil(in_post))
    over = (rng.random(number) < assumptions.value("demo_over_established_share")) & (budgeted > 1)
    budgeted = np.where(over, budgeted - 1, budgeted)
    share = assumptions.value("vacancy_share") * np.exp(rng.normal(-(spread**2) / 2, spread))
    everybody = made.people.loc[~made.people["left"], "fte"].sum()  # those with unmapped job titles fill posts as well
    wanted = share / (1 - share) * everybody - np.maximum(budgeted - in_post, 0.0).sum()
    weights = assumptions.by_key("demo_vacancy_weight")
    chance = made.likely * roles.by_family(weights, weights[""]) * ~over
    posts = rng.multinomial(max(0, int(wanted + rng.random())), chance / chance.sum())
    return np.asarray(budgeted + posts, dtype=np.float64)
