"""A package of CASE as rows of a framework file, and every fault of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from skills_model.errors import DataError, Fault
from skills_model.sources.case.terms import BAND, BORROWED, FAMILY, LEVEL, NOT_TAKEN, ROLE, SKILL, SKILL_LEVEL, SUBJECTS, TYPES, Json
from skills_model.sources.kinds import Content
from skills_model.sources.names import plain, slug

MOST_BYTES = 20 * 2**20
LONGEST_LABEL = 120
LONGEST_ID = 60

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NOTE = re.compile(r"^(framework|series|measured on|source): (.+)$", re.MULTILINE)

type Row = dict[str, object]
type Link = tuple[str, str, str, int | None]  # type, origin, destination, sequence number


def parse(content: bytes, name: str) -> Content:
    """Read a package as rows of a framework file.

    Raises DataError with every fault: no package, fields that CASE needs and that are missing, items or associations that lead nowhere,
    a hierarchy that runs in a circle.
    """
    reader = _Reader(_package(content, name), name)
    rows = reader.rows()
    if reader.faults:
        raise DataError(reader.faults)
    frame = pd.DataFrame(rows, dtype="str").dropna(axis="columns", how="all")
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return Content(name, hashlib.sha256(content).hexdigest(), frame)


def _package(content: bytes, name: str) -> Json:
    if len(content) > MOST_BYTES:
        raise _no_package(name, f"{len(content) / 2**20:,.0f} MB", f"at most {MOST_BYTES // 2**20} MB", "Split it.")
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        found = "an order too deep to read" if isinstance(error, RecursionError) else str(error)
        raise _no_package(name, found, "JSON", "Ask for the file as CASE JSON.") from error
    value = value.get("CFPackage", value) if isinstance(value, dict) else value
    if not isinstance(value, dict) or not isinstance(value.get("CFDocument"), dict):
        raise _no_package(
            name, "JSON without a CFDocument", "a CFPackage of CASE 1.0", "Ask for the package of the framework, not for one item."
        )
    return value


def _no_package(name: str, found: str, allowed: str, action: str) -> DataError:
    return DataError([Fault("Not a package of CASE", name, found=found, allowed=allowed, action=action)])


@dataclass(frozen=True)
class _Item:
    """An item of a package as read."""

    place: int
    key: str
    label: str
    code: str
    kind: str
    text: str
    band: str | None


@dataclass
class _Reader:
    """One package being read; faults are gathered on the way."""

    package: Json
    name: str
    faults: list[Fault] = field(default_factory=list)

    def rows(self) -> list[Row]:
        """Return the rows of a framework file."""
        about = self._about()
        items = self._items()
        links = list(self._links(items))
        ranks = self._ranks()
        taken = {item.kind for item in items.values()}
        if not items:
            self.say("No items", "CFItems", "none", "at least one item", "Ask for the whole package.")
        if self.faults:
            return []
        ours = LEVEL in taken
        body = list(_Ours(self, about, items, links).rows() if ours else _Anybodys(self, about, items, links).rows())
        about["ranks"] = max(1, len(ranks))
        named = [
            {"part": "rank", "framework": about["framework"], "rank": rank, "rank_label": label} for rank, label in ranks.items() if label
        ]
        if not ranks:
            named = [{"part": "rank", "framework": about["framework"], "rank": 1, "rank_label": "Held"}]
        return [about, *named, *body, *self._unused(links, ours=ours)]

    def _about(self) -> Row:
        document = self.package["CFDocument"]
        for column in ("identifier", "title", "creator"):
            self._need(document, column, "CFDocument")
        told = dict(_NOTE.findall(_text(document, "notes")))
        title = _text(document, "title")
        series = told.get("series") or _short(slug(title)) or "framework"
        version = _text(document, "version") or _text(document, "lastChangeDateTime")[:10] or "1"
        return {
            "part": "framework",
            "framework": told.get("framework") or f"{series}-{slug(version)}",
            "series": series,
            "label": title,
            "version": version,
            "publisher": _text(document, "publisher") or _text(document, "creator"),
            "licence": self._licence(document),
            "source": told.get("source") or _text(document, "officialSourceURL") or _text(document, "uri") or self.name,
            "measured_on": told.get("measured on") or "roles",
        }

    def _licence(self, document: Json) -> str:
        link = document.get("licenseURI")
        return (_text(link, "title") if isinstance(link, dict) else "") or "as its publisher says"

    def _items(self) -> dict[str, _Item]:
        items: dict[str, _Item] = {}
        for place, value in enumerate(self._list("CFItems")):
            where = f"CFItems[{place}]"
            key, statement = self._need(value, "identifier", where), self._need(value, "fullStatement", where)
            if key in items:
                self.say("Identifier given twice", f"{where}.identifier", f"'{key}'", "each once", "Remove one of the items.")
            if key and statement:
                items[key] = _item(place, key, statement, value)
        return items

    def _links(self, items: Mapping[str, _Item]) -> Iterator[Link]:
        document = _text(self.package["CFDocument"], "identifier")
        for place, value in enumerate(self._list("CFAssociations")):
            where = f"CFAssociations[{place}]"
            kind = self._need(value, "associationType", where)
            ends = [self._end(value, name, where) for name in ("originNodeURI", "destinationNodeURI")]
            if kind == "isChildOf" and all(ends):
                for end, name, known in ((ends[0], "originNodeURI", items), (ends[1], "destinationNodeURI", {*items, document})):
                    if end not in known:
                        allowed = "an item of the package" + ("" if name == "originNodeURI" else ", or its document")
                        self.say("Unknown item", f"{where}.{name}", f"'{end}'", allowed, "Ask for the whole package.")
            number = value.get("sequenceNumber") if isinstance(value, dict) else None
            yield kind, ends[0], ends[1], number if isinstance(number, int) else None

    def _end(self, value: object, name: str, where: str) -> str:
        node = value.get(name) if isinstance(value, dict) else None
        return self._need(node if isinstance(node, dict) else {}, "identifier", f"{where}.{name}")

    def _ranks(self) -> dict[int, str]:
        """Return the ranks of the first rubric that has levels, from the lowest."""
        for rubric in self._list("CFRubrics"):
            for criterion in rubric.get("CFRubricCriteria", []) if isinstance(rubric, dict) else []:
                levels = [level for level in criterion.get("CFRubricCriterionLevels", []) if isinstance(level, dict)]
                levels.sort(key=lambda level: level.get("position") or level.get("score") or 0)
                if levels:
                    return {rank: _text(level, "quality") for rank, level in enumerate(levels, start=1)}
        return {}

    def _unused(self, links: Sequence[Link], *, ours: bool) -> Iterator[Row]:
        used = {"isChildOf", "hasSkillLevel", "exactMatchOf"} if ours else {"isChildOf"}
        for kind, count in sorted(Counter(kind for kind, *_ in links if kind not in used).items()):
            yield from _not_taken(f"association {kind}", count)

    def _list(self, name: str) -> list[Any]:
        value = self.package.get(name) or []
        if not isinstance(value, list):
            self.say("Not a list", name, type(value).__name__, "a list", "Ask for the file as CASE 1.0.")
            return []
        return value

    def _need(self, value: object, column: str, where: str) -> str:
        found = _text(value, column)
        if not found:
            self.say("Missing field", f"{where}.{column}", "nothing", "text, as CASE 1.0 says", "Ask for the file as CASE 1.0.")
        return found

    def say(self, problem: str, where: str, found: str, allowed: str, action: str) -> None:
        """Keep a fault; `where` is the path of the field in the package."""
        self.faults.append(Fault(problem, self.name, None, where, found, allowed, action))


class _Ours:
    """A package with role levels, as we write it."""

    def __init__(self, reader: _Reader, about: Row, items: Mapping[str, _Item], links: Sequence[Link]) -> None:
        self._reader = reader
        self._framework = about["framework"]
        self._items = items
        self._parents: dict[str, list[tuple[str, int | None]]] = {}
        self._needs = [(origin, destination) for kind, origin, destination, _ in links if kind == "hasSkillLevel"]
        for kind, origin, destination, number in links:
            if kind == "isChildOf":
                self._parents.setdefault(origin, []).append((destination, number))
        self._ids = _ids([item for item in items.values() if item.kind != SKILL_LEVEL], "")

    def rows(self) -> Iterator[Row]:
        """Give the rows of role levels, skills, requirements and what is said of them."""
        for item in self._items.values():
            if item.kind == LEVEL:
                yield from self._role_level(item)
            elif item.kind == SKILL:
                yield self._row("skill", skill=self._ids[item.key], skill_label=item.label)
                for parent, _ in self._parents.get(item.key, []):
                    if self._kind(parent) == SKILL:
                        yield self._row("wider skill", skill=self._ids[item.key], wider_skill=self._ids[parent])
            elif item.kind not in TYPES:
                yield from _not_taken(f"item of the type {item.kind or 'none'}", 1)
        yield from self._requirements()
        yield from self._descriptions()

    def _role_level(self, item: _Item) -> Iterator[Row]:
        role = self._above(item, ROLE)
        family = None if role is None else self._above(role[0], FAMILY)
        if role is None or family is None:
            return
        yield self._row(
            "role level",
            role_family=self._ids[family[0].key],
            role_family_label=family[0].label,
            role=self._ids[role[0].key],
            role_label=role[0].label,
            role_level=self._ids[item.key],
            role_level_label=item.label,
            level_number=role[1],
            suggested_band=item.band,
        )

    def _above(self, item: _Item, kind: str) -> tuple[_Item, int | None] | None:
        found = [(self._items[key], number) for key, number in self._parents.get(item.key, []) if self._kind(key) == kind]
        if len(found) == 1:
            return found[0]
        told = f"{len(found)} of the type {kind}"
        self._reader.say("Not below one parent", f"CFItems[{item.place}]", told, f"one of the type {kind}", "Correct the associations.")
        return None

    def _requirements(self) -> Iterator[Row]:
        for origin, destination in self._needs:
            above = [pair for pair in self._parents.get(destination, []) if self._kind(pair[0]) in {SKILL, BORROWED}]
            if self._kind(origin) != LEVEL or len(above) != 1 or above[0][1] is None:
                found = f"from '{origin}' to '{destination}'"
                allowed = "from a role level to a level of a skill, below that skill with its sequenceNumber"
                self._reader.say("Requirement that leads nowhere", "hasSkillLevel", found, allowed, "Correct the associations.")
                continue
            yield self._row("requirement", role_level=self._ids[origin], skill=self._ids[above[0][0]], required_rank=above[0][1])

    def _descriptions(self) -> Iterator[Row]:
        for item in self._items.values():
            if item.text and item.kind in SUBJECTS:
                yield self._row("description", subject=SUBJECTS[item.kind], id=self._ids[item.key], rank=0, text=item.text)
            elif item.text and item.kind == SKILL_LEVEL:
                for parent, number in self._parents.get(item.key, []):
                    if self._kind(parent) == SKILL:
                        yield self._row("description", subject="skill", id=self._ids[parent], rank=number, text=item.text)

    def _kind(self, key: str) -> str:
        return self._items[key].kind if key in self._items else ""

    def _row(self, part: str, **cells: object) -> Row:
        return {"part": part, "framework": self._framework, **cells}


class _Anybodys:
    """A package of items in an order of their own: all of them are skills, and those above others are wider."""

    def __init__(self, reader: _Reader, about: Row, items: Mapping[str, _Item], links: Sequence[Link]) -> None:
        self._reader = reader
        self._framework = about["framework"]
        self._items = items
        self._above: dict[str, list[str]] = {}
        for kind, origin, destination, _ in links:
            if kind == "isChildOf" and destination in items:
                self._above.setdefault(origin, []).append(destination)
        self._ids = _ids(list(items.values()), f"{about['series']}-")

    def rows(self) -> Iterator[Row]:
        """Give the rows of skills, their order, and the whole statement where it is longer than a name."""
        self._tell_circles()
        for item in self._items.values():
            skill = {"framework": self._framework, "skill": self._ids[item.key]}
            label = item.label if len(item.label) <= LONGEST_LABEL else item.label[: LONGEST_LABEL - 3].rstrip() + "..."
            yield {"part": "skill", **skill, "skill_label": label}
            for above in dict.fromkeys(self._above.get(item.key, [])):
                yield {"part": "wider skill", **skill, "wider_skill": self._ids[above]}
            text = item.text or (item.label if label != item.label else "")
            if text:
                yield {
                    "part": "description",
                    "framework": self._framework,
                    "subject": "skill",
                    "id": skill["skill"],
                    "rank": 0,
                    "text": text,
                }

    def _tell_circles(self) -> None:
        waiting = {key: set(above) for key, above in self._above.items()}
        free = [key for key in self._items if not waiting.get(key)]
        below: dict[str, list[str]] = {}
        for key, above in waiting.items():
            for other in above:
                below.setdefault(other, []).append(key)
        while free:
            for key in below.get(done := free.pop(), []):
                waiting[key].discard(done)
                free += [] if waiting[key] else [key]
        for key in (key for key, above in waiting.items() if above):
            item = self._items[key]
            self._reader.say(
                "Below itself",
                f"CFItems[{item.place}]",
                f"'{item.label[:LONGEST_LABEL]}'",
                "an order without circles",
                "Correct the associations.",
            )


def _item(place: int, key: str, statement: str, value: Json) -> _Item:
    short = plain(_text(value, "abbreviatedStatement"))
    whole = plain(statement)
    notes = plain(_text(value, "notes"))
    words = value.get("conceptKeywords")
    bands = [str(word).removeprefix(BAND) for word in (words if isinstance(words, list) else []) if str(word).startswith(BAND)]
    text = notes or (whole if short and short != whole else "")
    return _Item(
        place, key, short or whole, _text(value, "humanCodingScheme"), _text(value, "CFItemType"), text, bands[0] if bands else None
    )


def _ids(items: Sequence[_Item], prefix: str) -> dict[str, str]:
    """Return an id for each item: its code, else its name; a second of the same type gets a number."""
    found: dict[str, str] = {}
    given: Counter[tuple[str, str]] = Counter()
    for item in items:
        own = item.code if _SLUG.fullmatch(item.code) and not prefix else _short(prefix + slug(item.code or item.label)) or "item"
        given[item.kind if not prefix else "", own] += 1
        count = given[item.kind if not prefix else "", own]
        found[item.key] = own if count == 1 else f"{own}-{count}"
    return found


def _short(words: str) -> str:
    return words if len(words) <= LONGEST_ID else words[:LONGEST_ID].rsplit("-", 1)[0]


def _text(value: object, column: str) -> str:
    found = value.get(column) if isinstance(value, dict) else None
    return found.strip() if isinstance(found, str) else ""


def _not_taken(reason: str, count: int) -> Iterator[Row]:
    for _ in range(count):
        yield {"part": NOT_TAKEN, "framework": "none", "text": reason}
