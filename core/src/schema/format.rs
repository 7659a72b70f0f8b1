//! Strings of a known format (JSON Schema 2020-12, validation, section 7.3).

use super::dice::Dice;

const HOSTS: [&str; 4] = [
    "example.com",
    "example.org",
    "example.net",
    "www.example.com",
];
const NAMES: [&str; 4] = ["ada", "grace", "alan", "edsger"];

/// A string of the format, if it is a known one.
pub fn example(format: &str, dice: &mut Dice) -> Option<String> {
    let host = dice.pick(&HOSTS);
    let name = dice.pick(&NAMES);
    let mut date = || {
        let year = dice.between(2020, 2029);
        format!(
            "{year}-{:02}-{:02}",
            dice.between(1, 12),
            dice.between(1, 28)
        )
    };
    Some(match format {
        "date" => date(),
        "date-time" => format!("{}T{}", date(), time(dice)),
        "time" => time(dice),
        "duration" => format!("P{}DT{}H", dice.between(1, 30), dice.between(1, 23)),
        "email" | "idn-email" => format!("{name}@{host}"),
        "hostname" | "idn-hostname" => host.to_owned(),
        "ipv4" => format!("192.0.2.{}", dice.between(1, 254)),
        "ipv6" => format!("2001:db8::{:x}", dice.between(1, 0xffff)),
        "uuid" => {
            let (high, low) = (dice.roll(), dice.roll());
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

fn time(dice: &mut Dice) -> String {
    let (hour, minute, second) = (dice.below(24), dice.below(60), dice.below(60));
    format!("{hour:02}:{minute:02}:{second:02}Z")
}
