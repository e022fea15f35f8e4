"""The measurements, one function each: a system and a scale in, samples and faults out."""
