"""What runs in the student child. Never imported by the trusted side."""
