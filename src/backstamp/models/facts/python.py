"""Facts about Python source: effects with their circumstances, hidden text, notebooks, TorchScript."""

from backstamp.core.fact import Fact


class PythonEffect(Fact, frozen=True, kw_only=True):
    """One thing that source does to the world.

    ``action``: process, code, load, native, network, socket, secret, write, delete, dup, hook, patch, spy,
    shellcode, import.
    ``when``: ``import``, ``load`` (a method that runs when an object is made, loaded or called), ``main``
    (only as a program)
    or ``latent`` (a function that nobody here calls). ``text`` is what is known of the command, code,
    address or
    path; ``known`` says that it is all of it. ``taint`` names where the arguments come from; ``hidden`` how
    the callee was
    reached if not plainly; ``layers`` counts code texts that had to be decoded or built to get here.
    """

    action: str
    callee: str
    when: str
    text: str = ""
    known: bool = False
    taint: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    layers: int = 0


class PythonHiding(Fact, frozen=True, kw_only=True):
    """Text that hides code from readers.

    ``kind``: ``codec`` (a source encoding that rewrites text), ``bidi``, ``invisible``, ``off-screen``,
    ``lookalike``.
    """

    kind: str
    detail: str


class PythonWord(Fact, frozen=True, kw_only=True):
    """A telling word in source which is no tree: ``word`` is the callee or address that it names."""

    word: str


class ShellLine(Fact, frozen=True, kw_only=True):
    """A shell command of a notebook cell."""

    command: str


class TorchScriptOperator(Fact, frozen=True, kw_only=True):
    """An operator or call of TorchScript code, once for each name; ``count`` tells how often it occurs."""

    name: str
    count: int = 1


class TorchScriptForeign(Fact, frozen=True, kw_only=True):
    """Something in TorchScript code that no TorchScript has: an import, exec, os."""

    name: str
