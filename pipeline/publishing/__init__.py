"""How a month leaves: files that depend on the rows alone, manifest, ledger, and a publish protocol that is whole or not at all.

No rule and no page: tables and pages are handed in.
"""
