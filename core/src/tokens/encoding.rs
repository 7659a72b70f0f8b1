//! The encodings, and the encoding of each model.

use std::sync::OnceLock;

use super::dictionary::Dictionary;

/// A byte pair encoding of OpenAI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// The encoding of GPT-3.5, GPT-4 and the embedding models.
    Cl100kBase,
    /// The encoding of GPT-4o and later models.
    O200kBase,
}

static CL100K_BASE: OnceLock<Dictionary> = OnceLock::new();
static O200K_BASE: OnceLock<Dictionary> = OnceLock::new();

impl Encoding {
    /// All encodings.
    pub const ALL: [Self; 2] = [Self::Cl100kBase, Self::O200kBase];

    /// Returns the name of the encoding, as tiktoken and the configuration have
    /// it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cl100kBase => "cl100k_base",
            Self::O200kBase => "o200k_base",
        }
    }

    /// Returns the encoding of this name, or `None` if it is unknown.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|it| it.name().as_bytes() == name)
    }

    /// Returns the encoding of a model, by tiktoken's table; `o200k_base` for
    /// models that are not in it.
    pub fn of_model(model: &[u8]) -> Self {
        // Fine-tuned models are named ft:MODEL:...
        let name = model.strip_prefix(b"ft:").unwrap_or(model);
        let name = name.split(|&byte| byte == b':').next().unwrap_or_default();
        let is_cl100k = matches!(
            name,
            b"gpt-4" | b"gpt-3.5" | b"text-embedding-ada-002" | b"davinci-002" | b"babbage-002"
        ) || [
            b"gpt-4-".as_slice(),
            b"gpt-3.5-turbo",
            b"gpt-35-turbo",
            b"text-embedding-3-",
        ]
        .iter()
        .any(|prefix| name.starts_with(prefix));
        match is_cl100k {
            true => Self::Cl100kBase,
            false => Self::O200kBase,
        }
    }

    /// Loads the encoding, once for the process. It takes some milliseconds and
    /// up to 3 MB. `false` if memory is short.
    pub fn load(self) -> bool {
        if self.dictionary().is_some() {
            return true;
        }
        let tokens: &[u8] = match self {
            Self::Cl100kBase => include_bytes!("../../data/cl100k_base.bpe"),
            Self::O200kBase => include_bytes!("../../data/o200k_base.bpe"),
        };
        match Dictionary::read(tokens) {
            Some(dictionary) => {
                self.slot().get_or_init(|| dictionary);
                true
            }
            None => false,
        }
    }

    /// Returns the tokens, if the encoding is loaded.
    pub(super) fn dictionary(self) -> Option<&'static Dictionary> {
        self.slot().get()
    }

    fn slot(self) -> &'static OnceLock<Dictionary> {
        match self {
            Self::Cl100kBase => &CL100K_BASE,
            Self::O200kBase => &O200K_BASE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_has_an_encoding() {
        for (model, expected) in [
            ("gpt-4o", "o200k_base"),
            ("gpt-4o-mini-2024-07-18", "o200k_base"),
            ("chatgpt-4o-latest", "o200k_base"),
            ("gpt-4.1-mini", "o200k_base"),
            ("gpt-5", "o200k_base"),
            ("o3-mini", "o200k_base"),
            ("ft:gpt-4o:acme::1", "o200k_base"),
            ("claude-sonnet-4-5", "o200k_base"),
            ("", "o200k_base"),
            ("gpt-4", "cl100k_base"),
            ("gpt-4-turbo", "cl100k_base"),
            ("gpt-3.5-turbo", "cl100k_base"),
            ("gpt-3.5-turbo-instruct", "cl100k_base"),
            ("gpt-35-turbo", "cl100k_base"),
            ("ft:gpt-3.5-turbo-0613:acme", "cl100k_base"),
            ("ft:gpt-4", "cl100k_base"),
            ("text-embedding-3-large", "cl100k_base"),
            ("text-embedding-ada-002", "cl100k_base"),
        ] {
            let found = Encoding::of_model(model.as_bytes());
            assert_eq!(found.name(), expected, "{model}");
            assert_eq!(Encoding::from_name(expected.as_bytes()), Some(found));
        }
        assert_eq!(Encoding::from_name(b"p50k_base"), None);
    }
}
