"""Writes random-weight GGUF models of real shapes.

`python -m tests.bench.random_gguf OUT --preset 0.5b --quant Q4_K_M`: they load and run as fast as real ones, and what
they say is noise.
"""

from __future__ import annotations

import argparse
import ctypes
import os
from dataclasses import replace
from pathlib import Path

import llama_cpp.llama_cpp as lib
import platformdirs
from tests.support.random_model import PRESETS, write_random_model

QUANTIZATIONS = {"Q8_0": 7, "Q4_K_M": 15}


def bench_folder() -> Path:
    """Where bench models are kept between runs: PENNYWEIGHT_BENCH_DIR, or the user's cache."""
    folder = os.environ.get("PENNYWEIGHT_BENCH_DIR")
    return Path(folder) if folder else platformdirs.user_cache_path("pennyweight") / "bench"


def quantize(source: Path, target: Path, kind: str) -> None:
    """Quantize a model with the engine's own quantizer. Raises RuntimeError."""
    params = lib.llama_model_quantize_default_params()
    params.ftype = QUANTIZATIONS[kind]
    params.nthread = os.cpu_count() or 1
    part = target.with_suffix(".part")
    status = lib.llama_model_quantize(os.fsencode(source), os.fsencode(part), ctypes.byref(params))
    if status != 0:
        raise RuntimeError(f"quantizing failed (status {status})")
    part.replace(target)


def bench_model(preset: str = "0.5b", kind: str = "Q4_K_M") -> Path:
    """The path of a bench model, written first if it is not there (about half a minute, once)."""
    folder = bench_folder()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"random-{preset}-{kind}.gguf"
    if not target.exists():
        raw = folder / f"random-{preset}-F16.gguf"
        write_random_model(raw, PRESETS[preset])
        quantize(raw, target, kind)
        raw.unlink()
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--preset", choices=sorted(PRESETS), default="tiny")
    parser.add_argument("--arch", choices=["llama", "qwen2"])
    parser.add_argument("--vocab", type=int)
    parser.add_argument("--quant", choices=sorted(QUANTIZATIONS), nargs="*", default=[])
    options = parser.parse_args()
    shape = PRESETS[options.preset]
    shape = replace(
        shape,
        architecture=options.arch or shape.architecture,
        vocabulary=options.vocab or shape.vocabulary,
    )
    write_random_model(options.out, shape)
    print(options.out)
    for kind in options.quant:
        target = options.out.with_name(f"{options.out.stem}-{kind}.gguf")
        quantize(options.out, target, kind)
        print(target)


if __name__ == "__main__":
    main()
