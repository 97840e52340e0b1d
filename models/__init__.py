"""Programs that make the starter model: generator, tokenizer, training, export, measurement."""
