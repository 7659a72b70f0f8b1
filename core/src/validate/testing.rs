//! Helpers of tests of specs.

use super::check;
use super::spec::Spec;
use crate::error::Error;

/// Returns the body `base` with `fields` added or replaced.
pub fn with(base: &str, fields: &str) -> String {
    let base: serde_json::Map<_, _> = serde_json::from_str(base).unwrap();
    let fields: serde_json::Map<_, _> = serde_json::from_str(fields).unwrap();
    let mut body = base;
    body.extend(fields);
    serde_json::to_string(&body).unwrap()
}

pub fn error(spec: &Spec, body: &str) -> Error {
    match check(spec, body.as_bytes(), false) {
        Err(error) => {
            assert_eq!(error.status, 400);
            error
        }
        Ok(()) => panic!("accepted: {body}"),
    }
}

/// Fields of the body, then the message, param and code of the error.
pub type Case<'a> = (&'a str, &'a str, Option<&'a str>, Option<&'a str>);

#[track_caller]
pub fn refused(spec: &Spec, base: &str, cases: &[Case]) {
    for (fields, message, param, code) in cases {
        let error = error(spec, &with(base, fields));
        assert_eq!(error.message, *message, "{fields}");
        assert_eq!(error.param.as_deref(), *param, "{fields}");
        assert_eq!(error.code, *code, "{fields}");
    }
}

/// The same as [`refused`] for a service whose errors have only a message.
#[track_caller]
pub fn refused_with(spec: &Spec, base: &str, cases: &[(&str, &str)]) {
    for (fields, message) in cases {
        refused(spec, base, &[(*fields, *message, None, None)]);
    }
}

#[track_caller]
pub fn accepted(spec: &Spec, base: &str, cases: &[&str]) {
    for fields in cases {
        let body = with(base, fields);
        assert_eq!(check(spec, body.as_bytes(), false), Ok(()), "{body}");
    }
}
