"""Small widgets that every part of the window is made of."""

from pennyweight.ui.widgets.banner import Action, Banner, Toast
from pennyweight.ui.widgets.buttons import (
    CopyButton,
    GhostButton,
    IconButton,
    KeyButton,
    LinkButton,
    PrimaryButton,
    SmallButton,
    ToggleButton,
    tell_copied,
)
from pennyweight.ui.widgets.cards import Card
from pennyweight.ui.widgets.chips import Chip, ChipRow, SegmentedControl
from pennyweight.ui.widgets.flow import FlowLayout
from pennyweight.ui.widgets.labels import Badge, Dot, ElidedLabel, Kind, Line, PlainLabel, Tone, plain_tooltip, restyle
from pennyweight.ui.widgets.parts import Part, PartsLine
from pennyweight.ui.widgets.pill import Pill
from pennyweight.ui.widgets.progress import ProgressBar

__all__ = [
    "Action",
    "Badge",
    "Banner",
    "Card",
    "Chip",
    "ChipRow",
    "CopyButton",
    "Dot",
    "ElidedLabel",
    "FlowLayout",
    "GhostButton",
    "IconButton",
    "KeyButton",
    "Kind",
    "Line",
    "LinkButton",
    "Part",
    "PartsLine",
    "Pill",
    "PlainLabel",
    "PrimaryButton",
    "ProgressBar",
    "SegmentedControl",
    "SmallButton",
    "Toast",
    "ToggleButton",
    "Tone",
    "plain_tooltip",
    "restyle",
    "tell_copied",
]
