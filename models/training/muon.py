"""Muon for the matrices (momentum, then an approximate orthogonalisation), equal shapes batched together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import Tensor


def orthogonalise(stack: Tensor, steps: int = 5) -> Tensor:
    """Newton-Schulz on a stack of matrices (n, rows, columns)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = stack.bfloat16()
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.mT.contiguous()
    for _ in range(steps):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    def __init__(
        self, parameters: Iterable[Tensor], lr: float = 0.02, momentum: float = 0.95, decay: float = 0.0
    ) -> None:
        super().__init__(list(parameters), {"lr": lr, "momentum": momentum, "decay": decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override, unused-ignore]  # noqa: ARG002
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[Tensor]] = defaultdict(list)
            for value in group["params"]:
                if value.grad is not None:
                    by_shape[value.shape].append(value)
            for size, values in by_shape.items():
                updates = []
                for value in values:
                    state = self.state[value]
                    if "moment" not in state:
                        state["moment"] = torch.zeros_like(value)
                    moment = state["moment"].lerp_(value.grad, 1 - group["momentum"])
                    updates.append(value.grad.lerp(moment, group["momentum"]))
                turned = orthogonalise(torch.stack(updates))
                scale = group["lr"] * max(1.0, size[0] / size[1]) ** 0.5
                for value, update in zip(values, turned.unbind(0), strict=True):
                    value.mul_(1 - group["lr"] * group["decay"]).add_(update.to(value.dtype), alpha=-scale)
