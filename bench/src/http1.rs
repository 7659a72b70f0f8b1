//! Headers of HTTP/1.1, as `httparse` gives them.

use httparse::Header;

/// The most headers that a request or a reply has here.
pub const MOST_HEADERS: usize = 64;

/// The value of the first header with this name, whatever its case.
pub fn header<'a>(headers: &[Header<'a>], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|h| h.name.eq_ignore_ascii_case(name));
    std::str::from_utf8(found?.value).ok()
}

/// The length of the body in bytes; `None` without the header, or if it is not
/// a number.
pub fn content_length(headers: &[Header]) -> Option<usize> {
    header(headers, "content-length")?.parse().ok()
}
