"""Staff in post by organisation, role level, band and age band: where every supply forecast starts."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skills_model.errors import DataError, Fault
from skills_model.privacy import Scope
from skills_model.store import Store
from skills_model.supply.model import CELL


def staff(store: Store, scope: Scope, codes: Sequence[str] | None = None) -> pd.DataFrame:
    """Return staff in post by cell, in the order of the cells: the columns of CELL, headcount (people) and fte.

    Exact, so the scope is one that a result has yet to be protected for where it reaches beyond the user's own.
    """
    rows = store.query("supply_staff", scope, organisations=None if codes is None else list(codes))
    return rows[[*CELL, "headcount", "fte"]]


def collapsed(cells: pd.DataFrame, keep: Sequence[str]) -> pd.DataFrame:
    """Return cells summed over every part of a cell that is not kept; organisation, role family and age band always are."""
    kept = [name for name in CELL if name in {*keep, "organisation", "role_family", "age_band"}]
    return cells.groupby(kept, dropna=False, as_index=False, sort=True)[["headcount", "fte"]].sum()


def require_staff(store: Store, scope: Scope, codes: Sequence[str]) -> None:
    """Raise DataError where none of the organisations has a staff list or has returned counts: nothing can be forecast from posts alone."""
    if not store.query("supply_staff", scope.reach(), organisations=list(codes)).empty:
        return
    whose = ", ".join(codes[:3]) + (f" and {len(codes) - 3} more" if len(codes) > 3 else "")
    action = f"`skillsplan import staff FILE --organisation {codes[0]} --as-at DATE` takes in a staff list, `skillsplan import return FILE` signed-off counts."
    raise DataError([Fault("No staff", "--area", found=f"no staff list and no return of {whose}", action=action)])
