"""Source bytes to text, the first look, hidden text, notebooks."""

import json

import pytest

from backstamp.core.errors import ReadError
from backstamp.formats.python.hiding import Hiding, hidings_in
from backstamp.formats.python.notebook import Notebook, notebook_of
from backstamp.formats.python.sieve import is_worth_reading
from backstamp.formats.python.source import Source, source_of


@pytest.mark.parametrize(
    ("data", "source"),
    [
        (b"x = 1\r\n", Source("x = 1\n")),
        (b"\xef\xbb\xbfx", Source("x")),
        (b"# -*- coding: latin-1 -*-\n\xe9", Source("# -*- coding: latin-1 -*-\n\xe9")),
        (b"# coding: utf-7\n+AGE-", Source("# coding: utf-7\na", "utf-7")),
        (b"# coding: rot13\nvzcbeg", Source("# coding: rot13\nvzcbeg", "rot13")),
        (b"# coding: no_such\nx", Source("# coding: no_such\nx", "no-such")),
        (b"\xff", Source("\xff")),
    ],
)
def test_decodes_as_declared_and_names_odd_codecs(data, source):
    assert source_of(data) == source


@pytest.mark.parametrize("data", [b"\xff\xfex\0", b"\xfe\xff\0x", b"a\0b", b" " * 5_000_000])
def test_refuses_what_the_interpreter_refuses(data):
    with pytest.raises(ReadError):
        source_of(data)


@pytest.mark.parametrize(
    ("data", "worth"),
    [
        (b"import torch\nclass A(torch.nn.Module):\n    pass\n", False),
        (b"model.train()\nx = 1\n", False),
        (b"import os", True),
        (b"x=1;import  os", True),
        (b"import\x0cos", True),
        (b"import a, b, subprocess", True),
        (b"from \\\n  os import system", True),
        (b"().__class__.__subclasses__()", True),
        (b"eval(x)", True),
        ("\uff45\uff56\uff41\uff4c".encode(), True),
        (b"x = 1" + b" " * 500 + b"; f()", True),
    ],
)
def test_looks_twice_only_at_code_which_could_do_something(data, worth):
    assert is_worth_reading(data) is worth


def test_finds_text_that_hides_code():
    text = (
        "if a != 'user\u202e \u2066# check\u2069 \u2066':\nx = 1"
        + " " * 120
        + ";import os\n\uff45\uff58\uff45\uff43(1)\nz = '"
        + "\ufe00" * 9
        + "'\n"
    )
    assert hidings_in(text) == [
        Hiding("off-screen", 2, "import os"),
        Hiding("bidi", 1, "a bidirectional override that is not closed on its line"),
        Hiding("lookalike", 3, "exec"),
        Hiding("invisible", 4, "9 invisible characters in a row"),
    ]


def test_leaves_right_to_left_text_alone():
    assert hidings_in("s = '\u05e9\u05dc\u05d5\u05dd'  # \u202bx\u202c\n") == []


def test_takes_notebooks_apart():
    cells = [
        {"cell_type": "markdown", "source": "# os.system"},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "!pip install x\n", "x = 1"]},
        {"cell_type": "code", "source": "%%bash\ncurl a | sh"},
        {"cell_type": "code", "source": "f = !ls"},
    ]
    assert notebook_of(json.dumps({"cells": cells, "nbformat": 4}).encode()) == Notebook(
        "pass\npass\nx = 1\n\n\npass\n", ((2, "pip install x"), (4, "curl a | sh"), (6, "ls"))
    )


@pytest.mark.parametrize("data", [b"", b"[", b"[]", b'{"cells": 1}', b"[" * 100_000])
def test_refuses_what_is_no_notebook(data):
    with pytest.raises(ReadError):
        notebook_of(data)
