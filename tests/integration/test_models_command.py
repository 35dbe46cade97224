"""`ivr models` against a web server of our own: the bundled model under another name, whole, cut, wrong and away."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from ivr import cli
from ivr.speech.models import model_download
from ivr.speech.models.model import BUNDLED_FOLDER
from ivr.speech.models.model_archive import unpack
from ivr.speech.models.model_catalogue import Offer
from ivr.speech.models.model_store import ModelStore

NAME = "vosk-model-small-cy-0.1"


class Catalogue:
    """A web server on a thread of its own with one model; `cuts` says after how many bytes a connection breaks."""

    def __init__(self, archive: bytes) -> None:
        self.archive = archive
        self.entry = {
            "lang": "cy",
            "lang_text": "Welsh",
            "name": NAME,
            "md5": hashlib.md5(archive).hexdigest(),
            "size": len(archive),
            "type": "small",
            "url": "model.zip",
            "obsolete": "false",
        }
        self.cuts: list[int] = []
        self.status = 200
        self.ranges = True
        self.redirect = ""
        self.asked: list[str | None] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/model-list.json"

    def start(self) -> None:
        self._thread.start()
        assert self._up.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _serve(self) -> None:
        async def begin() -> web.AppRunner:
            app = web.Application()
            app.router.add_get("/model-list.json", self._list)
            app.router.add_get("/model.zip", self._model)
            runner = web.AppRunner(app)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.port = runner.addresses[0][1]
            return runner

        runner = self._loop.run_until_complete(begin())
        self._up.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response([self.entry])

    async def _model(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.headers.get("Range"))
        if self.redirect and "moved" not in request.query:
            return web.Response(status=302, headers={"Location": self.redirect})
        if self.status != 200:
            return web.Response(status=self.status)
        first = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-")) if self.asked[-1] else 0
        if not self.ranges:
            first = 0
        data = self.archive[first:]
        response = web.StreamResponse(status=206 if first else 200)
        if first:
            response.headers["Content-Range"] = f"bytes {first}-{len(self.archive) - 1}/{len(self.archive)}"
        response.content_length = len(data)
        await response.prepare(request)
        if self.cuts:
            await response.write(data[: self.cuts.pop(0)])
            assert request.transport is not None
            request.transport.close()
            return response
        await response.write(data)
        return response


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("zip") / "model.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for each in sorted(BUNDLED_FOLDER.rglob("*")):
            packed.write(each, f"{NAME}/{each.relative_to(BUNDLED_FOLDER)}")
    return file.read_bytes()


@pytest.fixture
def catalogue(archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalogue]:
    catalogue = Catalogue(archive)
    catalogue.start()
    monkeypatch.setenv("IVR_MODEL_CATALOGUE", catalogue.url)
    monkeypatch.setenv("IVR_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(model_download, "PAUSE_S", 0.0)
    yield catalogue
    catalogue.stop()


@pytest.fixture
def models(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def part_of(models: ModelStore) -> Path:
    return models.folder / ".downloads" / f"{NAME}.zip.part"


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    told = capsys.readouterr().err
    assert told.count("\n") == 1, told
    assert told.startswith("ivr: ")
    return told


def test_a_model_is_listed_downloaded_checked_used_and_removed(
    catalogue: Catalogue, models: ModelStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.main(["models", "list", "--language", "cy"]) == 0
    none_here, offered = capsys.readouterr().out.splitlines()[1:]
    assert none_here == "(no model for 'cy' is on this machine)"
    assert offered.split()[:2] == [NAME, "cy"]
    assert offered.endswith("available")

    assert cli.main(["models", "download", NAME]) == 0
    told = capsys.readouterr().out
    assert "\r" not in told  # no terminal, no bar
    assert f"set IVR_MODEL={NAME}" in told
    assert models.language(NAME) == "cy"
    assert not part_of(models).exists()
    assert cli.main(["models", "list", "--language", "cy-GB"]) == 0
    (installed,) = capsys.readouterr().out.splitlines()[1:]
    assert installed.split()[0] == NAME
    assert installed.endswith("installed")

    assert cli.main(["models", "check"]) == 0
    checked = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in checked] == ["bundled", NAME]
    assert all("every file has its checksum; 11,359 words; loads and decodes in" in line for line in checked)

    monkeypatch.setenv("IVR_LANGUAGE_MODELS", json.dumps({"cy": NAME}))
    assert cli.main(["models", "remove", NAME]) == 2
    assert "is in use" in one_line(capsys)
    monkeypatch.delenv("IVR_LANGUAGE_MODELS")
    (models.folder / NAME / "am/final.mdl").write_bytes(b"broken")
    assert cli.main(["models", "check", NAME]) == 1
    assert "final.mdl is not the file that was downloaded" in capsys.readouterr().err
    assert cli.main(["models", "remove", NAME]) == 0
    assert [model.name for model in models.installed()] == ["bundled"]


def test_the_bundled_model_is_never_removed(catalogue: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["models", "remove", "bundled"]) == 2
    assert one_line(capsys)


def test_a_download_that_breaks_goes_on_by_itself(catalogue: Catalogue, models: ModelStore) -> None:
    catalogue.cuts = [3_000_000, 0, 2_000_000]
    assert cli.main(["models", "download", NAME]) == 0
    assert catalogue.asked[0] is None
    assert all(asked is not None for asked in catalogue.asked[1:])
    assert models.verify(models.get(NAME))


def test_a_download_that_was_stopped_goes_on_with_the_same_command(
    catalogue: Catalogue, models: ModelStore, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue.cuts = [4_000_000, 0, 0, 0, 0, 0]
    assert cli.main(["models", "download", NAME]) == 2
    assert "broke off at 4.0 MB of" in one_line(capsys)
    assert part_of(models).read_bytes() == catalogue.archive[:4_000_000]
    assert cli.main(["models", "download", NAME]) == 0
    assert catalogue.asked[-1] == "bytes=4000000-"


def test_a_server_without_ranges_sends_all_again(catalogue: Catalogue, models: ModelStore) -> None:
    catalogue.ranges = False
    catalogue.cuts = [4_000_000]
    assert cli.main(["models", "download", NAME]) == 0
    assert models.verify(models.get(NAME))


def test_what_is_left_of_another_file_is_fetched_anew(catalogue: Catalogue, models: ModelStore) -> None:
    part_of(models).parent.mkdir(parents=True)
    part_of(models).write_bytes(bytes(1_000_000))
    assert cli.main(["models", "download", NAME]) == 0
    assert catalogue.asked == ["bytes=1000000-", None]


def test_a_wrong_checksum_is_not_installed(
    catalogue: Catalogue, models: ModelStore, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue.entry["md5"] = "0" * 32
    assert cli.main(["models", "download", NAME]) == 2
    assert "wrong checksum" in one_line(capsys)
    assert [model.name for model in models.installed()] == ["bundled"]


def test_a_file_that_is_too_long_is_thrown_away(catalogue: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue.entry["size"] = 1_000_000
    assert cli.main(["models", "download", NAME]) == 2
    assert "longer than the catalogue says" in one_line(capsys)


@pytest.mark.parametrize(("status", "told"), [(404, "answers with status 404"), (503, "broke off at 0.0 MB")])
def test_a_server_that_refuses_is_one_line(
    catalogue: Catalogue, capsys: pytest.CaptureFixture[str], status: int, told: str
) -> None:
    catalogue.status = status
    assert cli.main(["models", "download", NAME]) == 2
    assert told in one_line(capsys)


def test_names_that_cannot_be_had_are_one_line(catalogue: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["models", "download", "vosk-model-nowhere"]) == 2
    assert "no model 'vosk-model-nowhere'" in one_line(capsys)
    catalogue.entry["type"] = "big"
    assert cli.main(["models", "download", NAME]) == 2
    assert "one fixed graph" in one_line(capsys)
    assert cli.main(["models", "check", NAME]) == 2
    assert "'ivr models list'" in one_line(capsys)


def test_without_a_network_the_models_at_hand_are_listed_and_one_line_says_so(
    catalogue: Catalogue, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.stop()
    try:
        assert cli.main(["models", "list"]) == 2
        told = capsys.readouterr()
        assert told.out.splitlines()[1].split()[0] == "bundled"
        assert told.err.startswith("ivr: no network: 127.0.0.1 cannot be reached")
        assert "the bundled English model" in told.err
        assert told.err.count("\n") == 1
        assert cli.main(["models", "check", "bundled"]) == 0
    finally:
        monkeypatch.setattr(catalogue, "stop", lambda: None)


def test_two_downloads_at_once_do_not_mix(
    catalogue: Catalogue, models: ModelStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    second: list[int] = []

    def unpack_while_another_begins(archive: Path, offer: Offer, folder: Path) -> Path:
        second.append(cli.main(["models", "download", NAME]))
        return unpack(archive, offer, folder)

    monkeypatch.setattr(cli.models, "unpack", unpack_while_another_begins)
    assert cli.main(["models", "download", NAME]) == 0
    assert second == [2]
    assert "another command is changing the models" in one_line(capsys)
    assert catalogue.asked == [None]
    assert models.verify(models.get(NAME))


def test_a_download_that_was_stopped_while_unpacking_goes_on_with_the_same_command(
    catalogue: Catalogue, models: ModelStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(cli.models, "unpack", stop)
        assert cli.main(["models", "download", NAME]) == 130
    assert "the same command goes on there" in capsys.readouterr().out
    assert cli.main(["models", "download", NAME]) == 0
    assert catalogue.asked == [None]
    assert models.verify(models.get(NAME))


def test_a_model_that_was_left_half_changed_is_whole_for_the_next_command(
    catalogue: Catalogue, models: ModelStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["models", "download", NAME]) == 0
    (models.folder / NAME).rename(models.folder / f".before-{NAME}")
    (models.folder / ".unpacking-left").mkdir()
    capsys.readouterr()
    assert cli.main(["models", "check", NAME]) == 0
    assert "every file has its checksum" in capsys.readouterr().out
    assert not (models.folder / ".unpacking-left").exists()


def test_a_server_that_always_begins_again_is_given_up(
    catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue.ranges = False
    catalogue.cuts = [200_000, 100_000] * 50  # never more than 64 KiB beyond the highest mark
    assert cli.main(["models", "download", NAME]) == 2
    assert "broke off at" in one_line(capsys)
    assert len(catalogue.asked) == 6


def test_a_server_that_sends_little_at_a_time_is_given_up(
    catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue.cuts = [1] * 100
    assert cli.main(["models", "download", NAME]) == 2
    assert "broke off at 0.0 MB" in one_line(capsys)
    assert len(catalogue.asked) == model_download.TRIES


def test_a_redirect_within_the_web_is_followed(catalogue: Catalogue, models: ModelStore) -> None:
    catalogue.redirect = "/model.zip?moved=1"
    catalogue.cuts = [3_000_000]
    assert cli.main(["models", "download", NAME]) == 0
    assert models.verify(models.get(NAME))


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("file:///etc/passwd", "redirects to 'file:///etc/passwd', which is no place"),
        ("ftp://127.0.0.1/model.zip", "which is no place"),
        ("http://[bad", "which is no place"),
        ("/model.zip", "redirects more than 5 times"),
    ],
)
def test_a_redirect_to_anywhere_else_is_one_line(
    catalogue: Catalogue, capsys: pytest.CaptureFixture[str], place: str, told: str
) -> None:
    catalogue.redirect = place
    assert cli.main(["models", "download", NAME]) == 2
    assert told in one_line(capsys)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://[", "x", "http://127.0.0.1:99999/"])
def test_a_catalogue_that_is_no_web_address_is_one_line(
    catalogue: Catalogue, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("IVR_MODEL_CATALOGUE", address)
    assert cli.main(["models", "list"]) == 2
    assert "is no web address: see the setting 'model_catalogue'" in one_line(capsys)


def test_no_room_on_the_disk_is_told_before_anything_is_fetched(
    catalogue: Catalogue, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_download, "free_bytes", lambda folder: 1_000)
    assert cli.main(["models", "download", NAME]) == 2
    assert "has room for 0.0 MB" in one_line(capsys)
    assert catalogue.asked == []
