"""Systems whose parameters share no published result with the toxin's: a fit of their own for each."""
