"""Pictures on disk: kept by their content, checked before they are believed, made to fit."""
