"""From ensembles to choices (comparison, selection, inverse questions)."""
