"""From events to tidy frames; it only looks."""
