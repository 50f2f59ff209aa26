"""Attacks on what clients send: which photos an update was made from, and who took part."""
