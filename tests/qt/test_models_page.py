"""The models page, its picker and its controller, over real files and a real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot
from tests.support.random_model import tiny, write_random_model

from pennyweight.app.composition import build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.model import ModelInfo
from pennyweight.models import STARTER_ID, MissingModel
from pennyweight.services.container import Services
from pennyweight.ui.models.controller import ModelsController
from pennyweight.ui.models.details import ModelDetails
from pennyweight.ui.models.page import ModelsPage, gguf_files
from pennyweight.ui.models.picker import ModelPicker
from pennyweight.ui.models.suggested import load_suggestions
from pennyweight.ui.models.table import ModelTable, Row
from pennyweight.ui.models.words import context_text, parameters_text, size_text
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import ElidedLabel

HOSTILE = "<b>Big</b> <img src=file:///etc/passwd>"


def info(model_id: str = "m", **changes: object) -> ModelInfo:
    values: dict[str, object] = {
        "id": model_id, "name": "Some 3B", "path": Path(f"/models/{model_id}.gguf"), "source": "added",
        "size_bytes": 2_020_000_000, "architecture": "llama", "quantization": "Q4_K_M", "parameters": 3_200_000_000,
        "context_length": 131_072, "has_chat_template": True, "memory_needed_bytes": 3_300_000_000,
        "context_used": 8192, "fits": "yes",
    }  # fmt: skip
    return ModelInfo(**{**values, **changes})  # type: ignore[arg-type]  # names and types as above


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    services = build_services(tmp_path / "home")
    yield services
    services.close()


@pytest.fixture
def controller(qtbot: QtBot, services: Services, runner: TaskRunner, theme: Theme) -> Iterator[ModelsController]:
    controller = ModelsController(services.models, runner, theme)
    qtbot.addWidget(controller.picker)
    yield controller
    runner.shutdown()


@pytest.fixture
def page(qtbot: QtBot, controller: ModelsController, runner: TaskRunner, theme: Theme) -> ModelsPage:
    page = ModelsPage(controller, theme)
    qtbot.addWidget(page)
    page.resize(1224, 800)
    page.show()
    page.refresh()
    qtbot.waitUntil(lambda: not runner.busy)
    return page


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    path = tmp_path / "Tiny-Test-F16.gguf"
    write_random_model(path, tiny())
    return path


def texts(widget: object) -> list[str]:
    assert isinstance(widget, (ModelTable, ModelsPage, ModelDetails))
    return [label.text() for label in widget.findChildren(QLabel) if not label.isHidden()]


def test_the_starter_says_that_it_is_for_trying_things_out(page: ModelsPage) -> None:
    shown = texts(page)
    assert "for trying things out" in shown
    assert "comes with Pennyweight" in shown
    assert "in use" in shown
    assert any("downloads nothing" in text for text in shown)


def test_a_file_is_added_used_and_loaded_with_progress(
    qtbot: QtBot, page: ModelsPage, controller: ModelsController, services: Services, gguf: Path
) -> None:
    with qtbot.waitSignal(controller.told) as told:
        controller.add([gguf])
    assert told.args is not None
    assert told.args[0].startswith("Added ")
    added = services.models.list()[-1]
    assert added.path == gguf
    qtbot.waitUntil(lambda: added.id in page.table.use_buttons)
    with qtbot.waitSignals([controller.loader.started, controller.loader.loaded], timeout=30_000):
        page.table.use_buttons[added.id].click()
    current = services.models.current()
    assert current is not None
    assert current.id == added.id
    qtbot.waitUntil(lambda: added.id not in page.table.use_buttons)
    assert page.loading.isHidden()


def test_the_keyboard_stays_with_its_model_when_the_list_changes(
    qtbot: QtBot, page: ModelsPage, controller: ModelsController, services: Services, runner: TaskRunner, gguf: Path
) -> None:
    def focused() -> str:
        qtbot.waitUntil(lambda: not runner.busy and page.loading.isHidden())
        here = page.focusWidget()
        return "" if here is None else here.accessibleName()

    starter, added = services.models.list()[0], services.models.add(gguf)
    page.table.more_buttons[starter.id].setFocus()
    controller.changed.emit()
    assert focused() == f"More about {starter.name}"
    use = page.table.use_buttons[added.id]
    use.setFocus()
    QTest.keyClick(use, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: starter.id in page.table.use_buttons)
    assert focused() == f"More about {added.name}"
    controller.remove(added.id)
    qtbot.waitUntil(lambda: added.id not in page.table.more_buttons)
    assert focused() == page.table.accessibleName()
    qtbot.waitUntil(lambda: page.suggestions.copy_buttons[1].isVisible())
    page.suggestions.copy_buttons[1].setFocus()
    assert focused() == page.suggestions.copy_buttons[1].accessibleName()
    controller.changed.emit()
    assert focused() == page.suggestions.copy_buttons[1].accessibleName()


@pytest.mark.parametrize("width", [1224, 960, 760, 704, 644, 564])
def test_the_page_fits_its_window_and_the_names_are_whole(qtbot: QtBot, page: ModelsPage, width: int) -> None:
    page.resize(width, 800)
    scroll = page.findChild(QScrollArea, "pageScroll")
    assert scroll is not None
    name = next(label for label in page.table.findChildren(ElidedLabel) if label.text() == "Pennyweight Starter")
    qtbot.waitUntil(lambda: name.width() >= name.sizeHint().width())
    assert not scroll.horizontalScrollBar().isVisible()


def test_removing_keeps_the_file_and_can_be_undone(
    qtbot: QtBot, page: ModelsPage, controller: ModelsController, services: Services, gguf: Path
) -> None:
    added = services.models.add(gguf)
    services.models.use(added.id)
    with qtbot.waitSignal(controller.told) as told:
        controller.remove(added.id)
    assert gguf.exists()
    assert added.id not in [model.id for model in services.models.list()]
    assert told.args is not None
    undo = told.args[1]
    with qtbot.waitSignal(controller.changed):
        undo[1]()
    current = services.models.current()
    assert current is not None
    assert current.path == gguf


def test_a_file_that_is_no_model_is_one_sentence(
    qtbot: QtBot, page: ModelsPage, controller: ModelsController, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"not a model at all")
    with qtbot.waitSignal(controller.failed):
        controller.add([bad])
    assert not page.banner.isHidden()
    assert "\n" not in page.banner.text()


def test_a_model_whose_file_is_gone_stays_with_the_reason(
    qtbot: QtBot, page: ModelsPage, services: Services, gguf: Path, runner: TaskRunner
) -> None:
    services.models.add(gguf)
    gguf.unlink()
    page.refresh()
    qtbot.waitUntil(lambda: not runner.busy)
    assert "cannot be used" in texts(page)


def test_while_the_chosen_model_is_gone_nothing_is_in_use_and_the_starter_can_be(
    qtbot: QtBot, page: ModelsPage, services: Services, gguf: Path, runner: TaskRunner
) -> None:
    services.models.use(services.models.add(gguf).id)
    gguf.unlink()
    page.refresh()
    qtbot.waitUntil(lambda: not runner.busy)
    assert "in use" not in texts(page)
    with qtbot.waitSignal(page._controller.loader.loaded):
        page.table.use_buttons[STARTER_ID].click()
    qtbot.waitUntil(lambda: not runner.busy and "in use" in texts(page))
    assert services.settings.get().model_id is None


@pytest.mark.parametrize("damaged", [False, True])
def test_removing_a_model_that_cannot_be_used_promises_neither_its_file_nor_a_way_back(
    qtbot: QtBot, controller: ModelsController, services: Services, gguf: Path, damaged: bool
) -> None:
    added = services.models.add(gguf)
    if damaged:
        gguf.write_bytes(b"not a model at all")
    else:
        gguf.unlink()
    with qtbot.waitSignal(controller.told) as told:
        controller.remove(added.id)
    where = " The file is where it was." if damaged else ""
    assert told.args == [f"Removed from the list.{where}", None]


def test_a_quantization_that_is_in_the_name_is_not_repeated(qtbot: QtBot, theme: Theme) -> None:
    table = ModelTable(theme)
    qtbot.addWidget(table)
    table.show_rows([Row(info(name="Some 3B (Q4_K_M)"), True, None), Row(info("n"), False, None)], [])
    assert texts(table).count("Q4_K_M") == 1


@pytest.mark.parametrize("what", ["loading", "gone"])
def test_a_long_name_does_not_make_the_page_wider(qtbot: QtBot, page: ModelsPage, what: str) -> None:
    name = "Some-Very-Long-Name-" * 6
    page.resize(700, 800)
    page.table.show_rows([], [MissingModel(name, Path("/x"), "added", f"There is no file /{name}.gguf.")])
    if what == "loading":
        page.table.show_rows([], [])
        page.loading.begin(name)
    QApplication.processEvents()
    holder = page.loading if what == "loading" else page.table
    assert holder.minimumSizeHint().width() < 500


def test_why_a_model_cannot_be_used_can_be_read_in_a_narrow_window(qtbot: QtBot, theme: Theme) -> None:
    table = ModelTable(theme)
    qtbot.addWidget(table)
    reason = "There is no file /home/somebody/models/Gone-3B-Q4_K_M.gguf."
    table.show_rows([], [MissingModel("Gone-3B-Q4_K_M", Path("/x"), "added", reason)])
    table.resize(560, 200)
    table.show()
    (shown,) = (label for label in table.findChildren(QLabel) if label.text() == reason)
    QApplication.processEvents()
    assert shown.fontMetrics().horizontalAdvance(reason) <= shown.width()


def test_only_local_gguf_files_can_be_dropped(tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls(
        [QUrl.fromLocalFile("/a/Model.GGUF"), QUrl.fromLocalFile("/a/notes.txt"), QUrl("https://example.org/m.gguf")]
    )
    assert gguf_files(data) == [Path("/a/Model.GGUF")]


def test_names_from_a_file_are_never_read_as_markup(qtbot: QtBot, theme: Theme) -> None:
    table = ModelTable(theme)
    qtbot.addWidget(table)
    gone = MissingModel(HOSTILE, Path("/x"), "added", HOSTILE)
    table.show_rows([Row(info(name=HOSTILE, quantization=HOSTILE), True, None)], [gone])
    details = ModelDetails(info(name=HOSTILE, architecture=HOSTILE))
    qtbot.addWidget(details)
    for widget in (table, details):
        labels = [label for label in widget.findChildren(QLabel) if HOSTILE in label.text()]
        assert labels
        assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
        assert all("<img" not in label.toolTip() for label in widget.findChildren(QLabel))


def test_the_starter_cannot_be_removed(qtbot: QtBot, theme: Theme) -> None:
    table = ModelTable(theme)
    qtbot.addWidget(table)
    table.show_rows([Row(info("s", is_starter=True), True, 910.0), Row(info("m"), False, None)], [])
    assert [action.text() for action in table.menus["s"].actions()] == ["Show details"]
    assert [action.text() for action in table.menus["m"].actions()] == ["Show details", "Remove from this list"]
    assert list(table.use_buttons) == ["m"]
    assert "910 tok/s" in texts(table)
    assert "not yet" in texts(table)


@pytest.mark.parametrize(("fits", "word"), [("yes", "fits"), ("tight", "tight"), ("no", "too big")])
def test_the_verdict_stands_beside_the_memory(qtbot: QtBot, theme: Theme, fits: str, word: str) -> None:
    table = ModelTable(theme)
    qtbot.addWidget(table)
    table.show_rows([Row(info(fits=fits), False, None)], [])
    assert word in texts(table)
    assert "3.3 GB" in texts(table)


def test_the_picker_chooses_by_keyboard(qtbot: QtBot, theme: Theme) -> None:
    picker, anchor = ModelPicker(theme), QPushButton("anchor")
    qtbot.addWidget(picker)
    qtbot.addWidget(anchor)
    anchor.show()
    picker.open_for(anchor, [info("one"), info("two")], "one", 9_000_000_000)
    assert picker.list.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == (
        "Some 3B, Q4_K_M, needs 3.3 GB of 9.0 GB free, fits"
    )
    QTest.keyClick(picker.view, Qt.Key.Key_Down)
    with qtbot.waitSignal(picker.use_wanted) as chosen:
        QTest.keyClick(picker.view, Qt.Key.Key_Return)
    assert chosen.args == ["two"]
    assert not picker.isVisible()


def test_the_picker_has_two_doors_further(qtbot: QtBot, theme: Theme) -> None:
    picker, anchor = ModelPicker(theme), QPushButton("anchor")
    qtbot.addWidget(picker)
    qtbot.addWidget(anchor)
    anchor.show()
    for door, signal in ((picker.add, picker.add_wanted), (picker.manage, picker.manage_wanted)):
        picker.open_for(anchor, [info()], "m", 1)
        with qtbot.waitSignal(signal):
            door.click()
        assert not picker.isVisible()


def test_an_address_can_be_copied(qtbot: QtBot, page: ModelsPage) -> None:
    first = load_suggestions()[0].models[0]
    page.suggestions.copy_buttons[0].click()
    assert QGuiApplication.clipboard().text() == first.page


def test_the_suggestions_are_whole_and_told_apart_by_memory() -> None:
    classes = load_suggestions()
    models = [model for group in classes for model in group.models]
    assert len(models) >= 9
    for model in models:
        assert model.page.startswith("https://huggingface.co/")
        assert model.file.endswith(".gguf")
        assert model.size < model.memory < 2 * model.size + 1_000_000_000
    middle = classes[1].models[0]
    assert [middle.fits(room) for room in (8_000_000_000, middle.memory, middle.memory - 1)] == ["yes", "tight", "no"]


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (9_400_000, "9 MB"), (999_600_000, "1.0 GB"), (24_000_000_000, "24 GB")],
)
def test_sizes_in_decimal_units(count: int, text: str) -> None:
    assert size_text(count) == text


def test_context_and_parameters_in_words() -> None:
    assert context_text(info()) == "8,192 of 131,072"
    assert context_text(info(context_length=8192)) == "8,192"
    assert context_text(info(context_length=None)) == "8,192"
    assert [parameters_text(count) for count in (None, 11_000_000, 4_022_000_000)] == ["unknown", "11 M", "4.0 B"]
