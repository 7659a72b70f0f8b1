//! The table of routes.

mod matching;
mod pattern;

use pattern::Pattern;

pub use matching::{Matched, Target, find, refused};

use crate::http::Method;
use crate::providers::anthropic::{self, Anthropic};
use crate::providers::dialect::Dialect;
use crate::providers::direct::DirectEndpoint;
use crate::providers::gemini::{self, Gemini};
use crate::providers::mistral;
use crate::providers::ollama::{self, Ollama};
use crate::providers::openai::{self, OpenAi};
use crate::providers::provider::Provider;
use crate::validate::spec::Spec;

/// A row of the table.
pub struct Route {
    /// The path as the API defines it. The version (`/v1` or `/v1beta`) and
    /// everything before it are optional in a request, because base URLs
    /// differ. A part in braces matches any name.
    pub path: &'static str,
    pattern: Pattern,
    /// The method that the route supports.
    pub method: Method,
    /// The value of the `Allow` header in a response with status 405.
    pub allow: &'static str,
    /// The provider of the API.
    pub provider: &'static dyn Provider,
    /// The endpoint that creates the response.
    pub endpoint: Endpoint,
    /// The rules for a body with `llm_mock_validate strict`, if they are known.
    pub spec: Option<&'static Spec>,
    /// Whether several providers have this path. The row then matches only
    /// requests that its provider claims.
    is_shared: bool,
}

