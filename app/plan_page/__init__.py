"""Parts of the page Build a plan."""
