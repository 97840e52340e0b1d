"""Random-weight models of real shapes: they load, generate (noise) and are as fast or slow as real ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.support.gguf import Tensor, Value, write_gguf

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
NORMAL, CONTROL, USER_DEFINED = 1, 3, 4


@dataclass(frozen=True)
class Shape:
    """What kind of model to write. `extra_tokens` are (text, type) added behind the made-up vocabulary."""

    layers: int = 2
    width: int = 64
    heads: int = 4
    kv_heads: int = 2
    feed_forward: int = 128
    vocabulary: int = 1024
    context: int = 2048
    architecture: str = "llama"
    tied: bool = True
    template: str | None = CHATML
    extra_tokens: tuple[tuple[str, int], ...] = ()
    add_bos: bool = False
    seed: int = 1
    sentencepiece: bool = False
    """A vocabulary in the manner of the first Llama: spaces as "▁", one put in front of every text."""
    metadata: dict[str, Value] = field(default_factory=dict)


PRESETS = {
    "tiny": Shape(),
    "0.5b": Shape(
        layers=24, width=896, heads=14, kv_heads=2, feed_forward=4864, vocabulary=32_000, context=32_768,
        architecture="qwen2", tied=False,
    ),
}  # fmt: skip


def byte_letters() -> list[str]:
    """The 256 byte tokens of a byte-level BPE, as its vocabulary spells them."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in printable}
    spare = 256
    for byte in range(256):
        if byte not in letters:
            letters[byte] = chr(spare)
            spare += 1
    return [letters[byte] for byte in range(256)]


def made_up_bpe(size: int, seed: int) -> tuple[list[str], list[str]]:
    """`size` tokens and the merges that make them: letters first, then random pairs of what is there, long ones too."""
    tokens = byte_letters()
    known = set(tokens)
    merges: list[str] = []
    random = np.random.default_rng(seed)
    common = [token for token in tokens if token.isascii() and token.isalpha()] + ["Ġ"]
    while len(tokens) < size:
        pool = common if len(tokens) < size // 2 else tokens
        left, right = (pool[int(index)] for index in random.integers(0, len(pool), 2))
        if left + right in known or len(left + right) > 12:
            continue
        known.add(left + right)
        tokens.append(left + right)
        merges.append(f"{left} {right}")
        common.append(left + right)
    return tokens, merges


def write_random_model(path: Path, shape: Shape) -> None:
    """Write the model in F16. Logits of all special tokens are zero, so that a greedy answer never ends."""
    specials = [(text, CONTROL) for text in SPECIALS] + list(shape.extra_tokens)
    first_special = shape.vocabulary - len(specials)
    arch = shape.architecture
    metadata: dict[str, Value] = {
        "general.architecture": arch,
        "general.name": "Random weights",
        f"{arch}.block_count": shape.layers,
        f"{arch}.context_length": shape.context,
        f"{arch}.embedding_length": shape.width,
        f"{arch}.feed_forward_length": shape.feed_forward,
        f"{arch}.attention.head_count": shape.heads,
        f"{arch}.attention.head_count_kv": shape.kv_heads,
        f"{arch}.attention.layer_norm_rms_epsilon": 1e-6,
        f"{arch}.rope.freq_base": 10_000.0,
        f"{arch}.rope.dimension_count": shape.width // shape.heads,
        "tokenizer.ggml.bos_token_id": first_special,
        "tokenizer.ggml.eos_token_id": first_special + 2,
        "tokenizer.ggml.add_bos_token": shape.add_bos,
    }
    if shape.template is not None:
        metadata["tokenizer.chat_template"] = shape.template
    vocabulary = _sentencepiece if shape.sentencepiece else _byte_level
    metadata |= vocabulary(first_special, specials, shape.seed)
    write_gguf(path, metadata | shape.metadata, list(_tensors(shape, first_special)))


def _byte_level(size: int, specials: list[tuple[str, int]], seed: int) -> dict[str, Value]:
    tokens, merges = made_up_bpe(size, seed)
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": tokens + [text for text, _kind in specials],
        "tokenizer.ggml.token_type": [NORMAL] * size + [kind for _text, kind in specials],
        "tokenizer.ggml.merges": merges,
    }


def _sentencepiece(size: int, specials: list[tuple[str, int]], seed: int) -> dict[str, Value]:
    """Unknown token, bytes, letters, then random pairs; a pair's score is higher the earlier it was made."""
    letters = ["▁", *(chr(code) for code in range(33, 127))]
    tokens = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), *letters]
    types = [2, *[6] * 256, *[NORMAL] * (size - 257)]
    random = np.random.default_rng(seed)
    pool = [letter for letter in letters if letter.isalpha()] + ["▁"]
    known = set(tokens)
    while len(tokens) < size:
        left, right = (pool[int(index)] for index in random.integers(0, len(pool), 2))
        if "▁" in right or left + right in known or len(left + right) > 10:
            continue
        known.add(left + right)
        tokens.append(left + right)
        pool.append(left + right)
    return {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": tokens + [text for text, _kind in specials],
        "tokenizer.ggml.token_type": types + [kind for _text, kind in specials],
        "tokenizer.ggml.scores": [-float(index) for index in range(size + len(specials))],
        "tokenizer.ggml.unknown_token_id": 0,
    }


def _tensors(shape: Shape, first_special: int) -> Sequence[Tensor]:
    random = np.random.default_rng(shape.seed)
    head = shape.width // shape.heads
    wide, kv = shape.width, head * shape.kv_heads

    def noise(*size: int, zero_from: int | None = None) -> Callable[[], NDArray[np.float32]]:
        def make() -> NDArray[np.float32]:
            values = random.standard_normal(size, dtype=np.float32) * np.float32(size[-1] ** -0.5)
            if zero_from is not None:
                values[zero_from:] = 0
            return values

        return make

    def ones(size: int) -> Callable[[], NDArray[np.float32]]:
        return lambda: np.ones(size, np.float32)

    tensors = [
        Tensor("token_embd.weight", (shape.vocabulary, wide), noise(shape.vocabulary, wide, zero_from=first_special)),
        Tensor("output_norm.weight", (wide,), ones(wide), half=False),
    ]
    if not shape.tied:
        weights = noise(shape.vocabulary, wide, zero_from=first_special)
        tensors.append(Tensor("output.weight", (shape.vocabulary, wide), weights))
    matrices = {
        "attn_q": (wide, wide), "attn_k": (kv, wide), "attn_v": (kv, wide), "attn_output": (wide, wide),
        "ffn_gate": (shape.feed_forward, wide), "ffn_up": (shape.feed_forward, wide),
        "ffn_down": (wide, shape.feed_forward),
    }  # fmt: skip
    for layer in range(shape.layers):
        for name in ("attn_norm", "ffn_norm"):
            tensors.append(Tensor(f"blk.{layer}.{name}.weight", (wide,), ones(wide), half=False))
        for name, size in matrices.items():
            tensors.append(Tensor(f"blk.{layer}.{name}.weight", size, noise(*size)))
        if shape.architecture == "qwen2":
            for name, width in (("attn_q", wide), ("attn_k", kv), ("attn_v", kv)):
                tensors.append(Tensor(f"blk.{layer}.{name}.bias", (width,), noise(width), half=False))
    return tensors


def tiny(**changes: object) -> Shape:
    """The tiny preset with changes."""
    return replace(PRESETS["tiny"], **changes)  # type: ignore[arg-type]  # names are checked by replace itself
