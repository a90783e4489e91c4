"""The parts of the page Compare, and the words that it shares with the terminal."""
