"""The commands about returns, from an organisation's own store to a system's, as people and programs see them."""

import json

import pandas as pd
import pytest

import app.cli.returns  # noqa: F401 - its commands make themselves known
from app import cli, guard
from app.pipeline import returns as use
from skills_model.errors import DataError
from skills_model.framework import frameworks
from skills_model.privacy import Scope
from skills_model.returning import form
from skills_model.store import Store

TRUST = "DEMO198"
ROLE = "Chief information officer"


@pytest.fixture
def run(capsys):
    """Run a command and return its exit code, standard output and standard error."""

    def ran(*arguments):
        with pytest.raises(SystemExit) as leaving:
            cli.main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return leaving.value.code, told.out, told.err

    return ran


@pytest.fixture(scope="module")
def signed(one_trust, tmp_path_factory):
    """Return the file of a signed-off return."""
    place = tmp_path_factory.mktemp("signed") / "return.csv"
    with Store.open(one_trust) as store:
        place.write_bytes(use.write(store, Scope.local(), TRUST, ROLE, "Sharing agreement of 2026")[1])
    return place


@pytest.fixture(scope="module")
def nobody(tmp_path_factory):
    """Return the path of a store with frameworks alone."""
    path = tmp_path_factory.mktemp("nobody") / "nobody.duckdb"
    with Store.create(path) as store:
        store.write("tests", "0" * 64, "frameworks", frameworks())
    return path


def test_a_return_goes_from_one_store_to_another(run, one_trust, tmp_path):
    place, system = tmp_path / "sent.csv", tmp_path / "system.duckdb"
    code, out, err = run("return", "--organisation", TRUST, "--signed-off-by", ROLE, "--out", place, "--store", one_trust)
    assert code == 0, err
    assert guard.MARK in out
    assert f"Signed off by {ROLE}" in out
    assert "draft" not in out
    code, out, err = run("import", "return", place, "--store", system)
    assert code == 0, err
    told = {name: json.loads(run("organisations", "--store", path, "--json")[1]) for name, path in (("here", system), ("home", one_trust))}
    assert told["here"] == told["home"]
    gaps = [run("gaps", "--by", "role_family,skill", "--store", path, "--json")[1] for path in (system, one_trust)]
    assert gaps[0] == gaps[1]
    assert len(json.loads(gaps[0])) > 20


def test_an_import_of_a_return_is_listed_with_its_organisation_and_its_headings_need_no_table(run, signed, tmp_path):
    system = tmp_path / "system.duckdb"
    code, out, err = run("import", "return", signed, "--store", system)
    assert code == 0, err
    assert f"Its {len(form.COLUMNS)} headings are those of the form." in out
    assert "Because of" not in out
    (taken,) = (line for line in json.loads(run("imports", "--store", system, "--json")[1]) if line["kind"] == "return")
    assert taken["organisation"] == TRUST
    own = json.loads(run("imports", "--organisation", TRUST, "--store", system, "--json")[1])
    assert [line["import_run"] for line in own] == [taken["import_run"]]
    assert run("undo", taken["import_run"], "--store", system)[0] == 0


def test_a_draft_says_so_and_is_refused(run, one_trust, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = run("return", "--organisation", TRUST, "--store", one_trust)
    assert code == 0
    assert "This is a draft" in out
    (place,) = tmp_path.glob("*.csv")
    assert place.name == f"draft-return-{TRUST}-2026-03-31.csv"
    code, _, err = run("import", "return", place, "--store", tmp_path / "system.duckdb")
    assert code == cli.WRONG_INPUT
    assert "nobody has signed off" in err
    assert "--signed-off-by ROLE" in err
    assert not (tmp_path / "system.duckdb").exists()


def test_the_answer_for_programs_has_no_times_and_no_paths(run, one_trust, tmp_path):
    answers = [
        run("return", "--organisation", TRUST, "--signed-off-by", ROLE, "--out", tmp_path / name, "--store", one_trust, "--json")[1]
        for name in ("a.csv", "b.csv")
    ]
    assert answers[0] == answers[1]
    told = json.loads(answers[0])
    assert (told["status"], told["organisation"], told["as_at"]) == ("signed off", TRUST, "2026-03-31")
    assert set(told["rows"]) == {"staff", "role set", "posts", "skills", "flow"}
    assert min(told["rows"].values()) > 0
    assert str(tmp_path) not in answers[0]
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_return_is_noted_in_the_audit_log(one_trust):
    with Store.open(one_trust) as store:
        use.write(store, Scope.local(), TRUST, ROLE)
        use.write(store, Scope.local(), TRUST)
        log = store._select("SELECT action, detail FROM audit_log ORDER BY entry", {})
        assert log["action"].tolist()[-2:] == ["return", "return"]
        assert f"{TRUST} as at 2026-03-31, signed off by {ROLE}" in log["detail"].iloc[-2]
        assert "draft" in log["detail"].iloc[-1]
        assert store.broken_audit_entry() is None


def test_the_file_names_nobody(signed, one_trust):
    text = signed.read_text("utf-8-sig")
    with Store.open(one_trust) as store:
        people = store._select("SELECT DISTINCT person, team FROM assignment", {})
    assert not [word for word in {*people["person"], *people["team"]} if word in text]
    rows = pd.read_csv(signed, dtype="str")
    assert (rows["data"] == guard.MARK).all()


def test_a_name_in_place_of_a_role_is_refused_and_nothing_written(run, one_trust, tmp_path):
    place = tmp_path / "sent.csv"
    code, _, err = run("return", "--organisation", TRUST, "--signed-off-by", "Dr A. Person", "--out", place, "--store", one_trust)
    assert code == cli.WRONG_INPUT
    assert "A. Person" not in err
    assert not place.exists()


def test_who_has_returned_in_words(run, signed, tmp_path):
    system = tmp_path / "system.duckdb"
    assert run("import", "return", signed, "--store", system)[0] == 0
    code, out, err = run("returns", "--store", system)
    assert code == 0, err
    assert guard.MARK in out
    assert "1 organisation as at 2026-03-31, by what they count: return 1." in out
    assert ROLE in out
    assert "Published for England, 2020" in out
    assert "40,600 to 53,900" in out
    assert "beside which no published trust is taken for anything" in out


def test_what_is_imputed_for_a_region(run, nobody, tmp_path):
    place = tmp_path / "returns.csv"
    code, out, err = run("returns", "--area", "region:Y63", "--store", nobody)
    assert code == 0, err
    assert "by what they count: imputed" in out
    assert guard.MARK not in out
    assert "Published for England" not in out
    assert "Imputed staff are counted by nobody" in out
    asked = ("returns", "--area", "region:Y63", "--store", nobody, "--json", "--csv", place)
    told = run(*asked)[1]
    assert told == run(*asked)[1]
    answer = json.loads(told)
    assert (answer["area"], answer["imputed"]["why_not"]) == ("region:Y63", None)
    listed = pd.read_csv(place)
    assert len(listed) == len(answer["organisations"]) > 20
    steps = {step["step"]: step["fte"] for step in answer["bridge"]}
    assert steps["imputed"] == pytest.approx(listed["fte"].sum())
    assert (listed["low"] < listed["fte"]).all()


def test_an_area_that_is_none_is_named(run, nobody):
    code, _, err = run("returns", "--area", "planet:X", "--store", nobody)
    assert code == cli.WRONG_INPUT
    assert "england, region:CODE, icb:CODE or organisation:CODE" in err
    with Store.open(nobody) as store, pytest.raises(DataError):
        use.returns(store, Scope.local(), "region:ZZZ")
