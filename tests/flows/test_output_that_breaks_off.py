"""Whatever ends the output of an answer (a reader that goes, a letter it cannot show), what it cost is booked."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.flows.test_command_line_session import slow_model

from pennyweight.domain.resources import starter_model_path

Program = Any


def test_an_answer_whose_reader_goes_away_is_kept_and_booked(program: Program) -> None:
    asked = subprocess.Popen(
        program.command("ask", "Tell me about it.", "--model", str(slow_model(program))),
        env=program.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert asked.stdout is not None
    assert asked.stderr is not None
    assert asked.stdout.read(1)
    asked.stdout.close()
    said = asked.stderr.read().decode()
    asked.stderr.close()
    assert asked.wait(60) == 1
    assert "Traceback" not in said
    _assert_booked(program)


def test_an_output_without_all_letters_shows_their_numbers_and_json_stays_json(
    program: Program, tmp_path: Path
) -> None:
    """As on Windows, where a file gets an encoding of 256 letters."""
    model = tmp_path / "erdő.gguf"
    shutil.copy(starter_model_path(), model)
    environment = program.environment | {"PYTHONIOENCODING": "cp1252"}
    command = program.command("models", "inspect", str(model))
    plain = subprocess.run(command, env=environment, capture_output=True, timeout=110, check=False)
    assert (plain.returncode, b"erd\\u0151" in plain.stdout) == (0, True), plain.stderr
    told = subprocess.run([*command, "--json"], env=environment, capture_output=True, timeout=110, check=False)
    assert "erdő" in json.dumps(json.loads(told.stdout), ensure_ascii=False)


def test_closed_standard_streams_are_told_in_a_sentence(program: Program) -> None:
    command = f"{shlex.join(program.command('ask', '-'))} <&-"
    done = subprocess.run(
        ["/bin/sh", "-c", command], env=program.environment, capture_output=True, text=True, timeout=110, check=False
    )
    assert (done.returncode, done.stderr) == (1, "There is no standard input to read from.\n")


def _assert_booked(program: Program) -> None:
    meter = program.json("meter", "--period", "all")
    assert meter["calls"] == 1
    assert meter["tokens"]["local"]["output_total"] > 0
    target = program.home.parent / "chats.json"
    program.json("export", "chats", str(target))
    (chat,) = json.loads(target.read_text("utf-8"))["conversations"]
    assert chat["messages"][-1]["state"] == "stopped"
    assert chat["messages"][-1]["text"]
