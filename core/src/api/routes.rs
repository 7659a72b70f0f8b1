//! The one table of routes.

mod pattern;
mod routing;

use pattern::Pattern;
pub use routing::{Routed, Target, route};

use super::service::Service;
use super::validate::form::Form;
use super::{Endpoint, Method, anthropic, gemini, openai};

/// One row of the table.
pub struct Route {
    /// The path as the API has it. `/v1` or `/v1beta` and what stands before
    /// it are the user's: a base URL may end elsewhere. A part in braces
    /// stands for any name.
    pub path: &'static str,
    pattern: Pattern,
    /// The method it takes.
    pub method: Method,
    /// What the header `Allow` says when it gets another.
    pub allow: &'static str,
    /// Whose it is; none where several services have it.
    pub service: Option<Service>,
    /// What answers.
    pub endpoint: Endpoint,
    /// What a body may be, where that is known.
    pub form: Option<&'static Form>,
}

impl Route {
    const fn post(path: &'static str, service: Service, endpoint: Endpoint) -> Self {
        Self {
            path,
            pattern: Pattern::of(path),
            method: Method::Post,
            allow: "POST, HEAD, OPTIONS",
            service: Some(service),
            endpoint,
            form: None,
        }
    }

    pub(super) const fn get(
        path: &'static str,
        service: Option<Service>,
        endpoint: Endpoint,
    ) -> Self {
        Self {
            path,
            pattern: Pattern::of(path),
            method: Method::Get,
            allow: "GET, HEAD, OPTIONS",
            service,
            endpoint,
            form: None,
        }
    }

    /// Beside a route that [`Self::deletes`] too.
    const fn delete(path: &'static str, service: Option<Service>, endpoint: Endpoint) -> Self {
        let mut route = Self::get(path, service, endpoint).deletes();
        route.method = Method::Delete;
        route
    }

    /// Says that the path takes DELETE as well.
    const fn deletes(mut self) -> Self {
        self.allow = "GET, DELETE, HEAD, OPTIONS";
        self
    }

    const fn takes(mut self, form: &'static Form) -> Self {
        self.form = Some(form);
        self
    }

    /// The service whose words an answer on `path` has.
    pub fn service(&self, path: &[u8]) -> Service {
        self.service.unwrap_or_else(|| Service::of(path))
    }
}

/// Every endpoint there is. The first path that matches counts, with the first
/// method. So a path comes after those that end with it; else what is asked for
/// most comes first.
pub static ROUTES: &[Route] = &[
    Route::post(
        "/v1/chat/completions",
        Service::OpenAi,
        Endpoint::Generate(&openai::chat::Chat),
    )
    .takes(&openai::forms::CHAT),
    Route::post(
        "/v1/completions",
        Service::OpenAi,
        Endpoint::Generate(&openai::completions::Completions),
    )
    .takes(&openai::forms::COMPLETIONS),
    Route::post(
        "/v1/embeddings",
        Service::OpenAi,
        Endpoint::Lookup(&openai::embeddings::Embeddings),
    )
    .takes(&openai::forms::EMBEDDINGS),
    Route::post(
        "/v1/moderations",
        Service::OpenAi,
        Endpoint::Lookup(&openai::moderations::Moderations),
    )
    .takes(&openai::forms::MODERATIONS),
    Route::post(
        "/v1/responses",
        Service::OpenAi,
        Endpoint::Generate(&openai::responses::Responses),
    )
    .takes(&openai::forms::RESPONSES),
    Route::post(
        "/v1/responses/input_tokens",
        Service::OpenAi,
        Endpoint::Lookup(&openai::responses::COUNT_TOKENS),
    ),
    Route::post(
        "/v1/responses/{response_id}/cancel",
        Service::OpenAi,
        Endpoint::Lookup(&openai::responses::stored::Get),
    ),
    Route::get(
        "/v1/responses/{response_id}/input_items",
        Some(Service::OpenAi),
        Endpoint::Lookup(&openai::responses::stored::Get),
    ),
    Route::get(
        "/v1/responses/{response_id}",
        Some(Service::OpenAi),
        Endpoint::Lookup(&openai::responses::stored::Get),
    )
    .deletes(),
    Route::delete(
        "/v1/responses/{response_id}",
        Some(Service::OpenAi),
        Endpoint::Lookup(&openai::responses::stored::Delete),
    ),
    Route::post(
        "/v1/messages",
        Service::Anthropic,
        Endpoint::Generate(&anthropic::messages::Messages),
    )
    .takes(&anthropic::forms::MESSAGES),
    Route::post(
        "/v1/messages/count_tokens",
        Service::Anthropic,
        Endpoint::Lookup(&anthropic::COUNT_TOKENS),
    )
    .takes(&anthropic::forms::COUNT_TOKENS),
    // The models of other services have names with a verb at their end.
    Route::post(
        "/v1beta/models/{model}:generateContent",
        Service::Gemini,
        Endpoint::Generate(&gemini::generate::GenerateContent { streams: false }),
    )
    .takes(&gemini::forms::GENERATE_CONTENT),
    Route::post(
        "/v1beta/models/{model}:streamGenerateContent",
        Service::Gemini,
        Endpoint::Generate(&gemini::generate::GenerateContent { streams: true }),
    )
    .takes(&gemini::forms::GENERATE_CONTENT),
    Route::post(
        "/v1beta/models/{model}:countTokens",
        Service::Gemini,
        Endpoint::Lookup(&gemini::COUNT_TOKENS),
    ),
    Route::get("/v1/models", None, Endpoint::Lookup(&openai::models::List)),
    Route::get(
        "/v1/models/{model}",
        None,
        Endpoint::Lookup(&openai::models::One),
    ),
    Route::get("/health", None, Endpoint::Fixed("{\"status\":\"ok\"}")),
];
