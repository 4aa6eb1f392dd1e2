"""What a refused load raises."""

from backstamp.core.errors import VerificationError


class GuardError(VerificationError):
    """A file may not be loaded: it is not approved, or it changed while it was loaded.

    ``path`` is the file, ``expected`` the digests that are approved for it, ``found`` the digest that it has.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        path: str = "",
        expected: tuple[str, ...] = (),
        found: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.path = path
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        """Say both lines: whoever meets this error mostly sees it in a traceback."""
        return f"{self.message}\n{self.hint}" if self.hint else self.message
