"""Drawing primitives: layout slots, text, panels, images, marks and a null camera."""
