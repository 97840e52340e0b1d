"""``python -m models.evaluate.prompts model.gguf outputs.json``: answers the hand-written requests and checks them."""

from __future__ import annotations

import argparse
import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

from ..generator.chat import recipe
from ..generator.example import Turn
from .engine import Engine
from .score import invented_names, invented_numbers, is_refusal, loops, unknown_words

FRESH = "prompts_fresh.toml"
FILES = ("prompts.toml", "prompts_second.toml", "prompts_third.toml", FRESH)


def read_prompts() -> list[dict[str, Any]]:
    """Those known when the rules of the answers were made, then the fresh ones, written without sight of the rules."""
    read = ((name, Path(__file__).with_name(name).read_text(encoding="utf-8")) for name in FILES)
    files = [(name == FRESH, tomllib.loads(text)["prompt"]) for name, text in read]
    return [{**prompt, "fresh": fresh} for fresh, prompts in files for prompt in prompts]


def run_prompt(engine: Engine, prompt: dict[str, Any]) -> dict[str, Any]:
    """One answer at temperature 0, and what a program can say about it."""
    system = recipe(prompt["system"]).system
    answer = engine.answer([Turn("system", system), Turn("user", prompt["text"])])
    decline = bool(prompt.get("decline"))
    missing = [fact for fact in prompt.get("keep", []) if fact.casefold() not in answer.casefold()]
    own_words = decline or is_refusal(answer) or "\n" not in prompt["text"]
    made_up: list[str] = []
    if not own_words:
        made_up = invented_numbers(answer, prompt["text"]) + invented_names(answer, prompt["text"])
        made_up += unknown_words(answer, prompt["text"])
    good = (
        is_refusal(answer) if decline else not missing and not made_up and not is_refusal(answer) and not loops(answer)
    )
    return {
        "recipe": prompt["system"],
        "fresh": prompt["fresh"],
        "request": prompt["text"],
        "answer": answer,
        "should_decline": decline,
        "missing": missing,
        "made_up": made_up,
        "passed": good,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Answer the hand-written requests.")
    parser.add_argument("model", type=Path)
    parser.add_argument("outputs", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    engine = Engine(options.model, threads=options.threads)
    outputs = [run_prompt(engine, prompt) for prompt in read_prompts()]
    passed = sum(output["passed"] for output in outputs)
    stored = {
        "sha256": hashlib.sha256(options.model.read_bytes()).hexdigest(),
        "passed": passed,
        "prompts": len(outputs),
        "outputs": outputs,
    }
    options.outputs.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{passed} of {len(outputs)} pass the mechanical check")


if __name__ == "__main__":
    main()
