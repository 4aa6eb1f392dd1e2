"""``backstamp verify TARGET``: verify that a model is what was signed."""

from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from backstamp.cli.verify_identity import Trusted, policy_for, signers_for, verified_by
from backstamp.core.errors import SourceError, UsageError

if TYPE_CHECKING:
    from backstamp.attest.comparing import Care
    from backstamp.attest.ports import Verifier
    from backstamp.attest.reasons import Reason
    from backstamp.cli.verify_policy import Asked

_EXAMPLES = """\b
Examples:
  backstamp verify ./model --key release.key.pub
  backstamp verify ./model --bundle model.sig --key release.key.pub --format json
  backstamp verify ./model --certificate-roots acme-root.pem --identity release@acme.example
  backstamp verify ./model --trusted-root trusted_root.json --identity me@acme.example \\
    --oidc-issuer https://accounts.example
  backstamp verify ./model --chain --statements ./attestations --key release.key.pub
  backstamp verify --locked .
"""


class _Given(TypedDict):
    """The command line."""

    target: str
    is_locked: bool
    hub_cache: tuple[str, ...]
    is_exact: bool
    bundle: str
    key: tuple[str, ...]
    certificate_roots: str
    trusted_root: str
    identity: tuple[str, ...]
    oidc_issuer: str
    is_chain: bool
    statements: tuple[str, ...]
    require: tuple[str, ...]
    policy: str
    name: str
    release: str
    signers: str
    ignore: tuple[str, ...]
    ignore_unsigned: bool
    compat: bool
    jobs: int | None
    use_cache: bool
    form: str
    output: str
    quiet: bool


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
    "--certificate-roots",
    metavar="FILE",
    default="",
    help="Root certificates (PEM) of the signer's authority. Needs --identity.",
)
@click.option(
    "--trusted-root",
    metavar="FILE",
    default="",
    help="A trusted_root.json: verify a Sigstore bundle offline. Needs --identity and --oidc-issuer.",
)
@click.option(
    "--identity",
    metavar="PIN",
    multiple=True,
    help="Who has to have signed: a mail address, URI or host, or a subject (CN=...). One of them suffices.",
)
@click.option("--oidc-issuer", metavar="URL", default="", help="With --trusted-root: who knows the identity.")
@click.option(
    "--chain", "is_chain", is_flag=True, help="Check that run, signature, BOM and verdict hold together."
)
@click.option(
    "--statements",
    metavar="DIR",
    multiple=True,
    help="With --chain or --policy: where statements lie. [--chain: the folder itself] May be repeated.",
)
@click.option(
    "--require",
    type=click.Choice(("training-run", "signature", "bom", "verdict", "provenance", "vsa")),
    multiple=True,
    help="With --chain: has to be there. [default: training-run, bom, verdict] May be repeated.",
)
@click.option("--policy", metavar="FILE", default="", help="A trust policy (TOML) that has to allow it.")
@click.option(
    "--name", metavar="NAME", default="", help="With --policy: what it is used as. [default: its file name]"
)
@click.option("--version", "release", metavar="TEXT", default="", help="With --policy: its version.")
@click.option(
    "--signers", metavar="FILE", default="", help="With --policy: the memory of first uses and versions."
)
@click.option(
    "--ignore", metavar="PATH", multiple=True, help="Do not look at this path in the target. May be repeated."
)
@click.option("--ignore-unsigned", is_flag=True, help="Accept files that were not signed, and name them.")
@click.option(
    "--compat", is_flag=True, help="Accept what model-signing wrote before 1.0, and tell its answer."
)
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
def command(**given: Unpack[_Given]) -> int:
    """Verify that a file or folder is exactly what was signed by those whom you name.

    With --locked: that the models and data in use are exactly those of models.lock. With --chain: that
    training run, BOM and verdict are signed, and about these files. With --policy: that a trust policy
    allows it, too.

    Exit codes: 0 it is, 1 it is not (every reason is named), 2 used wrongly, 3 not everything is at hand.
    """
    trusted = Trusted(
        keys=given["key"],
        certificate_roots=given["certificate_roots"],
        trusted_root=given["trusted_root"],
        identities=given["identity"],
        oidc_issuer=given["oidc_issuer"],
    )
    if given["is_locked"]:
        return _locked(given, trusted)
    if given["hub_cache"] or given["is_exact"]:
        raise UsageError("--hub-cache and --exact are for --locked", hint="See backstamp verify --help.")
    if given["is_chain"]:
        return _chain(given, trusted)
    asked = _asked(given)
    if given["require"] or (given["statements"] and asked is None):
        raise UsageError("--statements and --require are for --chain", hint="See backstamp verify --help.")
    if asked and (given["ignore"] or given["ignore_unsigned"]):
        raise UsageError("--policy is about all files: nothing can be ignored", hint="Leave --ignore out.")
    trusted.check()
    return _verify(given, trusted, _care(given), asked)


