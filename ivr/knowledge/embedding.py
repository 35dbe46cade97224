"""Sentences as vectors that lie close together where the meaning does: the bundled MiniLM model on onnxruntime.

Each text is embedded alone, never with others: the quantised model scales its numbers by everything in a run, so a text
in company gets another vector than alone (cosine 0.99). Alone, its vector depends on nothing but the text, can be kept
by the text, and comes out the same at every start. Little is lost: ten at once need 0.7 of the time.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from ivr.errors import ModelError

Vectors = npt.NDArray[np.float32]
"""One row of `DIMENSIONS` a text, of length 1."""

DIMENSIONS = 384
QUESTION_MARK = "?"
"""Put behind every text: recognisers print none, but the model was trained on written questions. On CLINC150's
validation questions 91.2 % right become 91.6 %."""
MOST_TOKENS = 64
"""Of a text; a caller's question has 10, and time grows with them."""
FOLDER = Path(__file__).with_name("models")
NETWORK, TOKENIZER, SUMS = "minilm-l6-v2-int8.onnx", "minilm-l6-v2-tokenizer.json", "MODEL.sha256"
AT_ONCE = 2
"""Threads while articles are made ready; a question takes one."""


class Embedder:
    """The model, loaded: 0.3 s, 60 MB. Threads may share it."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Raises ModelError if a file is not the one that was shipped."""
        files = _verified(folder)
        self.identity = hashlib.sha256(files[NETWORK] + files[TOKENIZER]).hexdigest()[:16]
        """Of the model: vectors of another one cannot be compared."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._network = onnxruntime.InferenceSession(files[NETWORK], options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_buffer(files[TOKENIZER])
        except Exception as fault:  # noqa: BLE001 - neither library's errors share a narrower root
            raise ModelError(
                f"the embedding model in {folder} is broken ({fault}): install the package again"
            ) from None
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_TOKENS)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of `texts`, one after the other: 2 to 4 ms each."""
        return np.vstack([self._one(text) for text in texts]) if texts else np.empty((0, DIMENSIONS), np.float32)

    def embed_many(self, texts: Sequence[str]) -> Vectors:
        """The same for a lot of them, on two threads."""
        halves = [list(texts[number::AT_ONCE]) for number in range(AT_ONCE)]
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for number, half in enumerate(threads.map(self.embed, halves)):
                vectors[number::AT_ONCE] = half
        return vectors

    def _one(self, text: str) -> Vectors:
        tokens = np.array([self._tokenizer.encode(text + QUESTION_MARK).ids], np.int64)
        (hidden,) = self._network.run(["h"], {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})
        mean = hidden[0].mean(axis=0)
        vector: Vectors = mean / max(float(np.linalg.norm(mean)), 1e-9)
        return vector


@functools.cache
def bundled() -> Embedder:
    """The bundled model, loaded once. Raises ModelError."""
    return Embedder()


def _verified(folder: Path) -> dict[str, bytes]:
    """What is in the files of `folder`, held against the checksums beside them. Raises ModelError at a difference."""
    mend = "install the package again"
    files: dict[str, bytes] = {}
    try:
        for line in (folder / SUMS).read_text(encoding="ascii").splitlines():
            expected, name = line.split("  ", 1)
            files[name] = (folder / name).read_bytes()
            if hashlib.sha256(files[name]).hexdigest() != expected:
                raise ModelError(f"embedding model: {name} is not the file that was shipped: {mend}")
    except OSError as fault:
        raise ModelError(f"embedding model: {fault.filename} cannot be read ({fault.strerror}): {mend}") from None
    except ValueError:
        raise ModelError(f"embedding model: {SUMS} is no list of checksums: {mend}") from None
    if not {NETWORK, TOKENIZER} <= files.keys():
        raise ModelError(f"embedding model: {SUMS} does not name {NETWORK} and {TOKENIZER}: {mend}")
    return files
