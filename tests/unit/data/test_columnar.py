"""Parquet and Arrow files say rows and columns without their data being read."""

from backstamp.core.reading import Status
from kit.stock import said, stock
from kit.tables import LABEL, STRING, arrow_stream, element, features, list_of, parquet, struct_of, zigzag

PARQUET = parquet(STRING, LABEL, rows=1234)
D = "dataset:"


def _coverage(data: bytes, name: str) -> list[tuple[Status, str]]:
    return [(c.status, c.reason) for c in stock(data, name).coverage]


def test_the_footer_says_rows_columns_and_the_writer():
    assert said(PARQUET, "data/train-00000-of-00002.parquet") == [
        (D, "format", "", "parquet"),
        (D, "size", "", len(PARQUET)),
        (D, "rows", "", 1234),
        (D, "split", "train", 1234),
        (D, "column", "text", "string"),
        (D, "column", "label", "int64"),
        (D, "content", "", "text"),
        (D, "content", "", "labels"),
        (D, "framework", "parquet-cpp-arrow", "14.0.2"),
    ]


def test_types_are_worded_through_lists_and_structs():
    columns = [
        element("tags", children=1, logical=3), element("list", children=1, repetition=2),
        element("element", 6, logical=1),
        element("meta", children=2), element("a", 1), element("when", 2, logical=8),
    ]  # fmt: skip
    data = parquet(*columns)
    # Two columns at the top: the writer counts children of the root only.
    data = data.replace(element("schema", children=6), element("schema", children=2), 1)
    assert [s for s in said(data, "x.parquet") if s[1] == "column"] == [
        (D, "column", "tags", "list<string>"),
        (D, "column", "meta", "struct<a: int32, when: timestamp>"),
    ]


def test_what_datasets_noted_is_better_than_the_physical_type():
    data = parquet(STRING, notes={"huggingface": features(text="large_string")})
    assert (D, "column", "text", "large_string") in said(data, "x.parquet")
    assert (D, "identifier", "fingerprint", "0123456789abcdef") in said(data, "x.parquet")


def test_a_file_that_was_cut_says_so_and_states_nothing():
    assert said(PARQUET[:-3], "x.parquet") == []
    assert _coverage(PARQUET[:-3], "x.parquet") == [
        (Status.PARTIAL, "columnar: the footer of this Parquet file is missing: it was cut short")
    ]


def test_a_footer_that_lies_about_its_length_is_refused():
    data = PARQUET[:-8] + (1 << 30).to_bytes(4, "little") + b"PAR1"
    assert _coverage(data, "x.parquet") == [
        (Status.PARTIAL, f"columnar: a Parquet footer of {1 << 30:,} bytes does not fit")
    ]


def test_a_list_that_lies_about_its_length_is_refused():
    footer = struct_of((2, 9, b"\xfc\xff\xff\xff\xff\x0f"), (3, 6, zigzag(1)))
    data = b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"
    assert said(data, "x.parquet") == []
    assert list_of(12) == b"\x0c"


def test_rows_and_columns_stay_when_the_rest_of_a_footer_is_broken():
    footer_at = PARQUET.index(b"\x15\x04")
    body = PARQUET[footer_at:-8]
    broken = body[:-60] + b"\xff" * 60
    data = b"PAR1" + broken + len(broken).to_bytes(4, "little") + b"PAR1"
    assert (D, "rows", "", 1234) in said(data, "x.parquet")
    assert [status for status, _ in _coverage(data, "x.parquet")] == [Status.PARTIAL]


def test_a_stream_of_arrow_is_counted_batch_by_batch():
    data = arrow_stream(30, 12)
    assert said(data, "train/data-00000-of-00001.arrow") == [
        (D, "format", "", "arrow"),
        (D, "size", "", len(data)),
        (D, "rows", "", 42),
        (D, "split", "train", 42),
        (D, "column", "text", "string"),
        (D, "column", "score", "double"),
        (D, "column", "count", "int32"),
        (D, "column", "tags", "list<string>"),
        (D, "content", "", "text"),
        (D, "framework", "pandas", "2.2.0"),
    ]


def test_a_stream_that_was_cut_keeps_its_columns_and_has_no_count():
    data = arrow_stream(30, 12)[:-20]
    found = said(data, "x.arrow")
    assert [s for s in found if s[1] == "rows"] == []
    assert (D, "column", "text", "string") in found
    assert _coverage(data, "x.arrow") == [
        (Status.PARTIAL, "arrow: the last batch of this Arrow stream is cut short")
    ]
