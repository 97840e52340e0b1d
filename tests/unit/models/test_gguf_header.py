"""The header reader: reads what it needs, and refuses everything else in one sentence, fast."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.models.gguf_files import QWEN_LIKE, gguf_bytes, text, write_gguf

from pennyweight.domain.errors import ModelFileError
from pennyweight.models import gguf
from pennyweight.models.gguf import read_header

VALID = gguf_bytes()


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(ModelFileError) as caught:
        read_header(path)
    sentence = caught.value.sentence
    assert "\n" not in sentence
    assert len(sentence) < 400
    return sentence


def read_or_refuse(path: Path) -> None:
    try:
        read_header(path)
    except ModelFileError as error:
        sentence = error.sentence
        if "\n" in sentence:
            pytest.fail(sentence)


@pytest.mark.parametrize("version", [2, 3])
def test_a_header_is_read(tmp_path: Path, version: int) -> None:
    header = read_header(write_gguf(tmp_path / "m.gguf", version=version))
    assert header.values["general.name"] == "Tiny Test 0.1B"
    assert header.values["qwen2.attention.head_count_kv"] == 2
    assert "tokenizer.ggml.tokens" not in header.values
    assert header.has_chat_template
    assert header.vocabulary == 4
    assert (header.tensors, header.parameters) == (2, 64 * 4 + 64)
    assert header.bytes_by_type == {"Q8_0": 256 // 32 * 34, "F32": 256}


def test_numbers_per_layer_are_read(tmp_path: Path) -> None:
    header = read_header(write_gguf(tmp_path / "m.gguf", QWEN_LIKE | {"qwen2.attention.head_count_kv": [0, 2]}))
    assert header.values["qwen2.attention.head_count_kv"] == (0, 2)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"GG", "not a GGUF"),
        (b"PK\x03\x04 a zip file", "not a GGUF"),
        (b"GGUF", "damaged or incomplete"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "GGUF version 1"),
        (b"GGUF" + struct.pack("<IQQ", 99, 0, 0), "GGUF version 99"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "big-endian"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**60, 0), "more entries than it can hold"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 2**63), "more entries than it can hold"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2**60) + bytes(99), "too long"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IQ", 8, 2**60), "larger than the file"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IIQ", 9, 8, 2**60), "list in its header"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IIQ", 9, 4, 2**62), "larger than the file"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IIQ", 9, 9, 1), "unknown kind of list"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IQ", 77, 1), "unknown kind of value"),
        (VALID[:-1], "weights are missing"),
    ],
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in refused(tmp_path / "m.gguf", content)


def test_an_odd_file_name_stays_on_one_line(tmp_path: Path) -> None:
    assert refused(tmp_path / "two\nlines.gguf", b"no").startswith("two?lines.gguf is not")


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="There is no file"):
        read_header(tmp_path / "none.gguf")
    with pytest.raises(ModelFileError, match="is a folder"):
        read_header(tmp_path)


def test_a_tensor_that_lies_outside_the_file_is_refused(tmp_path: Path) -> None:
    for shape, kind, offset in [((2**40, 2**40), 0, 0), ((1,), 0, 2**60), ((2**64 - 1,) * 8, 12, 2**64 - 1)]:
        head = b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + text("t") + struct.pack("<I", len(shape))
        head += struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", kind, offset)
        assert "weights are missing" in refused(tmp_path / "m.gguf", head + bytes(64))


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    for length in range(len(VALID)):
        refused(tmp_path / "m.gguf", VALID[:length])


@settings(max_examples=400)
@given(st.integers(0, len(VALID) - 1), st.binary(min_size=1, max_size=12))
@example(4, b"\xff\xff\xff\xff")
def test_a_changed_header_is_read_or_refused_never_worse(
    tmp_path_factory: pytest.TempPathFactory, at: int, piece: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated.gguf"
    path.write_bytes(VALID[:at] + piece + VALID[at + len(piece) :])
    read_or_refuse(path)


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_any_bytes_after_the_magic_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, rest: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "random.gguf"
    path.write_bytes(b"GGUF\x03\0\0\0" + rest)
    read_or_refuse(path)


def test_a_long_vocabulary_of_nothing_is_refused_quickly(tmp_path: Path) -> None:
    count = gguf.MAX_STRINGS + 1
    path = tmp_path / "m.gguf"
    with path.open("wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("k") + struct.pack("<IIQ", 9, 8, count))
        file.truncate(count * 8 + 1000)
    began = time.monotonic()
    with pytest.raises(ModelFileError, match="too long"):
        read_header(path)
    assert time.monotonic() - began < 1


def test_a_large_vocabulary_crosses_the_read_buffer(tmp_path: Path) -> None:
    words = [f"word {number} " + "x" * (number % 97) for number in range(60_000)]
    header = read_header(write_gguf(tmp_path / "m.gguf", QWEN_LIKE | {"tokenizer.ggml.tokens": words}))
    assert header.vocabulary == 60_000
    assert header.parameters == 320
