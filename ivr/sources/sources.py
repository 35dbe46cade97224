"""The sources of one helpline by name: each look-up ends within its source's time limit, whatever the source does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ivr.errors import LookUpFailed, SecretMissing
from ivr.sources.circuit import Circuit
from ivr.sources.made_database import MadeDatabase
from ivr.sources.source import Answer, Source, Unusable
from ivr.yaml_file import did_you_mean

log = logging.getLogger(__name__)

MOST_AT_ONCE = 50
"""Look-ups of one source that run or wait at a time; one more fails at once."""


@dataclass(slots=True, kw_only=True)
class _Watched:
    """A source and how it does."""

    source: Source
    circuit: Circuit = field(default_factory=Circuit)
    running: int = 0


class Sources:
    """Asks sources by name; `look_up` is the one of the dialogue's `World`."""

    def __init__(self, sources: Iterable[Source] = (), made: Iterable[MadeDatabase] = ()) -> None:
        self.made = tuple(made)
        """Databases that the file of sources has made where they are missing."""
        self._watched = MappingProxyType({one.setup.name: _Watched(source=one) for one in sources})

    def __len__(self) -> int:
        return len(self._watched)

    @property
    def names(self) -> tuple[str, ...]:
        """Every source, in the order of the file."""
        return tuple(self._watched)

    def gives(self, name: str) -> tuple[str, ...]:
        """The facts that source `name` knows; none if there is no such source."""
        watched = self._watched.get(name)
        return tuple(watched.source.setup.take) if watched else ()

    def misuse(self, name: str, given: Collection[str], wanted: Collection[str]) -> str | None:
        """What is wrong with asking source `name` about the values `given` for the facts `wanted`; None: nothing."""
        watched = self._watched.get(name)
        if watched is None:
            return f"there is no source '{name}'; {_mending(name, self._watched, 'add it to the file of sources')}"
        asks, gives = watched.source.asks, watched.source.setup.take
        for missing in sorted(asks.difference(given)):
            return f"source '{name}' needs '{missing}'; add '{missing}: …' below 'with'"
        for strange in sorted(set(given) - asks):
            return f"source '{name}' does not ask for '{strange}'; {_mending(strange, asks, 'remove it')}"
        for unknown in sorted(set(wanted) - set(gives)):
            near = _mending(unknown, gives, "add it below its 'take'")
            return f"source '{name}' does not give '{unknown}'; {near}"
        return None

    @property
    def rehearsable(self) -> frozenset[str]:
        """The sources that a rehearsed call may ask."""
        return frozenset(name for name, watched in self._watched.items() if watched.source.may_be_rehearsed)

    def check(self) -> tuple[str, ...]:
        """Look at every source as it is now: warnings as ``file:line:column: …``. Blocks, for each at most its limit.

        Raises FlowError for the first that cannot work.
        """
        return tuple(warning for watched in self._watched.values() for warning in watched.source.check())

    async def look_up(self, source: str, asked: Mapping[str, str]) -> Answer | None:
        """What `source` knows about `asked`; None if it knows nothing, as about an empty value.

        Raises LookUpFailed within the source's time limit; at once while it is left alone after failures.
        """
        watched = self._watched.get(source)
        if watched is None:
            raise LookUpFailed(f"there is no source '{source}'")
        if not watched.source.asks <= asked.keys():
            raise LookUpFailed(f"source '{source}' needs {', '.join(sorted(watched.source.asks - asked.keys()))}")
        if not all(asked[name].strip() for name in watched.source.asks):
            return None
        if watched.running >= MOST_AT_ONCE or not watched.circuit.ask():
            raise LookUpFailed(f"source '{source}' is left alone for a while after failures, or asked too often")
        watched.running += 1
        try:
            return await _answer(watched, asked)
        finally:
            watched.running -= 1

    async def close(self) -> None:
        """Give back connections."""
        for watched in self._watched.values():
            await watched.source.close()


async def _answer(watched: _Watched, asked: Mapping[str, str]) -> Answer | None:
    """Ask, and tell the circuit how it went. Raises LookUpFailed."""
    setup, circuit = watched.source.setup, watched.circuit
    began_s = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(setup.time_limit_s):
            found = await watched.source.look_up(asked)
    except Unusable as fault:
        circuit.answered()
        raise _failed(setup.name, str(fault), began_s) from None
    except (LookUpFailed, SecretMissing) as fault:
        _fails(setup.name, circuit)
        raise _failed(setup.name, str(fault), began_s) from None
    except TimeoutError:
        _fails(setup.name, circuit)
        raise _failed(setup.name, f"no answer within {setup.time_limit_s:g} s", began_s) from None
    except Exception as fault:  # noqa: BLE001 - drivers raise what they like, and its text may hold what was asked
        _fails(setup.name, circuit)
        raise _failed(setup.name, f"a fault of its driver ({type(fault).__name__})", began_s) from None
    except BaseException:
        circuit.given_up()
        raise
    circuit.answered()
    return found


def _fails(name: str, circuit: Circuit) -> None:
    if circuit.failed():
        log.warning("a source is left alone for a while", extra={"source": name})


def _failed(name: str, reason: str, began_s: float) -> LookUpFailed:
    took_ms = round((asyncio.get_running_loop().time() - began_s) * 1000)
    log.warning("a look-up failed", extra={"source": name, "reason": reason, "took_ms": took_ms})
    return LookUpFailed(f"source '{name}': {reason}")


def _mending(word: str, known: Collection[str], otherwise: str) -> str:
    near = did_you_mean(word, known)
    if near:
        return f"did you mean '{near}'?"
    return f"use one of: {', '.join(sorted(known))}, or {otherwise}" if known else otherwise
