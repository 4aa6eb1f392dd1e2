"""Why something does not verify: one code for each reason, so that machines can tell them apart.

A refusal names all reasons that were found, not only the first.
"""

from collections.abc import Sequence

import msgspec

from backstamp.core.errors import VerificationError
from backstamp.core.location import legible

# Each code and what it means. A code is never used for anything else.
MEANINGS = {
    # the bundle
    "malformed-bundle": "The bundle is not a Sigstore bundle v0.3 with a DSSE envelope.",
    "repeated-json-key": "A key stands twice in a JSON object: two readers would see two different things.",
    "wrong-method": "The bundle is signed in another way (key, certificate, Sigstore) than was asked for.",
    "untrusted-signer": "The certificate, its evidence or its identity is not what was pinned.",
    # the signatures
    "wrong-key": "The bundle says that another key signed it than the ones given.",
    "wrong-key-type": "The bundle says that a key of another type signed it.",
    "bad-signature": "A signature was not made by the key over this payload.",
    "missing-signature": "A key that was asked for did not sign.",
    "unverified-signature": "There is a signature of which no given key is the maker.",
    "repeated-signature": "The same key signed twice.",
    "legacy-encoding": "The signature is over the faulty encoding of model-signing 0.2.",
    # the statement
    "wrong-payload-type": "The envelope does not hold an in-toto statement.",
    "malformed-statement": "The payload is not an in-toto statement v1.",
    "wrong-statement-type": "The statement is of another version than in-toto v1.",
    "wrong-predicate-type": "The statement is not about the files of a model.",
    "legacy-predicate": "The statement is laid out as in model-signing 0.2: it leaves open what is signed.",
    "wrong-subject": "There is not exactly one subject with a name and a SHA-256.",
    "wrong-subject-digest": "The digest of the subject is not the one of the listed files.",
    # the manifest
    "malformed-manifest": "The manifest lacks a part, or a part has the wrong type.",
    "unsupported-method": "The manifest is serialised in an unknown way.",
    "unsupported-hash": "The manifest uses an unknown hash algorithm.",
    "no-resources": "The manifest lists nothing: it would fit every folder.",
    "unsorted-resources": "The files are not listed in order.",
    "repeated-name": "A file is listed twice.",
    "clashing-names": "A name is listed as a file and as a folder.",
    "odd-name": "A name leaves the folder, is not in its shortest form or holds invisible characters.",
    "mixed-algorithms": "A file is hashed with another algorithm than the manifest says.",
    "malformed-digest": "A digest is not lower-case hexadecimal of the right length.",
    "shard-gap": "The shards of a file leave bytes out.",
    "shard-overlap": "The shards of a file overlap.",
    "shard-size": "A shard is not cut at the size that the manifest says.",
    "odd-ignore-path": "An ignored path is a pattern, leaves the folder or covers all of it.",
    "ignored-resource": "A listed file lies below an ignored path.",
    # the folder
    "changed-file": "A file is not what was signed.",
    "size-mismatch": "A file is longer or shorter than what was signed.",
    "missing-file": "A file that was signed is not there.",
    "added-file": "A file is there that was not signed.",
    "added-empty-file": "An empty file is there: manifests of shards cannot list it.",
    "renamed-file": "A file that was signed stands under another name.",
    "hidden-file": "An ignored path covers a file that a loader could read.",
    "unsigned-file": "An ignored path covers a file that no loader reads.",
    "symlink": "A symbolic link stands where the manifest allows none.",
    "symlink-outside": "A symbolic link leads out of the folder.",
    "symlink-cycle": "A symbolic link leads to a folder that holds it.",
    "special-file": "Something is there that is neither a file nor a folder.",
    "unreadable-file": "A file cannot be read.",
    "changed-while-read": "A file changed while it was read.",
    "trust-policy": "The trust policy refuses what was verified.",
    # notices
    "no-key-hint": "The bundle does not name its key.",
    "unchecked-evidence": "The bundle holds log entries or timestamps, which say nothing beside a key.",
    "unnamed-file": "The manifest does not name its single file: it fits under any name.",
    "unknown-field": "The manifest holds a field that this version does not know.",
}


class Reason(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One reason: its code, the file or place that it is about, and a sentence."""

    code: str
    place: str = ""
    message: str = ""

    @property
    def sentence(self) -> str:
        """Say what is wrong: of this place if it is known, else in general."""
        return self.message or MEANINGS[self.code]

    @property
    def text(self) -> str:
        """Write the reason as one line."""
        return f"{self.code}: {self.sentence}"


class Refused(VerificationError):
    """A verification that failed, with all its reasons."""

    def __init__(self, reasons: Sequence[Reason], *, hint: str = "") -> None:
        shown = "; ".join(each.text for each in reasons[:5])
        more = f"; and {len(reasons) - 5:,} more" if len(reasons) > 5 else ""
        super().__init__(f"does not verify: {shown}{more}", hint=hint)
        self.reasons = tuple(reasons)

    @property
    def codes(self) -> tuple[str, ...]:
        """Name the codes, sorted and each once."""
        return tuple(sorted({each.code for each in self.reasons}))


def reason(code: str, place: str = "", message: str = "") -> Reason:
    """Make a reason whose words are fit to be shown."""
    assert code in MEANINGS, code  # noqa: S101  # a code without a meaning is a fault of ours
    return Reason(code=code, place=legible(place), message=legible(message))
