"""What a terminal shows: tables and JSON on standard output; notes and progress on standard error."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

PATIENCE = 2.0
"""Seconds of silence before a log or a pipe is told that work goes on."""
PIPE_WIDTH = 240
"""Columns of text where nobody's window limits the width, so that a file gets whole names."""


def note(text: str) -> None:
    """Tell the user something that is not part of the result."""
    print(text, file=sys.stderr, flush=True)


def say(text: str = "") -> None:
    """Write a line of the result."""
    print(text, flush=True)


def heading(text: str) -> None:
    """Write a line that begins a part of the result."""
    say(f"\n{text}")


def word(value: Any) -> str:
    """Write a cell of text; a missing one is a dash."""
    return "-" if pd.isna(value) else str(value)


def write_json(value: object) -> None:
    """Write one JSON value, the only thing on standard output; infinite and missing numbers become null."""
    say(json.dumps(_plain(value), allow_nan=False))


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame as rows that JSON can hold."""
    return [{str(name): cell for name, cell in row.items()} for row in frame.to_dict(orient="records")]


def table(headings: Sequence[str], lines: Sequence[Sequence[str]], words: int = 1) -> None:
    """Write a table, its first `words` columns to the left and the rest, which are numbers, to the right.

    A window that is too narrow shortens words and never a number; nothing is wrapped.
    """
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for position, heading in enumerate(headings):
        number = position >= words
        width = max(len(text) for text in (heading, *(line[position] for line in lines)))
        shown.add_column(
            heading,
            justify="right" if number else "left",
            no_wrap=True,
            overflow="ellipsis",
            min_width=width if number else min(width, 8),
        )
    for line in lines:
        shown.add_row(*line)
    console = Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)
    console.print(shown)


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
