"""Tables in text: rows are counted to the end as csv would read them, columns by a sample."""

import csv
import gzip
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.core.budget import Budget, Limits
from backstamp.core.reading import Status
from backstamp.core.supply import Stated
from backstamp.formats import jsonrows
from backstamp.formats.delimited import delimited_of
from backstamp.formats.splitnames import split_of
from kit.stock import said, stock

D = "dataset:"


def _traits(data: bytes | str, name: str, *traits: str) -> list[tuple[str, object]]:
    raw = data.encode() if isinstance(data, str) else data
    return [(n, v) for _, t, n, v in said(raw, name) if t in traits]


def test_a_csv_says_its_rows_columns_split_and_format():
    data = 'id,text,score,when\n1,"a, b\nc",0.5,2024-01-02\n2,"say ""hi""",1,2024-01-03\n'
    assert said(data.encode(), "data/test.csv") == [
        (D, "format", "", "csv"),
        (D, "size", "", len(data)),
        (D, "rows", "", 2),
        (D, "split", "test", 2),
        (D, "column", "id", "integer"),
        (D, "column", "text", "string"),
        (D, "column", "score", "number"),
        (D, "column", "when", "date"),
        (D, "content", "", "text"),
    ]


@pytest.mark.parametrize("delimiter", [";", "|", "\t", ","])
def test_the_delimiter_is_found(delimiter: str):
    data = "\n".join(delimiter.join(row) for row in (["a", "b c"], ["1,5", "x"], ["2,5", "y"])) + "\n"
    if delimiter == ",":
        data = data.replace("1,5", "1").replace("2,5", "2")
    assert [n for n, _ in _traits(data, "x.csv", "column")] == ["a", "b c"]


@pytest.mark.parametrize(
    "data", ["1,2\n3,4\n", "0.1,cat\n0.2,dog\n", "cat,1\ndog,2\ncat,3\n", "2024-01-01,3\n2024-01-02,4\n"]
)
def test_a_table_without_header_has_numbered_columns_and_all_its_rows(data: str):
    assert [n for n, _ in _traits(data, "x.csv", "column")] == ["0", "1"]
    assert _traits(data, "x.csv", "rows") == [("", data.count("\n"))]


@pytest.mark.parametrize(
    "data", ["a,a,b,,\n1,2,3,,\n4,5,6,,\n", "name city\n1 2\n3 4\n5 6\n", "# made by hand\nx,y\n1,2\n3,4\n"]
)
def test_words_above_numbers_are_a_header(data: str):
    rows = len([line for line in data.split("\n") if line[:1].isdigit()])
    assert _traits(data, "x.csv", "rows") == [("", rows)]
    assert "0" not in [name for name, _ in _traits(data, "x.csv", "column")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_do_not_change_what_is_counted(encoding: str):
    data = ("name;größe\n" + "ä;1\n" * 30).encode(encoding)
    assert _traits(data, "x.csv", "rows") == [("", 30)]
    assert [v for _, v in _traits(data, "x.csv", "column")] == ["string", "integer"]


def test_blank_lines_and_line_ends_of_any_system_are_no_rows():
    for end in ("\n", "\r\n", "\r"):
        data = end.join(["a,b", "1,2", "", "3,4", "", ""])
        assert _traits(data, "x.csv", "rows") == [("", 2)]


def test_a_quote_that_is_never_closed_leaves_lines_and_less_trust():
    data = 'a,b\n1,"open\n' + "2,x\n" * 50
    found = stock(data.encode(), "x.csv")
    assert _traits(data, "x.csv", "rows") == [("", 51)]
    assert [(c.status, c.reason) for c in found.coverage] == [
        (Status.PARTIAL, "a quote in this table is never closed: its lines were counted")
    ]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.text('ab",\n\r ;', max_size=6), min_size=2, max_size=2), min_size=1, max_size=8))
def test_rows_are_counted_as_csv_writes_and_reads_them(rows: list[list[str]]):
    rows = [["head", "tail"], *([f"x{a}", f"y{b}"] for a, b in rows)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    table = delimited_of(memoryview(out.getvalue().encode()), "x.csv", Budget())
    assert table is not None
    assert table.rows + table.has_header == len(rows)


def test_json_lines_say_their_keys_and_what_they_are_for():
    row = {"messages": [{"role": "user", "content": "hi"}], "id": 1}
    data = "".join(json.dumps(row) + "\n" for _ in range(3))
    assert said(data.encode(), "train.jsonl") == [
        (D, "format", "", "jsonl"),
        (D, "size", "", len(data)),
        (D, "rows", "", 3),
        (D, "split", "train", 3),
        (D, "column", "messages", "list<object>"),
        (D, "column", "id", "integer"),
        (D, "content", "", "conversations"),
    ]


@pytest.mark.parametrize(
    ("keys", "content"),
    [
        ("instruction input output", "instructions"),
        ("prompt chosen rejected", "preferences"),
        ("question answer", "questions and answers"),
        ("text", "text"),
        ("anchor positive negative", "text pairs"),
    ],
)
def test_the_formats_of_training_data_are_told_by_their_keys(keys: str, content: str):
    data = json.dumps(dict.fromkeys(keys.split(), "x")) + "\n"
    assert _traits(data, "a.jsonl", "content") == [("", content)]


def test_a_last_line_that_was_cut_is_no_row_and_is_reported():
    data = b'{"a": 1}\n{"a": 2}\n{"a"'
    assert _traits(data, "x.jsonl", "rows") == [("", 2)]
    assert [c.reason for c in stock(data, "x.jsonl").coverage] == ["the last line is cut short"]


def test_lines_that_are_no_json_are_reported_and_nothing_is_stated():
    assert said(b"hello\nworld\n", "x.jsonl") == []
    assert [c.status for c in stock(b"hello\nworld\n", "x.jsonl").coverage] == [Status.PARTIAL]


def test_an_array_of_many_alike_objects_is_data_whatever_braces_its_texts_hold():
    rows = [{"text": 'a {"[\\" ' * 3, "label": n} for n in range(25)]
    assert _traits(json.dumps(rows, indent=1), "data/all.json", "rows") == [("", 25)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("few.json", [{"a": 1}] * 5),
        ("numbers.json", list(range(100))),
        ("modules.json", [{"idx": n, "name": str(n)} for n in range(30)]),
        ("unalike.json", [{f"k{n}": n} for n in range(30)]),
        ("node_modules/x/data.json", [{"a": 1}] * 30),
        ("log_history_1.json", [{"step": n, "loss": 0.5} for n in range(30)]),
        ("vocab.json", {str(n): n for n in range(50)}),
    ],
)
def test_files_of_programs_are_no_data(name: str, value: object):
    assert said(json.dumps(value).encode(), name) == []


