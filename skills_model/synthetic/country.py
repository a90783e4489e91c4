"""The invented organisations: how many of which type and region, how large, and what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from skills_model.assumptions import Assumptions
from skills_model.reference import table
from skills_model.synthetic.catalogue import Catalogue, Floats, Texts
from skills_model.synthetic.columns import LATEST, text

OTHER_BODIES = "DEMOOTH"

# Front and back of invented place names; a name that occurs in a real trust's or board's name is left out.
_FRONTS = (
    "Bilberry", "Bracken", "Catkin", "Clover", "Comfrey", "Curlew", "Dunlin", "Feverfew", "Juniper", "Larkspur",
    "Linnet", "Mallow", "Marjoram", "Nuthatch", "Plover", "Sandpiper", "Sorrel", "Tansy", "Teasel", "Wagtail",
)  # fmt: skip
_BACKS = ("beck", "brook", "combe", "dale", "field", "fold", "garth", "haven", "hollow", "leigh", "mere", "moor", "stead", "thorpe", "wick")
_SHORT_TYPE = {"Community Provider Trust": "Community"}


@dataclass(frozen=True)
class Place:
    """One invented organisation, and what its people are drawn with.

    `fte` is its staff in post, `skill` the distance of its skills from the average in ranks, `skill_of` that of each skill.
    """

    number: int
    code: str
    name: str
    type: str
    region_code: str | None
    region_name: str | None
    icb_code: str | None
    icb_name: str | None
    fte: float
    skill: float
    skill_of: Floats

    @property
    def variety(self) -> float:
        """Return how far it may stray from the average: a trust as trusts do, other bodies not at all, since they are many."""
        return 0.0 if self.code == OTHER_BODIES else 1.0


def places(rng: np.random.Generator, roles: Catalogue, assumptions: Assumptions) -> list[Place]:
    """Draw every organisation of the demonstration, in order of code; other bodies come last."""
    trusts = _trusts(rng, assumptions)
    boards = _real_boards()
    names = _names(rng, [*table("trusts")["name"], *table("icbs")["name"].dropna()])
    trusts = trusts.join(_boards(rng, trusts, boards, names[: len(boards)]))
    names = names[len(boards) : len(boards) + len(trusts)]
    total, share = assumptions.value("demo_workforce_fte"), assumptions.value("demo_trust_share")
    fte = trusts["size"] / trusts["size"].sum() * total * share
    maturity = rng.normal(0.0, assumptions.value("demo_maturity_spread"), len(trusts))
    skill_of = rng.normal(0.0, assumptions.value("demo_skill_spread"), len(roles.skills))
    made = [
        Place(
            number=number, code=f"DEMO{number:03d}", name=_name(name, trust["type"]), fte=float(size), skill=float(skill),
            skill_of=skill_of, **{column: trust[column] for column in ("type", "region_code", "region_name", "icb_code", "icb_name")},
        )
        for number, (name, trust, size, skill) in enumerate(
            zip(names, trusts.to_dict("records"), fte, maturity, strict=True), start=1
        )
    ]  # fmt: skip
    other = Place(
        len(made) + 1, OTHER_BODIES, "Other NHS bodies (invented)", "Other bodies", None, None, None, None,
        total * (1 - share), 0.0, skill_of,
    )  # fmt: skip
    return [*made, other]


def frame(made: Sequence[Place]) -> pd.DataFrame:
    """Write organisations as rows of the stored table."""
    return pd.DataFrame(
        {
            "organisation": text([place.code for place in made]),
            "name": text([place.name for place in made]),
            "organisation_type": text([place.type for place in made]),
            "region_code": text([place.region_code for place in made]),
            "region_name": text([place.region_name for place in made]),
            "icb_code": text([place.icb_code for place in made]),
            "icb_name": text([place.icb_name for place in made]),
            "demonstration": np.ones(len(made), dtype=bool),
        }
    )


def _trusts(rng: np.random.Generator, assumptions: Assumptions) -> pd.DataFrame:
    """Give each invented trust the type and region of some real one, and a size from its type's distribution.

    Returns type, region_code, region_name and size (all staff, FTE). Sizes are drawn between the published ones, moved, and
    dealt out anew, so that size, region and type together point at no real trust.
    """
    real = table("trusts").sort_values("organisation", ignore_index=True)
    real["type"] = real["organisation_type"].fillna(real["organisation_type"].mode()[0])
    real["size"] = pd.to_numeric(real["fte"])
    parts = []
    for _, group in real.groupby("type", sort=True):
        places_in_order = (rng.permutation(len(group)) + rng.random(len(group))) / len(group)
        moved = np.exp(rng.normal(0.0, assumptions.value("demo_size_spread"), len(group)))
        size = np.quantile(group["size"].dropna().to_numpy(dtype=np.float64), places_in_order) * moved
        parts.append(group[["type", "region_code", "region_name"]].assign(size=size))
    drawn = pd.concat(parts, ignore_index=True)
    return drawn.iloc[rng.permutation(len(drawn))].reset_index(drop=True)


def _boards(rng: np.random.Generator, trusts: pd.DataFrame, boards: pd.DataFrame, names: Texts) -> pd.DataFrame:
    """Spread the trusts of each region over as many invented boards as it has real ones, each board with one at least."""
    chosen = pd.Series(0, index=trusts.index)
    for region, group in trusts.groupby("region_code", sort=True):
        own = boards.index[boards["region_code"] == region].to_numpy()
        more = rng.choice(own, len(group) - len(own))
        chosen.loc[group.index] = rng.permutation(np.concatenate([own, more]))
    return pd.DataFrame(
        {
            "icb_code": [f"DEMOICB{board + 1:02d}" for board in chosen],
            "icb_name": [f"{names[board]} Integrated Care Board (invented)" for board in chosen],
        }
    )


def _real_boards() -> pd.DataFrame:
    """Take the integrated care boards of the day the demonstration describes, by region."""
    boards = table("icbs")
    then = (boards["valid_from"] <= LATEST.isoformat()) & ~(boards["valid_to"] < LATEST.isoformat()).fillna(False)
    return boards[then].sort_values(["region_code", "icb"], ignore_index=True)


def _names(rng: np.random.Generator, real: Sequence[str]) -> Texts:
    """Shuffle the invented place names that occur in no real name."""
    taken = "\n".join(real).casefold()
    free = [name for name in (front + back for front, back in product(_FRONTS, _BACKS)) if name.casefold() not in taken]
    return rng.permutation(np.array(free, dtype=object))


def _name(place: str, type_of_trust: str) -> str:
    return f"{place} {_SHORT_TYPE.get(type_of_trust, type_of_trust)} Trust (invented)"
