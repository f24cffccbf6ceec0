"""How a model is declared and turned into kernels."""
