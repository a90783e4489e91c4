"""Files as people have them, wrong files and hostile ones; and wrong rows that go out and come back."""

import datetime as dt
import io
import sys
import tracemalloc
import zipfile

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import guard
from skills_model.errors import DataError, Fault
from skills_model.sources import reading, sheets


def cells(content, name="staff.csv"):
    return reading.read(content.encode() if isinstance(content, str) else content, name).frame


def refused(content, name="staff.csv"):
    with pytest.raises(DataError) as error:
        cells(content, name)
    return error.value.faults


def workbook(fill, title="Sheet"):
    book = openpyxl.Workbook()
    book.active.title = title
    fill(book)
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def packed(parts):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return memory.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_encoding_and_delimiter_reads_the_same(encoding, delimiter):
    """Letters, the pound sign and accents come out as they went in."""
    rows = [["No", "Naïve title", "Pay"], ["1", "Café, team; lead" if delimiter not in ",;" else "Café lead", "£5"], ["2", "Señor", "£6"]]
    frame = cells("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    assert [list(frame.columns), *frame.to_numpy().tolist()] == rows


def test_windows_characters_that_latin_1_does_not_have_are_read():
    assert cells("a,b\n“x”,€–5\n".encode("cp1252")).iloc[0].tolist() == ["“x”", "€–5"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_break_or_separator_inside_a_cell_breaks_no_row(end):
    """Text of frameworks holds line breaks, U+2028 and U+0085; the row is still one row."""
    frame = cells(f'a,b{end}"x{end}y","p\u2028q\x85r"{end}3,4{end}')
    assert frame.index.tolist() == [2, 3]
    assert frame.loc[2, "b"] == "p\u2028q\x85r"


def test_rows_are_counted_as_a_spreadsheet_counts():
    frame = cells("\nStaff list of March\n\nNumber,Band,Team\n1,6,a\n\n,,\n2,7,b\n")
    assert frame.index.tolist() == [5, 8]
    assert list(frame.columns) == ["Number", "Band", "Team"]


def test_titles_above_the_headings_are_passed_over_but_no_headings_ever_are():
    assert list(cells("Report:,Staff,,\nRun on,31/03/2026,,\nNo,Band,Team,FTE\n1,6,a,1\n2,6,a,1\n").columns) == [
        "No",
        "Band",
        "Team",
        "FTE",
    ]
    assert list(cells("Skill\nx\ny\n").columns) == ["Skill"]
    assert list(cells("No,Band\n1,\n2,\n").columns) == ["No", "Band"]
    assert list(cells("No,Band\n1,6,x,\n2,7,,\n3,7,,\n4,7\n5,7\n".replace(",x,", ",,")).columns) == ["No", "Band"]


def test_commas_of_decimals_and_texts_do_not_hide_the_delimiter():
    rows = [f"{number};{number},5;Analyst, senior" for number in range(300)]
    assert list(cells("\n".join(["No;FTE;Title", *rows])).columns) == ["No", "FTE", "Title"]
    rows = [f"{number}\tHead of data; digital, and technology" for number in range(300)]
    assert list(cells("\n".join(["No\tTitle", *rows])).columns) == ["No", "Title"]


def test_a_line_that_names_the_delimiter_is_followed_and_not_counted():
    frame = cells('sep=;\r\nNo;Title\r\n1;"a,b"\r\n')
    assert frame.index.tolist() == [2]
    assert frame.loc[2, "Title"] == "a,b"


def test_cells_have_no_blanks_around_them_and_blank_ones_are_missing():
    frame = cells("a , b\u00a0,c\n x\u00a0,\u200by\ufeff,   \n1,2,3\n")
    assert list(frame.columns) == ["a", "b", "c"]
    assert frame.loc[2, ["a", "b"]].tolist() == ["x", "y"]
    assert pd.isna(frame.loc[2, "c"])


def test_words_for_nothing_are_kept_as_words():
    assert cells("a,b\nNA,None\nnull,NaN\n").to_numpy().tolist() == [["NA", "None"], ["null", "NaN"]]


def test_numbers_keep_their_zeros():
    assert cells("Staff number,b\n00012345,1.0\n").iloc[0].tolist() == ["00012345", "1.0"]


def test_a_heading_given_twice_is_a_fault_with_its_name():
    (fault,) = refused("Skill,Rank,Skill\na,1,b\n")
    assert (fault.problem, fault.row, fault.column) == ("Heading given twice", 1, "Skill")


def test_every_row_with_more_cells_than_headings_is_told():
    found = refused("a,b\n1,2\n3,4,5\n6,7\n8,9,,10\n1,2\n1,2\n1,2\n")
    assert [(fault.row, fault.found) for fault in found] == [(3, "3 cells"), (5, "4 cells")]


def test_a_long_row_far_down_is_told_too():
    """The delimiter and width are learnt from the first rows; the rest of the file is held to them."""
    lines = ["a,b", *["1,2"] * 5_000, "1,2,3"]
    (fault,) = refused("\n".join(lines))
    assert fault.row == 5_002


def test_headings_longer_than_the_first_look_lose_no_column():
    long = "x" * 300_000
    assert list(cells(f"{long},b,c\n1,2,3\n").columns) == [long, "b", "c"]


def test_blank_cells_after_the_last_heading_are_no_fault():
    lines = ["a,b", *["1,2"] * 300, "1,2,,,"]
    assert list(cells("\n".join(lines)).columns) == ["a", "b"]


def test_a_column_without_a_heading_is_called_by_its_letter():
    assert list(cells(",a,b\n0,x,2\n1,y,2\n").columns) == ["column A", "a", "b"]


def test_a_quotation_mark_that_is_not_closed_is_found():
    (fault,) = refused('a,b\n1,2\n3,"4\n5,6\n')
    assert (fault.problem, fault.row) == ("Quotation mark not closed", 3)


@pytest.mark.parametrize("content", [b"", b"\xfe\xff", b"  \n\n", b"a,b\n", b"\n\n,,\n", workbook(lambda _: None)])
def test_a_file_without_rows_is_refused(content):
    assert refused(content)[0].problem == "Empty file"


@pytest.mark.parametrize(
    "content, word",
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000, ".xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        (b'{"rows": []}', "JSON"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "not text"),
        (b"\x1f\x8b\x08\0", "packed"),
        (b"a,b\n" * 100_000 + b"\0,1\n", "not text"),
        (packed({"xl/workbook.xml": "<x/>", "xl/vbaProject.bin": "macro"}), "macros"),
        (packed({"xl/workbook.bin": "x"}), ".xlsb"),
        (packed({"content.xml": "<x/>"}), "OpenDocument"),
        (packed({"staff.csv": "a,b"}), "archive"),
    ],
)
def test_another_kind_of_file_is_refused_with_what_to_do(content, word):
    (fault,) = refused(content, "extract.xls")
    assert fault.problem == "Not a kind of file that can be read"
    assert word in fault.found
    assert fault.action


@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(
            st.sampled_from([b"a", b",", b";", b'"', b"\n", b"\r", b"\t", b" ", b"1", b"\xa3", b"\xff", b"'", b"=", b"\xef\xbb\xbf"]),
            max_size=60,
        ).map(b"".join),
        st.text(max_size=100).map(lambda text: text.encode("utf-16", "replace")),
    )
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_bytes_are_a_table_or_are_refused_in_words(content):
    """No file, however broken, ends in anything but rows of text or a fault that can be told."""
    try:
        frame = cells(content)
    except DataError as error:
        assert error.faults
        return
    assert len(frame)
    assert frame.index.is_unique
    assert frame.columns.is_unique
    assert not frame.isna().all(axis="columns").any()
    assert all(isinstance(cell, str) and cell for cell in frame.to_numpy().ravel() if not pd.isna(cell))


