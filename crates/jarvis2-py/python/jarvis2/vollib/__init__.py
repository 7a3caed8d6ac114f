"""The functions of `py_vollib`, by their names, arguments and units, on Jarvis2's formulas.

``import jarvis2.vollib.black_scholes`` in place of ``import py_vollib.black_scholes``; likewise ``black`` and
``black_scholes_merton``. Theta is per day, vega per 0.01 of volatility, rho per 0.01 of rate. Differences: a price that no
volatility gives is ``jarvis2.NoAnswer`` (a ``ValueError``), an argument that cannot be used ``jarvis2.BadInput`` (one too); there
is no pandas or numba variant (``jarvis2.price`` takes arrays). ``greeks.numerical`` takes differences with py_vollib's steps; its vega of a
volatility below 0.01 is divided by the step that there was, where py_vollib divides by a whole one.
"""
