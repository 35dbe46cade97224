"""Kinds of answers that a caller can be asked for: by voice and by keys, read back, and asked again tighter."""
