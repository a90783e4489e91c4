"""Files taken in outside the pages: a few threads, so that a large file freezes nobody, and results that outlive a rerun.

A ticket's id is kept in the session of whoever sent the file and cannot be guessed, since its contents may be about people. This module
knows no Streamlit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app import errands
from app.pipeline import intake
from skills_model.privacy import Scope
from skills_model.sources.importing import Imported
from skills_model.store import Store

AT_ONCE = 2
KEPT = 8  # tickets; each may hold a large file


@dataclass(frozen=True)
class Upload:
    """A file that somebody sent, and what they said about it; `dry` asks only what would become of it."""

    kind: str
    name: str
    content: bytes
    organisation: str | None = None
    as_at: dt.date | None = None
    chosen: Mapping[str, str | None] = field(default_factory=dict)
    mended: bytes | None = None
    dry: bool = True


type Ticket = errands.Errand[Upload, Imported]


class Desk(errands.Desk[Upload, Imported]):
    """Takes files in, a few at once."""

    def __init__(self) -> None:
        super().__init__(_take_in, at_once=AT_ONCE, kept=KEPT)


def _take_in(ticket: Ticket, store: Store, scope: Scope) -> Imported:
    """Take a file in; of one that is in, keep only what is told of it: its rows may be about people."""
    upload = ticket.asked
    ticket.step = "Reading and checking" if upload.dry else "Taking in"
    result = intake.take_in(
        store,
        scope,
        upload.kind,
        upload.content,
        upload.name,
        organisation=upload.organisation,
        as_at=upload.as_at,
        chosen=upload.chosen,
        mended=upload.mended,
        dry=upload.dry,
    )
    if result.number is None:
        return result
    ticket.asked = replace(upload, content=b"", mended=None)
    content = replace(result.content, frame=result.content.frame[[]])
    return replace(result, content=content, built=None if result.built is None else replace(result.built, frames={}))
