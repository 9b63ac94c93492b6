"""A second evaluator of the core, written from docs/language and the core's docstrings without the interpreter: small, slow, plain.

It exists to disagree. It shares with the interpreter only the core (nodes, values, operators, calendar) and knows nothing of
staging, traces, caches or budgets: every expression is walked anew each time.
"""
