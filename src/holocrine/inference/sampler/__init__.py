"""Tempered sequential Monte Carlo, and whether its runs agree."""
