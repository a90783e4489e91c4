"""Organisations with their size, and which of them a question is about."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skills_model import reference
from skills_model.assumptions import Assumptions
from skills_model.errors import DataError, Fault, ScopeError
from skills_model.privacy import Scope, protect
from skills_model.rows import nearest
from skills_model.schema import Organisation
from skills_model.store import Store

OTHER = "Other bodies"
"""The type of an organisation that is no trust, or of which nobody says what it is."""
SIZES = ("fte", "posts", "vacancy_fte")


def organisations(store: Store, scope: Scope, assumptions: Assumptions | None = None) -> pd.DataFrame:
    """List the organisations in reach of the scope, the largest first, unmapped staff included.

    Columns: code, name, type, region, icb, headcount (people), fte, posts, vacancy_fte (FTE), demonstration, region_code, icb_code.
    Sizes of organisations outside the user's own are protected, and all of them in a public result; those are in order of code.
    """
    frame = store.query("organisations", scope.reach())
    names = ["code", "name", "type", "region", "icb", "headcount", *SIZES, "demonstration", "region_code", "icb_code"]
    hidden = ~frame["code"].map(scope.sees_exactly).astype(bool)
    if not hidden.any():
        return frame[names]
    threshold, base = protection(assumptions or Assumptions.of(store, scope))
    # The order by exact size would give away what the numbers hide.
    shown = protect(frame, SIZES, "headcount", threshold=threshold, base=base, rows=hidden).assign(hidden=hidden)
    return shown.sort_values(["hidden", "code"], kind="stable")[names].reset_index(drop=True)


def known(store: Store, scope: Scope, codes: Sequence[str] | None) -> list[str] | None:
    """Return the organisations asked about, or None for all in reach of the scope.

    Raises DataError naming each code that is not in the store, with the nearest; ScopeError for those the scope does not reach.
    """
    if codes is None:
        return None
    stored = store.query("organisation_names", Scope.local())["organisation"].tolist()
    faults = [
        Fault(
            "Unknown organisation",
            "organisation",
            column="organisation",
            found=f"'{code}'",
            allowed="the codes that `skillsplan organisations` lists" + nearest(code.upper(), stored),
            action="Correct the code.",
        )
        for code in codes
        if code not in stored
    ]
    if faults:
        raise DataError(faults)
    beyond = [code for code in codes if not scope.sees(code)]
    if beyond:
        raise ScopeError(f"Your access does not include {', '.join(beyond)}.")
    return list(dict.fromkeys(codes))


def published(code: str) -> pd.DataFrame:
    """Return a trust that is on the published list as a row of the table organisation; no row where it is not."""
    listed = reference.table("trusts")
    trusts = listed[listed["organisation"] == code]
    boards = reference.table("icbs").drop_duplicates("icb", keep="last").set_index("icb")["name"]
    board = trusts["icb_from_2026_04"].fillna(trusts["icb_to_2026_03"])
    return trusts.assign(
        organisation_type=trusts["organisation_type"].fillna(OTHER),
        icb_code=board,
        icb_name=board.map(boards),
        demonstration=False,
    )[list(Organisation.model_fields)]


def protection(numbers: Assumptions) -> tuple[float, float]:
    """Return the threshold and the base of the protection of small numbers, in people."""
    return numbers.value("protect_threshold"), numbers.value("protect_base")
