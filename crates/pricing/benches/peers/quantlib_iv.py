"""QuantLib's American implied volatility, for `cargo bench -p pricing`.

usage: python quantlib_iv.py OPTIONS     (pip install QuantLib)

OPTIONS: columns of native doubles after a count, as in quantlib.cpp. Each option is quoted at its QdFp price (accurate
scheme) and inverted by VanillaOption.impliedVolatility(price, process, accuracy=1e-6), which steps a finite-difference
engine of its own choice. Standard output, one line: version, options refused, nanoseconds each, the largest difference of
price to quote at the volatility found per strike, the median error of the volatility. Processor time of the process, best
of two passes; answers that the inversion refuses are counted and timed with the rest.
"""

import array
import math
import sys
import time

import QuantLib as ql


def main():
    numbers = array.array("d")
    with open(sys.argv[1], "rb") as file:
        numbers.frombytes(file.read())
    count = int(numbers[0])
    column = lambda k: numbers[1 + k * count : 1 + (k + 1) * count]
    sign, spot, strike, days, rate, dividend_yield, vol = map(column, range(7))
    today = ql.Date(1, 1, 2024)
    ql.Settings.instance().evaluationDate = today
    act365 = ql.Actual365Fixed()

    def flat(rate):
        return ql.YieldTermStructureHandle(ql.FlatForward(today, rate, act365))

    def process(i, vol):
        return ql.BlackScholesMertonProcess(
            ql.QuoteHandle(ql.SimpleQuote(spot[i])),
            flat(dividend_yield[i]),
            flat(rate[i]),
            ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), vol, act365)),
        )

    def option(i):
        right = ql.Option.Call if sign[i] > 0 else ql.Option.Put
        return ql.VanillaOption(
            ql.PlainVanillaPayoff(right, strike[i]), ql.AmericanExercise(today, today + int(days[i]))
        )

    def price(i, vol):
        priced = option(i)
        priced.setPricingEngine(ql.QdFpAmericanEngine(process(i, vol)))
        return priced.NPV()

    quotes = [price(i, vol[i]) for i in range(count)]
    best = math.inf
    for _ in range(2):
        found = []
        start = time.process_time()
        for i in range(count):
            try:
                found.append(option(i).impliedVolatility(quotes[i], process(i, 0.3), 1e-6))
            except RuntimeError:
                found.append(math.nan)
        best = min(best, time.process_time() - start)
    answered = [i for i in range(count) if math.isfinite(found[i])]
    worst = max(abs(price(i, found[i]) - quotes[i]) / strike[i] for i in answered)
    gaps = sorted(abs(found[i] - vol[i]) for i in answered)
    print(ql.__version__, count - len(answered), 1e9 * best / count, worst, gaps[len(gaps) // 2])


if __name__ == "__main__":
    main()
