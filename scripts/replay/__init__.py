"""Replay baskets through the API of a running store, and check that none was lost, doubled or oversold."""
