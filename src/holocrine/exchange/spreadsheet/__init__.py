"""A clinic's spreadsheet, saved as CSV, into entries of the record; see docs/exchange.md."""
