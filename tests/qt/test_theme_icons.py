"""Icons as Qt uses them: drawn, copied, changed."""

from __future__ import annotations

import subprocess
import sys

_COPIES = """
import gc
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication
from pennyweight.ui.theme.icons import Icons, _clones

application = QApplication([])
icons = Icons()
icon = icons.icon("gear-six", "#102030", "#808080")
copies = []
for number in range(50):
    copy = QIcon(icon)
    copy.setIsMask(True)  # the copy gets an engine of its own
    copies.append(copy)
gc.collect()
assert all(not copy.pixmap(24, 24).isNull() for copy in copies)
del copy
copies.clear()
gc.collect()
again = QIcon(icon)
again.setIsMask(True)
assert len(_clones) == 1, "what Qt has deleted is forgotten"
assert not again.pixmap(24, 24).isNull()
"""


def test_a_copied_icon_is_changed_drawn_and_given_back() -> None:
    """In a process of its own: the fault would be a crash."""
    run = subprocess.run([sys.executable, "-c", _COPIES], capture_output=True, text=True, check=False, timeout=120)
    assert (run.returncode, run.stderr) == (0, "")
