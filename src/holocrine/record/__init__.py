"""The record: what was done to a person and what was seen, kept so that nothing is lost or changed unnoticed."""
