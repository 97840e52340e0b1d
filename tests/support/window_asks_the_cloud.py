"""A window in a provider's answer, until it is killed: `python -m tests.support.window_asks_the_cloud HOME`.

The provider's address and the model are in the settings of that data folder already.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.tap import KEY
from tests.support.window_driver import WindowDriver


def main(home: Path) -> None:
    with WindowDriver(home) as driver:
        window = driver.window
        driver.services.keys.set("anthropic", KEY)
        window.page.composer.editor.setPlainText("Go on")
        window.ask_cloud()
        driver.until(window.cloud.sheet.send_button.isEnabled, "the preview")
        window.cloud.sheet.send_button.click()
        driver.until(lambda: window.chat.answering.active, "the answer to begin")
        driver.idle("the answer")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
