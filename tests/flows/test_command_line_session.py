"""Ask, summarize, meter, export through the real engine child with the starter model."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Task
from pennyweight.domain.resources import starter_model_path
from pennyweight.services.container import Services
from pennyweight.services.draft import Draft

Program = Any

ASK_FIELDS = {
    "text", "task", "source", "model", "usage", "prompt_evaluated", "seconds", "first_token_seconds", "energy_joules",
    "energy_source", "local_usd", "local_usd_low", "local_usd_high", "equivalent_usd", "equivalent_model", "billed_usd",
}  # fmt: skip
USAGE_FIELDS = {"input_total", "cache_read", "output_total", "reasoning", "usage_state"}


def thirty_pages() -> str:
    pages = []
    for page in range(1, 31):
        lines = [
            f"The group met on {1 + (page * 3 + line) % 27} May and counted {page * 40 + line} boats. "
            f"Priya wrote to the town about gate {page} of the harbour."
            for line in range(12)
        ]
        pages.append(f"## Page {page}\n\n" + "\n\n".join(" ".join(lines[at : at + 4]) for at in range(0, 12, 4)))
    return "\n\n".join(pages)


def test_ask_prints_every_field_and_nothing_else(program: Program) -> None:
    found = program.json("ask", "What is Pennyweight?")
    assert found.keys() >= ASK_FIELDS
    assert found["usage"].keys() >= USAGE_FIELDS
    assert found["text"].strip()
    assert (found["task"], found["source"], found["model"]) == ("ask", "local", "pennyweight-starter")
    assert found["usage"]["usage_state"] == "reported"
    assert found["prompt_evaluated"] + found["usage"]["cache_read"] == found["usage"]["input_total"]
    assert Decimal(found["local_usd_low"]) <= Decimal(found["local_usd"]) <= Decimal(found["local_usd_high"])
    assert Decimal(found["equivalent_usd"]) > 0
    assert found["first_token_seconds"] <= found["seconds"]
    meter = program.json("meter", "--period", "all")
    assert len(list((program.home / "backups").iterdir())) == 1, "a command makes the backup of the day"
    for name in ("local_usd", "equivalent_usd"):
        assert meter[name] == found[name]
    assert Decimal(meter["difference_usd"]) == Decimal(meter["equivalent_usd"]) - Decimal(meter["local_usd"])
    assert meter["tokens"]["local"]["input_total"] == found["usage"]["input_total"]


def test_text_streams_to_standard_output_and_the_meters_line_to_standard_error(program: Program) -> None:
    done = program.run(
        "ask", "-", "--task", "rewrite", "--seed", "1", text="We would like to meet you on 4 May at noon."
    )
    assert done.returncode == 0
    assert done.stdout.strip()
    assert re.search(r"Local .*¢.* would be .*in, \d+ out", done.stderr)
    again = program.run(
        "ask", "-", "--task", "rewrite", "--seed", "1", text="We would like to meet you on 4 May at noon."
    )
    assert again.stdout == done.stdout


@pytest.mark.slow
def test_a_text_of_thirty_pages_is_summarized_and_its_parts_add_up(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "harbour.txt"
    file.write_text(thirty_pages(), "utf-8")
    found = program.json("summarize", str(file))
    assert found.keys() >= ASK_FIELDS | {"parts"}
    assert found["parts"] > 10
    calls = found["calls"]
    assert sum(call["kind"] == "part" for call in calls) == found["parts"]
    for name in ("input_total", "cache_read", "output_total"):
        assert sum(call[name] for call in calls) == found["usage"][name]
    assert sum(Decimal(call["local_usd"]) for call in calls) == Decimal(found["local_usd"])
    assert sum(Decimal(call["equivalent_usd"]) for call in calls) == Decimal(found["equivalent_usd"])
    meter = program.json("meter", "--period", "all")
    assert (meter["calls"], meter["answers"]) == (len(calls), 1)
    assert (meter["local_usd"], meter["equivalent_usd"]) == (found["local_usd"], found["equivalent_usd"])
    target = tmp_path / "ledger.csv"
    assert program.json("export", "ledger", str(target))["count"] == len(calls)
    rows = list(csv.DictReader(target.read_text("utf-8").splitlines()))
    assert sum(Decimal(row["local_usd"]) for row in rows) == Decimal(found["local_usd"])
    program.json("export", "chats", str(tmp_path / "chats.json"))
    (chat,) = json.loads((tmp_path / "chats.json").read_text("utf-8"))["conversations"]
    assert chat["messages"][-1]["text"] == found["text"]
    assert chat["title"] == "Harbour → summary"


def test_the_shelf_and_the_doctor(program: Program, tmp_path: Path) -> None:
    (model,) = program.json("models", "list")["models"]
    wanted = {"id", "path", "source", "size_bytes", "architecture", "quantization", "context_length"}
    assert model.keys() >= wanted | {"memory_needed_bytes", "fits"}
    copy = tmp_path / "copy.gguf"
    shutil.copy(model["path"], copy)
    assert program.json("models", "inspect", str(copy))["architecture"] == model["architecture"]
    assert program.json("models", "use", str(copy))["id"] == "copy"
    assert [each["id"] for each in program.json("models")["models"] if each["chosen"]] == ["copy"]
    assert program.json("models", "speed")["decode_tokens_per_second"] > 0
    checks = program.json("doctor")["checks"]
    assert [check["name"] for check in checks] == ["engine", "model", "database", "keyring", "energy", "display"]
    assert all(check["ok"] for check in checks[:3])


def test_a_plan_that_loses_its_model_is_an_estimate_and_loads_none(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = Draft(text="Some words about the harbour at night. " * 10, task=Task.SUMMARIZE)
    services.models.load(Cancel())
    assert services.ask.plan(draft).counted
    source = services.ask.parts.source
    counts, count = 0, source.count_prompt_tokens

    def unloaded_before(*arguments: Any, **more: Any) -> int:
        nonlocal counts
        counts += 1
        services.models.unload()
        return count(*arguments, **more)

    monkeypatch.setattr(source, "count_prompt_tokens", unloaded_before)
    assert not services.ask.plan(draft).counted
    assert counts == 1
    assert services.models.loaded is None
    assert source.process_id() is None


def test_the_doctor_tells_everything_even_where_the_engine_cannot_start(
    services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "missing")])
    engine, *others = services.doctor.run()
    assert not engine.ok
    assert "temporary files" in engine.detail
    assert [check.name for check in others] == ["model", "database", "keyring", "energy", "display"]
    assert all(check.ok for check in others[:2])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("ask", "Hi", "--source", "openai"), "Name a model of OpenAI. Nothing was sent."),
        (("ask", "Hi", "--model", "nobody"), "no model nobody"),
        (("ask", "Hi", "--file", "/no/such/file.txt"), "There is no file"),
        (("summarize", "/"), "is a folder"),
        (("models", "inspect", "/etc/passwd"), ""),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_one(program: Program, given: tuple[str, ...], said: str) -> None:
    done = program.run(*given)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_a_screen_the_window_says_what_to_do(program: Program) -> None:
    done = program.run()
    assert done.returncode == 1
    assert "xvfb-run" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_command_line_never_imports_qt(program: Program) -> None:
    code = (
        "import sys; from pennyweight.app.entry import main; code = main(['ask', 'Hi', '--json']); "
        "qt = [name for name in sys.modules if name.startswith(('PySide6', 'shiboken6'))]; "
        "sys.exit(f'imported {qt}' if qt else code)"
    )
    done = subprocess.run(
        [*program.command()[:1], "-c", code], env=program.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_whole_session_connects_to_nothing_but_local_sockets(program: Program, tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed (packaging/system-packages.txt has it)")
    file = tmp_path / "notes.txt"
    file.write_text("The hall is open on 4 May. Priya has the keys. " * 60, "utf-8")
    for number, given in enumerate((("ask", "What is Pennyweight?"), ("summarize", str(file)), ("meter",))):
        log = tmp_path / f"trace-{number}.txt"
        command = [strace, "-f", "-qq", "-e", "trace=connect", "-o", str(log), *program.command(*given)]
        done = subprocess.run(
            command, env=program.environment, capture_output=True, text=True, timeout=110, check=False
        )
        if "ptrace" in done.stderr or "Operation not permitted" in done.stderr:
            pytest.skip("strace may not watch processes here")
        assert done.returncode == 0, done.stderr
        connects = [line for line in log.read_text().splitlines() if "connect(" in line and "AF_UNIX" not in line]
        assert connects == []


def test_ctrl_c_stops_and_keeps_what_was_written(program: Program) -> None:
    process = subprocess.Popen(
        program.command("ask", "Tell me about Pennyweight.", "--model", str(slow_model(program))),
        env=program.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.read(1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert "Stopped." in err.decode()
    assert "Local" in err.decode()
    meter = program.json("meter", "--period", "all")
    assert meter["calls"] == 1
    assert meter["tokens"]["local"]["output_total"] > 0
    del out


def test_killing_the_program_in_mid_answer_loses_nothing_committed(program: Program, tmp_path: Path) -> None:
    process = subprocess.Popen(
        program.command("ask", "Keep this question.", "--model", str(slow_model(program))),
        env=program.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.read(1)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    target = tmp_path / "chats.json"
    program.json("export", "chats", str(target))
    (chat,) = json.loads(target.read_text("utf-8"))["conversations"]
    question, answer = chat["messages"]
    assert (question["text"], question["state"]) == ("Keep this question.", "complete")
    assert answer["state"] == "interrupted"
    assert answer["text"]
    assert program.json("ask", "And now?", "--model", "pennyweight-starter")["state"] == "complete"


def test_models_of_other_programs_are_listed_and_bad_files_refused(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / ".lmstudio" / "models"
    folder.mkdir(parents=True)
    shutil.copy(starter_model_path(), folder / "good.gguf")
    (folder / "bad.gguf").write_bytes(b"no model")
    found = program.json("models", "discover")
    assert [(each["id"], each["source"]) for each in found["models"]] == [("good", "lmstudio")]
    assert [each["id"] for each in found["refused"]] == ["bad"]
    assert [each["id"] for each in program.json("models")["models"]] == ["pennyweight-starter"]


def slow_model(program: Program) -> Path:
    """A model of noise that never ends its answer and takes its time."""
    from tests.support.random_model import PRESETS, write_random_model

    path: Path = program.home.parent / "slow.gguf"
    write_random_model(path, PRESETS["tiny"])
    return path


def test_a_text_that_is_piped_in_is_asked_without_a_dash_and_nothing_is_wrong_usage(program: Program) -> None:
    done = program.run("ask", "--json", text="Who are you?\n")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["text"]
    assert "Who are you" in program.run("audit", "--by", "conversation").stdout
    assert program.run("audit", "--by", "chat").stdout == program.run("audit", "--by", "conversation").stdout
    nothing = program.run("ask", text="")
    assert nothing.returncode == 2
    assert "pipe one in" in nothing.stderr


def test_a_list_of_bullets_is_text_and_no_option(program: Program) -> None:
    answer = program.json("ask", "--task", "draft", "- to Maria Keller\n- thank her for the quote")
    assert answer["text"]
    assert answer["task"] == "draft"
    assert program.run("ask", "--no-such-option", "Hello").returncode == 2
