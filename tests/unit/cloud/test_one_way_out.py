"""Only one module makes HTTP clients, so only one has to be trusted to ask the gate."""

from __future__ import annotations

import re
from pathlib import Path

import pennyweight.cloud

ROOM = Path(pennyweight.cloud.__file__).parent
MAKERS = re.compile(
    r"\b(?:httpx\.(?:Client|AsyncClient|HTTPTransport|get|post|put|request|stream)\(|urlopen|create_connection)|\.connect\("
)


def test_clients_are_made_in_the_network_module_only() -> None:
    makers = {path.name for path in ROOM.rglob("*.py") if MAKERS.search(path.read_text("utf-8"))}
    assert makers == {"network.py"}


def test_verification_is_never_switched_off() -> None:
    source = "".join(path.read_text("utf-8") for path in ROOM.rglob("*.py"))
    assert not re.search(r"verify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|follow_redirects\s*=\s*True", source)
