"""What the analysis of a module gives: effects with their circumstances, and payloads to be read further."""

import msgspec

# When code runs, weakest first.
LATENT = 0  # only if someone calls the function
MAIN = 1  # only if the file is run as a program
LOAD = 2  # when an object of a class is made, loaded or called: __init__, __setstate__, forward
IMPORT = 3  # as soon as the module is imported
MOMENTS = ("latent", "main", "load", "import")


class Effect(msgspec.Struct, kw_only=True):
    """One thing that a module does to the world.

    ``text`` is what is known of the decisive argument (command, code, address, path), ``taint`` where
    its arguments come from, ``hidden`` how the callee was reached if not plainly, ``via`` the functions on
    the way,
    ``layers`` how many decoded or built code texts lie around it.
    """

    action: str
    callee: str
    line: int
    column: int
    when: int
    text: str = ""
    taint: int = 0
    known: bool = False
    hidden: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    layers: int = 0


class Payload(msgspec.Struct, frozen=True):
    """Constant bytes that the module gives to a loader: ``kind`` is ``pickle`` or ``marshal``."""

    kind: str
    data: bytes
    line: int


class Analysis(msgspec.Struct, frozen=True):
    """All effects of a module in order of place; ``complete`` unless a bound was met."""

    effects: tuple[Effect, ...]
    payloads: tuple[Payload, ...]
    complete: bool = True
