// QuantLib on the options of `cargo bench -p pricing`, one thread.
//
// usage: quantlib OPTIONS RESULTS
// OPTIONS: eight columns of native doubles, one after the other, after a count: +1 call or -1 put, spot, strike, whole
// days to expiry, rate, dividend yield, volatility, European price.
// RESULTS: lines "name count v0 v1 ..." of numbers that the caller judges. Standard output: "name count nanoseconds".
// Time is processor time of this thread, the best of several passes. The American engines are built for each option, as a
// caller would build them: a process with flat curves, an option, an engine.
#include <ql/qldefines.hpp>
#include <ql/exercise.hpp>
#include <ql/instruments/dividendvanillaoption.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/pricingengines/blackcalculator.hpp>
#include <ql/pricingengines/blackformula.hpp>
#include <ql/pricingengines/blackscholescalculator.hpp>
#include <ql/pricingengines/vanilla/fdblackscholesvanillaengine.hpp>
#include <ql/pricingengines/vanilla/qdfpamericanengine.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>
#include <ql/version.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <vector>

using namespace QuantLib;
using std::vector;

static double now_ns() {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e9 * double(t.tv_sec) + double(t.tv_nsec);
}

// Best of `passes`, per item.
static void timed(const char* name, size_t count, int passes, const std::function<void()>& pass) {
    double best = 1e300;
    for (int i = 0; i < passes; ++i) {
        double start = now_ns();
        pass();
        best = std::min(best, (now_ns() - start) / double(count));
    }
    std::printf("%s %zu %.3f\n", name, count, best);
    std::fflush(stdout);
}

struct Options {
    vector<double> sign, spot, strike, days, rate, yield, vol, european;
};

static Options read(const char* path) {
    std::FILE* file = std::fopen(path, "rb");
    double count = 0;
    if (!file || std::fread(&count, sizeof count, 1, file) != 1) std::exit(2);
    Options o;
    for (auto* column : {&o.sign, &o.spot, &o.strike, &o.days, &o.rate, &o.yield, &o.vol, &o.european}) {
        column->resize(size_t(count));
        if (std::fread(column->data(), sizeof(double), size_t(count), file) != size_t(count)) std::exit(2);
    }
    std::fclose(file);
    return o;
}

static std::FILE* results;
static void write(const char* name, const vector<double>& values) {
    std::fprintf(results, "%s %zu", name, values.size());
    for (double value : values) std::fprintf(results, " %.17g", value);
    std::fprintf(results, "\n");
}

static const Date today(1, January, 2024);

static ext::shared_ptr<GeneralizedBlackScholesProcess> process(const Options& o, size_t i, double yield) {
    static const DayCounter actual365 = Actual365Fixed();
    Settings::instance().evaluationDate() = today;
    auto flat = [](double rate) {
        return Handle<YieldTermStructure>(ext::make_shared<FlatForward>(today, rate, actual365));
    };
    return ext::make_shared<BlackScholesMertonProcess>(
        Handle<Quote>(ext::make_shared<SimpleQuote>(o.spot[i])), flat(yield), flat(o.rate[i]),
        Handle<BlackVolTermStructure>(ext::make_shared<BlackConstantVol>(today, NullCalendar(), o.vol[i], actual365)));
}

static ext::shared_ptr<StrikedTypePayoff> payoff(const Options& o, size_t i) {
    return ext::make_shared<PlainVanillaPayoff>(o.sign[i] > 0 ? Option::Call : Option::Put, o.strike[i]);
}

static ext::shared_ptr<Exercise> exercise(const Options& o, size_t i) {
    return ext::make_shared<AmericanExercise>(today, today + Integer(std::lround(o.days[i])));
}

