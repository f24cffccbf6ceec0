"""One person's posterior: what dated readings say about how this person responds, cycle after cycle."""
