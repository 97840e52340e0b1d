"""What a model writes is shown without being trusted."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QTextDocument
from pytestqt.qtbot import QtBot

from pennyweight.ui.theme import DARK, LIGHT, Theme
from pennyweight.ui.transcript.code_block import CodeBlock
from pennyweight.ui.transcript.links import LinkDialog, may_open
from pennyweight.ui.transcript.markdown import SafeDocument, set_markdown
from pennyweight.ui.transcript.rich_text import RichText
from pennyweight.ui.transcript.text_view import TextView


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    path = tmp_path / "secret.png"
    assert image.save(str(path))
    return path


def _has_red(image: QImage) -> bool:
    return any(
        image.pixelColor(x, y) == QColor("#ff0000")
        for x in range(0, image.width(), 3)
        for y in range(0, image.height(), 3)
    )


@pytest.mark.parametrize("form", ["![x]({url})", "![x][r]\n\n[r]: {url}", "<img src='{url}'>"])
def test_an_image_on_disk_is_never_shown(qtbot: QtBot, theme: Theme, picture: Path, form: str) -> None:
    for address in (QUrl.fromLocalFile(str(picture)).toString(), str(picture)):
        text = RichText(theme)
        qtbot.addWidget(text)
        text.resize(300, 200)
        text.set_text("Before\n\n" + form.format(url=address) + "\n\nafter")
        text.show()
        assert not _has_red(text.grab().toImage())


def test_a_document_loads_no_resource_of_any_kind(picture: Path) -> None:
    document = SafeDocument()
    for kind in (QTextDocument.ResourceType.ImageResource, QTextDocument.ResourceType.StyleSheetResource):
        loaded = document.resource(kind.value, QUrl.fromLocalFile(str(picture)))
        assert isinstance(loaded, QImage)
        assert loaded.width() == 1


@pytest.mark.parametrize(
    ("markdown", "shown", "word"),
    [
        ("**Subject:**\nMeeting", "Subject:\nMeeting", "Subject:"),
        ("*Best regards,*\nAnna 😀\nLee", "Best regards,\nAnna 😀\nLee", "Best regards,"),
        ("Total:\n~~old~~ new", "Total:\nold new", "old"),
        ('Say\n**"Quoted"** text', 'Say\n"Quoted" text', '"Quoted"'),
        ("See https://example.com/a\nNext", "See https://example.com/a\nNext", "https://example.com/a"),
    ],
)
def test_marks_at_the_edge_of_a_line_mean_what_they_do_elsewhere(
    theme: Theme, markdown: str, shown: str, word: str
) -> None:
    document = SafeDocument()
    set_markdown(document, markdown, theme.tokens())
    assert document.toPlainText() == shown
    form = document.find(word).charFormat()
    assert form.fontItalic() or form.fontStrikeOut() or form.isAnchor() or form.fontWeight() >= QFont.Weight.DemiBold


def test_html_stays_text(theme: Theme) -> None:
    document = SafeDocument()
    set_markdown(document, "a <b>bold</b> <script>x</script>", LIGHT)
    assert document.toPlainText() == "a <b>bold</b> <script>x</script>"


def test_streamed_text_ends_like_stored_text(qtbot: QtBot, theme: Theme) -> None:
    source = (
        "# Title\n\nSome *words*.\n\n- one\n- two\n\n```python\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd."
    )
    streamed, stored = RichText(theme), RichText(theme)
    qtbot.addWidget(streamed)
    qtbot.addWidget(stored)
    for start in range(0, len(source), 7):
        streamed.append(source[start : start + 7])
    streamed.finish()
    stored.set_text(source)

    def shown(view: RichText) -> list[str]:
        return [part.toPlainText() for part in view.findChildren(TextView) if not part.isHidden()]

    assert shown(streamed) == shown(stored)
    assert streamed.text() == source
    assert "▍" not in "".join(shown(streamed))


def test_a_cursor_marks_where_text_is_being_written(qtbot: QtBot, theme: Theme) -> None:
    text = RichText(theme)
    qtbot.addWidget(text)
    text.append("Hello wor")
    assert text.findChildren(TextView)[-1].toPlainText() == "Hello wor▍"


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("One.", "Two."),
        ("One.", "## Two"),
        ("## One", "Two."),
        ("- one", "- two"),
        ("- one", "Two."),
        ("One.", "1. two"),
    ],
)
def test_the_gap_is_the_same_where_prose_goes_on_in_another_part(
    qtbot: QtBot, theme: Theme, above: str, below: str
) -> None:
    whole = SafeDocument()
    whole.setTextWidth(600)
    set_markdown(whole, f"{above}\n\n{below}", LIGHT)
    text = RichText(theme)
    qtbot.addWidget(text)
    text.append(f"{above}\n\n{below}")
    assert len(text.findChildren(TextView)) == 2  # what is finished, and what is being written
    layout = text.layout()
    assert layout is not None
    assert abs(layout.totalHeightForWidth(600) - whole.size().height()) <= 1


def test_code_is_coloured_in_both_looks_and_copied_whole(qtbot: QtBot, theme: Theme) -> None:
    block = CodeBlock(theme, "python")
    qtbot.addWidget(block)
    block.set_streaming("def f(")
    block.close_block("def f():\n    return '🙂', 1")
    assert block.text() == "def f():\n    return '🙂', 1"
    view = block.findChild(TextView)
    assert view is not None
    colours = set()
    piece = view.shown().begin().begin()
    while not piece.atEnd():
        colours.add(piece.fragment().charFormat().foreground().color().name())
        piece += 1
    assert LIGHT.copper in colours
    block._copy_text()
    assert QGuiApplication.clipboard().text() == block.text()
    assert DARK.copper != LIGHT.copper


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://example.org/a?b=c", True),
        ("http://example.org", True),
        ("mailto:someone@example.org", True),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("smb://host/share", False),
        ("https://", False),
        ("/etc/passwd", False),
    ],
)
def test_only_web_and_mail_addresses_may_open(address: str, allowed: bool) -> None:
    assert may_open(address) is allowed


def test_a_link_opens_only_after_its_address_was_shown(qtbot: QtBot, theme: Theme) -> None:
    opened: list[QUrl] = []
    dialog = LinkDialog("https://example.org/long", open_url=opened.append)
    qtbot.addWidget(dialog)
    assert opened == []
    dialog.open_button.click()
    assert [url.toString() for url in opened] == ["https://example.org/long"]


def test_a_forbidden_link_has_no_open_button(qtbot: QtBot, theme: Theme) -> None:
    dialog = LinkDialog("file:///etc/passwd")
    qtbot.addWidget(dialog)
    assert not hasattr(dialog, "open_button")


def test_text_keeps_its_width_when_the_look_changes_or_a_layout_asks_for_another(qtbot: QtBot, theme: Theme) -> None:
    text = RichText(theme)
    qtbot.addWidget(text)
    text.resize(500, 300)
    text.set_text("many words here " * 60)
    text.show()
    view = text.findChildren(TextView)[0]
    wide = view.shown().textWidth()
    view.heightForWidth(200)
    assert view.shown().textWidth() == wide
    theme.set_look("dark")
    theme.set_look("light")
    qtbot.wait(20)
    assert view.shown().textWidth() == view.viewport().width()