def test_only_the_name_of_the_file_is_told_and_not_its_folder():
    assert refused(b"", r"C:\Users\somebody\staff.csv")[0].table == "staff.csv"


def test_headings_may_be_given_for_a_file_without_any():
    content = reading.read(b"R1A,Ash\nR1B,Birch\n", "etr.csv", headings=["code", "name"])
    assert content.frame.index.tolist() == [1, 2]
    assert content.frame["name"].tolist() == ["Ash", "Birch"]


# Workbooks


def test_a_workbook_reads_as_a_person_would_type_it():
    def fill(book):
        book.active.append(["Staff list"])
        book.active.append([])
        book.active.append(["No", "Start", "FTE", "Share", "Old", "Seen"])
        book.active.append([12.0, dt.date(2026, 3, 31), 0.1 + 0.2, 0.25, True, dt.datetime(2026, 3, 31, 9, 5)])  # noqa: DTZ001 - workbooks know no time zones
        book.active.append([None, None, None, None, None, None])
        book.active.append(["0012", "31/03/2026", 1, None, False, "x\r\ny"])

    content = reading.read(workbook(fill, "Staff"), "staff.xlsx")
    assert content.sheet == "Staff"
    assert content.frame.index.tolist() == [4, 6]
    assert content.frame.loc[4].tolist() == ["12", "2026-03-31", "0.3", "0.25", "TRUE", "2026-03-31 09:05:00"]
    assert content.frame.loc[6, ["No", "Start", "FTE", "Old", "Seen"]].tolist() == ["0012", "31/03/2026", "1", "FALSE", "x\ny"]


