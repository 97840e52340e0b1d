"""The colours of the two looks, and the sizes of type. Every colour in the window comes from here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Colours as `#rrggbb`, by what they are for."""

    dark: bool
    bg: str
    panel: str
    ink: str
    mute: str
    line: str
    soft: str
    copper: str
    """The one accent: what is chosen, and the button that acts."""
    on_copper: str
    local: str
    """Work done on this computer."""
    localbg: str
    cloud: str
    """What a cloud model costs or would cost."""
    cloudbg: str
    warn: str
    warnbg: str
    code: str


LIGHT = Tokens(
    dark=False,
    bg="#faf8f5",
    panel="#ffffff",
    ink="#1f1c18",
    mute="#6f675d",
    line="#e6e0d8",
    soft="#f3eee7",
    copper="#a35328",
    on_copper="#ffffff",
    local="#1c785d",
    localbg="#e3f3ec",
    cloud="#4b57c8",
    cloudbg="#e9ebfb",
    warn="#9d5a00",
    warnbg="#fdf0d9",
    code="#f5f1ea",
)

DARK = Tokens(
    dark=True,
    bg="#1b1916",
    panel="#24211d",
    ink="#ece6dd",
    mute="#a2988c",
    line="#37322c",
    soft="#2c2824",
    copper="#d98a55",
    on_copper="#1b1916",
    local="#5cc3a0",
    localbg="#1f3630",
    cloud="#97a1ff",
    cloudbg="#282c4d",
    warn="#e0a64a",
    warnbg="#3a2f1a",
    code="#2b2722",
)

BODY_PX = 14
SMALL_PX = 12
TINY_PX = 11
TITLE_PX = 15
H1_PX = 20
FIGURE_PX = 26
