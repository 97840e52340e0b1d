"""Screenshots of the real window, with real answers of the starter model: `python -m tests.shots FOLDER [SCENE…]`.

The scenes are `chat`, `cloud` (after the chats), `states`, `audit` and `imports`; without a name all of them.
Needs a display (Xvfb does). Everything happens in data folders of its own, which are thrown away.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication
from tests.shots import audit, cloud, imports, states
from tests.shots.driver import Driver
from tests.shots.scenes import play

from pennyweight.app.composition import build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.services.container import Services
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/shots")
    scenes = set(sys.argv[2:]) or {"chat", "cloud", "states", "audit", "imports"}
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent"  # no pictures with the person's own keyring
    application = QApplication(["pennyweight"])
    theme = Theme(application, "light")
    if scenes & {"chat", "cloud"}:
        with _window(application, theme, folder) as (driver, services, _):
            play(driver)
            if "cloud" in scenes:
                cloud.play(driver, services)
    if "states" in scenes:
        with _window(application, theme, folder) as (driver, services, _):
            states.play(driver, services)
    if "audit" in scenes:
        with _window(application, theme, folder) as (driver, services, home):
            audit.play(driver, services, home)
    if "imports" in scenes:
        with _window(application, theme, folder) as (driver, services, home):
            imports.play(driver, services, home)
    return 0


@contextmanager
def _window(application: QApplication, theme: Theme, folder: Path) -> Iterator[tuple[Driver, Services, Path]]:
    with tempfile.TemporaryDirectory() as home:
        services = build_services(Path(home))
        try:
            if theme.look != "light":
                theme.set_look("light")
            window = MainWindow(services, TaskRunner(application), theme)
            window.show()
            window.start()
            yield Driver(application, window, folder), services, Path(home)
            window.close()
            window.deleteLater()
        finally:
            services.close()


if __name__ == "__main__":
    sys.exit(main())
