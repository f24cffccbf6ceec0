"""One person as a FHIR R4 (4.0.1) bundle, out and in; see docs/exchange.md."""
