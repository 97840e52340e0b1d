"""The kinds of import there are: what each is called, and what it reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    reads: str


KINDS = {
    "claude-code": Kind("Claude Code", "session logs, .jsonl"),
    "codex": Kind("Codex CLI", "session logs, .jsonl"),
    "gemini-cli": Kind("Gemini CLI", "chats, .json or .jsonl"),
    "llm": Kind("llm", "logs.db"),
    "openai": Kind("OpenAI export", "usage or cost report, .csv"),
    "anthropic": Kind("Anthropic export", "usage or cost report of the Admin API, .json"),
    "openrouter": Kind("OpenRouter export", "activity, .csv"),
    "chatgpt": Kind("ChatGPT export", "the .zip, or conversations.json"),
    "claude-ai": Kind("Claude.ai export", "the .zip, or conversations.json"),
}
IMPORT_NAMES = {kind: known.name for kind, known in KINDS.items()}


def readable() -> str:
    """All of them: "Claude Code (session logs, .jsonl), …, Claude.ai export (…)"."""
    return ", ".join(f"{kind.name} ({kind.reads})" for kind in KINDS.values())
