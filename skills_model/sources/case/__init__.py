"""Frameworks as 1EdTech CASE 1.0 JSON: ours written so that anybody can read them, and anybody's read.

A package is a CFDocument, its CFItems, the CFAssociations between them, CFDefinitions and CFRubrics. Of ours, role families, roles, role
levels, skills and the levels of a skill are items; `isChildOf` is their order, `hasSkillLevel` a requirement, the rubric names the ranks,
ids are in `humanCodingScheme`. Identifiers follow from ids, so that a framework has the same ones wherever it is written. A package
without role levels is read as skills, and its hierarchy as which of them are wider.

Fields and which of them are needed: CASE Service 1.0, information model and JSON schema of CFPackage, 1EdTech 2017.

terms.py      the words that both directions share
writing.py    a framework as a package
reading.py    a package as rows of a framework file
"""

from skills_model.sources.case.reading import parse
from skills_model.sources.case.terms import NOT_TAKEN
from skills_model.sources.case.writing import write

__all__ = ["NOT_TAKEN", "parse", "write"]
