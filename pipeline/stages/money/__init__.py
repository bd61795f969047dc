"""From findings, decisions and policy to rupiah."""
