"""What published results and patients teach: likelihoods, the sampler, and checks of its answers."""
