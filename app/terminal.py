"""What a terminal shows: tables and JSON on standard output; notes and progress on standard error."""

from __future__ import annotations

import json
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

PATIENCE = 2.0
"""Seconds of silence before a log or a pipe is told that work goes on."""
NARROWEST = 8
"""Characters of a word that are left even in a very narrow window."""


def note(text: str) -> None:
    """Tell the user something that is not part of the result."""
    print(text, file=sys.stderr, flush=True)


def say(text: str = "") -> None:
    """Write a line of the result."""
    print(text, flush=True)


def heading(text: str) -> None:
    """Write a line that begins a part of the result."""
    say(f"\n{text}")


def word(value: Any, labels: Mapping[str, str] | None = None, missing: str = "-") -> str:
    """Write a cell of text, by its name for people where it has one."""
    return missing if pd.isna(value) else (labels or {}).get(str(value), str(value))


def number(value: float) -> str:
    """Write a number to six digits, large ones whole, a missing one as a dash.

    >>> number(1441389.8), number(0.01234567), number(float("nan"))
    ('1,441,390', '0.0123457', '-')
    """
    if pd.isna(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.6g}"


def write_json(value: object) -> None:
    """Write one JSON value, the only thing on standard output; infinite and missing numbers become null."""
    say(json.dumps(_plain(value), allow_nan=False))


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame as rows that JSON can hold."""
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict(orient="records")]


def table(headings: Sequence[str], lines: Sequence[Sequence[str]], words: int = 1) -> None:
    """Write a table: its first `words` columns, which are words, to the left and the rest, which are numbers, to the right.

    A window that is too narrow shortens the longest words, never a number; a file or a pipe gets everything. Headings of no lines are left out.
    """
    if not lines:
        return
    rows_of_text = [headings, *lines]
    widths = [max(len(row[column]) for row in rows_of_text) for column in range(len(headings))]
    if sys.stdout.isatty():
        widths = _narrowed(widths, words, shutil.get_terminal_size().columns)
    for row in rows_of_text:
        cells = [
            _cut(text, width).ljust(width) if column < words else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        say("  ".join(cells).rstrip())


def _narrowed(widths: Sequence[int], words: int, room: int) -> list[int]:
    """Take what is too wide from the widest column of words, a character at a time.

    >>> _narrowed([30, 12, 6], 2, 40), _narrowed([5, 6], 1, 80)
    ([18, 12, 6], [5, 6])
    """
    narrowed = list(widths)
    while sum(narrowed) + 2 * (len(narrowed) - 1) > room:
        widest = max(range(words), key=lambda column: narrowed[column], default=0)
        if not words or narrowed[widest] <= NARROWEST:
            break
        narrowed[widest] -= 1
    return narrowed


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."


@contextmanager
def working(text: str) -> Iterator[Callable[[str], None]]:
    """Show on standard error that work goes on, and, through the function given, how far it is."""
    console = Console(stderr=True, highlight=False, markup=False)
    if console.is_terminal:
        with console.status(text) as status:
            yield status.update
        return
    late = threading.Timer(PATIENCE, note, [text])
    late.daemon = True
    late.start()
    try:
        yield lambda _step: None
    finally:
        late.cancel()


@contextmanager
def measured(text: str) -> Iterator[Callable[[float, str], None]]:
    """Show on standard error how much of some work is done, through the function given: the share, 0 to 1, and the step."""
    console = Console(stderr=True, highlight=False, markup=False)
    if not console.is_terminal:
        with working(text):
            yield lambda _share, _step: None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(text, total=1.0)
        yield lambda share, step: progress.update(task, completed=share, description=step)


def _plain(value: Any) -> Any:
    """Return a value in types that JSON knows."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if value is None or isinstance(value, str | int | bool):
        return value
    return None if pd.isna(value) else str(value)
