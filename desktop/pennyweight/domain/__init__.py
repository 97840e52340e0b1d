"""Pure data that every room shares: no input or output, no other room imported."""
