"""Files taken in outside the pages: a few threads, so that a large file freezes nobody, and results that outlive a rerun.

A ticket's id is kept in the session of whoever sent the file and cannot be guessed, since its contents may be about people. This module
knows no Streamlit.
"""

from __future__ import annotations

import datetime as dt
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.pipeline import intake
from optimiser.errors import SkillsplanError
from skills_model.privacy import Scope
from skills_model.sources.importing import Imported
from skills_model.store import Store

AT_ONCE = 2
KEPT = 8  # tickets; each may hold a large file
HOUR = 3600.0  # seconds after which what has ended is forgotten


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


@dataclass
class Ticket:
    """What is known about an upload; `result` or `error` is there once it has ended."""

    upload: Upload
    step: str = "Waiting for a turn"
    result: Imported | None = None
    error: SkillsplanError | None = None
    failed: str = ""
    started: float = field(default_factory=time.monotonic)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def seconds(self) -> float:
        """Return the time since the file was sent."""
        return time.monotonic() - self.started


class Desk:
    """Takes files in, a few at once."""

    def __init__(self) -> None:
        self._tickets: dict[str, Ticket] = {}
        self._taking = threading.Lock()
        self._turns = threading.Semaphore(AT_ONCE)

    def take(self, store: Store, scope: Scope, upload: Upload) -> str:
        """Begin to take a file in; return the ticket's id at once."""
        name, ticket = secrets.token_urlsafe(), Ticket(upload)
        with self._taking:
            self._forget(KEPT - 1)
            self._tickets[name] = ticket
        threading.Thread(target=_take_in, args=(ticket, store, scope, self._turns), daemon=True).start()
        return name

    def ticket(self, name: str) -> Ticket | None:
        """Return a ticket by its id, or None where it is forgotten."""
        with self._taking:
            self._forget(KEPT)
        return self._tickets.get(name)

    def drop(self, name: str) -> None:
        """Forget a ticket and its file."""
        with self._taking:
            self._tickets.pop(name, None)

    def _forget(self, most: int) -> None:
        """Drop what ended long ago, and the oldest of what has ended beyond so many."""
        ended = [name for name, ticket in self._tickets.items() if ticket.ended.is_set()]
        old = [name for name in ended if self._tickets[name].seconds > HOUR]
        for name in {*old, *ended[: max(0, len(self._tickets) - most)]}:
            del self._tickets[name]


def _take_in(ticket: Ticket, store: Store, scope: Scope, turns: threading.Semaphore) -> None:
    """Take a file in when it is its turn; whatever happens the ticket ends."""
    upload = ticket.upload
    try:
        with turns:
            ticket.step = "Reading and checking" if upload.dry else "Taking in"
            ticket.result = intake.take_in(
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
        if ticket.result.number is not None:
            _let_go(ticket, ticket.result)
    except SkillsplanError as error:
        ticket.error = error
    except Exception as error:
        ticket.failed = f"A mistake of ours stopped it ({type(error).__name__}). Nothing was taken in. The server's log has the details."
        raise
    finally:
        ticket.ended.set()


def _let_go(ticket: Ticket, result: Imported) -> None:
    """Keep of a file that is in only what is told of it: its rows may be about people."""
    ticket.upload = replace(ticket.upload, content=b"", mended=None)
    content = replace(result.content, frame=result.content.frame[[]])
    ticket.result = replace(result, content=content, built=None if result.built is None else replace(result.built, frames={}))
