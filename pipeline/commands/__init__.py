"""One module per command of `rekon`; `pipeline.cli` loads them by name."""
