"""One module per target organ: from the simulated blockade to what is counted, graded or measured there."""
