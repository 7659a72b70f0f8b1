//! The content of a response, independent of providers: the request as read, the
//! text or the tool calls that answer it, and how these are split into chunks.

mod chunked_text;
mod chunking;
mod content;
mod content_part;
pub mod embedding;
pub mod fields;
mod generate;
mod inputs;
mod models;
mod output_kind;
pub mod prompt_tokens;
mod request;
mod text_cache;
mod timing;
mod tool_results;
mod tools;

pub use chunked_text::{ChunkedText, ChunkedTexts};
pub use chunking::{ChunkSize, Chunking, ChunkingMode, Unit};
pub use content::{Completion, FinishReason, Limits, Step};
pub use content_part::{ContentPart, ToolCall};
pub use generate::{Generation, generate};
pub use inputs::{Input, Inputs, Tokens};
pub use models::Models;
pub use output_kind::OutputKind;
pub use request::{
    Framing, GenerationRequest, LONGEST_MODEL, MOST_CHOICES, MOST_LOGPROBS, StreamField, StreamMode,
};
pub use text_cache::TextCache;
pub use timing::Timing;
pub use tool_results::{ToolResults, since_user};
pub use tools::{
    AllowedTools, CalledTool, LONGEST_NAME, MOST_CALLS, ToolChoice, ToolDefinition, ToolInput,
};
