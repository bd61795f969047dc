"""Each outage in words: what failed, whose fault, how sure, and what refutes the opposite."""

from __future__ import annotations

from pipeline.engine.rows import Row
from pipeline.wording.indonesian_format import chance, duration, long_date, number, percent, probability, span
from pipeline.wording.labels import FAULTS, LAYER_VERDICTS, LAYERS, SYMPTOMS, TESTS, VERDICTS, label
from pipeline.wording.slugs import slug
from reports.models import DeclaredRow, LayerRow, OutageSection, TestRow
from reports.month import MonthTables
from reports.outage_timeline import SenderCounts, build_outage_timeline

LAYER_TEST = "layer_"
CUT_TEST = "same_region_at_pusat"
REFUTED = 0.05


def anchor(outage_id: str) -> str:
    """The fragment of an outage's section."""
    return f"gangguan-{slug(outage_id)}"


def sentence_case(text: str) -> str:
    """The first letter as a capital, the rest as it is."""
    return text[:1].upper() + text[1:]


def fault(outage: Row, month: MonthTables) -> str:
    """Whose fault, as a clause."""
    return label(FAULTS, outage["layer_code"]).format(region=month.meta.region_code)


def opposite(outage: Row, month: MonthTables) -> str:
    """The sentences that settle the dispute: what part the province's server had."""
    if outage["layer_code"] == "log_gap":
        return "Log tidak mencatat pada menit-menit itu; hal itu sendiri bukan gangguan presensi."
    p = probability(outage["p_central"])
    if outage["layer_code"] == "central":
        return f"Server provinsi sendiri yang bermasalah: peluangnya {p}."
    tests = {t["test_code"]: t for t in month.tests.get(outage["outage_id"], []) if t["test_no"] == 1}
    alive, cut = tests.get("other_regions_alive"), tests.get(CUT_TEST)
    if alive is None or alive["verdict_code"] != "refutes":
        return f"Peluang bahwa server provinsi yang bermasalah: {p}."
    sentence = f"pada menit-menit itu {_served(alive)} pengirim dari wilayah lain dilayani"
    if cut is not None and cut["verdict_code"] == "supports":
        sentence = (
            f"Server provinsi hidup, tetapi wilayah {month.meta.region_code} terputus darinya: {sentence}, sedangkan dari "
            f"wilayah ini hanya {_served(cut)}."
        )
    else:
        sentence = f"Server provinsi hidup: {sentence}."
    if outage["p_central"] >= REFUTED:
        return f"{sentence} Peluang bahwa server provinsi yang bermasalah: {p}."
    sentence += f" Dugaan sebaliknya, yaitu server provinsi mati, terbantah: peluangnya {p}"
    if alive["log10_bound"] is None:
        return f"{sentence}."
    return f"{sentence}, dan bila benar mati, peluang melihat data ini {chance(10 ** alive['log10_bound'])}."


def _served(test: Row) -> str:
    """'888 (biasanya 903)'."""
    usual = f" (biasanya {number(test['expected'])})" if test["expected"] is not None else ""
    return f"{number(test['observed'])}{usual}"


def scope(outage: Row, month: MonthTables) -> str:
    """Who was cut off."""
    if outage["layer_code"] == "log_gap":
        return "hanya pencatatan log, bukan presensi"
    unit = outage["scope_unit_id"]
    named = (
        ("wilayah", outage["scope_region"]),
        ("OPD", month.unit_name(unit) if unit else None),
        ("blok alamat", outage["scope_network"]),
        ("penyedia", outage["scope_provider"]),
        ("aplikasi", outage["scope_client"]),
    )
    return ", ".join(f"{what} {value}" for what, value in named if value) or "semua wilayah"