/// The behaviour of a route.
#[derive(Clone, Copy)]
pub enum Endpoint {
    /// Generates a completion, which is paced, and streamed if the client asks
    /// for a stream.
    Generate(&'static dyn Dialect),
    /// Creates a response without a completion.
    Direct(&'static dyn DirectEndpoint),
    /// Returns constant JSON.
    Fixed(&'static str),
}

impl Endpoint {
    /// Returns whether the response depends on the body of the request.
    pub fn needs_body(self, method: Method) -> bool {
        match self {
            Self::Fixed(_) => false,
            Self::Generate(_) => method != Method::Head,
            Self::Direct(_) => true,
        }
    }
}

impl Route {
    const fn post(path: &'static str, provider: &'static dyn Provider, endpoint: Endpoint) -> Self {
        Self {
            path,
            pattern: Pattern::of(path),
            method: Method::Post,
            allow: "POST, HEAD, OPTIONS",
            provider,
            endpoint,
            spec: None,
            is_shared: false,
        }
    }

    const fn get(path: &'static str, provider: &'static dyn Provider, endpoint: Endpoint) -> Self {
        let mut route = Self::post(path, provider, endpoint);
        route.method = Method::Get;
        route.allow = "GET, HEAD, OPTIONS";
        route
    }

    /// Creates a DELETE route. The GET route of the same path must call
    /// [`Self::deletes`] too.
    const fn delete(
        path: &'static str,
        provider: &'static dyn Provider,
        endpoint: Endpoint,
    ) -> Self {
        let mut route = Self::get(path, provider, endpoint).deletes();
        route.method = Method::Delete;
        route
    }

    /// Adds DELETE to the supported methods of the path.
    const fn deletes(mut self) -> Self {
        self.allow = "GET, DELETE, HEAD, OPTIONS";
        self
    }

    const fn takes(mut self, spec: &'static Spec) -> Self {
        self.spec = Some(spec);
        self
    }

    const fn shared(mut self) -> Self {
        self.is_shared = true;
        self
    }
}

/// All routes.
///
/// The first path that matches is used. If several routes have this path, the
/// method selects one of them. So a path comes after the longer paths that end
/// with it. Apart from that, the most requested routes come first.
pub static ROUTES: &[Route] = &[
    Route::post(
        "/v1/chat/completions",
        &OpenAi,
        Endpoint::Generate(&openai::chat::Chat),
    )
    .takes(&openai::specs::CHAT),
    Route::post(
        "/v1/fim/completions",
        &OpenAi,
        Endpoint::Generate(&mistral::fim::Fim),
    ),
    Route::post(
        "/v1/completions",
        &OpenAi,
        Endpoint::Generate(&openai::completions::Completions),
    )
    .takes(&openai::specs::COMPLETIONS),
    Route::post(
        "/v1/embeddings",
        &OpenAi,
        Endpoint::Direct(&openai::embeddings::Embeddings),
    )
    .takes(&openai::specs::EMBEDDINGS),
    Route::post(
        "/v1/moderations",
        &OpenAi,
        Endpoint::Direct(&openai::moderations::Moderations),
    )
    .takes(&openai::specs::MODERATIONS),
    Route::post(
        "/v1/responses",
        &OpenAi,
        Endpoint::Generate(&openai::responses::Responses),
    )
    .takes(&openai::specs::RESPONSES),
    Route::post(
        "/v1/responses/input_tokens",
        &OpenAi,
        Endpoint::Direct(&openai::responses::COUNT_TOKENS),
    ),
    Route::post(
        "/v1/responses/{response_id}/cancel",
        &OpenAi,
        Endpoint::Direct(&openai::responses::stored::Get),
    ),
    Route::get(
        "/v1/responses/{response_id}/input_items",
        &OpenAi,
        Endpoint::Direct(&openai::responses::stored::Get),
    ),
    Route::get(
        "/v1/responses/{response_id}",
        &OpenAi,
        Endpoint::Direct(&openai::responses::stored::Get),
    )
    .deletes(),
    Route::delete(
        "/v1/responses/{response_id}",
        &OpenAi,
        Endpoint::Direct(&openai::responses::stored::Delete),
    ),
    Route::post(
        "/v1/messages",
        &Anthropic,
        Endpoint::Generate(&anthropic::messages::Messages),
    )
    .takes(&anthropic::specs::MESSAGES),
    Route::post(
        "/v1/messages/count_tokens",
        &Anthropic,
        Endpoint::Direct(&anthropic::COUNT_TOKENS),
    )
    .takes(&anthropic::specs::COUNT_TOKENS),
    // Other providers' models have names that may end with a verb.
    Route::post(
        "/v1beta/models/{model}:generateContent",
        &Gemini,
        Endpoint::Generate(&gemini::generate::GenerateContent { streams: false }),
    )
    .takes(&gemini::specs::GENERATE_CONTENT),
    Route::post(
        "/v1beta/models/{model}:streamGenerateContent",
        &Gemini,
        Endpoint::Generate(&gemini::generate::GenerateContent { streams: true }),
    )
    .takes(&gemini::specs::GENERATE_CONTENT),
    Route::post(
        "/v1beta/models/{model}:countTokens",
        &Gemini,
        Endpoint::Direct(&gemini::COUNT_TOKENS),
    ),
    Route::post(
        "/v1/publishers/anthropic/models/count-tokens:rawPredict",
        &Anthropic,
        Endpoint::Direct(&anthropic::COUNT_TOKENS),
    )
    .takes(&anthropic::specs::VERTEX_COUNT_TOKENS),
    Route::post(
        "/v1/publishers/anthropic/models/{model}:rawPredict",
        &Anthropic,
        Endpoint::Generate(&anthropic::vertex::RawPredict { streams: false }),
    )
    .takes(&anthropic::specs::VERTEX_MESSAGES),
    Route::post(
        "/v1/publishers/anthropic/models/{model}:streamRawPredict",
        &Anthropic,
        Endpoint::Generate(&anthropic::vertex::RawPredict { streams: true }),
    )
    .takes(&anthropic::specs::VERTEX_MESSAGES),
    // Anthropic and OpenAI share these paths. Gemini's have another version.
    Route::get(
        "/v1/models",
        &Anthropic,
        Endpoint::Direct(&anthropic::models::List),
    )
    .shared(),
    Route::get(
        "/v1/models/{model}",
        &Anthropic,
        Endpoint::Direct(&anthropic::models::One),
    )
    .shared(),
    Route::get(
        "/v1beta/models",
        &Gemini,
        Endpoint::Direct(&gemini::models::List),
    )
    .shared(),
    Route::get(
        "/v1beta/models/{model}",
        &Gemini,
        Endpoint::Direct(&gemini::models::One),
    )
    .shared(),
    Route::post(
        "/api/chat",
        &Ollama,
        Endpoint::Generate(&ollama::chat::Chat),
    )
    .takes(&ollama::specs::CHAT),
    Route::post(
        "/api/generate",
        &Ollama,
        Endpoint::Generate(&ollama::generate::Generate),
    )
    .takes(&ollama::specs::GENERATE),
    Route::post(
        "/api/embed",
        &Ollama,
        Endpoint::Direct(&ollama::embed::Embed),
    )
    .takes(&ollama::specs::EMBED),
    Route::post(
        "/api/show",
        &Ollama,
        Endpoint::Direct(&ollama::models::Show),
    )
    .takes(&ollama::specs::SHOW),
    Route::get(
        "/api/tags",
        &Ollama,
        Endpoint::Direct(&ollama::models::Tags),
    ),
    Route::get("/api/version", &Ollama, Endpoint::Fixed(ollama::VERSION)),
    Route::get(
        "/v1/models",
        &OpenAi,
        Endpoint::Direct(&openai::models::List),
    ),
    Route::get(
        "/v1/models/{model}",
        &OpenAi,
        Endpoint::Direct(&openai::models::One),
    ),
    Route::get("/health", &OpenAi, Endpoint::Fixed("{\"status\":\"ok\"}")),
];
