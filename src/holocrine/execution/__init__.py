"""Where work runs: this process, another one, later a cluster."""
