"""Reports for people and machines: each renderer turns a report into text."""
