"""Writes what came of a verification: as text for people, as JSON for machines."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backstamp.attest.compat import Opinion
    from backstamp.attest.oms import Verified
    from backstamp.attest.reasons import Reason, Refused
    from backstamp.core.tree import Json, Tree

SCHEMA = "backstamp.verification/1"


def text_of(verified: "Verified", names: Iterable[str] = ()) -> str:
    """Tell that something verified: how much, and by whom; ``names`` are verified identities."""
    from backstamp.core.finding import visible

    lines = [f"verified: {verified.files:,} files, {verified.size:,} bytes, sha256:{verified.root_digest}"]
    lines += [f"identity {visible(each)}" for each in names]
    lines += [f"signed by {each.algorithm} {each.keyid}" for each in verified.signed_by]
    lines += [f"note: {visible(each.text)}" for each in verified.notices]
    return "\n".join(lines) + "\n"


def refusal_text(refused: "Refused") -> str:
    """Tell that something did not verify, with every reason."""
    from backstamp.core.finding import visible

    lines = ["NOT VERIFIED", *(visible(each.text) for each in refused.reasons)]
    return "\n".join([*lines, visible(refused.hint)] if refused.hint else lines) + "\n"


def answer_of(verified: "Verified", names: Iterable[str] = ()) -> "Tree":
    """Write that something verified as a tree; identities are in it if certificates were asked."""
    signed_by: list[Json] = [{"algorithm": s.algorithm, "keyid": s.keyid} for s in verified.signed_by]
    tree: Tree = {
        "schema": SCHEMA,
        "verdict": "allow",
        "reasons": [],
        "notices": _trees(verified.notices),
        "root_digest": f"sha256:{verified.root_digest}",
        "name": verified.name,
        "files": verified.files,
        "bytes": verified.size,
        "signed_by": signed_by,
    }
    if identities := [*names]:
        tree["identities"] = [*identities]
    return tree


def refusal_of(refused: "Refused") -> "Tree":
    """Write that something did not verify as a tree."""
    return {"schema": SCHEMA, "verdict": "deny", "reasons": _trees(refused.reasons), "notices": []}


def opinion_of(opinion: "Opinion") -> "Tree":
    """Write what model-signing would have said as a tree."""
    return {
        "accepts": opinion.accepts,
        "refusals": [*opinion.refusals],
        "overlooked": [*opinion.overlooked],
    }


def as_json(tree: "Tree") -> str:
    """Write a tree as JSON, ready to be shown."""
    return json.dumps(tree, indent=2, ensure_ascii=True) + "\n"


def _trees(reasons: "tuple[Reason, ...]") -> "list[Json]":
    return [{"code": each.code, "place": each.place, "message": each.sentence} for each in reasons]
