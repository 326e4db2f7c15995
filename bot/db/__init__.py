"""Storage: one SQL for every engine, transactions nothing can cancel half-way."""
