"""Published plans: immutable versions, one of which is current."""

from ivr.plans.versions.version_store import Version, VersionStore

__all__ = ["Version", "VersionStore"]
