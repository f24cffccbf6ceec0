"""Numerical methods: arrays in, arrays out; knows no medicine."""
