"""Name constraints: an authority may be allowed to speak for some names only (RFC 5280, section 4.2.1.10)."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from backstamp.core.finding import shown

if TYPE_CHECKING:
    from cryptography import x509

_KINDS = ("RFC822Name", "DNSName", "UniformResourceIdentifier", "IPAddress", "DirectoryName")


def constraint_reasons(way: "Sequence[x509.Certificate]") -> Iterator[str]:
    """Tell which names on a way, leaf first, an authority above them may not speak for."""
    from cryptography import x509

    for depth in range(len(way) - 1, 0, -1):
        try:
            constraints = way[depth].extensions.get_extension_for_class(x509.NameConstraints).value
        except x509.ExtensionNotFound:
            continue
        who = shown(way[depth].subject.rfc4514_string(), 80)
        listed = [*(constraints.permitted_subtrees or ()), *(constraints.excluded_subtrees or ())]
        for each in listed:
            if type(each).__name__ not in _KINDS:
                yield f'"{who}" limits names of a kind that is not understood'
        for at, below in enumerate(way[:depth]):
            if at and below.subject == below.issuer:
                continue  # self-issued: the same authority with another key
            for name in _names(below):
                if _is_refused(name, constraints):
                    yield f'"{who}" may not speak for "{shown(_text(name), 120)}" (name constraints)'


def _names(certificate: "x509.Certificate") -> "Iterator[x509.GeneralName]":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    if certificate.subject.rdns:
        yield x509.DirectoryName(certificate.subject)
    for mail in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS):
        yield x509.RFC822Name(str(mail.value))
    try:
        yield from certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return


def _is_refused(name: "x509.GeneralName", constraints: "x509.NameConstraints") -> bool:
    permitted = [each for each in constraints.permitted_subtrees or () if type(each) is type(name)]
    excluded = [each for each in constraints.excluded_subtrees or () if type(each) is type(name)]
    if permitted and not any(_is_within(name, each, doubt=False) for each in permitted):
        return True
    return any(_is_within(name, each, doubt=True) for each in excluded)


def _is_within(name: "x509.GeneralName", tree: "x509.GeneralName", *, doubt: bool) -> bool:
    """Say whether a name is below another. ``doubt`` is the answer for a name that cannot be placed."""
    from cryptography import x509

    match name, tree:
        case x509.DNSName(), x509.DNSName():
            host = name.value.casefold().rstrip(".")
            if not host:
                return doubt
            if doubt and host.startswith("*."):  # a wildcard speaks for hosts that may be excluded
                host_end = host[1:]
                if ("." + tree.value.casefold().lstrip(".")).endswith(host_end):
                    return True
            return _is_below(host, tree.value.casefold())
        case x509.RFC822Name(), x509.RFC822Name():
            return _mail_is_within(name.value, tree.value, doubt=doubt)
        case x509.UniformResourceIdentifier(), x509.UniformResourceIdentifier():
            host = _host_of(name.value)
            return _is_host(host, tree.value.casefold()) if host else doubt
        case x509.IPAddress(), x509.IPAddress():
            return _address_is_within(name, tree, doubt=doubt)
        case x509.DirectoryName(), x509.DirectoryName():
            return _directory(tree.value) == _directory(name.value)[: len(tree.value.rdns)]
    return doubt


def _is_below(host: str, tree: str) -> bool:
    if tree.startswith("."):
        return host.endswith(tree)
    return not tree or host == tree or host.endswith("." + tree)


def _is_host(host: str, tree: str) -> bool:
    return host.endswith(tree) if tree.startswith(".") else host == tree


def _mail_is_within(mail: str, tree: str, *, doubt: bool) -> bool:
    user, at, host = mail.rpartition("@")
    if not at or not user or not host or "@" in user:
        return doubt
    if "@" in tree:
        wanted, _, where = tree.rpartition("@")
        return user == wanted and host.casefold() == where.casefold()
    return _is_host(host.casefold(), tree.casefold())


def _host_of(uri: str) -> str:
    from urllib.parse import urlsplit

    try:
        host = urlsplit(uri).hostname or ""
    except ValueError:
        return ""
    return "" if ":" in host or host.replace(".", "").isdigit() else host.casefold()


def _address_is_within(name: "x509.IPAddress", tree: "x509.IPAddress", *, doubt: bool) -> bool:
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

    match name.value, tree.value:
        case IPv4Address() as address, IPv4Network() as network:
            return address in network
        case IPv6Address() as address, IPv6Network() as network:
            return address in network
    return False if type(name.value).__name__[:4] != type(tree.value).__name__[:4] else doubt


def _directory(name: "x509.Name") -> list[frozenset[tuple[str, str]]]:
    return [
        frozenset((each.oid.dotted_string, " ".join(str(each.value).casefold().split())) for each in rdn)
        for rdn in name.rdns
    ]


def _text(name: "x509.GeneralName") -> str:
    from cryptography import x509

    return name.value.rfc4514_string() if isinstance(name, x509.DirectoryName) else str(name.value)
