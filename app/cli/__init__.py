"""The command `skillsplan`: reads options, calls a use case of `app.pipeline`, shows the answer.

options.py holds what commands share; every other module holds the commands of one subject. Imports of pandas, DuckDB and the solver stay
inside the commands, so that help appears at once.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from typing import Annotated

import typer

from app.cli.options import commands
from optimiser.errors import FaultsError, PlanError, SkillsplanError

# Commands make themselves known, in the order of `skillsplan --help`.
for _subject in (
    "start", "imports", "mapping", "audit", "frameworks", "gaps", "people", "all_staff", "supply", "demand", "backtest", "returns", "compare",
    "plans", "following", "plan_compare", "places", "scenarios", "tables", "frontier",
):  # fmt: skip
    import_module(f"app.cli.{_subject}")

FAILED, WRONG_INPUT, NO_PLAN, STOPPED = 1, 2, 3, 4
EXIT_CODES = {"infeasible": NO_PLAN, "unbounded": NO_PLAN, "cancelled": STOPPED, "stopped": STOPPED}
INTERRUPTED = 130
"""What Typer makes of Ctrl-C."""
QUERY_INTERRUPTED = "Query interrupted"
"""What DuckDB makes of it: the words of a RuntimeError."""
_interrupted = threading.Event()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code; given no arguments it takes those of the process, and ends the process."""
    if arguments is not None:
        _run(list(arguments))
        return
    signal.signal(signal.SIGINT, _interrupt)
    try:
        _run(sys.argv[1:])
    except SystemExit as leaving:
        watch = sys.modules.get("optimiser.watch")
        if watch is None or not watch.at_work():
            raise
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(leaving.code if isinstance(leaving.code, int) else 0)  # a solver that does not listen must not hold up the answer


def _interrupt(*_: object) -> None:
    """Remember Ctrl-C: what is interrupted while it loads may turn it into an error of its own."""
    _interrupted.set()
    raise KeyboardInterrupt


def _run(arguments: Sequence[str]) -> None:
    """Run one command: here, and only here, errors become messages and exit codes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old Windows console may lack a character of a name
    try:
        commands(arguments, prog_name="skillsplan")
    except SystemExit as leaving:
        if leaving.code == WRONG_INPUT and "--json" in arguments:
            from app import terminal

            terminal.write_json({"status": "invalid", "message": "The command or its options are wrong; standard error says which."})
        if leaving.code != INTERRUPTED:
            raise
        _leave(STOPPED, "Cancelled.", {"status": "cancelled"}, arguments)
    except PlanError as error:
        _leave(EXIT_CODES.get(error.status, FAILED), str(error), _no_plan(error), arguments)
    except FaultsError as error:
        _leave(WRONG_INPUT, str(error), {"status": "invalid", "faults": [fault.as_row() for fault in error.faults]}, arguments)
    except SkillsplanError as error:
        _leave(WRONG_INPUT, str(error), {"status": "invalid", "message": str(error)}, arguments)
    except (FileNotFoundError, FileExistsError, PermissionError, NotADirectoryError, IsADirectoryError) as error:
        action = "Correct the name." if isinstance(error, FileNotFoundError) else "Name another place, or ask for access to this one."
        message = f"Cannot use '{error.filename}': {error.strerror}. {action}"
        _leave(WRONG_INPUT, message, {"status": "invalid", "message": message}, arguments)
    except Exception as error:
        if _interrupted.is_set() or str(error) == QUERY_INTERRUPTED:
            _leave(STOPPED, "Cancelled.", {"status": "cancelled"}, arguments)
        if "--debug" in arguments:
            raise
        message = f"Failed: {type(error).__name__}: {error}\nThis is a mistake of ours; `skillsplan --debug ...` shows where."
        _leave(FAILED, message, {"status": "failed", "message": f"{type(error).__name__}: {error}"}, arguments)


def _no_plan(error: PlanError) -> dict[str, object]:
    answer: dict[str, object] = {"status": error.status, "message": str(error)}
    refusal = getattr(error, "refusal", None)  # of an organisation's plan; what conflicts in its tables is told in the planner's words
    if refusal is not None:
        answer |= asdict(refusal)
    elif error.status == "infeasible":
        answer |= {"conflict": error.conflict, "relaxation": error.relaxation}
    return answer


def _leave(code: int, message: str, answer: dict[str, object], arguments: Sequence[str]) -> None:
    """Say why there is no result, for people and with `--json` for programs, and end the process."""
    from app import terminal

    terminal.note(message)
    if "--json" in arguments:
        terminal.write_json(answer)
    sys.exit(code)


@commands.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the program a failure happened.")] = False,
) -> None:
    """Plan the digital, data and technology workforce of the NHS in England."""
