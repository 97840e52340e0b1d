from __future__ import annotations

import pytest

from pennyweight.engine.causes import Phase, death, is_cpu_fault, load_failure, signal_name


@pytest.mark.parametrize(
    ("line", "sentence", "memory"),
    [
        ("error loading model: unknown model architecture: 'llama17'", "architecture (llama17)", False),
        ("error loading model vocabulary: unknown pre-tokenizer type: 'odd-1'", "tokenizer (odd-1)", False),
        ("tensor 'blk.1.ffn_up.weight' data is not within the file bounds, model is corrupted", "damaged", False),
        ("gguf_init_from_file_impl: invalid magic characters: 'PK'", "not a GGUF", False),
        ("ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size 9", "not enough free", True),
        ("error loading model: key not found in model: llama.block_count", "damaged, or made for", False),
        ("nothing that we know", "could not read this model file", False),
    ],
)
def test_the_log_tells_why_a_model_did_not_load(line: str, sentence: str, memory: bool) -> None:
    told, of_memory = load_failure(["llama_model_loader: loaded meta data", line])
    assert sentence in told
    assert of_memory is memory


@pytest.mark.parametrize(
    ("returncode", "log", "phase", "sentence"),
    [
        (-9, [], Phase.ANSWERING, "killed in mid-answer"),
        (-9, [], Phase.LOADING, "killed while loading the model"),
        (-15, [], Phase.IDLE, "ended from outside"),
        (-11, [], Phase.SELF_TEST, "a fault in its machine code (SIGSEGV)"),
        (-4, [], Phase.LOADING, "(SIGILL)"),
        (0xC0000005, [], Phase.ANSWERING, "(SIGSEGV)"),
        (-6, ["x.cpp:7: GGML_ASSERT(n > 0) failed"], Phase.LOADING, "file is probably damaged"),
        (-6, ["terminate called", "  what():  std::bad_alloc"], Phase.LOADING, "ran out of memory"),
        (1, ["ModuleNotFoundError: No module named 'llama_cpp'"], Phase.STARTING, "could not start: No module named"),
        (3, [], Phase.IDLE, "exit status 3"),
    ],
)
def test_a_death_is_told_in_one_sentence(returncode: int, log: list[str], phase: Phase, sentence: str) -> None:
    told = death(returncode, log, phase)
    assert sentence in told
    assert told.endswith(".")


def test_only_faults_of_machine_code_put_the_build_in_doubt() -> None:
    assert [code for code in (-11, -4, -7, -8, -6, -9, 0, 1, None) if is_cpu_fault(code)] == [-11, -4, -7, -8]
    assert signal_name(None) == signal_name(0) == ""
