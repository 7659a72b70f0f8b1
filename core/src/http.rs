//! The parts of an HTTP request that routes and providers read.

/// The method of a request. Methods that no route uses are [`Method::Other`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// DELETE
    Delete,
    /// GET
    Get,
    /// HEAD: requests the head of the response to the route's own method.
    Head,
    /// OPTIONS: the preflight request of a browser.
    Options,
    /// POST
    Post,
    /// Any other method.
    Other,
}

impl Method {
    /// Returns the name of the method, which is empty for [`Method::Other`].
    pub fn name(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Post => "POST",
            Self::Other => "",
        }
    }
}

/// The headers of a request.
pub trait Headers {
    /// Returns the value of the first header with this name, which must be in
    /// lower case.
    fn get(&self, name: &str) -> Option<&[u8]>;

    /// Returns whether the header exists and is not empty.
    fn has(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_empty())
    }
}

/// A list of names, in lower case, and values.
impl Headers for [(&str, &str)] {
    fn get(&self, name: &str) -> Option<&[u8]> {
        let mut found = self.iter().filter(|(key, _)| *key == name);
        found.next().map(|(_, value)| value.as_bytes())
    }
}

impl<const N: usize> Headers for [(&str, &str); N] {
    fn get(&self, name: &str) -> Option<&[u8]> {
        Headers::get(self.as_slice(), name)
    }
}
