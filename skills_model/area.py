"""The part of the country that a question is about, and where every organisation is on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, Self, get_args

import pandas as pd

from skills_model import reference
from skills_model.errors import DataError, Fault, ScopeError
from skills_model.organisations import known
from skills_model.privacy import Scope
from skills_model.rows import nearest
from skills_model.store import Store

Kind = Literal["england", "region", "icb", "organisation"]
ALLOWED = "england, region:CODE, icb:CODE or organisation:CODE"


@dataclass(frozen=True)
class Area:
    """England, a region, an integrated care board or one organisation; written `england`, `region:Y63`, `icb:QYG`, `organisation:RBS`."""

    kind: Kind
    code: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an area; raises DataError where it is none."""
        kind, _, code = text.strip().partition(":")
        kind, code = kind.strip().lower(), code.strip().upper()
        for allowed in get_args(Kind):
            if kind == allowed and bool(code) == (allowed != "england"):
                return cls(allowed, code)
        near = nearest(kind, get_args(Kind))
        raise DataError([Fault("Unknown area", "--area", found=f"'{text}'", allowed=ALLOWED + near, action="Correct the area.")])

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}" if self.code else self.kind

    def holds(self, places: pd.DataFrame) -> pd.Series[bool]:
        """Tell which rows are in the area; they have the columns organisation, region and icb."""
        return pd.Series(data=True, index=places.index) if self.kind == "england" else places[self.kind] == self.code

    def codes(self, store: Store, scope: Scope, as_at: dt.date) -> list[str]:
        """List the organisations in the store that are in the area on a day and in reach of the scope, in order of code.

        Raises DataError where the store has nothing there, naming what it has; ScopeError where the scope reaches nothing there.
        """
        if self.kind == "organisation":
            return known(store, scope, [self.code]) or []
        everywhere = places(store, Scope.local(), as_at)
        there = everywhere[self.holds(everywhere)]
        if there.empty:
            raise DataError([self._nothing(everywhere)])
        seen = [code for code in there["organisation"] if scope.sees(code)]
        if not seen:
            raise ScopeError(f"Your access does not include any organisation of {self}.")
        return seen

    def _nothing(self, everywhere: pd.DataFrame) -> Fault:
        if self.kind == "england":
            action = "`skillsplan import staff FILE --organisation CODE --as-at DATE` takes in a trust and its staff."
            return Fault("Nothing in the store", "--area", found="no organisation", action=action)
        codes = sorted(everywhere[self.kind].dropna().unique())
        return Fault(
            "Unknown area", "--area", found=f"'{self}'", allowed=", ".join(f"{self.kind}:{code}" for code in codes[:50]) + nearest(self.code, codes),
            action="Correct the code.",
        )  # fmt: skip


def places(store: Store, scope: Scope, as_at: dt.date) -> pd.DataFrame:
    """Return where each organisation in reach of the scope is on a day, in order of code.

    Columns: organisation, name, organisation_type, region, region_name, icb, icb_name. A published trust is where the reference table of
    the hierarchy says it was that day; any other where the store says, whatever the day.
    """
    stored = store.query("organisation_names", scope.reach()).rename(columns={"region_code": "region", "icb_code": "icb"})
    columns = ["organisation", "name", "organisation_type", "region", "region_name", "icb", "icb_name"]
    dated = hierarchy(as_at)
    moved = stored["organisation"].isin(dated.index) & ~stored["demonstration"]
    for column in ("region", "region_name", "icb", "icb_name"):
        stored[column] = stored[column].mask(moved, stored["organisation"].map(dated[column]))
    return stored[columns].sort_values("organisation", ignore_index=True)


def hierarchy(as_at: dt.date) -> pd.DataFrame:
    """Return region, region_name, icb and icb_name of the published trusts that there were on a day, by organisation."""
    day, rows = as_at.isoformat(), reference.table("organisation_hierarchy")
    rows = rows[(rows["valid_from"] <= day) & (rows["valid_to"].isna() | (rows["valid_to"] >= day))]
    rows = rows.drop_duplicates("organisation", keep="last").set_index("organisation")[["icb", "region"]]
    boards = reference.table("icbs").drop_duplicates("icb", keep="last").set_index("icb")["name"]
    regions = reference.table("regions").set_index("region")["name"]
    return rows.assign(icb_name=rows["icb"].map(boards), region_name=rows["region"].map(regions))
