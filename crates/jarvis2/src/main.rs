//! What do I do now with this position? A decision engine for options sellers. It never places an order.

use std::process::ExitCode;

fn main() -> ExitCode {
    jarvis2::main()
}
