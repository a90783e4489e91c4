"""Posts today: the larger of funded posts and staff in post, by role level."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skills_model.privacy import Scope
from skills_model.store import Store

GROUP = ("organisation", "role_family", "role_level", "band")


def establishment(store: Store, scope: Scope, organisation: str) -> pd.DataFrame:
    """Return funded posts of one organisation: role_family, role_level, band, budgeted_fte, bank_fte, agency_fte."""
    rows = store.query("establishment_by_group", scope, organisations=[organisation])
    return rows[["role_family", "role_level", "band", "budgeted_fte", "bank_fte", "agency_fte"]]


def posts(store: Store, scope: Scope, codes: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the posts of today, one row an organisation and role level: the columns of GROUP, headcount, staff_fte, budgeted_fte, posts.

    Role family, role level and band are missing for staff whose job title is not mapped: they stand in posts of their own. `headcount` is
    different people in the role level. Exact, so the
    scope is one that a result has yet to be protected for where it reaches beyond the user's own.
    """
    asked = None if codes is None else list(codes)
    rows = store.query("posts_by_group", scope, organisations=asked)
    people = store.query("supply_people", scope, organisations=asked, by=["role_family", "role_level"])
    rows = rows.merge(people[["organisation", "role_family", "role_level", "headcount"]], on=list(GROUP[:3]), how="left")
    rows["headcount"] = rows["headcount"].fillna(0).astype("int64")
    return rows[[*GROUP, "headcount", "staff_fte", "budgeted_fte", "posts"]]


def behind(store: Store, scope: Scope, by: Sequence[str], posts: pd.DataFrame) -> pd.DataFrame:
    """Return the different people in post by organisation and some of role_family, role_level and band: these and headcount.

    `posts` are those of the organisations, as `posts` returns them. The band is that of the posts. Where role levels on one band are
    not told apart, people who hold two of them may count once too often; so many fewer are taken, since nobody knows which they are.
    """
    codes = sorted(posts["organisation"].unique())
    fine = [cut for cut in ("role_family", "role_level") if cut in by]
    if "band" not in by:
        return store.query("supply_people", scope, organisations=codes, by=fine)[["organisation", *fine, "headcount"]]
    keys, family = ["organisation", *by], ["organisation", *(cut for cut in fine if cut == "role_family")]
    bands = posts.drop_duplicates(["organisation", "role_level"])[["organisation", "role_level", "band"]]
    levels = store.query("supply_people", scope, organisations=codes, by=[*family[1:], "role_level"])
    levels = levels.drop(columns="band").merge(bands, on=["organisation", "role_level"], how="left")
    different = store.query("supply_people", scope, organisations=codes, by=family[1:]).groupby(family, dropna=False)["headcount"].sum()
    twice = levels.groupby(family, dropna=False)["headcount"].sum() - different
    rows = levels.groupby(keys, dropna=False)["headcount"].agg(["max", "sum"]).reset_index()
    rows = rows.merge(twice.rename("twice").reset_index(), on=family, how="left")
    return rows.assign(headcount=rows["max"].clip(lower=rows["sum"] - rows["twice"]))[[*keys, "headcount"]]
