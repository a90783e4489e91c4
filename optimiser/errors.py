"""Errors that a user can act on, and the faults they carry; imports nothing of ours.

SkillsplanError          the root
├── TablesError          planning tables are wrong; `.faults` has every one
└── PlanError            no plan; `.status`, and `.conflict` and `.relaxation` where infeasible

`skills_model.errors` adds the errors of data, scenarios and scopes below the same root.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Fault:
    """Say one thing that is wrong with an input, so that its owner can mend it.

    `row` counts as a spreadsheet shows it: the heading is row 1. It is None where a whole table or setting is meant.
    """

    problem: str
    table: str
    row: int | None = None
    column: str = ""
    found: str = ""
    allowed: str = ""
    action: str = ""

    def __str__(self) -> str:
        """Write the fault as what is wrong, where, what was found, what is allowed, what to do."""
        where = self.table
        where += f", row {self.row}" if self.row is not None else ""
        where += f", column `{self.column}`" if self.column else ""
        parts = [f"{self.problem}: {where}."]
        if self.found:
            parts.append(f"Found {self.found}" + (f"; allowed: {self.allowed}." if self.allowed else "."))
        elif self.allowed:
            parts.append(f"Allowed: {self.allowed}.")
        if self.action:
            parts.append(self.action)
        return " ".join(parts)

    def as_row(self) -> dict[str, object]:
        """Return the fault as a row of a table that can be written beside the input."""
        return asdict(self)


class SkillsplanError(Exception):
    """Root of every error that is the user's to mend rather than ours."""


class FaultsError(SkillsplanError):
    """Input that is wrong in one or more places; the message lists all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        count = len(self.faults)
        heading = "1 fault" if count == 1 else f"{count} faults"
        return "\n".join([f"{heading} in the input; nothing was written.", *(f"- {fault}" for fault in self.faults)])


class TablesError(FaultsError):
    """Planning tables that break the contract."""


class PlanError(SkillsplanError):
    """A solve that proved no plan; nothing of it may be read."""

    def __init__(
        self,
        status: str,
        message: str,
        conflict: Sequence[dict[str, object]] = (),
        relaxation: Sequence[dict[str, object]] = (),
    ) -> None:
        self.status = status
        self.message = message
        self.conflict = tuple(conflict)
        self.relaxation = tuple(relaxation)
        super().__init__(status, message, self.conflict, self.relaxation)

    def __str__(self) -> str:
        return self.message
