"""A table profile's formats and codes as DuckDB macros: as_date, as_clock, as_local, as_utc, as_idr, as_code ...

DuckDB has no parameters inside macros, so the profile's texts are quoted into them here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.readers.tables.profiles import TableProfile

# Full-width digits come from copied web pages; spaces, apostrophes and backticks from spreadsheets.
FIXED = (
    r"create macro clean_nip(x) as nullif(regexp_replace(translate(x, '０１２３４５６７８９', '0123456789'), "
    r"'[\s''`’\x{a0}]', '', 'g'), '')",
    r"create macro is_nip(x) as regexp_full_match(clean_nip(x), '[0-9]{18}')",
    r"create macro is_imprecise(x) as regexp_full_match(clean_nip(x), '[0-9]+([.,][0-9]+)?[eE][+]?[0-9]+|[0-9]+[.,]0+')",
    "create macro at_zone(local_at, zone) as ((local_at at time zone zone) at time zone 'UTC')::timestamp",
    "create macro record_id(file_id, sheet, line_no) as file_id || ':' || "
    "case when sheet = '' then '' else sheet || ':' end || line_no",
    # `0007` on a machine is `7` in a list: zeros in front are the device's padding.
    r"create macro plain_pin(x) as regexp_replace(trim(x), '(^|:)0+([0-9])', '\1\2')",
    r"create macro as_whole(x) as case when regexp_full_match(x, '[0-9]{1,15}') then try_cast(x as bigint) end",
)
MONEY = {
    "plain": ("[0-9]{1,15}", "x"),
    "dotted": (r"[0-9]{1,3}(\.[0-9]{3})*", "replace(x, '.', '')"),
    "dotted-comma": (r"[0-9]{1,3}(\.[0-9]{3})*(,00?)?", "replace(split_part(x, ',', 1), '.', '')"),
}
MONTHS = {
    "January": ("januari", "jan"),
    "February": ("februari", "pebruari", "feb", "peb"),
    "March": ("maret", "mar"),
    "April": ("april", "apr"),
    "May": ("mei",),
    "June": ("juni", "jun"),
    "July": ("juli", "jul"),
    "August": ("agustus", "agu", "agt", "ags"),
    "September": ("september", "sep", "sept"),
    "October": ("oktober", "okt"),
    "November": ("november", "nopember", "nov", "nop"),
    "December": ("desember", "des"),
}


# Macro -> the key of the profile that it is made of, and a use of it.
TRIALS = {
    "as_date": ("dates", "as_date('x')"),
    "as_clock": ("clocks", "as_clock('x')"),
    "as_local": ("instants", "as_local('x')"),
    "as_utc": ("instants", "as_utc('00:00:00Z')"),
    "as_idr": ("money", "as_idr('1')"),
    "as_code": ("codes", "as_code('direction', 'x')"),
    "knows_code": ("codes", "knows_code('direction', 'x')"),
    "given": ("empty", "given('x')"),
    "received_zone": ("received_zone", "received_zone()"),
    "is_recap": ("kind", "is_recap()"),
}


def quoted(text: str) -> str:
    """A SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _formats(formats: tuple[str, ...]) -> str:
    return "[" + ", ".join(quoted(form) for form in formats) + "]"


def profile_macros(table: TableProfile) -> list[str]:
    """Statements that make the profile's formats the current ones."""
    whole_seconds = r"regexp_replace(x, '(:[0-9]{2})\.[0-9]+', '\1')"
    ends_in_offset = r"regexp_matches(x, ':[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})$')"
    with_offset = tuple(f"{form}%z" for form in table.instants)
    dates = tuple(form.replace("%b", "%B") for form in table.dates)
    date_text = _in_english() if any("%B" in form for form in dates) else "x"
    pattern, digits = MONEY[table.money]
    statements = [
        f"as_date(x) as try_strptime({date_text}, {_formats(dates)})::date",
        # 7.05 may be five past seven or a number: only 07.05 is a time.
        rf"as_clock(x) as case when not regexp_full_match(x, '[0-9]\.[0-9]+') "
        f"then try_strptime(x, {_formats(table.clocks)})::time end",
        f"as_local(x) as try_strptime({whole_seconds}, {_formats(table.instants)})::timestamp",
        f"as_utc(x) as case when {ends_in_offset} then "
        f"try_strptime(replace({whole_seconds}, 'Z', '+0000'), {_formats(with_offset)})::timestamp end",
        f"as_idr(x) as case when regexp_full_match(x, {quoted(pattern)}) then try_cast({digits} as bigint) end",
        f"as_code(code_group, x) as nullif({_code_map(table)}[code_group || ':' || lower(trim(x))], '')",
        f"knows_code(code_group, x) as {_code_map(table)}[code_group || ':' || lower(trim(x))] is not null",
        f"given(x) as case when x not in {_formats(table.empty or ('',))} then x end",
        f"received_zone() as {quoted(table.received_zone) if table.received_zone else 'null::varchar'}",
        f"is_recap() as {'true' if 'jam_masuk' in table.of('punch').required else 'false'}",
    ]
    return [f"create or replace macro {statement}" for statement in statements]


def table_trials(table: TableProfile) -> Iterator[tuple[str, str]]:
    """Key of the profile and a statement that needs it: what is wrong with a format shows when it is bound."""
    for statement in profile_macros(table):
        key, use = TRIALS[statement.removeprefix("create or replace macro ").partition("(")[0]]
        yield key, statement
        yield key, f"select {use}"


def _in_english() -> str:
    """SQL: the text with its Indonesian month name, if any, in English, which is all that strptime knows."""
    names = {name: month for month, names in MONTHS.items() for name in names}
    pairs = ", ".join(f"{quoted(name)}: {quoted(month)}" for name, month in names.items())
    word = "regexp_extract(lower(x), '[a-z]+')"
    return f"regexp_replace(lower(x), '[a-z]+', coalesce(map {{{pairs}}}[{word}], '?'))"


def _code_map(table: TableProfile) -> str:
    pairs = [
        f"{quoted(f'{group}:{written.lower().strip()}')}: {quoted(code)}"
        for group, codes in sorted(table.codes.items())
        for written, code in sorted(codes.items())
    ]
    return "map {" + ", ".join(["'': ''", *pairs]) + "}"
