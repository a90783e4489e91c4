"""Time calls, print what was measured, and keep it in out/bench.json."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

OUT = Path(__file__).parents[2] / "out" / "bench.json"


def seconds_of(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return how long a call takes, and what it returns."""
    started = time.perf_counter()
    result = call()
    return time.perf_counter() - started, result


def record(problem: str, measured: dict[str, Any], of: str = "optimiser") -> None:
    """Print figures on one problem, and merge them into its object within that of its subject, if any; what others measured stays."""
    sys.stdout.write("\n".join(["", problem, *_lines(measured), ""]))
    OUT.parent.mkdir(exist_ok=True)
    known = json.loads(OUT.read_text("utf-8")) if OUT.exists() else {}
    OUT.write_text(json.dumps(_merged(known, {of: {problem: measured}} if of else {problem: measured}), indent=1) + "\n", "utf-8")


def _lines(measured: dict[str, Any]) -> list[str]:
    return [f"{value:12.3f}  {name}" if isinstance(value, float) else f"{value!s:>12}  {name}" for name, value in measured.items()]


def _merged(known: dict[str, Any], measured: dict[str, Any]) -> dict[str, Any]:
    both = {name: _merged(known[name], value) for name, value in measured.items() if isinstance(value, dict) and name in known}
    return known | measured | both
