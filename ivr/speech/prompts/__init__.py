"""Every prompt as sound: recordings, voices, how a text is said, and one loudness for all."""
