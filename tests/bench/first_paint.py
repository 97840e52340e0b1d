"""One start in a process of its own: prints the processor seconds that it had taken when its window was painted.

`bare` is a main window of Qt with a label in it, `program` the whole program over the data folder in PENNYWEIGHT_HOME.
"""

from __future__ import annotations

import os
import sys
import time


def tell() -> None:
    """Ends the process at once: what closing costs is not asked here."""
    sys.stdout.write(f"{time.process_time()}\n")
    sys.stdout.flush()
    os._exit(0)


def bare() -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

    class Window(QMainWindow):
        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            QTimer.singleShot(0, tell)

    application = QApplication(["bare"])
    window = Window()
    window.setCentralWidget(QLabel("bare"))
    window.resize(1280, 800)
    window.show()
    application.exec()


def program() -> None:
    from pennyweight.app.entry import main
    from pennyweight.ui.shell.window import MainWindow

    MainWindow.start = lambda _self: tell()  # type: ignore[assignment, method-assign]  # it is called after the first paint
    main([])


if __name__ == "__main__":
    {"bare": bare, "program": program}[sys.argv[1]]()
