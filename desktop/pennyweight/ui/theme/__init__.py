"""The look: tokens, palette, style sheet, type and icons."""

from pennyweight.ui.theme.theme import Look, Theme
from pennyweight.ui.theme.tokens import DARK, LIGHT, Tokens

__all__ = ["DARK", "LIGHT", "Look", "Theme", "Tokens"]
