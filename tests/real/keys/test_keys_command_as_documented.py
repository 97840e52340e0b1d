"""`pennyweight keys …`: the fields that docs/keys.md and --help name are the fields that come, with a real keyring."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from tests.support.loopback import Loopback
from tests.support.secret_service import Daemon

from pennyweight.app.composition import build_services
from pennyweight.cli import keys
from pennyweight.cli.main import run

PAGE = Path(__file__).parents[3] / "docs" / "keys.md"
KEY = "sk-proj-PLANTEDkey0123456789abcdefWXYZ"
_ROW = re.compile(r"^\| `keys.*?\| `([^`]+)` \|$")
_FIELD = re.compile(r"(\w+)(?:\[([^\]]*)\])?")


def documented() -> dict[str, str]:
    """Fields by subcommand, as the page has them."""
    found = {}
    for line in PAGE.read_text().splitlines():
        if match := _ROW.match(line):
            names = re.findall(r"`keys (\w+)", line.split("|")[1])
            found[names[-1]] = match[1]
    return found


def helped() -> dict[str, str]:
    """Fields by subcommand, as --help has them."""
    found = {}
    for name, command in keys.command.commands.items():
        options = [each for each in command.params if isinstance(each, click.Option) and each.name == "as_json"]
        found[name] = (options[0].help or "").removeprefix("Print one JSON object: ").rstrip(".")
    return found


def names(fields: str) -> dict[str, list[str]]:
    """ "provider, models[id, context]" → what is in the object, and in each row of its lists."""
    return {name: re.findall(r"\w+", inner) for name, inner in _FIELD.findall(fields)}


@pytest.fixture
def server() -> Iterator[Loopback]:
    loopback = Loopback()
    yield loopback
    loopback.close()


class Program:
    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        home.mkdir()
        self.home = home
        self.capsys = capsys

    def run(self, *arguments: str) -> int:
        return run(["keys", *arguments], lambda: build_services(self.home))

    def json(self, *arguments: str) -> dict[str, Any]:
        self.capsys.readouterr()
        assert self.run(*arguments, "--json") == 0
        found: dict[str, Any] = json.loads(self.capsys.readouterr().out)
        return found


def test_the_page_the_help_and_the_output_name_the_same_fields(
    daemon: Daemon,
    server: Loopback,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert documented() == helped()
    program = Program(tmp_path / "pennyweight", capsys)
    monkeypatch.setattr("sys.stdin", io.StringIO(KEY))
    models = {"data": [{"id": "gpt-4o"}, {"id": "own-1"}]}
    server.fail(200, models)
    server.fail(200, models)
    came = {
        "set": program.json("set", "openai"),
        "address": program.json("address", "openai", f"{server.url}/v1"),
        "list": program.json("list"),
        "test": program.json("test", "openai"),
        "models": program.json("models", "openai", "--fetch"),
        "network": program.json("network", "--proxy", "direct"),
        "budget": program.json("budget", "2.50"),
        "lock": program.json("lock", "on"),
        "remove": program.json("remove", "openai"),
    }
    assert program.json() == program.json("list"), "without a command: the list"
    assert sorted(came) == sorted(documented())
    for name, fields in documented().items():
        for field, inner in names(fields).items():
            rows = came[name][field] if inner else []
            assert all(list(row) == inner for row in rows), (name, field)
            assert bool(rows) == bool(inner), (name, field)
        assert list(came[name]) == list(names(fields)), name
    assert came["set"] == {"provider": "openai", "state": "keyring"}
    assert came["list"]["egress"] == "ask", "the first key took the lock off"
    assert came["test"] == {"provider": "openai", "accepted": True}
    assert came["models"]["models"][1]["input_usd_per_million"] is None, "no price is known: not zero"
    assert came["lock"] == {"egress": "offline"}
    assert came["remove"]["state"] == "removed"


def test_a_key_that_is_not_kept_is_a_failure_with_json_too(
    no_bus: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(tmp_path / "pennyweight", capsys)
    monkeypatch.setattr("sys.stdin", io.StringIO(KEY))
    assert program.run("set", "openai", "--json") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "not kept" in told.err


def test_json_before_a_command_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = Program(tmp_path / "pennyweight", capsys)
    assert program.run("--json", "list") == 2
    assert "after list" in capsys.readouterr().err
