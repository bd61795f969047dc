"""A signature says who vouches for a manifest; a wrong one is exit 7, a missing one is said."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import rekon
from pipeline.publishing.publication import Published, publish_run
from tests.support import lacking
from tests.support.handmade_month import month, settings, workspace_at

pytestmark = lacking("ssh-keygen", shutil.which("ssh-keygen") is not None)


def call(*arguments: object) -> Result:
    return CliRunner().invoke(rekon, [str(argument) for argument in arguments])


def publish(workspace: Path, content: str = "a") -> Published:
    scratch = workspace / "kerja" / "coret"
    return publish_run(month(content), settings(), workspace, scratch, lambda _tables, _settings, _facts: {})


def new_key(folder: Path, name: str) -> tuple[Path, str]:
    """A private key without passphrase, and its line of an allowed_signers file."""
    path = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], check=True)
    return path, f"{name}@bkd.contoh {path.with_suffix('.pub').read_text('ascii')}"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return workspace_at(tmp_path / "ruang")[0]


@pytest.fixture
def keys(workspace: Path, tmp_path: Path) -> dict[str, Path]:
    """Keys of two signers that the workspace knows, and of a stranger."""
    made = {name: new_key(tmp_path, name) for name in ("kepala", "inspektur", "orang-lain")}
    (workspace / "penanda-tangan").write_text(made["kepala"][1] + made["inspektur"][1], "ascii")
    return {name: path for name, (path, _line) in made.items()}


def test_signers_are_named_and_who_signed_nothing_is_said(workspace: Path, keys: dict[str, Path]) -> None:
    first, second = publish(workspace), publish(workspace, "b")
    for name in ("kepala", "inspektur"):
        result = call("sign", "-C", workspace, "--key", keys[name], first.name)
        assert result.exit_code == 0, result.output
        assert f"ditandatangani {name}@bkd.contoh" in result.stdout
    told = call("verify", "-C", workspace)
    assert told.exit_code == 0, told.stderr
    assert f"{first.name}  " in told.stdout
    assert "tanda tangan: inspektur@bkd.contoh, kepala@bkd.contoh" in told.stdout
    (unsigned,) = [line for line in told.stdout.splitlines() if second.name in line]
    assert unsigned.endswith("tidak ditandatangani")


def test_a_signature_changes_nothing_that_is_hashed(workspace: Path, keys: dict[str, Path]) -> None:
    published = publish(workspace)
    before = {path: path.read_bytes() for path in published.path.rglob("*") if path.is_file()}
    call("sign", "-C", workspace, "--key", keys["kepala"], published.name)
    after = {path: path.read_bytes() for path in published.path.rglob("*") if path.is_file()}
    (added,) = after.keys() - before.keys()
    assert added.match("manifest.json.kepala-bkd-contoh-*.sig")
    assert before.items() <= after.items()
    assert not publish(workspace).is_new


def test_a_changed_byte_of_a_signature_is_exit_7_and_named(workspace: Path, keys: dict[str, Path]) -> None:
    published = publish(workspace)
    call("sign", "-C", workspace, "--key", keys["kepala"], published.name)
    (path,) = published.path.glob("*.sig")
    content = path.read_bytes()
    for place in range(40, len(content) - 40, 23):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        result = call("verify", "-C", workspace)
        assert result.exit_code == 7, place
        assert f"{path.name}: tanda tangan tidak sah" in result.stderr


def test_a_signature_of_another_manifest_or_of_a_stranger_is_exit_7(
    workspace: Path, keys: dict[str, Path]
) -> None:
    first, second = publish(workspace), publish(workspace, "b")
    call("sign", "-C", workspace, "--key", keys["kepala"], first.name)
    (path,) = first.path.glob("*.sig")
    moved = second.path / path.name
    shutil.copy(path, moved)
    assert call("verify", "-C", workspace).exit_code == 7
    moved.unlink()
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", keys["orang-lain"], "-n", "rekon-manifest", second.path / "manifest.json"],
        check=True, capture_output=True,
    )  # fmt: skip
    (second.path / "manifest.json.sig").rename(moved)
    assert call("verify", "-C", workspace, first.name).exit_code == 0
    assert call("verify", "-C", workspace, second.name).exit_code == 7


def test_only_a_key_that_the_workspace_knows_can_sign(workspace: Path, keys: dict[str, Path]) -> None:
    published = publish(workspace)
    result = call("sign", "-C", workspace, "--key", keys["orang-lain"], published.name)
    assert result.exit_code == 2
    assert "kunci orang-lain tidak ada dalam penanda-tangan" in result.stderr
    assert list(published.path.glob("*.sig")) == []
    not_a_key = workspace / "kebijakan.toml"
    assert "tidak dapat dipakai" in call("sign", "-C", workspace, "--key", not_a_key, published.name).stderr


def test_what_is_not_as_published_cannot_be_signed(workspace: Path, keys: dict[str, Path]) -> None:
    published = publish(workspace)
    (published.path / "datapackage.json").write_bytes(b"{}")
    assert call("sign", "-C", workspace, "--key", keys["kepala"], published.name).exit_code == 7


def test_an_auditor_brings_the_signers_to_believe(
    workspace: Path, keys: dict[str, Path], tmp_path: Path
) -> None:
    published = publish(workspace)
    call("sign", "-C", workspace, "--key", keys["kepala"], published.name)
    other = tmp_path / "dipercaya"
    other.write_text(new_key(tmp_path, "pusat")[1], "ascii")
    assert call("verify", "-C", workspace, "--signers", other).exit_code == 7
    other.write_text((workspace / "penanda-tangan").read_text("ascii"), "ascii")
    (workspace / "penanda-tangan").unlink()
    assert call("verify", "-C", workspace, "--signers", other).exit_code == 0
    unread = json.loads(call("verify", "-C", workspace, "--json").stdout)["checked"][0]["signatures"]
    assert [each["signer"] for each in unread] == ["tidak dapat diperiksa: penanda-tangan tidak ada"]


def test_without_openssh_signatures_are_said_to_be_unchecked(
    workspace: Path, keys: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    published = publish(workspace)
    call("sign", "-C", workspace, "--key", keys["kepala"], published.name)
    monkeypatch.setenv("PATH", str(workspace))
    result = call("verify", "-C", workspace)
    assert result.exit_code == 0
    assert "ssh-keygen (OpenSSH) tidak terpasang" in result.stdout
    assert call("sign", "-C", workspace, "--key", keys["kepala"], published.name).exit_code == 2
