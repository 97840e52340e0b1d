"""Measures the exported file, through llama.cpp, never the training's own network."""
