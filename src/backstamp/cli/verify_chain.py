"""``backstamp verify --chain``: do training run, signature, BOM and verdict hold together, about these bytes?

Exit codes: 0 every link holds, 1 one is broken, 3 something that is required is missing.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from backstamp.cli.verify_identity import Trusted, trust_of
from backstamp.core.errors import UsageError

if TYPE_CHECKING:
    from backstamp.attest.links import Chain


def check_chain(
    target: str, trusted: Trusted, *, statements: Sequence[str], required: Sequence[str], form: str,
    output: str, quiet: bool,
) -> int:  # fmt: skip
    """Check the chain of a target and tell it."""
    from backstamp.attest.artifacts import read_artifact
    from backstamp.attest.chain import REQUIRED, Request, verify_chain
    from backstamp.attest.links import lines_of
    from backstamp.attest.predicates import Kind
    from backstamp.attest.store import read_store
    from backstamp.cli import output as place
    from backstamp.cli.verify_answer import as_json
    from backstamp.core.finding import visible

    trusted.check()
    place.check_place(output)
    request = Request(
        trust=trust_of(trusted),
        store=read_store(places_of(target, statements)),
        artifact=read_artifact(target),
        now=datetime.now(UTC),
        required=tuple(Kind(each) for each in required) or REQUIRED,
    )
    chain = verify_chain(request)
    if not quiet or output:
        text = "".join(f"{visible(line)}\n" for line in lines_of(chain))
        place.write(text if form == "text" else as_json(chain.as_tree()), output)
    return exit_code_of(chain)


def exit_code_of(chain: "Chain") -> int:
    """Say 1 for a broken chain, 3 for one that is not whole or has no links, else 0."""
    from backstamp.attest.links import State

    states = {link.state for link in chain.all()}
    if State.FAILED in states:
        return 1
    return 3 if not states or State.MISSING in states else 0


def places_of(target: str, statements: Sequence[str]) -> tuple[str, ...]:
    """Say where statements are looked for: where the user says, else in the folder itself."""
    if statements:
        return tuple(statements)
    if not os.path.isdir(target):
        raise UsageError(
            "where the statements about a file lie has to be said", hint="Name their folder: --statements DIR"
        )
    return (target,)
