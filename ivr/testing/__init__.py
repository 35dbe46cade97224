"""What owners test their own helpline with: scripted callers, fakes that speak real bytes, a clock that jumps."""
