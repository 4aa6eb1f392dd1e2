"""Signs or verifies with model-signing, in the environment that has it. Takes one JSON object, prints one."""

import json
import pathlib
import sys

from model_signing import hashing, signing, verifying


def _hashing(wish):
    config = hashing.Config()
    if wish.get("shard_size"):
        config.use_shard_serialization(hashing_algorithm=wish["hash"], shard_size=wish["shard_size"])
    else:
        config.use_file_serialization(hashing_algorithm=wish["hash"])
    ignored = [pathlib.Path(wish["bundle"]).name, *wish.get("ignored", [])]
    return config.set_ignored_paths(paths=ignored, ignore_git_paths=True)


def _run(wish):
    if wish["do"] == "sign":
        config = signing.Config().use_elliptic_key_signer(private_key=pathlib.Path(wish["key"]))
        config.set_hashing_config(_hashing(wish)).sign(
            pathlib.Path(wish["model"]), pathlib.Path(wish["bundle"])
        )
        return
    config = verifying.Config().use_elliptic_key_verifier(public_key=pathlib.Path(wish["key"]))
    if wish.get("hash"):
        config.set_hashing_config(_hashing(wish))
    config.verify(pathlib.Path(wish["model"]), pathlib.Path(wish["bundle"]))


def main():
    """Do what is wished, and say how it went."""
    try:
        _run(json.loads(sys.argv[1]))
    except Exception as error:  # noqa: BLE001  # whatever the peer says is the answer
        print(json.dumps({"ok": False, "why": f"{type(error).__name__}: {error}"}))  # noqa: T201
    else:
        print(json.dumps({"ok": True, "why": ""}))  # noqa: T201


main()
