"""The test kit: builders of artifacts, and a scan of bytes in memory."""
