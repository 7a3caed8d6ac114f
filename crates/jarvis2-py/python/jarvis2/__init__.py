from jarvis2._jarvis2 import price, greeks, implied_vol, boundary, STATUS
