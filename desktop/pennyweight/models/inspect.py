"""What is known about a model file without loading it."""

from __future__ import annotations

from pathlib import Path

from pennyweight.domain.model import ModelInfo
from pennyweight.models import memory
from pennyweight.models.facts import read_facts, shelf_name
from pennyweight.models.memory import MemoryEstimate


def inspect(
    path: Path,
    *,
    model_id: str | None = None,
    source: str = "file",
    context: int | None = None,
    available_bytes: int | None = None,
    is_starter: bool = False,
) -> ModelInfo:
    """Read a GGUF file's header; of a model in parts any part will do, `path` of the result is the first.

    `context` in tokens (None: what the engine would choose), `available_bytes` of memory (None: ask the system).
    Raises ModelFileError in one sentence for a file that is missing, damaged or not a model.
    """
    facts = read_facts(path)
    available = memory.available_memory() if available_bytes is None else available_bytes
    used = memory.choose_context(facts, available, context)
    needed = memory.estimate(facts, used).total
    return ModelInfo(
        id=model_id or shelf_name(facts.path),
        name=facts.name,
        path=facts.path,
        source=source,
        size_bytes=facts.size_bytes,
        architecture=facts.architecture,
        quantization=facts.quantization,
        parameters=facts.parameters,
        context_length=facts.context_length,
        has_chat_template=facts.has_chat_template,
        memory_needed_bytes=needed,
        context_used=used,
        fits=memory.fits(needed, available),
        layers=facts.layers,
        is_starter=is_starter,
    )


def memory_needed(info: ModelInfo, context: int) -> MemoryEstimate:
    """The estimate for another context length. Raises ModelFileError if the file is gone."""
    return memory.estimate(read_facts(info.path), context)