def facts(outage: Row, month: MonthTables) -> tuple[tuple[str, str], ...]:
    """The figures of an outage, each with its name."""
    minutes = round((outage["ended_at"] - outage["started_at"]).total_seconds() / 60)
    touched = [f for f in month.findings if f["outage_id"] == outage["outage_id"]]
    people = len({f["nip"] for f in touched})
    certified = "belum"
    if outage["is_certified"]:
        window = outage["certified_started_at"], outage["certified_ended_at"]
        certified = "ya" + (f", {span(*window, month.zone)}" if None not in window else "")
    return (
        ("Jendela", f"{span(outage['started_at'], outage['ended_at'], month.zone)} ({duration(minutes)})"),
        (
            "Jendela dampak",
            span(outage["impact_started_at"], outage["impact_ended_at"], month.zone),
        ),
        ("Yang terkena", sentence_case(scope(outage, month))),
        (
            "Gejala",
            f"{label(SYMPTOMS, outage['symptom_code'])}; {percent(outage['severity_bps'] / 10000)} "
            "permintaan hilang atau gagal",
        ),
        ("Letak gangguan", f"{label(LAYERS, outage['layer_code'])} ({probability(outage['confidence'])})"),
        ("Peluang jendela ini kebetulan", f"paling besar {_chance(outage['false_alarm_bound'])}"),
        ("Presensi tersentuh", f"{number(len(touched))} sisi dari {number(people)} orang"),
        ("Ditetapkan kantor berwenang", certified),
    )


def _chance(p: float) -> str:
    return "<0,0001%" if p < 1e-6 else percent(p, 4)


def _layers(outage: Row, tests: list[Row]) -> tuple[LayerRow, ...]:
    rows = [t for t in tests if t["test_code"].startswith(LAYER_TEST) and t["observed"] is not None]
    rows.sort(key=lambda t: (-t["observed"], t["test_code"]))
    return tuple(
        LayerRow(
            sentence_case(label(LAYERS, t["test_code"].removeprefix(LAYER_TEST))),
            min(1.0, max(0.0, t["observed"])),
            t["test_code"].removeprefix(LAYER_TEST) == outage["layer_code"],
            label(LAYER_VERDICTS, t["verdict_code"]),
        )
        for t in rows
    )


def asked(tests: list[Row]) -> tuple[TestRow, ...]:
    """The tests in words, without the layers' own."""
    return tuple(
        TestRow(
            label(TESTS, t["test_code"]),
            t["sentence"],
            *_verdict(t),
        )
        for t in tests
        if not t["test_code"].startswith(LAYER_TEST)
    )


def _verdict(test: Row) -> tuple[str, str]:
    """What a test says, in words and as the code that colours it."""
    if test["test_code"] == "other_regions_alive" and test["verdict_code"] == "refutes":
        return "server provinsi hidup", "supports"
    return label(VERDICTS, test["verdict_code"]), test["verdict_code"]


def outage_sections(month: MonthTables) -> tuple[OutageSection, ...]:
    """One section per outage, the one that touches most sides first."""
    if not month.outages:
        return ()
    counts = SenderCounts(month)
    sections = []
    for outage in month.outages:
        tests = month.tests.get(outage["outage_id"], [])
        sections.append(
            OutageSection(
                anchor(outage["outage_id"]),
                outage["outage_id"],
                f"{span(outage['started_at'], outage['ended_at'], month.zone)}: {fault(outage, month)}",
                opposite(outage, month),
                facts(outage, month),
                build_outage_timeline(month, counts, outage),
                _layers(outage, tests),
                asked(tests),
            )
        )
    return tuple(sections)


def _minutes(incident: Row) -> str:
    """Number and date of the minutes that certify an incident, as far as given."""
    given = [incident["minutes_no"], incident["minutes_date"] and long_date(incident["minutes_date"])]
    return ", ".join(filter(None, given)) or "–"


def declared_incidents(month: MonthTables) -> tuple[DeclaredRow, ...]:
    """Every declared incident and what the logs say to it."""
    by_incident = {o["incident_id"]: o for o in reversed(month.outages) if o["incident_id"]}
    rows = []
    for incident in month.rows("incident", "started_at", "incident_id"):
        outage = by_incident.get(incident["incident_id"])
        tests = month.tests.get(incident["incident_id"], [])
        verdict = " ".join(t["sentence"] for t in tests)
        if outage is not None:
            verdict += f" Gangguannya: {span(outage['started_at'], outage['ended_at'], month.zone)}."
        rows.append(
            DeclaredRow(
                incident["incident_id"],
                span(incident["started_at"], incident["ended_at"], month.zone),
                incident["issuer"] or "–",
                _minutes(incident),
                verdict.strip() or "Belum ada gangguan di log yang cocok.",
            )
        )
    return tuple(rows)
