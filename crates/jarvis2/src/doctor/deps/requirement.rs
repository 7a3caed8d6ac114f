//! One requirement: a name, versions, extras, a condition.
//!
//! ```text
//! name [extra, ...] version, version ; condition          PEP 508; versions as in PEP 440, by their numbers
//! ```
//! A condition is answered for a kind of machine. What depends on the version of Python or on a chosen extra is not known here, and
//! counts as neither true nor false.

use super::Platform;

/// What a project asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requirement {
    /// As written.
    pub(super) name: String,
    pub(super) extras: Vec<String>,
    /// As written, without blanks: `>=1.2,<2`; empty for any.
    pub(super) versions: String,
    /// As written; empty for none.
    pub(super) marker: String,
    /// Each upper bound: numbers of a version, and whether it is itself allowed.
    bounds: Vec<(Vec<u64>, bool)>,
}

/// The name under which registries keep a package (PEP 503): lower case, runs of `-`, `_` and `.` as one `-`.
pub(super) fn normal(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

const OPERATORS: [&str; 8] = ["===", "~=", "==", "!=", "<=", ">=", "<", ">"];

impl Requirement {
    /// Reads one requirement; an error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Requirement, String> {
        let text = text.trim();
        let end = text
            .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
            .unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let sound = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if !sound(name.chars().next()) || !sound(name.chars().next_back()) {
            return Err(format!(
                "`{}` does not begin with the name of a package",
                cut(text)
            ));
        }
        let (rest, marker) = match rest.split_once(';') {
            Some((rest, marker)) => (rest, marker.trim()),
            None => (rest, ""),
        };
        let mut rest = rest.trim();
        let mut extras = Vec::new();
        if let Some(inner) = rest.strip_prefix('[') {
            let (inner, after) = inner
                .split_once(']')
                .ok_or_else(|| format!("the extras of {name} have no closing ]"))?;
            extras = inner
                .split(',')
                .map(|extra| extra.trim().to_owned())
                .filter(|extra| !extra.is_empty())
                .collect();
            rest = after.trim();
        }
        let mut requirement = Requirement {
            name: name.to_owned(),
            extras,
            versions: String::new(),
            marker: marker.to_owned(),
            bounds: Vec::new(),
        };
        if !marker.is_empty() {
            Condition::read(marker)?;
        }
        // An address instead of versions.
        if let Some(address) = rest.strip_prefix('@') {
            requirement.versions = format!("@ {}", address.trim());
            return Ok(requirement);
        }
        let bare = match rest.strip_prefix('(') {
            Some(inner) => inner
                .strip_suffix(')')
                .ok_or_else(|| format!("the versions of {name} have no closing )"))?,
            None => rest,
        };
        requirement.add_versions(bare)?;
        Ok(requirement)
    }

    /// Any version of a package, with what Poetry writes for versions: `^1.2`, `~1.2`, `1.2.*`, `*`, `>=1,<2`, `1.2`.
    pub(super) fn of_poetry(
        name: &str,
        versions: &str,
        extras: Vec<String>,
        marker: &str,
    ) -> Result<Requirement, String> {
        let mut requirement = Requirement::parse(name)?;
        requirement.extras = extras;
        requirement.marker = marker.to_owned();
        if !marker.is_empty() {
            Condition::read(marker)?;
        }
        let as_written = versions.trim();
        // Alternatives: whatever one of them allows. What the last one allows is the most.
        let last = as_written.rsplit("||").next().unwrap_or_default();
        for part in last
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty() && *part != "*")
        {
            let caret = part.strip_prefix('^');
            let tilde = part.strip_prefix('~').filter(|rest| !rest.starts_with('='));
            match (caret, tilde) {
                (Some(from), _) => {
                    let mut above = numbers(from).ok_or_else(|| no_version(part))?;
                    // The first number that is not zero may not change.
                    let place = above.iter().position(|&n| n > 0).unwrap_or(above.len() - 1);
                    above[place] = above[place].saturating_add(1);
                    above.truncate(place + 1);
                    requirement.bounds.push((above, false));
                }
                (None, Some(from)) => {
                    let mut above = numbers(from).ok_or_else(|| no_version(part))?;
                    above.truncate(2);
                    bump(&mut above);
                    requirement.bounds.push((above, false));
                }
                (None, None) if part.starts_with(|c: char| c.is_ascii_digit()) => {
                    requirement.add_versions(&format!("=={part}"))?;
                }
                (None, None) => requirement.add_versions(part)?,
            }
        }
        requirement.versions = if as_written == "*" {
            String::new()
        } else {
            as_written.to_owned()
        };
        Ok(requirement)
    }

    fn add_versions(&mut self, text: &str) -> Result<(), String> {
        let mut shown: Vec<String> = Vec::new();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let operator = OPERATORS
                .iter()
                .find(|operator| part.starts_with(**operator))
                .ok_or_else(|| no_version(part))?;
            let version = part[operator.len()..].trim();
            let sound = |c: char| c.is_ascii_alphanumeric() || ".*+!-_".contains(c);
            if version.is_empty() || !version.chars().all(sound) {
                return Err(no_version(part));
            }
            shown.push(format!("{operator}{version}"));
            let stem = version.strip_suffix(".*");
            let Some(mut at) = numbers(stem.unwrap_or(version)) else {
                match *operator {
                    // Compared as text, whatever it is.
                    "===" => continue,
                    _ => return Err(no_version(part)),
                }
            };
            match (*operator, stem) {
                ("==", Some(_)) => {
                    bump(&mut at);
                    self.bounds.push((at, false));
                }
                ("==" | "===" | "<=", _) => self.bounds.push((at, true)),
                ("<", _) => self.bounds.push((at, false)),
                ("~=", _) => {
                    if at.len() < 2 {
                        return Err(format!(
                            "`{part}`: ~= takes at least two numbers, such as ~=1.2"
                        ));
                    }
                    at.pop();
                    bump(&mut at);
                    self.bounds.push((at, false));
                }
                _ => {}
            }
        }
        self.versions = shown.join(",");
        Ok(())
    }

    /// Versions, extras and condition as one text.
    pub(super) fn asked(&self) -> String {
        let extras = match self.extras.as_slice() {
            [] => String::new(),
            some => format!("[{}] ", some.join(",")),
        };
        let marker = match self.marker.as_str() {
            "" => String::new(),
            marker => format!("; {marker}"),
        };
        format!("{extras}{}{marker}", self.versions)
            .trim()
            .to_owned()
    }

    /// Whether every version that is allowed lies before this one.
    pub(super) fn stays_below(&self, version: &str) -> bool {
        let Some(since) = numbers(version) else {
            return false;
        };
        self.bounds.iter().any(|(bound, itself)| {
            let length = bound.len().max(since.len());
            let padded = |numbers: &[u64]| {
                let mut numbers = numbers.to_vec();
                numbers.resize(length, 0);
                numbers
            };
            let (bound, since) = (padded(bound), padded(&since));
            if *itself {
                bound < since
            } else {
                bound <= since
            }
        })
    }

    /// Whether the condition holds on a machine; `None` if that depends on more.
    pub(super) fn holds_on(&self, platform: Platform) -> Option<bool> {
        if self.marker.is_empty() {
            return Some(true);
        }
        Condition::read(&self.marker)
            .ok()
            .and_then(|condition| condition.on(platform))
    }
}

