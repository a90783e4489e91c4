"""How far a use case is: what it tells to whoever shows it."""

from __future__ import annotations

from collections.abc import Callable

type Progress = Callable[[float, str], None]
"""Hears the share done, 0 to 1, and what is being done."""


def silent(_share: float, _step: str) -> None:
    """Tell nobody."""


def part(progress: Progress, first: float, last: float, step: str) -> Callable[[float], None]:
    """Return what a step that counts from 0 to 1 itself may tell, which is done between two shares of the whole."""
    return lambda share: progress(first + (last - first) * share, step)
