"""The command demand: posts needed by any cuts with their range, and the approaches to patient records beside each other."""

import json

import pandas as pd
import pytest

from app import cli, findings
from app.pipeline import demand as use
from skills_model import demand
from skills_model.assumptions import Assumptions
from skills_model.errors import ScopeError
from skills_model.privacy import HIDDEN, Scope
from skills_model.scenario import Scenario
from skills_model.store import Store

TRUST = "DEMO198"


@pytest.fixture
def run(one_trust, capsys):
    """Run the command on the store of one trust, and return its exit code, answer and messages."""

    def call(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main(["demand", *arguments, "--store", str(one_trust)])
        captured = capsys.readouterr()
        return left.value.code or 0, captured.out, captured.err

    return call


def asked(run, *arguments):
    code, out, _ = run(*arguments, "--json")
    assert code == 0
    return json.loads(out)


def test_the_answer_is_the_models_own_with_names_for_people(run, one_trust):
    told = asked(run, "--scenario", "activity-led", "--by", "role_family,year", "--draws", "500")
    with Store.open(one_trust) as store:
        needed = demand.needed(store, Scope.local(), None, Scenario.load("activity-led"), Assumptions.load())
    assert (told["first"], told["last"], told["organisations"], told["demonstration"]) == ("2025/26", "2030/31", 1, True)
    for year, period in (("2025/26", 0), ("2028/29", 3), ("2030/31", 5)):
        assert sum(row["demand"] for row in told["rows"] if row["year"] == year) == pytest.approx(needed[period].sum(), abs=1e-4)
        (whole,) = (row for row in told["total"] if row["year"] == year)
        assert whole["demand"] == pytest.approx(needed[period].sum(), abs=1e-5)
        assert whole["p10"] <= whole["p50"] <= whole["p90"]
    names = {row["role_family"]: row["role_family_label"] for row in told["rows"]}
    assert names["it-operations"] == "IT operations"
    assert names[None] == "Not known"
    assert told["uncertain"] == ["Activity: hospital activity", "Activity: requests for data", "Activity: devices and accounts"]


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(run):
    options = ("--scenario", "activity-led", "--by", "year", "--draws", "300", "--json")
    first, again, other = (run(*options, "--seed", seed)[1] for seed in ("1", "1", "2"))
    assert first == again
    assert first != other
    for row, moved in zip(json.loads(first)["rows"], json.loads(other)["rows"], strict=True):
        assert row["demand"] == moved["demand"]


def test_the_terminal_says_what_was_asked_and_what_stands_behind_it(run):
    code, out, _ = run("--scenario", "published-2030", "--area", f"organisation:{TRUST}", "--draws", "200")
    assert code == 0
    assert "Demonstration data" in out
    assert "Published view to 2030" in out
    assert f"({TRUST})" in out
    assert "The store does not hold all of England" in out
    assert "uncertain: Posts that England needs." in out
    _, out, _ = run("--scenario", "technology-shift")
    assert "Nothing in the demand of this scenario has a range" in out
    assert "at the end of 2031/32." in out
    _, out, _ = run("--scenario", "records-built")
    assert "its range stands beside its whole-life cost" in out


def test_a_csv_has_every_row(run, tmp_path):
    code, out, _ = run("--by", "role_level,year", "--scenario", "published-growth", "--csv", str(tmp_path / "posts.csv"))
    assert (code, out) == (0, "")
    written = pd.read_csv(tmp_path / "posts.csv")
    assert {"role_level", "role_level_label", "year", "headcount", "today", "demand", "mean", "p10", "p90"} <= set(written.columns)
    told = asked(run, "--by", "role_level,year", "--scenario", "published-growth")
    assert len(written) == len(told["rows"]) > 40


def test_years_stand_beside_each_other_and_parts_in_the_order_of_their_names(run):
    told = asked(run, "--scenario", "published-2030", "--by", "role_family,year", "--draws", "200")
    _, out, _ = run("--scenario", "published-2030", "--by", "role_family,year", "--draws", "200")
    lines = out.splitlines()
    top = next(number for number, line in enumerate(lines) if line.startswith("Role family"))
    years = sorted({row["year"] for row in told["rows"]})
    assert lines[top].split()[2:] == [*years, "Change", "Range", "in", years[-1]]
    names = sorted({row["role_family_label"] for row in told["rows"]} - {"Not known"}, key=str.casefold)
    shown = lines[top + 1 : top + 1 + len(names) + 1]
    assert [line.partition("  ")[0] for line in shown] == [*names, "Not known"]
    cells = {row["year"]: findings.amount(row["demand"]) for row in told["rows"] if row["role_family_label"] == "IT operations"}
    operations = next(line for line in shown if line.startswith("IT operations")).removeprefix("IT operations").split()
    assert operations[: len(years)] == [cells[year] for year in years]
    assert float(operations[len(years)]) == float(cells[years[-1]]) - float(cells[years[0]]), "the change is that of the numbers shown"


def test_what_is_certain_has_no_range_and_an_organisation_has_its_name(run):
    _, out, _ = run("--scenario", "published-2030", "--by", "year", "--draws", "200")
    first, second = (next(line for line in out.splitlines() if line.startswith(year)) for year in ("2025/26", "2026/27"))
    assert first.split()[-2:] == ["0", "-"]
    assert second.split()[-2] == "to"
    _, out, _ = run("--by", "organisation,year")
    assert f"{TRUST} Bilberrymoor Acute Trust (invented)" in out


def test_many_years_are_thinned_on_a_terminal_alone(run, tmp_path):
    long = tmp_path / "long.toml"
    long.write_text('id = "long"\nlabel = "Long"\nbase = "baseline"\nauthor = "tests"\nreason = "tests"\nperiod = "year"\nperiods = 10\n', "utf-8")
    _, out, _ = run("--scenario", str(long), "--by", "band,year")
    (top,) = (line for line in out.splitlines() if line.startswith("Band"))
    shown = [word for word in top.split() if "/" in word]
    assert (len(shown), shown[0], shown[5], shown[-1]) == (7, "2025/26", "2035/36", "2035/36")
    assert "5 years are left out" in out
    assert len({row["year"] for row in asked(run, "--scenario", str(long), "--by", "band,year")["rows"]}) == 11


def test_wrong_options_are_said(run):
    for options, said in (
        (("--by", "skill"), "Unknown cut"),
        (("--area", "county:1"), "Unknown area"),
        (("--scenario", "published-2031"), "nearest: 'published-2030'"),
        (("--draws", "3"), "Too few futures"),
    ):
        code, out, err = run(*options)
        assert (code, out) == (2, ""), options
        assert said in err


def test_the_approaches_to_patient_records_stand_beside_each_other(run, tmp_path):
    told = asked(run, "--records")
    assert [row["approach"] for row in told["approaches"]] == ["enterprise-wide", "integrated", "built"]
    for row in told["approaches"]:
        of_it = [year for year in told["years"] if year["approach"] == row["approach"]]
        assert len(of_it) == row["years"] == 10
        for measure in ("pay", "pay_low", "discounted", "discounted_high"):
            assert row[measure] == pytest.approx(sum(year[measure] for year in of_it), rel=1e-9, abs=1e-3)
        assert row["discounted_low"] < row["discounted"] < row["discounted_high"]
        families = [family for family in told["families"] if family["approach"] == row["approach"]]
        assert sum(family["implementation"] for family in families) == pytest.approx(of_it[0]["posts"], abs=1e-4)
    code, out, _ = run("--records")
    assert code == 0
    assert "Cost of the workforce only" in out
    assert "Enterprise-wide" in out
    run("--records", "--csv", str(tmp_path / "records.csv"))
    assert len(pd.read_csv(tmp_path / "records.csv")) == 30


def test_others_see_protected_posts_and_no_costs(small_store):
    others = Scope(frozenset({"AAA"}), protected=frozenset({"BBB"}))
    (small_store.path.parent / "flat.toml").write_text(
        'id = "flat"\nlabel = "Flat"\nauthor = "tests"\nreason = "tests"\nstart = 2026-04-01\nperiod = "year"\nperiods = 2\npay_year = "2025/26"\n'
    )
    flat = str(small_store.path.parent / "flat.toml")
    found = use.needed(small_store, others, use.DemandRequest("organisation:BBB", flat, ("role_family",), 200))
    assert set(found.rows["demand"]) == {HIDDEN}
    assert set(found.total["p90"]) == {HIDDEN}
    with pytest.raises(ScopeError):
        use.records(small_store, others, "organisation:BBB", flat)
    assert use.records(small_store, others, "organisation:AAA", flat).years["posts"].notna().all()
