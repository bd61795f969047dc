"""Which layer failed, and where? Windows of many groups become outages with a posterior over layers and a scope.

Also the tests that are published with each outage, and the assessment of declared incidents. Finding the windows
belongs to `detection`.
"""
