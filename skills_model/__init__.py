"""The model: knows the NHS, frameworks, people and skills."""
