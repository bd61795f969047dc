"""Codes as people read them."""

from __future__ import annotations

SIDES = {"in": "masuk", "out": "pulang", "apel": "apel"}
STATES = {
    "on_time": "tepat waktu", "late": "terlambat", "early": "pulang cepat", "missing": "tidak tercatat",
    "excused": "dikecualikan", "provisional": "sementara",
}  # fmt: skip
CHANGES = {
    "person_removed": "orang tidak ada lagi pada bulan itu",
    "person_added": "orang baru pada bulan itu",
    "unit_changed": "orang pindah OPD",
    "tpp_changed": "TPP orang itu berubah",
    "policy_changed": "aturan berubah (kebijakan, kalender, program)",
    "data_arrived": "catatan presensi datang kemudian",
    "newly_excused": "kini dikecualikan (cuti, dinas)",
    "became_missing": "kini terliput data dan tetap tidak tercatat",
    "record_changed": "catatan atau keadaannya berubah",
    "duty_added": "kewajiban hadir bertambah",
    "duty_removed": "kewajiban hadir berkurang",
    "decision_changed": "keputusan atasan berubah",
    "evidence_changed": "bukti, sebab, atau penetapan berubah",
    "month_effect": "akibat batas atau hitungan sebulan",
}
CAUSES = {
    "lost": "hilang di server",
    "failed": "gagal terkirim",
    "delayed": "tertunda",
    "flipped": "tercatat terbalik",
    "unsynced": "belum tersinkron",
    "blocked": "terhalang",
    "unexplained": "tanpa penjelasan gangguan",
    "no_coverage": "log tidak mencakup",
}
CAUSE_MEANINGS = {
    "lost": "server menjawab berhasil, tetapi rekam presensi tidak ada",
    "failed": "permintaan sendiri sampai ke log, tetapi gagal",
    "delayed": "rekam masuk, tetapi lebih lambat daripada percobaan pertama atau awal gangguan",
    "flipped": "presensi masuk tersimpan sebagai pulang, atau sebaliknya",
    "unsynced": "rekam ada di mesin presensi, server belum atau terlambat menerimanya",
    "blocked": "gangguan meliputi saat ini; tidak ada permintaan yang sampai ke log",
    "unexplained": "tidak ada gangguan yang terbukti menjadi sebab",
    "no_coverage": "tidak ada sumber yang mencakup saat ini: tidak terbukti dan tidak terbantah",
}
GRADES = {
    "A": "bukti perbuatan sendiri di log server",
    "B": "bukti dari mesin presensi",
    "C": "terdampak, dan kehadiran dikuatkan catatan lain pada hari itu",
    "D": "terdampak saja",
    "X": "dibantah bukti lain",
    "-": "tidak ada bukti gangguan",
}
ACTIONS = {
    "restore": "pulihkan",
    "restore_partly": "pulihkan sebagian",
    "needs_statement": "perlu surat keterangan",
    "not_supported": "tidak didukung bukti",
    "not_assessable": "tidak dapat dinilai",
}
STATUSES = {
    "proposed": "diusulkan",
    "approved": "disetujui",
    "rejected": "ditolak",
    "not_supported": "tidak diusulkan",
}
LAYERS = {
    "central": "server provinsi",
    "link": "jalur dari gerbang wilayah ke server provinsi",
    "gateway": "server gerbang wilayah",
    "network": "jaringan penyedia internet",
    "site": "jaringan atau listrik satu kantor",
    "device": "mesin presensi",
    "client": "versi aplikasi presensi",
    "log_gap": "pencatatan log",
    "undetermined": "belum dapat ditetapkan",
}
FAULTS = {
    "central": "server provinsi tidak melayani",
    "link": "jalur dari gerbang wilayah {region} ke server provinsi terputus",
    "gateway": "server gerbang wilayah {region} tidak melayani",
    "network": "jaringan penyedia internet terganggu",
    "site": "jaringan atau listrik satu kantor terganggu",
    "device": "mesin presensi tidak mengirim rekam",
    "client": "satu versi aplikasi presensi gagal",
    "log_gap": "log berhenti mencatat",
    "undetermined": "presensi terganggu, letaknya belum dapat ditetapkan",
}
SYMPTOMS = {
    "failure": "permintaan gagal",
    "silence": "permintaan tidak sampai",
    "lost_write": "permintaan dijawab berhasil, tetapi tidak tersimpan",
    "no_lines": "log tidak berisi baris",
    "device_silent": "mesin tidak mengirim",
}
TESTS = {
    "uncovered": "Log mana yang berhenti, dan berapa lama?",
    "other_regions_alive": "Apakah wilayah lain tetap dilayani server provinsi?",
    "same_region_at_pusat": "Apakah wilayah ini terputus dari server provinsi?",
    "same_region_at_gerbang": "Apakah wilayah ini dilayani di gerbangnya?",
    "same_region_at_aplikasi": "Apakah wilayah ini sampai ke aplikasi provinsi?",
    "gateway_upstream_errors": "Gagal pada gerbang atau di belakangnya?",
    "health_checks": "Apakah server itu sendiri hidup?",
    "probe": "Apa kata pemeriksaan berkala dari luar?",
    "receipt_times": "Apakah server menyimpan presensi pada menit-menit itu?",
    "other_lines": "Apakah orangnya memakai jaringan lain?",
    "deferred_demand": "Apakah orang kembali sesudahnya?",
    "worst_sets": "Siapa yang paling terdampak?",
    "declared": "Apakah log mendukung pernyataan gangguan?",
}
DIMENSIONS = {
    "region": "wilayah",
    "unit": "unit",
    "provider": "penyedia",
    "network": "jaringan",
    "client": "aplikasi",
}
VERDICTS = {
    "supports": "mendukung",
    "refutes": "membantah",
    "neutral": "tidak memutuskan",
    "supported": "didukung log",
    "partly_supported": "didukung sebagian",
    "contradicted": "dibantah log",
    "not_assessable": "tidak dapat dinilai",
}
LAYER_VERDICTS = {**VERDICTS, "supports": "didukung", "refutes": "terbantah"}
ROLES = {"supports": "Mendukung", "contradicts": "Membantah", "input": "Masukan"}
VANTAGES = {"pusat": "server provinsi", "gerbang": "gerbang wilayah", "aplikasi": "aplikasi provinsi"}
TAKEN = {
    "approve": "setuju",
    "reject": "tolak",
    "ask_evidence": "minta bukti",
    "incident": "penetapan gangguan",
}
DECISIONS = {
    "counts": "berlaku",
    "superseded": "diganti keputusan yang lebih baru",
    "refused": "tidak dapat diterima",
}
REFUSALS = {
    "FINDING_UNKNOWN": "temuan tidak dikenal",
    "FINDING_CHANGED": "temuan sudah berubah",
    "DECIDED_BY_SELF": "diputus oleh orangnya sendiri",
    "DECIDED_BY_CERTIFIER": "diputus oleh penetap gangguan",
    "DECIDER_NOT_SUPERIOR": "pemutus bukan atasannya",
    "OUTAGE_NOT_CERTIFIED": "gangguan belum ditetapkan",
    "EVIDENCE_INSUFFICIENT": "bukti belum cukup",
    "DATE_MISSING": "persetujuan tanpa tanggal",
    "DECIDED_TOO_LATE": "diputus lewat batas waktu",
    "NIP_PRECISION": "NIP tersimpan sebagai angka; tulis ulang sebagai teks",
    "NIP_FORMAT": "NIP harus 18 angka",
    "VALUE_MISSING": "kolom penetapan belum lengkap",
    "VERDICT_UNKNOWN": "keputusan bukan setuju, tolak, atau minta_bukti",
    "REASON_MISSING": "penolakan perlu alasan, paling sedikit 10 huruf",
    "DATE_FORMAT": "tanggal harus seperti 2026-02-05",
    "QUOTA_EXCEEDED": "melebihi kuota surat keterangan orang itu sebulan",
}
COUNTERS = {
    "signed_by_self": "surat keterangan ditandatangani sendiri",
    "signed_by_certifier": "surat keterangan ditandatangani penetap gangguan",
    "signed_too_late": "surat keterangan lewat batas waktu",
    "signed_before": "surat keterangan bertanggal sebelum hari dinas",
    "same_second": "satu mesin mencatat banyak orang pada detik yang sama",
    "same_manual": "jam manual yang sama untuk banyak orang di OPD itu",
    "impossible_trip": "tercatat pada mesin dua OPD dalam waktu yang terlalu singkat",
    "own_success": "permintaan sendiri berhasil sebelum ada yang gagal",
    "no_attempt": "log hidup, tetapi tidak ada percobaan sendiri",
    "late_attempt": "percobaan sendiri yang gagal sama lambatnya dengan rekaman",
    "no_habit": "pada hari lain pun sisi ini lebih sering kosong",
}
SANCTIONS = {
    "none": "belum ada",
    "oral_reprimand": "teguran lisan",
    "written_reprimand": "teguran tertulis",
    "written_dissatisfaction": "pernyataan tidak puas secara tertulis",
    "cut_6_months": "potongan tunjangan 25% selama 6 bulan",
    "cut_9_months": "potongan tunjangan 25% selama 9 bulan",
    "cut_12_months": "potongan tunjangan 25% selama 12 bulan",
    "demotion_12_months": "penurunan jabatan 12 bulan",
    "released_12_months": "pembebasan dari jabatan 12 bulan",
    "dismissal": "pemberhentian",
}
RULES = {
    "match_punches": "rekaman yang dihitung untuk sisi ini",
    "find_flips": "rekaman yang tersimpan dengan arah terbalik",
    "gather_attempts": "permintaan sendiri di log",
    "weigh_presence": "catatan lain tentang kehadiran hari itu",
}
REACHES = {
    "record": "catatan tidak dipakai",
    "file": "seluruh berkas",
    "warning": "peringatan, tetap dipakai",
}


def label(names: dict[str, str], code: str | None) -> str:
    """The name of a code; the code itself, readable, where it has none."""
    if code is None:
        return "–"
    return names.get(code) or code.replace("_", " ")
