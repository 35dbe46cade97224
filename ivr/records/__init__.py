"""What is kept of a call: its journal."""
