"""The starter model's byte-level BPE: training, encoding (with dropout), and the split llama.cpp calls ``smollm``."""
