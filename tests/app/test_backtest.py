"""The commands rates and backtest, on the store of one invented trust."""

import json
from importlib import import_module

import pandas as pd
import pytest

from app import cli
from app.pipeline import backtest as use
from skills_model.privacy import Scope
from skills_model.store import Store
from skills_model.supply.backtest import METHODS, OURS
from skills_model.supply.rates import ESTIMATES, WHAT

import_module("app.cli.backtest")

TRUST = "organisation:DEMO198"


@pytest.fixture
def run(one_trust, capsys):
    """Run a command on the store of one trust, and return its exit code, answer and messages."""

    def call(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main([*arguments, "--store", str(one_trust)])
        captured = capsys.readouterr()
        return left.value.code or 0, captured.out, captured.err

    return call


def test_rates_say_where_every_number_is_from(run, tmp_path):
    code, out, _ = run("rates", "--area", TRUST, "--json", "--csv", str(tmp_path / "rates.csv"))
    told = json.loads(out)
    assert code == 0
    assert told["area"] == TRUST
    assert told["organisations"] == 1
    assert {row["what"] for row in told["estimates"]} == set(WHAT)
    for row in told["estimates"]:
        assert list(row) == list(ESTIMATES)
        assert row["low"] <= row["value"] + 1e-9 <= row["high"] + 2e-9, row
        assert row["source"]
    seen = [row for row in told["estimates"] if row["weight"]]
    assert all(
        row["source"].startswith(f"{row['weight']:.0%} staff lists of DEMO198, 2025-03-31 to 2026-03-31; the rest assumption")
        for row in seen
    )
    assert {factor["name"] for factor in told["factors"]} == {
        "leaver-rate", "leaver-rate-years", "joiner-rate", "joiner-rate-years", "promotion-rate", "ageing-share",
    }  # fmt: skip
    assert len(pd.read_csv(tmp_path / "rates.csv", comment="#")) == len(told["estimates"])
    assert run("rates", "--area", TRUST, "--json")[1] == out


def test_rates_on_the_terminal_name_what_they_are_of(run):
    code, out, _ = run("rates", "--area", TRUST)
    assert code == 0
    for words in (
        "Leavers a year, of average staff",
        "Joiners a year",
        "25 to 34",
        "IT operations",
        "(invented)",
        "History: staff lists of DEMO198",
    ):
        assert words in out


def test_a_scenario_may_leave_history_out(run, tmp_path):
    file = tmp_path / "bare.toml"
    file.write_text('id = "bare"\nlabel = "Bare"\nbase = "baseline"\n[assumptions]\nhistory_weight = 0\n', "utf-8")
    told = json.loads(run("rates", "--scenario", str(file), "--json")[1])
    assert {row["weight"] for row in told["estimates"]} == {0}
    assert all(row["observed"] is None or row["observed"] >= 0 for row in told["estimates"])


def test_the_published_series_by_default(run, tmp_path):
    code, out, _ = run("backtest", "--draws", "100", "--json", "--csv", str(tmp_path / "backtest.csv"))
    told = json.loads(out)
    assert code == 0
    assert told["series"] == "national"
    assert {row["method"] for row in told["errors"]} == set(METHODS)
    assert {row["series"] for row in told["errors"]} == {"all staff", "infrastructure support"}
    assert all((row["inside"] is None) == (not row["method"].startswith(OURS)) for row in told["errors"])
    assert len(pd.read_csv(tmp_path / "backtest.csv", comment="#")) == len(told["forecasts"])


def test_staff_lists_are_forecast_too(run):
    code, out, _ = run("backtest", "--series", "store", "--area", TRUST, "--draws", "100")
    assert code == 0
    assert "not real staff" in out
    for words in ("Staff lists", "by role family", "last value", OURS, "2026-03-31", "In range"):
        assert words in out
    told = json.loads(run("backtest", "--series", "store", "--area", TRUST, "--draws", "100", "--json")[1])
    rows = [row for row in told["forecasts"] if row["method"] == OURS]
    for by in ("role_family", "age_band"):
        parts = [row for row in rows if row["by"] == by]
        assert sum(row["forecast"] for row in parts) == pytest.approx(next(row["forecast"] for row in rows if not row["by"]))
        assert sum(row["actual"] for row in parts) == pytest.approx(next(row["actual"] for row in rows if not row["by"]))


def test_wrong_words_are_said(run):
    for options, said in (
        (("--area", "region:NOWHERE"), "region:"),
        (("--area", "the moon"), "england, region:CODE"),
        (("--series", "other"), "store"),
    ):
        code, out, err = run("backtest", "--series", "store", *options)
        assert (code, out) == (2, ""), options
        assert said in err


def test_labels_are_for_people(one_trust):
    with Store.open(one_trust) as store:
        labels = use.labels(store, Scope.local())
    assert labels["it-operations"] == "IT operations"
    assert "invented" in labels["DEMO198"]
