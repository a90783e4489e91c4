"""The command `plan`: aims, levers and money as options, and what it shows."""

import json

import pytest

from app import cli

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


def test_a_plan_shows_what_holds_it_back_and_what_it_leaves_out(run, one_trust):
    answer = run(*SHORT, "--budget", "20000", "--store", one_trust)
    assert answer.code == 0, answer.err
    for words in ("What to do", "People", "What holds it back", "is spent to the last pound", "What is left out", "over its whole life"):
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


def test_a_plan_without_an_organisation_says_whose_is_missing(run):
    answer = run("--budget", "100")
    assert answer.code == 2
    assert "--organisation" in answer.err
