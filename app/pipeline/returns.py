"""Returns: writing one's own, and who has sent theirs; what the command line and the pages ask."""

from __future__ import annotations

import datetime as dt

from app import guard
from app.pipeline.progress import Progress, part, silent
from skills_model import returning
from skills_model.area import Area
from skills_model.privacy import Scope
from skills_model.returning import Return, Returns
from skills_model.store import Store


def write(
    store: Store, scope: Scope, organisation: str, signed_off_by: str = "", agreement: str = "", progress: Progress = silent
) -> tuple[Return, bytes]:
    """Make the return of an organisation, as a file too, and note in the audit log that it was made and by whom it is signed off.

    Without `signed_off_by`, a job role, it is a draft, which no import takes. Raises DataError, ScopeError.
    """
    made = returning.write(
        store,
        scope,
        organisation,
        on=dt.datetime.now(dt.UTC).date(),
        signed_off_by=signed_off_by.strip(),
        agreement=agreement.strip(),
        progress=part(progress, 0.0, 0.8, f"Counting {organisation}"),
    )
    progress(0.8, "Writing the file")
    signed = "draft" if made.draft else f"signed off by {made.signed_off_by}"
    store.record("return", f"{organisation} as at {made.as_at}, {signed}, {len(made.rows)} rows")
    content = guard.csv_bytes(made.rows, demonstration=made.demonstration)
    progress(1.0, "Done")
    return made, content


def returns(
    store: Store, scope: Scope, area: str = "england", as_at: dt.date | None = None, progress: Progress = silent
) -> Returns:
    """Say who counts by what in an area, what is imputed, and the bridge to the published totals; raises DataError, ScopeError."""
    found = returning.returns(store, scope, Area.parse(area), as_at, progress=part(progress, 0.0, 1.0, "Counting returns"))
    progress(1.0, "Done")
    return found
