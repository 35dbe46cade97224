"""What an admin does with a plan before and after it goes live: rehearse, prove, draw, compile, publish it."""
