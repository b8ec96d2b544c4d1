"""Results with their doubt. Plain values in, plain values out: no database, no words."""
