"""Speed of importing Claude Code logs, beside wc -l and json.loads: python -m tests.bench.import_speed [MEGABYTES]."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pennyweight.services.imports import ImportService
from pennyweight.services.imports.claude_code import rows
from pennyweight.store import Store


def generate(path: Path, megabytes: int) -> int:
    """A log as the program writes it: prompts and tool results between answers of two to three lines each."""
    written = number = 0
    tool = "def run(value):\\n    return value + 1\\n" * 120
    with path.open("w") as file:
        while written < megabytes << 20:
            number += 1
            at = f"2026-11-{number % 20 + 1:02d}T10:{number % 60:02d}:02.1Z"
            block = [f'{{"type":"user","timestamp":"{at}","message":{{"role":"user","content":"{tool}"}}}}']
            for output, stop in ((1, "null"), (150, "null"), (150 + number % 90, '"end_turn"')):
                usage = f'{{"input_tokens":10,"output_tokens":{output},"cache_creation_input_tokens":1000,'
                usage += '"cache_read_input_tokens":15555,"cache_creation":{"ephemeral_5m_input_tokens":1000,'
                usage += '"ephemeral_1h_input_tokens":0},"service_tier":"standard"}'
                block.append(
                    f'{{"type":"assistant","timestamp":"{at}","sessionId":"s1","requestId":"req_{number}","message":'
                    f'{{"id":"msg_{number}","model":"claude-sonnet-5","stop_reason":{stop},"content":'
                    f'[{{"type":"text","text":"{tool[:1500]}"}}],"usage":{usage}}}}}'
                )
            text = "\n".join(block) + "\n"
            file.write(text)
            written += len(text)
    return number


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.jsonl"
        answers = generate(log, megabytes)
        size = log.stat().st_size / 1e6
        speeds: dict[str, float] = {}
        begin = time.perf_counter()
        subprocess.run(["wc", "-l", str(log)], check=True, stdout=subprocess.DEVNULL)
        speeds["wc -l"] = size / (time.perf_counter() - begin)
        begin = time.perf_counter()
        with log.open() as file:
            for line in file:
                json.loads(line)
        speeds["json.loads loop"] = size / (time.perf_counter() - begin)
        begin = time.perf_counter()
        with log.open("rb") as stream:
            for _ in rows(stream):
                pass
        speeds["parse"] = size / (time.perf_counter() - begin)
        with Store.open(Path(folder) / "home" / "pennyweight.db") as store:
            begin = time.perf_counter()
            report = ImportService(store).run("claude-code", log)
            speeds["import"] = size / (time.perf_counter() - begin)
        assert report.rows_new == answers
        for name, speed in speeds.items():
            print(f"{name:16} {speed:8.1f} MB/s  import is {speeds['import'] / speed:.3f} of it")
        print(f"{answers} rows, peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


if __name__ == "__main__":
    main()
