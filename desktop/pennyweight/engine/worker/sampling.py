"""The sampler chain of one answer."""

from __future__ import annotations

import llama_cpp.llama_cpp as lib

from pennyweight.engine.protocol import Generate

PENALTY_WINDOW = 256


class Sampler:
    """Draws tokens from the context's last result. Repeats are counted in the answer only, never in the prompt: a
    summary must be free to use the names of its text."""

    def __init__(self, request: Generate, vocabulary_size: int, recommended: float | None = None) -> None:
        """`recommended`: the temperature that the model's file states (`general.sampling.temp`). A recipe may ask for
        less, never for more: a small model is coherent only close to its likeliest words."""
        temperature = request.temperature if recommended is None else min(request.temperature, recommended)
        chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        self._chain = chain
        if request.repeat_penalty != 1.0:
            penalties = lib.llama_sampler_init_penalties(
                vocabulary_size, PENALTY_WINDOW, request.repeat_penalty, 0.0, 0.0
            )
            lib.llama_sampler_chain_add(chain, penalties)
        if temperature <= 0:
            lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_greedy())
            return
        if request.top_k > 0:
            lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_top_k(request.top_k))
        if request.top_p < 1:
            lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_top_p(request.top_p, 1))
        if request.min_p > 0:
            lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_min_p(request.min_p, 1))
        lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_temp(temperature))
        lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_dist(request.seed & 0xFFFFFFFF))

    def sample(self, context: int) -> int:
        return int(lib.llama_sampler_sample(self._chain, context, -1))

    def close(self) -> None:
        lib.llama_sampler_free(self._chain)
