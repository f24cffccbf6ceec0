"""What is known and how surely: packaged tables, their readers and linters, rules as pure predicates."""
