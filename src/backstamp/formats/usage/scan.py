"""Finds what a module uses.

1. Code without any telling word is not parsed.
2. Code that calls a local function of the same name as something of the table uses nothing: names are
   resolved as the interpreter would.
3. A call whose part is not known before run time is a gap, unless the same call is known by another way.
"""

import ast
import re
from functools import cache

from backstamp.core.budget import Budget
from backstamp.core.errors import BudgetExceeded, ReadError
from backstamp.formats.python.machine import watched
from backstamp.formats.python.syntax import tree_of
from backstamp.formats.python.values import Scope
from backstamp.formats.usage.records import Gap, Uses
from backstamp.formats.usage.sharing import shared_in
from backstamp.formats.usage.signatures import roots
from backstamp.formats.usage.watcher import UsageWatcher

_PLAIN_ROOTS = frozenset(
    "torch pickle cPickle joblib sklearn tensorflow tf keras "
    "pandas google azure agents openml dill cloudpickle "
    "onnx safetensors xgboost lightgbm catboost botocore mxnet clip together server mcp requests httpx aiohttp polars gradio".split()
)
# Of these, the package alone says nothing: most code that imports it loads no model.
_WORDS = (
    b"torch.load", b"torch.hub", b"jit.load", b"hub.load", b"joblib.load", b"load_model", b"pickle.load",
    b"dill.load",
    b"load_file", b"safe_open", b"saved_model", b"from_pretrained", b"genai", b"generativeai",
    b"fetch_openml",
    b"fetch_20newsgroups", b"fetch_california", b"fetch_covtype", b"fetch_lfw", b"read_pickle",
    b"onnx.load", b"Booster",
    b"chat.completions", b"messages.create", b"invoke_model", b"converse(", b"converse_stream",
    b"generate_content",
    b"embeddings.create", b"responses.create", b"load_url", b"load_state_dict_from_url", b"invoke_endpoint",
    b"from_hparams", b"import_module", b"__import__", b"tf.lite",
    b".applications", b"torchvision.models", b"torchaudio.pipelines", b"torchvision import models",
    b"import torchvision", b"import torchaudio", b"lite.Interpreter", b"import load", b"gr.load", b"gradio.load", b"Interface.load",
    b"/chat/completions", b"api-inference.huggingface.co", b"router.huggingface.co", b":generateContent",
    b":streamGenerateContent", b"/api/generate", b"/api/chat", b"/v1/embeddings", b"/v1/messages",
    b"hf://", b"/openai/deployments/", b"/v1/responses", b"/api/embed",
)  # fmt: skip
_FAMILIES = ("langchain", "autogen", "haystack", "keras_", "databricks")
_OF_FAMILIES = (
    "google.gen",
    "google.adk",
    "google.cloud.aiplatform",
    "azure.ai",
    "agents",
    "clip",
    "together",
    "mcp",
)


def may_use(data: bytes) -> bool:
    """Say whether source bytes name anything of the table: a package by its import, or a telling word."""
    if any(word in data for word in _WORDS):
        return True
    telling = _telling()
    for match in _imports().finditer(data):
        for name in match[0].replace(b",", b" ").split()[1:]:
            root = name.partition(b".")[0].decode("ascii", "replace")
            if (
                root in telling
                or root.startswith(_FAMILIES)
                or name.decode("ascii", "replace").startswith(_OF_FAMILIES)
            ):
                return True
    return False


@cache
def _imports() -> re.Pattern[bytes]:
    name = rb"[\w.]+(?:[ \t]+as[ \t]+\w+)?"
    return re.compile(rb"\b(?:import|from)[ \t]+" + name + rb"(?:[ \t]*,[ \t]*" + name + rb"){0,40}")


@cache
def _telling() -> frozenset[str]:
    return roots() - _PLAIN_ROOTS


def uses_in(text: str, budget: Budget) -> Uses:
    """Say what a module uses. Raises ``ReadError`` if it is no Python or too large to parse."""
    tree = tree_of(text)
    budget.spend_operations(len(text) // 4 + 1)
    targets, texts, is_ai = _looked_over(tree)
    watcher = UsageWatcher(targets, texts, is_ai=is_ai)
    is_complete, names = True, Scope()
    try:
        names = watched(tree, len(text), watcher, budget)
    except BudgetExceeded:
        raise
    except ReadError:
        is_complete = False
    gaps = [gap for place, gap in watcher.gaps.items() if place not in watcher.filled]
    return Uses(
        tuple(sorted(watcher.uses.values(), key=lambda u: (u.line, u.column, u.part, u.callee))),
        tuple(sorted(gaps, key=_place_of)),
        is_complete and watcher.is_complete,
        tuple(o for o in watcher.opens.values() if (o.line, o.column) not in watcher.filled),
        tuple(shared_in(tree, names)),
    )


def _place_of(gap: Gap) -> tuple[int, int, str]:
    return gap.line, gap.column, gap.callee


def _looked_over(tree: ast.Module) -> tuple[dict[tuple[int, int], str], dict[str, str], bool]:
    """Gather the names of what calls give and of long texts, and whether anything of AI is imported."""
    targets: dict[tuple[int, int], str] = {}
    texts: dict[str, str] = {}
    telling = _telling()
    is_ai = False
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                is_ai = is_ai or any(_root(a.name) in telling or _is_family(a.name) for a in names)
            case ast.ImportFrom(module=str() as module, level=0):
                is_ai = is_ai or _root(module) in telling or _is_family(module)
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=value)
            ):
                if isinstance(value, ast.Await):
                    value = value.value
                if isinstance(value, ast.Call):
                    targets[value.lineno, value.col_offset + 1] = name
                elif (
                    isinstance(value, ast.Constant)
                    and isinstance(value.value, str)
                    and len(value.value) >= 12
                ):
                    texts.setdefault(value.value, name)
    return targets, texts, is_ai


def _root(name: str) -> str:
    return name.partition(".")[0]


def _is_family(name: str) -> bool:
    return name.startswith(
        ("langchain", "autogen", "haystack", "keras_", "google.gen", "google.adk", "azure.ai", "mcp")
    )
