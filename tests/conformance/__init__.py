"""Golden vectors: the files, the comparison, and that the product passes them."""
