"""Speech models: the bundled one, those that an admin downloads, and which one hears which language."""
