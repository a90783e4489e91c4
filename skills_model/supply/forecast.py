"""The central path of supply: staff in post by any cut and year, what makes them more or fewer, and skills that they carry.

A row is always start + joiners + pipeline + promoted_in + aged_in - leavers - retirements - promoted_out - aged_out - decayed = end.
Leavers are those who leave otherwise than by retiring. Moves are counted between the rows of a result: where rows are not told apart by
role level, band or age, a promotion or a birthday changes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from skills_model import gap
from skills_model.area import places
from skills_model.assumptions import Assumptions
from skills_model.cuts import PLACES, check, protected
from skills_model.errors import Fault, ScenarioError
from skills_model.organisations import known
from skills_model.privacy import Scope
from skills_model.scenario import Scenario
from skills_model.store import Store
from skills_model.supply import cells, holders, pipelines
from skills_model.supply.holders import Holders
from skills_model.supply.model import Floats, Rates
from skills_model.supply.rates import estimate
from skills_model.supply.tables import Parts, parts

Ints = npt.NDArray[np.intp]

CELL_CUTS = ("role_family", "role_level", "band", "age_band")
CUTS = (*PLACES, *CELL_CUTS, "skill", "year")
COMING = ("joiners", "pipeline", "promoted_in", "aged_in")
GOING = ("leavers", "retirements", "promoted_out", "aged_out", "decayed")
FLOWS = ("start", *COMING, *GOING, "end")
RANGE = ("end_low", "end_high")
JOINED, LEFT, NOT_MAPPED = "joined", "left", "not mapped"


@dataclass(frozen=True, eq=False)
class Central:
    """The central path of an area, exact: whoever shows it protects it.

    `stocks` has shape (cells of `parts`, periods 0 to T). `places` says where organisations are; `people` counts different people by
    organisation and the cuts that were asked for. `holders` is there where skills were asked for.
    """

    parts: Parts
    stocks: Floats
    places: pd.DataFrame
    people: pd.DataFrame
    holders: Holders | None = None

    @property
    def scenario(self) -> Scenario:
        """Return the scenario that it follows."""
        return self.parts.scenario

    @cached_property
    def amounts(self) -> dict[str, Floats]:
        """Return who joins and leaves each cell in each period, shape (cells, periods), moves between cells aside."""
        gone = self.stocks[:, :-1] * (1.0 - self.parts.stay)[:, None]
        retired = gone * self.parts.retiring[:, None]
        return {
            "joiners": self.parts.joiners,
            "pipeline": self.parts.pipeline,
            "pipeline_headcount": self.parts.people,
            "leavers": gone - retired,
            "retirements": retired,
        }

    def moved(self, chosen: npt.NDArray[np.bool_]) -> Floats:
        """Return the FTE of some of the moves in each period, shape (moves chosen, periods)."""
        source = self.parts.moves["source"].to_numpy()[chosen]
        return np.asarray(self.stocks[source, :-1] * self.parts.rates[chosen][:, None], dtype=np.float64)


def forecast(
    store: Store,
    scope: Scope,
    by: Sequence[str],
    scenario: Scenario,
    organisations: Sequence[str] | None = None,
    assumptions: Assumptions | None = None,
    rates: Rates | None = None,
) -> pd.DataFrame:
    """Return supply by the cuts of `by`: headcount (people at the start), then FLOWS (FTE), summed over the horizon or by year.

    With `year` a row is a financial year and `end` the FTE at its end; the first is the year before the horizon, which tells nothing but
    where that starts. With `skill` the FTE are those who hold the required rank of the skill or a higher one, once for each skill; RANGE
    follows, from the range of ranks at the start. Exact where the scope sees everything exactly, otherwise protected. Raises ScenarioError
    for an unknown cut or skills by band or age, DataError for an unknown organisation.
    """
    check(by, CUTS)
    numbers = assumptions or Assumptions.of(store, scope)
    area = known(store, scope, organisations)
    path = central(store, scope, by, scenario, area, numbers, rates)

    def found(codes: Sequence[str] | None) -> pd.DataFrame:
        return rows(path, by, codes)

    counts = [*FLOWS, *(RANGE if "skill" in by else ())]
    behind = {name: _behind(name, by) for name in counts}
    frame, weights = found(area), None
    if not scope.sees_all_exactly(area):
        most = magnified(path.parts, scope, by)
        at = frame["year"].to_list() if "year" in by else most.index[[0] * len(frame)]
        weights = {name: most.loc[at, name if name in most else "end"].to_numpy() for name in counts}
    shown = protected(frame, scope, by, area, numbers, counts=counts, behind=behind, own=found, magnified=weights)
    return shown[[*by, "headcount", *counts]]


def matrix(
    store: Store,
    scope: Scope,
    scenario: Scenario,
    organisations: Sequence[str] | None = None,
    assumptions: Assumptions | None = None,
    rates: Rates | None = None,
    *,
    role_family: str | None = None,
) -> pd.DataFrame:
    """Return moves between role levels: from, to, headcount (people at the start behind the row), fte (a year, mean of the horizon).

    Who comes from outside is from "joined" (pipelines included), who goes for good goes to "left" (retirements included); staff whose job
    title is not mapped are in "not mapped". Exact or protected as `forecast`.
    """
    numbers = assumptions or Assumptions.of(store, scope)
    area = known(store, scope, organisations)
    path = central(store, scope, ["role_level"], scenario, area, numbers, rates)

    def found(codes: Sequence[str] | None) -> pd.DataFrame:
        return _moves_between(path, codes, role_family)

    weights = None if scope.sees_all_exactly(area) else {"fte": magnified(path.parts, scope, ["year"]).to_numpy().max()}
    return protected(found(area), scope, ["from", "to"], area, numbers, counts=["fte"], own=found, magnified=weights)


def magnified(moved: Parts, scope: Scope, by: Sequence[str]) -> pd.DataFrame:
    """Return by how much one FTE of today weighs at most among those whom the scope does not see exactly, for privacy.protect.

    Index: the years of `rows`, or "" for the whole horizon; columns: FLOWS. Staff grow by joiners, in proportion to the staff of their
    organisation and role family; who moves within these, or carries skills, weighs no more than all of them. Pipelines are nobody of
    today, and no more arrive than are on their way.
    """
    keys = ["organisation", "role_family"]
    alone = replace(moved, pipeline=np.zeros_like(moved.pipeline))
    nowhere = pd.DataFrame({cut: pd.Series(dtype="str") for cut in PLACES})
    path = Central(alone, alone.stocks(), nowhere, nowhere)
    others = [str(code) for code in alone.cells["organisation"].unique() if not scope.sees_exactly(str(code))]
    sums = _Sums.of(path, keys, others, _spans(alone.scenario, by))
    amounts = _staff_amounts(path, sums, keys)
    today = sums.opening(path.stocks)
    most = {
        name: np.divide(amount, today, out=np.zeros_like(amount), where=today > 0).max(axis=0, initial=1.0)
        for name, amount in amounts.items()
    }
    staff = np.maximum(most["start"], most["end"])
    within = {f"{kind}_{way}": staff for kind in ("promoted", "aged") for way in ("in", "out")}
    return pd.DataFrame({**most, **within, "decayed": staff}, index=list(sums.spans))[list(FLOWS)]


def central(
    store: Store,
    scope: Scope,
    by: Sequence[str],
    scenario: Scenario,
    organisations: Sequence[str] | None = None,
    assumptions: Assumptions | None = None,
    rates: Rates | None = None,
) -> Central:
    """Follow the staff of an area through the horizon, as finely as the cuts of `by` ask; exact, so its rows are yet to be protected.

    Raises ScenarioError for skills by band or age: who holds a skill is known by role level.
    """
    if "skill" in by and {"band", "age_band"} & set(by):
        allowed, action = "skill without band and age_band", "Ask for one of them: who holds a skill is known by role level."
        raise ScenarioError([Fault("Skills by band or age", "--by", found=",".join(by), allowed=allowed, action=action)])
    numbers = assumptions or Assumptions.of(store, scope)
    reach = scope.reach()
    fine = ["role_level"] * bool({"role_level", "band", "skill"} & set(by)) + ["band"] * ("band" in by)
    staff = cells.collapsed(cells.staff(store, reach, organisations), fine)
    coming = pipelines.read(store, reach, organisations)
    levels = store.query("role_levels", scope)[["role_level", "suggested_band"]].dropna()
    bands = dict(levels.itertuples(index=False, name=None))
    used = rates or estimate(store, scope, sorted({*staff["organisation"], *coming["organisation"]}), numbers)
    moved = parts(staff, used, scenario, coming, numbers, bands)
    people = store.query("supply_people", reach, organisations=organisations, by=[cut for cut in CELL_CUTS if cut in by])
    path = Central(moved, moved.stocks(), places(store, reach, scenario.start), people)
    return _with_skills(path, store, scope, by, organisations, numbers) if "skill" in by else path


def rows(path: Central, by: Sequence[str], organisations: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the cuts of `by`, headcount, pipeline_headcount, FLOWS and, with skills, RANGE of some organisations of a path; exact."""
    keys = [cut for cut in by if cut != "year"]
    sums = _Sums.of(path, keys, organisations, _spans(path.scenario, by))
    amounts = _skill_amounts(path.holders, sums) if path.holders else _staff_amounts(path, sums, keys)
    years = list(sums.spans)
    made = sums.keys.loc[sums.keys.index.repeat(len(years))].reset_index(drop=True)
    if "year" in by:
        made["year"] = pd.Series(years * len(sums.keys), dtype="str")
    made = made.assign(**{name: amount.ravel() for name, amount in amounts.items()})
    made = _with_people(made, path, keys, organisations)
    return made.sort_values(list(by), ignore_index=True) if by else made


