"""Signatures over a publication's manifest, made and checked by OpenSSH's own tool, offline.

A signature lies beside the manifest, outside the hashed set: manifest.json.<who>.sig. Who may sign is said by an
allowed_signers file (ssh-keygen(1)) of the workspace, or one that an auditor brings. Whoever can write in the workspace
can also delete a signature: a missing one is reported, not proved.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.engine.platform import sync_folder, write_durably
from pipeline.errors import SettingsError
from pipeline.publishing.manifest import MANIFEST_NAME, SIGNATURE_PATTERN
from pipeline.settings import FILE_NAME, Signature, load_settings
from pipeline.wording.slugs import slug

TOOL = "ssh-keygen"
NAMESPACE = "rekon-manifest"
NO_TOOL = f"{TOOL} (OpenSSH) tidak terpasang"


@dataclass(frozen=True)
class Signed:
    """One signature: who made it, or why that is not known. `is_wrong` where it is not one of this manifest."""

    file_name: str
    signer: str
    is_wrong: bool


def signers_file(workspace: Path) -> Path:
    """The workspace's allowed_signers file, whether it exists or not."""
    settings = load_settings(workspace).signature if (workspace / FILE_NAME).exists() else Signature()
    return workspace / settings.signers


def sign(folder: Path, key: Path, signers: Path) -> str:
    """Sign the folder's manifest with a private key that `signers` knows; returns the signer's name.

    A passphrase is asked by the tool itself. Raises SettingsError where the key cannot sign or is not known.
    """
    if shutil.which(TOOL) is None:
        raise SettingsError(f"{NO_TOOL}; pasang OpenSSH untuk menandatangani.")
    manifest = (folder / MANIFEST_NAME).read_bytes()
    made = _call("sign", "-f", str(key), "-n", NAMESPACE, content=manifest)
    if made.returncode:
        raise SettingsError(
            f"kunci {key.name} tidak dapat dipakai menandatangani; periksa berkas dan sandinya."
        )
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "baru.sig"
        write_durably(path, made.stdout)
        signer = _signer(path, manifest, signers)
        if signer is None:
            raise SettingsError(
                f"kunci {key.name} tidak ada dalam {signers.name}; daftarkan kunci publiknya dahulu."
            )
    target = folder / f"{MANIFEST_NAME}.{slug(signer)}.sig"
    target.unlink(missing_ok=True)
    write_durably(target, made.stdout)
    sync_folder(folder)
    return signer


def check_signatures(folder: Path, signers: Path) -> tuple[Signed, ...]:
    """Every signature beside the folder's manifest, by file name."""
    manifest = (folder / MANIFEST_NAME).read_bytes()
    found = []
    for path in sorted(folder.glob(SIGNATURE_PATTERN)):
        if shutil.which(TOOL) is None or not signers.is_file():
            why = NO_TOOL if signers.is_file() else f"{signers.name} tidak ada"
            found.append(Signed(path.name, f"tidak dapat diperiksa: {why}", is_wrong=False))
        else:
            signer = _signer(path, manifest, signers)
            found.append(Signed(path.name, signer or "tidak sah", is_wrong=signer is None))
    return tuple(found)


def _signer(signature: Path, manifest: bytes, signers: Path) -> str | None:
    """Who of the allowed signers made the signature of these bytes; None where nobody did."""
    named = _call("find-principals", "-s", str(signature), "-f", str(signers))
    for principal in named.stdout.decode("utf-8", "replace").splitlines():
        asked = ("-f", str(signers), "-I", principal, "-n", NAMESPACE, "-s", str(signature))
        if _call("verify", *asked, content=manifest).returncode == 0:
            return principal
    return None


def _call(action: str, *arguments: str, content: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    tool = shutil.which(TOOL) or TOOL
    return subprocess.run(  # noqa: S603 - the tool's own path, no shell
        [tool, "-Y", action, *arguments], input=content, capture_output=True, check=False
    )
