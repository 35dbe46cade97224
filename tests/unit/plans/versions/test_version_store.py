"""Versions on disk: whole, unchanged, one of them current, and nothing lost when somebody is in the way."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from ivr.errors import FlowError, SettingsError
from ivr.plans.versions import VersionStore
from ivr.published import CURRENT, plan_of


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    folder = tmp_path / "plans"
    (folder / "town/knowledge").mkdir(parents=True)
    (folder / "town/knowledge/bins.md").write_text("bins")
    (folder / "town/.draft").write_text("not for anybody")
    (folder / "town.yaml").write_text("helpline: Town\n")
    return folder / "town.yaml"


@pytest.fixture
def store(tmp_path: Path) -> VersionStore:
    return VersionStore(tmp_path / "published/town")


def parts(plan: Path) -> list[Path]:
    return [plan.parent / "town/knowledge"]


def test_a_version_holds_the_plan_and_its_parts_and_is_current(plan: Path, store: VersionStore) -> None:
    version, fresh = store.publish(plan, parts(plan), note="first")
    assert (version.name, fresh, version.current, version.note) == ("0001", True, True, "first")
    assert sorted(version.files) == ["town.yaml", "town/knowledge/bins.md"]
    served = plan_of(store.folder)
    assert served.read_text() == "helpline: Town\n"
    assert (served.parent / "town/knowledge/bins.md").read_text() == "bins"
    assert served.stat().st_mode & 0o222 == 0


def test_each_version_can_be_looked_at_by_its_folder(plan: Path, store: VersionStore) -> None:
    for text in ("one", "two"):
        plan.write_text(text)
        store.publish(plan, parts(plan))
    assert plan_of(store.folder / "0001").read_text() == "one"
    assert plan_of(store.folder / "0002").read_text() == "two"


def test_what_has_not_changed_is_no_new_version(plan: Path, store: VersionStore) -> None:
    store.publish(plan, parts(plan))
    version, fresh = store.publish(plan, parts(plan))
    assert (version.name, fresh) == ("0001", False)
    (plan.parent / "town/knowledge/bins.md").write_text("more bins")
    version, fresh = store.publish(plan, parts(plan))
    assert (version.name, fresh) == ("0002", True)
    assert [one.name for one in store.versions() if one.current] == ["0002"]


def test_one_goes_back_and_forth_and_numbers_are_never_used_twice(plan: Path, store: VersionStore) -> None:
    for text in ("one", "two", "three"):
        plan.write_text(text)
        store.publish(plan, parts(plan))
    store.make_current(store.before_current())
    assert plan_of(store.folder).read_text() == "two"
    store.make_current(store.before_current())
    assert plan_of(store.folder).read_text() == "one"
    with pytest.raises(FlowError, match="0001 is the oldest"):
        store.before_current()
    plan.write_text("four")
    assert store.publish(plan, parts(plan))[0].name == "0004"
    store.make_current(store.get("3"))
    assert plan_of(store.folder).read_text() == "three"
    with pytest.raises(FlowError, match="there are: 0001, 0002, 0003, 0004"):
        store.get("9")


def test_a_version_that_somebody_changed_is_not_made_current(plan: Path, store: VersionStore) -> None:
    store.publish(plan, parts(plan))
    plan.write_text("two")
    store.publish(plan, parts(plan))
    changed = store.folder / "0001/town/knowledge/bins.md"
    changed.chmod(0o644)
    changed.write_text("something else")
    with pytest.raises(FlowError, match=r"bins.md.*not the file that was published"):
        store.make_current(store.get("1"))
    changed.unlink()
    with pytest.raises(FlowError, match="cannot be read"):
        store.make_current(store.get("1"))
    assert plan_of(store.folder).read_text() == "two"


def test_a_part_elsewhere_is_refused_and_leaves_nothing_behind(plan: Path, store: VersionStore, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(FlowError, match="not beside the plan"):
        store.publish(plan, [tmp_path / "elsewhere"])
    assert store.versions() == ()
    with pytest.raises(FlowError, match="no version is published"):
        plan_of(store.folder)


def test_two_cannot_publish_at_once(plan: Path, store: VersionStore) -> None:
    store.publish(plan, parts(plan))
    with (store.folder / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(SettingsError, match="just now"):
            store.publish(plan, parts(plan))


def test_leftovers_and_nonsense_are_no_versions(plan: Path, store: VersionStore) -> None:
    store.publish(plan, parts(plan))
    (store.folder / ".making-0002").mkdir()
    (store.folder / "0003").mkdir()
    (store.folder / "0004").mkdir()
    (store.folder / "0004/published.json").write_text("[" * 100_000)
    assert [one.name for one in store.versions()] == ["0001"]
    plan.write_text("two")
    assert store.publish(plan, parts(plan))[0].name == "0005"
    (store.folder / CURRENT).write_text("../../etc")
    with pytest.raises(FlowError, match="no version is published"):
        plan_of(store.folder)
