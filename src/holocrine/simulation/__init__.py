"""Model, parameters, anatomy and plan in; courses out. The only room where models meet solvers."""