def _locked(given: _Given, trusted: Trusted) -> int:
    if trusted != Trusted() or given["bundle"]:
        what = "--key or --bundle" if given["key"] or given["bundle"] else "certificates"
        raise UsageError(f"--locked does not go with {what}", hint="Verify one after the other.")
    if given["is_chain"] or given["policy"] or given["statements"] or given["require"]:
        raise UsageError("--locked does not go with --chain or --policy", hint="Verify one after the other.")
    from backstamp.cli.verify_locked import verify_locked

    return verify_locked(
        given["target"],
        caches=given["hub_cache"],
        lock="",
        is_exact=given["is_exact"],
        jobs=given["jobs"] or 0,
        form=given["form"],
        output=given["output"],
        quiet=given["quiet"],
    )


def _chain(given: _Given, trusted: Trusted) -> int:
    if given["bundle"] or given["ignore"] or given["ignore_unsigned"] or given["compat"] or given["policy"]:
        raise UsageError(
            "--chain is about whole folders: --bundle, --ignore, --policy and --compat do not go with it",
            hint="Verify one after the other.",
        )
    from backstamp.cli.verify_chain import check_chain

    return check_chain(
        given["target"],
        trusted,
        statements=given["statements"],
        required=given["require"],
        form=given["form"],
        output=given["output"],
        quiet=given["quiet"],
    )


def _asked(given: _Given) -> "Asked | None":
    """Gather what is asked of a policy; nothing if there is none."""
    if not given["policy"]:
        if given["name"] or given["release"] or given["signers"]:
            raise UsageError(
                "--name, --version and --signers are for --policy", hint="See backstamp verify --help."
            )
        return None
    import os

    from backstamp.cli.verify_policy import Asked

    return Asked(
        policy=given["policy"],
        name=given["name"] or os.path.basename(os.path.abspath(given["target"])),
        version=given["release"],
        memory=given["signers"],
        statements=given["statements"],
    )


def _care(given: _Given) -> "Care":
    from backstamp.attest.comparing import Care
    from backstamp.attest.remembered import RememberedDigests
    from backstamp.cli.sign import bundle_path_of

    return Care(
        bundle_path=given["bundle"] or bundle_path_of(given["target"]),
        left_out=tuple(each.removesuffix("/") for each in given["ignore"]),
        ignores_unsigned=given["ignore_unsigned"],
        jobs=given["jobs"] or 0,
        memory=RememberedDigests() if given["use_cache"] else None,
    )


def _verify(given: _Given, trusted: Trusted, care: "Care", asked: "Asked | None") -> int:
    """Verify the signature of a model, and tell what came of it."""
    from backstamp.attest.reasons import Refused
    from backstamp.cli import output as place
    from backstamp.cli import verify_answer

    place.check_place(given["output"])
    data = _content(care.bundle_path)
    code = 0
    verifiers: tuple[Verifier, ...] = ()
    reasons: tuple[Reason, ...] = ()
    try:
        signers = signers_for(data, trusted)
        verifiers = signers.verifiers
        policy = policy_for(trusted, care, accepts_legacy=given["compat"], all_must_sign=asked is None)
        verified = verified_by(given["target"], data, signers, policy)
        reasons = verified.notices
        text = verify_answer.text_of(verified, signers.names)
        tree = verify_answer.answer_of(verified, signers.names)
        if asked is not None:
            from backstamp.cli.verify_policy import decision_text, judged

            decision = judged(given["target"], asked, trusted, signers, verified)
            text += decision_text(decision)
            tree["policy"] = {
                "rules": [*decision.rules],
                "signers": [*decision.signers],
                "notes": [*decision.notes],
            }
    except Refused as refused:
        reasons = (*reasons, *refused.reasons)
        text, tree, code = verify_answer.refusal_text(refused), verify_answer.refusal_of(refused), 1
    if given["compat"]:
        from backstamp.cli.verify_compat import upstream_on

        opinion = upstream_on(data, reasons, verifiers, ignores_unsigned=care.ignores_unsigned)
        text += f"{opinion.told()}\n" if opinion else "what model-signing would say is not known\n"
        tree["upstream"] = verify_answer.opinion_of(opinion) if opinion else None
    if not given["quiet"] or given["output"]:
        place.write(text if given["form"] == "text" else verify_answer.as_json(tree), given["output"])
    return code


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
