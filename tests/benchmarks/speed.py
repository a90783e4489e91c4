"""Write the table of the method's chapter on speed from what `make bench` measured: `python tests/benchmarks/speed.py`."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

from record import OUT

TABLE = Path(__file__).parents[2] / "docs" / "speed.csv"
PROBLEMS = {"trust": "Trust, £60,000 a quarter", "trust_200000": "Trust, £200,000 a quarter", "ics": "ICS, five trusts"}
ROWS = {
    "variables": "Variables",
    "constraints": "Rows",
    "read_seconds": "Read and check the tables, seconds",
    "build_seconds": "Build the programme, seconds",
    "hand_over_seconds": "Hand it to HiGHS through PuLP, seconds",
    "solve_seconds": "Inside HiGHS, every stage, seconds",
    "read_back_seconds": "Read the plan back and audit it, seconds",
    "total_seconds": "From the files to the audited plan, seconds",
    "highs_alone_seconds": "HiGHS alone on the first stage, seconds",
    "outside_over_solver": "Everything outside HiGHS over HiGHS alone",
    "prepare_seconds": "Preparing for other budgets, once, seconds",
    "first_answer_seconds": "First plan for another budget, seconds",
    "first_answer_gap": "... proven to be this close to the best, relative",
    "warm_seconds_-5": "Budget 5% smaller, proven to 0.0001, seconds",
    "warm_seconds_+5": "Budget 5% larger, seconds",
    "warm_over_cold": "... the slower of both over HiGHS alone",
    "warm_seconds_-25": "Budget 25% smaller, seconds",
    "warm_seconds_+25": "Budget 25% larger, seconds",
    "warm25_over_cold": "... the slower of both over HiGHS alone",
    "project_1000_seconds": "1,000 sampled projections, seconds",
}


def text_of(measured: dict[str, Any]) -> str:
    """Return the table as CSV; what was not measured on a problem is a dash."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["Measured", *PROBLEMS.values()])
    for key, label in ROWS.items():
        writer.writerow([label, *(_written(measured.get(problem, {}).get(key)) for problem in PROBLEMS)])
    return file.getvalue()


def _written(value: float | None) -> str:
    if value is None:
        return "not measured"
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


if __name__ == "__main__":
    TABLE.write_text(text_of(json.loads(OUT.read_text("utf-8"))["optimiser"]), "utf-8")
    sys.stdout.write(TABLE.read_text("utf-8"))
