"""Laws of the readers of weights, templates and repository files: any bytes, within budget."""

import json
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.errors import ReadError
from backstamp.core.location import Bytes
from backstamp.core.reading import Explained
from backstamp.engine.examine import examine
from backstamp.formats.jinja.parser import template_of
from kit.weights import Gguf, model, safetensors

TEMPLATE = (
    "{%- for m in messages if m.content %}{% if 'x' in m['content'][1:] and not loop.last %}"
    "{{ m.a|f(1, b='c') ~ 'd' }}"
    "{% else %}{# c #}{% set ns.a = {'k': [1, 2.5]} %}{% endif %}{% endfor %}"
    "{% macro f(a, b=1) %}{{ a is not none }}{% endmacro %}"
)
CONFIG = {
    "auto_map": {"AutoModel": "a/b--c.D"},
    "weight_map": {"a": "b"},
    "_class_name": ["a", "B"],
    "chat_template": TEMPLATE,
}
SEEDS = {
    "gguf": [model(TEMPLATE), model(version=1), model(order=">"), Gguf().tensor("a", [2**40]).build()],
    "jinja": [TEMPLATE.encode()],
    "lfs": [b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 12\n"],
    "repository_json": [json.dumps(CONFIG).encode()],
    "safetensors": [safetensors(), safetensors({}), safetensors('{"a":{"dtype":"F32"}}')],
}


@st.composite
def damaged(draw, seeds):
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        data[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=5))
    return bytes(data)


def _check(name, data) -> None:
    reader = import_module(f"backstamp.models.readers.{name}").READER
    budget = Budget(Limits(operations=200_000))
    try:
        for statement in reader.read(Blob(data, path=("config.json",)), budget):
            if isinstance(statement, Explained):
                assert 0 <= statement.start <= statement.end <= len(data)
            elif isinstance(where := getattr(getattr(statement, "place", None), "where", None), Bytes):
                assert 0 <= where.offset <= where.offset + where.length <= len(data)
    except ReadError:
        pass


@pytest.mark.parametrize("name", sorted(SEEDS))
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_bytes_give_statements_or_a_read_error(name, data):
    _check(name, data.draw(st.binary(max_size=300)))
    _check(name, data.draw(damaged(SEEDS[name])))


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_every_cut_gives_statements_or_a_read_error(name):
    for seed in SEEDS[name]:
        for end in range(0, len(seed), max(1, len(seed) // 97)):
            _check(name, seed[:end])


WORDS = st.sampled_from(
    "{% %} {{ }} {# #} if else endif for in endfor set = macro endmacro"
    " ( ) [ ] { } . , : | ~ + - * not and or is x y 'a'"
    " 1 2.5 messages content endset raw endraw call filter \n".split(" ")
)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=60))
def test_any_words_give_a_template_or_a_reason(words):
    template_of(" ".join(words), Budget(Limits(operations=100_000)))
    _check("jinja", " ".join(words).encode())


@pytest.mark.parametrize(
    "piece",
    [
        "{{ a }}",
        "{% if 'x' in messages[0].content %}some words are here{% endif %}",
        "{% set a = a ~ 'x' %}",
        "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(messages[0].content) }}",
        "{% set ns.x = 'x' in messages[0].content %}{% if ns.x %}y{% endif %}",
        "{# c #}text ",
    ],
)
def test_templates_cost_in_proportion_to_their_length(piece):
    costs = []
    for count in (200, 400):
        budget = Budget()
        examine(Blob((piece * count).encode(), path=("a.jinja",)), budget=budget)
        costs.append(budget.operations)
    assert costs[1] < 2.3 * costs[0]


@pytest.mark.parametrize(
    ("before", "piece", "after"),
    [
        ("{{ ", "(", ""),
        ("{{ ", "- ", "1 }}"),
        ("{{ a", ".b", " }}"),
        ("{{ a", " ~ b", " }}"),
        ("{{ a", "|f", " }}"),
        ("", "{% if a %}", ""),
        ("{{ ", "not ", "a }}"),
        ("{{ a", "[b", ""),
        ("{{ a if b", " else a if b", " }}"),
    ],
)
def test_absurd_templates_end_without_a_fault(before, piece, after):
    text = before + piece * 5000 + after
    found = examine(Blob(text.encode(), path=("messages.jinja",)))
    assert "internal" not in found.coverage[0].reason
