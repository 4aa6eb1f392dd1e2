"""The words that everything else speaks: no I/O, no opinions."""
