"""Where artifacts come from. The only code that opens artifacts."""
