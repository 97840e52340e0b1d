"""GGUF files that other programs have put on this disk. Only looks: nothing is opened for writing, moved or copied."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pennyweight.domain.errors import ModelFileError
from pennyweight.models.facts import shard_paths, shelf_name

_MAX_DEPTH = 6
_MAX_ENTRIES = 20_000
"""Entries looked at per folder tree: a home folder may hold millions of files."""
_MAX_MANIFESTS = 1_000
_MAX_MANIFEST_BYTES = 1 << 20
_OLLAMA_MODEL = "application/vnd.ollama.image.model"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A file that may be added to the shelf; it was not inspected yet."""

    name: str
    path: Path
    source: str
    """`lmstudio`, `ollama`, `huggingface` or `models folder`."""
    size_bytes: int


def discover(home: Path | None = None, environment: Mapping[str, str] | None = None) -> list[FoundModel]:
    """Models in the usual places, each once, sorted by name; folders that cannot be read are passed over."""
    home = Path.home() if home is None else home
    values = os.environ if environment is None else environment
    found: dict[Path, FoundModel] = {}
    for model in _look(home, values):
        found.setdefault(_real(model.path), model)
    return sorted(found.values(), key=lambda model: (model.name.lower(), str(model.path)))


def _look(home: Path, environment: Mapping[str, str]) -> Iterator[FoundModel]:
    for folder in (home / ".lmstudio" / "models", home / ".cache" / "lm-studio" / "models"):
        yield from _files(folder, "lmstudio")
    cache = Path(environment.get("HF_HOME") or home / ".cache" / "huggingface")
    yield from _files(Path(environment.get("HF_HUB_CACHE") or cache / "hub"), "huggingface")
    yield from _ollama(Path(environment.get("OLLAMA_MODELS") or home / ".ollama" / "models"))
    for name in ("models", "Models"):
        yield from _files(home / name, "models folder")


def _files(folder: Path, source: str) -> Iterator[FoundModel]:
    for path in _walk(folder):
        if path.suffix.lower() != ".gguf" or _is_later_part(path) or "mmproj" in path.name.lower():
            continue
        try:
            size = sum(_size(part) for part in shard_paths(path))
        except ModelFileError:
            continue  # its name claims an absurd number of parts
        if size:
            yield FoundModel(shelf_name(path), path, source, size)


def _is_later_part(path: Path) -> bool:
    return re.search(r"-\d{5}-of-\d{5}\.gguf$", path.name, re.IGNORECASE) is not None and "-00001-of-" not in path.name


def _walk(folder: Path) -> Iterator[Path]:
    """Files below `folder`; links to files are followed, links to folders are not (they may go round)."""
    seen = 0
    waiting = [(folder, 0)]
    while waiting:
        here, depth = waiting.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError:
            continue  # not there, or not ours to read
        for entry in entries:
            seen += 1
            if seen > _MAX_ENTRIES:
                return
            if entry.is_dir(follow_symlinks=False):
                if depth < _MAX_DEPTH:
                    waiting.append((Path(entry.path), depth + 1))
            elif entry.is_file():
                yield Path(entry.path)


def _ollama(folder: Path) -> Iterator[FoundModel]:
    manifests = folder / "manifests"
    for count, manifest in enumerate(_walk(manifests)):
        if count >= _MAX_MANIFESTS:
            return
        blob = _model_blob(folder, manifest)
        size = 0 if blob is None else _size(blob)
        if blob is not None and size:
            # manifests/registry.ollama.ai/library/qwen2.5/0.5b is known to people as qwen2.5:0.5b
            *_, model, tag = manifest.parts
            yield FoundModel(f"{model}:{tag}", blob, "ollama", size)


def _model_blob(folder: Path, manifest: Path) -> Path | None:
    try:
        if manifest.stat().st_size > _MAX_MANIFEST_BYTES:
            return None
        content = json.loads(manifest.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None  # not a manifest
    layers = content.get("layers") if isinstance(content, dict) else None
    for layer in layers if isinstance(layers, list) else ():
        match layer:
            case {"mediaType": str(kind), "digest": str(digest)} if kind == _OLLAMA_MODEL and _DIGEST.fullmatch(digest):
                return folder / "blobs" / digest.replace(":", "-")
    return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path
