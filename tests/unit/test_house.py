"""The house rules that a machine can check."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 500


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_no_python_file_is_longer_than_the_house_allows() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_every_recipe_names_a_task_and_carries_both_prompts() -> None:
    import tomllib

    recipes = [tomllib.loads(path.read_text("utf-8")) for path in (ROOT / "assets" / "recipes").glob("*.toml")]
    assert {recipe["id"] for recipe in recipes} == {"ask", "draft", "summarize", "rewrite"}
    assert all(recipe["system"] and recipe["default_instruction"] for recipe in recipes)


def test_the_make_targets_named_in_the_documents_exist() -> None:
    import re

    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named: set[str] = set()
    for page in ("README.md", "CONTRIBUTING.md", "PRIVACY.md", "ARCHITECTURE.md"):
        named |= set(re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / page).read_text("utf-8"), re.MULTILINE))
    assert named <= targets
