"""What people read: pages for auditors, built from the tables of one run."""
