"""Suggested places are for development; other uses are refused with what to do."""

import pytest

from skills_model.errors import ScenarioError
from skills_model.places.purpose import LONGEST, checked


@pytest.mark.parametrize(
    "said", ["Training places for 2026/27", "develop staff", "Skills plan: who could learn SQL", "Build digital capability through courses"]
)
def test_development_is_allowed(said):
    assert checked(said) == said


@pytest.mark.parametrize(
    "said, use",
    [
        ("capability procedure", "capability"),
        ("Training evidence for a redundancy pool", "redundancy"),
        ("Develop a list of people at risk", "redundancy"),
        ("skills-based pay review", "pay"),
        ("training to decide on bonuses", "pay"),
        ("Selection for the new team", "selection"),
        ("promotion round with training", "selection"),
        ("performance management and training", "performance"),
        ("training and sickness absence", "absence"),
        ("disciplinary training record", "conduct"),
    ],
)
def test_other_uses_are_refused_by_name_with_what_to_do(said, use):
    with pytest.raises(ScenarioError, match=f"Purpose refused: {use}") as error:
        checked(said)
    assert "HR lead" in str(error.value)
    assert "the development of staff" in str(error.value)


@pytest.mark.parametrize("said", ["", "  \n "])
def test_a_purpose_must_be_given(said):
    with pytest.raises(ScenarioError, match="No purpose given"):
        checked(said)


def test_a_purpose_that_says_nothing_of_development_is_not_understood():
    with pytest.raises(ScenarioError, match="not understood"):
        checked("because I want to")


def test_a_purpose_is_short():
    with pytest.raises(ScenarioError, match="too long"):
        checked("training " * LONGEST)
