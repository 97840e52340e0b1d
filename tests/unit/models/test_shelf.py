"""The shelf: the starter and the files a person added."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.models.gguf_files import QWEN_LIKE, write_gguf

from pennyweight.domain.errors import InputError, ModelFileError
from pennyweight.models import STARTER_ID, Shelf


class Notebook:
    """Keeps what the shelf saves, as the settings of the program do."""

    def __init__(self, content: object = None) -> None:
        self.content = content

    def load(self) -> object:
        return self.content

    def save(self, content: list[dict[str, str]]) -> None:
        self.content = content


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def shelf(tmp_path: Path, notebook: Notebook) -> Shelf:
    starter = write_gguf(tmp_path / "program" / "pennyweight-starter.gguf")
    return Shelf(load=notebook.load, save=notebook.save, starter=starter, available_memory=lambda: 8 * 1000**3)


def test_a_new_shelf_holds_the_starter(shelf: Shelf) -> None:
    (starter,) = shelf.list()
    assert (starter.id, starter.source, starter.is_starter) == (STARTER_ID, "starter", True)
    assert shelf.locate(STARTER_ID) == starter.path


def test_added_files_stay_on_the_shelf(shelf: Shelf, tmp_path: Path, notebook: Notebook) -> None:
    added = shelf.add(write_gguf(tmp_path / "a" / "Qwen-Q4_K_M.gguf"))
    assert (added.id, added.source, added.is_starter) == ("Qwen-Q4_K_M", "added", False)
    again = Shelf(load=notebook.load, save=notebook.save, starter=shelf.get(STARTER_ID).path)
    assert [info.id for info in again.list()] == [STARTER_ID, "Qwen-Q4_K_M"]
    assert again.locate(added.id) == added.path


def test_ids_are_unique_and_a_file_is_added_once(shelf: Shelf, tmp_path: Path) -> None:
    one = write_gguf(tmp_path / "a" / "m.gguf")
    two = write_gguf(tmp_path / "b" / "m.gguf")
    link = tmp_path / "link.gguf"
    link.symlink_to(one)
    ids = [shelf.add(path).id for path in (one, two, one, link)]
    assert ids == ["m", "m-2", "m", "m"]
    shelf.remove("m")
    assert shelf.add(write_gguf(tmp_path / "c" / "m.gguf")).id == "m"
    taken = write_gguf(tmp_path / "d" / "pennyweight-starter.gguf")
    assert shelf.add(taken).id == "pennyweight-starter-2"


def test_a_cached_download_keeps_the_name_of_its_link(shelf: Shelf, tmp_path: Path) -> None:
    blob = write_gguf(tmp_path / "hub" / "blobs" / ("ab" * 32))
    link = tmp_path / "hub" / "snapshots" / "rev" / "SmolLM-Q8_0.gguf"
    link.parent.mkdir(parents=True)
    link.symlink_to(blob)
    added = shelf.add(link)
    assert (added.id, added.path) == ("SmolLM-Q8_0", link)


def test_any_part_adds_the_whole_model(shelf: Shelf, tmp_path: Path) -> None:
    parts = [write_gguf(tmp_path / f"big-0000{number}-of-00002.gguf") for number in (1, 2)]
    assert shelf.add(parts[1]).path == parts[0]
    assert shelf.add(parts[0]).id == "big"
    assert len(shelf.list()) == 2


def test_a_file_that_went_away_is_listed_as_missing(shelf: Shelf, tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "m.gguf")
    shelf.add(path)
    path.unlink()
    assert [info.id for info in shelf.list()] == [STARTER_ID]
    (missing,) = shelf.missing()
    assert (missing.id, missing.path) == ("m", path)
    assert "There is no file" in missing.reason
    for ask in (shelf.get, shelf.locate):
        with pytest.raises(ModelFileError):
            ask("m")
    write_gguf(path)
    assert shelf.missing() == ()
    assert shelf.get("m").path == path


def test_removing_leaves_the_file(shelf: Shelf, tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "m.gguf")
    shelf.add(path)
    shelf.remove("m")
    assert path.exists()
    assert len(shelf.list()) == 1
    for name, said in (("m", "no model m"), (STARTER_ID, "stays on the shelf")):
        with pytest.raises(InputError, match=said):
            shelf.remove(name)
    with pytest.raises(ModelFileError, match="no model m on the shelf"):
        shelf.locate("m")


def test_a_file_that_is_no_model_is_not_added(shelf: Shelf, tmp_path: Path, notebook: Notebook) -> None:
    (tmp_path / "letter.gguf").write_text("Dear Sir")
    with pytest.raises(ModelFileError, match="not a GGUF"):
        shelf.add(tmp_path / "letter.gguf")
    assert notebook.content is None


@pytest.mark.parametrize("content", [7, "x", {}, [1, {"id": 3}, {"id": "", "path": "/x", "source": "a"}], [None]])
def test_settings_that_make_no_sense_are_ignored(tmp_path: Path, content: object) -> None:
    notebook = Notebook(content)
    starter = write_gguf(tmp_path / "s.gguf")
    shelf = Shelf(load=notebook.load, save=notebook.save, starter=starter)
    assert [info.id for info in shelf.list()] == [STARTER_ID]


def test_without_its_starter_the_program_still_has_a_shelf(tmp_path: Path, notebook: Notebook) -> None:
    shelf = Shelf(load=notebook.load, save=notebook.save, starter=tmp_path / "none.gguf")
    assert shelf.list() == []
    assert shelf.missing()[0].id == STARTER_ID


def named(file_type: int) -> dict[str, object]:
    return QWEN_LIKE | {"general.file_type": ("u32", file_type)}


def test_models_of_one_name_are_told_apart_by_what_differs(shelf: Shelf, tmp_path: Path) -> None:
    assert [info.name for info in shelf.list()] == ["Tiny Test 0.1B"]
    other = shelf.add(write_gguf(tmp_path / "other.gguf", named(7)))
    assert other.name == shelf.get(other.id).name == "Tiny Test 0.1B (Q8_0)"
    assert [info.name for info in shelf.list()] == ["Tiny Test 0.1B (Q4_K_M)", "Tiny Test 0.1B (Q8_0)"]
    shelf.add(write_gguf(tmp_path / "again.gguf", named(7)))
    shelf.add(write_gguf(tmp_path / "b" / "again.gguf", named(7)))
    assert [info.name for info in shelf.list()] == [
        "Tiny Test 0.1B (Q4_K_M)",
        "Tiny Test 0.1B (other)",
        "Tiny Test 0.1B (again)",
        "Tiny Test 0.1B (again-2)",
    ]


def test_a_name_is_told_apart_though_the_other_file_is_gone_and_plain_again_when_it_is_off_the_shelf(
    shelf: Shelf, tmp_path: Path
) -> None:
    other = shelf.add(write_gguf(tmp_path / "other.gguf", named(7)))
    other.path.unlink()
    assert shelf.get(STARTER_ID).name == "Tiny Test 0.1B (Q4_K_M)"
    shelf.remove(other.id)
    assert shelf.get(STARTER_ID).name == "Tiny Test 0.1B"


def test_models_that_were_added_before_names_were_kept_are_told_apart_too(
    shelf: Shelf, tmp_path: Path, notebook: Notebook
) -> None:
    path = write_gguf(tmp_path / "other.gguf", named(7))
    notebook.content = [{"id": "other", "path": str(path), "source": "added"}]
    assert [info.name for info in shelf.list()] == ["Tiny Test 0.1B (Q4_K_M)", "Tiny Test 0.1B (Q8_0)"]
