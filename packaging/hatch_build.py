"""Puts assets and the starter model inside a built wheel. An editable install reads them from the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BundleAssets(BuildHookInterface):  # type: ignore[type-arg]  # generic only in some hatchling releases
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "standard":
            return
        root = Path(self.root)
        for folder in ("assets", "models/starter"):
            build_data["force_include"][str(root / folder)] = f"pennyweight/_bundled/{folder}"
