"""What takes a while to import is imported when it is needed, not with the start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pennyweight.app.composition import build_services

AT_FIRST_PAINT = """
import sys
from pennyweight.app.entry import main
from pennyweight.ui.shell.window import MainWindow

def painted(window):
    print(" ".join(sys.modules))
    window.close()

MainWindow.start = painted
main([])
"""
LATE = {
    "numpy", "pyqtgraph", "httpx", "keyring", "genai_prices", "pygments", "qtawesome", "sqlite_utils", "jinja2",
    "llama_cpp", "pennyweight.ui.audit.page", "pennyweight.ui.compare.page", "pennyweight.ui.models.page",
    "pennyweight.ui.settings.page", "pennyweight.ui.onboarding.page", "pennyweight.ui.cloud.sheet",
    "pennyweight.services.imports", "pennyweight.services.redaction",
}  # fmt: skip


def _modules(code: str, home: Path) -> set[str]:
    environment = {**os.environ, "PENNYWEIGHT_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return set(done.stdout.split())


def test_the_first_paint_of_a_second_start_reads_no_page_beside_the_chat_and_no_large_library(tmp_path: Path) -> None:
    services = build_services(tmp_path)  # makes the database, for which sqlite-utils is needed
    services.settings.update(onboarding_done=True)
    services.close()
    assert _modules(AT_FIRST_PAINT, tmp_path) & LATE == set()


def test_the_pages_are_imported_without_pyqtgraph(tmp_path: Path) -> None:
    pages = "import sys, pennyweight.ui.audit.page, pennyweight.ui.compare.controller; print(*sys.modules)"
    assert "pyqtgraph" not in _modules(pages, tmp_path)
