//! "Moderations", "Create moderation".

use crate::providers::openai::violations::ARGUMENTS;
use crate::validate::spec::{ANY_STRING, Field, OBJECT, Object, Rule, STRING, Spec, closed, some};

/// `POST /v1/moderations`
pub static MODERATIONS: Spec = Spec {
    body: &BODY,
    messages: &ARGUMENTS,
    is_proto: false,
    tool_choice: None,
    unknown_state: None,
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
