"""The command `plan`: aims, levers and money as options, and what it shows."""

import json
import re
from itertools import pairwise

import duckdb
import pytest

from app import cli
from app.pipeline import plans, solving
from optimiser.errors import PlanError

TRUST = "DEMO198"
SHORT = ("--organisation", TRUST, "--periods", "2")


class Outcome:
    """What a command left behind: exit code, standard output, standard error."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def run(capsys):
    """Run `plan` in this process."""

    def call(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main(["plan", *(str(argument) for argument in arguments)])
        captured = capsys.readouterr()
        return Outcome(left.value.code or 0, captured.out, captured.err)

    return call


@pytest.fixture
def solves(monkeypatch):
    """Count how often anything is solved for a plan, and how often it is looked for what may be given up."""
    counted = {"plan": 0, "refusal": 0}
    solve, refused = solving.Sitting.solve, plans.refused

    def counting(*arguments, **options):
        counted["plan"] += 1
        return solve(*arguments, **options)

    def looking(*arguments):
        counted["refusal"] += 1
        return refused(*arguments)

    monkeypatch.setattr(solving.Sitting, "solve", counting)
    monkeypatch.setattr(plans, "refused", looking)
    return counted


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_inputs_are_solved_once(run, one_trust, tmp_path, solves):
    """What is read back is what was solved: on the terminal, as JSON, and in files with the planning tables of its whole starts."""
    asked = (*SHORT, "--budget", "23456", "--store", one_trust)
    first = run(*asked, "--out", tmp_path / "first")
    assert "Kept in the store as" in first.err
    assert solves["plan"] == 1
    again = run(*asked, "--out", tmp_path / "again")
    assert solves["plan"] == 1
    assert "Not solved again: the same was solved on" in again.err
    assert again.out == first.out
    written = files(tmp_path / "first"), files(tmp_path / "again")
    assert written[0].keys() == written[1].keys()
    for name in (name for name in written[0] if name.startswith("tables/") or name in {"programme.csv", "cost.csv", "streams.csv"}):
        assert written[1][name] == written[0][name], name
    told = run(*asked, "--json").json
    assert solves["plan"] == 1
    assert told["whole_people"]["on"]
    kept = json.loads(written[0]["plan.json"])
    assert told.pop("claims") == pytest.approx(kept.pop("claims"))  # added up again from what is read back
    assert told == kept
    assert told["run"][:8] in again.err
    run(*SHORT, "--budget", "23457", "--store", one_trust)
    assert solves["plan"] == 2


def test_a_plan_cut_short_by_time_is_solved_again_and_the_better_one_kept(run, one_trust, solves, monkeypatch):
    asked = (*SHORT, "--budget", "24681", "--store", one_trust, "--json")

    def late(*_):
        raise PlanError("cancelled", "the clock says so")

    with monkeypatch.context() as hurried:
        hurried.setattr(solving, "whole_starts", late)
        assert not run(*asked).json["whole_people"]["on"]
    again = run(*asked)
    assert "Not solved again" not in again.err
    assert again.json["whole_people"]["on"]
    assert solves["plan"] == 2
    read = run(*asked)
    assert "Not solved again" in read.err
    assert read.json["whole_people"] == again.json["whole_people"]
    assert solves["plan"] == 2


def test_a_plan_kept_without_its_starts_is_solved_again_where_it_is_to_be_written(run, one_trust, tmp_path, solves):
    """An earlier version kept no starts: such a plan is told from the store, and written only after another solve."""
    asked = (*SHORT, "--budget", "24680", "--store", one_trust)
    name = run(*asked, "--json").json["run"]
    with duckdb.connect(str(one_trust)) as raw:
        (text,) = raw.execute("SELECT result FROM run WHERE run = ?", [name]).fetchone()
        raw.execute("UPDATE run SET result = ? WHERE run = ?", [json.dumps(json.loads(text) | {"held": None}), name])
    assert "Not solved again" in run(*asked).err
    assert solves["plan"] == 1
    answer = run(*asked, "--out", tmp_path / "plan")
    assert answer.code == 0, answer.err
    assert "Not solved again" not in answer.err
    assert solves["plan"] == 2


def test_a_plan_that_cannot_be_is_looked_for_once_and_its_ways_out_are_flags(run, one_trust, solves, overcommitted):
    """Starts that are committed and cost more than the budget: the same words twice, from one solve, and a flag of them gives a plan."""
    asked = (*SHORT, "--budget", "1000", "--store", one_trust)
    first, again, told = run(*asked), run(*asked), run(*asked, "--json")
    assert (first.code, again.code, told.code) == (3, 3, 3)
    said, same = (answer.err.removeprefix("Planning for DEMO198\n") for answer in (first, again))  # what takes a while says so
    assert said == same
    assert solves == {"plan": 1, "refusal": 1}
    assert told.json["sentence"] in first.err
    flags = [part for one in told.json["choices"][0]["relaxations"] for part in ("--relax", one)]
    assert " ".join(flags) in first.err
    given_up = run(*asked, *flags)
    assert given_up.code == 0
    assert "Given up so that there is a plan:\n- " in given_up.out


def test_a_plan_shows_what_holds_it_back_and_what_it_leaves_out(run, one_trust):
    answer = run(*SHORT, "--budget", "20000", "--store", one_trust)
    assert answer.code == 0, answer.err
    for words in ("What to do", "People", "What holds it back", "spent to the last pound", "What is left out", "over its whole life"):
        assert words in answer.out
    assert "Written to" not in answer.err


def test_a_coverage_target_is_an_aim_of_its_own(run, one_trust):
    """It spends less than the money there is, and says whether it is reached."""
    told = run(*SHORT, "--budget", "200000", "--target", "0.5", "--store", one_trust, "--json").json
    assert told["objective"]["aim"] == "target"
    assert told["objective"]["reached"] == (told["objective"]["missed_fte"] + told["objective"]["missed_after_fte"] < 1e-6)
    assert told["stages"][0]["name"] == "goal:coverage"


def test_critical_skills_are_named_one_by_one(run, one_trust):
    told = run(*SHORT, "--budget", "20000", "--critical", "information-security", "--store", one_trust, "--json").json
    assert told["objective"] == {"aim": "critical", "critical": ["Information security"]}
    wrong = run(*SHORT, "--budget", "20000", "--critical", "no-such-skill", "--store", one_trust)
    assert wrong.code == 2
    assert "no-such-skill" in wrong.err


def test_kinds_of_lever_can_be_left_out(run, one_trust):
    answer = run(*SHORT, "--budget", "20000", "--without", "recruit", "--without", "contract", "--store", one_trust)
    assert answer.code == 0, answer.err
    assert "Left out by the planner: Recruit and Contract." in answer.out
    actions = answer.out.partition("What to do")[2].partition("What it closes")[0].splitlines()
    assert any(line.startswith("Train ") for line in actions)
    assert not [line for line in actions if line.startswith(("Recruit ", "Contract "))]
    assert run(*SHORT, "--budget", "20000", "--without", "magic", "--store", one_trust).code == 2


def test_money_of_a_stream_is_given_over_the_horizon(run, one_trust):
    told = run(*SHORT, "--budget", "0", "--fund", "development=12000", "--store", one_trust, "--json").json
    assert sum(told["cost"]["by_year"]["development"].values()) == pytest.approx(12_000.0)


@pytest.mark.parametrize("text", ["development", "development=lots", "=100", "development=-5"])
def test_money_that_is_none_is_refused(run, one_trust, text):
    answer = run(*SHORT, "--fund", text, "--store", one_trust)
    assert answer.code == 2
    assert "STREAM=POUNDS" in answer.err


def test_a_plan_without_an_organisation_says_whose_is_missing_and_all_else_that_is_wrong(run, one_trust, tmp_path):
    """Also where there is no store, and no number where one belongs."""
    answer = run("--budget", "lots", "--time-limit", "soon", "--scenario", "nope", "--out", __file__, "--store", one_trust)
    assert answer.code == 2
    for words in (
        "Nobody's plan: --organisation",
        "Impossible budget: --budget",
        "Not a number: --time-limit",
        "Unknown scenario",
        "--out",
    ):
        assert words in answer.err
    assert "5 faults" in answer.err
    missing = run("--budget", "100", "--time-limit", "-1", "--drivers", "--store", tmp_path / "none.duckdb")
    assert missing.code == 2
    for words in ("--organisation", "Nowhere to write: --drivers", "Found '-1'; allowed: a number, 0 or more", "none.duckdb"):
        assert words in missing.err


def test_a_plan_to_follow_that_is_not_adopted_is_told_with_all_else(run, one_trust):
    name = run(*SHORT, "--budget", "23456", "--store", one_trust, "--json").json["run"]
    answer = run(*SHORT, "--budget", "lots", "--follows", f"{name[:8]}:1", "--critical", "sourdough", "--store", one_trust)
    assert answer.code == 2
    for words in ("Plan not adopted: --follows", "Impossible budget: --budget", "Unknown skill: --critical", "3 faults"):
        assert words in answer.err


def test_faults_of_a_plan_made_again_and_of_adopting_are_told_at_once(run, one_trust):
    """Before anything is solved, under the options as they were typed."""
    answer = run("replan", "nothing", "--until", "x", "--budget", "-5", "--time-limit", "y", "--as", "Not A Name", "--store", one_trust)
    assert answer.code == 2
    for words in (
        "Not a number: --until", "Not a number: --budget", "Not a number: --time-limit", "Not a name: --as", "Nothing said: --owner",
        "Nothing said: --reason", "Unknown plan: adopted_plan", "7 faults",
    ):  # fmt: skip
        assert words in answer.err
    adopting = run("adopt", "0badc0de", "--as", "Not A Name", "--store", one_trust)
    for words in ("Not a name: --as", "Nothing said: --owner", "Nothing said: --reason", "'0badc0de': no plan of that run", "4 faults"):
        assert words in adopting.err


def test_every_fault_of_the_options_is_told_at_once_under_the_option_as_typed(run, one_trust):
    """Thirteen wrong options: a fault for each, none as a setting of the scenario, and no word of the programs underneath."""
    answer = run(
        "--organisation", "NOWHERE", "--budget", "lots", "--periods", "no", "--scenario", "nope", "--objective", "magic", "--target", "80",
        "--critical", "sourdough", "--without", "magic", "--without", "recruit,train", "--fund", "nowhere=5", "--fund", "x", "--relax", "y",
        "--follows", "z", "--out", __file__, "--store", one_trust,
    )  # fmt: skip
    assert answer.code == 2
    told = [line.removeprefix("- ").partition(". ")[0] for line in answer.err.splitlines() if line.startswith("- ")]
    assert sorted(told) == sorted(
        [
            "Unknown organisation: --organisation", "Impossible budget: --budget", "Not a number of periods: --periods",
            "Unknown scenario: --scenario", "Unknown objective: --objective", "Two aims: --target", "Not a coverage to reach: --target",
            "Unknown skill: --critical", "Unknown kind of lever: --without", "Unknown kind of lever: --without",
            "Unknown funding stream: --fund", "Not money of a stream: --fund", "Not a relaxation: --relax", "Not said how far: --follows",
            "Not a folder: --out",
        ]
    )  # fmt: skip
    assert "Write 0.8 or 80% for 80%." in answer.err
    assert "end-cover (end bank or agency cover)" in answer.err
    assert "Value error" not in answer.err
    assert "levers.without" not in answer.err


@pytest.mark.parametrize(
    "given, told",
    [
        (("--objective", "gap", "--target", "0.8"), "Not used with --objective gap: --target"),
        (("--objective", "target", "--critical", "information-security"), "Not used with --objective target: --critical"),
        (("--target", "0.8", "--critical", "information-security"), "Two aims: --target"),
        (("--target", "0"), "Not a coverage to reach: --target"),
        (("--target", "180%"), "a share above 0 and at most 1. Write 0.8 or 80% for four fifths."),
        (("--target", "nan"), "Not a coverage to reach: --target"),
        (("--budget", "nan"), "Impossible budget: --budget"),
        (("--periods", "0"), "Period out of range: --periods"),
        (("--periods", "9" * 400), "Period out of range: --periods"),
        (("--budget", "5", "--fund", "development=5"), "Money given twice: --fund"),
        (("--fund", "development=5", "--fund", "development=6"), "Money given twice: --fund"),
        (("--follows", "0badc0de:2"), "Unknown plan: --follows"),
        (("--objective", "critical"), "No critical skills: --objective"),
        (("--critical", "nursing"), "--critical"),
    ],
)
def test_options_that_are_passed_over_or_cannot_be_are_refused(run, one_trust, given, told):
    answer = run("--organisation", TRUST, *given, "--store", one_trust)
    assert answer.code == 2
    assert told in answer.err
    assert "1 fault" in answer.err


def test_options_are_read_as_people_write_them(run, one_trust):
    """Pounds with a sign and commas, a percentage, a skill and a lever by name."""
    options = ("--budget", "£20,000", "--critical", "Information security", "--without", "End bank or agency cover")
    told = run(*SHORT, *options, "--store", one_trust, "--json").json
    assert told["objective"] == {"aim": "critical", "critical": ["Information security"]}
    assert run(*SHORT, "--budget", "1", "--target", "50%", "--store", one_trust, "--json").json["objective"]["target"] == 0.5


def test_time_that_runs_out_is_said_without_the_names_of_stages(run, one_trust):
    answer = run("--organisation", TRUST, "--budget", "20000", "--time-limit", "0", "--store", one_trust)
    assert answer.code == 4
    assert "time limit" in answer.err
    assert "stage" not in answer.err


def test_now_stands_beside_doing_nothing_and_the_plan(run, one_trust, tmp_path):
    """Of tables that a plan does not have there is no file, and what was written can be read again."""
    answer = run(*SHORT, "--budget", "20000", "--store", one_trust, "--out", tmp_path / "plan")
    assert answer.code == 0, answer.err
    heading, ranks = next(pair for pair in pairwise(answer.out.splitlines()) if "Doing nothing" in pair[0])
    assert re.split("  +", heading.strip())[-3:] == ["Now", "Doing nothing", "This plan"]
    told = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    shown = [told[way]["ranks_short"] for way in ("now", "do_nothing", "plan")]
    assert [float(word.replace(",", "")) for word in ranks.split()[-3:]] == [pytest.approx(value, abs=0.51) for value in shown]
    written = {path.name for path in (tmp_path / "plan").iterdir()}
    assert {"actions.csv", "limits.csv"} <= written
    assert "ranges.csv" not in written
    assert run("compare", tmp_path / "plan", tmp_path / "plan", "--store", one_trust).code == 0


def test_what_to_do_is_told_by_time_and_then_what_to_begin_with(run, one_trust):
    """Quarters and years are columns, the same words as on the page stand below, and the first quarter follows line by line."""
    answer = run("--organisation", TRUST, "--periods", "6", "--budget", "20000", "--store", one_trust)
    assert answer.code == 0, answer.err
    told = answer.out.partition("What to do\n")[2].partition("\nWhat it closes")[0]
    heading, *lines = told.splitlines()
    assert re.split(r"  +", heading)[-3:] == ["2027/28", "People in all", "Cost"]
    assert heading.split("  ")[0] == "Action"
    assert "an intention, to be planned again each year" in told
    first = told.partition("What to begin with, Q1\u00a02026/27")[2].splitlines()
    assert first[1].split() == ["Action", "Role", "family", "or", "level", "What", "People", "FTE", "Cost"]
    assert any(line.startswith("Train ") for line in lines)
    assert any(line.startswith("Train ") for line in first)


def test_faults_of_a_comparison_are_told_at_once(run, one_trust):
    answer = run("compare", "zz", "nowhere", "--out", __file__, "--store", one_trust)
    assert answer.code == 2
    for words in ("'zz'", "'nowhere'", "Not a folder: --out"):
        assert words in answer.err


@pytest.fixture
def frontier(capsys):
    """Run `frontier` in this process."""

    def call(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main(["frontier", *(str(argument) for argument in arguments)])
        captured = capsys.readouterr()
        return Outcome(left.value.code or 0, captured.out, captured.err)

    return call


def test_faults_of_a_frontier_of_a_plan_are_told_at_once_under_the_options_as_typed(frontier, one_trust):
    """What belongs to a folder of planning tables is not passed over."""
    answer = frontier(
        "--organisation", "NOWHERE", "--budget", "lots", "--periods", "0", "--scenario", "nope", "--item", "x", "--from", "1", "--to", "0",
        "--period", "3", "--out", __file__, "--store", one_trust,
    )  # fmt: skip
    assert answer.code == 2
    for option in ("--organisation", "--budget", "--periods", "--scenario", "--item", "--from", "--to", "--period", "--out"):
        assert f": {option}." in answer.err
    none = frontier("--organisation", "NOWHERE", "--time-limit", "soon", "--scenario", "nope", "--store", one_trust)
    for option in ("--budget", "--time-limit", "--organisation", "--scenario"):
        assert f": {option}." in none.err
    assert frontier("--organisation", TRUST, "--store", one_trust).code == 2
    assert "'nan'" in frontier("--organisation", TRUST, "--budget", "nan", "--store", one_trust).err


def test_other_budgets_of_the_same_plan_are_solved_once(frontier, one_trust, monkeypatch):
    """What is read back from the store is told in the same words; what ran out of time is worked out again."""
    counted = []
    solve = solving.Sitting.more_money

    def counting(*arguments, **options):
        counted.append(1)
        return solve(*arguments, **options)

    monkeypatch.setattr(solving.Sitting, "more_money", counting)
    asked = ("--organisation", TRUST, "--budget", "13579", "--periods", "1", "--store", one_trust)
    first, again = frontier(*asked), frontier(*asked)
    assert first.code == 0, first.err
    assert len(counted) == 1
    assert again.out == first.out
    assert "Not solved again" in again.err
    assert "Demonstration data" in first.out
    assert "fractions of people" in first.out


def test_a_frontier_of_nothing_or_of_two_things_says_how_to_ask_and_all_that_is_wrong(frontier, tmp_path):
    """Alone it has one fault, with a command for each question; with options it tells what is wrong with them as well."""
    alone = frontier()
    assert alone.code == 2
    assert "1 fault " in alone.err
    for words in ("Found neither", "skillsplan frontier --organisation CODE --budget POUNDS", "skillsplan frontier FOLDER --item ITEM"):
        assert words in alone.err
    part = frontier("--budget", "lots", "--periods", "0", "--from", "a", "--period", "0.5", "--time-limit", "soon", "--out", __file__)
    for option in ("--organisation or FOLDER", "--budget", "--periods", "--from", "--period", "--time-limit", "--out"):
        assert f": {option}." in part.err
    assert "--budget, --periods, --time-limit of a plan, --from, --period of a folder" in part.err
    assert "8 faults" in part.err
    both = frontier(tmp_path, "--organisation", TRUST, "--budget", "1000")
    assert f"Found both, '{tmp_path}' and '{TRUST}'" in both.err
    assert "1 fault " in both.err


def test_faults_of_a_frontier_of_tables_are_told_at_once(frontier, tmp_path):
    """What belongs to a plan is not passed over, and a range has two numbers in order."""
    answer = frontier(tmp_path, "--budget", "5", "--scenario", "tight-money", "--periods", "4", "--item", "x", "--from", "2", "--to", "nan")
    assert answer.code == 2
    for words in (
        "Not used with a folder: --budget",
        "Not used with a folder: --scenario",
        "Not used with a folder: --periods",
        "Not a number: --to",
    ):
        assert words in answer.err
    assert "lower first" in frontier(tmp_path, "--item", "x", "--from", "2", "--to", "1").err
    part = frontier(tmp_path, "--from", "a", "--period", "0.5")
    for words in ("along what: --item", "along what: --to", "Not a number: --from", "a whole number, 1 or more", "4 faults"):
        assert words in part.err
