"""The time that a document bears."""

import os

from backstamp.core.errors import UsageError


def time_of(text: str) -> str:
    """Choose the time of a document: the option, SOURCE_DATE_EPOCH, the clock.

    Raises ``UsageError`` for what is no time.
    """
    from datetime import UTC, datetime

    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        if text:
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        elif epoch:
            moment = datetime.fromtimestamp(int(epoch), UTC)
        else:
            moment = datetime.now(UTC)
    except (ValueError, OverflowError, OSError) as error:
        what = "--timestamp" if text else "SOURCE_DATE_EPOCH"
        raise UsageError(
            f'{what} "{text or epoch}" is not a time', hint="Example: 2026-11-25T12:00:00Z"
        ) from error
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
