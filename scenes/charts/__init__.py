"""Charts that fill the frame, one for each kind of data."""
