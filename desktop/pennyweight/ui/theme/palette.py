"""The QPalette of a look: set explicitly, since asking a bare desktop for a colour scheme does nothing."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from pennyweight.ui.theme.tokens import Tokens

_Role = QPalette.ColorRole


def build_palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    roles = {
        _Role.Window: tokens.bg,
        _Role.WindowText: tokens.ink,
        _Role.Base: tokens.panel,
        _Role.AlternateBase: tokens.soft,
        _Role.ToolTipBase: tokens.ink,
        _Role.ToolTipText: tokens.bg,
        _Role.PlaceholderText: tokens.mute,
        _Role.Text: tokens.ink,
        _Role.Button: tokens.panel,
        _Role.ButtonText: tokens.ink,
        _Role.BrightText: tokens.warn,
        _Role.Link: tokens.cloud,
        _Role.LinkVisited: tokens.cloud,
        _Role.Highlight: tokens.copper,
        _Role.HighlightedText: tokens.on_copper,
        _Role.Accent: tokens.copper,
        _Role.Light: tokens.panel,
        _Role.Midlight: tokens.soft,
        _Role.Mid: tokens.line,
        _Role.Dark: tokens.mute,
        _Role.Shadow: tokens.line,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.mute))
    palette.setColor(QPalette.ColorGroup.Inactive, _Role.Highlight, QColor(tokens.copper))
    return palette
