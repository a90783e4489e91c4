"""What skills and role levels of one framework are in another, and suggestions for those of which nobody has said it yet."""

from __future__ import annotations

import pandas as pd

from skills_model.framework.compare import require_frameworks
from skills_model.privacy import Scope
from skills_model.schema import Crosswalk
from skills_model.sources import likeness
from skills_model.store import Store

COLUMNS = (*Crosswalk.model_fields, "label_from", "label_to")
SUGGESTED = "suggested by likeness of names"
QUERIES = {"skill": "framework_skills", "role level": "framework_role_levels"}


def relations(store: Store, scope: Scope, framework: str | None = None, other: str | None = None) -> pd.DataFrame:
    """Return the crosswalk with the names of what it relates, of all frameworks, of one or between two, in COLUMNS."""
    require_frameworks(store, scope, [name for name in (framework, other) if name is not None])
    return store.query("crosswalk", scope, framework=framework, other=other)[list(COLUMNS)]


def suggestions(store: Store, scope: Scope, framework: str, other: str) -> pd.DataFrame:
    """Suggest, for what the crosswalk does not relate and the other framework has not under its own id, what is most like it.

    COLUMNS, the surest first; `relation` is blank, since a suggestion is used for nothing until somebody says what the relation is.
    """
    known = relations(store, scope, framework, other)
    found = [_suggest(store, scope, subject, framework, other, known) for subject in QUERIES]
    rows = pd.concat(found, ignore_index=True)
    return rows.sort_values(["confidence", "subject", "id_from"], ascending=[False, True, True], ignore_index=True)


def _suggest(store: Store, scope: Scope, subject: str, framework: str, other: str, known: pd.DataFrame) -> pd.DataFrame:
    column = subject.replace(" ", "_")
    ours, theirs = (
        store.query(QUERIES[subject], scope, framework=name).set_index(column)[f"{column}_label"] for name in (framework, other)
    )
    related = {*known["id_from"], *known["id_to"], *theirs.index}
    open_ones = ours[~ours.index.isin(sorted(related))]
    found = likeness.of_names(open_ones.tolist(), dict(zip(theirs.index, theirs, strict=True)))  # a row for each, in their order
    rows = pd.DataFrame(
        {
            "subject": subject,
            "framework_from": framework,
            "id_from": open_ones.index.to_numpy(),
            "framework_to": other,
            "id_to": found["suggestion"].to_numpy(),
            "relation": None,
            "confidence": found["confidence"].round(2).to_numpy(),
            "source": SUGGESTED,
            "label_from": open_ones.to_numpy(),
        }
    ).dropna(subset=["id_to"])
    return rows.assign(label_to=rows["id_to"].map(theirs))[list(COLUMNS)].astype({"relation": "str"})
