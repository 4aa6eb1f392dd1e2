"""Errors, one class for each thing a caller would do differently.

Each carries what went wrong (``message``, and ``details`` that each stand on a line of their
own), the next step for a person (``hint``) and the exit code of a command that ends by it
(``code``: 2 used wrongly, 3 undetermined, 4 our fault).
"""


class BackstampError(Exception):
    """The parent of all errors that Backstamp raises on purpose."""

    code = 4

    def __init__(self, message: str, *, hint: str = "", details: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join((message, *details)))
        self.message = message
        self.hint = hint
        self.details = details


class UsageError(BackstampError):
    """A command or function was called in a way that cannot work."""

    code = 2


class ConfigError(BackstampError):
    """Something a person wrote down (a configuration, a waiver file) is wrong."""

    code = 2


class SourceError(BackstampError):
    """An artifact could not be opened or listed."""

    code = 2


class ReadError(BackstampError):
    """Bytes are not what their format promises; the only error that a reader raises."""

    code = 3


class BudgetExceeded(ReadError):
    """Reading would have cost more than its budget allows: the rest stays unread."""


class OutputError(BackstampError):
    """A result could not be written where it was asked for."""

    code = 4


class KnowledgeError(BackstampError):
    """A knowledge snapshot is missing, damaged or of an unknown version."""

    code = 4


class VerificationError(BackstampError):
    """A signature, digest or statement does not verify."""

    code = 1


class PolicyError(BackstampError):
    """A policy is wrong."""

    code = 2


class NotFound(BackstampError):
    """The thing asked for does not exist."""

    code = 2


class Conflict(BackstampError):
    """Another change came first."""


class Forbidden(BackstampError):
    """The caller may not do this."""


def why(error: OSError | ValueError) -> str:
    """Say in a few words why a file or folder could not be used."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error)
