"""Type: Inter where the system has it (set-up installs it), with fallbacks that any desktop has."""

from __future__ import annotations

from PySide6.QtGui import QFont

from pennyweight.ui.theme.tokens import BODY_PX

UI_FAMILIES = ["Inter", "Segoe UI", "SF Pro Text", "Helvetica Neue", "Noto Sans", "DejaVu Sans"]
MONO_FAMILIES = ["JetBrains Mono", "Cascadia Mono", "SF Mono", "Menlo", "Consolas", "DejaVu Sans Mono"]


def ui_font(pixels: int = BODY_PX, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = QFont()
    font.setFamilies(UI_FAMILIES)
    font.setPixelSize(pixels)
    font.setWeight(weight)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def mono_font(pixels: int = BODY_PX, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = ui_font(pixels, weight)
    font.setFamilies(MONO_FAMILIES)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def tabular(font: QFont) -> QFont:
    """The same font with figures of one width, so that counting numbers stand still. Has no effect without `tnum`."""
    result = QFont(font)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result
