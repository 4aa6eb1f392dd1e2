"""The risk area of software: what code uses, vulnerable frameworks, compromised and malicious packages."""
