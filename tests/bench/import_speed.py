"""Speed and memory of importing Claude Code logs, beside wc -l and json.loads in the same run.

    python -m tests.bench.import_speed [MEGABYTES] [--answers-only]

The log alternates tool results and answers (10 KB for each answer); with --answers-only it holds nothing but answers
(3 KB each), which is the hardest case: the cost is the rows'. Other work on the machine makes the clock's figures
smaller, hence megabytes per second of processor time beside them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pennyweight.services.imports import ImportService
from pennyweight.services.imports.claude_code import rows
from pennyweight.store import Store


def generate(path: Path, megabytes: int, *, answers_only: bool = False) -> int:
    """A log as the program writes it: prompts and tool results between answers of three lines each."""
    written = number = 0
    tool = "def run(value):\\n    return value + 1\\n" * 120
    text = tool[: 300 if answers_only else 1500]
    with path.open("w") as file:
        while written < megabytes << 20:
            number += 1
            at = f"2026-11-{number % 20 + 1:02d}T10:{number % 60:02d}:02.1Z"
            block = []
            if not answers_only:
                block.append(f'{{"type":"user","timestamp":"{at}","message":{{"role":"user","content":"{tool}"}}}}')
            for output, stop in ((1, "null"), (150, "null"), (150 + number % 90, '"end_turn"')):
                usage = f'{{"input_tokens":10,"output_tokens":{output},"cache_creation_input_tokens":1000,'
                usage += '"cache_read_input_tokens":15555,"cache_creation":{"ephemeral_5m_input_tokens":1000,'
                usage += '"ephemeral_1h_input_tokens":0},"service_tier":"standard"}'
                block.append(
                    f'{{"type":"assistant","timestamp":"{at}","sessionId":"s{number // 200}","cwd":"/home/ann/work",'
                    f'"requestId":"req_{number}","message":'
                    f'{{"id":"msg_{number * 2654435761 % 2**32:x}{number}","model":"claude-sonnet-5","stop_reason":'
                    f'{stop},"content":[{{"type":"text","text":"{text}"}}],"usage":{usage}}}}}'
                )
            lines = "\n".join(block) + "\n"
            file.write(lines)
            written += len(lines)
    return number


def count_lines(log: Path) -> None:
    subprocess.run(["wc", "-l", str(log)], check=True, stdout=subprocess.DEVNULL)


def load_lines(log: Path) -> None:
    with log.open() as file:
        for line in file:
            json.loads(line)


def parse(log: Path) -> None:
    with log.open("rb") as stream:
        for _ in rows(stream):
            pass


def import_log(log: Path, home: Path) -> None:
    with Store.open(home / "pennyweight.db") as store:
        print(ImportService(store).run("claude-code", log).rows_new)


def measured(work: Callable[[], object]) -> tuple[float, float, int]:
    """(seconds, processor seconds, peak memory in bytes) of a piece of work in a process of its own."""
    begin = time.perf_counter()
    child = os.fork()
    if child == 0:
        work()
        sys.stdout.flush()
        os._exit(0)
    _, status, used = os.wait4(child, 0)
    assert status == 0
    return time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.jsonl"
        answers = generate(log, numbers[0] if numbers else 100, answers_only="--answers-only" in sys.argv)
        size = log.stat().st_size / 1e6
        works: dict[str, Callable[[], object]] = {
            "wc -l": lambda: count_lines(log),
            "json.loads loop": lambda: load_lines(log),
            "parse": lambda: parse(log),
            "import": lambda: import_log(log, Path(folder) / "home"),
        }
        found = {name: measured(work) for name, work in works.items()}
        print(f"{size:.0f} MB, {answers} answers; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        whole, busy, _ = found["import"]
        for name, (seconds, processor, peak) in found.items():
            print(
                f"{name:16} {size / seconds:8.1f} MB/s {size / max(processor, 1e-3):8.1f} MB per processor second, "
                f"peak {peak >> 20:4} MiB; import is {seconds / whole:.3f} of it ({processor / busy:.3f})"
            )


if __name__ == "__main__":
    main()
