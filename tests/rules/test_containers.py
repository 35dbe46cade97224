"""Dockerfile and compose.yaml cannot be built here: so their paths, ports and commands are held against the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ivr.cli import WORDS
from ivr.pbx.render import render
from ivr.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]


def instructions(word: str) -> list[str]:
    return re.findall(rf"^{word} (.+)$", DOCKERFILE, re.MULTILINE)


def test_everything_that_is_copied_exists() -> None:
    for line in instructions("COPY"):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source


def test_every_folder_that_the_settings_name_is_in_the_image() -> None:
    copied = {source.rstrip("/") for line in instructions("COPY") for source in line.split()[:-1]}
    for name in ("helpline", "agents", "prompts"):
        assert Settings.model_fields[name].default.parts[0] in copied, name


def test_the_package_runs_in_place_beside_the_folders_that_it_reads() -> None:
    assert any(line.endswith(" -e .") for line in instructions("RUN"))


def test_the_exposed_ports_are_the_default_ports() -> None:
    ports = {int(port) for line in instructions("EXPOSE") for port in line.split()}
    fields = Settings.model_fields
    assert ports == {fields[name].default for name in ("agi_port", "media_port", "console_port")}


def test_every_environment_variable_is_a_setting_and_lies_on_the_volume() -> None:
    (volume,) = instructions("VOLUME")
    for line in instructions("ENV"):
        for name, value in re.findall(r"(\w+)=(\S+)", line):
            assert name.removeprefix("IVR_").lower() in Settings.model_fields
            assert value.startswith(volume)


def test_the_python_of_the_image_is_one_that_we_support() -> None:
    (image,) = instructions("FROM")
    found = re.match(r"python:3\.(\d+)-slim", image)
    assert found
    assert int(found[1]) >= 11


@pytest.mark.parametrize("command", [["ivr", "serve"], *(s["command"] for s in SERVICES.values() if "command" in s)])
def test_every_command_exists(command: list[str]) -> None:
    if command[0] == "ivr":
        assert command[1] in WORDS
    else:
        assert command[0] == "asterisk"
        assert "-f" in command, "in the foreground, or the container ends"


def test_asterisk_reads_what_the_service_rendered() -> None:
    configure, asterisk = SERVICES["configure"], SERVICES["asterisk"]
    folder = configure["command"][-1]
    assert f"asterisk:{folder}" in configure["volumes"]
    assert f"asterisk:{folder}" in asterisk["volumes"]
    read = asterisk["command"][asterisk["command"].index("-C") + 1]
    assert read == f"{folder}/etc/asterisk.conf", "where ivr.pbx.render puts it"
    assert render.__doc__
    assert "asterisk.conf" in render.__doc__


def test_both_share_the_secrets_and_one_network() -> None:
    (volume,) = instructions("VOLUME")
    for name in ("configure", "helpline"):
        assert f"state:{volume}" in SERVICES[name]["volumes"]
    for name in ("asterisk", "helpline"):
        assert SERVICES[name]["network_mode"] == "host", "AGI, media and AMI stay on 127.0.0.1"


def test_every_volume_is_declared() -> None:
    used = {entry.split(":")[0] for service in SERVICES.values() for entry in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])
