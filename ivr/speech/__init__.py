"""Hearing and speaking: recognition in worker processes, synthesis in short-lived ones, and the caller's turn."""
