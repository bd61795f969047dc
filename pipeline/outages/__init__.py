"""Finding outages in counts of requests, and naming what failed: pure functions on arrays.

Loose here lies what both chapters share: kinds of arrays, the clock of a period, log-likelihoods, segments, requests
of the region's own people. `tables.py` is the only module that reads a run's tables. Reading log files, and what an
outage means for a person, belong elsewhere.
"""
