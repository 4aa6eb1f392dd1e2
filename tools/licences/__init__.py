"""The maker of fingerprints of licence texts."""
