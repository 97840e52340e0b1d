"""Greedy answers of a GGUF file through llama.cpp."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..generator.example import Turn
from ..tokenizer.bpe import Tokenizer
from ..tokenizer.chat import prompt_ids
from ..tokenizer.split import IM_END

os.environ.setdefault("GGML_NO_BACKTRACE", "1")


class Engine:
    """One loaded model; temperature 0 only. ``exact``: keys and values are kept in full precision."""

    def __init__(
        self, path: Path, context: int = 1024, threads: int = 2, all_logits: bool = False, exact: bool = False
    ) -> None:
        from llama_cpp import Llama

        precision: dict[str, Any] = {"type_k": 0, "type_v": 0} if exact else {}
        self.llama: Any = Llama(
            model_path=str(path),
            n_ctx=context,
            n_threads=threads,
            n_threads_batch=threads,
            logits_all=all_logits,
            verbose=False,
            **precision,
        )
        self.context = context
        self.tokenizer = Tokenizer.load()

    def native_ids(self, text: str) -> list[int]:
        """llama.cpp's own tokenization of plain text."""
        found: list[int] = self.llama.tokenize(text.encode("utf-8"), add_bos=False, special=False)
        return found

    def answer(self, turns: Iterable[Turn], limit: int = 320) -> str:
        ids = prompt_ids(self.tokenizer, turns)
        limit = min(limit, self.context - len(ids) - 1)
        if limit <= 0:
            return ""
        self.llama.reset()
        made: list[int] = []
        for token in self.llama.generate(ids, temp=0.0, repeat_penalty=1.0):
            if token <= IM_END or len(made) >= limit:
                break
            made.append(int(token))
        return self.tokenizer.decode(made)
