//! Which route a request takes.

use super::{ROUTES, Route};
use crate::api::Method;
use crate::api::service::Service;

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
    /// What `path` says, if it is one of `route`'s.
    pub fn of(route: &'static Route, path: &'a [u8]) -> Option<Self> {
        let (before, name) = route.pattern.find_in(path)?;
        Some(Self {
            route,
            name,
            before,
        })
    }

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
    let mut found = ROUTES.iter().filter_map(|route| Target::of(route, path));
    let Some(first) = found.next() else {
        return Routed::NotFound;
    };
    if method == first.route.method || method == Method::Head {
        return Routed::To(first);
    }
    // The same path with another method, not a name that ends as the path does.
    let mut same = found.filter(|target| target.route.path == first.route.path);
    match same.find(|target| target.route.method == method) {
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
            (
                Delete,
                "/v1/responses/resp_1/input_items",
                "405 GET, HEAD, OPTIONS",
            ),
            (
                Delete,
                "/v1/responses/input_tokens",
                "405 POST, HEAD, OPTIONS",
            ),
            (
                Get,
                "/v1/responses/resp_1/cancel",
                "405 POST, HEAD, OPTIONS",
            ),
            (
                Get,
                "/v1beta/models/g:generateContent",
                "405 POST, HEAD, OPTIONS",
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
