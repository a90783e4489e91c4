"""The contract is read as written: every table and column, overrides and blanks; and every fault is named at once."""

from __future__ import annotations

import math
import pickle
from datetime import date

import numpy as np
import pandas as pd
import pytest

from optimiser.arrays import arrays_of
from optimiser.contract import TABLES
from optimiser.errors import TablesError
from optimiser.tables import PlanningTables, Problem

SOUND = {
    "stocks": "stock,opening,unit_cost,kind | staff,10,2,people | money,0,,",
    "stock_periods": "stock,period,unit_cost | staff,2,3",
    "transitions": "from_stock,to_stock,rate,period | staff,staff,0.9, | staff,money,-5, | money,money,1,2",
    "inflows": "stock,period,amount | money,,100 | money,3,0.1",
    "requirements": "stock,period,required,shortfall_weight,surplus_cost,hard,surplus_cap | staff,,12,,,, | staff,3,,2,1,TRUE,inf",
    "levers": "lever,unit_cost,minimum,maximum,whole,move_weight,kind | hire,7,,5,true,,recruit | agency,1,,inf,,0,",
    "lever_periods": "lever,period,unit_cost,minimum,maximum,whole | hire,2,8,,,false",
    "effects": "lever,stock,lag,amount,period | hire,staff,1,1, | hire,money,0,-7, | hire,staff,1,0.5,2",
    "cover": "lever,stock,amount,period | agency,staff,1,",
    "limits": "limit,period,amount,sense,kind | seats,,4,,room | seats,3,inf,,",
    "uses": "limit,kind,item,amount,lag,period | seats,lever,hire,1,, | seats,stock,staff,-0.1,1,",
    "history": "lever,period,amount | hire,0,2 | hire,-1,1",
    "goals": "goal,kind,item,period,amount | calm,lever,hire,,1",
}
SETTINGS = {"attributes": ("kind",), "stages": ("shortfall", "goal:calm")}


@pytest.fixture
def sound(planning):
    return planning(3, **SOUND, **SETTINGS)


def faults_of(planning, **changes):
    """Make the sound tables with some of them changed, and return the faults."""
    with pytest.raises(TablesError) as caught:
        planning(3, **SOUND | SETTINGS | changes)
    return caught.value.faults


@pytest.mark.parametrize("fmt", ["csv", "parquet"])
def test_what_is_written_is_read_back_to_the_last_digit(planning, tmp_path, fmt):
    awkward = SOUND | {"stocks": "stock,opening | staff,0.1 | money,1e-17 | third,123456789.123456789"}
    tables = planning(
        3, **awkward, attributes=("kind", "maße"), start=date(2026, 4, 1), discount=1e-3, period_label='a "q" é\\', stages=("cost",)
    )
    tables.write(tmp_path / "deep" / "folder", fmt)
    again = PlanningTables.read(tmp_path / "deep" / "folder")
    assert again.problem == tables.problem
    for name, frame in tables.frames().items():
        pd.testing.assert_frame_equal(again.frames()[name], frame, check_exact=True)
    assert again.digest() == tables.digest()


def test_ids_may_hold_anything(tmp_path):
    names = ["a,b", 'q"q', " blank ", "line\nfeed", "return\rhere", "NA", "007", "null", "ü", "=1+1", "true"]
    tables = PlanningTables.from_frames(Problem(1), {"stocks": pd.DataFrame({"stock": names})})
    tables.write(tmp_path / "t")
    assert PlanningTables.read(tmp_path / "t").stocks["stock"].tolist() == names


def test_writing_in_the_other_format_leaves_one_file_a_table(sound, tmp_path):
    sound.write(tmp_path, "parquet")
    sound.write(tmp_path, "csv")
    assert not list(tmp_path.glob("*.parquet"))
    assert PlanningTables.read(tmp_path).digest() == sound.digest()


def test_the_digest_knows_rows_but_not_their_order(planning):
    turned = {name: "|".join([text.split("|")[0], *reversed(text.split("|")[1:])]) for name, text in SOUND.items()}
    assert planning(3, **turned, **SETTINGS).digest() == planning(3, **SOUND, **SETTINGS).digest()
    assert planning(3, **SOUND | {"inflows": "stock,amount|money,99"}, **SETTINGS).digest() != planning(3, **SOUND, **SETTINGS).digest()


