"""What can go wrong between here and a provider. Each is a sentence: what happened, what was kept, what to do.

No message holds a key or a piece of the prompt: what a server says is shown only after `failures.scrubbed`.
"""

from __future__ import annotations

from pennyweight.domain.answer import Finished
from pennyweight.domain.errors import KnownError


class CloudError(KnownError):
    """A provider could not answer."""

    retryable = False
    """True where nothing can have been billed and a second try may work."""

    def __init__(
        self,
        what: str,
        *,
        kept: str = "",
        advice: str = "",
        provider: str = "",
        status: int | None = None,
        retry_after: float | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(what, kept=kept, advice=advice)
        self.provider = provider
        """The provider's name as shown to a person."""
        self.status = status
        """HTTP status, if there was an answer."""
        self.retry_after = retry_after
        """Seconds the server asked to wait."""
        self.detail = detail
        """The server's own words, scrubbed, plain text of one line; may be empty."""
        self.finished: Finished | None = None
        """Set where something may have been billed: what was used, with reason FAILED. Else None."""


class NotAllowedError(CloudError):
    """The gate refused: nothing was sent."""


class OfflineError(NotAllowedError):
    """The lock is on."""


class PermitError(NotAllowedError):
    """No yes was given for exactly this request."""


class SetupError(CloudError):
    """The address, the certificate file or the proxy setting cannot be used; nothing was sent."""


class NoKeyError(CloudError):
    """A key is needed and there is none."""


class UnusableKeyError(CloudError):
    """The key holds characters that cannot go into a request; nothing was sent."""


class PlainHttpError(SetupError):
    """A key would have gone over an unencrypted connection to another machine."""


class RedirectError(CloudError):
    """The server sent us elsewhere; neither the key nor the text followed."""


class StatusError(CloudError):
    """The server answered with a failure."""


class BadKeyError(StatusError):
    """401: the key is not accepted."""


class NoCreditError(StatusError):
    """402, or a quota that is used up."""


class ForbiddenError(StatusError):
    """403: the key may not do this, or the provider does not serve this place."""


class UnknownModelError(StatusError):
    """404: no such model, or none for this key."""


class RequestTimeoutError(StatusError):
    """408: the server gave up waiting."""

    retryable = True


class TooLargeError(StatusError):
    """413, or a prompt beyond the context window."""


class BadRequestError(StatusError):
    """400, 422: the server does not accept the request as it is."""


class RefusedError(StatusError):
    """The provider's rules stopped the question or the answer."""


class RateLimitedError(StatusError):
    """429: too many requests or tokens for now."""

    retryable = True


class OverloadedError(StatusError):
    """503, 529: the provider has more work than it can do."""

    retryable = True


class ServerError(StatusError):
    """Any other 5xx."""

    retryable = True


class NetworkError(CloudError):
    """The server could not be reached or stopped speaking."""


class ConnectionFailedError(NetworkError):
    """No connection: no network, no such name, refused. Nothing was sent."""

    retryable = True


class TlsError(NetworkError):
    """The server's certificate could not be verified. Nothing was sent."""


class ProxyFailedError(NetworkError):
    """The proxy could not be used or refused. Nothing was sent."""


class SilenceError(NetworkError):
    """The server accepted the request and then said nothing for too long."""


class StreamError(CloudError):
    """The answer's stream was not as it should be."""


class CutOffError(StreamError):
    """The stream ended before the answer did."""


class NotAStreamError(StreamError):
    """The server answered with something else than a stream of events."""


class WebPageError(NotAStreamError):
    """The server answered with a web page: a sign-in page of this network, or a wrong address."""


class GarbledStreamError(StreamError):
    """What came could not be read."""
