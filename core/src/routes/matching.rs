//! Route matching.

use super::{ROUTES, Route};
use crate::http::{Headers, Method};
use crate::providers::openai::OpenAi;
use crate::providers::provider::Provider;

/// The result of route matching.
#[derive(Clone, Copy)]
pub enum Matched {
    /// A route matches.
    Route(Target),
    /// The request is a browser's preflight, which every path answers.
    Preflight,
    /// No route has the path. The response is this provider's error object.
    NotFound(&'static dyn Provider),
    /// The route does not support the method.
    NotAllowed(&'static Route),
    /// nginx refused the request with a status of 400 to 599.
    Refused(&'static dyn Provider, u16),
}

impl Matched {
    /// Returns the provider of the response, or `None` for a preflight.
    pub fn provider(&self) -> Option<&'static dyn Provider> {
        match self {
            Self::Route(target) => Some(target.route.provider),
            Self::NotAllowed(route) => Some(route.provider),
            Self::NotFound(provider) | Self::Refused(provider, _) => Some(*provider),
            Self::Preflight => None,
        }
    }

    /// Returns whether the response depends on the body.
    pub fn needs_body(&self, method: Method) -> bool {
        match self {
            Self::Route(target) => target.route.endpoint.needs_body(method),
            _ => false,
        }
    }
}

/// A matched route with the positions of the path's parts.
///
/// It refers to the path by offsets, so that it can be stored while the body is
/// read.
#[derive(Clone, Copy)]
pub struct Target {
    /// The matched row of the table.
    pub route: &'static Route,
    /// The length of the part before the route's own path, in bytes.
    before: usize,
    /// The offset and the length of the name that matches `{...}`.
    name: (usize, usize),
}

impl Target {
    fn of(route: &'static Route, path: &[u8]) -> Option<Self> {
        let (before, name) = route.pattern.find_in(path)?;
        Some(Self {
            route,
            before,
            name,
        })
    }

    /// Returns the name that matches `{...}` in `path`, the path that was
    /// matched.
    pub fn name<'a>(&self, path: &'a [u8]) -> &'a [u8] {
        let (start, len) = self.name;
        path.get(start..start + len).unwrap_or_default()
    }

    /// Returns the deployment that an Azure path names:
    /// `/openai/deployments/{deployment}/chat/completions` (Azure OpenAI REST
    /// API reference, "Data plane inference").
    pub fn deployment<'a>(&self, path: &'a [u8]) -> Option<&'a [u8]> {
        fn last_name(before: &[u8]) -> Option<&[u8]> {
            let slash = before.iter().rposition(|&byte| byte == b'/')?;
            let name = before.get(slash + 1..).filter(|name| !name.is_empty())?;
            let is_named = before.get(..slash)?.ends_with(b"/deployments");
            is_named.then_some(name)
        }
        let before = path.get(..self.before)?;
        last_name(before).or_else(|| last_name(before.strip_suffix(b"/v1")?))
    }
}

/// Finds the route of a request by its method and its decoded path, and by its
/// headers if several providers share the path.
pub fn find(method: Method, path: &[u8], headers: &dyn Headers) -> Matched {
    if method == Method::Options {
        return Matched::Preflight;
    }
    let mut targets = targets(path, headers);
    let Some(first) = targets.next() else {
        return Matched::NotFound(provider_of(path, headers));
    };
    if method == first.route.method || method == Method::Head {
        return Matched::Route(first);
    }
    // Only routes with the same path, not shorter paths that also match.
    let mut same = targets.filter(|target| target.route.path == first.route.path);
    match same.find(|target| target.route.method == method) {
        Some(target) => Matched::Route(target),
        None => Matched::NotAllowed(first.route),
    }
}

/// Returns the match for a request that nginx refused with `status`. `target`
/// is the path with the arguments, as the client sent them.
pub fn refused(status: u16, target: &[u8], headers: &dyn Headers) -> Matched {
    let path = target.split(|&byte| byte == b'?').next();
    let path = path.unwrap_or_default();
    let first = targets(path, headers).next();
    let provider = first.map_or_else(|| provider_of(path, headers), |it| it.route.provider);
    Matched::Refused(provider, status)
}

