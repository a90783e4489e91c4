"""The use cases of frameworks: which there are, what differs, what one would do, switching it on, its open formats, the crosswalk."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from skills_model.framework import crosswalk as crosswalks
from skills_model.framework import switch
from skills_model.framework.compare import Comparison, require_frameworks
from skills_model.framework.compare import compare as compare_two
from skills_model.framework.impact import Impact
from skills_model.framework.impact import impact as work_out
from skills_model.privacy import Scope
from skills_model.sources import case, open_formats
from skills_model.store import Store


def listed(store: Store, scope: Scope) -> pd.DataFrame:
    """List the frameworks, versions of a series together: what each is, whether it is active, and how much is in it."""
    return store.query("frameworks", scope)


def compare(store: Store, scope: Scope, old: str, new: str) -> Comparison:
    """Compare two frameworks, versions of one above all; raises DataError for one that is unknown."""
    return compare_two(store, scope, old, new)


def impact(store: Store, scope: Scope, framework: str, area: Sequence[str] | None = None) -> Impact:
    """Work out what switching a framework on would do, and write nothing; raises DataError where there is nothing to switch."""
    return work_out(store, scope, framework, area)


def activate(store: Store, scope: Scope, framework: str) -> int:
    """Switch a framework on in the place of its other versions; returns the number to undo, raises DataError with every fault."""
    return switch.activate(store, scope, framework)


def deactivate(store: Store, scope: Scope, framework: str) -> int:
    """Switch a framework off; returns the number to undo, raises DataError where it is off."""
    return switch.deactivate(store, scope, framework)


def crosswalk(store: Store, scope: Scope, framework: str | None = None, other: str | None = None) -> pd.DataFrame:
    """Return what skills and role levels of frameworks are in one another: of all, of one, or between two."""
    return crosswalks.relations(store, scope, framework, other)


def suggestions(store: Store, scope: Scope, framework: str, other: str) -> pd.DataFrame:
    """Suggest what has no relation yet, by likeness of names; the relation is blank until somebody says it."""
    return crosswalks.suggestions(store, scope, framework, other)


def table(store: Store, scope: Scope, framework: str) -> pd.DataFrame:
    """Return all of a framework as one table, which the import of the kind `framework` takes in again; raises DataError."""
    require_frameworks(store, scope, [framework])
    return open_formats.table(open_formats.contents(store, scope, framework))


def package(store: Store, scope: Scope, framework: str) -> bytes:
    """Return all of a framework as a package of 1EdTech CASE 1.0, as JSON; raises DataError."""
    require_frameworks(store, scope, [framework])
    return case.write(open_formats.contents(store, scope, framework))


def described(store: Store, scope: Scope, framework: str) -> int:
    """Return how many texts of a framework are the publisher's own words, which its licence may not let one pass on."""
    return len(store.query("framework_descriptions", scope, framework=framework))