@dataclass(frozen=True, eq=False)
class _Sums:
    """How cells, or rows of a ladder, are added up: `group` is the row of `keys` that each is in, -1 for none; `spans` are periods by name."""

    keys: pd.DataFrame
    group: Ints
    spans: dict[str, slice]

    @classmethod
    def of(cls, path: Central, keys: list[str], organisations: Sequence[str] | None, spans: dict[str, slice]) -> _Sums:
        """Find the groups by `keys` of those organisations."""
        table = _placed(path.parts.cells if path.holders is None else path.holders.ladder, path)
        inside = np.ones(len(table), dtype=bool) if organisations is None else table["organisation"].isin(list(organisations)).to_numpy()
        group = np.full(len(table), -1, dtype=np.intp)
        if not keys:
            group[inside] = 0
            return cls(pd.DataFrame(index=range(1)), group, spans)
        chosen = table.loc[inside, keys]
        group[inside] = chosen.groupby(keys, dropna=False, sort=True).ngroup().to_numpy()
        found = chosen.assign(group=group[inside]).drop_duplicates("group").sort_values("group", ignore_index=True)
        return cls(found[keys], group, spans)

    def over(self, amount: Floats, group: Ints | None = None) -> Floats:
        """Add up flows of shape (rows, periods) by group and span; `group` stands in for the rows' own."""
        return self._added([amount[:, span].sum(axis=1) for span in self.spans.values()], group)

    def start(self, stocks: Floats) -> Floats:
        """Add up stocks of shape (rows, periods 0 to T) at the start of each span."""
        return self._added([stocks[:, span.start] for span in self.spans.values()])

    def end(self, stocks: Floats) -> Floats:
        """Add up stocks at the end of each span."""
        return self._added([stocks[:, span.stop] for span in self.spans.values()])

    def opening(self, stocks: Floats) -> Floats:
        """Add up stocks today, once for each span."""
        return self._added([stocks[:, 0] for _ in self.spans])

    def _added(self, amounts: list[Floats], group: Ints | None = None) -> Floats:
        of = self.group if group is None else group
        inside = of >= 0
        added = [np.bincount(of[inside], amount[inside], minlength=len(self.keys)) for amount in amounts]
        return np.stack(added, axis=1).astype("float64")


