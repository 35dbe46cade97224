"""What is kept of calls: the journal of each, messages, questions that nobody answered."""
