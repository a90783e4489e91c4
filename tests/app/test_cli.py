"""The command line: answers, exit codes, and what is said about wrong input."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app import cli, pipeline
from app.pipeline.plans import FRAMES

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"
TRUST = "DEMO022"  # small, so that a plan takes seconds
PLAN_FILES = {"plan.json", "scenario.json", "tables", "programme.csv", *(f"{name}.csv" for name in FRAMES if name != "ranges")}


class Outcome:
    """What a command left behind: exit code, standard output, standard error."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def run(capsys):
    """Run a command in this process."""

    def call(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(left.value.code or 0, captured.out, captured.err)

    return call


def process(*arguments, **environment):
    """Run a command as a user does, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "app", *(str(argument) for argument in arguments)],
        capture_output=True, text=True, encoding="utf-8", check=False, cwd=ROOT, env=os.environ | environment,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Make a store with one invented trust, by the command itself."""
    path = tmp_path_factory.mktemp("store") / "one.duckdb"
    made = process("demo-data", "--store", path, "--organisation", TRUST, "--json")
    assert made.code == 0, made.err
    assert [row["code"] for row in made.json["organisations"]] == [TRUST]
    return path


@pytest.fixture
def tables(tmp_path):
    """Write planning tables: a copy of a published problem, with any table replaced."""

    def write(case="williams_cost", **replaced):
        folder = tmp_path / "tables"
        shutil.copytree(CASES / case, folder)
        for name, text in replaced.items():
            (folder / f"{name}.csv").write_text(text, "utf-8")
        return folder

    return write


@pytest.fixture
def tiny(tmp_path):
    """Write the smallest planning problem: a stock that is short, and a lever that would fill it."""

    def write(limit="1", requirement="true", unit_cost="10", stages='["cost"]'):
        folder = tmp_path / "tiny"
        folder.mkdir()
        texts = {
            "problem.toml": f"periods = 1\nstages = {stages}\n",
            "stocks.csv": "stock,opening\nskilled,2\n",
            "transitions.csv": "from_stock,to_stock,rate\nskilled,skilled,1\n",
            "requirements.csv": f"stock,period,required,hard\nskilled,1,5,{requirement}\n",
            "levers.csv": f"lever,unit_cost\ntrain,{unit_cost}\n",
            "effects.csv": "lever,stock,lag,amount\ntrain,skilled,0,1\n",
            "limits.csv": f"limit,period,amount\nseats,1,{limit}\n",
            "uses.csv": "limit,kind,item,amount\nseats,lever,train,1\n",
        }
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
        return folder

    return write


# Planning tables


@pytest.mark.parametrize("case, expected", [("williams_redundancy", 841.80), ("williams_cost", 498_677.285)])
def test_published_optima_are_found(run, case, expected):
    answer = run("optimise", CASES / case, "--json")
    assert answer.code == 0
    assert answer.json["status"] == "optimal"
    assert answer.json["stages"] == [{"name": "cost", "value": pytest.approx(expected, abs=0.01)}]
    assert max(answer.json["audit"].values()) < 1e-6
    assert set(answer.json) == {"status", "stages", "audit", "size", "seconds"}
    assert answer.err == ""


def test_a_solved_folder_is_told_to_people_and_written(run, tmp_path):
    answer = run("optimise", CASES / "williams_cost", "--out", tmp_path / "out")
    assert answer.code == 0
    assert "Status: optimal" in answer.out
    assert "498,677.285" in answer.out
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "actions.csv", "stocks.csv", "coverage.csv", "limits.csv", "shadow_prices.csv", "run.json",
    }  # fmt: skip
    assert str(tmp_path / "out") in answer.err


def test_a_plan_is_explained_to_people_programs_and_files(run, tmp_path):
    """Winston's technicians: an hour more in the last month is met by training before it."""
    told = run("explain", CASES / "computer_services", "--out", tmp_path / "why")
    assert told.code == 0, told.err
    assert "required of stock 'hours' in month 5 would raise the cost by £2,258" in told.out
    answer = run("explain", CASES / "computer_services", "--json")
    assert answer.json["sentences"] == told.out.splitlines()
    prices = {row["period"]: row["price"] for row in answer.json["prices"] if row["family"] == "required"}
    assert prices[5] == pytest.approx(22.58, abs=0.01)
    assert answer.json["money"] == []
    assert {path.name for path in (tmp_path / "why").iterdir()} >= {"prices.csv", "idle.csv", "explanation.txt", "explanation.json"}


