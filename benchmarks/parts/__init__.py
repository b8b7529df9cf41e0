"""The parts of the bench. Each measures some of the promises and returns a figure for each."""
