//! Validation rules for the bodies of Gemini's endpoints (API reference,
//! "Generating content"). A repeated field may be a single value.

use super::violations::Violations;
use crate::validate::spec::{
    ANY_STRING, BOOLEAN, Field, OBJECT, Object, Rule, STRING, Spec, at_least, closed, list, open,
    some,
};

/// `:generateContent` and `:streamGenerateContent`
pub static GENERATE_CONTENT: Spec = Spec {
    body: &BODY,
    messages: &Violations,
    is_proto: true,
    tool_choice: None,
    unknown_state: None,
};

static BODY: Object = closed(&[
    Field::required(
        "contents",
        &[some(&[Rule::Object(&CONTENT)]), Rule::Object(&CONTENT)],
    ),
    Field::optional("cached_content", STRING),
    Field::optional("continuation_token", STRING),
    Field::optional("generation_config", &[Rule::Object(&CONFIG)]),
    Field::optional("labels", OBJECT),
    Field::optional("model", STRING),
    Field::optional("model_armor_config", OBJECT),
    Field::optional("output_config", OBJECT),
    Field::optional("safety_settings", OBJECTS),
    Field::optional("service_tier", STRING),
    Field::optional("store", BOOLEAN),
    Field::optional("system_instruction", &[Rule::Object(&INSTRUCTION)]),
    Field::optional("tool_config", OBJECT),
    Field::optional("tools", OBJECTS),
]);

const OBJECTS: &[Rule] = &[list(OBJECT), OBJECT_ALONE];
const OBJECT_ALONE: Rule = Rule::Object(&crate::validate::spec::ANY);

static CONTENT: Object = closed(&[
    Field::optional("role", &[Rule::Word(&["", "user", "model", "function"])]),
    Field::optional(
        "parts",
        &[some(&[Rule::Object(&PART)]), Rule::Object(&PART)],
    ),
]);

static INSTRUCTION: Object = closed(&[
    Field::optional("role", STRING),
    Field::optional(
        "parts",
        &[some(&[Rule::Object(&PART)]), Rule::Object(&PART)],
    ),
]);

static PART: Object = closed(&[
    Field::optional("text", STRING),
    Field::optional("audio_metadata", OBJECT),
    Field::optional("audio_transcription", OBJECT),
    Field::optional("code_execution_result", OBJECT),
    Field::optional("document_metadata", OBJECT),
    Field::optional("executable_code", OBJECT),
    Field::optional("file_data", OBJECT),
    Field::optional("function_call", OBJECT),
    Field::optional("function_response", OBJECT),
    Field::optional("inline_data", OBJECT),
    Field::optional("media_processing", STRING),
    Field::optional("media_resolution", OBJECT),
    Field::optional("part_metadata", OBJECT),
    Field::optional("speech_metadata", OBJECT),
    Field::optional("spreadsheet_metadata", OBJECT),
    Field::optional("thought", BOOLEAN),
    Field::optional("thought_signature", STRING),
    Field::optional("tool_call", OBJECT),
    Field::optional("tool_response", OBJECT),
    Field::optional("video_metadata", OBJECT),
]);

/// The fields of `generationConfig` that are checked. Many others exist, some
/// of them only for some models.
static CONFIG: Object = open(&[
    Field::optional("candidate_count", &[Rule::Integer { least: 1, most: 8 }]),
    Field::optional("frequency_penalty", PENALTY),
    Field::optional("max_output_tokens", &[at_least(1)]),
    Field::optional("presence_penalty", PENALTY),
    Field::optional("response_mime_type", STRING),
    Field::optional("response_schema", OBJECT),
    Field::optional("seed", SEED),
    Field::optional(
        "stop_sequences",
        &[
            Rule::Array {
                items: STRING,
                least: 0,
                most: super::request::MOST_STOPS,
            },
            ANY_STRING,
        ],
    ),
    Field::optional("temperature", &[number(0.0, 2.0)]),
    Field::optional("top_k", &[number(0.0, f64::MAX)]),
    Field::optional("top_p", &[number(0.0, 1.0)]),
]);

const PENALTY: &[Rule] = &[number(-2.0, 2.0)];
const SEED: &[Rule] = &[Rule::Integer {
    least: i32::MIN as i64,
    most: i32::MAX as i64,
}];

const fn number(least: f64, most: f64) -> Rule {
    Rule::Number { least, most }
}

#[cfg(test)]
mod tests;
