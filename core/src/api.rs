//! The APIs that are spoken, and the one table of routes to them.

pub mod anthropic;
mod body;
mod counting;
pub mod gemini;
pub mod openai;
mod out;
mod prompt;
pub mod service;

use crate::api::openai::error::Error;
use crate::ask::Ask;
use crate::json::Escaped;
use crate::reply::Settings;
use crate::saying::Saying;
use crate::stream::Frames;
use crate::tokens::Encoding;

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

    /// How many tokens the prompt in the body of a request has in `encoding`.
    fn prompt_tokens(&self, body: &[u8], encoding: Encoding) -> u64;

    /// How much memory [`Dialect::prompt_tokens`] takes at most, in bytes.
    fn memory_of_prompt(&self, body: &[u8]) -> usize {
        counting::memory(body)
    }

    /// Adds what the path says where the route has `{...}`, and what the
    /// arguments after it say.
    fn heed_path(&self, _name: &[u8], _args: &[u8], _ask: &mut Ask) {}

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
    /// Random letters and digits, for an id of the reply's own.
    pub id: &'a str,
    /// What the directives say.
    pub settings: &'a Settings<'a>,
}

impl Query<'_> {
    /// The encoding in which tokens are counted for a request that names this
    /// model in its body.
    pub fn encoding(&self, model: Option<&str>) -> Option<Encoding> {
        let settings = self.settings;
        let model = model.map(str::as_bytes).unwrap_or(match self.name {
            b"" => settings.model.as_bytes(),
            name => name,
        });
        settings.tokenizer.encoding(model)
    }
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
    fn answer(&self, query: &Query) -> Result<Answer, Error>;
}

/// The body of a reply that no text is generated for.
pub enum Answer {
    /// All of it.
    Whole(Vec<u8>),
    /// What may be long: each part is made when the one before is sent.
    Parts(Box<dyn Frames>),
}

impl From<Vec<u8>> for Answer {
    fn from(body: Vec<u8>) -> Self {
        Self::Whole(body)
    }
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
    /// The path as the API has it. `/v1` or `/v1beta` and what stands before
    /// it are the user's: a base URL may end elsewhere. A part in braces
    /// stands for any name.
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
        let end = end.strip_prefix("beta").unwrap_or(end);
        match end.split_once('{') {
            None => path.ends_with(end.as_bytes()).then_some(&[]),
            Some((before, after)) => {
                let after = after.split_once('}').map_or("", |(_, after)| after);
                let path = path.strip_suffix(after.as_bytes())?;
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
    /// DELETE
    Delete,
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
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Post => "POST",
            Self::Other => "",
        }
    }
}

