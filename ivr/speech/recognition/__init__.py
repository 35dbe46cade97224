"""Understanding speech: engines behind one Protocol, Vosk in worker processes, and how sure a reading is."""