def test_a_budget_is_followed_along_a_range(run, tmp_path):
    """5 people short, £10 each: the shortfall falls by a tenth for each pound up to £50, beyond which money buys nothing."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    texts = {
        "problem.toml": 'periods = 1\nstages = ["shortfall"]\n',
        "stocks.csv": "stock,opening\nskilled,0\nmoney,0\n",
        "inflows.csv": "stock,period,amount\nmoney,1,20\n",
        "requirements.csv": "stock,period,required\nskilled,1,5\n",
        "levers.csv": "lever,unit_cost\ntrain,10\n",
        "effects.csv": "lever,stock,lag,amount\ntrain,skilled,0,1\ntrain,money,0,-10\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    answer = run("frontier", folder, "--item", "money", "--from", "0", "--to", "100", "--json", "--out", tmp_path / "curve")
    assert answer.code == 0, answer.err
    assert [(row["amount"], row["value"]) for row in answer.json["table"]] == [(0, 5), (50, 0), (100, 0)]
    assert answer.json["knee"] == 50
    assert {path.name for path in (tmp_path / "curve").iterdir()} == {"frontier.csv", "frontier.json"}
    told = run("frontier", folder, "--item", "money", "--from", "0", "--to", "100")
    assert told.out.splitlines()[2].split() == ["knee", "50", "0", "-0.1", "0"]
    why = run("explain", folder, "--money", "money")
    assert "£10,000" in why.out


@pytest.mark.parametrize("command", [("optimise",), ("project",), ("explain",), ("frontier", "--item", "skilled", "--from", "1", "--to", "2")])
def test_results_never_replace_the_tables_they_come_from(run, tables, command):
    folder = tables()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    name, *options = command
    answer = run(name, folder, *options, "--out", folder)
    assert answer.code == 2
    assert "A folder of planning tables" in answer.err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("explain", CASES / "williams_cost", "--money", "gold"), "gold"),
        (("frontier", CASES / "williams_cost", "--item", "gold", "--from", "0", "--to", "1"), "gold"),
        (("frontier", CASES / "williams_cost", "--item", "skilled", "--from", "2", "--to", "1"), "lower first"),
        (("frontier", CASES / "williams_cost", "--item", "skilled", "--period", "9", "--from", "1", "--to", "2"), "9"),
    ],
)
def test_what_cannot_be_explained_is_named_and_nothing_is_written(run, tmp_path, arguments, said):
    answer = run(*arguments, "--out", tmp_path / "out")
    assert answer.code == 2
    assert said in answer.err
    assert not (tmp_path / "out").exists()


def test_doing_nothing_is_projected_from_now_on(run, tmp_path):
    answer = run("project", CASES / "williams_cost", "--json", "--out", tmp_path / "out")
    assert answer.code == 0
    assert answer.json["status"] == "projected"
    assert answer.json["stocks"]["unskilled"][:2] == [2000.0, 1800.0]
    assert {len(path) for path in answer.json["stocks"].values()} == {4}
    with (tmp_path / "out" / "stocks.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file))[:3] == ["stock", "0", "1"]
    told = run("project", CASES / "williams_cost")
    assert re.search(r"unskilled +2,000\.0 +1,800\.0", told.out)


def test_all_faults_of_a_folder_are_listed_and_nothing_is_written(run, tables, tmp_path):
    folder = tables(
        effects="lever,stock,lag,amount\nno-such-lever,no-such-stock,0,1\n",
        transitions="from_stock,rate\nunskilled,0.9\n",
        requirements="stock,period,required\nunskilled,99,10\n",
    )
    answer = run("optimise", folder, "--out", tmp_path / "out", "--json")
    assert answer.code == 2
    for found in ("no-such-lever", "no-such-stock", "to_stock", "99"):
        assert found in answer.err
    assert answer.json["status"] == "invalid"
    assert {fault["table"].removesuffix(".csv") for fault in answer.json["faults"]} >= {"effects", "transitions", "requirements"}
    assert not (tmp_path / "out").exists()
    assert run("project", folder).code == 2


@pytest.mark.parametrize(
    "replaced, named",
    [
        ({"stocks": "stock,opening\nunskilled,-5\nsemi-skilled,1500\nskilled,1000\n"}, "-5"),
        ({"levers": "lever,unit_cost,minimum,maximum\nhire,1,5,2\n"}, "minimum"),
        ({"effects": "lever,stock,lag,amount\nhire,unskilled,-1,1\n"}, "lag"),
        ({"stocks": "stock,opening,colour\nunskilled,5,red\n"}, "colour"),
        ({"stocks": "stock,opening\nunskilled,many\n"}, "many"),
    ],
)
def test_wrong_cells_are_named(run, tables, replaced, named):
    answer = run("optimise", tables(**replaced))
    assert answer.code == 2
    assert named in answer.err
    assert answer.out == ""


def test_a_wrong_folder_is_wrong_input(run, tmp_path):
    for folder in (tmp_path / "missing", tmp_path):
        answer = run("optimise", folder, "--out", tmp_path / "out")
        assert answer.code == 2
        assert str(folder) in answer.err or "problem.toml" in answer.err
        assert not (tmp_path / "out").exists()


def test_a_plan_that_cannot_be_says_what_is_in_conflict_and_the_cheapest_way_out(run, tiny, tmp_path):
    answer = run("optimise", tiny(), "--json", "--out", tmp_path / "out")
    assert answer.code == 3
    assert answer.json["status"] == "infeasible"
    assert {"family": "cover", "item": "skilled", "period": 1} in answer.json["conflict"]
    assert [(change["item"], change["period"], pytest.approx(2.0)) for change in answer.json["relaxation"]] == [
        (change["item"], change["period"], abs(change["change"])) for change in answer.json["relaxation"]
    ]
    assert answer.err.strip()
    assert not (tmp_path / "out").exists()


def test_a_plan_without_bound_is_no_plan(run, tiny):
    answer = run("optimise", tiny(limit="inf", requirement="false", unit_cost="-10"), "--json")
    assert answer.code == 3
    assert answer.json["status"] == "unbounded"


def test_a_time_limit_without_a_plan_is_told_apart(run):
    answer = run("optimise", CASES / "williams_cost", "--time-limit", "0", "--json")
    assert answer.code in {0, 4}, "a presolved problem may be solved in no time"
    assert answer.json["status"] == {0: "optimal", 4: "stopped"}[answer.code]


# Stores


def test_organisations_are_listed(run, store):
    answer = run("organisations", "--store", store, "--json")
    assert answer.code == 0
    (row,) = answer.json
    assert {"code", "name", "type", "region", "icb", "fte"} <= set(row)
    assert row["code"] == TRUST
    told = run("organisations", "--store", store)
    assert TRUST in told.out
    assert told.out.splitlines()[0].split() == ["Code", "Name", "Type", "Region", "ICB", "FTE"]


def test_gaps_as_table_json_and_csv_agree(run, store, tmp_path):
    answer = run(
        "gaps", "--by", "role_family,skill", "--store", store, "--organisation", TRUST, "--json", "--csv", tmp_path / "new" / "gaps.csv"
    )
    assert answer.code == 0
    with (tmp_path / "new" / "gaps.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert [row["skill"] for row in written] == [row["skill"] for row in answer.json]
    assert float(written[0]["total_ranks_short"]) == pytest.approx(answer.json[0]["total_ranks_short"])
    assert {row["data"] for row in written} == {"Demonstration data, not real staff"}
    assert all(row["skill_label"] not in {"", row["skill"]} for row in written)
    short = [row["total_ranks_short"] for row in answer.json]
    assert short == sorted(short, reverse=True)
    told = run("gaps", "--by", "role_family,skill", "--store", store)
    assert "more rows" in told.out


def test_a_plan_is_written_whole_and_solving_its_tables_gives_the_same(run, store, tmp_path):
    out = tmp_path / "plan"
    answer = run("plan", "--organisation", TRUST, "--budget", "100000", "--periods", "4", "--store", store, "--out", out, "--json")
    assert answer.code == 0, answer.err
    told = answer.json
    assert told == json.loads((out / "plan.json").read_text("utf-8"))
    assert told["status"] == "optimal"
    assert told["organisation"] == TRUST
    assert told["plan"]["ranks_short"] < told["do_nothing"]["ranks_short"]
    assert 0 < told["cost"]["by_stream"]["development"] <= 100_000 + 0.01
    paid = {name: pounds for name, pounds in told["cost"]["by_stream"].items() if name != "establishment-pay"}
    assert told["cost"]["total"] == pytest.approx(sum(paid.values()), abs=0.05)
    assert all(worst <= 1e-6 for worst in told["audit"].values())
    assert {path.name for path in out.iterdir()} == PLAN_FILES
    again = run("optimise", out / "tables", "--json")
    assert again.code == 0
    for first, second in zip(told["stages"], again.json["stages"], strict=True):
        assert second["name"] == first["name"]
        assert second["value"] == pytest.approx(first["value"], rel=1e-6, abs=1e-6)


def test_a_plan_is_told_to_people(run, store, tmp_path):
    answer = run("plan", "--organisation", TRUST, "--budget", "40000", "--periods", "2", "--store", store, "--out", tmp_path / "plan")
    assert answer.code == 0, answer.err
    for words in ("Demonstration data, not real staff", "What to do", "What it closes", "What it costs", "£40,000"):
        assert words in answer.out


def test_all_faults_of_a_plan_are_listed_and_nothing_is_written(run, store, tmp_path):
    answer = run(
        "plan", "--organisation", TRUST, "--budget", "-5", "--periods", "0", "--store", store, "--out", tmp_path / "plan", "--json"
    )
    assert answer.code == 2
    assert "-5" in answer.err
    assert "periods" in answer.err
    assert len(answer.json["faults"]) == 2
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize(
    "arguments, named",
    [
        (("plan", "--organisation", "NOWHERE", "--budget", "1000", "--out", "PLACE"), "NOWHERE"),
        (("plan", "--organisation", TRUST, "--budget", "-1", "--out", "PLACE"), "-1"),
        (("plan", "--organisation", TRUST, "--budget", "nan", "--out", "PLACE"), "nan"),
        (("plan", "--organisation", TRUST, "--budget", "1000", "--periods", "61", "--out", "PLACE"), "61"),
        (("plan", "--organisation", TRUST, "--budget", "1000", "--scenario", "no-such", "--out", "PLACE"), "no-such"),
        (("gaps", "--by", "shoe_size", "--csv", "PLACE"), "shoe_size"),
        (("gaps", "--by", "skill", "--organisation", "NOWHERE", "--csv", "PLACE"), "NOWHERE"),
    ],
)
def test_wrong_questions_are_wrong_input(run, store, tmp_path, arguments, named):
    place = tmp_path / "place"
    answer = run(*(str(place) if argument == "PLACE" else argument for argument in arguments), "--store", store)
    assert answer.code == 2
    assert named in answer.err
    assert answer.out == ""
    assert not place.exists()


def test_a_place_that_cannot_be_written_is_wrong_input(run, store, tmp_path):
    answer = run("gaps", "--by", "skill", "--store", store, "--csv", tmp_path)
    assert answer.code == 2
    assert str(tmp_path) in answer.err
    (tmp_path / "file").write_text("mine", "utf-8")
    answer = run("plan", "--organisation", TRUST, "--budget", "0", "--periods", "1", "--store", store, "--out", tmp_path / "file")
    assert answer.code == 2
    assert (tmp_path / "file").read_text("utf-8") == "mine"


def test_a_missing_store_is_wrong_input_and_is_not_made(run, tmp_path, monkeypatch):
    missing = tmp_path / "none.duckdb"
    for arguments in (
        ("organisations",),
        ("gaps", "--by", "skill"),
        ("plan", "--organisation", TRUST, "--budget", "1", "--out", tmp_path / "plan"),
        ("app",),
    ):
        answer = run(*arguments, "--store", missing)
        assert answer.code == 2
        assert "none.duckdb" in answer.err
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("SKILLSPLAN_STORE", str(missing))
    assert run("organisations").code == 2


def test_the_environment_names_the_store(run, store, monkeypatch):
    monkeypatch.setenv("SKILLSPLAN_STORE", str(store))
    assert [row["code"] for row in run("organisations", "--json").json] == [TRUST]


def test_a_store_that_another_process_holds_is_left_alone(run, store, tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", f"from skills_model.store import Store\nwith Store.open({str(store)!r}):\n    print('held', flush=True)\n    input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout.readline().strip() == "held"
        for arguments in (
            ("organisations",),
            ("gaps", "--by", "skill", "--csv", tmp_path / "gaps.csv"),
            ("demo-data", "--organisation", TRUST),
        ):
            answer = run(*arguments, "--store", store)
            assert answer.code == 2
            assert str(holder.pid) in answer.err
            assert "Explore skills gaps" in answer.err or "gaps" not in arguments
        assert list(tmp_path.iterdir()) == []
    finally:
        holder.communicate("\n")
    assert run("organisations", "--store", store).code == 0


def test_an_invented_trust_that_does_not_exist_leaves_no_store(run, tmp_path):
    answer = run("demo-data", "--store", tmp_path / "none.duckdb", "--organisation", "NOWHERE")
    assert answer.code == 2
    assert "NOWHERE" in answer.err
    assert list(tmp_path.iterdir()) == []


# The command itself


def test_exit_codes_reach_the_shell(tiny, tmp_path):
    assert process("optimise", CASES / "williams_cost", "--json").json["status"] == "optimal"
    assert process("optimise", tmp_path / "missing").code == 2
    assert process("optimise").code == 2
    assert process("optimise", tiny()).code == 3


def test_a_mistake_of_ours_is_short_and_exits_with_one(run, monkeypatch):
    def break_down(*_arguments):
        raise RuntimeError("a sum does not add up")

    monkeypatch.setattr(pipeline, "project", break_down)
    answer = run("project", CASES / "williams_cost", "--json")
    assert answer.code == 1
    assert answer.json["status"] == "failed"
    assert "a sum does not add up" in answer.err
    assert "Traceback" not in answer.err
    with pytest.raises(RuntimeError):
        cli.main(["--debug", "project", str(CASES / "williams_cost")])


def test_ctrl_c_that_an_import_turns_into_an_error_is_a_cancelled_command(run, monkeypatch):
    def loading(*_, **__):
        try:
            cli._interrupt()
        except KeyboardInterrupt as pressed:
            raise ImportError("a dependency is missing") from pressed

    monkeypatch.setattr(cli, "_interrupted", threading.Event())
    monkeypatch.setattr(pipeline, "project", loading)
    answer = run("project", CASES / "williams_cost", "--json")
    assert answer.code == 4
    assert answer.json == {"status": "cancelled"}


def test_ctrl_c_is_a_cancelled_command(run, monkeypatch):
    def interrupted(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "project", interrupted)
    answer = run("project", CASES / "williams_cost", "--json")
    assert answer.code == 4
    assert answer.json == {"status": "cancelled"}


def test_every_command_explains_every_option(run):
    for command in cli.commands.registered_commands:
        answer = run(command.name or command.callback.__name__.replace("_", "-"), "--help")
        assert answer.code == 0
        options = re.findall(r"^  (--\S+)(.*(?:\n {5,}.*)*)", answer.out, re.MULTILINE)
        assert options
        assert not [option for option, explained in options if len(explained.split()) < 3]


def test_help_does_not_wait_for_the_heavy_packages():
    code = "import sys, app.cli; print(*{'pandas', 'duckdb', 'pulp', 'highspy', 'streamlit', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--organisation", TRUST, "--budget", "text", "--out", "x", "--json"),
        ("optimise", "--json"),
        ("nonsense", "--json"),
    ],
)
def test_wrong_options_are_one_json_value_too(run, arguments):
    answer = run(*arguments)
    assert answer.code == 2
    assert answer.json["status"] == "invalid"
    assert answer.err


@pytest.mark.parametrize("option", ["--organisation", "--by"])
def test_an_empty_name_is_never_taken_for_all(run, store, option):
    """A variable that the shell does not know must not turn a trust's gap into England's."""
    asked = {"--by": "skill", "--store": store} | {option: ""}
    answer = run("gaps", *(word for pair in asked.items() for word in pair))
    assert answer.code == 2
    assert answer.out == ""
