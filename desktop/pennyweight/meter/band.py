"""A figure with the range it is believed to lie in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """`low <= expected <= high`, in whatever unit the figure has."""

    low: float
    expected: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.expected <= self.high:
            raise ValueError(f"a band must rise: {self.low}, {self.expected}, {self.high}")

    def scaled(self, factor: float) -> Band:
        """The band times a factor that is not negative."""
        return Band(self.low * factor, self.expected * factor, self.high * factor)
