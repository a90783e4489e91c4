"""The optimiser: knows stocks and levers, nothing of skills or the NHS."""
