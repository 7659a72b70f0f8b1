//! TLS servers with a self-signed certificate, and their clients.

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use reqwest::{Certificate, Client, ClientBuilder};

use crate::support::nginx::{Conf, Nginx, deadline, has_module, version_at_least};

/// The text of the stream that a [`start`]ed server sends.
pub const TEXT: &str = "a b c d e f g h i j k";

/// A certificate for `localhost`.
pub fn certificate() -> CertifiedKey<KeyPair> {
    generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}

/// Starts a server with TLS on the second port, and HTTP/2 if nginx has it.
/// Returns a client that trusts its certificate. `delay` is the time between
/// words. `X-Connection` in a response is the serial number of its connection.
pub fn start(delay: &str) -> (Nginx, ClientBuilder) {
    let certificate = certificate();
    let listen = match (has_module("http_v2_module"), version_at_least([1, 25, 1])) {
        (false, _) => "listen 127.0.0.1:@port2@ ssl;",
        (true, true) => "listen 127.0.0.1:@port2@ ssl; http2 on;",
        (true, false) => "listen 127.0.0.1:@port2@ ssl http2;",
    };
    let nginx = Nginx::with(&Conf {
        server: &format!(
            "{listen} ssl_certificate cert.pem; ssl_certificate_key key.pem;
             add_header X-Connection $connection;
             llm_mock_reply \"{TEXT}\"; llm_mock_delay {delay};
             location / {{ llm_mock on; }}"
        ),
        files: &[
            ("cert.pem", &certificate.cert.pem()),
            ("key.pem", &certificate.signing_key.serialize_pem()),
        ],
        ..Conf::default()
    });
    install_crypto_provider();
    let client = Client::builder()
        .tls_certs_only([Certificate::from_der(certificate.cert.der()).unwrap()])
        .no_proxy()
        .timeout(deadline());
    (nginx, client)
}

/// The URL of the chat endpoint on the second port.
pub fn chat_url(nginx: &Nginx) -> String {
    format!("https://localhost:{}/v1/chat/completions", nginx.port2())
}

/// Installs the crypto provider that reqwest and rustls use in this process.
pub fn install_crypto_provider() {
    // Fails if another test has installed it.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
