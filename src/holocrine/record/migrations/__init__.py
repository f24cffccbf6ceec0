"""How a store of an older schema becomes one of this version, step by step and forward only."""
