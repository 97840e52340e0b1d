"""Whom the sheet names first: what was chosen last, the reference model, or a suggested one. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pennyweight.meter.reference import find, suggestions
from pennyweight.services.settings import Settings
from pennyweight.ui.cloud.model_picker import CloudModel


def first_choice(models: Sequence[CloudModel], settings: Settings) -> CloudModel | None:
    """Without any of those: one that is in use, has a price and room for much text; None without models."""
    by_key = {"/".join(model.key): model for model in models}
    cheap, flagship = suggestions()
    for wanted in (settings.cloud_model, settings.reference, flagship.id, cheap.id):
        if wanted in by_key:
            return by_key[wanted]
    return max(models, key=_rank, default=None)


def _rank(model: CloudModel) -> tuple[bool, bool, int, str]:
    price = model.price
    known = find(f"{price.provider}/{price.id}")
    current = known is not None and not known.deprecated
    return current, price.name != price.id, price.context or 0, price.name.lower()
