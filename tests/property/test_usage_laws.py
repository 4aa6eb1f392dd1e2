"""Any Python-like text: statements or ``ReadError``, on lines that there are, within the budget."""

from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.errors import ReadError
from backstamp.core.supply import Linked
from backstamp.software.readers.usage import READER
from kit.usage_bench import FILES

LINES = sorted({line for source in FILES.values() for line in source.split("\n")})


@st.composite
def shuffled(draw):
    """Lines of the bench in any order, some of them cut."""
    rows = draw(st.lists(st.sampled_from(LINES), max_size=30))
    cut = draw(st.integers(0, 60))
    return "\n".join(["import transformers, openai", *rows])[: -cut or None]


@given(shuffled() | st.text(max_size=200).map("import openai\n".__add__))
@settings(max_examples=100, deadline=None)
def test_any_text_gives_statements_on_its_lines_within_the_budget(text):
    data = text.encode("utf-8", "replace")
    budget = Budget(Limits(operations=5_000_000))
    try:
        found = list(READER.read(Blob(data, path=("a.py",)), budget))
    except ReadError:
        return
    lines = data.count(b"\n") + data.count(b"\r") + 1
    assert all(1 <= f.place.where.line <= lines for f in found if isinstance(f, Linked))
