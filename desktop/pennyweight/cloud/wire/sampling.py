"""How the next token is chosen, in the words of each provider."""

from __future__ import annotations

from pennyweight.cloud.facts import Provider
from pennyweight.cloud.wire.base import JsonObject
from pennyweight.domain.answer import AnswerRequest


def sampling_fields(request: AnswerRequest, provider: Provider, *, stop: str, camel: bool = False) -> JsonObject:
    """Temperature, top_p, seed and stop texts, as far as this model accepts them. An empty `stop` leaves those out."""
    quirks, sampling = provider.quirks, request.sampling
    fields: JsonObject = {}
    if provider.samples(request.model):
        if "temperature" in quirks.sampling:
            fields["temperature"] = min(sampling.temperature, quirks.most_temperature)
        if "top_p" in quirks.sampling:
            fields["topP" if camel else "top_p"] = sampling.top_p
        if stop and sampling.stop and quirks.most_stop_texts:
            fields[stop] = list(sampling.stop[: quirks.most_stop_texts])
    if quirks.seed and sampling.seed is not None:
        fields[quirks.seed] = sampling.seed
    return fields
