"""Predictions against published results: intervals, coverage, and the table of averages to beat."""
