"""The documentation says what the program does.

The README's examples are run on the demonstration England and compared with what is printed. After a change that
moves their numbers, make the demonstration (`make demo`), write the examples anew with `python tests/test_docs.py`, and read the diff.
"""

import contextlib
import csv
import doctest
import importlib
import io
import os
import re
import shlex
import shutil
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from app import cli

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
EXAMPLE = re.compile(r"(?<=```console\n)(.*?)(?=```)", re.DOTALL)
PROMPT = "$ "


def examples(text):
    """Return each command of the README with the output shown below it."""
    shown = []
    for block in EXAMPLE.findall(text):
        for line in block.splitlines():
            if line.startswith(PROMPT):
                shown.append((line.removeprefix(PROMPT), []))
            else:
                shown[-1][1].append(line)
    return [(command, "\n".join(lines)) for command, lines in shown]


def run(command):
    """Run a command of the README here, and return its exit code and what it printed."""
    command, _, file = command.partition(" > ")
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as left:
        cli.main(shlex.split(command)[1:])
    if file:
        Path(file).write_text(out.getvalue(), "utf-8")
        return left.value.code, ""
    return left.value.code, "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def told(text):
    """Split an output into its words and its numbers, without what may differ: how long a solve took, the day on which a scenario was
    written, and which of many equally good actions a plan takes.
    """
    differs = r"^(Audit|Train |Recruit |Contract |End |\.\.\. and|written_on).*\n?|; [0-9.]+ seconds$|(?<=modeller, )[0-9-]+"
    kept = re.sub(differs, "", text, flags=re.MULTILINE)
    number = r"\d[\d,]*(?:\.\d+)?"
    return re.sub(r"\s+", " ", re.sub(number, "#", kept)), [float(found.replace(",", "")) for found in re.findall(number, kept)]


def test_readme_commands_run_and_print_what_the_readme_shows(tmp_path, monkeypatch):
    shown = examples(README.read_text("utf-8"))
    store = tmp_path / "out" / "demo" / "england.duckdb"  # where an example names it
    assert run(f"skillsplan demo-data --store '{store.as_posix()}'")[0] == 0
    monkeypatch.setenv("SKILLSPLAN_STORE", str(store))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "tests" / "cases", tmp_path / "tests" / "cases")
    for command, output in shown:
        code, printed = run(command)
        assert code == 0, command
        if command.startswith("skillsplan import"):
            continue  # the example's file is written a line before, with the dates of that day
        words, numbers = told(output)
        printed_words, printed_numbers = told(printed)
        assert printed_words == words, f"{command}: run `python tests/test_docs.py` after `make demo`"
        assert printed_numbers == pytest.approx(numbers, rel=0.02, abs=0.02), f"{command}: run `python tests/test_docs.py`"


def test_every_command_is_in_the_readme_and_explains_itself():
    text = README.read_text("utf-8")
    for command in cli.commands.registered_commands:
        name = command.name or command.callback.__name__.replace("_", "-")
        assert f"`skillsplan {name}" in text
        assert command.callback.__doc__
    for command, _ in examples(text):
        assert command.startswith("skillsplan ")


def test_make_targets_of_the_documents_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"demo", "app", "test", "bench", "lint", "clean"} <= targets
    for name in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"^make ([a-z]+)|`make ([a-z]+)`", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        assert {first or second for first, second in named} <= targets


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md", "docs/method.md"])
def test_links_to_files_lead_somewhere(name):
    text = (ROOT / name).read_text("utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (ROOT / name).parent.joinpath(target).exists(), target


def test_the_method_shows_what_was_measured(monkeypatch):
    """Every row of the benchmark, with the figures that plans are promised by; `python tests/benchmarks/speed.py` writes them."""
    monkeypatch.syspath_prepend(ROOT / "tests" / "benchmarks")
    speed = importlib.import_module("speed")
    with speed.TABLE.open(encoding="utf-8", newline="") as file:
        headings, *rows = csv.reader(file)
    assert headings == ["Measured", *speed.PROBLEMS.values()]
    assert [row[0] for row in rows] == list(speed.ROWS.values())
    trust = {key: row[1] for key, row in zip(speed.ROWS, rows, strict=True)}
    assert all(float(trust[key].replace(",", "")) > 0 for key in trust)


def test_the_changelog_knows_this_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased" or headings[0].startswith(version)


def test_every_assumption_says_where_it_comes_from():
    with (ROOT / "data" / "assumptions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        for column in ("label", "unit", "source", "owner", "review_on"):
            assert row[column].strip(), f"{row['id']}[{row['key']}] has no {column}"
        assert float(row["low"]) <= float(row["value"]) <= float(row["high"]), row["id"]
        assert row["source"] == "judgement" or row["source_date"].strip(), f"{row['id']} has a source without a date"


def test_every_reference_table_is_in_the_data_log():
    log = (ROOT / "data" / "README.md").read_text("utf-8")
    tables = sorted((ROOT / "data" / "reference").glob("*.csv"))
    assert tables
    assert not [table.name for table in tables if table.stem not in log]


def test_every_scenario_and_every_stored_table_says_what_it_is():
    from skills_model.schema import TABLES

    for file in (ROOT / "data" / "scenarios").glob("*.toml"):
        scenario = tomllib.loads(file.read_text("utf-8"))
        assert scenario["id"] == file.stem
        assert scenario["label"]
    for table in TABLES:
        assert table.__doc__
        assert not [name for name, field in table.model_fields.items() if not field.description]


def test_pins_are_exact_hold_no_address_and_meet_what_the_package_asks_for():
    pins = {}
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines():
        pin = Requirement(line)
        assert pin.url is None
        assert re.fullmatch(r"==[0-9][^*,]*", str(pin.specifier)), line
        pins[pin.name.lower()] = str(pin.specifier).removeprefix("==")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for text in (*project["dependencies"], *project["optional-dependencies"]["dev"]):
        wanted = Requirement(text)
        assert wanted.specifier.contains(pins[wanted.name.lower()]), f"{text}: compile requirements.txt again"


def modules_with_doctests():
    for package in ("optimiser", "skills_model", "app"):
        for file in sorted((ROOT / package).rglob("*.py")):
            if ">>> " in file.read_text("utf-8"):
                yield ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("name", list(modules_with_doctests()))
def test_examples_in_docstrings_are_true(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted
    assert not result.failed


def rewrite():
    """Write into the README what its commands print now, about the demonstration England."""
    os.chdir(ROOT)
    (ROOT / "out" / "staff.xlsx").unlink(missing_ok=True)  # a template never replaces what somebody may have filled in

    def renew(block):
        commands = [line for line in block.group().splitlines() if line.startswith(PROMPT)]
        return "".join(renewed(command) for command in commands)

    def renewed(command):
        code, output = run(command.removeprefix(PROMPT))
        assert code == 0, f"{command} failed; nothing was written"
        return f"{command}\n{output}\n" if output else f"{command}\n"

    README.write_text(EXAMPLE.sub(renew, README.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    rewrite()
