"""What each wire format puts into a request, and how providers differ."""

from __future__ import annotations

import pytest

from pennyweight.cloud.errors import SetupError
from pennyweight.cloud.facts import checked_address, own_server, providers
from pennyweight.cloud.wire import WIRES, anthropic, gemini, openai_chat, openai_responses
from pennyweight.domain.answer import AnswerRequest, ChatTurn, Sampling

TURNS = (
    ChatTurn("system", "Be brief."),
    ChatTurn("user", "One"),
    ChatTurn("user", "Two"),
    ChatTurn("assistant", "Three"),
    ChatTurn("user", "Four"),
)


def request(model: str = "m", **sampling: object) -> AnswerRequest:
    return AnswerRequest(turns=TURNS, model=model, sampling=Sampling(**sampling))  # type: ignore[arg-type]  # by test


def test_chat() -> None:
    body = openai_chat.body(request("gpt-4.1", stop=("END",), seed=3), providers()["openai"])
    assert body["max_completion_tokens"] == 1024
    assert body["stream_options"] == {"include_usage": True}
    assert (body["temperature"], body["stop"], body["seed"]) == (0.7, ["END"], 3)
    assert len(body["messages"]) == 5  # type: ignore[arg-type]  # a list


def test_reasoning_models_get_no_sampling_fields() -> None:
    for model in ("gpt-5.1", "o4-mini", "gpt-6"):
        body = openai_chat.body(request(model, stop=("END",)), providers()["openai"])
        assert not {"temperature", "top_p", "stop"} & set(body)
    for model, sampled in (
        ("claude-3-haiku", True),
        ("claude-sonnet-4-5", True),
        ("claude-opus-4-7", False),
        ("claude-opus-5", False),
    ):
        body = anthropic.body(request(model), providers()["anthropic"])
        assert ("temperature" in body) is sampled
        assert "top_p" not in body


def test_mistral_refuses_what_it_does_not_know() -> None:
    body = openai_chat.body(request(seed=3, temperature=2.0), providers()["mistral"])
    assert "stream_options" not in body
    assert (body["random_seed"], body["temperature"], body["max_tokens"]) == (3, 1.5, 1024)


def test_responses_are_not_stored_at_the_provider() -> None:
    body = openai_responses.body(request(seed=3, stop=("END",)), providers()["openai"])
    assert body["store"] is False
    assert not {"seed", "stop"} & set(body)


def test_messages_take_turns() -> None:
    body = anthropic.body(request("claude-3-haiku", temperature=1.5, stop=("A", "B")), providers()["anthropic"])
    assert body["system"] == "Be brief."
    assert body["messages"] == [
        {"role": "user", "content": "One\n\nTwo"},
        {"role": "assistant", "content": "Three"},
        {"role": "user", "content": "Four"},
    ]
    assert (body["temperature"], body["stop_sequences"]) == (1.0, ["A", "B"])


def test_gemini() -> None:
    body = gemini.body(request(seed=3), providers()["google"])
    assert body["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    assert body["generationConfig"] == {"maxOutputTokens": 1024, "temperature": 0.7, "topP": 0.95, "seed": 3}
    address = providers()["google"].address("gemini-2.5-pro")
    assert address.endswith("/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse")


def test_a_models_name_cannot_change_the_address() -> None:
    assert "/x/../../evil" not in providers()["google"].address("x/../../evil?y#z")
    assert "%2F" in providers()["google"].address("x/y")


def test_every_provider_is_complete() -> None:
    found = providers()
    assert list(found) == [
        "openai",
        "anthropic",
        "google",
        "openrouter",
        "mistral",
        "x-ai",
        "deepseek",
        "groq",
        "own-server",
    ]
    for provider in found.values():
        assert provider.wire in provider.paths
        assert set(provider.paths) <= set(WIRES)
        assert checked_address(provider.base_url) == provider.base_url
        if provider.id != "own-server":
            assert provider.base_url.startswith("https://")
            assert provider.key.needed
            assert provider.key.page.startswith("https://")


def test_another_providers_key_is_noticed() -> None:
    found = providers()
    assert found["anthropic"].looks_like_key("sk-ant-api03-" + "a" * 40)
    assert not found["openai"].looks_like_key("sk-ant-api03-" + "a" * 40)
    assert not found["anthropic"].looks_like_key("sk-proj-" + "a" * 40)
    assert not found["openai"].looks_like_key("")


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "ftp://x/v1",
        "https://",
        "https://user:pw@host/v1",
        "https://h/v1?key=1",
        "https://h/v1#x",
        "https://h h/v1",
        "http://h:99999",
    ],
)
def test_addresses_that_are_none(bad: str) -> None:
    with pytest.raises(SetupError):
        own_server(bad)
    assert own_server(" https://host:8443/v1/ ").address("m") == "https://host:8443/v1/chat/completions"
