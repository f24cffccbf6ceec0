"""What happens in the body: equations, units, sources; no solver, no file, no clock."""
