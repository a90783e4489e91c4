"""Parts of the page Supply forecast."""
