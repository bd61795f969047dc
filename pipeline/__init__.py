"""Rekon: reconcile digital attendance with server logs, and compute what an outage cost."""
