"""Which files does the month rest on? Copies them once by content and refuses what is not what it claims to be."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from pipeline.engine.stage import StageContext
from pipeline.errors import InputRefusedError, SettingsError
from pipeline.readers.files.snapshots import Snapshot, plain_copy, shown, snapshot_folder, take_snapshot
from pipeline.settings import REQUIRED, Source
from schemas import SourceFile


def snapshot(context: StageContext) -> None:
    """One row per matched path; where contents are equal, the first path in byte order is used."""
    import pyarrow as pa

    from pipeline.engine.warehouse import arrow_schema

    found = _matched(context)
    taken: dict[str, Snapshot] = {}
    for path, source in found.items():
        try:
            taken[path] = take_snapshot(context.workspace, path, is_log=source.kind == "access_log")
        except InputRefusedError as error:
            context.refuse(error, source.kind)
    used: dict[tuple[str, str], str] = {}
    rows = []
    for path, shot in taken.items():
        source = found[path]
        first = used.setdefault((source.kind, shot.plain_sha256), path)
        rows.append(
            {
                "path": path,
                "file_id": shot.sha256[:16],
                "sha256": shot.sha256,
                "byte_count": shot.byte_count,
                "source_no": context.settings.source.index(source) + 1,
                "kind_code": source.kind,
                "profile_code": source.profile,
                "vantage_code": source.vantage,
                "zone": source.zone,
                "same_as_path": None if first == path else first,
            }
        )
    _sweep(context.workspace, taken)
    context.write(SourceFile, pa.Table.from_pylist(rows, arrow_schema(SourceFile)))


def _matched(context: StageContext) -> dict[str, Source]:
    """Path -> source, in byte order of the paths."""
    found: dict[str, Source] = {}
    seen_kinds: dict[str, bool] = {}
    for source in context.settings.source:
        if source.kind == "access_log" and source.vantage is None:
            raise SettingsError(
                "rekon.toml: sumber access_log harus menyebut vantage (pusat, gerbang, atau aplikasi)."
            )
        for pattern in source.files:
            wanted = pattern.replace("{period}", context.settings.period)
            paths = _paths(context.workspace, wanted)
            seen_kinds[source.kind] = seen_kinds.get(source.kind, False) or bool(paths)
            if not paths:
                context.progress(f"{source.kind}: tidak ada berkas yang cocok dengan {wanted}")
            for path in paths:
                if path in found and found[path] != source:
                    raise SettingsError(
                        f"rekon.toml: {shown(path)} cocok dengan dua sumber; persempit pola files."
                    )
                found[path] = source
    for kind in REQUIRED:
        if not seen_kinds.get(kind, False):
            patterns = [
                pattern.replace("{period}", context.settings.period)
                for source in context.settings.source if source.kind == kind
                for pattern in source.files
            ]  # fmt: skip
            raise SettingsError(
                f'rekon.toml: tidak ada berkas untuk kind = "{kind}"'
                + (
                    f"; tidak ada yang cocok dengan {', '.join(patterns)}."
                    if patterns
                    else "; tambahkan [[source]]-nya."
                )
            )
    return {
        path: found[path] for path in sorted(found, key=lambda path: path.encode("utf-8", "surrogateescape"))
    }


def _paths(workspace: Path, pattern: str) -> list[str]:
    parts = PurePosixPath(pattern)
    if parts.is_absolute() or ".." in parts.parts:
        raise SettingsError(f"rekon.toml: pola `{pattern}` harus berada di dalam ruang kerja, tanpa `..`.")
    return sorted(
        path.relative_to(workspace).as_posix()
        for path in workspace.glob(pattern)
        if path.is_symlink() or not path.is_dir()
    )


def _sweep(workspace: Path, taken: dict[str, Snapshot]) -> None:
    """Copies of files that are no longer among the inputs go."""
    kept = {plain_copy(workspace, shot.sha256) for shot in taken.values()}
    kept |= {snapshot_folder(workspace) / shot.sha256 for shot in taken.values()}
    for path in snapshot_folder(workspace).iterdir():
        if path not in kept:
            path.unlink()
