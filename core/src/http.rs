//! The parts of an HTTP request that routes and providers look at.

/// The method of a request, as far as routes tell methods apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// DELETE
    Delete,
    /// GET
    Get,
    /// HEAD: the head of what another method would get.
    Head,
    /// OPTIONS: the preflight of a browser.
    Options,
    /// POST
    Post,
    /// Any other.
    Other,
}

impl Method {
    /// The name of the method; empty for [`Method::Other`].
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
    /// The value of the first header of this name, which is in lower case.
    fn get(&self, name: &str) -> Option<&[u8]>;

    /// Whether there is such a header, and it is not empty.
    fn has(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_empty())
    }
}

/// Names in lower case, and values.
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
