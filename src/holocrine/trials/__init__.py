"""Clinical trials on virtual patients: data, analysis and evaluation of a design, each on its own."""
