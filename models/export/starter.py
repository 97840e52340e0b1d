"""``python -m models.export.starter weights.npz out.gguf``: the starter model's tensors and metadata as GGUF."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from ..tokenizer.bpe import Tokenizer
from ..tokenizer.split import END_OF_TEXT, IM_END, SPECIALS
from .gguf_file import F16, F32, Q8_0, Array, Value, write_gguf

KINDS = {"f32": F32, "f16": F16, "q8_0": Q8_0}
FILE_TYPES = {"f32": 0, "f16": 1, "q8_0": 7}
NORMAL, CONTROL = 1, 3
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
NAMES = {
    "attn_norm": "attn_norm",
    "q": "attn_q",
    "k": "attn_k",
    "v": "attn_v",
    "o": "attn_output",
    "ffn_norm": "ffn_norm",
    "gate": "ffn_gate",
    "up": "ffn_up",
    "down": "ffn_down",
}


def tensor_name(name: str) -> str:
    """``blocks.3.q.weight`` -> ``blk.3.attn_q.weight``."""
    if name == "embed.weight":
        return "token_embd.weight"
    if name == "norm.weight":
        return "output_norm.weight"
    _, layer, part, _ = name.split(".")
    return f"blk.{layer}.{NAMES[part]}.weight"


def metadata_of(shape: dict[str, float], tokenizer: Tokenizer, kind: str) -> dict[str, Value]:
    head_dim = int(shape["width"]) // int(shape["heads"])
    return {
        "general.architecture": "llama",
        "general.type": "model",
        "general.name": "Pennyweight Starter",
        "general.description": "Short e-mails, summaries and rewrites; trained from scratch on generated text.",
        "general.license": "MIT",
        "general.languages": ["en"],
        "general.file_type": FILE_TYPES[kind],
        "general.quantization_version": 2,
        "general.sampling.temp": 0.1,
        "llama.context_length": int(shape["context"]),
        "llama.embedding_length": int(shape["width"]),
        "llama.block_count": int(shape["layers"]),
        "llama.feed_forward_length": int(shape["ffn"]),
        "llama.attention.head_count": int(shape["heads"]),
        "llama.attention.head_count_kv": int(shape["kv_heads"]),
        "llama.attention.layer_norm_rms_epsilon": float(shape["eps"]),
        "llama.rope.dimension_count": head_dim,
        "llama.rope.freq_base": float(shape["rope_base"]),
        "llama.vocab_size": int(shape["vocab"]),
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": tokenizer.tokens,
        "tokenizer.ggml.token_type": [CONTROL if token in SPECIALS else NORMAL for token in tokenizer.tokens],
        "tokenizer.ggml.merges": [f"{left} {right}" for left, right in tokenizer.merges],
        "tokenizer.ggml.bos_token_id": END_OF_TEXT,
        "tokenizer.ggml.eos_token_id": IM_END,
        "tokenizer.ggml.padding_token_id": END_OF_TEXT,
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.ggml.add_space_prefix": False,
        "tokenizer.chat_template": CHAT_TEMPLATE,
    }


def export(weights: Path, out: Path, kind: str) -> None:
    arrays = dict(np.load(weights))
    shape = {name.removeprefix("shape."): float(arrays.pop(name)) for name in list(arrays) if name.startswith("shape.")}
    tensors: dict[str, tuple[Array, int]] = {}
    for name, values in arrays.items():
        tensors[tensor_name(name)] = (values, KINDS[kind] if values.ndim == 2 else F32)
    tokenizer = Tokenizer.load()
    if len(tokenizer.tokens) != int(shape["vocab"]):
        raise SystemExit(f"{len(tokenizer.tokens)} tokens, but the network has {int(shape['vocab'])}")
    write_gguf(out, metadata_of(shape, tokenizer, kind), tensors)
    print(f"{out.name}: {out.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the starter model as GGUF.")
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--kind", choices=sorted(KINDS), default="q8_0")
    options = parser.parse_args()
    export(options.weights, options.out, options.kind)


if __name__ == "__main__":
    main()
