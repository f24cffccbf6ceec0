"""What a published result says: an arm simulated as its study describes it, and read as the study read it."""
