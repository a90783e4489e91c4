"""Which frameworks count: switched on in the place of the version before, switched off, and either undone like an import."""

from __future__ import annotations

import hashlib

import pandas as pd

from skills_model.assessment import RankRule
from skills_model.errors import DataError, Fault, ScopeError
from skills_model.framework.compare import require_frameworks
from skills_model.privacy import Scope
from skills_model.schema import Framework
from skills_model.store import Store

ON, OFF = "framework switched on", "framework switched off"


def activate(store: Store, scope: Scope, framework: str, *, rule: RankRule | None = None) -> int:
    """Let a framework count in the place of any other version of its series, and return the number by which this is undone.

    Assessments, posts and staff stay as they are stored: what is exactly the same by the crosswalk carries them over. `rule` is the
    rank rule (default: of the project's assumptions). Raises DataError with every fault: what is unknown, what counts already, and each
    id that another active framework has too.
    """
    return _switch(store, scope, framework, ON, switched_on(store, scope, framework), rule)


def deactivate(store: Store, scope: Scope, framework: str, *, rule: RankRule | None = None) -> int:
    """Let a framework count no longer, and return the number by which this is undone; raises DataError where it does not count."""
    rows = _rows(store, scope, framework)
    own = rows[rows["framework"] == framework]
    if not own["active"].iloc[0]:
        raise DataError([_no_need(framework, "is not active")])
    return _switch(store, scope, framework, OFF, own.assign(active=False), rule)


def switched_on(store: Store, scope: Scope, framework: str) -> pd.DataFrame:
    """Return the rows of the table framework that change when a framework is switched on; nothing is written."""
    rows = _rows(store, scope, framework)
    own = rows[rows["framework"] == framework]
    if own["measured_on"].iloc[0] == "all staff":
        raise DataError([_no_need(framework, "is measured on all staff, whether active or not")])
    if own["active"].iloc[0]:
        raise DataError([_no_need(framework, "is active already")])
    others = rows[(rows["series"] == own["series"].iloc[0]) & rows["active"] & (rows["framework"] != framework)]
    changed = rows[rows["framework"].isin([framework, *others["framework"]])]
    return changed.assign(active=changed["framework"] == framework)


def _switch(store: Store, scope: Scope, framework: str, kind: str, rows: pd.DataFrame, rule: RankRule | None) -> int:
    if scope.organisations is not None or not scope.person_level:
        raise ScopeError("Which frameworks count concerns everybody: only somebody who may see everything can change it.")
    # The same switch may be thrown again later, so what makes it another source is how much was written before.
    digest = hashlib.sha256(f"{kind} {framework} {len(store.query('imports', scope))}".encode()).hexdigest()
    return store.write(kind, digest, framework, {"framework": rows}, rule=rule, replace=True)


def _rows(store: Store, scope: Scope, framework: str) -> pd.DataFrame:
    require_frameworks(store, scope, [framework])
    return store.query("frameworks", scope)[list(Framework.model_fields)]


def _no_need(framework: str, found: str) -> Fault:
    return Fault("Nothing to switch", "framework", column="active", found=f"'{framework}' {found}", action="Nothing needs to be done.")