def test_missing_tables_and_columns_are_blank_and_other_files_ignored(tmp_path):
    (tmp_path / "problem.toml").write_text("periods = 2")
    (tmp_path / "stocks.csv").write_text("stock\r\na\r\n\r\nb\r\n", encoding="utf-8-sig")
    (tmp_path / "levers.csv").write_text("lever,unit_cost,,\nl,3,,\n")
    (tmp_path / "effects.csv").write_text("lever,stock,amount\n")
    (tmp_path / "uses.csv").write_text("")
    (tmp_path / "notes.csv").write_text("what,ever\n1,2\n")
    tables = PlanningTables.read(tmp_path)
    assert tables.problem == Problem(2)
    assert tables.problem.stages == ("shortfall", "cost", "moves")
    assert tables.stocks["stock"].tolist() == ["a", "b"]
    assert [len(tables.frames()[name]) for name in TABLES] == [2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    arrays = arrays_of(tables)
    assert arrays.opening.tolist() == [0, 0]
    assert arrays.terms.unit_cost.tolist() == [[3, 3]]
    assert arrays.terms.maximum.tolist() == [[math.inf, math.inf]]


def test_a_row_that_names_a_period_overrides_cell_by_cell(sound):
    """The override's cell, else the every-period row's, else the base table's, else the default."""
    arrays = arrays_of(sound)
    hire, staff = arrays.levers.tolist().index("hire"), arrays.stocks.tolist().index("staff")
    assert arrays.terms.unit_cost[hire].tolist() == [7, 8, 7]
    assert arrays.terms.maximum[hire].tolist() == [5, 5, 5]
    assert arrays.terms.whole[hire].tolist() == [True, False, True]
    assert arrays.holding_cost[staff].tolist() == [2, 3, 2]
    needs = arrays.needs
    assert needs.required.tolist() == [12, 12, 12]
    assert needs.shortfall_weight.tolist() == [1, 1, 2]
    assert needs.surplus_cost.tolist() == [0, 0, 1]
    assert needs.hard.tolist() == [False, False, True]
    assert needs.surplus_cap.tolist() == [math.inf] * 3
    assert arrays.inflow[arrays.stocks.tolist().index("money")].tolist() == [100, 100, 0.1]
    assert arrays.move_weight.tolist() == [0, 1]
    assert arrays.limits.period.tolist() == [0, 1], "a limit of inf is no limit"


def test_effects_beyond_the_last_period_are_dropped_and_history_has_its_own(planning):
    """An effect that names a period of the history overrides the every-period effect for that use only."""
    tables = planning(
        2,
        stocks="stock|a",
        levers="lever|l",
        effects="lever,stock,lag,amount,period|l,a,1,10,|l,a,1,7,0|l,a,1,99,5|l,a,2,0.5,",
        history="lever,period,amount|l,0,1|l,-1,2",
    )
    arrays = arrays_of(tables)
    assert arrays.arriving.tolist() == [[7 * 1 + 0.5 * 2, 0.5 * 1]]
    effects = arrays.effects
    assert list(zip(effects.used.tolist(), effects.arrives.tolist(), effects.amount.tolist(), strict=True)) == [(0, 1, 10)]


def test_what_a_limit_uses_before_period_1_is_known(planning):
    tables = planning(
        2,
        stocks="stock,opening|a,8",
        levers="lever|l",
        requirements="stock,required|a,1",
        limits="limit,amount|c,100",
        uses="limit,kind,item,amount,lag|c,lever,l,1,0|c,lever,l,2,1|c,lever,l,3,2|c,stock,a,0.5,2|c,surplus,a,1,1",
        history="lever,period,amount|l,-1,5|l,0,7",
    )
    limits = arrays_of(tables).limits
    assert limits.constant.tolist() == [2 * 7 + 3 * 5 + 0.5 * 8, 3 * 7 + 0.5 * 8]


FAULTS = {
    "a stock twice": ({"stocks": SOUND["stocks"] + "|staff,1,,"}, "Duplicate row", "stocks", 4, "'staff'"),
    "a key twice, blank lag being 0": (
        {"effects": SOUND["effects"] + "|hire,money,,-7,"},
        "Duplicate row",
        "effects",
        5,
        "'hire', 'money', 0, a blank",
    ),
    "an unknown stock": ({"inflows": "stock,amount|mony,1"}, "Unknown stock", "inflows", 2, "'mony'"),
    "an unknown lever": ({"cover": "lever,stock,amount|hired,staff,1"}, "Unknown lever", "cover", 2, "'hired'"),
    "an unknown limit": ({"uses": SOUND["uses"] + "|seat,lever,hire,1,,"}, "Unknown limit", "uses", 4, "'seat'"),
    "a stock where a lever is meant": ({"uses": "limit,kind,item,amount|seats,lever,staff,1"}, "Unknown lever", "uses", 2, "'staff'"),
    "a lever where a stock is meant": ({"goals": "goal,kind,item,amount|calm,shortfall,hire,1"}, "Unknown stock", "goals", 2, "'hire'"),
    "a negative lag": ({"effects": "lever,stock,lag,amount|hire,staff,-1,1"}, "Number too low", "effects", 2, "-1"),
    "half a period": ({"inflows": "stock,period,amount|money,1.5,1"}, "Not a whole number", "inflows", 2, "'1.5'"),
    "period 0": ({"requirements": "stock,period,required|staff,0,1"}, "Period out of range", "requirements", 2, "0"),
    "a period after the last": ({"lever_periods": "lever,period,unit_cost|hire,4,1"}, "Period out of range", "lever_periods", 2, "4"),
    "an effect before the plan without history": (
        {"effects": "lever,stock,amount,period|agency,staff,1,0"},
        "Period out of range",
        "effects",
        2,
        "0",
    ),
    "history of the future": ({"history": "lever,period,amount|hire,1,1"}, "Period out of range", "history", 2, "1"),
    "history without a period": ({"history": "lever,period,amount|hire,,1"}, "Missing value", "history", 2, "a blank"),
    "not a number": ({"inflows": "stock,amount|money,much"}, "Not a number", "inflows", 2, "'much'"),
    "a thousands separator": ({"inflows": "stock,amount|money,1 000"}, "Not a number", "inflows", 2, "'1 000'"),
    "nan": ({"inflows": "stock,amount|money,nan"}, "Not a number", "inflows", 2, "'nan'"),
    "endless money": ({"inflows": "stock,amount|money,inf"}, "Endless number", "inflows", 2, "inf"),
    "an impossible endless limit": (
        {"limits": "limit,amount,sense|seats,inf,>="},
        "Endless number",
        "limits",
        2,
        "inf",
    ),
    "a limit that its every-period row makes impossible": (
        {"limits": "limit,period,amount,sense|seats,,4,>=|seats,2,inf,"},
        "Endless number",
        "limits",
        3,
        "inf",
    ),
    "people below zero": ({"stocks": "stock,opening|staff,-1|money,0"}, "Number too low", "stocks", 2, "-1.0"),
    "more leave than are there": (
        {"transitions": "from_stock,to_stock,rate|staff,staff,-0.1"},
        "Leaving rate above 1",
        "transitions",
        2,
        "-0.1",
    ),
    "a missing amount": ({"inflows": "stock,period,amount|money,,|money,2,3"}, "Missing value", "inflows", 2, "a blank"),
    "a missing id": ({"levers": SOUND["levers"] + "|,1,,,,,"}, "Not an id", "levers", 4, "a blank"),
    "an unknown kind": ({"uses": "limit,kind,item,amount|seats,levers,hire,1"}, "Not one of the choices", "uses", 2, "'levers'"),
    "an unknown sense": ({"limits": "limit,amount,sense|seats,4,<"}, "Not one of the choices", "limits", 2, "'<'"),
    "an unknown flag": ({"levers": "lever,whole|hire,1|agency,"}, "Not true or false", "levers", 2, "'1'"),
    "a minimum above the maximum": (
        {"lever_periods": "lever,period,minimum|hire,2,6"},
        "Minimum above maximum",
        "lever_periods",
        2,
        "minimum 6, maximum 5 for 'hire' in period 2",
    ),
    "a limit without uses": ({"limits": SOUND["limits"] + "|spare,,1,,"}, "Limit without uses", "limits", 4, "'spare'"),
    "an unknown column": ({"inflows": "stock,amount,colour|money,1,red"}, "Unknown column", "inflows", 1, "'colour'"),
    "an attribute where none are carried": ({"inflows": "stock,amount,kind|money,1,red"}, "Unknown column", "inflows", 1, "'kind'"),
    "a missing column": ({"effects": "lever,stock|hire,staff"}, "Missing column", "effects", None, ""),
    "an unknown goal": ({"stages": ("goal:clam",)}, "Unknown goal", "problem.toml", None, "'clam'"),
    "an unknown stage": ({"stages": ("costs",)}, "Wrong setting", "problem", None, "('costs',)"),
    "an attribute that hides a column": ({"attributes": ("kind", "opening")}, "Wrong setting", "problem", None, "('kind', 'opening')"),
    "a discount that is none": ({"discount": -1}, "Wrong setting", "problem", None, "-1"),
}


@pytest.mark.parametrize("changes, problem, table, row, found", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_table_row_and_what_was_found(planning, changes, problem, table, row, found):
    """One thing is wrong, and exactly one fault says so: a sound cell is never blamed for another."""
    faults = faults_of(planning, **changes)
    assert [(fault.problem, fault.table, fault.row, fault.found) for fault in faults] == [(problem, table, row, found)]


def test_an_unknown_id_comes_with_the_nearest_known_one(planning):
    (fault,) = faults_of(planning, inflows="stock,amount|mony,1")
    assert "nearest: 'money'" in fault.allowed
    assert fault.column == "stock"


def test_all_faults_are_reported_at_once_and_survive_pickling(planning):
    wrong = {
        changed: text for changes, *_ in FAULTS.values() for changed, text in changes.items() if changed in {"stocks", "history", "uses"}
    }
    wrong |= {"inflows": "stock,amount,period|mony,x,9", "stages": ("costs",)}
    with pytest.raises(TablesError) as caught:
        planning(3, **SOUND | SETTINGS | wrong)
    error = pickle.loads(pickle.dumps(caught.value))
    assert {fault.table for fault in error.faults} >= {"problem", "stocks", "history", "uses", "inflows"}
    assert {fault.problem for fault in error.faults if fault.table == "inflows"} == {"Not a number", "Unknown stock", "Period out of range"}
    assert all(str(fault) in str(error) for fault in error.faults)


def test_an_unknown_table_is_a_fault_of_the_caller():
    with pytest.raises(TablesError, match="Unknown table: stok"):
        PlanningTables.from_frames(Problem(1), {"stok": pd.DataFrame()})


def test_every_period_named_needs_no_every_period_value(planning):
    """Williams' needs are written so: `hard` once for every year, the number for each."""
    tables = planning(2, stocks="stock|a", requirements="stock,period,required,hard|a,,,true|a,1,5,|a,2,6,")
    needs = arrays_of(tables).needs
    assert (needs.required.tolist(), needs.hard.tolist()) == ([5, 6], [True, True])


@pytest.mark.parametrize(
    "text, found",
    [
        ("", "periods"),
        ("periods = 0", "0"),
        ("periods = 2.0", "2.0"),
        ("periods = true", "True"),
        ("periods = 2\nstart = '2026-04-01'", "'2026-04-01'"),
        ("periods = 2\nstages = []", "[]"),
        ("periods = 2\nstages = ['cost', 'cost']", "['cost', 'cost']"),
        ("periods = 2\nstages = 'cost'", "'cost'"),
        ("periods = 2\nattributes = ['kind', 3]", "['kind', 3]"),
        ("periods = 2\ndiscount = 'low'", "'low'"),
        ("periods = 2\nperiod_label = ''", "''"),
        ("periods = 2\nperiod = 3", "period"),
        ("periods = ", "Invalid value"),
        ("periods = 2\nstages = ['goal:none']", "'none'"),
    ],
)
def test_problem_toml_is_checked_with_the_tables(tmp_path, text, found):
    """Whatever is wrong with the settings, the tables are read too, and their faults named beside it."""
    (tmp_path / "problem.toml").write_text(text)
    (tmp_path / "inflows.csv").write_text("stock,amount\nnobody,1\n")
    with pytest.raises(TablesError) as caught:
        PlanningTables.read(tmp_path)
    table, settings = sorted(caught.value.faults, key=lambda fault: fault.table)
    assert settings.table == "problem.toml"
    assert found in f"{settings.column} {settings.found}"
    assert (table.problem, table.table, table.row) == ("Unknown stock", "inflows.csv", 2)


@pytest.mark.parametrize("wrong", ["nowhere", "a file", "empty"])
def test_a_wrong_folder_is_one_clear_fault(tmp_path, wrong):
    folder = {"nowhere": tmp_path / "nowhere", "a file": tmp_path / "file", "empty": tmp_path}[wrong]
    (tmp_path / "file").write_text("")
    with pytest.raises(TablesError) as caught:
        PlanningTables.read(folder)
    (fault,) = caught.value.faults
    assert fault.table == str(folder)
    assert "problem.toml" in fault.action


def test_a_file_that_is_not_what_it_says_is_a_fault(sound, tmp_path):
    sound.write(tmp_path)
    (tmp_path / "stocks.csv").write_bytes(b"stock\n\xff\xfe\n")
    (tmp_path / "levers.csv").write_text('lever\n"open\n')
    (tmp_path / "effects.csv").write_text("lever,stock,amount\nhire,staff\nhire,staff,1,2\n")
    (tmp_path / "goals.parquet").write_bytes(b"no parquet")
    (tmp_path / "goals.csv").unlink()
    sound.history.to_parquet(tmp_path / "history.parquet")
    with pytest.raises(TablesError) as caught:
        PlanningTables.read(tmp_path)
    found = [(fault.problem, fault.table, fault.row) for fault in caught.value.faults]
    for expected in (
        ("Not readable as CSV", "stocks.csv", None),
        ("Not readable as CSV", "levers.csv", None),
        ("Wrong number of cells", "effects.csv", 2),
        ("Wrong number of cells", "effects.csv", 3),
        ("Not readable", "goals.parquet", None),
        ("The same table twice", "history.csv and history.parquet", None),
    ):
        assert expected in found
    assert len(found) == 6, "what a broken file would have held is nobody else's fault"


def test_a_column_twice_there_is_a_fault(tmp_path):
    (tmp_path / "problem.toml").write_text("periods = 1")
    (tmp_path / "stocks.csv").write_text("stock,opening,opening\na,1,2\n")
    with pytest.raises(TablesError, match=r"Column twice there: stocks\.csv, column `opening`"):
        PlanningTables.read(tmp_path)


def test_rows_count_as_a_spreadsheet_shows_them(tmp_path):
    (tmp_path / "problem.toml").write_text("periods = 1")
    (tmp_path / "stocks.csv").write_text('stock,opening\n"a\nb",1\n,\nc,x\n')
    with pytest.raises(TablesError) as caught:
        PlanningTables.read(tmp_path)
    assert [fault.row for fault in caught.value.faults] == [4]


def test_frames_of_any_dtype_give_the_same_tables(planning):
    """Numbers, flags and blanks as Python, numpy or Arrow hold them; text columns keep whole numbers whole."""
    plain = planning(
        2,
        stocks="stock,opening,rank|1,1,3|b,2,",
        levers="lever,whole,maximum|l,true,4|m,,",
        inflows="stock,period,amount|b,2,5|1,,6",
        attributes=("rank",),
    )
    frames = {
        "stocks": pd.DataFrame({"stock": [1, "b"], "opening": np.array([1, 2], dtype="int8"), "rank": [3.0, np.nan]}),
        "levers": pd.DataFrame({"lever": pd.Categorical(["l", "m"]), "whole": [True, None], "maximum": pd.array([4, None], dtype="Int64")}),
        "inflows": pd.DataFrame({"stock": ["b", "1"], "period": [2.0, np.nan], "amount": ["5", 6]}, index=[7, 7]),
    }
    other = PlanningTables.from_frames(Problem(2, attributes=("rank",)), frames)
    assert other.digest() == plain.digest()


@pytest.mark.parametrize("number", ["1e15", "-1e20", "1e300"])
def test_numbers_beyond_all_reason_are_faults(planning, number):
    with pytest.raises(TablesError) as refused:
        planning(1, stocks="stock|a", inflows=f"stock,period,amount|a,1,{number}")
    (fault,) = refused.value.faults
    assert (fault.problem, fault.table, fault.column, fault.row) == ("Number too large", "inflows", "amount", 2)
