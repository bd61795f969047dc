"""Rekon: reconcile digital attendance with server logs, and settle what an outage cost."""
