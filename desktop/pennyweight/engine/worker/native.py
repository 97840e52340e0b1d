"""The few calls of the llama.cpp library that we use, with Python types. All of them on one thread."""

from __future__ import annotations

import ctypes
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import llama_cpp.llama_cpp as lib

from pennyweight.engine.slices import slices

CONTROL = lib.LLAMA_TOKEN_ATTR_CONTROL
UNKNOWN = lib.LLAMA_TOKEN_ATTR_UNKNOWN
USER_DEFINED = lib.LLAMA_TOKEN_ATTR_USER_DEFINED
_INFO, _WARN, _CONT = 2, 3, 5


class AbortSwitch:
    """Stops `llama_decode` from another thread, at no cost to the one that computes.

    The library asks a callback between graph nodes, thousands of times per second. A Python callback would take the
    interpreter lock each time, so the callback is C's own `strlen` on our flag: 0 while the flag is a zero byte.
    """

    def __init__(self) -> None:
        self._flag = (ctypes.c_char * 2)()
        c_library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        address = ctypes.cast(c_library.strlen, ctypes.c_void_p).value
        self.callback = ctypes.cast(address or 0, lib.ggml_abort_callback)
        self.data = ctypes.cast(self._flag, ctypes.c_void_p)

    def set(self) -> None:
        self._flag[0] = b"\x01"

    def clear(self) -> None:
        self._flag[0] = b"\x00"

    @property
    def is_set(self) -> bool:
        return bool(self._flag[0] != b"\x00")


class EngineLog:
    """Writes the library's log to standard error and keeps its last lines: they alone tell why a load failed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.quiet = False
        self._level = _INFO
        self._callback = lib.llama_log_callback(self._on_text)
        lib.llama_log_set(self._callback, ctypes.c_void_p(0))

    def _on_text(self, level: int, text: bytes, _user_data: object) -> None:
        if level != _CONT:
            self._level = level
        if self._level < (_WARN if self.quiet else _INFO):
            return
        os.write(2, text)
        self.lines.append(text.decode("utf-8", "replace").rstrip())
        del self.lines[:-200]


class Vocabulary:
    """Tokens of a loaded model. Token ids are ints, pieces are bytes (a piece may be half a character)."""

    def __init__(self, model: int) -> None:
        vocab = lib.llama_model_get_vocab(model)
        if vocab is None:
            raise ValueError("the model has no vocabulary")
        self._vocab = vocab
        self.size = lib.llama_vocab_n_tokens(vocab)
        self.kind = lib.llama_vocab_type(vocab)
        self.bos = lib.llama_vocab_bos(vocab)
        self.eos = lib.llama_vocab_eos(vocab)
        self.add_bos = lib.llama_vocab_get_add_bos(vocab)
        self._buffer = ctypes.create_string_buffer(256)

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """Token ids of `text`; nothing is added around it. With `special`, control tokens in it are recognised."""
        if self.kind != lib.LLAMA_VOCAB_TYPE_BPE:
            return self.tokenize_whole(text, special=special)
        pieces = slices(text, lambda piece: self.tokenize_whole(piece, special=special))
        return [token for piece in pieces for token in self.tokenize_whole(piece, special=special)]

    def tokenize_whole(self, text: str, *, special: bool) -> list[int]:
        """As `tokenize`, in one call of the library, which a very long run of one kind of character ends."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        while True:
            tokens = (lib.llama_token * room)()
            count = lib.llama_tokenize(self._vocab, data, len(data), tokens, room, False, special)
            if count >= 0:
                return list(tokens[:count])
            room = -count

    def piece(self, token: int) -> bytes:
        """The bytes of a token, control tokens included, however long."""
        size = lib.llama_token_to_piece(self._vocab, token, self._buffer, len(self._buffer), 0, True)
        if size < 0:
            self._buffer = ctypes.create_string_buffer(-size)
            size = lib.llama_token_to_piece(self._vocab, token, self._buffer, len(self._buffer), 0, True)
        return self._buffer.raw[: max(size, 0)]

    def text(self, token: int) -> str:
        """A token's own text, as templates name it ("" for no token)."""
        return self.piece(token).decode("utf-8", "replace") if 0 <= token < self.size else ""

    def attributes(self, token: int) -> int:
        return int(lib.llama_vocab_get_attr(self._vocab, token))

    def is_end(self, token: int) -> bool:
        return bool(lib.llama_vocab_is_eog(self._vocab, token))


def metadata(model: int, key: str) -> str:
    """A metadata value as text, "" where the file has none."""
    room = 256
    while True:
        buffer = ctypes.create_string_buffer(room)
        size = lib.llama_model_meta_val_str(model, key.encode(), buffer, room)
        if size < room:
            return buffer.value.decode("utf-8", "replace") if size > 0 else ""
        room = size + 1


def stated_number(model: int, key: str) -> float | None:
    """A finite number of the metadata that is not negative; None where the file states none."""
    try:
        value = float(metadata(model, key))
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def token_array(tokens: Sequence[int]) -> ctypes.Array[ctypes.c_int32]:
    return (ctypes.c_int32 * len(tokens))(*tokens)


def build_name() -> str:
    """This CPU and this engine build in one name: what a fault is remembered by."""
    import hashlib

    folder = Path(lib.__file__).parent / "lib"
    parts = [lib.llama_print_system_info().decode(), lib.llama_version().decode(), _cpu_name()]
    for file in sorted(folder.glob("*ggml*")) if folder.is_dir() else []:
        parts.append(f"{file.name} {file.stat().st_size}")
    return f"{_cpu_name()} {hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:16]}".strip()


def _cpu_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    import platform

    return platform.processor() or platform.machine()
