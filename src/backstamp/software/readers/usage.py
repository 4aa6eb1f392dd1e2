"""States what Python code uses: models, adapters, datasets, services, tools, agents, prompts.

1. Code of tests and of documentation is no part of the system: it is left out.
2. A name that stands in the call is stated with more confidence than one that is carried there, and a default
   of the environment, the command line or a parameter with less; the manner says so.
3. Calls whose model nobody can know before run time are counted: what is unknown is said.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import BudgetExceeded, ReadError
from backstamp.core.finding import shown
from backstamp.core.location import Line, Location
from backstamp.core.reading import Statement, Unread
from backstamp.core.secrets import masked
from backstamp.core.supply import Kind, Method, Part, Teller, Trait
from backstamp.formats.python.notebook import notebook_of
from backstamp.formats.python.source import MOST_BYTES, source_of
from backstamp.formats.usage.records import Gap, How, Said, Use
from backstamp.formats.usage.scan import may_use, uses_in
from backstamp.formats.usage.sharing import may_share
from backstamp.software.facts.usage import OpenUse, SharedText

_BY = "usage/1"
_MOST_PROSE = 4000
_TEST_FOLDERS = frozenset(
    {"test", "tests", "testing", "docs", "doc", "__pycache__", "site-packages", "node_modules"}
)
_SYSTEM = Part(Kind.SYSTEM)


class UsageReader:
    """Walks modules and notebooks that name a library of the table."""

    name = "usage"
    version = 1
    kinds = frozenset({"python", "notebook"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield links in order of lines, each with what the call says of the part."""
        if is_of_tests(blob.path):
            return
        budget.spend_operations(len(blob.view) // 64 + 1)
        is_module = blob.name.endswith(".py") and len(blob.path) == 1
        is_notebook = blob.name.lower().endswith(".ipynb")
        if not blob.is_whole or (blob.size > MOST_BYTES and not is_notebook):
            yield Unread("the source is too large to be searched for what it uses")
            return
        data = bytes(blob.view)
        if is_notebook:
            data = notebook_of(data).code.encode("utf-8", "replace")
        if not may_use(data) and not (is_module and may_share(data)):
            return
        text = source_of(data).text
        try:
            found = uses_in(text, budget)
        except BudgetExceeded:
            raise
        except ReadError as error:
            yield Unread(f"usage: {error.message}")
            return
        for use in found.uses:
            yield from _stated(use, blob)
        for waiting in found.opens:
            yield OpenUse(
                place=Location(blob.path, Line(waiting.line, max(waiting.column, 1))),
                symbol=waiting.symbol,
                callee=waiting.callee,
                address=waiting.address[:500],
                revision=waiting.revision,
                pin=waiting.pin,
            )
        for offered in found.shared if is_module else ():
            yield SharedText(
                place=blob.at_line(offered.line),
                symbol=offered.symbol,
                text=offered.text,
                is_default=offered.is_default,
            )
        if found.gaps:
            yield _gaps(found.gaps, blob)
        if not found.is_complete:
            yield Unread("usage: more code, or deeper, than is followed")


def is_of_tests(path: tuple[str, ...]) -> bool:
    """Say whether a file holds tests or documentation, by its name and folders."""
    *folders, name = path[0].replace("\\", "/").lower().split("/") if path else [""]
    stem = name.removesuffix(".py").removesuffix(".ipynb")
    if not _TEST_FOLDERS.isdisjoint(folders):
        return True
    return (
        stem.startswith("test_")
        or stem.endswith(("_test", "_tests"))
        or stem in {"conftest", "test", "tests"}
    )


def _stated(use: Use, blob: Blob) -> Iterator[Statement]:
    tell = Teller(_BY, Method.DECLARED, use.how.confidence)
    place = Location(blob.path, Line(use.line, max(use.column, 1)))
    manner = use.callee if use.how is not How.DEFAULT else f"{use.callee} by default"
    yield tell.links(
        place,
        use.owner or _SYSTEM,
        use.relation,
        use.part,
        manner=shown(manner, 200),
        revision=shown(use.revision, 200),
    )
    for said in use.said:
        yield tell.says(place, use.part, said.trait, _value_of(said), name=shown(said.name, 100))


def _value_of(said: Said) -> str:
    text = masked(said.value)
    return text[:_MOST_PROSE] if said.trait is Trait.TEXT else shown(text, 1000)


def _gaps(gaps: tuple[Gap, ...], blob: Blob) -> Statement:
    first = gaps[0]
    calls = "1 call whose model is" if len(gaps) == 1 else f"{len(gaps)} calls whose models are"
    tell = Teller(_BY, Method.DERIVED, 0.8)
    return tell.says(
        Location(blob.path, Line(first.line, max(first.column, 1))),
        _SYSTEM,
        Trait.UNKNOWN,
        f"{calls} not known before run time: "
        + ", ".join(dict.fromkeys(shown(g.callee, 100) for g in gaps[:8])),
        name="model reference",
    )


READER = UsageReader()
