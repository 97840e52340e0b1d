"""pyqtgraph takes a while to import: it is not, before the first plot is shown."""

from __future__ import annotations

import subprocess
import sys


def test_the_pages_are_imported_without_pyqtgraph() -> None:
    code = "import sys, pennyweight.ui.shell.window; print('pyqtgraph' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
