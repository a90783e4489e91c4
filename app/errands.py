"""Work of some seconds done outside the pages: a few threads at once, so that nobody is frozen, and answers that outlive a rerun.

This module knows no Streamlit.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from optimiser.errors import SkillsplanError
from skills_model.privacy import Scope
from skills_model.store import Store

HOUR = 3600.0  # seconds after which what has ended is forgotten
MISTAKE = "A mistake of ours stopped it ({}). Nothing was changed. The server's log has the details."


@dataclass
class Errand[Asked, Answer]:
    """What is known about work that was asked for; `answer`, `error` or `failed` is there once it has ended.

    `share` is how much of it is done, 0 to 1, where that is known.
    """

    asked: Asked
    step: str = "Waiting for a turn"
    share: float | None = None
    answer: Answer | None = None
    error: SkillsplanError | None = None
    failed: str = ""
    started: float = field(default_factory=time.monotonic)
    cancelled: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def seconds(self) -> float:
        """Return the time since it was asked for."""
        return time.monotonic() - self.started


class Desk[Asked, Answer]:
    """Takes errands, does a few at once and keeps the latest for an hour; `work` may change the errand while it goes on."""

    def __init__(self, work: Callable[[Errand[Asked, Answer], Store, Scope], Answer], *, at_once: int, kept: int) -> None:
        self._work, self._kept = work, kept
        self._errands: dict[str, Errand[Asked, Answer]] = {}
        self._taking = threading.Lock()
        self._turns = threading.Semaphore(at_once)

    def take(self, store: Store, scope: Scope, asked: Asked, name: str = "") -> str:
        """Begin to work; return at once the name by which the errand is found, which cannot be guessed where none is given.

        An errand of a name that is under way, or that has an answer, is not begun again.
        """
        name = name or secrets.token_urlsafe()
        with self._taking:
            known = self._errands.get(name)
            if known is not None and (not known.ended.is_set() or known.answer is not None):
                return name
            self._forget(self._kept - 1)
            self._errands.pop(name, None)
            errand: Errand[Asked, Answer] = Errand(asked)
            self._errands[name] = errand
        threading.Thread(target=self._do, args=(errand, store, scope), daemon=True).start()
        return name

    def errand(self, name: str) -> Errand[Asked, Answer] | None:
        """Return an errand by its name, or None where it is forgotten."""
        with self._taking:
            self._forget(self._kept)
        return self._errands.get(name)

    def drop(self, name: str) -> None:
        """Forget an errand and its answer."""
        with self._taking:
            self._errands.pop(name, None)

    def _forget(self, most: int) -> None:
        """Drop what ended long ago, and the oldest of what has ended beyond so many."""
        ended = [name for name, errand in self._errands.items() if errand.ended.is_set()]
        old = [name for name in ended if self._errands[name].seconds > HOUR]
        for name in {*old, *ended[: max(0, len(self._errands) - most)]}:
            del self._errands[name]

    def _do(self, errand: Errand[Asked, Answer], store: Store, scope: Scope) -> None:
        """Work when it is its turn; whatever happens the errand ends."""
        try:
            with self._turns:
                errand.answer = self._work(errand, store, scope)
        except SkillsplanError as error:
            errand.error = error
        except Exception as error:
            errand.failed = MISTAKE.format(type(error).__name__)
            raise
        finally:
            errand.ended.set()
