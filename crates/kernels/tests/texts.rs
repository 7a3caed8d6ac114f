//! The committed texts are what the source gives, and the WGSL is valid.

use kernels::emit::Language;

#[test]
fn committed_texts_are_fresh() {
    for source in kernels::sources() {
        for language in Language::ALL {
            let path = source.path(language);
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                committed == source.text(language),
                "stale: {}; run `cargo run -p kernels` and review the difference",
                path.display()
            );
        }
    }
}

fn validate(text: &str) -> Result<naga::Module, String> {
    let module = naga::front::wgsl::parse_str(text).map_err(|error| error.emit_to_string(text))?;
    let mut validator = naga::valid::Validator::new(
        naga::valid::ValidationFlags::all(),
        naga::valid::Capabilities::empty(),
    );
    validator
        .validate(&module)
        .map_err(|error| error.emit_to_string(text))?;
    Ok(module)
}

#[test]
fn wgsl_is_valid_and_keeps_the_convention() {
    for source in kernels::sources() {
        let path = source.path(Language::Wgsl);
        let text = std::fs::read_to_string(&path).unwrap();
        let module = validate(&text).unwrap();
        let [entry] = &module.entry_points[..] else {
            panic!("{} has not one entry point", source.name);
        };
        assert_eq!(entry.name, source.name);
        assert_eq!(entry.workgroup_size, [kernels::WORKGROUP, 1, 1]);
        let names: Vec<&str> = [source.reads, source.writes, source.last].concat();
        let mut bindings = Vec::new();
        for (_, variable) in module.global_variables.iter() {
            if variable.space == naga::AddressSpace::WorkGroup {
                continue;
            }
            let binding = variable
                .binding
                .as_ref()
                .expect("beside shared memory, only buffers are global");
            assert_eq!(binding.group, 0);
            let naga::AddressSpace::Storage { access } = variable.space else {
                panic!("{}: {:?} is no storage buffer", source.name, variable.name);
            };
            let written = access.contains(naga::StorageAccess::STORE);
            bindings.push((binding.binding as usize, written));
        }
        bindings.sort_unstable();
        let expected: Vec<(usize, bool)> = names
            .iter()
            .enumerate()
            .map(|(i, name)| (i, source.writes.contains(name)))
            .collect();
        assert_eq!(bindings, expected, "{}", source.name);
    }
}

#[test]
fn a_wrong_word_is_refused() {
    let [source, ..] = &kernels::sources()[..] else {
        panic!("no kernels")
    };
    let text = std::fs::read_to_string(source.path(Language::Wgsl)).unwrap();
    assert!(validate(&text.replace("exp(", "expo(")).is_err());
    assert!(validate(&text.replace("array<u32>", "array<f64>")).is_err());
}
