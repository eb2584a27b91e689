//! Word error rate as the field counts it: over normalised words.