fn targets(path: &[u8], headers: &dyn Headers) -> impl Iterator<Item = Target> {
    let found = ROUTES.iter().filter_map(|route| Target::of(route, path));
    found.filter(move |it| !it.route.is_shared || it.route.provider.claims(path, headers))
}

/// Returns the provider of a path that no route has.
fn provider_of(path: &[u8], headers: &dyn Headers) -> &'static dyn Provider {
    let mut providers = ROUTES.iter().map(|route| route.provider);
    let claims = |it: &&dyn Provider| it.claims(path, headers);
    providers.find(claims).unwrap_or(&OpenAi)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_HEADERS: &dyn Headers = &[];

    fn matched(method: Method, path: &str) -> String {
        match find(method, path.as_bytes(), NO_HEADERS) {
            Matched::Route(target) => target.route.path.to_owned(),
            Matched::Preflight => "preflight".to_owned(),
            Matched::NotFound(_) => "404".to_owned(),
            Matched::NotAllowed(route) => format!("405 {}", route.allow),
            Matched::Refused(_, status) => status.to_string(),
        }
    }

    #[test]
    fn the_deployment_is_read_from_the_path() {
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
            let found = find(Method::Post, path.as_bytes(), NO_HEADERS);
            let Matched::Route(target) = found else {
                panic!("{path}");
            };
            let found = target.deployment(path.as_bytes());
            assert_eq!(found, expected.map(str::as_bytes), "{path}");
        }
    }

    #[test]
    fn the_path_selects_the_provider_of_an_error() {
        for (method, path, expected) in [
            (Method::Get, "/v1/chat/completions", "openai"),
            (Method::Get, "/v1/messages", "anthropic"),
            (Method::Post, "/v1/messages/batches", "anthropic"),
            (Method::Get, "/v1beta/models/g:countTokens", "gemini"),
            (Method::Post, "/v1beta/cachedContents", "gemini"),
            (Method::Post, "/v1beta/openai/nowhere", "openai"),
            (Method::Post, "/v1beta/models/g:embedContent", "gemini"),
            (
                Method::Get,
                "/v1/projects/p/publishers/anthropic/models/c:rawPredict",
                "anthropic",
            ),
            (Method::Post, "/v1/models/g", "openai"),
            (Method::Get, "/messages/v1/responses", "openai"),
            (Method::Get, "/nowhere", "openai"),
        ] {
            let provider = find(method, path.as_bytes(), NO_HEADERS).provider();
            assert_eq!(provider.map(Provider::name), Some(expected), "{path}");
        }
        for (target, expected) in [
            ("/anthropic/v1/messages?beta=true", "anthropic"),
            ("/nowhere?x=/v1/messages", "openai"),
            ("/v1beta/models/x:streamGenerateContent?alt=sse", "gemini"),
            ("", "openai"),
        ] {
            let provider = refused(429, target.as_bytes(), NO_HEADERS).provider();
            assert_eq!(provider.map(Provider::name), Some(expected), "{target}");
        }
    }

    #[test]
    fn routes_match_the_method_and_the_end_of_the_path() {
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
            (Get, "/v1beta/models", "/v1beta/models"),
            (Get, "/v1beta/models/g", "/v1beta/models/{model}"),
            (Get, "/v1beta/openai/models", "/v1/models"),
            (Post, "/v1/fim/completions", "/v1/fim/completions"),
            (Post, "/fim/completions", "/v1/fim/completions"),
            (
                Post,
                "/v1/projects/p/locations/l/publishers/anthropic/models/c@1:rawPredict",
                "/v1/publishers/anthropic/models/{model}:rawPredict",
            ),
            (
                Post,
                "/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict",
                "/v1/publishers/anthropic/models/count-tokens:rawPredict",
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
            assert_eq!(matched(method, path), expected, "{method:?} {path}");
        }
    }
}
