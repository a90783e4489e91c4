"""The parts of the page "Suggested places": words and rows, the round and its places, one decision, equality monitoring."""
