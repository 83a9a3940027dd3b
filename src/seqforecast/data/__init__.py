"""From a source to windows: source, panel, parts, scale, index pairs."""
