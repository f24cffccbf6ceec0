"""Virtual patients by the thousand: who they are, what they start from, and how each responds."""
