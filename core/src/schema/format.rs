//! Strings of the formats of JSON Schema (2020-12, validation, section 7.3).

use super::rng::Rng;

const HOSTS: [&str; 4] = [
    "example.com",
    "example.org",
    "example.net",
    "www.example.com",
];
const NAMES: [&str; 4] = ["ada", "grace", "alan", "edsger"];

/// Returns a string of this format, or `None` for an unknown format.
pub fn example(format: &str, rng: &mut Rng) -> Option<String> {
    let host = rng.pick(&HOSTS);
    let name = rng.pick(&NAMES);
    let mut date = || {
        let year = rng.between(2020, 2029);
        format!("{year}-{:02}-{:02}", rng.between(1, 12), rng.between(1, 28))
    };
    Some(match format {
        "date" => date(),
        "date-time" => format!("{}T{}", date(), time(rng)),
        "time" => time(rng),
        "duration" => format!("P{}DT{}H", rng.between(1, 30), rng.between(1, 23)),
        "email" | "idn-email" => format!("{name}@{host}"),
        "hostname" | "idn-hostname" => host.to_owned(),
        "ipv4" => format!("192.0.2.{}", rng.between(1, 254)),
        "ipv6" => format!("2001:db8::{:x}", rng.between(1, 0xffff)),
        "uuid" => {
            let (high, low) = (rng.bits(), rng.bits());
            let version = high & !0xf000 | 0x4000;
            let variant = low & !(0xc << 60) | 0x8 << 60;
            format!(
                "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
                version >> 32,
                version >> 16 & 0xffff,
                version & 0xffff,
                variant >> 48,
                variant & 0xffff_ffff_ffff,
            )
        }
        "uri" | "url" | "iri" | "uri-reference" | "iri-reference" => {
            format!("https://{host}/{name}")
        }
        "uri-template" => format!("https://{host}/{{{name}}}"),
        "json-pointer" => format!("/{name}"),
        "relative-json-pointer" => format!("0/{name}"),
        "regex" => format!("^{name}$"),
        "byte" => "bW9jaw==".to_owned(),
        _ => return None,
    })
}

fn time(rng: &mut Rng) -> String {
    let (hour, minute, second) = (rng.below(24), rng.below(60), rng.below(60));
    format!("{hour:02}:{minute:02}:{second:02}Z")
}
