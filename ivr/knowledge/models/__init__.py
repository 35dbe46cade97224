"""The bundled model of sentence embeddings: its files, their licence and their checksums."""