def test_the_sheet_with_the_data_is_chosen():
    """Instructions, hidden lists and our own sheet of explanations hold no data."""

    def fill(book):
        for line in range(30):
            book.active.append([f"How to use this, line {line}"])
        lists = book.create_sheet("Lists")
        for line in range(400):
            lists.append([line] * 9)
        lists.sheet_state = "hidden"
        how_to = book.create_sheet(sheets.HOW_TO)
        for line in range(60):
            how_to.append(["word"] * 8 + [line])
        data = book.create_sheet("Responses")
        data.append(["No", "Skill", "Rank"])
        for line in range(5):
            data.append([line, "sql", 2])

    assert reading.read(workbook(fill), "survey.xlsx").sheet == "Responses"


def test_a_cell_formatted_far_down_does_not_make_a_sheet_too_long():
    def fill(book):
        book.active.append(["a", "b"])
        book.active.append([1, 2])
        book.active.cell(1_048_576, 1).number_format = "0.00"
        book.active.cell(1_000_000, 2).value = "9"

    frame = reading.read(workbook(fill), "long.xlsx").frame
    assert frame.index.tolist() == [2, 1_000_000]


def test_a_formula_is_read_as_its_value_and_never_run():
    def fill(book):
        book.active.append(["a", "b"])
        book.active.append(["x", '=cmd|"/c calc"!A1'])

    frame = cells(workbook(fill), "formula.xlsx")  # the file holds no value of it: nobody has opened it yet
    assert frame.loc[2, "a"] == "x"
    assert pd.isna(frame.loc[2, "b"])


