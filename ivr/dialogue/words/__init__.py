"""What callers' words mean: phrases, digits, spelled letters, hesitations, and the judgement of words still coming."""
