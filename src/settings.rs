//! The directives that shape a response: how each value is read, and its
//! default. A value may hold nginx variables.

use std::ffi::CStr;

use llm_mock_core::completion::{ChunkSize, Models, StreamMode};
use llm_mock_core::error::Error;
use llm_mock_core::json::Escaped;
use llm_mock_core::tokens::TokenizerMode;
use llm_mock_core::util::excerpt;
use llm_mock_core::util::time::{self, Micros};
use llm_mock_core::validate;

use crate::ngx::ComplexValue;

/// The error for a wrong value of `llm_mock_model` or `llm_mock_models`.
pub const EXPECTED_MODEL: &str = "expected the name of a model";

/// The value of a directive: read with the configuration, or evaluated for each
/// request.
#[derive(Clone)]
pub enum Value<T> {
    /// A value without variables.
    Constant(T),
    /// A value with variables.
    Variable(ComplexValue),
}

/// A directive that takes a value of type `T`.
pub struct Setting<T> {
    /// The name of the directive.
    pub name: &'static CStr,
    /// Reads a value that is not empty.
    ///
    /// # Errors
    ///
    /// Returns what is expected instead.
    pub parse: fn(&[u8]) -> Result<T, String>,
    /// The value if the directive is absent or evaluates to an empty string.
    pub default: fn() -> T,
}

/// The error for a wrong value of `llm_mock_chunk`.
pub const EXPECTED_CHUNK: &str =
    "expected \"word\", \"token\" or \"char\", and perhaps a whole number from 1";

/// `llm_mock_chunk`: the unit and the number, separated by a space. A value of
/// spaces alone, which variables without a value leave, is the default.
pub static CHUNK: Setting<ChunkSize> = Setting {
    name: c"llm_mock_chunk",
    parse: |text| match std::str::from_utf8(text).map(str::trim_ascii) {
        Ok("") => Ok(ChunkSize::default()),
        Ok(text) => ChunkSize::parse(text).ok_or_else(|| EXPECTED_CHUNK.to_owned()),
        Err(_) => Err(EXPECTED_CHUNK.to_owned()),
    },
    default: ChunkSize::default,
};

/// `llm_mock_tokenizer`
pub static TOKENIZER: Setting<TokenizerMode> = Setting {
    name: c"llm_mock_tokenizer",
    parse: |text| {
        TokenizerMode::from_name(text)
            .ok_or_else(|| expected(&["off", "auto", "cl100k_base", "o200k_base"]))
    },
    default: TokenizerMode::default,
};

/// `llm_mock_delay`
pub static DELAY: Setting<Micros> = Setting {
    name: c"llm_mock_delay",
    parse: parse_time,
    default: || 50_000,
};

/// `llm_mock_first_delay`
pub static FIRST_DELAY: Setting<Micros> = Setting {
    name: c"llm_mock_first_delay",
    parse: parse_time,
    default: || 0,
};

/// `llm_mock_model`
pub static MODEL: Setting<Escaped> = Setting {
    name: c"llm_mock_model",
    parse: |text| match text {
        b"" => Err(EXPECTED_MODEL.to_owned()),
        name => Ok(Escaped::new(name)),
    },
    default: || Escaped::new(b"gpt-3.5-turbo"),
};

/// `llm_mock_models`: a name on each line. Empty names are ignored.
pub static MODELS: Setting<Models> = Setting {
    name: c"llm_mock_models",
    parse: |text| {
        let names = text.split(|&byte| byte == b'\n');
        let mut names = names.filter(|name| !name.is_empty()).peekable();
        Ok(match names.peek() {
            Some(_) => Models::only(names),
            None => Models::default(),
        })
    },
    default: Models::default,
};

/// `llm_mock_stream`
pub static STREAM: Setting<StreamMode> = Setting {
    name: c"llm_mock_stream",
    parse: |text| StreamMode::from_name(text).ok_or_else(|| expected(&["auto", "always", "never"])),
    default: StreamMode::default,
};

/// `llm_mock_validate`
pub static VALIDATE: Setting<validate::Mode> = Setting {
    name: c"llm_mock_validate",
    parse: |text| validate::Mode::from_name(text).ok_or_else(|| expected(&["lenient", "strict"])),
    default: validate::Mode::default,
};

fn parse_time(text: &[u8]) -> Result<Micros, String> {
    time::parse(text).map_err(|error| error.to_string())
}

/// Formats a message such as `expected "on" or "off"`.
pub fn expected(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => format!("expected {one}"),
        [most @ .., last] => format!("expected {} or {last}", most.join(", ")),
    }
}

impl<T> Setting<T> {
    /// Reads an evaluated value.
    ///
    /// # Errors
    ///
    /// Fails if the directive does not accept the value.
    pub fn evaluated(&self, text: &[u8]) -> Result<T, Error> {
        if text.is_empty() {
            return Ok((self.default)());
        }
        (self.parse)(text).map_err(|expected| {
            Error::bad_setting(format!(
                "invalid value \"{}\" in \"{}\": {expected}",
                excerpt::of_bytes(text),
                self.name.to_string_lossy(),
            ))
        })
    }
}
