"""The shipped file: its metadata, its size, and that the card's numbers are its own."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
from models.export.gguf_file import BLOCK, Value, quantize_q8_0, write_gguf
from models.export.starter import CHAT_TEMPLATE
from models.tokenizer.bpe import Tokenizer

STARTER = Path(__file__).resolve().parents[2] / "models" / "starter"
MODEL = STARTER / "pennyweight-starter.gguf"
RESULTS = STARTER / "results.json"
OUTPUTS = STARTER / "outputs.json"
FORMS = {4: "<I", 5: "<i", 6: "<f", 7: "<?"}


def text_of(stream: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", stream.read(8))
    return stream.read(length).decode("utf-8")


def value_of(stream: BinaryIO, kind: int) -> Any:
    if kind == 8:
        return text_of(stream)
    if kind == 9:
        inner, count = struct.unpack("<IQ", stream.read(12))
        return [value_of(stream, inner) for _ in range(count)]
    form = FORMS[kind]
    return struct.unpack(form, stream.read(struct.calcsize(form)))[0]


def read_metadata(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        magic, version, _tensors, count = struct.unpack("<4sIQQ", stream.read(24))
        assert magic == b"GGUF"
        assert version == 3
        found = {}
        for _ in range(count):
            key = text_of(stream)
            (kind,) = struct.unpack("<I", stream.read(4))
            found[key] = value_of(stream, kind)
        return found


def test_metadata() -> None:
    found = read_metadata(MODEL)
    tokenizer = Tokenizer.load()
    assert found["general.name"] == "Pennyweight Starter"
    assert found["general.architecture"] == "llama"
    assert found["general.license"] == "MIT"
    assert found["general.file_type"] == 7
    assert found["llama.context_length"] >= 1024
    assert found["tokenizer.ggml.model"] == "gpt2"
    assert found["tokenizer.ggml.pre"] == "smollm"
    assert found["tokenizer.ggml.tokens"] == tokenizer.tokens
    assert found["tokenizer.ggml.tokens"][found["tokenizer.ggml.eos_token_id"]] == "<|im_end|>"
    assert found["tokenizer.chat_template"] == CHAT_TEMPLATE


def test_size() -> None:
    assert 5_000_000 < MODEL.stat().st_size < 20_000_000


def test_the_results_are_of_this_file() -> None:
    digest = hashlib.sha256(MODEL.read_bytes()).hexdigest()
    assert json.loads(RESULTS.read_text(encoding="utf-8"))["sha256"] == digest
    assert json.loads(OUTPUTS.read_text(encoding="utf-8"))["sha256"] == digest


def test_the_card_tells_the_results() -> None:
    card = (STARTER / "README.md").read_text(encoding="utf-8")
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    outputs = json.loads(OUTPUTS.read_text(encoding="utf-8"))
    for part in ("grammar", "unseen", "held"):
        assert f"{results[part]['all']['facts_copied']:.1%}" in card
        assert f"{results[part]['all']['names_copied']:.1%}" in card
        for task, values in results[part]["tasks"].items():
            copied = f"{values['facts_copied']:.1%}" if values["with_facts"] else "–"
            assert f"| {task} | {values['outputs']} | {values['with_facts']} | {copied} |" in card
    assert len(outputs["outputs"]) >= 40
    assert f"{outputs['passed']} of {outputs['prompts']}" in card
    for output in outputs["outputs"]:
        assert all(line in card for line in output["answer"].splitlines())


def test_q8_0_is_near_and_small() -> None:
    values = np.linspace(-3, 3, 4 * BLOCK, dtype=np.float32).reshape(2, -1)
    raw = np.frombuffer(quantize_q8_0(values), np.uint8).reshape(-1, 2 + BLOCK)
    scales = np.ascontiguousarray(raw[:, :2]).view(np.float16).astype(np.float32)
    back = (raw[:, 2:].view(np.int8) * scales).reshape(values.shape)
    assert np.abs(back - values).max() < 0.02
    assert raw.nbytes == values.size * 34 // 32


def test_zero_blocks_do_not_divide_by_zero() -> None:
    assert set(quantize_q8_0(np.zeros((1, BLOCK), np.float32))) == {0}


@pytest.mark.parametrize("kind", [0, 1, 8])
def test_a_written_file_reads_back(tmp_path: Path, kind: int) -> None:
    path = tmp_path / "small.gguf"
    tensor = np.arange(2 * BLOCK, dtype=np.float32).reshape(2, BLOCK)
    metadata: dict[str, Value] = {"a": "text", "b": 3, "c": 0.5, "d": True, "e": ["x", "y"], "f": [1, 2]}
    write_gguf(path, metadata, {"t": (tensor, kind)})
    assert read_metadata(path) == metadata
    assert path.stat().st_size % 32 == 0