def test_a_bomb_is_refused_before_it_unpacks():
    content = packed({"xl/workbook.xml": "<x/>", "xl/worksheets/sheet1.xml": b" " * (100 * 2**20)})
    assert len(content) < 2**20
    tracemalloc.start()
    (fault,) = refused(content, "bomb.xlsx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert fault.problem == "Workbook unpacks to too much"
    assert peak < 10 * 2**20


def test_a_workbook_of_very_many_parts_is_refused():
    content = packed({f"xl/part{number}.xml": "x" for number in range(1_001)} | {"xl/workbook.xml": "<x/>"})
    assert refused(content, "parts.xlsx")[0].problem == "Workbook unpacks to too much"


def test_a_workbook_larger_than_the_limit_is_refused_unopened():
    assert refused(b"PK\x03\x04" + b"\0" * sheets.LARGEST, "large.xlsx")[0].problem == "Workbook too large"


def test_damaged_workbooks_are_refused():
    whole = workbook(lambda book: book.active.append(["a"]))
    assert refused(whole[: len(whole) // 2], "half.xlsx")[0].problem == "Damaged workbook"
    broken = packed({"xl/workbook.xml": "<not closed", "[Content_Types].xml": "<x/>"})
    assert refused(broken, "broken.xlsx")[0].problem == "Damaged workbook"


def test_ten_thousand_columns_are_refused():
    wide = [f"c{number}" for number in range(10_000)]
    assert refused(",".join(wide) + "\n" + ",".join("1" * 10_000))[0].problem == "Too many columns"
    assert refused(workbook(lambda book: book.active.append(wide)), "wide.xlsx")[0].problem == "Too many columns"


@pytest.mark.slow
def test_a_workbook_of_too_many_rows_is_refused_and_says_csv():
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(sheets.ROWS + 500):
            sheet.write_number(row, 0, row)
            sheet.write_number(row, 1, row)
    (fault,) = refused(memory.getvalue(), "long.xlsx")
    assert fault.problem == "Too many rows for a workbook"
    assert "CSV" in fault.action


def test_one_long_text_meant_by_a_million_cells_is_refused(monkeypatch):
    """Shared texts are stored once: a small file may stand for gigabytes."""
    cell = '<c t="s"><v>0</v></c>'
    rows = "".join(f'<row r="{row}">{cell * 40}</row>' for row in range(1, 150))
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory) as book:
        book.add_worksheet().write_string(0, 0, "x")
    with zipfile.ZipFile(memory) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    schema = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{schema}"><si><t>{"ab" * 30_000}</t></si></sst>'.encode()
    parts["xl/worksheets/sheet1.xml"] = f'<worksheet xmlns="{schema}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    monkeypatch.setattr(sheets, "RATIO", 1_000)
    assert refused(packed(parts), "shared.xlsx")[0].problem == "Too much text in the workbook"


def test_a_workbook_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(sheets, "PATIENCE", 0.01)
    assert refused(workbook(lambda book: book.active.append(["a"])), "slow.xlsx")[0].problem == "Workbook takes too long to open"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux holds a process to a limit of memory")
def test_a_workbook_that_needs_too_much_memory_ends_its_reader_alone(monkeypatch):
    """Many short texts pass the guard of size and ratio; the child that reads them stops at its limit."""
    schema = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory) as book:
        book.add_worksheet().write_string(0, 0, "x")
    with zipfile.ZipFile(memory) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    texts = "".join(f"<si><t>{number:x}</t></si>" for number in range(400_000))
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{schema}">{texts}</sst>'.encode()
    assert not cells(packed(parts | {"xl/worksheets/sheet1.xml": _two_cells(schema)}), "texts.xlsx").empty
    monkeypatch.setattr(sheets, "MEMORY", 60 * 2**20)
    (fault,) = refused(packed(parts | {"xl/worksheets/sheet1.xml": _two_cells(schema)}), "texts.xlsx")
    assert "too much memory" in fault.found


def _two_cells(schema):
    rows = "".join(f'<row r="{row}"><c t="s"><v>{row}</v></c></row>' for row in (1, 2))
    return f'<worksheet xmlns="{schema}"><sheetData>{rows}</sheetData></worksheet>'.encode()


# Rows to mend


ROWS = "Staff number,Skill,Rank\n0001,sql,two\n0002,riks,3\n0003,sql,1\n0004,data,9\n"


@pytest.fixture
def content():
    return reading.read(ROWS.encode(), "survey.csv")


@pytest.fixture
def faults():
    return [
        Fault("Not a whole number", "survey.csv", 2, "Rank", "'two'", "1 to 4", "Correct the value."),
        Fault("Unknown skill", "survey.csv", 3, "Skill", "'riks'", "ids of skills (nearest: 'risk')", "Correct the value."),
        Fault("Value not allowed", "survey.csv", 5, "Rank", "'9'", "1 to 4", "Correct the value."),
        Fault("Unknown skill", "survey.csv", 5, "Skill", "'data'", "ids of skills", "Correct the value."),
        Fault("Missing column", "survey.csv", None, "Date"),
    ]


def test_rows_to_mend_are_the_files_own_with_the_faults_beside_them(content, faults):
    told = reading.to_mend(content, faults)
    assert list(told.columns) == [*reading.TO_MEND, "Staff number", "Skill", "Rank"]
    assert told["row"].tolist() == ["", "2", "3", "5"]
    last = told.iloc[-1]
    assert (last["problem"], last["column"]) == ("Value not allowed; Unknown skill", "Rank; Skill")
    assert last[["Staff number", "Skill", "Rank"]].tolist() == ["0004", "data", "9"]


def test_mended_rows_take_the_place_of_the_wrong_ones(content, faults):
    told = reading.to_mend(content, faults)
    told.loc[told["row"] == "2", "Rank"] = "2"
    told.loc[told["row"] == "3", "Skill"] = "risk"
    told.loc[told["row"] == "5", ["Staff number", "Skill", "Rank"]] = ""
    mended = reading.mend(content, guard.csv_bytes(told, demonstration=False))
    assert mended.frame.index.tolist() == [2, 3, 4]
    assert mended.frame.to_numpy().tolist() == [["0001", "sql", "2"], ["0002", "risk", "3"], ["0003", "sql", "1"]]
    assert mended.digest == content.digest


def test_a_second_round_of_mending_keeps_the_first(content, faults):
    """Each file of mended rows is complete, so that the newest one is all that has to be sent."""
    first = reading.to_mend(content, faults)
    first.loc[first["row"] == "2", "Rank"] = "2"
    first.loc[first["row"] == "5", ["Staff number", "Skill", "Rank"]] = ""
    once = reading.mend(content, guard.csv_bytes(first, demonstration=False))
    second = reading.to_mend(once, [faults[1]])
    assert second["row"].tolist() == ["3", "2", "5"]
    second.loc[second["row"] == "3", "Skill"] = "risk"
    twice = reading.mend(content, guard.csv_bytes(second, demonstration=False))
    assert twice.frame.index.tolist() == [2, 3, 4]
    assert twice.frame.loc[[2, 3], "Rank"].tolist() == ["2", "3"]


def test_a_spreadsheet_on_the_way_spoils_no_staff_number():
    """A spreadsheet takes 00012345 for 12345 and shows long numbers as 1.23457E+14: that is no mending."""
    content = reading.read(b"Staff number,Long,Rank\n00012345,123456789012345,x\n", "a.csv")
    told = reading.to_mend(content, [Fault("Not a number", "a.csv", 2, "Rank")])
    told.loc[0, ["Staff number", "Long", "Rank"]] = ["12345", "1.23457E+14", "3"]
    assert reading.mend(content, guard.csv_bytes(told, demonstration=False)).frame.iloc[0].tolist() == ["00012345", "123456789012345", "3"]
    told.loc[0, "Staff number"] = "12346"
    assert reading.mend(content, guard.csv_bytes(told, demonstration=False)).frame.loc[2, "Staff number"] == "12346"


def test_mended_rows_may_come_back_as_a_workbook(content, faults):
    told = reading.to_mend(content, faults)
    told.loc[told["row"] == "2", "Rank"] = "2"

    def fill(book):
        for row in [list(told.columns), *told.to_numpy().tolist()]:
            book.active.append(row)

    assert reading.mend(content, workbook(fill)).frame.loc[2, "Rank"] == "2"


@pytest.mark.parametrize("sign", guard.FORMULA)
def test_the_guard_of_our_exports_is_taken_off_on_the_way_back(sign):
    """What a spreadsheet would run goes out with an apostrophe and comes back without one."""
    content = reading.read(f'a,"{sign}b"\n"x{sign}1","y"\n'.encode(), "a.csv")
    told = reading.to_mend(content, [Fault("Wrong", "a.csv", 2, "a")])
    told.iloc[0, told.columns.get_loc("a")] = f"{sign}1+1"
    mended = reading.mend(content, guard.csv_bytes(told, demonstration=False))
    assert mended.frame.iloc[0, 0] == f"{sign}1+1".strip()


def test_a_file_that_has_our_columns_itself_can_be_mended():
    content = reading.read(b"row,problem,rank\n7,none,x\n", "a.csv")
    told = reading.to_mend(content, [Fault("Not a number", "a.csv", 2, "rank")])
    told.iloc[0, -1] = "3"
    assert reading.mend(content, guard.csv_bytes(told, demonstration=False)).frame.iloc[0].tolist() == ["7", "none", "3"]


def test_mended_rows_of_another_file_are_refused(content):
    with pytest.raises(DataError, match="Not a file of mended rows"):
        reading.mend(content, ROWS.encode())
    with pytest.raises(DataError) as error:
        reading.mend(content, b"row,problem,column,found,allowed,action,Staff number,Level\n2,,,,,,1,2\n2,,,,,,1,2\n99,,,,,,1,2\n")
    assert {(fault.problem, fault.row) for fault in error.value.faults} == {
        ("Row given twice", 3),
        ("No such row", 4),
        ("Unknown column", 1),
    }
