//! The protocols that a stream may come over.

use clap::ValueEnum;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Protocol {
    /// HTTP/1.1, in clear.
    #[default]
    Http1,
    /// HTTP/1.1 over TLS.
    Tls,
    /// HTTP/2 over TLS.
    Http2,
    /// HTTP/3.
    Http3,
}

impl Protocol {
    /// Its name in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http1 => "HTTP/1.1",
            Self::Tls => "TLS",
            Self::Http2 => "HTTP/2",
            Self::Http3 => "HTTP/3",
        }
    }

    /// Its name as an option.
    pub fn option(self) -> &'static str {
        match self {
            Self::Http1 => "http1",
            Self::Tls => "tls",
            Self::Http2 => "http2",
            Self::Http3 => "http3",
        }
    }

    /// Its name in a TLS handshake, where client and server have to agree on it.
    pub fn alpn(self) -> Option<&'static [u8]> {
        match self {
            Self::Http1 | Self::Tls => None,
            Self::Http2 => Some(b"h2"),
            Self::Http3 => Some(b"h3"),
        }
    }
}
