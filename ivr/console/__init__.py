"""Web pages for the people around the helpline; the first is the agents' page."""
