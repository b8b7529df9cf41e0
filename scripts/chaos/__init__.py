"""Pull the plugs of a running store at random, and check that nothing was lost, doubled or oversold."""
