"""Text files that go along with a message."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pennyweight.domain.conversation import Attachment
from pennyweight.domain.errors import InputError

STANDARD_INPUT = "standard input"
"""The name of a text that came from a pipe and so has none."""
MAX_BYTES = 8 * 1024 * 1024
_KNOWN_BINARY = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a sound, a film or a picture",
    b"\x1f\x8b": "a compressed file",
    b"GGUF": "a model file",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
    b"MZ": "a program",
}


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file's text; `note` is one sentence where something had to be guessed (its encoding), else empty."""

    attachment: Attachment
    note: str = ""


def read_attachment(path: Path) -> ReadFile:
    """Read a plain text file. InputError in one sentence for one that is missing, too large or not text."""
    name = path.name or path.resolve().name or str(path)  # "." and "/" have no name of their own
    try:
        if path.is_dir():
            raise InputError(f"{name} is a folder, not a text file.")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError(f"There is no file {path}.") from None
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}.") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{name} is larger than {MAX_BYTES // 1024**2} MB.", advice="Split it, or send a part of it.")
    return from_bytes(name, data)


def from_bytes(name: str, data: bytes) -> ReadFile:
    """The text of a file's bytes. InputError if it is not text or empty."""
    text, note = decode(name, data)
    if not text.strip():
        raise InputError(f"{name} is empty.")
    return ReadFile(
        Attachment(name=name, text=text, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest()), note
    )


def decode(name: str, data: bytes) -> tuple[str, str]:
    """(text with plain line breaks, note). UTF-8, UTF-16 or UTF-32 with a byte order mark, else Windows-1252."""
    for magic, kind in _KNOWN_BINARY.items():
        if data.startswith(magic) and (magic != b"MZ" or b"\0" in data[:512]):
            raise InputError(f"{name} is {kind}, not a plain text file.")
    text, note = _decoded(name, data)
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff"), note


def _decoded(name: str, data: bytes) -> tuple[str, str]:
    marks = (
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    )
    for mark, encoding in marks:
        if data.startswith(mark):
            try:
                return data.decode(encoding), ""
            except UnicodeDecodeError:
                raise InputError(f"{name} is damaged: it says it is {encoding.upper()} text and is not.") from None
    if b"\0" in data:
        raise InputError(f"{name} is not a plain text file.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        if _looks_binary(data):
            raise InputError(f"{name} is not a plain text file.") from None
        return data.decode("cp1252", "replace"), f"{name} is not UTF-8; it was read as Windows-1252."
    if _looks_binary(data):
        raise InputError(f"{name} is not a plain text file.")
    return text, ""


def _looks_binary(data: bytes) -> bool:
    """More control characters than any text has."""
    head = data[:65536]
    odd = sum(byte < 32 and byte not in (9, 10, 12, 13, 27) for byte in head)
    return odd * 50 > len(head)