def _spans(scenario: Scenario, by: Sequence[str]) -> dict[str, slice]:
    """Return the periods, counted from 0, of each row of a group: the years with the one before the start, or the whole horizon."""
    if "year" not in by:
        return {"": slice(0, scenario.periods)}
    ends = scenario.year_ends()
    return {year: slice(start, end) for start, (end, year) in zip([0, *ends], ends.items(), strict=False)}


def _staff_amounts(path: Central, sums: _Sums, keys: list[str]) -> dict[str, Floats]:
    """Return every flow of staff by group and span."""
    amounts = {name: sums.over(amount) for name, amount in path.amounts.items()}
    moves = path.parts.moves
    source, target = (moves[end].to_numpy() for end in ("source", "target"))
    between = sums.group[source] != sums.group[target]
    # Somebody who is promoted and a year older at once counts as promoted where the rows tell role levels or bands apart.
    apart = [key for key in keys if key in ("role_level", "band")]
    other = np.zeros(len(moves), dtype=bool)
    for key in apart:
        code = path.parts.cells[key].factorize()[0]
        other |= code[source] != code[target]
    for name, chosen in (("promoted", between & other), ("aged", between & ~other)):
        moved = path.moved(chosen)
        amounts[f"{name}_in"] = sums.over(moved, sums.group[target[chosen]])
        amounts[f"{name}_out"] = sums.over(moved, sums.group[source[chosen]])
    amounts["decayed"] = np.zeros_like(amounts["joiners"])
    return {"start": sums.start(path.stocks), **amounts, "end": sums.end(path.stocks)}


