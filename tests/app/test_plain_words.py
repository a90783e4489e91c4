"""What pages say to people is in their words: no id of an assumption."""

import ast
import re
from pathlib import Path

import pytest

from app import page_words
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


ROOT = Path(__file__).parents[2]
OF_PLANS = [
    *(ROOT / "skills_model" / "planning").rglob("*.py"),
    *(ROOT / "skills_model" / "places").rglob("*.py"),
    *(ROOT / "optimiser").glob("*.py"),
    *(ROOT / path for path in ("skills_model/milestones.py", "skills_model/delivery.py", "skills_model/scenario.py", "app/money.py")),
    *(ROOT / "app" / "pipeline" / name for name in ("following.py", "places.py", "plans.py", "tradeoffs.py")),
]
COMMANDS = re.compile(r"skillsplan [a-z]+|--[a-z]+|more time")


def written(tree: ast.AST) -> list[str]:
    """Return the texts of a module as they are written, X for what is filled in; no docstrings."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body and isinstance(node.body[0], ast.Expr)
    }
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    texts = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            texts.append("".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs | inside:
            texts.append(node.value)
    return texts


def test_errors_of_plans_name_on_a_page_what_the_page_has():
    """Whatever is said of commands where plans are made, followed and told: none of it is left for a page to say."""
    spoken = [text for file in OF_PLANS for text in written(ast.parse(file.read_text("utf-8"))) if COMMANDS.search(text)]
    assert len(spoken) > 20
    assert [text for text in spoken if COMMANDS.search(page_words.of(text))] == []
