//! "Moderations", "Create moderation".

use crate::api::openai::wording::ARGUMENTS;
use crate::api::validate::form::{
    ANY_STRING, Field, Form, OBJECT, Object, Rule, STRING, closed, some,
};

/// `POST /v1/moderations`
pub static MODERATIONS: Form = Form {
    body: &BODY,
    wording: &ARGUMENTS,
    is_proto: false,
    tool_choice: None,
};

static BODY: Object = closed(&[
    Field::required(
        "input",
        &[
            ANY_STRING,
            some(&[
                ANY_STRING,
                Rule::Tagged {
                    tag: "type",
                    objects: &[("text", &TEXT), ("image_url", &IMAGE)],
                    others: None,
                },
            ]),
        ],
    ),
    Field::optional("model", STRING),
]);

static TEXT: Object = closed(&[
    Field::required("type", STRING),
    Field::required("text", STRING),
]);

static IMAGE: Object = closed(&[
    Field::required("type", STRING),
    Field::required("image_url", OBJECT),
]);
