"""What is measured, by hand: ``python -m tests.benchmarks.<name>``. None of it is a test."""
