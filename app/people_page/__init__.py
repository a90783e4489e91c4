"""The parts of the page "People and roles", one module for what may go, one for cover, one for role levels."""
