"""Serves the searches of mctx and OpenSpiel to `benches/mctx.rs` and `benches/device.rs`, one command a line.

    prepare NAME ARGUMENTS..   compiles and warms up, answers "ready" or "error .."
    go                         runs once, answers "SECONDS SIMULATIONS": processor time, and simulations done
    wall                       runs once, answers seconds on the clock until the visits are in main memory
    device                     answers what jax computes on, and in which precision it multiplies
    visits                     answers the root visits of the last run, roots one after the other

NAME ARGUMENTS: mctx POLICY BATCH SIMULATIONS WIDTH | table POLICY BATCH SIMULATIONS ACTIONS MAX_DEPTH | connect_four SIMULATIONS
"""

import sys
import time


def prepare(name, *arguments):
    if name in ("mctx", "table"):
        import toy

        policy, batch, simulations = arguments[0], int(arguments[1]), int(arguments[2])
        if name == "mctx":
            run = toy.search(policy, batch, simulations, int(arguments[3]))
        else:
            depth = int(arguments[4])
            run = toy.table_search(policy, batch, simulations, int(arguments[3]), depth if depth else None)
        run()
        return run, batch * simulations
    if name == "connect_four":
        import pyspiel

        game = pyspiel.load_game("connect_four")
        simulations = int(arguments[0])
        evaluator = pyspiel.RandomRolloutEvaluator(1, 1)
        bot = pyspiel.MCTSBot(game, evaluator, 2.0, simulations, 1000, False, 1, False)
        state = game.new_initial_state()
        run = lambda: [child.explore_count for child in sorted(bot.mcts_search(state).children, key=lambda c: c.action)]
        run()
        return run, simulations
    raise ValueError(f"unknown search {name}")


def versions():
    from importlib.metadata import PackageNotFoundError, version

    found = []
    for name in ("mctx", "jax", "open_spiel"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} n/a (not installed)")
    return ", ".join(found)


def main():
    run, count, visits = None, 0, []
    for line in sys.stdin:
        words = line.split()
        try:
            if words[0] == "versions":
                print(versions())
            elif words[0] == "prepare":
                run, count = prepare(*words[1:])
                print("ready")
            elif words[0] == "go":
                start = time.process_time()
                visits = run()
                print(time.process_time() - start, count)
            elif words[0] == "wall":
                start = time.perf_counter()
                visits = run()
                print(time.perf_counter() - start)
            elif words[0] == "device":
                import jax

                found = jax.devices()[0]
                print(f"{found.platform} {found.device_kind}, products in {jax.config.jax_default_matmul_precision or 'default'} precision")
            elif words[0] == "visits":
                flat = visits if isinstance(visits, list) else visits.reshape(-1).tolist()
                print(*flat)
        except Exception as error:  # whatever it is, the bench prints it
            print("error", type(error).__name__, str(error).replace("\n", " ")[:300])
        sys.stdout.flush()


main()
