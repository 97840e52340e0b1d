"""Models that other programs have put on this disk, in made-up folder trees."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.models.gguf_files import write_gguf

from pennyweight.models import discover

DIGEST = "ab" * 32


def found(home: Path, **environment: str) -> list[tuple[str, str]]:
    return [(model.name, model.source) for model in discover(home, environment)]


def manifest(home: Path, name: str, content: object) -> None:
    path = home / ".ollama" / "models" / "manifests" / "registry.ollama.ai" / "library" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def test_an_empty_home_has_none(tmp_path: Path) -> None:
    assert found(tmp_path) == []
    assert found(tmp_path / "nowhere") == []


def test_the_usual_places_are_looked_at(tmp_path: Path) -> None:
    write_gguf(tmp_path / ".lmstudio" / "models" / "maker" / "Qwen-GGUF" / "Qwen-Q4_K_M.gguf")
    write_gguf(tmp_path / "models" / "Own.GGUF")
    (tmp_path / "models" / "readme.txt").write_text("no model")
    (tmp_path / "models" / "empty.gguf").touch()
    write_gguf(tmp_path / "models" / "absurd-00001-of-99999.gguf")
    write_gguf(tmp_path / "models" / "mmproj-vision.gguf")
    blob = write_gguf(tmp_path / ".cache" / "huggingface" / "hub" / "models--a--b" / "blobs" / DIGEST)
    link = tmp_path / ".cache" / "huggingface" / "hub" / "models--a--b" / "snapshots" / "main" / "Smol.gguf"
    link.parent.mkdir(parents=True)
    link.symlink_to(blob)
    assert found(tmp_path) == [("Own", "models folder"), ("Qwen-Q4_K_M", "lmstudio"), ("Smol", "huggingface")]


def test_folders_named_by_the_environment_count(tmp_path: Path) -> None:
    write_gguf(tmp_path / "hf" / "hub" / "x" / "Moved.gguf")
    assert found(tmp_path, HF_HOME=str(tmp_path / "hf")) == [("Moved", "huggingface")]


def test_ollama_models_have_the_names_people_know(tmp_path: Path) -> None:
    blob = write_gguf(tmp_path / ".ollama" / "models" / "blobs" / f"sha256-{DIGEST}")
    layers = [
        {"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:" + "0" * 64},
        {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{DIGEST}"},
    ]
    manifest(tmp_path, "qwen2.5/0.5b", {"layers": layers})
    (model,) = discover(tmp_path, {})
    assert (model.name, model.path, model.size_bytes) == ("qwen2.5:0.5b", blob, blob.stat().st_size)


@pytest.mark.parametrize(
    "content",
    [
        "not json",
        "[" * 100_000,
        [],
        {"layers": 7},
        {"layers": [7, None, {"mediaType": 1}]},
        {"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:../../../../etc/passwd"}]},
        {"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:" + "1" * 64}]},
    ],
)
def test_manifests_that_make_no_sense_are_passed_over(tmp_path: Path, content: object) -> None:
    manifest(tmp_path, "m/latest", content)
    assert found(tmp_path) == []


def test_parts_are_one_model_and_a_file_is_listed_once(tmp_path: Path) -> None:
    parts = [write_gguf(tmp_path / "models" / f"big-0000{number}-of-00002.gguf") for number in (1, 2)]
    again = tmp_path / ".lmstudio" / "models" / "again.gguf"
    again.parent.mkdir(parents=True)
    again.symlink_to(parts[0])
    other = write_gguf(tmp_path / "models" / "deep" / "a" / "b" / "c" / "One.gguf")
    (tmp_path / "models" / "round").symlink_to(tmp_path / "models")
    models = discover(tmp_path, {})
    assert [model.path for model in models] == [again, other]
    again.unlink()
    (big, _one) = discover(tmp_path, {})
    assert (big.name, big.size_bytes) == ("big", sum(part.stat().st_size for part in parts))
