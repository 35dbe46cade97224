"""Requests to web services as files describe them, with values and secrets put in where they belong."""
