"""Rules that tell who may be eligible for what: a table of questions and rules, and how it is written."""
