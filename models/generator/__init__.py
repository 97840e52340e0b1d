"""A procedural generator of (system, user, assistant) examples; all words and patterns are our own."""
