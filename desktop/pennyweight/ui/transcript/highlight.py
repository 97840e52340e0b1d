"""Colours for code, from the tokens of the look."""

from __future__ import annotations

from pygments.lexer import Lexer  # type: ignore[import-untyped]  # ships no types
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]  # ships no types
from pygments.token import Comment, Keyword, Literal, Name, Number, String, Token, _TokenType  # type: ignore[import-untyped]  # ships no types
from pygments.util import ClassNotFound  # type: ignore[import-untyped]  # ships no types
from PySide6.QtGui import QBrush, QColor, QFont, QTextCharFormat, QTextCursor, QTextDocument

from pennyweight.ui.theme.tokens import Tokens

LIMIT = 40_000
"""Characters; longer code stays plain."""

_COLOURS: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "mute"),
    (Keyword, "copper"),
    (Name.Tag, "copper"),
    (Name.Function, "cloud"),
    (Name.Class, "cloud"),
    (Name.Attribute, "warn"),
    (Name.Decorator, "warn"),
    (Number, "cloud"),
    (String, "local"),
    (Literal, "local"),
)


def lexer_for(language: str) -> Lexer | None:
    """The lexer of a fence's language; None if there is none of that name."""
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False) if language else None
    except ClassNotFound:
        return None


def highlight(document: QTextDocument, language: str, tokens: Tokens) -> None:
    """Colour the document's text in place; does nothing for unknown languages."""
    text = document.toPlainText()
    lexer = lexer_for(language)
    if lexer is None or len(text) > LIMIT:
        return
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    position = 0
    for kind, piece in lexer.get_tokens(text):
        length = len(piece.encode("utf-16-le")) // 2  # positions in a document count UTF-16 units
        name = _colour(kind)
        if name is not None and piece.strip():
            form = QTextCharFormat()
            form.setForeground(QBrush(QColor(str(getattr(tokens, name)))))
            if kind in Keyword:
                form.setFontWeight(QFont.Weight.DemiBold)
            cursor.setPosition(position)
            cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
            cursor.mergeCharFormat(form)
        position += length
    cursor.endEditBlock()


def _colour(kind: _TokenType) -> str | None:
    if kind is Token:
        return None
    return next((name for parent, name in _COLOURS if kind in parent), None)
