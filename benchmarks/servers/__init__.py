"""Web servers compared on the same floor: `python -m benchmarks.servers`, see benchmarks/README.md."""
