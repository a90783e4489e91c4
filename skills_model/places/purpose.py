"""What suggested places may be used for: the development of staff, and nothing else."""

from __future__ import annotations

import re

from skills_model.errors import Fault, ScenarioError

LONGEST = 200  # characters
OTHER_USES = {
    "capability": r"(?<!digital )(?<!data )(?<!technical )(?<!workforce )\bcapabilit(?:y|ies)\b",
    "redundancy": r"\bredundan\w*|\bat risk\b|\bdismiss\w*|\bterminat\w*|\blay(?:ing)?[ -]?offs?\b|\bdownsiz\w*|\brestructur\w*",
    "pay": r"\bpay\b|\bsalar\w*|\bbonus\w*|\bincrements?\b|\bpremi(?:um|a)\b|\bre-?band\w*",
    "selection": r"\bselect\w*|\bshortlist\w*|\bpromot\w*|\brecruit\w*|\bappoint\w*",
    "performance": r"\bperformance (?:manag|review|rating|improvement|apprais|procedure)\w*|\bapprais\w*|\brank(?:ing)? (?:staff|people|employees)\b",
    "conduct": r"\bdisciplin\w*|\bconduct\b|\bgrievance\w*",
    "absence": r"\bsick\w*|\babsen\w*|\battendance\b",
}
"""Uses that are refused, with the words that tell of them."""
DEVELOPMENT = (
    r"\bdevelop\w*|\btrain\w*|\blearn\w*|\bskills?\b|\bcourses?\b|\bapprentice\w*|\bmentor\w*|\bsecond(?:ed|ments?)\b|\bcareers?\b"
)
ALLOWED = "the development of staff, such as 'training places for the 2026/27 development plan'"


def checked(purpose: str) -> str:
    """Return a stated purpose, in one line; raises ScenarioError where none is given, or one that places may not be used for.

    >>> checked("Training places for the  2026/27 development plan")
    'Training places for the 2026/27 development plan'
    """
    said = " ".join(purpose.split())
    faults = []
    if not said:
        faults.append(_fault("No purpose given", "nothing", "Say what the suggestions are for."))
    elif found := _other_uses(said):
        faults += [_refused(use, word) for use, word in found]
    elif not re.search(DEVELOPMENT, said, re.IGNORECASE):
        faults.append(_fault("Purpose not understood", f"'{said}'", "Say which development of staff the suggestions are for."))
    if len(said) > LONGEST:
        faults.append(_fault("Purpose too long", f"{len(said)} characters", f"Say it in {LONGEST} characters, without names of people."))
    if faults:
        raise ScenarioError(faults)
    return said


def _other_uses(said: str) -> list[tuple[str, str]]:
    found = ((use, re.search(words, said, re.IGNORECASE)) for use, words in OTHER_USES.items())
    return [(use, match[0]) for use, match in found if match]


def _refused(use: str, word: str) -> Fault:
    action = (
        "State development alone. Suggested places rest on a lot and on assessments that were made for learning, so they are no evidence "
        f"about anybody: decisions of {use} have a process and safeguards of their own. Ask your HR lead and staff side."
    )
    return _fault(f"Purpose refused: {use}", f"'{word}'", action)


def _fault(problem: str, found: str, action: str) -> Fault:
    return Fault(problem, "purpose", found=found, allowed=ALLOWED, action=action)
