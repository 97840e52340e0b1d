"""Where the keyboard is: asked before a list is built anew, or the next Enter would act somewhere else."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def focused_in(holder: QWidget) -> QWidget | None:
    """What has the keyboard inside of it, also while another window is in front."""
    focused = holder.window().focusWidget()
    return focused if focused is not None and holder.isAncestorOf(focused) else None


def give_keyboard(widget: QWidget) -> None:
    """To one that has just been made, too: a layout shows it only later, and Qt gives nothing to what is hidden."""
    widget.show()
    widget.setFocus()
