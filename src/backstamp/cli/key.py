"""``backstamp key``: makes keys, and says which key a file holds."""

import click

# The same as attest.keys.ALGORITHMS, which costs an import; a test holds them together.
ALGORITHMS = ("p256", "p384", "p521", "ed25519", "ml-dsa-44", "ml-dsa-65")
_EXAMPLES = """\b
Examples:
  backstamp key generate release.key
  backstamp key show release.key.pub
"""


@click.group(name="key", no_args_is_help=True, epilog=_EXAMPLES)
def command() -> None:
    """Make and show keys that sign models."""


@command.command(name="generate", no_args_is_help=True)
@click.argument("path", metavar="FILE")
@click.option(
    "-a",
    "--algorithm",
    type=click.Choice(ALGORITHMS),
    default="p256",
    show_default=True,
    help="The kind of key. Other tools verify p256, p384 and p521; ml-dsa signs beside one of them.",
)
@click.option("--public", metavar="FILE", default="", help="Where the public half goes. [default: FILE.pub]")
@click.option("--passphrase-file", metavar="FILE", default="", help="Encrypt with the passphrase of a file.")
@click.option("--no-passphrase", is_flag=True, help="Do not ask: write the private half unencrypted.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def generate(*, path: str, algorithm: str, public: str, passphrase_file: str, no_passphrase: bool) -> int:
    """Make a key: its private half in FILE, for your eyes only, its public half in FILE.pub.

    A passphrase is read from --passphrase-file, from BACKSTAMP_PASSPHRASE, or asked for at a terminal.
    """
    from backstamp.attest import keys
    from backstamp.cli import passphrase

    secret = None
    if not no_passphrase:
        secret = passphrase.given(passphrase_file)
        if secret is None:
            secret = passphrase.asked("Passphrase (empty for none)", twice=True)
    pair = keys.generate(algorithm, secret)
    keys.write_pair(pair, path, public or f"{path}.pub")
    click.echo(f"{pair.algorithm} {pair.keyid}")
    if secret is None:
        click.echo("The private half is not encrypted: who reads the file can sign as you.", err=True)
    return 0


@command.command(name="show", no_args_is_help=True)
@click.argument("path", metavar="FILE")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def show(*, path: str) -> int:
    """Say which public key FILE holds: its kind, and the name that bundles call it by."""
    from backstamp.attest.keys import public_key_from

    key = public_key_from(path)
    click.echo(f"{key.algorithm} {key.keyid}")
    return 0
