"""Commands that make the demonstration and start the app."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.gaps import gaps
from app.cli.options import Json, OneOrganisation, StoreFile, commands, use_store
from app.cli.plans import make

DEMO_BUDGET = "500000"
"""Pounds over the three years of the demonstration's plan."""


@commands.command()
def demo_data(
    store: Annotated[Path, typer.Option("--store", metavar="FILE", help="Store to make.")],
    organisation: OneOrganisation = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same people.")] = 1,
    json: Json = False,
) -> None:
    """Make a store of invented trusts and invented staff."""
    from app import findings, guard, pipeline, terminal

    with terminal.working("Inventing staff") as step:
        made = pipeline.demo_data(store, organisation, seed, lambda done, code: step(f"Inventing staff: {done:.0%}, {code}"))
    if json:
        terminal.write_json({"store": str(store), "seed": seed, "organisations": terminal.rows(made)})
        return
    terminal.say(f"{guard.MARK}: seed {seed}")
    terminal.table(
        ("Organisations", "Headcount", "FTE", "Vacant FTE"),
        [(f"{len(made):,}", *(findings.amount(made[column].sum()) for column in ("headcount", "fte", "vacancy_fte")))],
        words=0,
    )
    terminal.note(f"Written to {store}")


@commands.command(name="app")
def open_app(
    store: StoreFile = None,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this machine.")] = 8501,
) -> None:
    """Start the app for a browser on this machine; Ctrl-C ends it."""
    import subprocess

    from app import pipeline
    from skills_model.store import Store

    path = pipeline.store_path(store).resolve()
    with Store.open(path):
        pass  # a store that is missing or held is better said here than in the browser
    here = Path(__file__).parents[1]
    os.chdir(here.parent)  # where Streamlit looks for its settings
    os.environ["SKILLSPLAN_STORE"] = str(path)
    command = [sys.executable, "-m", "streamlit", "run", str(here / "main.py"), "--server.port", str(port)]
    if sys.platform != "win32":
        os.execv(sys.executable, command)  # one process, so that whoever ends it ends the app
    sys.exit(subprocess.run(command, check=False).returncode)


@commands.command()
def demo() -> None:
    """Show all of it: demonstration England, its skills gap, and a plan for one large trust."""
    from app import pipeline, terminal
    from app.cli.plan_options import Asked

    store = pipeline.DEMONSTRATION_STORE
    folder = store.parent
    terminal.heading("1 of 3: demonstration England")
    demo_data(store)
    terminal.heading("2 of 3: the skills gap by role family")
    gaps("role_family", store=store)
    gaps("role_family,skill", csv=folder / "gaps.csv", store=store)
    with use_store(store, "Explore skills gaps") as (opened, scope):
        listed = pipeline.organisations(opened, scope)
    largest = str(listed.loc[listed["type"] == "Acute", "code"].iloc[0])
    terminal.heading("3 of 3: a plan for one large trust")
    make(Asked(largest, budget=DEMO_BUDGET), folder / "plan", store=store)
    terminal.say()
    terminal.say("Open the app with: " + ("skillsplan app" if sys.platform == "win32" else "make app"))
