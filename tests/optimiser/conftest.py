"""Planning tables written out as they would stand in files."""

from __future__ import annotations

from io import StringIO

import pandas as pd
import pytest

from optimiser.tables import PlanningTables, Problem


def frame_of(text: str) -> pd.DataFrame:
    """Read a table written in a test: commas between cells, `|` or a new line between rows, blanks around cells without meaning."""
    if not text:
        return pd.DataFrame()
    lines = [line.strip() for line in text.replace("|", "\n").splitlines() if line.strip()]
    cells = "\n".join(",".join(cell.strip() for cell in line.split(",")) for line in lines)
    return pd.read_csv(StringIO(cells), dtype="str", keep_default_na=False, na_values=[""])


@pytest.fixture
def planning():
    """Return a function that makes planning tables from settings and tables as text."""

    def make(periods: int = 3, **parts) -> PlanningTables:
        settings = {name: parts.pop(name) for name in ("stages", "discount", "attributes", "start", "period_label") if name in parts}
        return PlanningTables.from_frames(Problem(periods, **settings), {name: frame_of(text) for name, text in parts.items()})

    return make
