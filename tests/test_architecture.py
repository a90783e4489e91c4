"""Which part may import which, and what each package gives to others."""

import importlib
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest
from importlinter.application import use_cases
from importlinter.configuration import configure
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGES = ("app", "skills_model", "optimiser")
OPEN_TO_THE_MODEL = {"optimiser", *(f"optimiser.{module}" for module in ("errors", "tables", "projection", "plan", "explain"))}


@pytest.fixture(scope="module")
def imports():
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def test_the_import_contracts_hold(capsys):
    configure()
    kept = use_cases.lint_imports(str(ROOT / "pyproject.toml"), cache_dir=None, no_logo=True)
    assert kept, capsys.readouterr().out


def test_every_contract_of_the_design_is_there():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    forbidden = {module for contract in contracts for module in contract.get("forbidden_modules", ())}
    assert {"streamlit", "altair", "duckdb", "pulp", "highspy", "optimiser.formulation", "optimiser.solver"} <= forbidden
    assert {"layers", "acyclic_siblings"} <= {contract["type"] for contract in contracts}


def test_the_model_reads_only_the_open_part_of_the_optimiser(imports):
    found = {
        imported
        for module in imports.modules
        if module.split(".")[0] == "skills_model"
        for imported in imports.find_modules_directly_imported_by(module)
        if imported.split(".")[0] == "optimiser"
    }
    assert found, "the model writes planning tables, so it imports the optimiser"
    assert found <= OPEN_TO_THE_MODEL


@pytest.mark.parametrize(
    "package, home",
    [("duckdb", {"skills_model.store"}), ("pulp", {"optimiser"}), ("highspy", {"optimiser"}), ("streamlit", {"app"}), ("altair", {"app"})],
)
def test_an_outside_package_has_one_home(imports, package, home):
    importers = imports.find_modules_that_directly_import(package) if package in imports.modules else set()
    assert importers or package == "highspy", f"nobody imports {package}: the contract would hold for the wrong reason"
    strays = {importer for importer in importers if not any(importer == place or importer.startswith(f"{place}.") for place in home)}
    assert not strays


def test_every_outside_package_is_asked_for(imports):
    """A package that happens to come with another one is missing on somebody's machine one day."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {canonicalize_name(Requirement(text).name) for text in project["dependencies"]}
    homes = packages_distributions()
    outside = {module for module in imports.modules if module not in sys.stdlib_module_names and module.split(".")[0] not in PACKAGES}
    unasked = {module for module in outside if module in homes and not {canonicalize_name(home) for home in homes[module]} & asked}
    assert not unasked
    assert outside


def test_what_a_module_exports_exists():
    """A list of exports is a promise: every name is there, once."""
    exporting = 0
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            if "__all__" not in file.read_text("utf-8") or "app_pages" in name:
                continue
            exporting += 1
            module = importlib.import_module(name.removesuffix(".__init__"))
            assert len(module.__all__) == len(set(module.__all__)), name
            assert not [export for export in module.__all__ if not hasattr(module, export)], name
    assert exporting


def test_there_are_no_drawers_for_odds_and_ends():
    tracked = {path.stem for package in PACKAGES for path in (ROOT / package).rglob("*") if "__pycache__" not in path.parts}
    assert not tracked & {"utils", "helpers", "common", "misc", "scripts"}
    assert not (ROOT / "app" / "pages").exists(), "Streamlit would treat a folder of this name as an old-style page list"


def test_every_package_has_a_first_line_that_states_its_duty():
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            assert file.read_text("utf-8").lstrip().startswith('"""'), f"{file.relative_to(ROOT)} says nothing of its duty"
