"""Tabular records: CSV, workbooks, Parquet and machine dumps to raw rows, and raw rows to canonical ones.

Access logs are in `logs`.
"""
