"""From what went wrong to the error a person reads."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import httpx

from pennyweight.cloud import errors as e
from pennyweight.cloud.limits import retry_after
from pennyweight.cloud.scrub import scrubbed
from pennyweight.cloud.wire.base import GarbledError, ProviderSaidError, read_object
from pennyweight.domain.secret import Secret

NOTHING_SENT = "Nothing was sent."
NOT_BILLED = "Nothing was billed."
ASKED_KEPT = "What you wrote was kept."
ARRIVED_KEPT = "What had arrived was kept."


@dataclass(frozen=True, slots=True)
class Context:
    """What a failure is told with. `key` and `prompt` are there to be kept out of it."""

    provider: str
    model: str = ""
    key: Secret | None = None
    prompt: tuple[str, ...] = field(default=(), repr=False)

    def detail(self, message: str) -> str:
        return scrubbed(message, key=self.key.reveal() if self.key else "", prompt=self.prompt)


_WORDS: tuple[tuple[frozenset[str], type[e.StatusError]], ...] = (
    (frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_error"}), e.NoCreditError),
    (frozenset({"invalid_api_key", "authentication_error", "API_KEY_INVALID", "UNAUTHENTICATED"}), e.BadKeyError),
    (frozenset({"permission_error", "PERMISSION_DENIED"}), e.ForbiddenError),
    (frozenset({"model_not_found", "not_found_error", "NOT_FOUND"}), e.UnknownModelError),
    (frozenset({"context_length_exceeded", "request_too_large", "string_above_max_length"}), e.TooLargeError),
    (frozenset({"content_filter", "content_policy_violation"}), e.RefusedError),
    (frozenset({"rate_limit_exceeded", "rate_limit_error", "RESOURCE_EXHAUSTED"}), e.RateLimitedError),
    (frozenset({"overloaded_error", "UNAVAILABLE"}), e.OverloadedError),
    (frozenset({"api_error", "server_error", "INTERNAL"}), e.ServerError),
    (frozenset({"timeout_error", "DEADLINE_EXCEEDED"}), e.RequestTimeoutError),
    (frozenset({"invalid_request_error", "INVALID_ARGUMENT"}), e.BadRequestError),
)
_SPECIFIC = frozenset({e.NoCreditError, e.BadKeyError, e.TooLargeError, e.RefusedError})
"""What a word in the body says more exactly than a 4xx status can."""


def from_status(context: Context, status: int, headers: Mapping[str, str], body: bytes) -> e.CloudError:
    """The error for an answer with a failure status. `body` is its beginning."""
    said = _said(body)
    by_words = _by_words(said)
    kind = by_words if by_words in _SPECIFIC and status != 429 else _by_status(status)
    if status == 429 and by_words is e.NoCreditError:
        kind = e.NoCreditError
    if kind is e.StatusError:
        kind = by_words or e.BadRequestError
    wait = retry_after(headers)
    detail = context.detail(said.message)
    kept = NOT_BILLED if status < 500 and kind not in (e.RefusedError, e.RequestTimeoutError) else ASKED_KEPT
    return _told(kind, context, kept=kept, status=status, wait=wait, detail=detail)


def from_stream(context: Context, said: ProviderSaidError) -> e.CloudError:
    """The error for a failure told inside a stream."""
    kind = _by_words(said) or (_by_status(said.status) if said.status else e.ServerError)
    if kind is e.StatusError:
        kind = e.ServerError
    detail = context.detail(said.message)
    return _told(kind, context, kept=ARRIVED_KEPT, status=said.status, wait=None, detail=detail)


def _by_status(status: int) -> type[e.StatusError]:
    known: dict[int, type[e.StatusError]] = {
        400: e.BadRequestError,
        401: e.BadKeyError,
        402: e.NoCreditError,
        403: e.ForbiddenError,
        404: e.UnknownModelError,
        408: e.RequestTimeoutError,
        413: e.TooLargeError,
        422: e.BadRequestError,
        429: e.RateLimitedError,
        503: e.OverloadedError,
        529: e.OverloadedError,
    }
    return known.get(status, e.ServerError if status >= 500 else e.StatusError)


def _by_words(said: ProviderSaidError) -> type[e.StatusError] | None:
    words = {said.code, said.kind} - {""}
    for known, kind in _WORDS:
        if words & known:
            return kind
    return None


def _said(body: bytes) -> ProviderSaidError:
    """The failure in a body of JSON, in any of the shapes in use; an empty one for anything else."""
    text = body.strip()
    if text.startswith(b"["):  # Gemini wraps its error into a list
        text = text[1:].removesuffix(b"]")
    try:
        found = read_object(text)
    except GarbledError:
        return ProviderSaidError()
    said = ProviderSaidError.of(found.get("error") or found.get("detail") or found)
    if not said.message and isinstance(found.get("message"), str):
        said.message = str(found["message"])
    for part in _details(found.get("error")):
        if part == "API_KEY_INVALID":  # Gemini tells a bad key with status 400
            said.code = part
    return said


def _details(error: object) -> Iterator[object]:
    details = error.get("details") if isinstance(error, dict) else None
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict):
            yield detail.get("reason")


def _told(
    kind: type[e.StatusError], context: Context, *, kept: str, status: int | None, wait: float | None, detail: str
) -> e.CloudError:
    what, advice = _sentences(kind, context, wait)
    if detail and kind in (e.BadRequestError, e.StatusError, e.ServerError, e.UnknownModelError):
        advice = f"{advice} It says: “{detail}”".strip()
    return kind(
        what, kept=kept, advice=advice, provider=context.provider, status=status, retry_after=wait, detail=detail
    )


def _sentences(kind: type[e.StatusError], context: Context, wait: float | None) -> tuple[str, str]:
    name, model = context.provider, context.model or "this model"
    told: dict[type[e.StatusError], tuple[str, str]] = {
        e.BadKeyError: (f"{name} does not accept the key.", "Check it in the settings, or make a new one."),
        e.NoCreditError: (f"Your account at {name} has no credit left.", "Top it up there, or answer locally."),
        e.ForbiddenError: (f"{name} does not allow this with your key.", "Check what the key may do, and from where."),
        e.UnknownModelError: (f"{name} has no {model} for this key.", "Choose another model from its list."),
        e.RequestTimeoutError: (f"{name} did not get the request in time.", "Try again."),
        e.TooLargeError: (f"This is more text than {model} takes.", "Send less of the history, or a shorter text."),
        e.BadRequestError: (f"{name} does not accept this request.", ""),
        e.RefusedError: (f"{name} refused this under its rules.", "Say it differently, or answer locally."),
        e.RateLimitedError: (f"{name} takes no more requests from you for now.", _when(wait)),
        e.OverloadedError: (f"{name} is overloaded.", _when(wait)),
        e.ServerError: (f"{name} had a failure of its own.", "Try again later, or answer locally."),
    }
    return told[kind]


def _when(wait: float | None) -> str:
    if wait is None:
        return "Try again in a while, or answer locally."
    if wait < 120:
        return f"Try again in {max(1, round(wait))} s."
    minutes = round(wait / 60)
    words = f"{minutes} minutes" if minutes < 120 else f"{round(wait / 3600)} hours"
    return f"Try again in {words}, or answer locally."


def from_transport(context: Context, error: Exception, *, proxied: bool = False) -> e.CloudError:
    """The error for a connection that failed, from what httpx raised. Holds no reference to it: it knows the key."""
    name = context.provider
    causes = tuple(_causes(error))
    if any(isinstance(cause, ssl.SSLError) for cause in causes) and isinstance(error, httpx.ConnectError):
        return e.TlsError(
            f"The identity of {name}'s server could not be verified.",
            kept=NOTHING_SENT,
            advice="If your network uses its own certificate, add it in the settings.",
            provider=name,
        )
    if isinstance(error, httpx.ProxyError) or (proxied and isinstance(error, httpx.ConnectError)):
        return e.ProxyFailedError(
            f"The proxy did not let the request to {name} through.",
            kept=NOTHING_SENT,
            advice="Check the proxy in the settings.",
            provider=name,
        )
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.UnsupportedProtocol):
        return e.ConnectionFailedError(
            f"{name} could not be reached{_why(error, causes)}.",
            kept=NOTHING_SENT,
            advice="Check the network, or answer locally.",
            provider=name,
        )
    if isinstance(error, httpx.TimeoutException):
        return e.SilenceError(
            f"{name} said nothing for too long.",
            kept=ARRIVED_KEPT,
            advice="Try again, or answer locally.",
            provider=name,
        )
    if isinstance(error, httpx.DecodingError):
        return e.GarbledStreamError(f"What {name} sent could not be read.", kept=ARRIVED_KEPT, provider=name)
    return cut_off(context)


def _why(error: Exception, causes: Iterable[BaseException]) -> str:
    if isinstance(error, httpx.TimeoutException):
        return " in time"
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return ": its name is not known here"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return ": nothing answers at its address"
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    here: BaseException | None = error
    while here is not None and id(here) not in seen:
        seen.add(id(here))
        yield here
        here = here.__cause__ or here.__context__


def cut_off(context: Context) -> e.CutOffError:
    return e.CutOffError(
        f"The connection to {context.provider} ended before the answer did.",
        kept=ARRIVED_KEPT,
        advice="Ask again for a whole answer.",
        provider=context.provider,
    )


def garbled(context: Context) -> e.GarbledStreamError:
    return e.GarbledStreamError(
        f"What {context.provider} sent could not be read.",
        kept=ARRIVED_KEPT,
        advice="Check the address and the kind of provider.",
        provider=context.provider,
    )


def not_a_stream(context: Context, content_type: str, body: bytes) -> e.CloudError:
    """For an answer of status 200 that is no stream: a web page, or JSON (perhaps with an error in it)."""
    start = body.lstrip()[:200].lower()
    if "html" in content_type or start.startswith((b"<!doctype", b"<html")):
        return e.WebPageError(
            f"A web page came instead of an answer from {context.provider}.",
            kept=ASKED_KEPT,
            advice="Check the address; this network may want you to sign in first.",
            provider=context.provider,
        )
    said = _said(body)
    if _by_words(said) or said.message:
        return from_stream(context, said)
    return e.NotAStreamError(
        f"{context.provider} sent something else than a stream of text.",
        kept=ASKED_KEPT,
        advice="Check the address and the kind of provider.",
        provider=context.provider,
    )
