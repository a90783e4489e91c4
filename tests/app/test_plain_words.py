"""What pages say to people is in their words: no id of an assumption."""

import ast
import re
from pathlib import Path

import pytest

from skills_model.assumptions import Assumptions

PAGES = sorted((Path(__file__).parents[2] / "app" / "app_pages").glob("*.py"))
NAMES = re.compile(r"[a-z]+(?:_[a-z]+)+")


def sentences(page: Path) -> list[str]:
    """Return the texts of a page that are more than a word."""
    tree = ast.parse(page.read_text("utf-8"))
    return [part.value for part in ast.walk(tree) if isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_names_no_assumption_by_its_id(page):
    ids = {item.id for item in Assumptions.load().by_name.values()}
    assert not [said for said in sentences(page) if ids & set(NAMES.findall(said))]