fn no_version(part: &str) -> String {
    format!(
        "`{}` is no version: write such as >=1.2, ==1.2.* or <2",
        cut(part)
    )
}

/// The first letters of what may be long.
fn cut(text: &str) -> String {
    const LETTERS: usize = 60;
    if text.chars().count() <= LETTERS {
        return text.to_owned();
    }
    let head: String = text.chars().take(LETTERS).collect();
    format!("{head}...")
}

/// The numbers of a version up to the first that is none: `1!2.3rc1` is 2, 3. `None` without any.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let version = version.trim().trim_start_matches(['v', 'V']);
    let version = version.split_once('!').map_or(version, |(_, rest)| rest);
    let mut found = Vec::new();
    for part in version.split('.') {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        let Ok(number) = digits.parse() else { break };
        found.push(number);
        if digits.len() < part.len() {
            break;
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The next version of this length.
fn bump(version: &mut [u64]) {
    if let Some(last) = version.last_mut() {
        *last = last.saturating_add(1);
    }
}

/// A condition (an "environment marker" of PEP 508).
#[derive(Debug)]
enum Condition {
    Compare {
        left: Word,
        operator: String,
        right: Word,
    },
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

#[derive(Clone, Debug, PartialEq)]
enum Word {
    Variable(String),
    Text(String),
}

/// Nesting that a condition may have.
const DEPTH_MAX: usize = 20;

impl Condition {
    fn read(text: &str) -> Result<Condition, String> {
        let words = tokens(text)?;
        let mut at = 0;
        let condition = any(&words, &mut at, 0)?;
        match words.get(at) {
            None => Ok(condition),
            Some(word) => Err(format!(
                "the condition `{}` goes wrong at `{word}`",
                cut(text)
            )),
        }
    }

    fn on(&self, platform: Platform) -> Option<bool> {
        match self {
            Condition::Compare {
                left,
                operator,
                right,
            } => {
                let (left, right) = (value(left, platform)?, value(right, platform)?);
                match operator.as_str() {
                    "==" | "===" => Some(left == right),
                    "!=" => Some(left != right),
                    "in" => Some(right.contains(&left)),
                    "not in" => Some(!right.contains(&left)),
                    _ => None,
                }
            }
            Condition::All(parts) => {
                let found: Vec<Option<bool>> = parts.iter().map(|part| part.on(platform)).collect();
                if found.contains(&Some(false)) {
                    Some(false)
                } else if found.contains(&None) {
                    None
                } else {
                    Some(true)
                }
            }
            Condition::Any(parts) => {
                let found: Vec<Option<bool>> = parts.iter().map(|part| part.on(platform)).collect();
                if found.contains(&Some(true)) {
                    Some(true)
                } else if found.contains(&None) {
                    None
                } else {
                    Some(false)
                }
            }
        }
    }
}

/// What a variable is on a machine; `None` where that is not known.
fn value(word: &Word, platform: Platform) -> Option<String> {
    let name = match word {
        Word::Text(text) => return Some(text.clone()),
        Word::Variable(name) => name.as_str(),
    };
    let value = match name {
        "os_name" => "posix",
        "sys_platform" => {
            if platform.macos {
                "darwin"
            } else {
                "linux"
            }
        }
        "platform_system" => {
            if platform.macos {
                "Darwin"
            } else {
                "Linux"
            }
        }
        "platform_machine" => match (platform.macos, platform.arm) {
            (true, true) => "arm64",
            (false, true) => "aarch64",
            (_, false) => "x86_64",
        },
        _ => return None,
    };
    Some(value.to_owned())
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' => 1,
            '\'' | '"' => {
                let inner = rest[1..].find(first);
                2 + inner
                    .ok_or_else(|| format!("the condition `{}` has an open quote", cut(text)))?
            }
            '<' | '>' | '=' | '!' | '~' => {
                rest.find(|c| !"<>=!~".contains(c)).unwrap_or(rest.len())
            }
            c if c.is_ascii_alphanumeric() || c == '_' => rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || "_.".contains(c)))
                .unwrap_or(rest.len()),
            c => return Err(format!("the condition `{}` has a stray `{c}`", cut(text))),
        };
        words.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    Ok(words)
}