def _skill_amounts(holding: Holders, sums: _Sums) -> dict[str, Floats]:
    """Return every flow of those who hold what is required by group and span."""
    low, middle, high = holding.held
    amounts = {name: sums.over(amount) for name, amount in holding.amounts.items()}
    ends = {"end_low": sums.end(low), "end_high": sums.end(high)}
    none = np.zeros_like(amounts["joiners"])
    return {"start": sums.start(middle), **amounts, "aged_in": none, "aged_out": none, "end": sums.end(middle), **ends}


def _with_skills(
    path: Central, store: Store, scope: Scope, by: Sequence[str], organisations: Sequence[str] | None, assumptions: Assumptions
) -> Central:
    """Put beside the path who holds which skill, and the people of whom that tells."""
    reach, area = scope.reach(), None if organisations is None else list(organisations)
    required = store.query("requirements", scope)[["role_level", "skill", "required_rank"]]
    holding = holders.follow(path.parts, path.stocks, gap.held(store, reach, area, assumptions), required, assumptions)
    cuts = ["organisation", *(cut for cut in (*CELL_CUTS, "skill") if cut in by)]
    people = gap.measure(store, scope, cuts, area, assumptions)
    if not scope.sees_all_exactly(area):
        people = gap.with_evidence(store, scope, people, cuts, area, assumptions)
    counted = [name for name in ("headcount", "assessed_headcount", "evidence_headcount") if name in people.columns]
    return replace(path, holders=holding, people=people[[*cuts, *counted]])


def _with_people(made: pd.DataFrame, path: Central, keys: list[str], organisations: Sequence[str] | None) -> pd.DataFrame:
    """Put beside each row the people behind it, those whom the organisations have now."""
    people = _placed(path.people, path)
    people = people if organisations is None else people[people["organisation"].isin(list(organisations))]
    counted = [name for name in people.columns if name.endswith("headcount")]
    if not keys:
        return made.assign(**people[counted].sum())
    summed = people.groupby(keys, dropna=False, as_index=False)[counted].sum()
    both = made.merge(summed, on=keys, how="left")
    return both.assign(**{name: both[name].fillna(0).astype("int64") for name in counted})


def _placed(table: pd.DataFrame, path: Central) -> pd.DataFrame:
    """Put beside each row where its organisation is."""
    return table.merge(path.places[list(PLACES)], on="organisation", how="left")


def _behind(name: str, by: Sequence[str]) -> tuple[str, ...]:
    """Name the further people of whom a number tells: those on their way, those assessed, those whose ranks stand in for others."""
    coming = ("pipeline_headcount",) if name == "pipeline" else ()
    if "skill" not in by or name in ("joiners", "pipeline"):
        return coming
    return ("assessed_headcount",) if name in RANGE else ("assessed_headcount", "evidence_headcount")


def _moves_between(path: Central, organisations: Sequence[str] | None, role_family: str | None) -> pd.DataFrame:
    """Return from, to, headcount and fte a year of the moves of some organisations and, where one is named, of a role family."""
    cell = path.parts.cells
    inside = np.ones(len(cell), dtype=bool) if organisations is None else cell["organisation"].isin(list(organisations)).to_numpy()
    inside = inside if role_family is None else inside & (cell["role_family"] == role_family).to_numpy(dtype=bool, na_value=False)
    level = cell["role_level"].fillna(NOT_MAPPED)
    source, target = (path.parts.moves[end].to_numpy() for end in ("source", "target"))
    between = path.parts.moves["promoted"].to_numpy() & inside[source]
    flows = path.amounts
    parted = [
        (JOINED, level[inside], flows["joiners"] + flows["pipeline"]),
        (level[inside], LEFT, flows["leavers"] + flows["retirements"]),
    ]
    tall = [pd.DataFrame({"from": first, "to": then, "fte": amount[inside].sum(axis=1)}) for first, then, amount in parted]
    promoted = path.moved(between).sum(axis=1)
    tall.append(pd.DataFrame({"from": level.to_numpy()[source[between]], "to": level.to_numpy()[target[between]], "fte": promoted}))
    years = path.scenario.periods / path.scenario.periods_per_year
    summed = pd.concat(tall).astype({"from": "str", "to": "str"}).groupby(["from", "to"], as_index=False)["fte"].sum()
    people = path.people if organisations is None else path.people[path.people["organisation"].isin(list(organisations))]
    headcount = people.assign(role_level=people["role_level"].fillna(NOT_MAPPED)).groupby("role_level")["headcount"].sum()
    known_level = summed["from"].where(summed["from"] != JOINED, summed["to"])
    made = summed.assign(headcount=known_level.map(headcount).fillna(0).astype("int64"), fte=summed["fte"] / years)
    there: pd.DataFrame = made[made["fte"] > 0]
    return there[["from", "to", "headcount", "fte"]].reset_index(drop=True)
