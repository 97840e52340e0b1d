"""Errors a person can do something about.

A `KnownError` is an expected failure of the environment (a missing file, a full disk, a model that will not load):
it is shown as a sentence. Any other exception is a bug of ours and is shown as one.
"""

from __future__ import annotations


class KnownError(Exception):
    """An expected failure, told in up to three short sentences.

    `what` happened; what was `kept` (empty if nothing was at risk); what to do (`advice`, empty if nothing can be).
    """

    def __init__(self, what: str, *, kept: str = "", advice: str = "") -> None:
        self.what = what
        self.kept = kept
        self.advice = advice
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """The whole message on one line."""
        return " ".join(part for part in (self.what, self.kept, self.advice) if part)


class EngineError(KnownError):
    """The local engine could not answer: it failed to start, to load or in mid-answer."""


class ModelFileError(KnownError):
    """A model file is missing, damaged or not one the engine can run."""


class StoreError(KnownError):
    """The database could not be opened or written."""


class ContextOverflowError(KnownError):
    """The newest turn does not fit into the model's context window; nothing was sent."""


class InputError(KnownError):
    """What was given (a file, a number, a name) cannot be used."""
