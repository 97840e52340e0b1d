"""Markdown from a model, as a document that touches neither disk nor network, in the type of the house."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QImage,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)

from pennyweight.ui.theme.fonts import MONO_FAMILIES, ui_font
from pennyweight.ui.theme.tokens import BODY_PX, Tokens
from pennyweight.ui.transcript.sections import LINE_BREAK, with_line_breaks, without_images

_FEATURES = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
_HEADING_PX = {1: 18, 2: 16, 3: 15}
LINE_PERCENT = 128.0
_CODE_PX = 12.5
_BETWEEN_ITEMS, _ABOVE_HEADING = 2, 10


class SafeDocument(QTextDocument):
    """A document that loads nothing: every resource is one transparent pixel (an empty answer would make Qt look for a
    file of that name)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setDefaultFont(ui_font())
        self.setDocumentMargin(0)
        self.setIndentWidth(20)
        self.setUndoRedoEnabled(False)

    def loadResource(self, type_: int, name: QUrl | str) -> object:
        del type_, name
        image = QImage(1, 1, QImage.Format.Format_ARGB32)
        image.fill(0)
        return image


def set_markdown(document: QTextDocument, text: str, tokens: Tokens) -> None:
    """Replace the document by `text`. HTML stays text, images become links."""
    document.setMarkdown(with_line_breaks(without_images(text)), _FEATURES)
    _break_lines(document)
    _dress_blocks(document, tokens)
    _dress_tables(document, tokens)


def set_plain(document: QTextDocument, text: str) -> None:
    """Replace the document by unformatted text with the house's line height."""
    document.setPlainText(text)
    cursor = QTextCursor(document)
    cursor.select(QTextCursor.SelectionType.Document)
    form = QTextBlockFormat()
    form.setLineHeight(LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    cursor.mergeBlockFormat(form)


def gap_between(before: QTextDocument, after: QTextDocument) -> int:
    """Pixels between two documents of one text, as between its blocks if it were one."""
    last, first = before.lastBlock(), after.begin()
    if last.textList() is not None and first.textList() is not None:
        return _BETWEEN_ITEMS
    return max(round(last.blockFormat().bottomMargin()), _ABOVE_HEADING if first.blockFormat().headingLevel() else 0)


def _break_lines(document: QTextDocument) -> None:
    """`LINE_BREAK` becomes the document's own line separator."""
    place = document.find(LINE_BREAK)
    while not place.isNull():
        place.insertText("\u2028")
        place = document.find(LINE_BREAK, place)


def _dress_blocks(document: QTextDocument, tokens: Tokens) -> None:
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    block = document.begin()
    while block.isValid():
        cursor.setPosition(block.position())
        cursor.mergeBlockFormat(_block_format(block, cursor))
        _dress_characters(block, cursor, tokens)
        block = block.next()
    cursor.endEditBlock()


def _block_format(block: QTextBlock, cursor: QTextCursor) -> QTextBlockFormat:
    form = QTextBlockFormat()
    form.setLineHeight(LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    in_table = cursor.currentTable() is not None
    level = block.blockFormat().headingLevel()
    form.setTopMargin(_ABOVE_HEADING if level and block.position() > 0 else 0)
    inside_list = block.textList() is not None and block.next().textList() is not None
    form.setBottomMargin(0 if in_table else _BETWEEN_ITEMS if inside_list else 4 if level else 7)
    return form


def _dress_characters(block: QTextBlock, cursor: QTextCursor, tokens: Tokens) -> None:
    level = block.blockFormat().headingLevel()
    quoted = bool(block.blockFormat().property(QTextFormat.Property.BlockQuoteLevel))
    runs: list[tuple[int, int, QTextCharFormat]] = []
    iterator = block.begin()
    while not iterator.atEnd():
        fragment = iterator.fragment()
        runs.append((fragment.position(), fragment.length(), fragment.charFormat()))
        iterator += 1
    for position, length, old in runs:
        form = QTextCharFormat()
        if level:
            form.setProperty(QTextFormat.Property.FontSizeAdjustment, 0)
            form.setProperty(QTextFormat.Property.FontPixelSize, _HEADING_PX.get(level, BODY_PX))
            form.setFontWeight(QFont.Weight.DemiBold)
        elif old.fontWeight() >= QFont.Weight.Bold:
            form.setFontWeight(QFont.Weight.DemiBold)
        if old.fontFixedPitch():
            form.setFontFamilies(MONO_FAMILIES)
            form.setProperty(QTextFormat.Property.FontPixelSize, _CODE_PX)
            form.setBackground(QBrush(QColor(tokens.code)))
        if old.isAnchor():
            form.setForeground(QBrush(QColor(tokens.cloud)))
        elif quoted:
            form.setForeground(QBrush(QColor(tokens.mute)))
        if form.isEmpty():
            continue
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(form)


def _dress_tables(document: QTextDocument, tokens: Tokens) -> None:
    for frame in document.rootFrame().childFrames():
        if not isinstance(frame, QTextTable):
            continue
        form = frame.format()
        form.setBorder(1)
        form.setBorderCollapse(True)
        form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        form.setBorderBrush(QBrush(QColor(tokens.line)))
        form.setCellPadding(6)
        form.setCellSpacing(0)
        form.setTopMargin(4)
        form.setBottomMargin(8)
        form.setWidth(QTextLength())
        frame.setFormat(form)
