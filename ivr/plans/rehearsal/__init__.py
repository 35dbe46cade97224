"""A plan rehearsed: calls by typing, scenarios with what must come of them, without sound or over a real line."""
