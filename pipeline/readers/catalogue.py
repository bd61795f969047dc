"""The catalogue of problems that keep an input record, or a file, out of the accounts.

Severity `record`: the record was not accepted. `warning`: it was, with a cell left empty. `file`: the file as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

VISIBLE = 40


@dataclass(frozen=True)
class Problem:
    """What a code means to the person who repairs the file."""

    code: str
    severity_code: str
    message: str


_RECORD = {
    "ROW_RAGGED": "Jumlah kolom baris ini berbeda dari kepala tabel. Periksa tanda pemisah di dalam sel.",
    "ROW_QUOTE": "Tanda kutip pada baris ini tidak sah. Ekspor ulang berkas, atau perbaiki tanda kutipnya.",
    "ROW_NUL": "Baris ini berisi bita NUL, tanda berkas rusak. Ekspor ulang berkas.",
    "ROW_ENCODING": "Baris ini memuat bita yang bukan huruf dalam pengodean berkas. Simpan ulang sebagai UTF-8, atau "
    "nyatakan encoding di profil.",
    "CELL_ERROR": "Baris ini memuat sel galat rumus seperti #N/A. Perbaiki rumusnya, atau isi nilainya.",
    "ROW_TOO_LONG": "Baris ini lebih panjang dari 64 KiB. Periksa tanda kutip yang tidak ditutup.",
    "VALUE_MISSING": "Sel wajib ini kosong. Isi, lalu serahkan lagi berkasnya.",
    "NIP_FORMAT": "NIP harus 18 angka. Perbaiki NIP pada baris ini.",
    "NIP_PRECISION": "NIP tersimpan sebagai bilangan sehingga angka belakangnya hilang. Ekspor ulang dengan kolom NIP "
    "bertipe teks.",
    "UNKNOWN_NIP": "NIP ini tidak ada di daftar pegawai. Lengkapi daftar pegawai, atau perbaiki NIP-nya.",
    "PIN_UNMAPPED": "PIN ini tidak dimiliki tepat satu pegawai. Lengkapi kolom pin di daftar pegawai.",
    "UNKNOWN_UNIT": "Kode OPD ini tidak ada di daftar OPD. Lengkapi daftar OPD, atau perbaiki kodenya.",
    "DATE_FORMAT": "Tanggal tidak sesuai format yang dinyatakan profil. Perbaiki tanggal, atau profilnya.",
    "DATE_ORDER": "Akhir mendahului mulai. Tukar atau perbaiki kedua tanggal.",
    "TIME_FORMAT": "Waktu tidak sesuai format yang dinyatakan profil. Perbaiki waktu, atau profilnya.",
    "TIME_IMPLAUSIBLE": "Waktu jauh di luar bulan yang dihitung. Periksa tahun dan urutan hari-bulan, atau jam mesin.",
    "MONEY_FORMAT": "Nilai rupiah tidak sesuai format yang dinyatakan profil, atau bukan rupiah bulat.",
    "NUMBER_FORMAT": "Sel ini harus bilangan bulat yang tidak negatif.",
    "CODE_UNKNOWN": "Kode ini tidak dikenal oleh profil. Perbaiki selnya, atau tambahkan kodenya ke profil.",
    "REGION_FORMAT": "Kode wilayah harus 4 angka.",
    "ZONE_UNKNOWN": "Zona waktu tidak dikenal; tulis nama IANA seperti Asia/Jakarta.",
    "PERIOD_FORMAT": "Periode harus berbentuk TTTT-BB, misalnya 2026-01.",
    "CIDR_FORMAT": "Blok alamat tidak sah; tulis seperti 10.32.1.0/24.",
    "KEY_TWICE": "Kunci baris ini sudah dipakai baris lain. Sisakan satu baris yang benar.",
    "SPAN_OVERLAP": "Masa berlaku pegawai ini tumpang tindih dengan baris lain. Perbaiki kolom mulai dan selesai.",
    "LOG_SHAPE": "Baris log tidak sesuai bentuk yang dinyatakan profil. Periksa log_format server.",
    "LOG_NOT_REQUEST": "Baris log ini bukan permintaan, melainkan catatan lain dari server. Tidak perlu diperbaiki.",
    "LOG_TIME": "Waktu pada baris log tidak terbaca.",
    "LOG_TOO_LONG": "Baris log lebih panjang dari 16 KiB.",
    "LOG_ENCODING": "Baris log bukan UTF-8.",
}
_FILE = {
    "FILE_HEADER_ONLY": "Berkas ini hanya berisi kepala tabel. Bila seharusnya ada catatan, ekspor ulang.",
    "SHEET_SKIPPED": "Lembar ini tidak memuat kolom wajib dan tidak dibaca. Bila berisi data, betulkan kepala tabelnya.",
}
_WARNING = {
    "SHIFT_TWICE": "Lebih dari satu giliran pada tanggal yang sama dibaca sebagai giliran terbagi: masuk pada awal yang "
    "pertama, pulang pada akhir yang terakhir. Bila keliru, sisakan giliran yang benar.",
    "SUPERIOR_FORMAT": "NIP atasan bukan 18 angka dan dikosongkan; keputusan atasan ini tidak dapat diterima.",
    "JOB_CLASS_FORMAT": "Kelas jabatan bukan bilangan 1 sampai 17 dan dikosongkan.",
    "NOTE_UNKNOWN": "Keterangan ini tidak dikenal profil dan diabaikan. Bila berarti cuti atau dinas, tambahkan ke "
    "table.codes.absence di profil.",
    "SPAN_GAP": "Ada jeda antara masa berlaku baris ini dan baris sebelumnya; hari di antaranya tidak dihitung.",
}

CATALOGUE = {
    code: Problem(code, severity, message)
    for severity, messages in (("record", _RECORD), ("file", _FILE), ("warning", _WARNING))
    for code, message in sorted(messages.items())
}


def masked(value: str | None) -> str | None:
    """The shape of a value: letters become `x`, digits `9`; at most 40 characters."""
    if value is None:
        return None
    shape = re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", value[:VISIBLE]))
    return "".join(character if character.isprintable() else "?" for character in shape)