/// Every endpoint there is. Of those whose path matches, the first that takes
/// the method counts.
pub static ROUTES: &[Route] = &[
    // The models of other services have names with a verb at their end.
    Route {
        path: "/v1beta/models/{model}:generateContent",
        method: Method::Post,
        allow: "POST, HEAD, OPTIONS",
        endpoint: Endpoint::Generate(&gemini::generate::GenerateContent { streams: false }),
    },
    Route {
        path: "/v1beta/models/{model}:streamGenerateContent",
        method: Method::Post,
        allow: "POST, HEAD, OPTIONS",
        endpoint: Endpoint::Generate(&gemini::generate::GenerateContent { streams: true }),
    },
    Route {
        path: "/v1beta/models/{model}:countTokens",
        method: Method::Post,
        allow: "POST, HEAD, OPTIONS",
        endpoint: Endpoint::Lookup(&gemini::tokens::CountTokens),
    },
    Route {
        path: "/v1/messages",
        method: Method::Post,
        allow: "POST, HEAD, OPTIONS",
        endpoint: Endpoint::Generate(&anthropic::messages::Messages),
    },
    Route {
        path: "/v1/messages/count_tokens",
        method: Method::Post,
        allow: "POST, HEAD, OPTIONS",
        endpoint: Endpoint::Lookup(&anthropic::tokens::CountTokens),
    },
    Route {
        path: "/v1/chat/completions",
        method: Method::Post,
        allow: "POST, HEAD, OPTIONS",
        endpoint: Endpoint::Generate(&openai::chat::Chat),
    },
    Route {
        path: "/v1/responses",
        method: Method::Post,
        allow: "POST, HEAD, OPTIONS",
        endpoint: Endpoint::Generate(&openai::responses::Responses),
    },
    Route {
        path: "/v1/responses/input_tokens",
        method: Method::Post,
        allow: "POST, HEAD, OPTIONS",
        endpoint: Endpoint::Lookup(&openai::responses::stored::InputTokens),
    },
    Route {
        path: "/v1/responses/{response_id}/cancel",
        method: Method::Post,
        allow: "POST, HEAD, OPTIONS",
        endpoint: Endpoint::Lookup(&openai::responses::stored::Get),
    },
    Route {
        path: "/v1/responses/{response_id}/input_items",
        method: Method::Get,
        allow: "GET, HEAD, OPTIONS",
        endpoint: Endpoint::Lookup(&openai::responses::stored::Get),
    },
    Route {
        path: "/v1/responses/{response_id}",
        method: Method::Get,
        allow: "GET, DELETE, HEAD, OPTIONS",
        endpoint: Endpoint::Lookup(&openai::responses::stored::Get),
    },
    Route {
        path: "/v1/responses/{response_id}",
        method: Method::Delete,
        allow: "GET, DELETE, HEAD, OPTIONS",
        endpoint: Endpoint::Lookup(&openai::responses::stored::Delete),
    },
    Route {
        path: "/v1/completions",
        method: Method::Post,
        allow: "POST, HEAD, OPTIONS",
        endpoint: Endpoint::Generate(&openai::completions::Completions),
    },
    Route {
        path: "/v1/embeddings",
        method: Method::Post,
        allow: "POST, HEAD, OPTIONS",
        endpoint: Endpoint::Lookup(&openai::embeddings::Embeddings),
    },
    Route {
        path: "/v1/models",
        method: Method::Get,
        allow: "GET, HEAD, OPTIONS",
        endpoint: Endpoint::Lookup(&openai::models::List),
    },
    Route {
        path: "/v1/models/{model}",
        method: Method::Get,
        allow: "GET, HEAD, OPTIONS",
        endpoint: Endpoint::Lookup(&openai::models::One),
    },
    Route {
        path: "/v1/moderations",
        method: Method::Post,
        allow: "POST, HEAD, OPTIONS",
        endpoint: Endpoint::Lookup(&openai::moderations::Moderations),
    },
    Route {
        path: "/health",
        method: Method::Get,
        allow: "GET, HEAD, OPTIONS",
        endpoint: Endpoint::Fixed("{\"status\":\"ok\"}"),
    },
];

/// The model that a path of Azure's names:
/// `/openai/deployments/{deployment}/chat/completions` (Azure OpenAI REST API
/// reference, "Data plane inference").
pub fn deployment(path: &[u8]) -> Option<&[u8]> {
    const BEFORE: &[u8] = b"/deployments/";
    let mut places = path.windows(BEFORE.len());
    let starts = places.position(|at| at == BEFORE)? + BEFORE.len();
    let rest = path.get(starts..)?;
    let name = rest.get(..rest.iter().position(|&byte| byte == b'/')?)?;
    (!name.is_empty()).then_some(name)
}

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
    let Some((first, name)) = found.next() else {
        return Routed::NotFound;
    };
    if method == first.method || method == Method::Head {
        return Routed::To(first, name);
    }
    match found.find(|(route, _)| route.method == method) {
        Some((route, name)) => Routed::To(route, name),
        None => Routed::NotAllowed(first),
    }
}

#[cfg(test)]
pub(crate) mod testing;

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
    fn a_deployment_is_a_part_of_the_path() {
        for (path, expected) in [
            ("/openai/deployments/mine/chat/completions", Some("mine")),
            (
                "/x/openai/deployments/gpt-4o.1/embeddings",
                Some("gpt-4o.1"),
            ),
            ("/openai/deployments//embeddings", None),
            ("/openai/deployments/mine", None),
            ("/openai/deployments/", None),
            ("/v1/chat/completions", None),
            ("", None),
        ] {
            let found = deployment(path.as_bytes());
            assert_eq!(found, expected.map(str::as_bytes), "{path}");
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
