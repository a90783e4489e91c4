"""A framework as a package of CASE, byte for byte the same for the same rows."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping

import pandas as pd

from skills_model.sources.case.terms import BAND, BORROWED, FAMILY, LEVEL, RANKS, ROLE, SKILL, SKILL_LEVEL, SUBJECTS, TYPES, Json
from skills_model.sources.names import slug

_NAMESPACE = uuid.UUID("8a4b1f5e-52a3-5c0d-9f0e-6d1c7b2a9e34")
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


def write(parts: Mapping[str, pd.DataFrame]) -> bytes:
    """Write one framework as a package, byte for byte the same for the same rows."""
    return (json.dumps(_Writer(parts).package(), ensure_ascii=False, indent=1) + "\n").encode()


class _Writer:
    """One package in the making."""

    def __init__(self, parts: Mapping[str, pd.DataFrame]) -> None:
        self._parts = parts
        self._about = parts["framework"].iloc[0]
        self._name = str(self._about["framework"])
        self._changed = _changed(str(self._about["version"]))
        self._labels = {int(rank): str(label) for rank, label in zip(parts["rank"]["rank"], parts["rank"]["rank_label"], strict=True)}
        texts = parts["description"]
        self._texts = dict(zip(zip(texts["subject"], texts["id"], texts["rank"], strict=True), texts["text"], strict=True))
        self._items: list[Json] = []
        self._links: list[Json] = []

    def package(self) -> Json:
        """Return the package as JSON values."""
        self._role_levels()
        self._skills()
        self._requirements()
        return {
            "CFDocument": self._document(),
            "CFItems": self._items,
            "CFAssociations": self._links,
            "CFDefinitions": {"CFItemTypes": [self._type(name) for name in TYPES], "CFLicenses": [self._licence()]},
            "CFRubrics": [self._rubric()],
        }

    def _document(self) -> Json:
        about = self._about
        notes = {"framework": self._name, "series": about["series"], "measured on": about["measured_on"], "source": about["source"]}
        return {
            **self._made("document"),
            "creator": about["publisher"],
            "title": about["label"],
            "publisher": about["publisher"],
            "language": "en",
            "version": about["version"],
            "licenseURI": self._link("licence", about["licence"]),
            "notes": "\n".join(f"{name}: {value}" for name, value in notes.items()),
        }

    def _licence(self) -> Json:
        return {**self._made("licence"), "title": self._about["licence"], "licenseText": self._about["licence"]}

    def _type(self, name: str) -> Json:
        return {**self._made("item type", slug(name)), "title": name, "description": name, "hierarchyCode": TYPES[name]}

    def _rubric(self) -> Json:
        criterion = self._made("criterion")
        levels = [
            {
                **self._made("rank", str(rank)),
                **({"quality": self._labels[rank]} if rank in self._labels else {}),
                "score": rank,
                "position": rank,
                "rubricCriterionId": criterion["identifier"],
            }
            for rank in range(1, int(self._about["ranks"]) + 1)
        ]
        whole = self._made("rubric")
        return {
            **whole,
            "title": RANKS,
            "CFRubricCriteria": [
                {**criterion, "category": RANKS, "position": 1, "rubricId": whole["identifier"], "CFRubricCriterionLevels": levels}
            ],
        }

    def _role_levels(self) -> None:
        done = set()
        for row in self._parts["role level"].to_dict("records"):
            family, role, level = (str(row[name]) for name in ("role_family", "role", "role_level"))
            if ("family", family) not in done:
                self._child(self._item(FAMILY, family, row["role_family_label"]), None)
            if ("role", role, family) not in done:
                self._child(self._item(ROLE, role, row["role_label"]), (FAMILY, family, row["role_family_label"]))
            done |= {("family", family), ("role", role, family)}
            band = None if pd.isna(row["suggested_band"]) else [f"{BAND}{row['suggested_band']}"]
            item = self._item(LEVEL, level, row["role_level_label"], conceptKeywords=band)
            self._child(item, (ROLE, role, row["role_label"]), int(row["level_number"]))

    def _skills(self) -> None:
        labels = dict(zip(self._parts["skill"]["skill"], self._parts["skill"]["skill_label"], strict=True))
        wider = self._parts["wider skill"].groupby("skill")["wider_skill"].apply(list).to_dict()
        for skill, label in labels.items():
            item = self._item(SKILL, skill, label)
            for other in wider.get(skill, [None]):
                self._child(item, None if other is None else (SKILL, other, labels[other]))
            self._levels_of(SKILL, skill, label)

    def _requirements(self) -> None:
        rows = self._parts["requirement"]
        levels = dict(zip(self._parts["role level"]["role_level"], self._parts["role level"]["role_level_label"], strict=True))
        borrowed = rows[rows["skill_framework"] != self._name].drop_duplicates("skill")
        for skill, label, owner in zip(borrowed["skill"], borrowed["skill_label"], borrowed["skill_framework"], strict=True):
            item = self._item(BORROWED, skill, label)
            self._child(item, None)
            self._relate(item, "exactMatchOf", _link(_id(owner, SKILL, skill), label))
            self._levels_of(BORROWED, skill, label)
        own = set(self._parts["skill"]["skill"])
        for row in rows.to_dict("records"):
            origin = _link(self._key(LEVEL, row["role_level"]), levels[row["role_level"]])
            kind = SKILL if row["skill"] in own else BORROWED
            rank = int(row["required_rank"])
            self._relate(origin, "hasSkillLevel", _link(self._key(kind, row["skill"], str(rank)), self._rank_of(row["skill_label"], rank)))

    def _levels_of(self, kind: str, skill: str, label: str) -> None:
        for rank in range(1, int(self._about["ranks"]) + 1):
            text = self._texts.get(("skill", skill, rank))
            made = self._made(kind, skill, str(rank)) | {"fullStatement": self._rank_of(label, rank), **self._typed(SKILL_LEVEL)}
            self._items.append(made | ({} if text is None else {"notes": text}))
            self._child(made, (kind, skill, label), rank)

    def _rank_of(self, label: str, rank: int) -> str:
        return f"{label}: {self._labels.get(rank, f'rank {rank}')}"

    def _item(self, kind: str, name: str, label: str, **more: object) -> Json:
        text = self._texts.get((SUBJECTS.get(kind, ""), name, 0))
        item = self._made(kind, name) | {"fullStatement": label, "humanCodingScheme": name, **self._typed(kind)}
        item |= {key: value for key, value in more.items() if value is not None} | ({} if text is None else {"notes": text})
        self._items.append(item)
        return item

    def _typed(self, kind: str) -> Json:
        return {"CFItemType": kind, "CFItemTypeURI": self._link("item type", kind, slug(kind))}

    def _child(self, item: Json, parent: tuple[str, str, str] | None, place: int | None = None) -> None:
        """Hang an item below another, or below the document."""
        above = self._link("document", self._about["label"]) if parent is None else self._link(parent[0], parent[2], parent[1])
        self._relate(_link(item["identifier"], item["fullStatement"]), "isChildOf", above, place)

    def _relate(self, origin: Json, kind: str, destination: Json, place: int | None = None) -> None:
        start = _link(origin["identifier"], origin.get("title") or origin["fullStatement"])
        self._links.append(
            {
                **self._made(kind, start["identifier"], destination["identifier"]),
                "associationType": kind,
                **({} if place is None else {"sequenceNumber": place}),
                "originNodeURI": start,
                "destinationNodeURI": destination,
            }
        )

    def _key(self, *words: str) -> str:
        return _id(self._name, *words)

    def _link(self, kind: str, title: str, *words: str) -> Json:
        return _link(self._key(kind, *words), title)

    def _made(self, *words: str) -> Json:
        """Return what every part of a package has."""
        key = self._key(*words)
        return {"identifier": key, "uri": f"urn:uuid:{key}", "lastChangeDateTime": self._changed}


def _id(*words: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "/".join(words)))


def _link(key: str, title: str) -> Json:
    return {"title": title, "identifier": key, "uri": f"urn:uuid:{key}"}


def _changed(version: str) -> str:
    """Return the date in the name of a version; where there is none, the first day there is.

    >>> _changed("1 (2026-11)"), _changed("second")
    ('2026-11-01T00:00:00+00:00', '1970-01-01T00:00:00+00:00')
    """
    found = _DATE.search(version)
    year, month, day = (found[1], found[2] or "01", found[3] or "01") if found else ("1970", "01", "01")
    return f"{year}-{month}-{day}T00:00:00+00:00"
