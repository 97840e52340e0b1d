"""Weights of a model file, so that a training can go on from the one that is shipped."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import torch
from torch import Tensor

from ..export.starter import tensor_name


def shipped_weights(file: Path, names: list[str]) -> dict[str, Tensor]:
    """The network's parameters by their names in `network.Starter`; Q8_0 is turned back into 32-bit floats."""
    tensors = {tensor.name: tensor for tensor in gguf.GGUFReader(file).tensors}
    found: dict[str, Tensor] = {}
    for name in names:
        tensor = tensors[tensor_name(name)]
        found[name] = torch.from_numpy(gguf.dequantize(tensor.data, tensor.tensor_type).copy())
    return found


def shipped_counters(file: Path) -> dict[str, float]:
    """Steps, tokens and seconds that the file was trained for, as `training.json` beside it says."""
    run = json.loads(file.with_name("training.json").read_text(encoding="utf-8"))["run"]
    return {"step": run["steps"], "tokens": run["tokens"], "seconds": run["seconds"]}
