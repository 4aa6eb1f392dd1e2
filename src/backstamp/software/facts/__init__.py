"""What readers of software state."""
