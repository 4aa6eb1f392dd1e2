"""Rules about supply graphs."""
