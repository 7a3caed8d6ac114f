"""Greeks. Black-Scholes-Merton, with a dividend yield."""
