"""The one style sheet, filled from the tokens. Widgets say what they are by class, `tone` and `kind` properties."""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from pennyweight.domain.resources import assets_dir
from pennyweight.ui.theme.tokens import BODY_PX, FIGURE_PX, H1_PX, SMALL_PX, TINY_PX, TITLE_PX, Tokens


def build_stylesheet(tokens: Tokens) -> str:
    icons = assets_dir() / "icons"
    values = {
        **asdict(tokens),
        "body": f"{BODY_PX}px",
        "small": f"{SMALL_PX}px",
        "tiny": f"{TINY_PX}px",
        "title": f"{TITLE_PX}px",
        "h1": f"{H1_PX}px",
        "figure": f"{FIGURE_PX}px",
        "chevron": (icons / f"chevron-{'dark' if tokens.dark else 'light'}.svg").as_posix(),
        "check": (icons / "check.svg").as_posix(),
    }
    return "\n".join(
        Template((assets_dir() / "theme" / name).read_text(encoding="utf-8")).substitute(values)
        for name in ("base.qss", "widgets.qss", "rooms.qss", "pages.qss", "cloud.qss")
    )
