"""``python -m models.generator [seed] [count] [--held] [--task NAME]`` prints examples."""

from __future__ import annotations

import argparse

from .chat import make_example
from .tasks import TASKS


def main() -> None:
    parser = argparse.ArgumentParser(description="Print examples of the starter model's training data.")
    parser.add_argument("seed", nargs="?", default="show")
    parser.add_argument("count", nargs="?", type=int, default=5)
    parser.add_argument("--held", action="store_true", help="use the held-out words, patterns and requests")
    parser.add_argument("--task", choices=sorted(TASKS))
    options = parser.parse_args()
    for index in range(options.count):
        example = make_example(f"{options.seed}-{index}", options.held, options.task)
        print(f"=== {example.task} {example.facts}")
        for turn in example.turns:
            print(f"<{turn.role}> {turn.text}")


if __name__ == "__main__":
    main()
