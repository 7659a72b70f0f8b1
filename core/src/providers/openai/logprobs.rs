//! Probabilities of tokens (API reference, "Chat", object `logprobs`). There is
//! no model, so the probabilities are invented. The tokens and their bytes are
//! real.

use std::ops::Range;

use crate::completion::Completion;
use crate::json::escape::Digits;

/// The maximum number of tokens of a response with probabilities, over all
/// choices. A longer response has no probabilities. A plain response takes
/// [`longest`] bytes for them, about 1.3 KB for each token with 20 likely ones:
/// 43 MB.
pub const MOST_TOKENS: usize = 32 * 1024;

const LOGPROB: &[u8] = b"\",\"logprob\":-0.25,\"bytes\":[";

/// The other likely tokens.
const OTHERS: [&[u8]; 19] = [
    br#",{"token":" the","logprob":-1.5,"bytes":[32,116,104,101]}"#,
    br#",{"token":" a","logprob":-1.85,"bytes":[32,97]}"#,
    br#",{"token":" of","logprob":-2.2,"bytes":[32,111,102]}"#,
    br#",{"token":" and","logprob":-2.55,"bytes":[32,97,110,100]}"#,
    br#",{"token":" to","logprob":-2.9,"bytes":[32,116,111]}"#,
    br#",{"token":" in","logprob":-3.25,"bytes":[32,105,110]}"#,
    br#",{"token":" is","logprob":-3.6,"bytes":[32,105,115]}"#,
    br#",{"token":" it","logprob":-3.95,"bytes":[32,105,116]}"#,
    br#",{"token":" that","logprob":-4.3,"bytes":[32,116,104,97,116]}"#,
    br#",{"token":" for","logprob":-4.65,"bytes":[32,102,111,114]}"#,
    br#",{"token":" with","logprob":-5.0,"bytes":[32,119,105,116,104]}"#,
    br#",{"token":" as","logprob":-5.35,"bytes":[32,97,115]}"#,
    br#",{"token":" on","logprob":-5.7,"bytes":[32,111,110]}"#,
    br#",{"token":" at","logprob":-6.05,"bytes":[32,97,116]}"#,
    br#",{"token":" by","logprob":-6.4,"bytes":[32,98,121]}"#,
    br#",{"token":" from","logprob":-6.75,"bytes":[32,102,114,111,109]}"#,
    br#",{"token":" or","logprob":-7.1,"bytes":[32,111,114]}"#,
    br#",{"token":" an","logprob":-7.45,"bytes":[32,97,110]}"#,
    br#",{"token":" be","logprob":-7.8,"bytes":[32,98,101]}"#,
];

/// Returns an upper bound of the bytes that [`put`] writes for a whole
/// completion.
pub fn longest(completion: &Completion, top: usize) -> usize {
    const AROUND: usize = 40;
    const A_TOKEN: usize = 70;
    /// A byte of the text, and its number in the list `bytes`.
    const A_BYTE: usize = 1 + "255,".len();
    let others = OTHERS.iter().take(top.saturating_sub(1));
    let others: usize = others.map(|it| it.len()).sum();
    AROUND + completion.tokens() * (2 * A_TOKEN + others) + 2 * A_BYTE * completion.text().len()
}

/// Writes the `logprobs` object for the tokens in these chunks, each with `top`
/// likely tokens. Tokens that share a character are one entry.
pub fn put(completion: &Completion, chunks: Range<usize>, top: usize, out: &mut impl FnMut(&[u8])) {
    out(b"{\"content\":[");
    let tokens = completion.tokens_before(chunks.start)..completion.tokens_before(chunks.end);
    let tokens = tokens.map(|index| completion.token(index));
    for (nth, token) in tokens.filter(|token| !token.is_empty()).enumerate() {
        if nth > 0 {
            out(b",");
        }
        put_token(token, out);
        out(b",\"top_logprobs\":[");
        if top > 0 {
            put_token(token, out);
            out(b"}");
        }
        for other in OTHERS.iter().take(top.saturating_sub(1)) {
            out(other);
        }
        out(b"]}");
    }
    out(b"],\"refusal\":null}");
}

/// Writes the object of one token, without its closing brace.
fn put_token(token: &[u8], out: &mut impl FnMut(&[u8])) {
    out(b"{\"token\":\"");
    out(token);
    out(LOGPROB);
    let mut is_first = true;
    let mut byte = |byte: u8| {
        if !is_first {
            out(b",");
        }
        is_first = false;
        out(Digits::of(u64::from(byte)).as_bytes());
    };
    let mut rest = token;
    while let [first, after @ ..] = rest {
        rest = match (first, after) {
            (b'\\', [b'u', code @ ..]) => {
                let (digits, after) = code.split_at_checked(4).unwrap_or((code, &[]));
                let digits = std::str::from_utf8(digits).unwrap_or_default();
                let code = u32::from_str_radix(digits, 16).ok();
                let c = code.and_then(char::from_u32).unwrap_or('\u{fffd}');
                c.encode_utf8(&mut [0; 4]).bytes().for_each(&mut byte);
                after
            }
            (b'\\', [escaped, after @ ..]) => {
                byte(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'f' => 12,
                    other => *other,
                });
                after
            }
            _ => {
                byte(*first);
                after
            }
        };
    }
    out(b"]");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::ChunkedText;
    use crate::completion::Chunking;
    use crate::completion::Limits;
    use proptest::prelude::*;
    use serde_json::Value;
    use std::sync::Arc;

    fn of(text: &str, top: usize) -> Value {
        let chunked_text = Arc::new(ChunkedText::new(text.as_bytes(), Chunking::default()));
        let completion = Completion::new(&chunked_text, &Limits::default());
        let mut out = Vec::new();
        put(&completion, 0..completion.len(), top, &mut |part| {
            out.extend_from_slice(part);
        });
        assert!(out.len() <= longest(&completion, top));
        serde_json::from_slice(&out).unwrap()
    }

    proptest! {
        #[test]
        fn tokens_and_their_bytes_concatenate_to_the_text(text: String, top in 0usize..=20) {
            let found = of(&text, top);
            let mut bytes = Vec::new();
            for token in found["content"].as_array().unwrap() {
                let own: Vec<u8> = serde_json::from_value(token["bytes"].clone()).unwrap();
                prop_assert_eq!(token["token"].as_str().unwrap().as_bytes(), &own);
                bytes.extend(own);
                let likely = token["top_logprobs"].as_array().unwrap();
                prop_assert_eq!(likely.len(), top);
                let mut last = 0.0;
                for other in likely {
                    let own: Vec<u8> = serde_json::from_value(other["bytes"].clone()).unwrap();
                    prop_assert_eq!(other["token"].as_str().unwrap().as_bytes(), &own);
                    let logprob = other["logprob"].as_f64().unwrap();
                    prop_assert!(logprob < last, "the likeliest first");
                    last = logprob;
                }
            }
            prop_assert_eq!(bytes, text.as_bytes());
        }
    }
}
