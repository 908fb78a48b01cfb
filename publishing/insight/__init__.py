"""How publishing itself is doing, for operators."""
