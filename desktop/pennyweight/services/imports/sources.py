"""Which importer reads which file, recognised by content, and where the programs usually keep their logs."""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

from pennyweight.domain.errors import InputError
from pennyweight.services.imports import (
    anthropic_admin,
    chatgpt,
    claude_ai,
    claude_code,
    codex,
    gemini_cli,
    llm_logs,
    openai_usage,
    openrouter,
)
from pennyweight.services.imports.kinds import readable
from pennyweight.services.imports.rows import Importer, Rows

if TYPE_CHECKING:
    from typing_extensions import Buffer

READERS: dict[str, Importer] = {
    "claude-code": claude_code.rows,
    "codex": codex.rows,
    "gemini-cli": gemini_cli.rows,
    "openai": openai_usage.rows,
    "anthropic": anthropic_admin.rows,
    "openrouter": openrouter.rows,
    "chatgpt": chatgpt.rows,
    "claude-ai": claude_ai.rows,
}
SUFFIXES = (".jsonl", ".json", ".csv", ".zip", ".db")
_HEAD = 256 * 1024
_PIECE = 1 << 20
_SMALL, _TIGHTEST = 256 << 20, 150
"""A zip whose chats are larger than the first and packed more than the second is no export: those pack ten to one."""
Watch = Callable[[int], None]
_SIGNS: tuple[tuple[str, tuple[bytes, ...]], ...] = (
    ("openrouter", (b"generation_id,",)),
    ("openai", (b"start_time,", b"start_time_iso")),
    ("codex", (b'"session_meta"',)),
    ("codex", (b'"token_count"',)),
    ("chatgpt", (b'"mapping"', b'"current_node"')),
    ("claude-ai", (b'"chat_messages"',)),
    ("anthropic", (b'"starting_at"', b'"results"')),
    ("gemini-cli", (b'"gemini"', b'"tokens"')),
    ("gemini-cli", (b'"startTime"', b'"sessionId"')),
    ("claude-code", (b'"sessionId"',)),
    ("claude-code", (b'"assistant"', b'"usage"')),
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    path: Path
    kind: str


def detect(path: Path) -> str | None:
    """The kind of import a file is for, told from its beginning; None if it is none that is known."""
    try:
        with path.open("rb") as file:
            if file.read(16) == b"SQLite format 3\0":
                return "llm"
        with opened(path) as stream:
            head = stream.read(_HEAD)
    except (OSError, InputError):
        return None
    return next((kind for kind, signs in _SIGNS if all(sign in head for sign in signs)), None)


@contextmanager
def opened(path: Path, watch: Watch | None = None) -> Iterator[BinaryIO]:
    """The bytes of a file, or of `conversations.json` in a zip: read piece by piece, never unpacked to disk.

    `watch` is told of every piece that is read. InputError if the zip holds no chats or is damaged.
    """
    if not zipfile.is_zipfile(path):
        with path.open("rb", buffering=0) as file:
            yield io.BufferedReader(_Watched(file, watch), _PIECE)
        return
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_chats(archive, path)) as member:
            yield io.BufferedReader(_Watched(member, watch), _PIECE)
    # NotImplementedError is how zipfile refuses a compression it does not know, RuntimeError a password.
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, zlib.error) as error:
        raise InputError(f"{path.name} is a damaged zip file.") from error


def _chats(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    found = [one for one in archive.infolist() if one.filename.rsplit("/", 1)[-1] == "conversations.json"]
    if not found:
        raise InputError(f"{path.name} holds no conversations.json.")
    chats = found[0]
    if chats.file_size > max(_SMALL, _TIGHTEST * chats.compress_size):
        raise InputError(f"{path.name} would unpack to {chats.file_size >> 20:,} MiB of nothing but repetition.")
    return chats


class _Watched(io.RawIOBase):
    """A stream that tells of each piece read from it."""

    def __init__(self, source: IO[bytes], watch: Watch | None) -> None:
        self._source, self._watch = source, watch

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        return self._source.tell()

    def readinto(self, buffer: Buffer, /) -> int:
        with memoryview(buffer) as into:
            piece = self._source.read(len(into))
            into[: len(piece)] = piece
        if self._watch is not None:
            self._watch(len(piece))
        return len(piece)


def size_of(source: SourceFile) -> int:
    """Bytes that will be read, for the progress; 0 where that cannot be told."""
    try:
        if source.path.suffix == ".zip":
            with zipfile.ZipFile(source.path) as archive:
                return _chats(archive, source.path).file_size
        return source.path.stat().st_size
    except (OSError, InputError, zipfile.BadZipFile, NotImplementedError):
        return 0


def files(kind: str, path: Path) -> list[SourceFile]:
    """The files to read, parents of forks first. InputError if there is nothing to import."""
    if not _is(path, Path.exists):
        raise InputError(f"There is no file {path}.")
    alone = _is(path, Path.is_file)
    found = [path] if alone else sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES)
    chosen = [SourceFile(one, kind if kind != "auto" else detect(one) or "") for one in found if _is(one, Path.is_file)]
    chosen = [one for one in chosen if one.kind]
    if not chosen:
        raise InputError(f"Nothing in {path} is of a kind that can be imported.", advice=f"What can be: {readable()}.")
    return chosen


def rows_of(source: SourceFile, watch: Watch | None = None) -> Rows:
    """What the file holds, row by row; `watch` is told how many bytes were read, now and then."""
    if source.kind == "llm":
        for number, row in enumerate(llm_logs.rows_of(source.path)):
            if watch is not None and number % 256 == 0:
                watch(0)
            yield row
        return
    with opened(source.path, watch) as stream:
        yield from READERS[source.kind](stream)


def usual_places() -> list[SourceFile]:
    """Folders and files of other programs that exist here. Looks, reads nothing."""
    home, env = Path.home(), os.environ
    config = Path(env.get("XDG_CONFIG_HOME") or home / ".config")
    claude = [Path(part) for part in env.get("CLAUDE_CONFIG_DIR", "").split(",") if part]
    claude = claude or [home / ".claude", config / "claude"]
    codex_home = Path(env.get("CODEX_HOME") or home / ".codex")
    gemini = Path(env.get("GEMINI_DATA_DIR") or home / ".gemini")
    llm = Path(env.get("LLM_USER_PATH") or config / "io.datasette.llm")
    places = [SourceFile(one / "projects", "claude-code") for one in claude]
    places += [SourceFile(codex_home / name, "codex") for name in ("sessions", "archived_sessions")]
    places += [SourceFile(gemini / "tmp", "gemini-cli"), SourceFile(llm / "logs.db", "llm")]
    return [place for place in places if _is(place.path, Path.exists)]


def _is(path: Path, what: Callable[[Path], bool]) -> bool:
    """False also for what may not be looked at, and for a name that is too long to be one."""
    try:
        return what(path)
    except OSError:
        return False
