"""One policy turns all the evidence into a verdict, everywhere the same."""
