"""References that the store is measured against: the same answers with as little between as can be."""
