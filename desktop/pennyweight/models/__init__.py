"""GGUF files: what they are, where they are, and whether they fit this machine."""

from pennyweight.models.discover import FoundModel, discover
from pennyweight.models.inspect import inspect, memory_needed
from pennyweight.models.memory import MemoryEstimate, available_memory
from pennyweight.models.shelf import STARTER_ID, MissingModel, Shelf

__all__ = [
    "STARTER_ID",
    "FoundModel",
    "MemoryEstimate",
    "MissingModel",
    "Shelf",
    "available_memory",
    "discover",
    "inspect",
    "memory_needed",
]
