"""Pennyweight: answers on your own hardware, and a meter that tells what each answer cost."""

__version__ = "0.1.0"
