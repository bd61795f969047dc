"""From files as they are to records with the place each came from: profiles of foreign formats, and what can be wrong.

No rule about duties, outages or money, and no table of a run: a reader's child process starts without the contracts.
"""
