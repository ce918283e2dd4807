"""The online counter. Its apps stand in layers: see docs/architecture.md."""
