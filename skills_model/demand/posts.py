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

    Role family, role level and band are missing for staff whose job title is not mapped: they stand in posts of their own. Exact, so the
    scope is one that a result has yet to be protected for where it reaches beyond the user's own.
    """
    rows = store.query("posts_by_group", scope, organisations=None if codes is None else list(codes))
    return rows[[*GROUP, "headcount", "staff_fte", "budgeted_fte", "posts"]]
