//! The one table of routes.

use super::service::Service;
use super::validate::form::Form;
use super::{Endpoint, Method, anthropic, gemini, openai};

/// One row of the table.
pub struct Route {
    /// The path as the API has it. `/v1` or `/v1beta` and what stands before
    /// it are the user's: a base URL may end elsewhere. A part in braces
    /// stands for any name.
    pub path: &'static str,
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
            method: Method::Post,
            allow: "POST, HEAD, OPTIONS",
            service: Some(service),
            endpoint,
            form: None,
        }
    }

    const fn get(path: &'static str, service: Option<Service>, endpoint: Endpoint) -> Self {
        Self {
            path,
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
    fn service(&self, path: &[u8]) -> Service {
        self.service.unwrap_or_else(|| Service::of(path))
    }

    /// The name that stands in `path` where the route has `{...}`, empty if it
    /// has none, and what stands before all that the route has. `None` if this
    /// is not the path's route.
    fn matches<'a>(&self, path: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let end = self.path.strip_prefix("/v1").unwrap_or(self.path);
        let end = end.strip_prefix("beta").unwrap_or(end);
        let Some((before, after)) = end.split_once('{') else {
            return Some((&[], path.strip_suffix(end.as_bytes())?));
        };
        let after = after.split_once('}').map_or("", |(_, after)| after);
        let path = path.strip_suffix(after.as_bytes())?;
        let before = before.as_bytes();
        let starts = path.windows(before.len()).position(|at| at == before)?;
        let name = path.get(starts + before.len()..)?;
        (!name.is_empty()).then_some((name, path.get(..starts)?))
    }
}

/// Every endpoint there is. Of those whose path matches, the first that takes
/// the method counts.
pub static ROUTES: &[Route] = &[
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
    Route::post(
        "/v1/chat/completions",
        Service::OpenAi,
        Endpoint::Generate(&openai::chat::Chat),
    )
    .takes(&openai::forms::CHAT),
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
    Route::get("/v1/models", None, Endpoint::Lookup(&openai::models::List)),
    Route::get(
        "/v1/models/{model}",
        None,
        Endpoint::Lookup(&openai::models::One),
    ),
    Route::post(
        "/v1/moderations",
        Service::OpenAi,
        Endpoint::Lookup(&openai::moderations::Moderations),
    )
    .takes(&openai::forms::MODERATIONS),
    Route::get("/health", None, Endpoint::Fixed("{\"status\":\"ok\"}")),
];

/// Where a request goes.
pub enum Routed<'a> {
    /// To an endpoint.
    To(Target<'a>),
    /// To the answer that any path gives a browser's preflight.
    Preflight,
    /// Nowhere: no such path.
    NotFound,
    /// Nowhere: the path is known, with other methods.
    NotAllowed(&'static Route),
}

/// An endpoint, and what the path says beside it.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// The endpoint's row.
    pub route: &'static Route,
    /// What stands in the path where the route has `{...}`.
    pub name: &'a [u8],
    /// What stands before the route's part of the path.
    before: &'a [u8],
}

impl<'a> Target<'a> {
    /// The model that a path of Azure's names:
    /// `/openai/deployments/{deployment}/chat/completions` (Azure OpenAI REST
    /// API reference, "Data plane inference").
    pub fn deployment(&self) -> Option<&'a [u8]> {
        let named = |before: &'a [u8]| {
            let slash = before.iter().rposition(|&byte| byte == b'/')?;
            let name = before.get(slash + 1..).filter(|name| !name.is_empty())?;
            before
                .get(..slash)?
                .ends_with(b"/deployments")
                .then_some(name)
        };
        named(self.before).or_else(|| named(self.before.strip_suffix(b"/v1")?))
    }
}

impl Routed<'_> {
    /// The service whose words an answer on `path` has.
    pub fn service(&self, path: &[u8]) -> Service {
        match self {
            Self::To(target) => target.route.service(path),
            Self::NotAllowed(route) => route.service(path),
            Self::Preflight | Self::NotFound => Service::of(path),
        }
    }
}

