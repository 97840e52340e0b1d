from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pennyweight.domain.errors import InputError
from pennyweight.services.attachments import MAX_BYTES, read_attachment


def written(folder: Path, data: bytes, name: str = "notes.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_read_and_line_breaks_are_plain(tmp_path: Path, encoding: str) -> None:
    data = "Caffè – 30 €\r\nzwei\rdrei\n".encode(encoding)
    found = read_attachment(written(tmp_path, data))
    assert found.attachment.text == "Caffè – 30 €\nzwei\ndrei\n"
    assert found.note == ""
    assert found.attachment.sha256 == hashlib.sha256(data).hexdigest()
    assert found.attachment.size_bytes == len(data)


def test_an_old_encoding_is_read_and_said(tmp_path: Path) -> None:
    found = read_attachment(written(tmp_path, "Grüße – 5 €".encode("cp1252")))
    assert found.attachment.text == "Grüße – 5 €"
    assert "Windows-1252" in found.note


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7 ...", b"PK\x03\x04rest", b"\x89PNG\r\n", b"abc\0def", bytes(range(1, 32)) * 9, b"\xff\xfea", b""],
)
def test_what_is_not_text_is_refused_in_one_line(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_attachment(written(tmp_path, data))
    assert caught.value.sentence.startswith("notes.txt ")
    assert "\n" not in caught.value.sentence


def test_missing_folder_and_too_large(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file"):
        read_attachment(tmp_path / "gone.txt")
    with pytest.raises(InputError, match="is a folder"):
        read_attachment(tmp_path)
    with pytest.raises(InputError, match="larger than 8 MB"):
        read_attachment(written(tmp_path, b"a" * (MAX_BYTES + 1)))


def test_a_folder_is_called_by_its_name_however_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=f"^{tmp_path.name} is a folder"):
        read_attachment(Path())
    with pytest.raises(InputError, match=r"^/ is a folder"):
        read_attachment(Path("/"))
