"""The zero-based skills audit: who is asked about which skills, team by team, and who has answered."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.cuts import hidden, protected
from skills_model.errors import DataError, Fault
from skills_model.organisations import known
from skills_model.privacy import Scope
from skills_model.rows import nearest
from skills_model.sources.names import slug
from skills_model.store import Store

MOST_SKILLS = 40
"""Skills side by side that a person can still find their own among; a team that needs more gets a form for each role family."""

_PERSON = ["person", "role_family", "role", "level_number", "role_level", "role_level_label"]


@dataclass(frozen=True)
class Form:
    """The form of a team, or of one role family in it where the whole team would need too many columns.

    `people` are in the order of the rows: person, role_level_label. `skills` are in the order of the columns, those of the same role
    level side by side: framework, skill, heading. `needs` says which cells are asked: person, skill, required_rank, and rank, kind,
    assessed_on of what is held now.
    """

    organisation: str
    team: str
    part: str
    people: pd.DataFrame
    skills: pd.DataFrame
    needs: pd.DataFrame

    @property
    def file_name(self) -> str:
        """Name the form's file in our own words, so that no name of a team can reach another folder."""
        return "-".join(_word(word) for word in (self.organisation, self.team, self.part) if word) + ".xlsx"


def forms(store: Store, scope: Scope, organisation: str, team: str | None = None) -> list[Form]:
    """Return the forms of an organisation's teams, or of one of them, in the order of their names.

    Raises DataError where the organisation or the team is unknown, or where nobody there is in a role level that needs skills;
    ScopeError where the scope does not reach single persons.
    """
    needs = _needs(store, scope, organisation)
    found = sorted(needs["team"].unique())
    if not found:
        nobody = f"nobody of '{organisation}' in a role level that needs skills"
        raise DataError([Fault("Nobody to ask", "--organisation", found=nobody, action="Import its staff, and map its job titles.")])
    if team is not None and team not in found:
        allowed = ", ".join(f"'{name}'" for name in found) + nearest(team, found)
        raise DataError([Fault("Unknown team", "--team", found=f"'{team}'", allowed=allowed, action="Name one of these teams.")])
    chosen = [name for name in found if team in {None, name}]
    return _named_apart(form for name in chosen for form in _of_team(organisation, name, needs[needs["team"] == name]))


def teams(store: Store, scope: Scope, organisation: str) -> list[str]:
    """List the teams of an organisation in which anybody is in a role level that needs skills; raises as `forms`."""
    return sorted(_needs(store, scope, organisation)["team"].unique())


def issued(made: Sequence[Form], issued_on: dt.date) -> tuple[str, pd.DataFrame]:
    """Return a digest of this issue of forms, and its rows of the table audit_form."""
    asked: dict[tuple[str, str], set[str]] = {}
    for form in made:
        asked.setdefault((form.organisation, form.team), set()).update(form.people["person"])
    rows = [(organisation, issued_on, team, len(people)) for (organisation, team), people in asked.items()]
    # Forms written twice are asked twice, so the time is part of it.
    digest = hashlib.sha256(repr((rows, dt.datetime.now(dt.UTC).isoformat())).encode()).hexdigest()
    return digest, pd.DataFrame(rows, columns=["organisation", "issued_on", "team", "headcount"])


def not_asked(store: Store, scope: Scope, organisation: str, team: str | None = None) -> int:
    """Return how many people of an organisation or team get no form, since they hold no role level that needs skills."""
    return int(store.query("audit_not_asked", scope, organisations=[organisation], team=team)["headcount"].iloc[0])


def ranks(store: Store, scope: Scope) -> pd.DataFrame:
    """Return the ranks of the active frameworks: framework, framework_label, rank, rank_label, and skill and text where a user's own
    download says what the rank means for a skill.
    """
    return store.query("rank_names", scope)


def progress(
    store: Store, scope: Scope, organisations: Sequence[str] | None = None, assumptions: Assumptions | None = None
) -> pd.DataFrame:
    """Return who has answered in the round of each team's newest form, no persons named; audit_progress.sql says what a round is.

    Columns: organisation, name, team, issued_on, asked, returned, missing (people), share, last_return. Counts of organisations outside
    the user's own, and of all in a public result, are protected, and their dates of return left out.
    """
    area = known(store, scope, organisations)
    numbers = assumptions or Assumptions.of(store, scope)
    frame = store.query("audit_progress", scope.reach(), organisations=area, round_days=round(numbers.value("audit_round_days")))
    frame["missing"] = frame["asked"] - frame["returned"]
    frame["share"] = frame["returned"] / frame["asked"]
    counts, shares = ["returned", "missing"], {"share": ("returned", "asked")}
    frame = protected(frame, scope, ["organisation"], area, numbers, counts=counts, shares=shares, people="asked")
    frame["last_return"] = frame["last_return"].mask(hidden(frame, scope))
    return frame[["organisation", "name", "team", "issued_on", "asked", "returned", "missing", "share", "last_return"]]


def _needs(store: Store, scope: Scope, organisation: str) -> pd.DataFrame:
    known(store, scope, [organisation])
    return store.query("audit_needs", scope, organisations=[organisation])


def _of_team(organisation: str, team: str, needs: pd.DataFrame) -> list[Form]:
    families = list(needs.groupby("role_family"))
    if needs["skill"].nunique() <= MOST_SKILLS or len(families) == 1:
        return [_form(organisation, team, "", needs)]
    return [_form(organisation, team, str(family), part) for family, part in families]


def _form(organisation: str, team: str, part: str, needs: pd.DataFrame) -> Form:
    """Keep people of one role level together, and their skills too, so that what is asked of somebody is seen at one glance."""
    people = needs[_PERSON].drop_duplicates("person")[["person", "role_level_label"]].reset_index(drop=True)
    skills = needs[["framework", "skill", "skill_label"]].drop_duplicates("skill").reset_index(drop=True)
    twice = skills["skill_label"].duplicated(keep=False)
    skills = skills.assign(heading=skills["skill_label"].mask(twice, skills["skill"]))[["framework", "skill", "heading"]]
    held = ["person", "skill", "required_rank", "rank", "kind", "assessed_on"]
    return Form(organisation, team, part, people, skills, needs[held].reset_index(drop=True))


def _named_apart(made: Iterable[Form]) -> list[Form]:
    """Number forms whose teams differ only in what a file name cannot hold."""
    apart: list[Form] = []
    names: set[str] = set()
    for form in made:
        number, unlike = 2, form
        while unlike.file_name in names:
            unlike = replace(form, part=f"{form.part} {number}".strip())
            number += 1
        names.add(unlike.file_name)
        apart.append(unlike)
    return apart


def _word(text: str) -> str:
    """Write a text as a part of a file name.

    >>> _word("Cyber & Networks / team 1"), _word("../../etc"), _word("÷")
    ('cyber-and-networks-team-1', 'etc', 'team')
    """
    return slug(text)[:60].strip("-") or "team"
