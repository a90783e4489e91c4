"""Sampled futures as deviates of what is uncertain: shared by everybody, with a part of each organisation's own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from skills_model.factor import ActsOn, Factor, Floats

RANKS = "opening-ranks"
"""The name of the shared deviate of how people place themselves, where no factor that acts on opening ranks gives another."""


@dataclass(frozen=True, eq=False)
class Futures:
    """Many futures: `shared` holds for each factor one standard normal deviate a future, which persists over the horizon.

    An organisation's own part is drawn from the seed and its code alone, so that it is the same whatever else is asked; without a seed
    nobody has a part of its own.
    """

    factors: tuple[Factor, ...]
    shared: Mapping[str, Floats]
    count: int
    seed: int | None = None

    @classmethod
    def drawn(cls, factors: Iterable[Factor], count: int, seed: int) -> Futures:
        """Draw futures; a factor's deviates depend on the seed and its name alone, and the first of many are those of a few."""
        chosen = tuple(factors)
        names = dict.fromkeys([*(factor.name for factor in chosen), RANKS])
        return cls(chosen, {name: stream(seed, "factor", name).standard_normal(count) for name in names}, count, seed)

    @classmethod
    def at(cls, factors: Iterable[Factor], deviates: Sequence[Mapping[str, float]]) -> Futures:
        """Set futures: deviates by the name of a factor, 0 where a name is missing; no organisation has a part of its own."""
        chosen = tuple(factors)
        names = dict.fromkeys([*(factor.name for factor in chosen), RANKS])
        shared = {name: np.array([future.get(name, 0.0) for future in deviates], dtype="float64") for name in names}
        return cls(chosen, shared, len(deviates))

    def acting(self, acts_on: ActsOn) -> list[Factor]:
        """List the factors that act on something."""
        return [factor for factor in self.factors if factor.acts_on == acts_on]

    def multiplier(self, acts_on: ActsOn, key: str) -> Floats:
        """Return the shared multiplier of a key, one a future: the product over its factors."""
        product = np.ones(self.count)
        for factor in self.acting(acts_on):
            product *= factor.multiplier(key, self.shared[factor.name])
        return product

    def own(self, acts_on: ActsOn, organisation: str) -> Floats | None:
        """Return the multiplier of an organisation's own, mean 1, one a future; None where it has none."""
        if self.seed is None:
            return None
        product: Floats | None = None
        for factor in self.acting(acts_on):
            if not (spread := factor.spread_of(organisation)):
                continue
            deviate = stream(self.seed, "organisation", factor.name, organisation).standard_normal(self.count)
            part = np.exp(spread * deviate - spread**2 / 2)
            product = part if product is None else product * part
        return product

    def ranks(self) -> Floats:
        """Return the deviate of how people place themselves: 0 the middle of their ranges, -1.28 the low end, 1.28 the high end."""
        names = [factor.name for factor in self.acting("opening ranks")] or [RANKS]
        return np.asarray(sum(self.shared[name] for name in names) / np.sqrt(len(names)), dtype=np.float64)


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the random numbers that belong to a seed and some names, whatever else is drawn."""
    digest = hashlib.sha256("\x1f".join(names).encode()).digest()
    words = [int.from_bytes(digest[at : at + 4], "little") for at in range(0, 16, 4)]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))
