"""``backstamp attest``: make signed statements about files and folders."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from backstamp.core.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from backstamp.attest.signatures import Signer
    from backstamp.attest.statement import Statement

_F = TypeVar("_F", bound=Callable[..., object])
_EXAMPLES = """\b
Examples:
  backstamp attest verdict ./model --key release.key -o verdict.dsse.json
  backstamp attest bom ./model --key release.key -o bom.dsse.json
  backstamp attest training-run ./out --key release.key -o run.dsse.json
  backstamp attest vsa ./model --key review.key --verifier https://acme.example/review \\
    --policy https://acme.example/policy/7 --resource pkg:huggingface/acme/minilm@1.0 -o vsa.dsse.json
"""


def _common(function: _F) -> _F:
    """Give a command the options that all kinds of attestations have."""
    for each in (
        click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error."),
        click.option(
            "--unsigned",
            is_flag=True,
            help="Write the bare statement: nobody vouches for it, and verify refuses it.",
        ),
        click.option(
            "--passphrase-file", metavar="FILE", default="", help="Read the passphrase of keys from a file."
        ),
        click.option(
            "-o", "--output", metavar="FILE", default="", help="Write to a file, whole or not at all."
        ),
        click.option(
            "-k",
            "--key",
            metavar="KEY",
            multiple=True,
            help="A private key in PEM, or the pkcs11: URI of one. More of them sign beside the first.",
        ),
        click.argument("target", metavar="TARGET"),
    ):
        function = each(function)
    return function


_timed = click.option(
    "--timestamp",
    metavar="TIME",
    default="",
    help="The time that it bears, as RFC 3339; else SOURCE_DATE_EPOCH decides, else the clock.",
)


@click.group(
    name="attest",
    no_args_is_help=True,
    epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def command() -> None:
    """State something about a file or folder, and sign it: in-toto statements v1 in DSSE envelopes.

    A file is named by its SHA-256, a folder by the digests of all its files. Attestations that lie in the
    folder are left out of it.
    """


@command.command(name="verdict", no_args_is_help=True)
@_common
@_timed
@click.option(
    "--fail-on",
    type=click.Choice(("critical", "high", "medium", "low", "never")),
    default="high",
    show_default=True,
    help="The least severity that denies.",
)
def _verdict(
    *,
    target: str,
    key: tuple[str, ...],
    output: str,
    passphrase_file: str,
    unsigned: bool,
    timestamp: str,
    fail_on: str,
) -> int:
    """Scan a target and state the verdict, with the rules and the knowledge that it stands on.

    The exit code is that of the verdict; a verdict that denies is written, too.
    """
    signers = _prepared(target, key, output, passphrase_file, unsigned=unsigned)
    from backstamp.attest.predicates import scan_verdict_of
    from backstamp.core.finding import Severity
    from backstamp.core.verdict import Verdict
    from backstamp.engine.attesting import verdict_statement

    least = None if fail_on == "never" else Severity(fail_on)
    made = verdict_statement(target, made=_time(timestamp), fail_on=least)
    _write(made, signers, output)
    return Verdict(scan_verdict_of(made.predicate).outcome).exit_code


@command.command(name="bom", no_args_is_help=True)
@_common
@_timed
@click.option("--bom", "document", metavar="FILE", default="", help="The document; without it one is made.")
def _bom(
    *,
    target: str,
    key: tuple[str, ...],
    output: str,
    passphrase_file: str,
    unsigned: bool,
    timestamp: str,
    document: str,
) -> int:
    """State the BOM of a target: CycloneDX or SPDX. A BOM of other files is refused."""
    signers = _prepared(target, key, output, passphrase_file, unsigned=unsigned)
    from backstamp.cli.bom_time import time_of
    from backstamp.engine.attesting import bom_statement

    _write(bom_statement(target, timestamp=time_of(timestamp), document=document), signers, output)
    return 0


@command.command(name="training-run", no_args_is_help=True)
@_common
@click.option(
    "--statement",
    metavar="FILE",
    default="",
    help="What `backstamp record` wrote. [default: backstamp.training-run.json in the folder]",
)
def _training_run(
    *,
    target: str,
    key: tuple[str, ...],
    output: str,
    passphrase_file: str,
    unsigned: bool,
    statement: str,
) -> int:
    """Sign the statement of a training run, if the files in the folder are what it made."""
    signers = _prepared(target, key, output, passphrase_file, unsigned=unsigned)
    from backstamp.engine.attesting import training_run_statement

    _write(training_run_statement(target, statement), signers, output)
    return 0


@command.command(name="provenance", no_args_is_help=True)
@_common
@click.option("--predicate", metavar="FILE", default="", help="The whole predicate, as JSON.")
@click.option("--builder", metavar="ID", default="", help="The id of the builder.")
@click.option("--build-type", metavar="URI", default="", help="The type of the build.")
@click.option("--source", metavar="URI", default="", help="The repository that it was built from.")
@click.option("--commit", metavar="HEX", default="", help="The commit that it was built from.")
@click.option(
    "--parameter", metavar="NAME=VALUE", multiple=True, help="A parameter of the build. May be repeated."
)
@click.option("--invocation", metavar="ID", default="", help="The id of the build.")
def _provenance(
    *,
    target: str,
    key: tuple[str, ...],
    output: str,
    passphrase_file: str,
    unsigned: bool,
    predicate: str,
    builder: str,
    build_type: str,
    source: str,
    commit: str,
    parameter: tuple[str, ...],
    invocation: str,
) -> int:
    """State how a target was built: SLSA provenance v1."""
    if bool(predicate) == bool(builder and build_type):
        raise UsageError(
            "provenance is a --predicate, or a --builder with a --build-type", hint="Give one of the two."
        )
    signers = _prepared(target, key, output, passphrase_file, unsigned=unsigned)
    from backstamp.attest.fields import Resource
    from backstamp.attest.provenance import Provenance, parameters_of
    from backstamp.engine.attesting import provenance_statement

    if predicate:
        _write(provenance_statement(target, predicate), signers, output)
        return 0
    digest = (("gitCommit", commit),) if commit else ()
    made = Provenance(
        predicate_type="",
        build_type=build_type,
        builder=builder,
        parameters=parameters_of(tuple(_pair(each) for each in parameter)),
        dependencies=(Resource(uri=source, digest=digest),) if source or commit else (),
        invocation=invocation,
    )
    _write(provenance_statement(target, made), signers, output)
    return 0


@command.command(name="vsa", no_args_is_help=True)
@_common
@_timed
@click.option("--verifier", metavar="ID", required=True, help="The id of who verified.")
@click.option("--policy", metavar="URI", required=True, help="The policy that it was verified against.")
@click.option("--policy-digest", metavar="SHA256", default="", help="The SHA-256 of the policy.")
@click.option(
    "--resource", metavar="URI", required=True, help="What was verified, for example a package URL."
)
@click.option(
    "--result",
    type=click.Choice(("PASSED", "FAILED")),
    default="PASSED",
    show_default=True,
    help="What came of it.",
)
@click.option("--level", metavar="LEVEL", multiple=True, help="A level that was verified. May be repeated.")
@click.option("--input", "inputs", metavar="FILE", multiple=True, help="An attestation that was looked at.")
def _vsa(
    *,
    target: str,
    key: tuple[str, ...],
    output: str,
    passphrase_file: str,
    unsigned: bool,
    timestamp: str,
    verifier: str,
    policy: str,
    policy_digest: str,
    resource: str,
    result: str,
    level: tuple[str, ...],
    inputs: tuple[str, ...],
) -> int:
    """State that a target was verified: an in-toto verification summary (VSA)."""
    signers = _prepared(target, key, output, passphrase_file, unsigned=unsigned)
    from backstamp.attest.fields import Resource
    from backstamp.attest.predicates import Summary
    from backstamp.engine.attesting import summary_statement

    digest = (("sha256", policy_digest),) if policy_digest else ()
    summary = Summary(
        verifier=verifier,
        verified=_time(timestamp),
        resource=resource,
        policy=Resource(uri=policy, digest=digest),
        result=result,
        levels=level,
        slsa_version="1.1",
    )
    _write(summary_statement(target, summary, inputs), signers, output)
    return 0


def _prepared(
    target: str, keys: tuple[str, ...], output: str, passphrase_file: str, *, unsigned: bool
) -> "list[Signer]":
    """Check what can be checked before the work, and open the keys."""
    from backstamp.cli import output as place

    if target == "-":
        raise UsageError('"-" is not a file: standard input cannot be attested', hint="Save it first.")
    if bool(keys) == unsigned:
        raise UsageError(
            "an attestation is signed with a --key", hint="A bare statement is written only with --unsigned."
        )
    place.check_place(output)
    return [_signer(each, passphrase_file) for each in keys]


def _signer(key: str, passphrase_file: str) -> "Signer":
    from backstamp.attest.keys import private_key_from
    from backstamp.cli import passphrase

    return private_key_from(key, passphrase.given(passphrase_file))


def _write(statement: "Statement", signers: "list[Signer]", output: str) -> None:
    from backstamp.attest.signatures import sealed
    from backstamp.attest.store import envelope_text
    from backstamp.cli import output as place

    payload = statement.as_bytes()
    place.write(envelope_text(sealed(payload, signers)) if signers else payload.decode() + "\n", output)


def _time(text: str) -> "datetime":
    from backstamp.attest.fields import time_of as moment
    from backstamp.cli.bom_time import time_of

    return moment(time_of(text), "timestamp")


def _pair(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark or not name:
        raise UsageError(f'"{text}" is not NAME=VALUE', hint="Example: --parameter epochs=3")
    return name, value
