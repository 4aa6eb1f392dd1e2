"""``backstamp verify TARGET``: verify that a model is what was signed."""

import json
from typing import TYPE_CHECKING

import click

from backstamp.core.errors import SourceError, UsageError

if TYPE_CHECKING:
    from backstamp.attest.oms import Verified
    from backstamp.attest.reasons import Reason, Refused
    from backstamp.core.tree import Json, Tree

SCHEMA = "backstamp.verification/1"
_EXAMPLES = """\b
Examples:
  backstamp verify ./model --key release.key.pub
  backstamp verify ./model --bundle model.sig --key release.key.pub --format json
  backstamp verify --locked .
"""


@click.command(name="verify", no_args_is_help=True, epilog=_EXAMPLES)
@click.argument("target", metavar="TARGET", default=".")
@click.option(
    "--locked",
    "is_locked",
    is_flag=True,
    help="Verify against models.lock of the target instead of a signature.",
)
@click.option(
    "--hub-cache",
    metavar="DIR",
    multiple=True,
    help="With --locked: a hub cache to look in. May be repeated.",
)
@click.option(
    "--exact", "is_exact", is_flag=True, help="With --locked: files that the lock does not name are wrong."
)
@click.option(
    "-b",
    "--bundle",
    metavar="FILE",
    default="",
    help="The signature. [default: model.sig in a folder, FILE.sig beside a file]",
)
@click.option(
    "-k",
    "--key",
    metavar="FILE",
    multiple=True,
    help="A public key in PEM. All that are given must have signed.",
)
@click.option(
    "--ignore", metavar="PATH", multiple=True, help="Do not look at this path in the target. May be repeated."
)
@click.option("--ignore-unsigned", is_flag=True, help="Accept files that were not signed, and name them.")
@click.option("--compat", is_flag=True, help="Accept what model-signing wrote before 1.0, and say so.")
@click.option("--jobs", metavar="N", type=click.IntRange(min=1), default=None, help="Files hashed at once.")
@click.option(
    "--cache", "use_cache", is_flag=True, help="Remember digests of files, and use those remembered."
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="How the answer is written.",
)
@click.option("-o", "--output", metavar="FILE", default="", help="Write to a file, whole or not at all.")
@click.option("-q", "--quiet", is_flag=True, help="Only the exit code, and errors.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(
    *,
    target: str,
    is_locked: bool,
    hub_cache: tuple[str, ...],
    is_exact: bool,
    bundle: str,
    key: tuple[str, ...],
    ignore: tuple[str, ...],
    ignore_unsigned: bool,
    compat: bool,
    jobs: int | None,
    use_cache: bool,
    form: str,
    output: str,
    quiet: bool,
) -> int:
    """Verify that a file or folder is exactly what was signed by the keys that you give.

    With --locked: that the models and data in use are exactly those of models.lock.

    Exit codes: 0 it is, 1 it is not (every reason is named), 2 used wrongly, 3 not everything is at hand.
    """
    if is_locked:
        if key or bundle:
            raise UsageError(
                "--locked does not go with --key or --bundle", hint="Verify one after the other."
            )
        from backstamp.cli.verify_locked import verify_locked

        return verify_locked(
            target,
            caches=hub_cache,
            lock="",
            is_exact=is_exact,
            jobs=jobs or 0,
            form=form,
            output=output,
            quiet=quiet,
        )
    if hub_cache or is_exact:
        raise UsageError("--hub-cache and --exact are for --locked", hint="See backstamp verify --help.")
    from backstamp.attest.comparing import Care
    from backstamp.attest.keys import public_key_from
    from backstamp.attest.oms import Policy, verify_folder
    from backstamp.attest.reasons import Refused
    from backstamp.attest.remembered import RememberedDigests
    from backstamp.cli import output as place
    from backstamp.cli.sign import bundle_path_of

    if not key:
        raise UsageError("no key to verify with", hint="Give the signer's public key: --key release.key.pub")
    place.check_place(output)
    path = bundle or bundle_path_of(target)
    data = _content(path)
    verifiers = [public_key_from(each) for each in key]
    care = Care(
        bundle_path=path,
        left_out=tuple(each.removesuffix("/") for each in ignore),
        ignores_unsigned=ignore_unsigned,
        jobs=jobs or 0,
        memory=RememberedDigests() if use_cache else None,
    )
    try:
        verified = verify_folder(target, data, verifiers, Policy(accepts_legacy=compat, care=care))
    except Refused as refused:
        if not quiet or output:
            place.write(_refusal_text(refused) if form == "text" else _as_json(_refusal(refused)), output)
        return 1
    if not quiet or output:
        place.write(_text(verified) if form == "text" else _as_json(_answer(verified)), output)
    return 0


def _content(path: str) -> bytes:
    from backstamp.attest.bundle import MOST_BYTES

    try:
        with open(path, "rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise SourceError(
            f'cannot read the signature "{path}": {(why or "").lower()}',
            hint="Name it by --bundle. A model without a signature cannot be verified.",
        ) from error


def _text(verified: "Verified") -> str:
    from backstamp.core.finding import visible

    lines = [f"verified: {verified.files:,} files, {verified.size:,} bytes, sha256:{verified.root_digest}"]
    lines += [f"signed by {each.algorithm} {each.keyid}" for each in verified.signed_by]
    lines += [f"note: {visible(each.text)}" for each in verified.notices]
    return "\n".join(lines) + "\n"


def _refusal_text(refused: "Refused") -> str:
    from backstamp.core.finding import visible

    lines = ["NOT VERIFIED", *(visible(each.text) for each in refused.reasons)]
    return "\n".join([*lines, refused.hint] if refused.hint else lines) + "\n"


def _answer(verified: "Verified") -> "Tree":
    signed_by: list[Json] = [{"algorithm": s.algorithm, "keyid": s.keyid} for s in verified.signed_by]
    return {
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


def _refusal(refused: "Refused") -> "Tree":
    return {"schema": SCHEMA, "verdict": "deny", "reasons": _trees(refused.reasons), "notices": []}


def _trees(reasons: "tuple[Reason, ...]") -> "list[Json]":
    return [{"code": each.code, "place": each.place, "message": each.sentence} for each in reasons]


def _as_json(tree: "Tree") -> str:
    return json.dumps(tree, indent=2, ensure_ascii=True) + "\n"
