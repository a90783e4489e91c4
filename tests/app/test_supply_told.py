"""What a forecast tells beside its figures: whom it is of, what is missing, how wrong such forecasts have been, and what was changed."""

import datetime as dt

import pandas as pd
import pytest

from app import cli, pipeline
from app.pipeline import compare, demand
from app.pipeline import supply as use
from app.pipeline.backtest import rates
from app.pipeline.supply import SupplyRequest
from skills_model.errors import DataError
from skills_model.privacy import Scope
from skills_model.sources import importing
from skills_model.store import Store

LOCAL = Scope.local()
TRUST = "organisation:DEMO198"
ORGANISATION = ("organisation", "name", "organisation_type", "region_code", "region_name", "icb_code", "icb_name", "demonstration")
POSTS = "Role level,Band,Budgeted WTE,WTE contracted\nData analyst,Band 6,10,8.5\nClinical coder,Band 4,8,8\n"


@pytest.fixture(scope="module")
def store(one_trust):
    with Store.open(one_trust) as opened:
        yield opened


@pytest.fixture(scope="module")
def posts_alone(tmp_path_factory):
    """Return the path of a store that has the posts of a trust and none of its staff."""
    path = tmp_path_factory.mktemp("posts") / "own.duckdb"
    pipeline.new_store(path)
    trust = pd.DataFrame([("HEATH", "Heather Moor", "Acute", "Y63", "North", "QWO", "West", False)], columns=list(ORGANISATION))
    with Store.open(path) as opened:
        opened.write("tests", "0" * 64, "trust", {"organisation": trust})
        taken = importing.take_in(
            opened, LOCAL, "establishment", POSTS.encode(), "posts.csv", organisation="HEATH", as_at=dt.date(2026, 9, 30)
        )
        assert taken.faults == ()
    return path


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as leaving:
        cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return leaving.value.code, out, err


@pytest.mark.parametrize(
    "ask",
    [
        lambda opened: use.forecast(opened, LOCAL, SupplyRequest(area="organisation:HEATH", draws=100)),
        lambda opened: demand.needed(opened, LOCAL, demand.DemandRequest(area="organisation:HEATH")),
        lambda opened: rates(opened, LOCAL, "organisation:HEATH"),
        lambda opened: compare.compare(opened, LOCAL, "HEATH"),
    ],
    ids=["supply", "demand", "rates", "peers"],
)
def test_posts_without_staff_are_refused_with_what_to_do(posts_alone, ask):
    with Store.open(posts_alone) as opened, pytest.raises(DataError, match="import staff FILE --organisation HEATH"):
        ask(opened)


def test_the_command_says_that_staff_are_missing(posts_alone, capsys):
    code, _, err = run(capsys, "supply", "--store", posts_alone)
    assert code == 2
    assert "No staff" in err
