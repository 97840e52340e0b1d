"""Speed and memory of importing Claude Code logs, beside wc -l and json.loads in the same run.

    python -m tests.bench.import_speed [MEGABYTES] [--answers-only | --chatgpt | --zip]

The log alternates tool results and answers (10 KB for each answer); with --answers-only it holds nothing but answers
(2 KB each), which is the hardest case: the cost is the rows'. With --chatgpt or --zip the file is a ChatGPT export, one
large array; the zip is what the person downloads. Other work on the machine makes the clock's figures
smaller, hence megabytes per second of processor time beside them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
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


def generate_chatgpt(path: Path, megabytes: int) -> int:
    """One array of chats of twenty turns each, about 40 KB a chat."""
    written = number = 0
    text = 'The March release carries the reporting rewrite, and \\"integrations\\" move to April. ' * 24
    with path.open("w") as file:
        file.write("[")
        while written < megabytes << 20:
            number += 1
            nodes = []
            for turn in range(20):
                parent = f'"n{turn - 1}"' if turn else "null"
                nodes.append(
                    f'"n{turn}":{{"id":"n{turn}","parent":{parent},"children":[],"message":{{"author":{{"role":'
                    f'"{"assistant" if turn % 2 else "user"}"}},"create_time":{1_780_000_000 + number * 60 + turn},'
                    f'"content":{{"content_type":"text","parts":["{text}"]}}}}}}'
                )
            chat = f'{{"id":"c{number}","title":"t","current_node":"n19","mapping":{{{",".join(nodes)}}}}}'
            file.write(("," if number > 1 else "") + chat)
            written += len(chat)
        file.write("]")
    return number * 10


def zipped(path: Path) -> Path:
    packed = path.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, "conversations.json")
    return packed


def load_whole(log: Path) -> None:
    with log.open() as file:
        json.load(file)


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


def import_file(path: Path, home: Path) -> None:
    with Store.open(home / "pennyweight.db") as store:
        report = ImportService(store).run("auto", path)
        print(f"{report.kind}: {report.rows_new:,} new rows")


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
    megabytes = numbers[0] if numbers else 100
    with tempfile.TemporaryDirectory() as folder:
        path, home = Path(folder) / "log.jsonl", Path(folder) / "home"
        works: dict[str, Callable[[], object]] = {"wc -l": lambda: count_lines(path)}
        if "--chatgpt" in sys.argv or "--zip" in sys.argv:
            path = Path(folder) / "conversations.json"
            answers = generate_chatgpt(path, megabytes)
            taken = zipped(path) if "--zip" in sys.argv else path
            works["json.load"] = lambda: load_whole(path)
            works["import"] = lambda: import_file(taken, home)
        else:
            answers = generate(path, megabytes, answers_only="--answers-only" in sys.argv)
            works["json.loads loop"] = lambda: load_lines(path)
            works["parse"] = lambda: parse(path)
            works["import"] = lambda: import_file(path, home)
        size = path.stat().st_size / 1e6
        found = {name: measured(work) for name, work in works.items()}
        print(f"{size:.0f} MB, {answers:,} answers; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        whole, busy, _ = found["import"]
        for name, (seconds, processor, peak) in found.items():
            print(
                f"{name:16} {size / seconds:8.1f} MB/s {size / max(processor, 1e-3):8.1f} MB per processor second, "
                f"peak {peak >> 20:4} MiB; import is {seconds / whole:.3f} of it ({processor / busy:.3f})"
            )


if __name__ == "__main__":
    main()
