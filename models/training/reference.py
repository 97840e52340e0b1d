"""``python -m models.training.reference weights.npz reference.npz``: PyTorch's logits on a few prompts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..generator.chat import make_example
from ..tokenizer.bpe import Tokenizer
from ..tokenizer.chat import prompt_ids
from .network import Shape, Starter

PROMPTS = 12


def main() -> None:
    parser = argparse.ArgumentParser(description="Store PyTorch's logits of the last position of some prompts.")
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    arrays = dict(np.load(options.weights))
    sizes = {name.removeprefix("shape."): arrays.pop(name).item() for name in list(arrays) if name.startswith("shape.")}
    network = Starter(Shape(**sizes))
    network.load_state_dict({name: torch.from_numpy(values) for name, values in arrays.items()})
    network.eval()
    tokenizer = Tokenizer.load()
    stored: dict[str, Any] = {}
    for index in range(PROMPTS):
        example = make_example(f"reference-{index}")
        ids = prompt_ids(tokenizer, example.turns[:-1]) + tokenizer.encode(example.answer)[:20]
        with torch.no_grad():
            logits = network(torch.tensor([ids]))[0]
        stored[f"ids{index}"] = np.array(ids)
        stored[f"logits{index}"] = logits.numpy()
    np.savez(options.out, **stored)


if __name__ == "__main__":
    main()
