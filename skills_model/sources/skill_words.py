"""Which skill and which rank the words of a survey mean, in any framework of the store."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from skills_model.sources import likeness, meanings
from skills_model.sources.kinds import Context
from skills_model.sources.names import slug

NOT_ASSESSED = -1
"""What a word means that says nothing of the rank: no row of an assessment."""
_NO_ANSWER = frozenset({
    "not assessed", "na", "n/a", "not applicable", "don't know", "dont know", "unknown", "not sure", "not known", "-", "?", "not answered",
    "no answer", "prefer not to say", "not relevant", "not required", "i don't know", "i do not know", "not in role", "i'm not sure",
    "i am not sure",
})  # fmt: skip
_NO_SKILL = frozenset({"none", "no skill", "no knowledge", "no experience", "no", "nil", "not held"})
_FOUR_RANKS = ("awareness", "working", "practitioner", "expert")  # where a framework of four ranks has no names for them
_NOT_APPLICABLE = re.compile(r"(?:n/?a|not applicable)\b\s*[-–—:;,.(].*")
_NUMBER = re.compile(r"\d+")
_BESIDE_NUMBER = frozenset(" -–—:;=().[],/'")
"""Signs that may stand beside the number of a rank; any other, as in 2+, <2, 3? or 4%, makes another answer of it."""
_NOT_WHOLE = re.compile(r"^-\s*\d|\d[.,]\d")
_WHOLE = re.compile(r"^(\d+)\.0+$")


@dataclass(frozen=True)
class Skills:
    """The skills that words may mean: `ids` by word in lower case; `ranks` and `names` (of ranks, in lower case) by skill id."""

    ids: Mapping[str, str | None]
    labels: Mapping[str, str]
    ranks: Mapping[str, int]
    names: Mapping[str, Mapping[str, int]]
    crosswalk: Mapping[str, tuple[str, float]]

    @classmethod
    def known(cls, context: Context) -> Skills:
        """Read the skills of every framework, those of active frameworks before others, and what users have said that words mean."""
        skills = context.store.query("known_skills", context.scope).sort_values("active", kind="stable")
        ranks = context.store.query("known_ranks", context.scope)
        named = {
            framework: dict(zip(part["rank_label"].map(meanings.plain), part["rank"].astype(int), strict=True))
            for framework, part in ranks.groupby("framework")
        }
        of_skill: dict[str, Mapping[str, int]] = {}
        for framework, skill, most in zip(skills["framework"], skills["skill"], skills["ranks"], strict=True):
            four = {name: rank for rank, name in enumerate(_FOUR_RANKS, start=1)} if most == len(_FOUR_RANKS) else {}
            of_skill[skill] = named.get(framework, four)
        ids: dict[str, str | None] = dict(zip(skills["skill_label"].map(meanings.plain), skills["skill"], strict=True))
        ids |= {skill: skill for skill in skills["skill"]}
        said = meanings.saved(context.store, context.scope, str(context.organisation), meanings.SKILL)
        ids |= {word: skill for word, skill in said.items() if skill is None or skill in of_skill}  # its framework may have gone
        walk = context.store.query("known_crosswalk", context.scope)
        return cls(
            ids,
            dict(zip(skills["skill"], skills["skill_label"], strict=True)),
            dict(zip(skills["skill"], skills["ranks"].astype(int), strict=True)),
            of_skill,
            {found: (skill, sure) for found, skill, sure in reversed(list(walk.itertuples(index=False))) if skill in of_skill},
        )

    def knows(self, words: str) -> bool:
        """Tell whether words name a skill, or something that is left out on purpose."""
        return meanings.plain(words) in self.ids or slug(words) in self.ids

    def of(self, words: str) -> str | None:
        """Return the id of a skill that is known by these words; None where it is left out on purpose, or not known."""
        plain = meanings.plain(words)
        return self.ids[plain] if plain in self.ids else self.ids.get(slug(words))

    def asked(self, heading: str) -> str:
        """Return the name of the one skill that a heading ends with after a question, as in `How well can you do this?.Testing`; else it."""
        plain = meanings.plain(heading).rstrip(" ])?")
        named = [word for word in self.ids if plain.endswith(word) and plain.removesuffix(word).rstrip()[-1:] in {*".:?-–—[(>"}]
        return max(named, key=len) if len({self.ids[word] for word in named}) == 1 else heading

    def rank(self, skill: str, words: str, said: Mapping[str, str | None]) -> int | None:
        """Return the rank of a skill that words mean, NOT_ASSESSED where they say so, None where they mean none.

        Words are a number, a name, or both where they agree: `2`, `2.0`, `Working`, `2 - Working`, `Level 2`.
        """
        plain = meanings.plain(words)
        if plain in said:
            return NOT_ASSESSED if (meaning := said[plain]) is None else int(meaning)
        plain = _WHOLE.sub(r"\1", plain.replace("\u2019", "'").replace("\u2018", "'"))
        if plain in _NO_ANSWER or _NOT_APPLICABLE.fullmatch(plain):
            return NOT_ASSESSED
        names = {**dict.fromkeys(_NO_SKILL, 0), **self.names[skill]}
        if plain in names:
            return names[plain]
        numbers = {int(number) for number in _NUMBER.findall(plain)}
        signs = {letter for letter in plain if not letter.isalnum()}
        if len(numbers) > 1 or _NOT_WHOLE.search(plain) or not signs <= _BESIDE_NUMBER:
            return None
        name = " ".join(re.findall(r"[a-z']+", _NUMBER.sub(" ", plain))).removeprefix("level").removeprefix("rank").strip()
        named = {names[name]} if name in names else set()
        if not numbers:
            return next(iter(named), None)
        if (name and not named and name not in {"l", "r"}) or (named and named != numbers):
            return None
        return numbers.pop()

    def suggest_skills(self, words: Sequence[str]) -> pd.DataFrame:
        """Suggest a skill for each of the words: the one a crosswalk names, else the one most alike; found, suggestion, confidence."""
        told = {word: self.crosswalk[key] for word in words for key in (word, slug(word)) if key in self.crosswalk}
        walked = pd.DataFrame([(word, *told[word]) for word in told], columns=["found", "suggestion", "confidence"])
        alike = likeness.of_names([word for word in words if word not in told], self.labels)
        return pd.concat([walked, alike]) if told else alike

    def suggest_ranks(self, words: Sequence[str]) -> pd.DataFrame:
        """Suggest a rank for each of the words, by the names of ranks; found, suggestion, confidence."""
        ranks = {name: rank for of_skill in self.names.values() for name, rank in of_skill.items()}
        found = likeness.of_names(words, {name: name for name in ranks})
        numbers = found["found"].map(lambda word: perhaps(word, max(self.ranks.values(), default=0)))
        suggested = found["suggestion"].map(ranks).astype("Int64").astype("str").fillna(numbers.astype("str"))
        return found.assign(suggestion=suggested)


def perhaps(words: str, most: int) -> str | None:
    """Return the rank that was perhaps meant by words with one number in them.

    >>> perhaps("2+", 4), perhaps("25%", 4), perhaps("1-2", 4)
    ('2', None, None)
    """
    numbers = set(_NUMBER.findall(words))
    return number if len(numbers) == 1 and int(number := next(iter(numbers))) <= most and not _NOT_WHOLE.search(words) else None
