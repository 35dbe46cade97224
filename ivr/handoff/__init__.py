"""From the line to a person: queues, agents' presence, and the screen pop that says why somebody calls."""
