"""The statistical analysis of a trial's data, with statsmodels."""
