//! Who is answered at all. In this order: only GET and HEAD, no bodies, a host that is ours, the token.
//!
//! The host is checked because a page elsewhere can give its own name our address and then read us as itself (DNS rebinding).
//! Every answer forbids what the page does not need.

use super::{Site, plain};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::sync::Arc;

/// A token has so many letters at least.
const TOKEN_MIN: usize = 16;

/// What the page may do: load from here, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What decides.
#[derive(Debug)]
pub(crate) struct Guard {
    /// Whether only this machine can reach us.
    pub(crate) loopback: bool,
    /// Further names of ours.
    pub(crate) names: Vec<String>,
    pub(crate) token: Option<Token>,
}

/// A secret, kept as its hash: comparing hashes takes as long wherever they differ, and tells nothing of its length.
#[derive(Debug)]
pub(crate) struct Token([u8; 32]);

impl Token {
    pub(crate) fn new(text: &str) -> Result<Token, String> {
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.len() < TOKEN_MIN || !plain {
            return Err(format!(
                "a token needs {TOKEN_MIN} letters, digits or signs at least, without spaces; `openssl rand -hex 16` makes one"
            ));
        }
        Ok(Token(Sha256::digest(text).into()))
    }

    fn is(&self, text: &[u8]) -> bool {
        let other: [u8; 32] = Sha256::digest(text).into();
        let differs = self
            .0
            .iter()
            .zip(other)
            .fold(0, |so_far, (a, b)| so_far | (a ^ b));
        std::hint::black_box(differs) == 0
    }
}

impl Guard {
    /// Whether a request may go on, or how it is refused.
    fn judge(&self, request: &Request) -> Result<(), (StatusCode, &'static str)> {
        if request.method() != Method::GET && request.method() != Method::HEAD {
            return Err((StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD"));
        }
        let headers = request.headers();
        let length = headers.get(header::CONTENT_LENGTH);
        if headers.contains_key(header::TRANSFER_ENCODING)
            || length.is_some_and(|length| length.as_bytes() != b"0")
        {
            return Err((StatusCode::PAYLOAD_TOO_LARGE, "no body is read here"));
        }
        self.admits(request)
    }

    /// Whether the host that was asked for is ours, and the token right where one is needed.
    pub(crate) fn admits(&self, request: &Request) -> Result<(), (StatusCode, &'static str)> {
        let headers = request.headers();
        let mut hosts = headers.get_all(header::HOST).iter();
        let ours = |host: Option<&str>| host.is_some_and(|host| self.knows(host));
        let host = hosts.next().and_then(|host| host.to_str().ok());
        let authority = request.uri().authority().map(|name| name.as_str());
        if !ours(host) || hosts.next().is_some() || (authority.is_some() && !ours(authority)) {
            return Err((
                StatusCode::MISDIRECTED_REQUEST,
                "this is not the host that was asked for; --name NAME allows another name",
            ));
        }
        match &self.token {
            Some(token) if !secret(headers).is_some_and(|secret| token.is(&secret)) => {
                Err((StatusCode::UNAUTHORIZED, "a token is needed"))
            }
            _ => Ok(()),
        }
    }

    /// Whether a host, with or without its port, is ours. No address in figures can be rebound.
    fn knows(&self, host: &str) -> bool {
        let name = match host.strip_prefix('[') {
            Some(rest) => match rest.split_once(']') {
                Some((name, port)) if port.is_empty() || port.starts_with(':') => name,
                _ => return false,
            },
            None => host.split_once(':').map_or(host, |(name, _)| name),
        };
        if name.eq_ignore_ascii_case("localhost") {
            return true;
        }
        match name.parse::<IpAddr>() {
            Ok(address) => !self.loopback || address.to_canonical().is_loopback(),
            Err(_) => self
                .names
                .iter()
                .any(|ours| ours.eq_ignore_ascii_case(name)),
        }
    }
}

/// The secret of `Authorization: Bearer SECRET`, or the password of `Basic`, whatever the user's name.
fn secret(headers: &HeaderMap) -> Option<Vec<u8>> {
    let (scheme, rest) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().as_bytes().to_vec());
    }
    if scheme.eq_ignore_ascii_case("basic") {
        let pair = base64(rest.trim())?;
        let colon = pair.iter().position(|&byte| byte == b':')?;
        return Some(pair[colon + 1..].to_vec());
    }
    None
}

