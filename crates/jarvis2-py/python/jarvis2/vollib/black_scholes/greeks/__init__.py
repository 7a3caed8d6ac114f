"""Greeks. Black-Scholes, without dividends."""
