"""The parts of the page "Data and quality", one module a tab."""