/// Base64 with its padding (RFC 4648, section 4).
fn base64(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut held) = (0_u32, 0);
    let mut out = Vec::new();
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(out)
}

/// Refuses, or lets pass; and dresses every answer.
pub(super) async fn check(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let mut response = match site.guard.judge(&request) {
        Ok(()) => next.run(request).await,
        Err((status, why)) => {
            let mut response = plain(status, why);
            let headers = response.headers_mut();
            // What else it would send is not read.
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            if status == StatusCode::UNAUTHORIZED {
                headers.insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Basic realm=\"jarvis2\", charset=\"UTF-8\""),
                );
            }
            if status == StatusCode::METHOD_NOT_ALLOWED {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            }
            response
        }
    };
    let headers = response.headers_mut();
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(POLICY));
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    const SECRET: &str = "0123456789abcdef";

    fn guard(loopback: bool, token: bool) -> Guard {
        Guard {
            loopback,
            names: vec!["desk.example".to_owned()],
            token: token.then(|| Token::new(SECRET).unwrap()),
        }
    }

    #[track_caller]
    fn check(guard: &Guard, method: &str, headers: &[(&str, &str)], expected: u16) {
        let mut request = Request::builder().method(method).uri("/api/now");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let status = guard
            .judge(&request)
            .err()
            .map_or(200, |(status, _)| status.as_u16());
        assert_eq!(status, expected, "{method} {headers:?}");
    }

    #[test]
    fn only_our_own_names_are_answered() {
        for (host, here, anywhere) in [
            ("localhost", 200, 200),
            ("localhost:7117", 200, 200),
            ("LOCALHOST", 200, 200),
            ("127.0.0.1:1", 200, 200),
            ("[::1]:7117", 200, 200),
            ("desk.example:80", 200, 200),
            ("192.168.1.7:7117", 421, 200),
            ("evil.example", 421, 421),
            ("localhost.evil.example", 421, 421),
            ("127.0.0.1.evil.example:7117", 421, 421),
            ("[::1].evil.example", 421, 421),
            ("desk.example@evil.example", 421, 421),
            ("", 421, 421),
        ] {
            check(&guard(true, false), "GET", &[("host", host)], here);
            check(&guard(false, false), "GET", &[("host", host)], anywhere);
        }
        check(&guard(true, false), "GET", &[], 421);
        let twice = [("host", "localhost"), ("host", "evil.example")];
        check(&guard(true, false), "GET", &twice, 421);
    }

    #[test]
    fn methods_and_bodies_are_refused() {
        let (open, host) = (guard(true, false), ("host", "localhost"));
        check(&open, "HEAD", &[host], 200);
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE"] {
            check(&open, method, &[host], 405);
        }
        check(&open, "GET", &[host, ("content-length", "0")], 200);
        check(&open, "GET", &[host, ("content-length", "1")], 413);
        check(&open, "GET", &[host, ("transfer-encoding", "chunked")], 413);
    }

    #[test]
    fn the_token_opens_and_nothing_else_does() {
        let (closed, host) = (guard(false, true), ("host", "localhost"));
        // "any:0123456789abcdef" and "0123456789abcdef:".
        for (value, expected) in [
            ("Bearer 0123456789abcdef", 200),
            ("bearer 0123456789abcdef", 200),
            ("Basic YW55OjAxMjM0NTY3ODlhYmNkZWY=", 200),
            ("Bearer 0123456789abcdeg", 401),
            ("Bearer 0123456789abcde", 401),
            ("Bearer 0123456789abcdef0", 401),
            ("Bearer ", 401),
            ("Bearer", 401),
            ("Basic MDEyMzQ1Njc4OWFiY2RlZjo=", 401),
            ("Basic !!!", 401),
            ("Digest 0123456789abcdef", 401),
        ] {
            check(&closed, "GET", &[host, ("authorization", value)], expected);
        }
        check(&closed, "GET", &[host], 401);
        assert!(Token::new("short").is_err());
        assert!(Token::new("with a space in it, though long").is_err());
    }

    #[test]
    fn base64_as_in_rfc_4648_section_10() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(coded).as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!(base64("Zm9v\n"), None);
    }
}
