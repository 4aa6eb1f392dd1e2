"""``backstamp sign TARGET``: sign the files of a model."""

import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from backstamp.attest.ports import Signer

_EXAMPLES = """\b
Examples:
  backstamp sign ./model --key release.key
  backstamp sign ./model --key release.key --key release.mldsa -o model.sig
"""


@click.command(name="sign", no_args_is_help=True, epilog=_EXAMPLES)
@click.argument("target", metavar="TARGET")
@click.option(
    "-k",
    "--key",
    metavar="KEY",
    multiple=True,
    required=True,
    help="A private key in PEM, or the pkcs11: URI of one. More of them sign beside the first.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="",
    help="Where the signature goes. [default: model.sig in a folder, FILE.sig beside a file]",
)
@click.option(
    "--hash",
    "algorithm",
    type=click.Choice(("sha256", "blake2b", "blake3")),
    default="sha256",
    show_default=True,
    help="How files are hashed. Every tool knows sha256.",
)
@click.option(
    "--shards",
    metavar="BYTES",
    type=click.IntRange(min=1),
    default=None,
    help="Hash shards of this size instead of files, as 1000000000: one large file then uses all cores.",
)
@click.option(
    "--ignore", metavar="PATH", multiple=True, help="Leave out what no loader reads. May be repeated."
)
@click.option("--allow-symlinks", is_flag=True, help="Follow links that stay in the folder.")
@click.option(
    "--passphrase-file", metavar="FILE", default="", help="Read the passphrase of keys from a file."
)
@click.option("--jobs", metavar="N", type=click.IntRange(min=1), default=None, help="Files hashed at once.")
@click.option(
    "--cache", "use_cache", is_flag=True, help="Remember digests of files, and use those remembered."
)
@click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def command(
    *,
    target: str,
    key: tuple[str, ...],
    output: str,
    algorithm: str,
    shards: int | None,
    ignore: tuple[str, ...],
    allow_symlinks: bool,
    passphrase_file: str,
    jobs: int | None,
    use_cache: bool,
    quiet: bool,
) -> int:
    """Sign a model: a file, or everything in a folder.

    The signature is a bundle of OpenSSF Model Signing v1.0, which other tools verify too. What is signed is
    the list of files with their digests: add, change or rename one, and the signature does not fit any more.
    """
    from backstamp.attest.comparing import Care
    from backstamp.attest.keys import is_open_to_others
    from backstamp.attest.manifest import FILES, SHARDS, Serialization
    from backstamp.attest.oms import sign_folder
    from backstamp.attest.remembered import RememberedDigests
    from backstamp.cli import output as place

    path = output or bundle_path_of(target)
    place.check_place(path)
    signers = [_signer(each, passphrase_file) for each in key]
    serialization = Serialization(
        method=SHARDS if shards else FILES,
        hash_type=algorithm,
        shard_size=shards or 0,
        allow_symlinks=allow_symlinks,
        ignore_paths=ignore,
    )
    memory = RememberedDigests() if use_cache else None
    care = Care(bundle_path="" if path == "-" else path, jobs=jobs or 0, memory=memory)
    bundle = sign_folder(target, signers, serialization, care)
    place.write(bundle.as_bytes().decode() + "\n", path)
    if not quiet:
        for each in key:
            if is_open_to_others(each):
                click.echo(f'others than you can read the key "{each}": chmod 600 closes it', err=True)
        click.echo(f"signed by {signers[0].algorithm} {signers[0].keyid}: {path}", err=True)
    return 0


def bundle_path_of(target: str) -> str:
    """Say where the signature of a target lies if nothing else is said."""
    return os.path.join(target, "model.sig") if os.path.isdir(target) else f"{target}.sig"


def _signer(key: str, passphrase_file: str) -> "Signer":
    from backstamp.attest.keys import is_encrypted, private_key_from
    from backstamp.cli import passphrase

    secret = passphrase.given(passphrase_file)
    if secret is None and is_encrypted(key):
        secret = passphrase.asked(f"Passphrase of {key}")
    return private_key_from(key, secret)
