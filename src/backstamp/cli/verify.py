"""``backstamp verify TARGET``: verify that a model is what was signed."""

from typing import TYPE_CHECKING

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
def command(
    *,
    target: str,
    is_locked: bool,
    hub_cache: tuple[str, ...],
    is_exact: bool,
    bundle: str,
    key: tuple[str, ...],
    certificate_roots: str,
    trusted_root: str,
    identity: tuple[str, ...],
    oidc_issuer: str,
    is_chain: bool,
    statements: tuple[str, ...],
    require: tuple[str, ...],
    policy: str,
    name: str,
    release: str,
    signers: str,
    ignore: tuple[str, ...],
    ignore_unsigned: bool,
    compat: bool,
    jobs: int | None,
    use_cache: bool,
    form: str,
    output: str,
    quiet: bool,
) -> int:
    """Verify that a file or folder is exactly what was signed by those whom you name.

    With --locked: that the models and data in use are exactly those of models.lock. With --chain: that
    training run, BOM and verdict are signed, and about these files.

    Exit codes: 0 it is, 1 it is not (every reason is named), 2 used wrongly, 3 not everything is at hand.
    """
    trusted = Trusted(
        keys=key,
        certificate_roots=certificate_roots,
        trusted_root=trusted_root,
        identities=identity,
        oidc_issuer=oidc_issuer,
    )
    if is_locked:
        if trusted != Trusted() or bundle or is_chain or policy:
            what = "--key or --bundle" if key or bundle else "certificates, --chain or --policy"
            raise UsageError(f"--locked does not go with {what}", hint="Verify one after the other.")
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
    if is_chain:
        if bundle or ignore or ignore_unsigned or compat or policy:
            raise UsageError(
                "--chain is about whole folders: --bundle, --ignore, --policy and --compat do not go with it",
                hint="Verify one after the other.",
            )
        from backstamp.cli.verify_chain import check_chain

        return check_chain(
            target,
            trusted,
            statements=statements,
            required=require,
            form=form,
            output=output,
            quiet=quiet,
        )
    asked = _asked(target, policy, name, release, signers, statements)
    if require or (statements and asked is None):
        raise UsageError("--statements and --require are for --chain", hint="See backstamp verify --help.")
    if asked and (ignore or ignore_unsigned):
        raise UsageError("--policy is about all files: nothing can be ignored", hint="Leave --ignore out.")
    trusted.check()
    care = _care(target, bundle, ignore, ignores_unsigned=ignore_unsigned, jobs=jobs, use_cache=use_cache)
    return _verify(target, trusted, care, asked, compat=compat, form=form, output=output, quiet=quiet)


def _asked(
    target: str, policy: str, name: str, version: str, memory: str, statements: tuple[str, ...]
) -> "Asked | None":
    """Gather what is asked of a policy; nothing if there is none."""
    if not policy:
        if name or version or memory:
            raise UsageError(
                "--name, --version and --signers are for --policy", hint="See backstamp verify --help."
            )
        return None
    import os

    from backstamp.cli.verify_policy import Asked

    return Asked(
        policy=policy,
        name=name or os.path.basename(os.path.abspath(target)),
        version=version,
        memory=memory,
        statements=statements,
    )


def _care(
    target: str,
    bundle: str,
    ignore: tuple[str, ...],
    *,
    ignores_unsigned: bool,
    jobs: int | None,
    use_cache: bool,
) -> "Care":
    from backstamp.attest.comparing import Care
    from backstamp.attest.remembered import RememberedDigests
    from backstamp.cli.sign import bundle_path_of

    return Care(
        bundle_path=bundle or bundle_path_of(target),
        left_out=tuple(each.removesuffix("/") for each in ignore),
        ignores_unsigned=ignores_unsigned,
        jobs=jobs or 0,
        memory=RememberedDigests() if use_cache else None,
    )


def _verify(
    target: str,
    trusted: Trusted,
    care: "Care",
    asked: "Asked | None",
    *,
    compat: bool,
    form: str,
    output: str,
    quiet: bool,
) -> int:
    """Verify the signature of a model, and tell what came of it."""
    from backstamp.attest.reasons import Refused
    from backstamp.cli import output as place
    from backstamp.cli import verify_answer

    place.check_place(output)
    data = _content(care.bundle_path)
    code = 0
    verifiers: tuple[Verifier, ...] = ()
    reasons: tuple[Reason, ...] = ()
    try:
        signers = signers_for(data, trusted)
        verifiers = signers.verifiers
        policy = policy_for(trusted, care, accepts_legacy=compat, all_must_sign=asked is None)
        verified = verified_by(target, data, signers, policy)
        reasons = verified.notices
        text = verify_answer.text_of(verified, signers.names)
        tree = verify_answer.answer_of(verified, signers.names)
        if asked is not None:
            from backstamp.cli.verify_policy import decision_text, judged

            decision = judged(target, asked, trusted, signers, verified)
            text += decision_text(decision)
            tree["policy"] = {"rules": [*decision.rules], "signers": [*decision.signers]}
    except Refused as refused:
        reasons = (*reasons, *refused.reasons)
        text, tree, code = verify_answer.refusal_text(refused), verify_answer.refusal_of(refused), 1
    if compat:
        from backstamp.cli.verify_compat import upstream_on

        opinion = upstream_on(data, reasons, verifiers, ignores_unsigned=care.ignores_unsigned)
        text += f"{opinion.told()}\n" if opinion else "what model-signing would say is not known\n"
        tree["upstream"] = verify_answer.opinion_of(opinion) if opinion else None
    if not quiet or output:
        place.write(text if form == "text" else verify_answer.as_json(tree), output)
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
