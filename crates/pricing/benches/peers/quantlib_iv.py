"""QuantLib's American implied volatility, for the figure in docs/benchmarks.md.

usage: python quantlib_iv.py     (pip install QuantLib)

500 American puts as in `cargo bench -p pricing`: spot log-uniform 20 to 600, volatility 8 to 90 %, 1 to 730 days, strikes
within 0.6 in logarithm, rate 0 to 7 %, yield 0 to 5 %. Quoted at their QdFp price, inverted by
VanillaOption.impliedVolatility(price, process, accuracy=1e-6), which steps a finite-difference engine of its own choice.
Processor time; answers that the inversion refuses are counted and timed with the rest.
"""

import math
import random
import time

import QuantLib as ql

COUNT = 500


def main():
    rng = random.Random(1)
    today = ql.Date(1, 1, 2024)
    ql.Settings.instance().evaluationDate = today
    act365 = ql.Actual365Fixed()

    def flat(rate):
        return ql.YieldTermStructureHandle(ql.FlatForward(today, rate, act365))

    spent = price_spent = 0.0
    failed, gaps = 0, []
    for _ in range(COUNT):
        spot = math.exp(rng.uniform(math.log(20), math.log(600)))
        vol, days = rng.uniform(0.08, 0.9), rng.randint(1, 730)
        log = 1.2 * rng.gauss(0, 1) * vol * math.sqrt(days / 365)
        strike = spot * math.exp(min(max(log, -0.6), 0.6))
        rate, dividend_yield = rng.uniform(0, 0.07), rng.uniform(0, 0.05)

        def process(vol):
            return ql.BlackScholesMertonProcess(
                ql.QuoteHandle(ql.SimpleQuote(spot)),
                flat(dividend_yield),
                flat(rate),
                ql.BlackVolTermStructureHandle(
                    ql.BlackConstantVol(today, ql.NullCalendar(), vol, act365)
                ),
            )

        option = ql.VanillaOption(
            ql.PlainVanillaPayoff(ql.Option.Put, strike),
            ql.AmericanExercise(today, today + days),
        )
        start = time.process_time()
        option.setPricingEngine(ql.QdFpAmericanEngine(process(vol)))
        price = option.NPV()
        price_spent += time.process_time() - start
        start = time.process_time()
        try:
            found = option.impliedVolatility(price, process(0.3), 1e-6)
            gaps.append(abs(found - vol))
        except RuntimeError:
            failed += 1
        spent += time.process_time() - start
    gaps.sort()
    print(f"QuantLib {ql.__version__} (Python), {COUNT} American puts")
    print(f"implied volatility: {spent / COUNT * 1e3:.2f} ms each, {COUNT / spent:.0f} a second")
    print(f"  {failed} refused; error in volatility: median {gaps[len(gaps) // 2]:.1e}, 90 % {gaps[len(gaps) * 9 // 10]:.1e}")
    print(f"price, QdFp accurate: {price_spent / COUNT * 1e6:.0f} us each")


if __name__ == "__main__":
    main()
