"""Shipped profiles, one TOML file each."""
