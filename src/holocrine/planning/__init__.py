"""Which injections serve this person best: what may be injected, what it is worth, and the search."""
