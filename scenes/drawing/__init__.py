"""What everything drawn is made of: the frame and its slots, text, panels, marks, cameras."""
