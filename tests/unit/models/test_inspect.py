"""What is known about a model before it is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.models.gguf_files import QWEN_LIKE, TENSORS, write_gguf

from pennyweight.domain.errors import ModelFileError
from pennyweight.domain.resources import starter_model_path
from pennyweight.models import inspect, memory_needed
from pennyweight.models.facts import ModelFacts, read_facts, shard_paths
from pennyweight.models.memory import available_memory, choose_context, estimate, fits

GB, MB = 1000**3, 1000**2


def test_a_model_is_described(tmp_path: Path) -> None:
    info = inspect(write_gguf(tmp_path / "Tiny-Q4_K_M.gguf"), available_bytes=8 * GB)
    assert (info.id, info.name, info.architecture) == ("Tiny-Q4_K_M", "Tiny Test 0.1B", "qwen2")
    assert (info.quantization, info.parameters, info.layers) == ("Q4_K_M", 320, 2)
    assert (info.context_length, info.context_used, info.fits) == (32768, 8192, "yes")
    assert info.has_chat_template
    assert info.size_bytes == info.path.stat().st_size


def test_without_a_file_type_most_weights_give_the_quantization(tmp_path: Path) -> None:
    values = {name: value for name, value in QWEN_LIKE.items() if name != "general.file_type"}
    assert inspect(write_gguf(tmp_path / "m.gguf", values)).quantization == "Q8_0"
    assert inspect(write_gguf(tmp_path / "n.gguf", values | {"general.file_type": ("u32", 999)})).quantization == "Q8_0"


def test_a_name_from_a_file_is_one_clean_line(tmp_path: Path) -> None:
    name = "Evil\n\x1b[31mred\x00 \u202ename" + "x" * 1000
    info = inspect(write_gguf(tmp_path / "m.gguf", QWEN_LIKE | {"general.name": name}))
    assert info.name.startswith("Evil [31mred name")
    assert len(info.name) == 120
    assert info.name.isprintable()
    unnamed = inspect(write_gguf(tmp_path / "My Model.gguf", QWEN_LIKE | {"general.name": "\n"}))
    assert unnamed.name == "My Model"


@pytest.mark.parametrize("layers", [0, 100_000])
def test_layers_that_would_abort_the_engine_are_refused(tmp_path: Path, layers: int) -> None:
    with pytest.raises(ModelFileError, match=f"claims {layers} layers"):
        inspect(write_gguf(tmp_path / "m.gguf", QWEN_LIKE | {"qwen2.block_count": ("u32", layers)}))


def test_a_file_that_is_no_language_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="what kind of model"):
        inspect(write_gguf(tmp_path / "m.gguf", {"general.name": "Nothing"}))


@pytest.mark.parametrize("value", [("f32", 1.5), ("bool", True), "text", ("i32", -4), ("u64", 2**63), [1, 2]])
def test_facts_of_the_wrong_kind_are_unknown_not_a_crash(tmp_path: Path, value: object) -> None:
    wrong = {
        name: value
        for name in QWEN_LIKE
        if (name.startswith("qwen2.") and not name.endswith("block_count")) or name.endswith(("file_type", "name"))
    }
    info = inspect(write_gguf(tmp_path / "m.gguf", QWEN_LIKE | wrong), available_bytes=8 * GB)
    assert info.memory_needed_bytes > 0


def test_a_model_in_parts_is_one_model(tmp_path: Path) -> None:
    parts = [write_gguf(tmp_path / f"big-0000{number}-of-00003.gguf") for number in (1, 2, 3)]
    info = inspect(parts[1])
    assert (info.id, info.path, info.parameters) == ("big", parts[0], 3 * 320)
    assert info.size_bytes == sum(part.stat().st_size for part in parts)
    parts[2].unlink()
    with pytest.raises(ModelFileError, match=r"big-00003-of-00003\.gguf is missing"):
        inspect(parts[0])
    with pytest.raises(ModelFileError, match="one of 99999 parts"):
        shard_paths(tmp_path / "big-00001-of-99999.gguf")


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "m.gguf")
    assert inspect(path).parameters == 320
    path.write_bytes(b"not a model any more")
    with pytest.raises(ModelFileError):
        inspect(path)


def qwen_half_billion(**changes: object) -> ModelFacts:
    """The 0.5B shape that engine.md measured: 24 layers, 14 heads of 64, 2 of them for keys and values."""
    facts: dict[str, object] = {
        "path": Path("m.gguf"),
        "name": "m",
        "size_bytes": 299 * MB,
        "architecture": "qwen2",
        "quantization": "Q4_K_M",
        "parameters": 415 * MB,
        "context_length": 32768,
        "has_chat_template": True,
        "layers": 24,
        "embedding": 896,
        "feed_forward": 4864,
        "vocabulary": 32_000,
        "kv_width": 24 * 2 * (64 + 64),
        "certain": True,
    }
    return ModelFacts(**(facts | changes))  # type: ignore[arg-type]


def test_the_cache_is_what_was_measured() -> None:
    # 12.0 KiB per token, 48 MiB for a context of 4,096.
    assert estimate(qwen_half_billion(), 4096).cache == 48 * 1024 * 1024


@pytest.mark.parametrize(("context", "resident_mib"), [(512, 414), (4096, 460)])
def test_the_estimate_is_near_what_was_measured(context: int, resident_mib: int) -> None:
    # Resident memory of a process that had loaded this shape as Q4_K_M and evaluated a prompt of 600 tokens.
    needed = estimate(qwen_half_billion(), context).total / 1024**2
    assert resident_mib <= needed <= resident_mib * 1.15


def test_heads_per_layer_and_compressed_caches_are_understood(tmp_path: Path) -> None:
    hybrid = read_facts(write_gguf(tmp_path / "h.gguf", QWEN_LIKE | {"qwen2.attention.head_count_kv": [0, 2]}))
    assert hybrid.kv_width == 2 * (16 + 16)
    wide = QWEN_LIKE | {"qwen2.attention.key_length": ("u32", 32), "qwen2.attention.value_length": ("u32", 8)}
    assert read_facts(write_gguf(tmp_path / "w.gguf", wide)).kv_width == 2 * 2 * (32 + 8)
    latent = QWEN_LIKE | {"qwen2.attention.kv_lora_rank": ("u32", 64), "qwen2.rope.dimension_count": ("u32", 8)}
    facts = read_facts(write_gguf(tmp_path / "l.gguf", latent))
    assert (facts.kv_width, facts.certain) == (2 * 72, False)
    sliding = read_facts(write_gguf(tmp_path / "s.gguf", QWEN_LIKE | {"qwen2.attention.sliding_window": ("u32", 512)}))
    assert (sliding.kv_width, sliding.certain) == (2 * 2 * 32, False)


def test_unknown_heads_are_estimated_on_the_high_side() -> None:
    unknown = estimate(qwen_half_billion(kv_width=None, certain=False), 4096)
    assert not unknown.certain
    assert unknown.cache > estimate(qwen_half_billion(), 4096).cache


def test_fitting_has_three_answers() -> None:
    assert fits(100, 125) == "yes"
    assert fits(100, 124) == "tight"
    assert fits(100, 100) == "tight"
    assert fits(100, 99) == "no"


def test_the_context_shrinks_until_the_model_fits() -> None:
    facts = qwen_half_billion(size_bytes=2 * GB)
    roomy = estimate(facts, 8192).total
    assert choose_context(facts, roomy) == 8192
    assert choose_context(facts, roomy - 1) == 4096
    assert choose_context(facts, 0) == 512
    assert choose_context(qwen_half_billion(context_length=2048), 8 * GB) == 2048
    assert choose_context(qwen_half_billion(context_length=None), 8 * GB) == 4096
    assert choose_context(facts, 8 * GB, 20_000) == 20_000
    assert choose_context(facts, 8 * GB, 99_999) == 32_768


def test_memory_for_another_context_can_be_asked(tmp_path: Path) -> None:
    info = inspect(write_gguf(tmp_path / "m.gguf"), context=1024)
    assert memory_needed(info, 1024).total == info.memory_needed_bytes
    assert memory_needed(info, 4096).cache == 4 * memory_needed(info, 1024).cache
    assert memory_needed(info, 1024).weights == info.path.stat().st_size


def test_the_starter_model_that_comes_with_the_program_is_understood() -> None:
    starter = starter_model_path()
    if not starter.exists():
        pytest.skip("the starter model has not been made yet")
    info = inspect(starter, available_bytes=8 * GB)
    assert (info.architecture, info.quantization, info.fits) == ("llama", "Q8_0", "yes")
    assert info.has_chat_template
    assert info.memory_needed_bytes < 200 * MB


def test_this_machine_has_memory() -> None:
    assert available_memory() > 50 * MB
    assert len(TENSORS) == 2
