"""The command `rekon`: loads the asked command's module and turns our errors into exit codes."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import click

from pipeline.errors import RekonError, ResourceError

COMMANDS = {
    "init": "Buat ruang kerja baru yang berkomentar.",
    "profile": "Kenali berkas asing: profil mana yang cocok, dan profil awal untuk disunting.",
    "check": "Baca dan periksa semua masukan tanpa menerbitkan apa pun.",
    "run": "Jalankan seluruh tahap satu bulan dan terbitkan revisi.",
    "explain": "Jelaskan bulan satu orang, dari baris masukan sampai rupiah.",
    "sql": "Jawab kueri SQL dari basis data DuckDB bulan itu.",
    "decide": "Terima kembali lembar verifikasi dan penetapan gangguan.",
    "policy": "Periksa, baca, bandingkan, dan uji berkas kebijakan TPP.",
    "finalize": "Terbitkan batch penyesuaian untuk penggajian.",
    "diff": "Apa yang berubah di antara dua revisi satu bulan.",
    "lock": "Tutup satu periode: koreksinya ikut batch periode berikutnya.",
    "status": "Apa yang sudah terbit, apa yang menunggu.",
    "purge": "Musnahkan data pribadi bulan-bulan lama; buktinya tetap.",
    "sign": "Tandatangani sebuah revisi atau batch dengan kunci OpenSSH.",
    "verify": "Periksa apakah yang terbit masih seperti saat diterbitkan.",
    "simulate": "Buat bulan sintetis satu daerah beserta kebenarannya.",
    "evaluate": "Bandingkan hasil dengan kebenaran simulasi.",
    "docs": "Tulis dokumen yang dihasilkan program.",
}


class LazyCommands(click.Group):
    """Commands whose modules are imported only when asked for; --help needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the monthly work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"pipeline.commands.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line each, without importing them."""
        with formatter.section("Perintah"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run; our errors become a message on stderr and their exit code."""
        try:
            return super().invoke(ctx)
        except RekonError as error:
            click.echo(f"Galat: {error}", err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            raise  # the reader of our output has seen enough
        except OSError as error:
            # The name alone: a path may hold what is personal, such as a home folder.
            place = f" ({Path(error.filename).name})" if isinstance(error.filename, str) else ""
            click.echo(
                f"Galat: disk atau izin{place}: {error.strerror}. Tidak ada yang terbit setengah jadi; "
                "perbaiki, lalu ulangi.",
                err=True,
            )
            ctx.exit(ResourceError.exit_code)
        except KeyboardInterrupt:
            click.echo("Dihentikan; tidak ada yang terbit setengah jadi.", err=True)
            ctx.exit(130)


@click.group(cls=LazyCommands)
@click.version_option(package_name="rekon", prog_name="rekon")
def rekon() -> None:
    """Rekonsiliasi presensi digital ASN saat sistem terganggu: bukti, penjelasan, rupiah."""