fn any(words: &[String], at: &mut usize, depth: usize) -> Result<Condition, String> {
    let mut parts = vec![every(words, at, depth)?];
    while words.get(*at).is_some_and(|word| word == "or") {
        *at += 1;
        parts.push(every(words, at, depth)?);
    }
    Ok(Condition::Any(parts))
}

fn every(words: &[String], at: &mut usize, depth: usize) -> Result<Condition, String> {
    let mut parts = vec![compare(words, at, depth)?];
    while words.get(*at).is_some_and(|word| word == "and") {
        *at += 1;
        parts.push(compare(words, at, depth)?);
    }
    Ok(Condition::All(parts))
}

fn compare(words: &[String], at: &mut usize, depth: usize) -> Result<Condition, String> {
    let short = || "the condition ends too early".to_owned();
    if words.get(*at).is_some_and(|word| word == "(") {
        if depth == DEPTH_MAX {
            return Err("the condition is nested too deeply".to_owned());
        }
        *at += 1;
        let inner = any(words, at, depth + 1)?;
        if words.get(*at).is_none_or(|word| word != ")") {
            return Err("the condition has no closing )".to_owned());
        }
        *at += 1;
        return Ok(inner);
    }
    let side = |at: &mut usize| -> Result<Word, String> {
        let word = words.get(*at).ok_or_else(short)?;
        *at += 1;
        match word.chars().next() {
            Some('\'' | '"') => Ok(Word::Text(word[1..word.len() - 1].to_owned())),
            Some(c) if c.is_ascii_alphabetic() => Ok(Word::Variable(word.replace('.', "_"))),
            _ => Err(format!(
                "the condition has `{word}` where a name or a text in quotes belongs"
            )),
        }
    };
    let left = side(at)?;
    let mut operator = words.get(*at).ok_or_else(short)?.clone();
    *at += 1;
    if operator == "not" && words.get(*at).is_some_and(|word| word == "in") {
        *at += 1;
        operator = "not in".to_owned();
    }
    if !OPERATORS.contains(&operator.as_str()) && operator != "in" && operator != "not in" {
        return Err(format!(
            "the condition has `{operator}` where a comparison belongs"
        ));
    }
    let right = side(at)?;
    Ok(Condition::Compare {
        left,
        operator,
        right,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn read(text: &str) -> Requirement {
        Requirement::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"))
    }

    #[test]
    fn requirements_are_read() {
        let one = read(
            "uvicorn[standard, http2] >=0.20, <1.0 ; python_version >= '3.9' and extra == \"web\"",
        );
        assert_eq!(one.name, "uvicorn");
        assert_eq!(one.extras, ["standard", "http2"]);
        assert_eq!(one.versions, ">=0.20,<1.0");
        assert_eq!(one.marker, "python_version >= '3.9' and extra == \"web\"");
        assert_eq!(read("numpy(>=1.2)").versions, ">=1.2");
        assert_eq!(
            read("torch @ https://a.example/torch.whl").versions,
            "@ https://a.example/torch.whl"
        );
        assert_eq!(read("x").asked(), "");
        assert_eq!(normal("Scikit__Learn.extra"), "scikit-learn-extra");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, part) in [
            ("numpy=>1.2", "`=>1.2` is no version"),
            ("numpy==", "is no version"),
            ("numpy 1.2", "`1.2` is no version"),
            ("numpy>=1 2", "is no version"),
            ("pkg[extra", "no closing ]"),
            ("pkg(>=1", "no closing )"),
            ("-numpy", "does not begin with the name"),
            ("=1", "does not begin with the name"),
            ("pkg~=1", "at least two numbers"),
            ("pkg; python_version", "ends too early"),
            ("pkg; python_version > 3", "where a name"),
            ("pkg; (os_name == 'nt'", "no closing )"),
            ("pkg; os_name == 'nt", "open quote"),
            ("pkg; os_name like 'nt'", "where a comparison"),
            ("pkg; os_name == 'nt' and", "ends too early"),
            ("pkg; os_name == 'nt' nor", "goes wrong at `nor`"),
        ] {
            let why = Requirement::parse(text).expect_err(text);
            assert!(why.contains(part), "{text}: {why}");
        }
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        let below = |text: &str, since| read(text).stays_below(since);
        assert!(below("a==1.9", "1.10"));
        assert!(!below("a==1.10", "1.10"));
        assert!(below("a<1.10", "1.10"));
        assert!(!below("a<=1.10.0", "1.10"));
        assert!(below("a==1.9.*", "1.10"));
        assert!(!below("a==1.*", "1.10"));
        assert!(below("a~=1.9.3", "1.10"));
        assert!(!below("a~=1.9", "1.10"));
        assert!(!below("a>=0.1", "1.10"));
        assert!(!below("a", "1.10"));
        assert!(below("a>=1,<1.5", "1.10"));
        let poetry = |versions| {
            let one = Requirement::of_poetry("a", versions, Vec::new(), "").unwrap();
            one.stays_below("1.10")
        };
        assert!(poetry("^0.9"));
        assert!(!poetry("^1.2"));
        assert!(poetry("~1.9"));
        assert!(!poetry("~1"));
        assert!(poetry("1.9.2"));
        assert!(!poetry("*"));
        assert!(poetry(">=1,<1.10"));
        assert!(poetry("^0.0.3"));
    }

    #[test]
    fn conditions_know_what_they_cannot_know() {
        let on = |marker: &str, platform: &str| {
            read(&format!("a; {marker}")).holds_on(platform.parse().unwrap())
        };
        let mac = "macos-arm64";
        assert_eq!(
            on(
                "sys_platform == 'darwin' and platform_machine == 'arm64'",
                mac
            ),
            Some(true)
        );
        assert_eq!(
            on(
                "sys_platform == 'darwin' and platform_machine == 'arm64'",
                "linux-aarch64"
            ),
            Some(false)
        );
        assert_eq!(
            on("platform_machine == 'aarch64'", "linux-aarch64"),
            Some(true)
        );
        assert_eq!(
            on("platform_machine in 'x86_64 amd64'", "linux-x86_64"),
            Some(true)
        );
        assert_eq!(on("sys_platform not in 'win32 cygwin'", mac), Some(true));
        assert_eq!(on("python_version < '3.10'", mac), None);
        assert_eq!(
            on("python_version < '3.10' and os_name == 'nt'", mac),
            Some(false)
        );
        assert_eq!(
            on("python_version < '3.10' or os_name == 'posix'", mac),
            Some(true)
        );
        assert_eq!(
            on(
                "(os_name == 'nt' or extra == 'gpu') and sys_platform != 'linux'",
                mac
            ),
            None
        );
        assert_eq!(on("'darwin' == sys_platform", mac), Some(true));
    }

    proptest! {
        /// Whatever stands there, it is read or refused with a reason.
        #[test]
        fn anything_is_read_or_refused(text in "\\PC{0,60}", name in "[a-z]{1,4}", tail in "[ \\[\\]();,<>=!~'\"a-z0-9.*]{0,40}") {
            for text in [text, format!("{name}{tail}"), format!("{name};{tail}")] {
                if let Err(why) = Requirement::parse(&text) {
                    prop_assert!(!why.is_empty());
                }
                let _ = Requirement::of_poetry("a", &text, Vec::new(), "");
            }
        }
    }
}
