"""The functions of `py_vollib`, by their names, arguments and units, on Jarvis2's formulas.

``import jarvis2.vollib.black_scholes`` in place of ``import py_vollib.black_scholes``; likewise ``black`` and
``black_scholes_merton``. Theta is per day, vega per 0.01 of volatility, rho per 0.01 of rate. Differences: a price that no
volatility gives is ``jarvis2.NoAnswer`` (a ``ValueError``), an argument that cannot be used ``jarvis2.BadInput`` (one too); there
is no pandas or numba variant (``jarvis2.price`` takes arrays), and ``greeks.numerical`` is not needed.
"""
