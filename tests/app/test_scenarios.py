"""Scenarios on the command line: written, listed, shown, compared, checked."""

import json
import shutil

import pandas as pd
import pytest

from app import cli
from skills_model.errors import Fault


@pytest.fixture
def run(one_trust, tmp_path, capsys):
    """Run `skillsplan scenario` on a copy of the store; return its exit code and what it says on both outputs."""
    store = shutil.copy(one_trust, tmp_path / "own.duckdb")

    def call(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main(["scenario", *map(str, arguments), "--store", str(store)])
        said = capsys.readouterr()
        return left.value.code, said.out, said.err

    return call


WHO = ("--label", "Fewer leavers", "--author", "Workforce lead", "--reason", "A retention programme")


def test_a_scenario_is_written_listed_shown_compared_and_checked(run):
    code, out, err = run("new", "fewer-leavers", *WHO, "--set", "leaver_rate=0.09", "--set", "demand.growth.data.rate=0.03")
    assert code == 0, err
    assert 'reason = "A retention programme"' in out
    assert "`skillsplan undo" in err
    assert "Workforce lead" in run("list")[1]
    assert "A retention programme. Workforce lead" in run("show", "fewer-leavers")[1]
    code, out, _ = run("diff", "baseline", "fewer-leavers", "--json")
    rows = {row["setting"]: row for row in json.loads(out)}
    assert rows["demand.growth.data.rate"]["second"] == "0.03"
    assert rows["leaver_rate[60 and over]"]["first"] == "0.24"
    assert run("validate", "fewer-leavers")[0] == 0
    assert run("diff", "baseline", "baseline")[1].startswith("baseline and baseline say the same")


def test_a_scenario_goes_out_as_a_file_is_edited_and_comes_back(run, tmp_path):
    file = tmp_path / "mine.toml"
    assert run("new", "mine", *WHO, "--out", file)[0] == 0
    file.write_text(file.read_text("utf-8") + "periods = 8\n", "utf-8")
    assert run("validate", file)[0] == 0
    code, _, err = run("new", "mine", "--file", file)
    assert code == 0, err
    assert json.loads(run("show", "mine", "--json")[1])["periods"] == 8


def test_every_fault_is_told_and_nothing_is_kept(run):
    code, out, err = run("new", "mine", "--set", "leaver_rate=3", "--set", "demand.growth.dta.rate=0.1", "--json")
    assert code == 2
    told = json.loads(out)
    assert told["status"] == "invalid"
    assert len(told["faults"]) == 5, err
    assert "mine" not in run("list", "--json")[1]


def test_faults_and_settings_go_out_as_csv(run, tmp_path):
    faults, settings, every = (tmp_path / f"{name}.csv" for name in ("faults", "settings", "every"))
    code, out, err = run("new", "mine", *WHO, "--set", "demand.growth.data.rate=0.03", "--csv", settings)
    assert (code, out) == (0, ""), err
    told = pd.read_csv(settings, dtype="str").set_index("setting")["value"]
    assert told["demand.growth.data.rate"] == "0.03"
    assert told["author"] == "Workforce lead"
    assert "periods" not in told, "its base says it"
    assert run("show", "mine", "--csv", every)[:2] == (0, "")
    assert {"demand.growth.data.rate", "periods"} <= set(pd.read_csv(every)["setting"])
    assert run("validate", "mine", "--csv", faults)[:2] == (0, "")
    columns = list(Fault("a", "b").as_row())
    assert (list(pd.read_csv(faults).columns), len(pd.read_csv(faults))) == (columns, 0)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('id = "wrong"\nlabel = "Wrong"\nbase = "baseline"\nauthor = "tests"\nreason = "tests"\nperiods = 0\n[demand.growth.dta]\nrate = 0.1\n', "utf-8")
    code, out, _ = run("validate", wrong, "--csv", faults, "--json")
    listed = json.loads(out)["faults"]
    written = pd.read_csv(faults, dtype={"row": "Int64"})
    assert (code, list(written.columns), len(written)) == (2, columns, len(listed))
    assert len(listed) >= 2
    assert written["found"].tolist() == [fault["found"] for fault in listed]
    assert {"'dta'"} <= set(written["found"])


def test_two_scenarios_of_one_id_are_refused_until_told_to_replace(run):
    assert run("new", "mine", *WHO)[0] == 0
    code, _, err = run("new", "mine", *WHO, "--set", "periods=8")
    assert code == 2
    assert "--replace" in err
    assert run("new", "mine", *WHO, "--set", "periods=8", "--replace")[0] == 0
    assert json.loads(run("show", "mine", "--json")[1])["periods"] == 8
