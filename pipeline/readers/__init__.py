"""From bytes to records: snapshots, profiles, delimited files, values, access logs. No stage lives here."""