static double american(const Options& o, size_t i, const std::function<ext::shared_ptr<PricingEngine>(
                                                       const ext::shared_ptr<GeneralizedBlackScholesProcess>&)>& engine) {
    VanillaOption option(payoff(o, i), exercise(o, i));
    option.setPricingEngine(engine(process(o, i, o.yield[i])));
    return option.NPV();
}

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const Options o = read(argv[1]);
    results = std::fopen(argv[2], "w");
    if (!results) return 2;
    const size_t n = o.spot.size();
    std::printf("version %s 0\n", QL_VERSION);
    auto right = [&](size_t i) { return o.sign[i] > 0 ? Option::Call : Option::Put; };
    auto years = [&](size_t i) { return o.days[i] / 365.0; };

    vector<double> out(n);
    // From the same seven columns as ours: forward, discount and deviation are part of the work.
    timed("black_formula", n, 7, [&] {
        for (size_t i = 0; i < n; ++i) {
            double t = years(i);
            out[i] = blackFormula(right(i), o.strike[i], o.spot[i] * std::exp((o.rate[i] - o.yield[i]) * t),
                                  o.vol[i] * std::sqrt(t), std::exp(-o.rate[i] * t));
        }
    });
    write("black_formula", out);

    vector<double> greeks(6 * n);
    timed("calculator_greeks", n, 5, [&] {
        for (size_t i = 0; i < n; ++i) {
            double t = years(i);
            BlackScholesCalculator c(right(i), o.strike[i], o.spot[i], std::exp(-o.yield[i] * t), o.vol[i] * std::sqrt(t),
                                     std::exp(-o.rate[i] * t));
            double* g = &greeks[6 * i];
            g[0] = c.value();
            g[1] = c.delta();
            g[2] = c.gamma();
            g[3] = c.vega(t);
            g[4] = c.theta(t);
            g[5] = c.rho(t);
        }
    });
    write("calculator_greeks", greeks);

    const size_t n_iv = std::min<size_t>(n, 20000);
    vector<double> vols(n_iv);
    timed("implied_std_dev", n_iv, 2, [&] {
        for (size_t i = 0; i < n_iv; ++i) {
            double t = years(i);
            try {
                vols[i] = blackFormulaImpliedStdDev(right(i), o.strike[i], o.spot[i] * std::exp((o.rate[i] - o.yield[i]) * t),
                                                    o.european[i], std::exp(-o.rate[i] * t), 0.0, Null<Real>(), 1e-10) / std::sqrt(t);
            } catch (const std::exception&) {
                vols[i] = std::nan("");
            }
        }
    });
    write("implied_std_dev", vols);

    // The same formula in 80-bit arithmetic, as the measure of both.
    for (size_t i = 0; i < n; ++i) {
        long double t = (long double)o.days[i] / 365.0L, s = o.spot[i] * expl(-(long double)o.yield[i] * t),
                    k = o.strike[i] * expl(-(long double)o.rate[i] * t), d = o.vol[i] * sqrtl(t);
        long double d1 = logl(s / k) / d + d / 2, d2 = d1 - d, w = o.sign[i];
        out[i] = double(w * (s * erfcl(-w * d1 / sqrtl(2.0L)) - k * erfcl(-w * d2 / sqrtl(2.0L))) / 2);
    }
    write("long_double", out);

    vector<size_t> puts;
    for (size_t i = 0; i < n && puts.size() < 2000; ++i)
        if (o.sign[i] < 0) puts.push_back(i);
    auto run = [&](const char* name, size_t count, int passes,
                   const std::function<ext::shared_ptr<PricingEngine>(const ext::shared_ptr<GeneralizedBlackScholesProcess>&)>& e) {
        vector<double> prices(std::min(count, puts.size()));
        timed(name, prices.size(), passes, [&] {
            for (size_t i = 0; i < prices.size(); ++i) prices[i] = american(o, puts[i], e);
        });
        write(name, prices);
    };
    auto qdfp = [](const ext::shared_ptr<QdFpIterationScheme>& scheme) {
        return [scheme](const ext::shared_ptr<GeneralizedBlackScholesProcess>& p) -> ext::shared_ptr<PricingEngine> {
            return ext::make_shared<QdFpAmericanEngine>(p, scheme);
        };
    };
    run("qdfp_fast", 2000, 5, qdfp(QdFpAmericanEngine::fastScheme()));
    run("qdfp_accurate", 2000, 2, qdfp(QdFpAmericanEngine::accurateScheme()));
    run("fd_100x400", 100, 1, [](const ext::shared_ptr<GeneralizedBlackScholesProcess>& p) -> ext::shared_ptr<PricingEngine> {
        return ext::make_shared<FdBlackScholesVanillaEngine>(p, 100, 400);
    });

    // Cash dividends, by the rule of `with_dividends` in `peers.rs`: 0.5 % of the spot every 91 days.
    vector<size_t> paying;
    for (size_t i = 0; i < n && paying.size() < 200; ++i)
        if (o.days[i] >= 10) paying.push_back(i);
    auto with_dividends = [&](const char* name, size_t count, int passes, Size steps, Size nodes) {
        vector<double> prices(std::min(count, paying.size()));
        timed(name, prices.size(), passes, [&] {
            for (size_t k = 0; k < prices.size(); ++k) {
                const size_t i = paying[k];
                const int days = int(std::lround(o.days[i]));
                vector<Date> dates;
                for (int day = 1 + int(37 * k) % std::min(91, days - 1); day < days; day += 91)
                    dates.push_back(today + day);
                const vector<double> amounts(dates.size(), 0.005 * o.spot[i]);
                // The spot model: the engine takes the amounts out of the share at their dates.
                DividendVanillaOption option(payoff(o, i), exercise(o, i), dates, amounts);
                option.setPricingEngine(ext::make_shared<FdBlackScholesVanillaEngine>(
                    process(o, i, k % 3 == 0 ? o.yield[i] : 0.0), steps, nodes));
                prices[k] = option.NPV();
            }
        });
        write(name, prices);
    };
    with_dividends("dividends_100x400", 200, 2, 100, 400);
    with_dividends("dividends_1000x4000", 24, 1, 1000, 4000);
    run("qdfp_high_precision", 200, 1, qdfp(QdFpAmericanEngine::highPrecisionScheme()));
    std::fclose(results);
}