def test_an_array_is_counted_across_the_pieces_that_it_is_read_in(monkeypatch):
    rows = [{"text": 'a {"[\\" ' * 9, "label": n} for n in range(40)]
    for piece in (64, 151, 1000):
        monkeypatch.setattr(jsonrows, "_PIECE", piece)
        assert _traits(json.dumps(rows), "data/all.json", "rows") == [("", 40)]


def test_annotations_of_pictures_are_counted():
    data = {
        "info": {"images": [{}]},
        "images": [{"id": n, "file_name": f"{n}[.jpg"} for n in range(3)],
        "annotations": [{"id": n, "bbox": [1, 2, {"a": []}]} for n in range(5)],
        "categories": [{"id": 1, "name": "cat"}],
    }
    assert said(json.dumps(data).encode(), "instances_val.json") == [
        (D, "format", "", "coco"),
        (D, "size", "", len(json.dumps(data))),
        (D, "rows", "", 3),
        (D, "split", "validation", 3),
        (D, "column", "image", "image"),
        (D, "content", "", "images"),
        (D, "annotation", "", "5 annotations of 1 categories"),
    ]


def test_lines_of_objects_under_the_name_of_json_are_data_if_they_are_many():
    line = '{"text": "x", "label": 1}\n'
    assert _traits(line * 30, "train.json", "rows", "format") == [("", "jsonl"), ("", 30)]
    assert said((line * 3).encode(), "train.json") == []


def test_a_table_that_is_too_large_to_count_keeps_its_columns():
    data = b"a,b\n" + b"1,2\n" * 2000
    found = stock(data, "x.csv", Limits(operations=60))
    facts = [(f.trait.value, f.name) for f in found.facts if isinstance(f, Stated)]
    assert facts == [("format", ""), ("size", ""), ("column", "a"), ("column", "b")]
    assert [(c.status, c.reason) for c in found.coverage] == [
        (Status.PARTIAL, "this table is too large for its rows to be counted")
    ]


def test_a_compressed_table_is_counted_and_its_folder_names_the_split():
    data = gzip.compress(b"a,b\n1,2\n3,4\n")
    assert _traits(data, "train.csv.gz", "rows", "split") == [("", 2), ("train", 2)]


@pytest.mark.parametrize(
    "name", ["meta/episodes.jsonl", "emissions.csv", "results.csv", "x/metrics.csv", "site-packages/a/b.csv"]
)
def test_records_of_tools_are_no_data(name: str):
    assert said(b"epoch,loss\n1,2\n", name) == []


def test_a_column_of_addresses_is_personal_and_its_values_are_never_stated():
    data = "contact,email,name,address\n" + "x@example.org,y@example.org,Jo,Street 1\n" * 5
    assert _traits(data, "people.csv", "sensitivity") == [
        ("", "e-mail addresses (column contact)"),
        ("", "e-mail addresses (column email)"),
        ("", "addresses (column address)"),
        ("", "names of persons (column name)"),
    ]
    assert "example.org" not in str(said(data.encode(), "people.csv"))


def test_a_name_alone_is_anything():
    assert _traits("name,price\nchair,3\ntable,4\n", "goods.csv", "sensitivity") == []


@pytest.mark.parametrize(
    ("path", "split"),
    [
        ("data/train-00000-of-00005.parquet", "train"),
        ("validation-00000-of-00001-0123456789abcdef.parquet", "validation"),
        ("en/dev.tsv", "validation"),
        ("test/part-1.csv", "test"),
        ("my_train_data.csv", "train"),
        ("data-00000-of-00001.arrow", ""),
        ("train/data-00000-of-00001.arrow", "train"),
        ("squad-train.arrow", "train"),
        ("latest.csv", ""),
        ("training.csv", "train"),
        ("package/test/data/words.tsv", ""),
        ("org-train_sft-00000-of-00001.parquet", "train_sft"),
    ],
)
def test_splits_are_named_by_files_and_folders(path: str, split: str):
    assert split_of(path) == split
