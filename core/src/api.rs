//! The APIs that are spoken, and the one table of routes to them.

pub mod openai;

use crate::api::openai::error::Error;
use crate::ask::Ask;
use crate::json::Escaped;
use crate::saying::Saying;
use crate::stream::Frames;

/// What one reply says and carries, in terms of no API.
#[derive(Debug, Clone)]
pub struct Said<'a> {
    /// The reply's own identifier, random letters and digits.
    pub id: String,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// The model that claims to have made it.
    pub model: &'a Escaped,
    /// The text.
    pub saying: Saying,
    /// How often it is said.
    pub choices: usize,
    /// The tokens of the request.
    pub prompt_tokens: u64,
    /// Whether a stream ends with the usage.
    pub include_usage: bool,
    /// What it answers, for what only one API repeats.
    pub ask: &'a Ask,
}

/// How an endpoint that generates text is spoken to.
pub trait Dialect: Sync {
    /// Goes before the random part of a reply's id.
    fn id_prefix(&self) -> &'static str;

    /// Goes before the random part of the id of a call.
    fn call_id_prefix(&self) -> &'static str {
        "call_"
    }

    /// Reads the body of a request. There is no error: what can't be read
    /// counts as not said.
    fn ask(&self, body: &[u8]) -> Ask;

    /// The frames of a streamed reply: as many steps as what is said has
    /// pieces, one if it has none.
    fn stream(&self, said: &Said) -> Box<dyn Frames>;

    /// The body of a plain reply.
    fn whole(&self, said: &Said) -> Vec<u8>;
}

/// A request to an endpoint that generates no text.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// What stands in the path where the route has `{...}`.
    pub name: &'a [u8],
    /// The body; empty if the method has none.
    pub body: &'a [u8],
    /// When it came, in seconds since 1970.
    pub unix: u64,
}

/// An endpoint that generates no text.
pub trait Lookup: Sync {
    /// How much memory [`Lookup::answer`] takes at most, in bytes.
    fn memory(&self, query: &Query) -> usize;

    /// The body of the reply, as JSON.
    ///
    /// # Errors
    ///
    /// What the service itself would answer instead.
    fn answer(&self, query: &Query) -> Result<Vec<u8>, Error>;
}

/// What a route leads to.
pub enum Endpoint {
    /// Text is generated, paced, and streamed if the client wants it so.
    Generate(&'static dyn Dialect),
    /// An answer that depends on the request alone, in one piece.
    Lookup(&'static dyn Lookup),
    /// The same JSON each time.
    Fixed(&'static str),
}

/// One row of the table.
pub struct Route {
    /// The path as the API has it. `/v1` and what stands before it are the
    /// user's: a base URL may end elsewhere. A last part in braces stands for
    /// any name.
    pub path: &'static str,
    /// The method it takes.
    pub method: Method,
    /// What the header `Allow` says when it gets another.
    pub allow: &'static str,
    /// What answers.
    pub endpoint: Endpoint,
}

impl Route {
    /// What stands in `path` where the route has `{...}`; empty if it has none.
    /// `None` if this is not the path's route.
    fn matches<'a>(&self, path: &'a [u8]) -> Option<&'a [u8]> {
        let end = self.path.strip_prefix("/v1").unwrap_or(self.path);
        match end.split_once('{') {
            None => path.ends_with(end.as_bytes()).then_some(&[]),
            Some((before, _)) => {
                let before = before.as_bytes();
                let starts = path.windows(before.len()).position(|at| at == before)?;
                let name = path.get(starts + before.len()..)?;
                (!name.is_empty()).then_some(name)
            }
        }
    }
}

/// A request's method, as far as routes tell methods apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// HEAD: what another method's reply would be, without its body.
    Head,
    /// OPTIONS: a browser asks what it may send.
    Options,
    /// POST
    Post,
    /// Any other.
    Other,
}

impl Method {
    /// The method's name; empty for one that has no name here.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Post => "POST",
            Self::Other => "",
        }
    }
}

/// Every endpoint there is. The first that matches counts.
pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/chat/completions",
        method: Method::Post,
        allow: "POST, HEAD, OPTIONS",
        endpoint: Endpoint::Generate(&openai::chat::Chat),
    },
    Route {
        path: "/health",
        method: Method::Get,
        allow: "GET, HEAD, OPTIONS",
        endpoint: Endpoint::Fixed("{\"status\":\"ok\"}"),
    },
];

/// Where a request goes.
pub enum Routed<'a> {
    /// To an endpoint, with the name that the path holds.
    To(&'static Route, &'a [u8]),
    /// To the answer that any path gives a browser's preflight.
    Preflight,
    /// Nowhere: no such path.
    NotFound,
    /// Nowhere: the path is known, with other methods.
    NotAllowed(&'static Route),
}

/// Finds the route of a request by its method and its decoded path.
pub fn route(method: Method, path: &[u8]) -> Routed<'_> {
    if method == Method::Options {
        return Routed::Preflight;
    }
    let mut found = ROUTES
        .iter()
        .filter_map(|route| Some((route, route.matches(path)?)));
    match found.next() {
        None => Routed::NotFound,
        Some((route, name)) if method == route.method || method == Method::Head => {
            Routed::To(route, name)
        }
        Some((route, _)) => Routed::NotAllowed(route),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routed(method: Method, path: &str) -> String {
        match route(method, path.as_bytes()) {
            Routed::To(route, _) => route.path.to_owned(),
            Routed::Preflight => "preflight".to_owned(),
            Routed::NotFound => "404".to_owned(),
            Routed::NotAllowed(route) => format!("405 {}", route.allow),
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
            (Post, "/v1/xchat/completions", "404"),
            (Post, "/v1/chat", "404"),
            (Post, "/", "404"),
            (Post, "", "404"),
            (Get, "/health", "/health"),
            (Post, "/health", "405 GET, HEAD, OPTIONS"),
        ] {
            assert_eq!(routed(method, path), expected, "{method:?} {path}");
        }
    }
}
