"""`rekon init`: a workspace with commented settings."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from pipeline.errors import SettingsError

SETTINGS = """\
# Pengaturan Rekon. Kunci yang tidak dikenal adalah galat.
period = "2026-01"            # bulan yang direkonsiliasi
region = "3205"               # kode wilayah 4 angka
zone = "Asia/Jakarta"         # zona waktu berkas tanpa zona
policy = "kebijakan.toml"     # kebijakan TPP bertanggal; sunting dan kutip pasalnya
# retention.hold = ["2025-07"]          # bulan yang tidak boleh dimusnahkan `rekon purge`: diperiksa, disengketakan
# calendar = ["kalender-daerah.toml"]   # libur daerah di atas kalender nasional, dengan dasar hukumnya

# Satu [[source]] per jenis berkas; {{period}} diganti bulan di atas.
{sources}
# Yang kembali lewat `rekon decide`: keputusan atasan, dan gangguan yang ditetapkan dengan berita acara.
[[source]]
kind = "decision"
files = ["keputusan/{{period}}/*.csv"]

[[source]]
kind = "incident"
files = ["keputusan/{{period}}/insiden/*.csv"]

# Catatan server: tulis dari titik mana di jalur permintaan (pusat, gerbang, aplikasi).
[[source]]
kind = "access_log"
files = ["masukan/{{period}}/log/pusat/*.log*"]
profile = "nginx-presensi"
vantage = "pusat"
zone = "UTC"

[[source]]
kind = "access_log"
files = ["masukan/{{period}}/log/gerbang/*.log*"]
profile = "nginx-presensi"
vantage = "gerbang"
"""
TABLES = {
    "employee": "pegawai",
    "unit": "opd",
    "network": "jaringan",
    "punch": "presensi",
    "absence": "ketidakhadiran",
    "roster": "jadwal",
    "statement": "keterangan",
    "incident": "insiden",
    "deduction": "potongan",
}


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--policy", default="kepmendagri", show_default=True, help="Kebijakan contoh yang disalin.")
def command(directory: Path, policy: str) -> None:
    """Buat ruang kerja DIRECTORY dengan pengaturan berkomentar."""
    preset = files("pipeline").joinpath("policies", f"{policy}.toml")
    if not preset.is_file():
        raise SettingsError(f"kebijakan contoh `{policy}` tidak ada.")
    if (directory / "rekon.toml").exists():
        raise SettingsError("ruang kerja ini sudah ada; tidak ada yang ditimpa.")
    sources = "\n".join(
        f'[[source]]\nkind = "{kind}"\nfiles = ["masukan/{{period}}/{stem}*.csv"]\n'
        for kind, stem in TABLES.items()
    )
    for folder in (
        "masukan/2026-01/log/pusat",
        "masukan/2026-01/log/gerbang",
        "keputusan/2026-01",
        "terbit",
        "kerja",
    ):
        (directory / folder).mkdir(parents=True, exist_ok=True)
    (directory / "rekon.toml").write_text(
        SETTINGS.format(sources=sources).replace("{{", "{").replace("}}", "}"), "utf-8"
    )
    (directory / "kebijakan.toml").write_text(preset.read_text("utf-8"), "utf-8")
    click.echo(
        f"Ruang kerja siap: {directory}. Taruh berkas di masukan/2026-01/, lalu `rekon run -C {directory}`."
    )
