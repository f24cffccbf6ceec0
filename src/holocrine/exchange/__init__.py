"""Other tools' formats: what Holocrine knows, written so that a simulator or a registry can read it."""
