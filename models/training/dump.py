"""``python -m models.training.dump checkpoint.pt weights.npz``: a checkpoint's weights, for the export."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch


def dump(checkpoint: Path, out: Path, average: bool) -> None:
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    weights = state["average" if average else "network"]
    arrays: dict[str, Any] = {name: value.float().numpy() for name, value in weights.items()}
    size = sum(a.size for a in arrays.values())
    arrays |= {f"shape.{name}": np.array(value) for name, value in state["shape"].items()}
    np.savez(out, **arrays)
    print(f"{size} parameters, step {state['counters']['step']}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Take the weights out of a checkpoint.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--average", action="store_true", help="the running average (better before the rate has fallen)"
    )
    options = parser.parse_args()
    dump(options.checkpoint, options.out, options.average)


if __name__ == "__main__":
    main()
