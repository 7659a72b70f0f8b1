use super::GENERATE_CONTENT;
use crate::validate::testing::{accepted, refused_with};

#[test]
fn violations_have_googles_messages() {
    const CONTENTS: &str = r#"{"contents":[{"parts":[{"text":"hi"}]}]}"#;
    refused_with(
        &GENERATE_CONTENT,
        CONTENTS,
        &[
            (
                r#"{"contents":[]}"#,
                "* GenerateContentRequest.contents: contents is not specified\n",
            ),
            (
                r#"{"contents":null}"#,
                "* GenerateContentRequest.contents: contents is not specified\n",
            ),
            (
                r#"{"contents":[{"parts":[]}]}"#,
                "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.\n",
            ),
            (
                r#"{"contents":[{"role":"system","parts":[{"text":"hi"}]}]}"#,
                "Please use a valid role: user, model.",
            ),
            (
                r#"{"foo":1}"#,
                "Invalid JSON payload received. Unknown name \"foo\": Cannot find field.",
            ),
            (
                r#"{"contents":[{"parts":{"role":"user"}}]}"#,
                "Invalid JSON payload received. Unknown name \"role\" at 'contents[0].parts': \
                 Cannot find field.",
            ),
            (
                r#"{"generationConfig":{"temperature":"hot"}}"#,
                "Invalid value at 'generation_config.temperature' (TYPE_FLOAT), \"hot\"",
            ),
            (
                r#"{"generationConfig":{"seed":3812238859}}"#,
                "* GenerateContentRequest.generation_config.seed: seed must be in the range \
                 [-2147483648, 2147483647].\n",
            ),
            (
                r#"{"generation_config":{"temperature":3}}"#,
                "* GenerateContentRequest.generation_config.temperature: temperature must be in \
                 the range [0.0, 2.0].\n",
            ),
            (
                r#"{"generationConfig":{"maxOutputTokens":0}}"#,
                "* GenerateContentRequest.generation_config.max_output_tokens: \
                 max_output_tokens must be positive.\n",
            ),
            (
                r#"{"generationConfig":{"stopSequences":["a","b","c","d","e","f"]}}"#,
                "* GenerateContentRequest.generation_config.stop_sequences: the number of \
                 stop_sequences must not exceed 5.\n",
            ),
        ],
    );
    accepted(
        &GENERATE_CONTENT,
        CONTENTS,
        &[
            r#"{"contents":{"role":"user","parts":{"text":"hi"}}}"#,
            r#"{"generationConfig":{"maxOutputTokens":"5","topK":40,"seed":5.0,"temperature":"1",
               "thinkingConfig":{},"candidateCount":null}}"#,
            r#"{"system_instruction":{"parts":{"text":"x"}},"tools":{"functionDeclarations":[]},
               "safetySettings":[{}],"tools":[{}]}"#,
            // Fields for which python-genai 3.4.0 has types.
            r#"{"continuationToken":"t","outputConfig":{}}"#,
            r#"{"contents":[{"parts":[{"text":"x","audioMetadata":{},"audioTranscription":{},
               "documentMetadata":{},"mediaProcessing":"m","speechMetadata":{},
               "spreadsheetMetadata":{}}]}]}"#,
        ],
    );
}
