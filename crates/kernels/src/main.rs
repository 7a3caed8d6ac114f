//! `cargo run -p kernels`: writes the texts of all kernels to the crates that embed them.

use kernels::emit::Language;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut written = 0;
    for source in kernels::sources() {
        for language in Language::ALL {
            let path = source.path(language);
            let text = source.text(language);
            if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
                continue;
            }
            let folder = path.parent().expect("a file in a folder");
            let done = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text));
            if let Err(error) = done {
                eprintln!("cannot write {}: {error}", path.display());
                return ExitCode::FAILURE;
            }
            println!("{}.{}", source.name, language.ending());
            written += 1;
        }
    }
    println!("{written} texts changed");
    ExitCode::SUCCESS
}
