"""Scenarios: what the command line and the pages ask about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import pandas as pd

from skills_model import scenarios
from skills_model.assumptions import Assumptions
from skills_model.errors import Fault, ScenarioError
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
from skills_model.scenarios import Difference
from skills_model.store import Store


def listed(store: Store, scope: Scope) -> pd.DataFrame:
    """List the project's scenarios and the user's own; columns as scenarios.listed."""
    return scenarios.listed(store, scope)


def labels(store: Store, scope: Scope, *, period: str | None = None) -> dict[str, str]:
    """Return id and label of every scenario, the baseline first; those of one length of period where it is given."""
    rows = scenarios.listed(store, scope)
    kept = rows if period is None else rows[rows["period"] == period]
    return dict(zip(kept["scenario"], kept["label"], strict=True))


def settings(item: Scenario) -> list[tuple[str, str]]:
    """Return every setting of a scenario and its value, as words."""
    return list(scenarios.settings(item).items())


def settings_table(item: Scenario) -> pd.DataFrame:
    """Return every setting of a scenario and its value as a table: setting, value."""
    return pd.DataFrame(settings(item), columns=["setting", "value"]).astype("str")


def written_settings(text: str) -> pd.DataFrame:
    """Return what the TOML of a scenario itself says, without what its base says, as a table: setting, value."""
    return pd.DataFrame(list(scenarios.said(text).items()), columns=["setting", "value"]).astype("str")


def faults(found: Sequence[Fault]) -> pd.DataFrame:
    """Return faults as a table, with the columns of Fault also where there are none."""
    return pd.DataFrame([fault.as_row() for fault in found], columns=[field.name for field in fields(Fault)])


def usable(store: Store, scope: Scope, name: str) -> Scenario:
    """Read a scenario by id or from a TOML file and check everything it names; raises ScenarioError with every fault."""
    return scenarios.usable(store, scope, name)


def write(
    store: Store,
    scope: Scope,
    id_: str,
    *,
    label: str = "",
    author: str = "",
    reason: str = "",
    base: str = "baseline",
    changes: Sequence[str] = (),
    file: Path | None = None,
    replace: bool = False,
    keep: bool = True,
) -> tuple[str, int | None]:
    """Write a scenario and keep it in the store; return its TOML and the number of the import, None where it is not to be kept."""
    today = dt.datetime.now(dt.UTC).date()
    text = "" if file is None else _text(file)
    written = scenarios.written(
        store, scope, id_, label=label, author=author, reason=reason, base=base, changes=changes, text=text, today=today
    )
    return written, scenarios.save(store, scope, written, today=today, replace=replace) if keep else None


def difference(store: Store, scope: Scope, first: str, second: str) -> Difference:
    """Compare two scenarios setting by setting."""
    one, other = (scenarios.usable(store, scope, name) for name in (first, second))
    return scenarios.difference(one, other, Assumptions.of(store, scope))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError([Fault("Not a TOML file", file.name, found=str(error), action="Save it as UTF-8 text.")]) from error
