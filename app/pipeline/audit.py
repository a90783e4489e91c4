"""The use cases of the zero-based skills audit: forms, and who has answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from app import pipeline
from skills_model import audit_form
from skills_model.audit_form import Form
from skills_model.errors import DataError, Fault
from skills_model.privacy import Scope
from skills_model.sources import joining
from skills_model.store import Store

RETURNED = "Returned: a self-assessment came in, or is dated, since the first form of the round. Forms written again soon are one round."
"""What is said beside every count of those who have answered."""


@dataclass(frozen=True)
class Issue:
    """Forms of an organisation made on one day, and what they say besides their rows.

    `ranks` are as in audit_form.ranks; `names` of people are in memory only; `not_asked` counts people without a role level that needs
    skills.
    """

    organisation: str
    organisation_name: str
    issued_on: dt.date
    forms: Sequence[Form]
    ranks: pd.DataFrame
    names: Mapping[str, str]
    demonstration: bool
    not_asked: int = 0

    @property
    def people(self) -> set[str]:
        """Return who is asked."""
        return {person for form in self.forms for person in form.people["person"]}

    @property
    def teams(self) -> int:
        """Return how many teams are asked."""
        return len({form.team for form in self.forms})

    @property
    def named(self) -> int:
        """Return how many are asked by name."""
        return len(self.people & set(self.names))


def teams(store: Store, scope: Scope, organisation: str) -> list[str]:
    """List the teams of an organisation in which anybody can be asked."""
    return audit_form.teams(store, scope, organisation)


def prepare_forms(
    store: Store, scope: Scope, organisation: str, team: str | None = None, staff_list: tuple[bytes, str] | None = None
) -> Issue:
    """Find out whom to ask about what in an organisation's teams, or in one; nothing is recorded yet.

    `staff_list` is a file of the user's own, its content and name, that names are taken from in memory. Raises DataError, ScopeError.
    """
    forms = audit_form.forms(store, scope, organisation, team)
    names = joining.names(store, scope, organisation, *staff_list) if staff_list else {}
    place = pipeline.organisations(store, scope).set_index("code").loc[organisation]
    return Issue(
        organisation,
        str(place["name"]),
        dt.datetime.now(dt.UTC).date(),
        forms,
        audit_form.ranks(store, scope),
        names,
        bool(place["demonstration"]),
        audit_form.not_asked(store, scope, organisation, team),
    )


def record_forms(store: Store, issue: Issue) -> int:
    """Note who was asked when, and in the audit log that forms left; return the number of the import."""
    digest, asked = audit_form.issued(issue.forms, issue.issued_on)
    number = store.write(
        "audit-form", digest, "self-assessment forms", {"audit_form": asked}, organisation=issue.organisation, replace=True
    )
    told = f"{len(issue.forms)} self-assessment forms of {issue.organisation}, {len(issue.people)} people, {issue.named} by name"
    store.record("export", told)
    return number


def write_forms(store: Store, issue: Issue, files: Mapping[str, bytes], folder: Path) -> None:
    """Write forms into a folder and record them; raises DataError where it is a file, or holds planning tables or one of the forms."""
    pipeline.check_place(folder)
    there = [name for name in files if (folder / name).exists()]
    if there:
        action = "Name another folder with --out: somebody may have filled them in."
        raise DataError([Fault("Files exist", "--out", found=", ".join(f"'{folder / name}'" for name in there), action=action)])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    record_forms(store, issue)


def progress(store: Store, scope: Scope, organisations: Sequence[str] | None = None) -> pd.DataFrame:
    """Return who has answered the newest form of each team; columns as audit_form.progress."""
    return audit_form.progress(store, scope, organisations)