/// Finds the route of a request by its method and its decoded path.
pub fn route(method: Method, path: &[u8]) -> Routed<'_> {
    if method == Method::Options {
        return Routed::Preflight;
    }
    let mut found = ROUTES.iter().filter_map(|route| {
        let (name, before) = route.matches(path)?;
        Some(Target {
            route,
            name,
            before,
        })
    });
    let Some(first) = found.next() else {
        return Routed::NotFound;
    };
    if method == first.route.method || method == Method::Head {
        return Routed::To(first);
    }
    match found.find(|target| target.route.method == method) {
        Some(target) => Routed::To(target),
        None => Routed::NotAllowed(first.route),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routed(method: Method, path: &str) -> String {
        match route(method, path.as_bytes()) {
            Routed::To(target) => target.route.path.to_owned(),
            Routed::Preflight => "preflight".to_owned(),
            Routed::NotFound => "404".to_owned(),
            Routed::NotAllowed(route) => format!("405 {}", route.allow),
        }
    }

    #[test]
    fn a_deployment_is_a_part_of_the_path() {
        for (path, expected) in [
            ("/openai/deployments/mine/chat/completions", Some("mine")),
            ("/openai/deployments/mine/v1/completions", Some("mine")),
            ("/openai/deployments/v1/completions", Some("v1")),
            (
                "/x/openai/deployments/gpt-4o.1/embeddings",
                Some("gpt-4o.1"),
            ),
            ("/openai/deployments//embeddings", None),
            ("/openai/deployments/embeddings", None),
            ("/deployments/embeddings", None),
            ("/v1/chat/completions", None),
        ] {
            let Routed::To(target) = route(Method::Post, path.as_bytes()) else {
                panic!("{path}");
            };
            let found = target.deployment();
            assert_eq!(found, expected.map(str::as_bytes), "{path}");
        }
    }

    #[test]
    fn an_answer_is_in_the_words_of_the_endpoints_service() {
        use Service::*;
        for (method, path, expected) in [
            (Method::Post, "/v1/chat/completions", OpenAi),
            (Method::Get, "/v1/messages", Anthropic),
            (Method::Post, "/v1/messages/batches", Anthropic),
            (Method::Post, "/v1beta/models/g:countTokens", Gemini),
            (Method::Get, "/v1beta/models/g", Gemini),
            (Method::Get, "/v1/models/g", OpenAi),
            (Method::Post, "/messages/v1/responses", OpenAi),
            (Method::Options, "/v1/messages", Anthropic),
        ] {
            let routed = route(method, path.as_bytes());
            assert_eq!(routed.service(path.as_bytes()), expected, "{path}");
        }
    }

    #[test]
    fn routes_by_method_and_the_end_of_the_path() {
        use Method::*;
        for (method, path, expected) in [
            (Post, "/v1/chat/completions", "/v1/chat/completions"),
            (
                Post,
                "/proxy/openai/v1/chat/completions",
                "/v1/chat/completions",
            ),
            (Post, "/chat/completions", "/v1/chat/completions"),
            (
                Post,
                "/openai/deployments/gpt-4o/chat/completions",
                "/v1/chat/completions",
            ),
            (Head, "/v1/chat/completions", "/v1/chat/completions"),
            (Get, "/v1/chat/completions", "405 POST, HEAD, OPTIONS"),
            (Other, "/v1/chat/completions", "405 POST, HEAD, OPTIONS"),
            (Options, "/v1/chat/completions", "preflight"),
            (Post, "/v1/chat/completions/", "404"),
            (Post, "/v1/chat/xcompletions", "404"),
            (Post, "/v1/chat", "404"),
            (Post, "/", "404"),
            (Post, "", "404"),
            (Post, "/v1/responses", "/v1/responses"),
            (
                Post,
                "/v1/responses/input_tokens",
                "/v1/responses/input_tokens",
            ),
            (
                Post,
                "/v1/responses/resp_1/cancel",
                "/v1/responses/{response_id}/cancel",
            ),
            (Get, "/v1/responses/resp_1", "/v1/responses/{response_id}"),
            (
                Delete,
                "/v1/responses/resp_1",
                "/v1/responses/{response_id}",
            ),
            (
                Post,
                "/v1/responses/resp_1",
                "405 GET, DELETE, HEAD, OPTIONS",
            ),
            (Get, "/v1/responses/", "404"),
            (Get, "/v1/responses", "405 POST, HEAD, OPTIONS"),
            (Post, "/v1/messages", "/v1/messages"),
            (Post, "/anthropic/v1/messages", "/v1/messages"),
            (
                Post,
                "/v1/messages/count_tokens",
                "/v1/messages/count_tokens",
            ),
            (Get, "/v1/messages", "405 POST, HEAD, OPTIONS"),
            (
                Post,
                "/v1beta/models/gemini-2.5-flash:generateContent",
                "/v1beta/models/{model}:generateContent",
            ),
            (
                Post,
                "/v1/projects/p/publishers/google/models/g:streamGenerateContent",
                "/v1beta/models/{model}:streamGenerateContent",
            ),
            (
                Post,
                "/v1beta/models/g:countTokens",
                "/v1beta/models/{model}:countTokens",
            ),
            (
                Post,
                "/v1beta/models/:generateContent",
                "405 GET, HEAD, OPTIONS",
            ),
            (Post, "/v1beta/models/g:generate", "405 GET, HEAD, OPTIONS"),
            (Post, "/v1/completions", "/v1/completions"),
            (
                Post,
                "/openai/deployments/mine/completions",
                "/v1/completions",
            ),
            (Post, "/v1/embeddings", "/v1/embeddings"),
            (Get, "/v1/embeddings", "405 POST, HEAD, OPTIONS"),
            (Get, "/v1/models", "/v1/models"),
            (Get, "/openai/models", "/v1/models"),
            (Get, "/v1/models/gpt-4o", "/v1/models/{model}"),
            (Get, "/v1/models/org/model:tag", "/v1/models/{model}"),
            (Head, "/v1/models/gpt-4o", "/v1/models/{model}"),
            (Get, "/v1/models/", "404"),
            (Post, "/v1/models", "405 GET, HEAD, OPTIONS"),
            (Other, "/v1/models/gpt-4o", "405 GET, HEAD, OPTIONS"),
            (Post, "/v1/moderations", "/v1/moderations"),
            (Get, "/health", "/health"),
            (Post, "/health", "405 GET, HEAD, OPTIONS"),
        ] {
            assert_eq!(routed(method, path), expected, "{method:?} {path}");
        }
    }
}
