//! What a Python extension needs of the linker: nothing on Linux; on macOS names that Python itself will bring.

fn main() {
    pyo3_build_config::add_extension_module_link_args();
}
