"""How long a newcomer waits: each command in a process of its own, on one invented trust and on England."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
TRUST = "DEMO001"


def timed(*arguments, store=None):
    """Run a command and print its seconds."""
    environment = os.environ | ({"SKILLSPLAN_STORE": str(store)} if store else {})
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "app", *map(str, arguments)], check=True, cwd=ROOT, env=environment, capture_output=True)
    print(f"{time.perf_counter() - started:8.2f} s  skillsplan {' '.join(str(argument) for argument in arguments)}")


def test_start_up():
    print()
    timed("--help")
    timed("optimise", ROOT / "tests" / "cases" / "williams_cost", "--json")


def test_one_trust(tmp_path):
    store = tmp_path / "one.duckdb"
    print()
    timed("demo-data", "--store", store, "--organisation", TRUST)
    timed("organisations", store=store)
    timed("gaps", "--by", "role_family,skill", store=store)
    for budget in (60_000, 500_000):
        timed("plan", "--organisation", TRUST, "--budget", budget, "--out", tmp_path / str(budget), store=store)


def test_england(tmp_path):
    store = tmp_path / "england.duckdb"
    print()
    timed("demo-data", "--store", store)
    timed("organisations", store=store)
    timed("gaps", "--by", "role_family", store=store)
    timed("gaps", "--by", "organisation,role_level,skill", "--csv", tmp_path / "gaps.csv", store=store)
