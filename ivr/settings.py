"""Every setting of the service: default and one sentence each; read once, in app.py, from IVR_* or ivr.toml."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnreadableSetting

from ivr.errors import SettingsError

LOOPBACK = "127.0.0.1"


def cores() -> int:
    """Cores that this process may use; never below two (one may hang), nor above eight (each has a model)."""
    return min(max(2, len(os.sched_getaffinity(0))), 8)


class Settings(BaseSettings):
    """Settings of one service node. Environment variables (``IVR_AGI_PORT=…``) win over ``ivr.toml``."""

    model_config = SettingsConfigDict(env_prefix="IVR_", toml_file="ivr.toml", frozen=True, extra="forbid")

    helpline: Path = Field(
        Path("dialplans/riverton.yaml"),
        description="The plan that callers get: its file, or the folder of a published helpline.",
    )
    published: Path = Field(Path("build/published"), description="Where `ivr publish` keeps versions of plans.")
    watch: bool = Field(False, description="Take the plan anew when one of its files is saved (`ivr run` does).")
    agents: Path = Field(Path("dialplans/agents.yaml"), description="Who takes calls, and from which queues.")
    prompts: Path = Field(
        Path("prompts"), description="Folder of recordings, which win over synthesis, and of pronunciations.yaml."
    )
    state: Path = Field(Path("build/state"), description="Where journals, prompt cache and hand-overs are kept.")
    secrets: Path = Field(Path("build/secrets.json"), description="Generated secrets, mode 0600, never committed.")

    bind: str = Field(
        LOOPBACK,
        description="Address of the AGI and media servers, which have no log-in; asterisk/ says 127.0.0.1, too.",
    )
    agi_port: int = Field(4573, description="FastAGI port that the dialplan calls.")
    media_port: int = Field(8089, description="WebSocket port that Asterisk's chan_websocket calls.")
    console_bind: str = Field(LOOPBACK, description="Address of the agents' pages.")
    console_port: int = Field(8080, description="Port of the agents' pages.")
    allow_public_bind: bool = Field(False, description="Allow AGI and media on an address that is not loopback.")

    sip_bind: str = Field(LOOPBACK, description="Address where Asterisk takes SIP and sound; a LAN address for phones.")
    sip_port: int = Field(5060, description="Asterisk's SIP port (UDP).")
    ami_host: str = Field(LOOPBACK, description="Host of Asterisk's manager interface.")
    ami_port: int = Field(5038, description="Port of Asterisk's manager interface.")
    ami_user: str = Field("ivr", description="Manager account with the classes call, agent, reporting only.")

    model: str = Field(
        "bundled",
        description="'bundled', an installed model, a Vosk model's folder, or ws://host:port of a vosk-server; "
        "ws://host:port#NAME says that it hears with that model, which is here, too.",
    )
    language_models: dict[str, str] = Field(
        default_factory=dict, description="Model by the language of a plan, where it is not 'model': {de = \"…\"}."
    )
    models: Path = Field(Path("build/models"), description="Folder of the models that `ivr models download` installs.")
    model_catalogue: str = Field(
        "https://alphacephei.com/vosk/models/model-list.json", description="Where Vosk models are listed."
    )
    recogniser_workers: int = Field(
        default_factory=cores,
        ge=1,
        le=64,
        description="Recognition processes, each with the model in its memory; else one for each core, 2 to 8.",
    )
    voice: str = Field(
        "gmw/en",
        description="Who says prompts without a recording: an espeak-ng voice, rhvoice:NAME, or piper:FILE.onnx.",
    )
    language_voices: dict[str, str] = Field(
        default_factory=dict,
        description="Voice by the language of a prompt that is not in the plan's; else espeak-ng's: {cy = \"…\"}.",
    )
    speech_rate_wpm: int = Field(160, ge=80, le=300, description="Words per minute of synthesised prompts.")

    memory_days: float = Field(
        30, gt=0, le=365, description="Days that a caller's last calls are kept, under a keyed hash of the number."
    )
    memory_preferences_days: float = Field(
        365, gt=0, le=3650, description="Days without a call after which a caller's preferences are forgotten."
    )
    memory_calls: int = Field(5, ge=1, le=20, description="Calls that are kept of one number, the newest.")
    memory_numbers: int = Field(50_000, ge=1, le=10_000_000, description="Numbers that anything is kept of.")

    journal_days: float = Field(90, ge=2, le=3650, description="Days that the journal of a call is kept at most.")
    messages_days: float = Field(
        30,
        ge=2,
        le=3650,
        description="Days that messages of callers are kept at most: as the plan's consent tells them.",
    )
    misses_days: int = Field(
        90, ge=2, le=3650, description="Days that questions are kept which nobody answered, without who asked them."
    )
    letters_days: float = Field(
        30, ge=2, le=3650, description="Days that letters are kept at most which a gateway only writes into a folder."
    )

    loop_stall_s: float = Field(
        1.8, gt=0.3, description="A service that is silent this long is ended; with 2.7 s of apology, under 5 s in all."
    )
    absolute_timeout_s: int = Field(20, ge=5, description="Rolling limit that Asterisk puts on an unattended call.")
    most_calls: int = Field(200, ge=1, description="Calls at once; callers beyond it get the plan in Asterisk alone.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then ivr.toml."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @classmethod
    def read(cls, **given: object) -> Settings:
        """The settings of this process.

        Raises SettingsError with one line that names the setting and what is wrong with it.
        """
        try:
            settings = cls(**given)  # type: ignore[arg-type]
        except tomllib.TOMLDecodeError as fault:
            raise SettingsError(f"ivr.toml: {fault}") from None
        except UnreadableSetting as fault:
            mend = """write a mapping as JSON, as in IVR_LANGUAGE_MODELS='{"de": "vosk-model-small-de-0.15"}'"""
            raise SettingsError(f"{fault}: {mend}") from None
        except ValidationError as fault:
            first = fault.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise SettingsError(
                f"setting '{name}' (IVR_{name.upper()} or ivr.toml): {first['msg']}; got {first['input']!r}"
            ) from None
        if settings.bind not in {LOOPBACK, "::1", "localhost"} and not settings.allow_public_bind:
            raise SettingsError(
                f"setting 'bind' is {settings.bind}: AGI and media have no log-in of their own; "
                "use 127.0.0.1, or set IVR_ALLOW_PUBLIC_BIND=true on a private network"
            )
        return settings
