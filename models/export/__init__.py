"""Writes the trained weights as a GGUF file."""
