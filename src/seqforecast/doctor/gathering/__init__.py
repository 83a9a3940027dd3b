"""Facts gathered through the seam, one file a subject; TensorFlow is never imported."""
