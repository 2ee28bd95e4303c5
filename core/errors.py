"""Every error raised on purpose, grouped by what to do next.

HeadwaterError
├── ConfigError               stop and tell the operator: the configuration is wrong
├── SourceError               something is wrong with one source; the others go on
│   ├── SourceAuthError       the credentials or permissions do not suffice: stop this source
│   ├── SourceUnavailableError  the source did not answer in time: try again on the next run
│   ├── SourceAnswerError     the source answered something that it should not: stop this stream
│   └── SourcePausedError     a budget or a limit is used up: end the pass, go on later, no fault
├── PayloadError              one payload does not parse: keep it raw, count it, go on
├── NotFoundError             the thing asked for does not exist
├── StoppedError             somebody asked the work to end: it is no failure
├── BadRequestError           the question itself is wrong (reversed window, unknown interval)
│   └── FieldError            one field of what was sent is wrong; it is named
├── DeliveryError             what was sent is not of the form that it should have
├── UnverifiedError           nobody knows who sent this
│   └── SignInError           who wants to come in was not recognised, or may not
└── StoreError                the database is absent, too old, too new or locked
"""

from __future__ import annotations

from datetime import datetime

from core.concealed import concealed


class HeadwaterError(Exception):
    """Base of all; `str(error)` is one line for a person, ends with what to do next, and has none
    of the secrets that are configured.
    """

    def __str__(self) -> str:
        return concealed(super().__str__())


class ConfigError(HeadwaterError):
    """The configuration can't be used; the message names file, line and a suggestion."""


class SourceError(HeadwaterError):
    """One source can't be read; the message names the path, never a query or a token.

    status: the HTTP status that said so, None where there was none.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class SourceAuthError(SourceError):
    """Wrong or expired credentials, or a permission that is missing."""


class SourceUnavailableError(SourceError):
    """Unreachable, timed out, or answering 429 or 5xx after all retries."""


class SourceBusyError(SourceError):
    """Another process is reading the source, or took over: nothing is wrong with it."""


class SourceAnswerError(SourceError):
    """An answer that breaks the protocol: HTML for JSON, a repeated page, rows outside the
    filter.
    """


class SourcePausedError(SourceError):
    """Nothing may be asked for longer than a pass should wait: it ends, and a later one goes on.

    until: when asking may go on, None where that is not known.
    """

    def __init__(self, message: str, *, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class PayloadError(HeadwaterError):
    """One payload lacks what its parser needs."""


class NotFoundError(HeadwaterError):
    """No such stream, item, service or source."""


class StoppedError(HeadwaterError):
    """The work was asked to end early; what was stored stays, and the next run goes on from
    there.
    """


class BadRequestError(HeadwaterError):
    """The question can't be answered as asked; the message says which part and what would be
    accepted.
    """


class FieldError(BadRequestError):
    """One field of what was sent is wrong.

    field: its path, as "subject.content.environment.id".
    """

    def __init__(self, field: str, what: str) -> None:
        super().__init__(f"{field}: {what}")
        self.field = field
        self.what = what


class DeliveryError(HeadwaterError):
    """What was sent is not readable: no JSON, the wrong type of content, too large.

    status: the HTTP status that says so.
    """

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class UnverifiedError(HeadwaterError):
    """No secret fits; the message does not tell whether there is such a source."""


class SignInError(UnverifiedError):
    """Who wants to come in was not recognised, or may not; the message says what to do.

    status: 401 where trying again may help, 403 where a person was recognised and may not, 502
    where the identity provider is at fault.
    """

    def __init__(self, message: str, *, status: int = 401) -> None:
        super().__init__(message)
        self.status = status


class StoreError(HeadwaterError):
    """The database can't be used as it is; the message names the command that mends it."""
