"""What the program and the engine's child process say to each other: one JSON object per line.

Pure code. Each request carries an `id` that its replies repeat. The child answers requests in order, except `Stop`,
which takes effect at once, and counts, which are served between two decode steps while an answer streams.
"""

from __future__ import annotations

from typing import Literal

import msgspec

MAX_LINE_BYTES = 256 * 1024 * 1024
"""A longer line is not ours; the reader gives up on the other side."""


class ProtocolError(Exception):
    """A line that is not a message of this protocol."""


class _Request(msgspec.Struct, frozen=True, kw_only=True, tag_field="do"):
    id: int


class Turn(msgspec.Struct, frozen=True, array_like=True):
    role: Literal["system", "user", "assistant"]
    text: str


class Load(_Request, frozen=True, kw_only=True, tag="load"):
    """Load a model. `context_length` None means: the smaller of trained, 8192 and what memory allows."""

    path: str
    context_length: int | None = None
    threads: int
    gpu_layers: int = 0
    flash_attention: bool = True
    extra_buffers: bool = True


class Generate(_Request, frozen=True, kw_only=True, tag="generate"):
    turns: tuple[Turn, ...]
    temperature: float
    top_p: float
    top_k: int
    min_p: float
    repeat_penalty: float
    max_output_tokens: int
    seed: int
    stop: tuple[str, ...] = ()
    stop_repeating: bool = False


class CountPrompt(_Request, frozen=True, kw_only=True, tag="count_prompt"):
    """Tokens of these turns with the template around them."""

    turns: tuple[Turn, ...]


class CountText(_Request, frozen=True, kw_only=True, tag="count_text"):
    text: str


class Tokenize(_Request, frozen=True, kw_only=True, tag="tokenize"):
    """The token ids a prompt is made of, for tests and for a view of the exact prompt."""

    turns: tuple[Turn, ...]


class Stop(_Request, frozen=True, kw_only=True, tag="stop"):
    """Stop the request with this id; unknown or finished ids are ignored."""


Request = Load | Generate | CountPrompt | CountText | Tokenize | Stop


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag_field="is", tag="hello"):
    """First line of a child: who it is. `build` names the CPU and the engine build together."""

    pid: int
    build: str
    gpu: bool = False


class _Reply(msgspec.Struct, frozen=True, kw_only=True, tag_field="is"):
    id: int


class Loading(_Reply, frozen=True, kw_only=True, tag="loading"):
    fraction: float


class SelfTest(_Reply, frozen=True, kw_only=True, tag="self_test"):
    """Loading is done and the self test begins: if the child dies now, the engine build is to blame."""


class Loaded(_Reply, frozen=True, kw_only=True, tag="loaded"):
    name: str
    architecture: str
    parameters: int
    size_bytes: int
    trained_context: int
    context_window: int
    has_template: bool
    template_problem: str = ""
    system_role: bool = True
    seconds: float


class Prompt(_Reply, frozen=True, kw_only=True, tag="prompt"):
    evaluated: int
    reused: int
    total: int


class Delta(_Reply, frozen=True, kw_only=True, tag="delta"):
    """A piece of the answer or of its reasoning; `tokens` counts completion tokens so far, reasoning included."""

    text: str
    reasoning: bool = False
    tokens: int
    reasoning_tokens: int = 0


class Finished(_Reply, frozen=True, kw_only=True, tag="finished"):
    """End of an answer. Seconds are on the child's monotonic clock; `perf_*` is the library's own count."""

    reason: Literal["end", "length", "stop_text", "repeating", "stopped"]
    prompt_tokens: int
    reused: int
    evaluated: int
    output_tokens: int
    reasoning_tokens: int
    prefill_seconds: float
    decode_seconds: float
    first_token_seconds: float | None
    perf_prompt: int = 0
    perf_decode: int = 0


class Counted(_Reply, frozen=True, kw_only=True, tag="counted"):
    tokens: int


class Tokens(_Reply, frozen=True, kw_only=True, tag="tokens"):
    ids: tuple[int, ...]
    control: tuple[int, ...]
    """Positions in `ids` that hold control tokens."""


FailureKind = Literal["stopped", "file", "memory", "unsupported", "overflow", "decode", "not_loaded", "bug"]


class Failed(_Reply, frozen=True, kw_only=True, tag="failed"):
    """The request could not be done; the child lives on. `message` is one sentence for a person."""

    kind: FailureKind
    message: str
    needed: int = 0
    available: int = 0


Reply = Hello | Loading | SelfTest | Loaded | Prompt | Delta | Finished | Counted | Tokens | Failed

_encoder = msgspec.json.Encoder()
_requests: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_replies: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(Reply)


def encode(message: Request | Reply) -> bytes:
    """The message as one line, newline included."""
    return _encoder.encode(message) + b"\n"


def decode_request(line: bytes) -> Request:
    """Raises ProtocolError."""
    try:
        return _requests.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProtocolError(str(error)) from error


def decode_reply(line: bytes) -> Reply:
    """Raises ProtocolError."""
    try:
        return _replies.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProtocolError(str(error)) from error
