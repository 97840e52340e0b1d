"""Which importer reads which file, recognised by content, and where the programs usually keep their logs."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

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
from pennyweight.services.imports.rows import Importer, Rows

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
KINDS = ("claude-code", "codex", "gemini-cli", "llm", "openai", "anthropic", "openrouter", "chatgpt", "claude-ai")
SUFFIXES = (".jsonl", ".json", ".csv", ".zip", ".db")
_HEAD = 256 * 1024
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
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, or of `conversations.json` in a zip. InputError if the zip holds none or is damaged."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            yield file
        return
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.rsplit("/", 1)[-1] == "conversations.json"]
            if not names:
                raise InputError(f"{path.name} holds no conversations.json.")
            with archive.open(names[0]) as member:
                yield member  # type: ignore[misc]  # ZipExtFile reads bytes, its stub says IO[bytes]
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise InputError(f"{path.name} is a damaged zip file.") from error


def files(kind: str, path: Path) -> list[SourceFile]:
    """The files to read, parents of forks first. InputError if there is nothing to import."""
    if not path.exists():
        raise InputError(f"There is no file {path}.")
    found = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES)
    chosen = [SourceFile(one, kind if kind != "auto" else detect(one) or "") for one in found if one.is_file()]
    chosen = [one for one in chosen if one.kind]
    if not chosen:
        raise InputError(f"Nothing in {path} is of a kind that can be imported.")
    return chosen


def rows_of(source: SourceFile) -> Rows:
    if source.kind == "llm":
        yield from llm_logs.rows_of(source.path)
        return
    with opened(source.path) as stream:
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
    return [place for place in places if place.path.exists()]
