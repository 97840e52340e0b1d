"""The same text counted by the local model and by a provider."""

from __future__ import annotations

from datetime import datetime

from pennyweight.domain.comparison import TokenSample
from pennyweight.store import codec
from pennyweight.store.connection import ReaderPool, Writer

_KEEP = 500


class Calibrations:
    """Thread-safe."""

    def __init__(self, readers: ReaderPool, writer: Writer) -> None:
        self._readers = readers
        self._writer = writer

    def add(self, provider: str, model: str, local_model: str, at: datetime, sample: TokenSample) -> None:
        values = [codec.time_to_text(at), provider, model, local_model, sample.local_input, sample.cloud_input]
        self._writer.write(
            lambda db: db.execute(
                "INSERT INTO calibration_samples (at, provider, model, local_model, local_input, cloud_input,"
                " local_output, cloud_output) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [*values, sample.local_output, sample.cloud_output],
            )
        )

    def of(self, provider: str) -> list[TokenSample]:
        """The last samples of a provider, newest first."""
        with self._readers.borrow() as db:
            rows = db.execute(
                "SELECT local_input, cloud_input, local_output, cloud_output FROM calibration_samples"
                " WHERE provider = ? ORDER BY number DESC LIMIT ?",
                [provider, _KEEP],
            ).fetchall()
        return [TokenSample(*row) for row in rows]

    def earliest(self, provider: str) -> list[tuple[datetime, TokenSample]]:
        """The first samples of a provider with their time, oldest first."""
        with self._readers.borrow() as db:
            rows = db.execute(
                "SELECT at, local_input, cloud_input, local_output, cloud_output FROM calibration_samples"
                " WHERE provider = ? ORDER BY number LIMIT ?",
                [provider, _KEEP],
            ).fetchall()
        return [(codec.text_to_time(row[0]), TokenSample(*tuple(row)[1:])) for row in rows]
