from __future__ import annotations

import struct
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pennyweight.engine import preflight

GB = 10**9


def test_what_is_wanted_is_used_but_never_more_than_trained() -> None:
    assert preflight.choose_context(4096, 32768, 1000, GB) == 4096
    assert preflight.choose_context(99_999, 2048, 1000, GB) == 2048
    assert preflight.choose_context(512, 0, 1000, GB) == 512


def test_the_default_is_what_was_trained_up_to_8192() -> None:
    assert preflight.choose_context(None, 512, 1000, 8 * GB) == 512
    assert preflight.choose_context(None, 131_072, 1000, 8 * GB) == 8192
    assert preflight.choose_context(None, 0, 1000, 8 * GB) == 8192


@given(st.integers(1, 2**20), st.integers(1, 10**7), st.integers(0, 10**11))
def test_the_default_shrinks_until_it_fits(trained: int, per_token: int, available: int) -> None:
    context = preflight.choose_context(None, trained, per_token, available)
    assert 1 <= context <= min(trained, 8192)
    fits = context * per_token <= max(available - preflight.RESERVE_BYTES, 0)
    assert fits or context <= preflight.SMALLEST_CONTEXT


def test_too_little_memory_is_told_with_numbers() -> None:
    assert preflight.weights_problem(GB, 4 * GB) == ""
    assert preflight.weights_problem(4 * GB, 2 * GB) == (
        "This model needs about 4.2 GB of memory, and 2.0 GB are free."
    )
    assert "1,000,000 tokens needs about 12.0 GB" in preflight.context_problem(1_000_000, 12_000, GB)


def test_kv_size_of_a_known_shape() -> None:
    assert preflight.kv_bytes_per_token(layers=24, embedding=896, heads=14, kv_heads=2) == 12 * 1024


def test_the_parts_of_a_split_model_are_added_up(tmp_path: Path) -> None:
    for part in (1, 2):
        (tmp_path / f"big[1]-0000{part}-of-00002.gguf").write_bytes(bytes(100))
    (tmp_path / "other-00001-of-00002.gguf").write_bytes(bytes(7))
    assert preflight.total_size(tmp_path / "big[1]-00001-of-00002.gguf") == 200


@given(st.binary(max_size=64))
def test_no_file_makes_the_check_fail_with_anything_but_a_sentence(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.gguf"
        path.write_bytes(data)
        problem = preflight.file_problem(path)
        assert problem == "" or problem.endswith(".")
        path.write_bytes(b"GGUF" + data)
        problem = preflight.file_problem(path)
        assert problem == "" or problem.endswith(".")


def test_a_plausible_header_passes(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + bytes(100))
    assert preflight.file_problem(path) == ""
    assert "folder" in preflight.file_problem(tmp_path)
