"""Planning tables again for another budget: only what money decides is written anew, and only amounts that come in may differ."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from optimiser.tables import PlanningTables
from skills_model.assumptions import Assumptions
from skills_model.planning.build import OF_MONEY, PARTS, build_of, checked_world
from skills_model.planning.inputs import Inputs
from skills_model.planning.levers.rows import Tables
from skills_model.planning.world import World
from skills_model.scenario import Scenario

INFLOWS = "inflows"


@dataclass(frozen=True, eq=False)
class Written:
    """Planning tables with the world that they were written from; `digests` has the SHA-256 of each table, whatever the order of its rows."""

    world: World
    tables: PlanningTables
    digests: Mapping[str, str]

    @classmethod
    def of(cls, inputs: Inputs, scenario: Scenario, assumptions: Assumptions) -> Written:
        """Write them; raises ScenarioError and DataError as `build` does."""
        world = checked_world(inputs, scenario, assumptions)
        return cls.holding(world, build_of(world))

    @classmethod
    def holding(cls, world: World, tables: PlanningTables) -> Written:
        """Hold tables that are written already."""
        return cls(world, tables, {name: _digest(frame) for name, frame in tables.frames().items()})

    def again(self, scenario: Scenario) -> Written | None:
        """Write them for a scenario of other money; None where more than amounts of inflows differs, so that they have to be built."""
        world = replace(self.world, scenario=scenario)  # only money differs, which nothing else of it reads
        before, after = of_money(self.world), of_money(world)
        if [*before] != [*after] or any(not _same(before[name], after[name]) for name in before):
            return None
        keys = ["stock", "period"]
        old, new = (pd.concat([part[INFLOWS] for part in parts.values() if INFLOWS in part]) for parts in (before, after))
        inflows = self.tables.inflows
        theirs = pd.MultiIndex.from_frame(inflows[keys]).isin(pd.MultiIndex.from_frame(old[keys].astype(inflows.dtypes[keys].to_dict())))
        rows = pd.concat([inflows[~theirs], new.reindex(columns=inflows.columns).astype(inflows.dtypes.to_dict())], ignore_index=True)
        if rows.duplicated(keys).any():
            return None
        return Written(world, replace(self.tables, inflows=rows), {**self.digests, INFLOWS: _digest(rows)})


def of_money(world: World) -> dict[str, Tables]:
    """Write the parts of the planning tables that read how much money there is."""
    return {name: PARTS[name](world) for name in OF_MONEY}


def _same(first: Tables, second: Tables) -> bool:
    """Tell whether two writings of a part differ in inflows only."""
    names = [name for name in first if name != INFLOWS]
    return [*first] == [*second] and all(first[name].equals(second[name]) for name in names)


def _digest(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of a table: of the hashes of its rows in their order by size."""
    rows = pd.util.hash_pandas_object(frame, index=False).sort_values().to_numpy(dtype="uint64")
    return hashlib.sha256(",".join(map(str, frame.columns)).encode() + rows.tobytes()).hexdigest()
