"""Errors as a page says them: what a command has options for is named by what the page has in their place."""

from __future__ import annotations

import re

SENTENCES = (
    (r"Give it more time to find out (why|how)\.", r"There was no time to find out \1."),
    (r"Give it more time(, or plan fewer periods)?\.", "Fewer quarters, or fewer kinds of action, take less time."),
    (r"Name skills under objective\.critical \(`--critical SKILL`\)", "Choose some under 'Critical skills'"),
    (r"Adopt it first: `skillsplan plan adopt [^`]*`\.", "Adopt it first, under 'Milestones' of the plan."),
    (r"adopt a plan first: `skillsplan plan adopt [^`]*`\.", "adopt a plan first, under 'Milestones' of the plan."),
    (
        r"Plan from the newest staff list: `skillsplan plan replan [^`]*`, or",
        "Plan from the newest staff list, under 'Plan again from here', or",
    ),
    (r" `skillsplan plan replan [^`]*` plans afresh from the later one, with what is in progress\.", ""),
    (r"Name both, or use `skillsplan plan replan PLAN`, which knows them\.", "Make it under 'Plan again from here', which knows both."),
    (r" on the page, or by `skillsplan plan actuals [^`]*` and `--file FILE --by ROLE`\.", "."),
    (
        r"`skillsplan plan actuals [^`]*` writes a form with every column\.",
        "The form to fill in, which can be downloaded here, has them all.",
    ),
    (r", or close it early with --until 1\.", "."),
    (r", or leave --from-staff-list out\.", ", or plan again over the same quarters."),
    (
        r"`skillsplan plan` and the page 'Build a plan' name the run of a plan; give more letters[^.]*\.",
        "The page 'Build a plan' lists them.",
    ),
    (r"on the page 'Build a plan', or with `skillsplan plan [^`]*`\.", "on the page 'Build a plan'."),
    (r"the rounds that `skillsplan places list` shows", "the rounds of the list"),
    (r"the file that `skillsplan places export` wrote", "the file that can be downloaded here"),
    (
        r"fills in `skillsplan template equality`, and `skillsplan import equality FILE` takes it in\.",
        "fills in the template of the kind 'equality', and the page 'Data and quality' takes it in.",
    ),
    (r"a folder that `skillsplan plan --out` wrote, an adopted plan", "an adopted plan"),
    (r"with `skillsplan plan --out`\.", "as files."),
)
"""What is said of commands, and what of a page in its place."""
FLAGS = {
    "--budget": "Budget in pounds",
    "--critical": "Critical skills",
    "--follows": "the plan that it goes on from",
    "--fund": "money of a stream",
    "--hoped-for": "Count money that is only hoped for",
    "--instead-of": "In the place of",
    "--note": "Note",
    "--organisation": "Organisation",
    "--out": "the folder",
    "--owner": "Owner",
    "--periods": "Length in quarters",
    "--plan": "Plan",
    "--relax": "what would make a plan possible",
    "--round": "the round",
    "--scenario": "Scenario",
    "--target": "Target",
    "--without": "Leave out",
}
"""What a page calls the options of commands."""


def of(said: object) -> str:
    """Write an error, or what is kept of one, as a page says it.

    >>> of("The time limit was reached before any plan was found. Give it more time, or plan fewer periods.")
    'The time limit was reached before any plan was found. Fewer quarters, or fewer kinds of action, take less time.'
    >>> of("Impossible budget: --budget. Found -1.")
    'Impossible budget: Budget in pounds. Found -1.'
    """
    text = str(said)
    for pattern, words in SENTENCES:
        text = re.sub(pattern, words, text)
    return re.sub(r"--[a-z][a-z-]*", lambda found: FLAGS.get(found[0], found[0]), text)
