"""List, check, download and remove speech models."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

from ivr.adapters import hearing_of
from ivr.dialogue import load_flow
from ivr.errors import HelplineError, ModelError
from ivr.settings import Settings
from ivr.speech.models.languages import same_language
from ivr.speech.models.model import find_model
from ivr.speech.models.model_archive import unpack
from ivr.speech.models.model_catalogue import Offer, offers_for
from ivr.speech.models.model_download import Progress, download, fetch_catalogue, megabytes
from ivr.speech.models.model_folder import held_alone, tidy
from ivr.speech.models.model_store import Installed, ModelStore
from ivr.speech.recognition.engines import Hearing
from ivr.speech.recognition.recogniser_pool import RecogniserPool

BAR_CELLS = 30
BAR_EVERY_S = 0.1
NO_FIT = "no: one fixed graph, no menus"
ROW = "{name:<42} {language:<8} {size:>11}  {fits:<30} {state}"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What this word takes."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")
    listing = deeds.add_parser("list", help="those on this machine, and the official ones that can be downloaded")
    listing.add_argument("--language", help="only those for this language, such as de or en-GB")
    listing.add_argument("--obsolete", action="store_true", help="old versions, too")
    checking = deeds.add_parser("check", help="whether all files are whole, the model loads and hears")
    checking.add_argument("name", nargs="?", help="one model (default: all on this machine)")
    for deed, about in (("download", "fetch an official model and install it"), ("remove", "delete an installed one")):
        deeds.add_parser(deed, help=about).add_argument("name")


def main(given: argparse.Namespace) -> int:
    """0 well, 1 a model that is broken, 2 a mistake or no network."""
    settings = Settings.read()
    hearing = hearing_of(settings)
    tidy(settings.models)
    in_use = _in_use(settings, hearing)
    match given.deed:
        case "list":
            return _list(settings, hearing.store, in_use, given.language, obsolete=given.obsolete)
        case "check":
            return _check(hearing.store, given.name)
        case "download":
            return _download(settings, given.name)
        case _:
            return _remove(settings, hearing.store, in_use, given.name)


def _in_use(settings: Settings, hearing: Hearing) -> str:
    """The model of the helpline's plan; the settings' one if that cannot be told (`ivr check` says why)."""
    try:
        flow = load_flow(settings.helpline)
        return hearing.model_for(flow.language, flow.model)
    except HelplineError:
        return settings.model


def _list(settings: Settings, store: ModelStore, in_use: str, language: str | None, *, obsolete: bool) -> int:
    here = store.installed()
    installed = [model for model in here if language is None or _hears(model, language)]
    print(ROW.format(name="NAME", language="LANGUAGE", size="SIZE", fits="FOR MENUS", state="STATE"))
    for model in installed:
        state = "in use" if model.name == in_use else "installed"
        fits = "yes" if _fits(model) else NO_FIT
        size = megabytes(model.size_bytes)
        print(ROW.format(name=model.name, language=model.language or "?", size=size, fits=fits, state=state))
    if not installed:
        print(f"(no model for {language!r} is on this machine)")
    sys.stdout.flush()
    offers = asyncio.run(fetch_catalogue(settings.model_catalogue))
    chosen = offers_for(offers, language, obsolete=obsolete)
    if not chosen and not installed:
        raise ModelError(f"no model for {language!r} in the catalogue either: 'ivr models list' shows all languages")
    if not chosen and language is not None:
        print(f"(the catalogue has no model for {language!r})")
    for offer in chosen:
        if not any(model.name == offer.name for model in here):
            fits = "yes" if offer.fits else NO_FIT
            state = "obsolete" if offer.obsolete else "available"
            size = megabytes(offer.size_bytes)
            print(ROW.format(name=offer.name, language=offer.language, size=size, fits=fits, state=state))
    return 0


def _hears(model: Installed, language: str) -> bool:
    return model.language is not None and same_language(model.language, language)


def _fits(model: Installed) -> bool:
    try:
        find_model(str(model.folder))
    except ModelError:
        return False
    return True


def _check(store: ModelStore, name: str | None) -> int:
    wanted = store.installed() if name is None else (store.get(name),)
    broken = 0
    for model in wanted:
        try:
            print(f"{model.name}: {_examined(store, model)}", flush=True)
        except ModelError as fault:
            broken += 1
            print(f"{model.name}: {fault}", file=sys.stderr, flush=True)
    return 1 if broken else 0


def _examined(store: ModelStore, model: Installed) -> str:
    """What is good about `model`. Raises ModelError if anything is wrong."""
    held = store.verify(model)
    found = find_model(str(model.folder))
    started = time.perf_counter()
    asyncio.run(_load(RecogniserPool(found, workers=1)))
    loaded_s = time.perf_counter() - started
    whole = "every file has its checksum" if held else "unpacked by hand, so no checksums to hold it against"
    return f"{whole}; {len(found.words):,} words; loads and decodes in {loaded_s:.1f} s"


async def _load(pool: RecogniserPool) -> None:
    """Start `pool`, which loads the model and decodes a little, and end it."""
    try:
        await pool.start()
    finally:
        await pool.close()


def _remove(settings: Settings, store: ModelStore, in_use: str, name: str) -> int:
    folder = store.get(name).folder
    named = {settings.model, *settings.language_models.values(), in_use}
    if name in named or folder.resolve() in {Path(each).resolve() for each in named}:
        raise ModelError(f"'{name}' is in use: change the settings or the plan that name it first")
    print(f"{store.remove(name)} is removed")
    return 0


def _download(settings: Settings, name: str) -> int:
    offers = asyncio.run(fetch_catalogue(settings.model_catalogue))
    offer = next((offer for offer in offers if offer.name == name), None)
    if offer is None:
        raise ModelError(f"the catalogue has no model {name!r}: 'ivr models list' shows its names")
    if not offer.fits:
        raise ModelError(f"'{name}' has one fixed graph and takes no menus: 'ivr models list' says which do")
    part = settings.models / ".downloads" / f"{name}.zip.part"
    with held_alone(settings.models):
        try:
            asyncio.run(download(offer, part, _shown()))
            folder = unpack(part, offer, settings.models)
        except KeyboardInterrupt:
            there = part.stat().st_size if part.exists() else 0
            print(f"\nstopped at {megabytes(there)} of {megabytes(offer.size_bytes)}: the same command goes on there")
            return 130
        part.unlink()
    print(f"\n{folder} is installed: {_how_to_use(offer)}")
    return 0


def _how_to_use(offer: Offer) -> str:
    language = offer.language.partition("-")[0]
    return f'set IVR_MODEL={offer.name}, or IVR_LANGUAGE_MODELS=\'{{"{language}": "{offer.name}"}}\''


def _shown() -> Progress:
    """A bar on a terminal, else a line every tenth."""
    terminal = sys.stdout.isatty()
    began_s = time.monotonic()
    last = -1.0

    def show(there: int, size: int) -> None:
        nonlocal last
        now = time.monotonic() - began_s if terminal else 10 * there // size
        if there < size and now - last < (BAR_EVERY_S if terminal else 1):
            return
        last = now
        told = f"{megabytes(there)} of {megabytes(size)}"
        if terminal:
            full = BAR_CELLS * there // size
            print(f"\r[{'#' * full}{'.' * (BAR_CELLS - full)}] {told} ", end="", flush=True)
        else:
            print(told, flush=True)

    return show
