"""The outside world: command line, pages, charts and files for people."""
