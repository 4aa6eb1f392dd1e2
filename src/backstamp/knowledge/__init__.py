"""What the world says: advisories, licences, what callables do; snapshots with a date."""
