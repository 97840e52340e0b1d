"""A small llama: RMSNorm, interleaved RoPE, grouped-query attention, SwiGLU, tied embeddings."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn


@dataclass(frozen=True)
class Shape:
    """The sizes of a network; stored in each checkpoint."""

    vocab: int = 4096
    width: int = 320
    layers: int = 6
    heads: int = 8
    kv_heads: int = 4
    ffn: int = 832
    context: int = 1024
    rope_base: float = 10000.0
    eps: float = 1e-5

    @property
    def head_dim(self) -> int:
        return self.width // self.heads

    def as_dict(self) -> dict[str, float | int]:
        return asdict(self)


class RMSNorm(nn.Module):
    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        y = x.float()
        y = y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + self.eps)
        return (y * self.weight).to(x.dtype)


def rope_table(shape: Shape) -> tuple[Tensor, Tensor]:
    half = torch.arange(0, shape.head_dim, 2, dtype=torch.float32) / shape.head_dim
    angle = torch.outer(torch.arange(shape.context, dtype=torch.float32), shape.rope_base**-half)
    return angle.cos(), angle.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotate neighbouring pairs (the layout llama.cpp uses for ``llama``)."""
    even, odd = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    turned = torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1)
    return turned.flatten(-2).to(x.dtype)


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """Attention written out: on a CPU its backward pass is several times faster than the fused operator's."""
    if q.device.type != "cpu":
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    scores = (q @ k.mT) * q.shape[-1] ** -0.5
    return scores.masked_fill(~mask, -1e4).softmax(-1).to(v.dtype) @ v


class Block(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        width, kv = shape.width, shape.kv_heads * shape.head_dim
        self.attn_norm = RMSNorm(width, shape.eps)
        self.q = nn.Linear(width, width, bias=False)
        self.k = nn.Linear(width, kv, bias=False)
        self.v = nn.Linear(width, kv, bias=False)
        self.o = nn.Linear(width, width, bias=False)
        self.ffn_norm = RMSNorm(width, shape.eps)
        self.gate = nn.Linear(width, shape.ffn, bias=False)
        self.up = nn.Linear(width, shape.ffn, bias=False)
        self.down = nn.Linear(shape.ffn, width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        shape = self.shape
        batch, length, width = x.shape
        y = self.attn_norm(x)
        q = self.q(y).view(batch, length, shape.heads, shape.head_dim).transpose(1, 2)
        k = self.k(y).view(batch, length, shape.kv_heads, shape.head_dim).transpose(1, 2)
        v = self.v(y).view(batch, length, shape.kv_heads, shape.head_dim).transpose(1, 2)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        group = shape.heads // shape.kv_heads
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        y = attend(q, k, v, mask)
        x = x + self.o(y.transpose(1, 2).reshape(batch, length, width))
        y = self.ffn_norm(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))


class Starter(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape.vocab, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = RMSNorm(shape.width, shape.eps)
        cos, sin = rope_table(shape)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        nn.init.normal_(self.embed.weight, std=0.02)
        for name, value in self.named_parameters():
            if value.ndim == 2 and name != "embed.weight":
                scale = 0.02 if not name.endswith(("o.weight", "down.weight")) else 0.02 / (2 * shape.layers) ** 0.5
                nn.init.normal_(value, std=scale)

    def hidden(self, tokens: Tensor, mask: Tensor) -> Tensor:
        length = tokens.shape[1]
        cos, sin = self.get_buffer("cos")[:length], self.get_buffer("sin")[:length]
        x = self.embed(tokens)
        for block in self.blocks:
            x = block(x, cos, sin, mask)
        return self.norm(x)

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits of one text (no packing)."""
        length = tokens.shape[1]
        mask = torch.ones(length, length, dtype=torch.bool, device=tokens.device).tril()
        return F.linear(self.hidden(tokens, mask), self.embed.weight)

    def loss(self, tokens: Tensor, docs: Tensor, spots: Tensor, weights: Tensor) -> Tensor:
        """Weighted next-token loss at chosen positions of packed rows; documents of a row do not see each other."""
        inputs, targets = tokens[:, :-1], tokens[:, 1:]
        length = inputs.shape[1]
        causal = torch.ones(length, length, dtype=torch.bool, device=tokens.device).tril()
        mask = (docs[:, None, :-1, None] == docs[:, None, None, :-1]) & causal
        chosen = self.hidden(inputs, mask).flatten(0, 1)[spots]
        logits = F.linear(chosen, self.embed.weight)
        each = F.cross_entropy(logits.float(), targets.flatten()[spots], reduction="none")
        return (each * weights).sum() / weights.sum()


def parameters_of(shape: Shape) -> int:
    return sum(p.numel() for p in Starter(shape).parameters())
