"""Screenshots of the real window, with real answers of the starter model: `python -m tests.shots FOLDER`.

Needs a display (Xvfb will do). Everything happens in a data folder of its own, which is thrown away.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtWidgets import QApplication
from tests.shots import cloud
from tests.shots.driver import Driver
from tests.shots.scenes import play

from pennyweight.app.composition import build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/shots")
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent"  # no pictures with the person's own keyring
    application = QApplication(["pennyweight"])
    with tempfile.TemporaryDirectory() as home:
        services = build_services(Path(home))
        try:
            theme = Theme(application, "light")
            window = MainWindow(services, TaskRunner(application), theme)
            window.show()
            window.start()
            driver = Driver(application, window, folder)
            play(driver)
            cloud.play(driver, services)
            window.close()
        finally:
            services.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
