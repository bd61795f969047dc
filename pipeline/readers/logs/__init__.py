"""Access logs: lines to requests, requests to counts per minute, and the clock of each log.

What the counts mean is decided in `pipeline.outages`.
"""
