"""Trust policies as files: TOML, read whole, with every mistake told at once with its line.

The file (``schema = "backstamp.trust/1"``): ``[signers.NAME]`` tables (``key`` a PEM file, or ``sha256`` of a
key; or ``subject``, ``san``, ``issuer``, ``oidc_issuer`` with ``roots``, files of root certificates),
``[[rule]]`` tables, and ``[revoked]``. Paths are relative to the file.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches

import msgspec

from backstamp.attest.certificates import Pin, certificates_of, check_pattern, has_substance
from backstamp.attest.trust import PREDICATES, Revoked, TrustedSigner, TrustPolicy, TrustRule
from backstamp.core.budget import Budget
from backstamp.core.errors import ConfigError, ReadError, SourceError
from backstamp.core.finding import shown
from backstamp.core.tree import Json, Tree, escaped, tree_at
from backstamp.formats.tomltext import Toml, toml_of

SCHEMA = "backstamp.trust/1"
_TOP = ("schema", "expires", "signers", "rule", "revoked")
_SIGNER = ("key", "sha256", "subject", "san", "issuer", "oidc_issuer", "roots", "expires")
_RULE = (
    "name", "models", "signers", "threshold", "requires", "max_age", "expires", "minimum_version",
    "prevent_rollback", "bind_name", "bind_version", "record_first_use",
)  # fmt: skip
_REVOKED = ("digests", "keys", "identities")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_MOST_BYTES = 4 * 1024 * 1024


def trust_policy_from(path: str) -> TrustPolicy:
    """Read a policy from a file. Raises ``SourceError``, or ``ConfigError`` with all mistakes."""
    folder = os.path.dirname(os.path.abspath(path))
    return trust_policy_of(_content(path), lambda name: _content(os.path.join(folder, name)), shown=path)


def trust_policy_of(data: bytes, load: Callable[[str], bytes], *, shown: str = "the policy") -> TrustPolicy:
    """Read a policy; ``load`` gives the content of the files that it names."""
    return _File(data, load, shown).policy()


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SourceError(f'cannot read "{shown(path)}": {error.strerror}') from error
    if len(data) > _MOST_BYTES:
        raise SourceError(f'"{shown(path)}" is too large')
    return data


class _File:
    """Reads a file, and collects its mistakes."""

    def __init__(self, data: bytes, load: Callable[[str], bytes], where: str) -> None:
        self._load = load
        self._where = where
        self._wrong: list[tuple[int, str]] = []
        try:
            self._toml: Toml = toml_of(data.decode(), Budget())
        except (ReadError, UnicodeDecodeError) as error:
            told = error.message if isinstance(error, ReadError) else "not UTF-8"
            raise ConfigError(f'trust policy "{shown(where)}": {told}') from error

    def policy(self) -> TrustPolicy:
        tree = self._toml.tree
        if tree.get("schema") != SCHEMA:
            self._mistake("/schema", f'the schema is {_said(tree.get("schema"))}; expected is "{SCHEMA}"')
        self._unknown("", tree, _TOP)
        signers = self._signers(tree)
        rules = self._rules(tree, tuple(each.name for each in signers))
        revoked = self._revoked(tree)
        policy = TrustPolicy(
            signers=signers,
            rules=rules,
            revoked=revoked,
            expires=self._moment("/expires", tree.get("expires")),
        )
        if self._wrong:
            lines = tuple(f"line {line}: {told}" for line, told in sorted(self._wrong))
            count = "1 mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
            raise ConfigError(
                f'trust policy "{shown(self._where)}" has {count}:',
                details=lines,
                hint="the keys and their meaning are in docs/trust-policy.md",
            )
        return policy

    def _mistake(self, pointer: str, told: str) -> None:
        self._wrong.append((self._toml.line(pointer), told))

    def _unknown(self, pointer: str, tree: Tree, known: tuple[str, ...]) -> None:
        for key in tree:
            if key not in known:
                told = f'"{shown(key, 60)}" is not known here{_nearest(key, known)}'
                self._mistake(f"{pointer}/{escaped(key)}", told)

    def _signers(self, tree: Tree) -> tuple[TrustedSigner, ...]:
        listed = tree.get("signers", {})
        if not isinstance(listed, dict):
            self._mistake("/signers", "signers are tables: [signers.NAME]")
            return ()
        found = []
        for name, each in listed.items():
            pointer = f"/signers/{escaped(name)}"
            if isinstance(each, dict):
                found.append(self._signer(name, pointer, each))
            else:
                self._mistake(pointer, f'signer "{shown(name, 60)}" is no table: [signers.{shown(name, 60)}]')
        return tuple(found)

    def _signer(self, name: str, pointer: str, tree: Tree) -> TrustedSigner:
        self._unknown(pointer, tree, _SIGNER)
        keys: tuple[str, ...] = ()
        if path := self._text(pointer, tree, "key"):
            keys = self._key_names(f"{pointer}/key", path)
        elif digest := self._text(pointer, tree, "sha256"):
            keys = (digest.lower(),)
            if len(digest) != 64 or not set(digest.lower()) <= set("0123456789abcdef"):
                self._mistake(f"{pointer}/sha256", f'"{shown(digest, 70)}" is no SHA-256 in hexadecimal')
        given = {key: self._text(pointer, tree, key) for key in ("subject", "san", "issuer", "oidc_issuer")}
        for key, text in given.items():
            if wrong := check_pattern(text):
                self._mistake(f"{pointer}/{key}", f'"{shown(text, 80)}" is {wrong}')
        pin = Pin(**given) if any(given.values()) else None
        roots = self._texts(pointer, tree, "roots")
        has_key = bool({"key", "sha256"} & tree.keys())
        told = f'signer "{shown(name, 60)}"'
        if {"key", "sha256"} <= tree.keys() or (has_key and (pin or roots)):
            self._mistake(pointer, f"{told} has more than one of: key, sha256, an identity")
        elif not has_key and pin is None:
            self._mistake(pointer, f"{told} has neither key, sha256 nor an identity (subject, san)")
        elif pin is not None and not has_substance(pin):
            self._mistake(pointer, f"{told} is whoever the authority knows: give a subject or a san")
        elif pin is not None and not roots and not pin.oidc_issuer:
            self._mistake(pointer, f"{told} has an identity, but neither roots nor an oidc_issuer")
        return TrustedSigner(
            name=name,
            keys=keys,
            pin=pin,
            roots=tuple(d for path in roots for d in self._root_names(f"{pointer}/roots", path)),
            expires=self._moment(f"{pointer}/expires", tree.get("expires")),
        )

    def _key_names(self, pointer: str, path: str) -> tuple[str, ...]:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

        try:
            data = self._load(path)
            key = load_pem_public_key(data)
        except SourceError as error:
            self._mistake(pointer, error.message)
            return ()
        except (ValueError, UnsupportedAlgorithm):
            self._mistake(pointer, f'"{shown(path)}" holds no public key in PEM')
            return ()
        form = PublicFormat.SubjectPublicKeyInfo
        both = (key.public_bytes(Encoding.PEM, form), key.public_bytes(Encoding.DER, form))
        return tuple(sorted(hashlib.sha256(each).hexdigest() for each in both))

    def _root_names(self, pointer: str, path: str) -> tuple[str, ...]:
        try:
            return tuple(hashlib.sha256(each).hexdigest() for each in certificates_of(self._load(path)))
        except (SourceError, ReadError) as error:
            self._mistake(pointer, f'"{shown(path)}": {error.message}')
            return ()

    def _rules(self, tree: Tree, signers: tuple[str, ...]) -> tuple[TrustRule, ...]:
        listed = tree.get("rule", [])
        if not isinstance(listed, list) or not listed:
            self._mistake("/rule", "a policy needs rules: [[rule]]")
            return ()
        found = []
        for at, each in enumerate(listed):
            if isinstance(each, dict):
                found.append(self._rule(f"/rule/{at}", each, signers, at))
            else:
                self._mistake(f"/rule/{at}", "a rule is a table: [[rule]]")
        names = [rule.name for rule in found]
        for at, rule in enumerate(found):
            if rule.name in names[:at]:
                self._mistake(f"/rule/{at}/name", f'the name "{shown(rule.name, 60)}" stands twice')
        return tuple(found)

    def _rule(self, pointer: str, tree: Tree, signers: tuple[str, ...], at: int) -> TrustRule:
        self._unknown(pointer, tree, _RULE)
        rule = TrustRule(
            name=self._text(pointer, tree, "name") or f"rule {at + 1}",
            models=self._texts(pointer, tree, "models"),
            signers=self._texts(pointer, tree, "signers"),
            threshold=self._whole(pointer, tree, "threshold", 1),
            requires=self._texts(pointer, tree, "requires"),
            max_age=self._age(pointer, tree),
            expires=self._moment(f"{pointer}/expires", tree.get("expires")),
            minimum_version=self._text(pointer, tree, "minimum_version"),
            prevents_rollback=self._flag(pointer, tree, "prevent_rollback"),
            binds_name=self._flag(pointer, tree, "bind_name"),
            binds_version=self._flag(pointer, tree, "bind_version"),
            records_first_use=self._flag(pointer, tree, "record_first_use"),
            line=self._toml.line(pointer),
        )
        if not rule.models:
            self._mistake(pointer, 'a rule says what it is about: models = ["org/*"]')
        for text in rule.models:
            if wrong := check_pattern(text):
                self._mistake(f"{pointer}/models", f'"{shown(text, 80)}" is {wrong}')
        if not rule.signers and not rule.records_first_use:
            self._mistake(pointer, "a rule without signers has to record the first use (record_first_use)")
        for name in rule.signers:
            if name not in signers:
                told = f'"{shown(name, 60)}" is not a signer{_nearest(name, signers)}'
                self._mistake(f"{pointer}/signers", told)
        if not 1 <= rule.threshold <= max(1, len(set(rule.signers))):
            told = f"a threshold of {rule.threshold} of {len(set(rule.signers))} signers cannot be met"
            self._mistake(f"{pointer}/threshold", told)
        for name in rule.requires:
            if name not in PREDICATES and ":" not in name:
                told = f'"{shown(name, 60)}" is not a predicate{_nearest(name, tuple(PREDICATES))}'
                self._mistake(f"{pointer}/requires", told)
        return rule

    def _revoked(self, tree: Tree) -> Revoked:
        listed = tree.get("revoked", {})
        if not isinstance(listed, dict):
            self._mistake("/revoked", "what was revoked is a table: [revoked]")
            return Revoked()
        self._unknown("/revoked", listed, _REVOKED)
        held = tree_at(tree, "revoked")
        identities = self._texts("/revoked", held, "identities")
        for text in identities:
            if wrong := check_pattern(text):
                self._mistake("/revoked/identities", f'"{shown(text, 80)}" is {wrong}')
        return Revoked(
            digests=frozenset(each.lower() for each in self._texts("/revoked", held, "digests")),
            keys=frozenset(each.lower() for each in self._texts("/revoked", held, "keys")),
            identities=identities,
        )

    def _text(self, pointer: str, tree: Tree, key: str) -> str:
        value = tree.get(key, "")
        if not isinstance(value, str) or (key in tree and not value):
            self._mistake(f"{pointer}/{key}", f'"{key}" is {_said(value)}; expected is a text')
            return ""
        return value

    def _texts(self, pointer: str, tree: Tree, key: str) -> tuple[str, ...]:
        value = tree.get(key, [])
        if isinstance(value, list) and all(isinstance(each, str) and each for each in value):
            return tuple(str(each) for each in value)
        self._mistake(f"{pointer}/{key}", f'"{key}" is {_said(value)}; expected is a list of texts')
        return ()

    def _flag(self, pointer: str, tree: Tree, key: str) -> bool:
        value = tree.get(key, False)
        if not isinstance(value, bool):
            self._mistake(f"{pointer}/{key}", f'"{key}" is {_said(value)}; expected is true or false')
        return value is True

    def _whole(self, pointer: str, tree: Tree, key: str, default: int) -> int:
        value = tree.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            self._mistake(f"{pointer}/{key}", f'"{key}" is {_said(value)}; expected is a whole number')
            return default
        return value

    def _age(self, pointer: str, tree: Tree) -> timedelta | None:
        value = tree.get("max_age")
        if value is None:
            return None
        number = value[:-1] if isinstance(value, str) else ""
        if isinstance(value, str) and value[-1:] in _UNITS and number.isdecimal() and 0 < len(number) <= 5:
            return timedelta(**{_UNITS[value[-1]]: int(number)})
        told = f'"max_age" is {_said(value)}; expected is a number with h, d or w: "90d"'
        self._mistake(f"{pointer}/max_age", told)
        return None

    def _moment(self, pointer: str, value: "Json | datetime | date") -> datetime | None:
        """Read a date (it ends at midnight, UTC) or a time with a zone."""
        if value is None:
            return None
        if isinstance(value, str):
            with suppress(ValueError):  # told below
                value = datetime.fromisoformat(value)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(UTC)
        if isinstance(value, datetime) and value.time() == time(0):
            return value.replace(tzinfo=UTC)
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime.combine(value, time(0), UTC)
        self._mistake(pointer, f'"expires" is {_said(value)}; expected is a date, or a time with its zone')
        return None


def _nearest(name: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return f'; nearest is "{near[0]}"'
    return f"; known are {', '.join(known[:12])}" if known else ""


def _said(value: object) -> str:
    if value is None:
        return "not there"
    return f'"{shown(value, 60)}"' if isinstance(value, str) else shown(str(value), 60)


def with_revocations(policy: TrustPolicy, more: Revoked) -> TrustPolicy:
    """Add a list of revocations to a policy."""
    held = policy.revoked
    joined = Revoked(
        digests=held.digests | more.digests,
        keys=held.keys | more.keys,
        identities=(*held.identities, *more.identities),
    )
    return msgspec.structs.replace(policy, revoked=joined)
