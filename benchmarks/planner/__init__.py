"""Does the planner beat habit? Its plans against published protocols and even grids, on draws it has never seen."""
