"""``python -m models.evaluate.measure model.gguf results.json``: measures a GGUF file on texts it never saw.

"grammar": new texts of the trained patterns and words, as they stand. "unseen": new texts of the harder part of the
training, with half of their sentences words in no order. "held": as "grammar", of words, names, requests and sentence
patterns kept out of training.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from pathlib import Path
from typing import Any

from ..generator.chat import make_example
from ..generator.tasks import TASKS
from .engine import Engine
from .score import Score, score

FACT_TASKS = tuple(name for name in TASKS if name not in {"refusal", "about"})

PARTS = ("grammar", "unseen", "held")
TOTALS = ("outputs", "facts_copied", "with_names", "names_copied", "no_invented_number", "exact")


def share(values: list[bool]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def summarise(scores: list[Score]) -> dict[str, float | int]:
    return {
        "outputs": len(scores),
        "with_facts": sum(s.expected for s in scores),
        "facts_copied": share([s.facts for s in scores if s.expected]),
        "with_names": sum(s.names_expected for s in scores),
        "names_copied": share([s.names for s in scores if s.names_expected]),
        "no_invented_number": share([s.clean for s in scores]),
        "exact": share([s.exact for s in scores]),
        "declined": share([s.declined for s in scores]),
    }


def measure_part(engine: Engine, part: str, count: int, seed: str) -> dict[str, Any]:
    by_task: dict[str, list[Score]] = {}
    failures: list[dict[str, str]] = []
    with_facts: list[Score] = []
    for task in TASKS:
        for index in range(count):
            example = make_example(f"{seed}-{task}-{index}", part == "held", task, plain=part == "grammar")
            answer = engine.answer(example.turns[:-1])
            result = score(example, answer)
            by_task.setdefault(task, []).append(result)
            if example.facts:
                with_facts.append(result)
            wrong = not result.facts or (task in {"refusal", "about"} and not result.exact)
            if wrong and len(failures) < 400:
                failures.append({"task": task, "source": example.source, "expected": example.answer, "answer": answer})
    everything = summarise(with_facts)
    return {
        "all": {key: everything[key] for key in TOTALS},
        "tasks": {task: summarise(scores) for task, scores in by_task.items()},
        "failures": failures,
    }


def measure(model: Path, count: int, seed: str, threads: int) -> dict[str, Any]:
    engine = Engine(model, threads=threads)
    began = time.time()
    parts = {name: measure_part(engine, name, count, f"{seed}-{name}") for name in PARTS}
    return {
        "model": model.name,
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "bytes": model.stat().st_size,
        "seconds": round(time.time() - began),
        **parts,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the starter model's file.")
    parser.add_argument("model", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--count", type=int, default=200, help="outputs for each task and part")
    parser.add_argument("--seed", default="measure")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--failures", type=Path, help="write the failures here")
    options = parser.parse_args()
    results = measure(options.model, options.count, options.seed, options.threads)
    failures = {name: results[name].pop("failures") for name in PARTS}
    if options.failures:
        options.failures.write_text(json.dumps(failures, indent=1, ensure_ascii=False), encoding="utf-8")
    options.results.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    for name in PARTS:
        print(name, results[name]["all"])
        for task, values in results[name]["tasks"].items():
            print(f"  {task:11}", values)


if __name__ == "__main__":
    main()
