"""The ways to run the app."""
