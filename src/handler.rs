//! From a request to a reply.

use llm_mock_core::api::openai::error::Error;
use llm_mock_core::api::routes::{self, ROUTES, Routed, Target};
use llm_mock_core::api::service::Service;
use llm_mock_core::api::{Endpoint, Method, Query, validate};
use llm_mock_core::ask::{Ask, Client, accepts_json};
use llm_mock_core::id;
use llm_mock_core::json::Escaped;
use llm_mock_core::reply::Reply;

use crate::memory;
use crate::ngx::{self, Request};
use crate::worker;

/// What is to be done with a request whose headers are there.
#[expect(clippy::large_enum_variant, reason = "each is there for a moment")]
pub enum Verdict {
    /// It is not for this module.
    Decline,
    /// This is the reply, whatever the body holds.
    Reply(Reply),
    /// The body decides: see [`answer_body`].
    ReadBody,
    /// There is no reply to be had; nginx makes one of status 500.
    Fail,
}

/// Decides on a request by its method, path and headers.
pub fn answer(request: &Request) -> Verdict {
    if !request.conf().is_enabled() {
        return Verdict::Decline;
    }
    if !memory::is_there(memory::FOR_A_REPLY) {
        return no_memory(request).unwrap_or(Verdict::Fail);
    }
    if let Some(status) = request.refused_with() {
        // The path is the error page's.
        let service = Service::of(request.target());
        return match error(service, &Error::refused(status)) {
            Some(reply) => Verdict::Reply(reply),
            None => Verdict::Fail,
        };
    }
    let method = request.method();
    let routed = routes::route(method, request.path());
    let service = routed.service(request.path());
    let reply = worker::with_rng(|rng| {
        Some(match routed {
            Routed::Preflight => Reply::preflight(rng),
            Routed::NotFound => Reply::error(
                service,
                &Error::not_found(request.method_name(), request.path(), ROUTES),
                rng,
            ),
            Routed::NotAllowed(route) => {
                Reply::not_allowed(service, request.method_name(), route, rng)
            }
            Routed::To(target) => match target.route.endpoint {
                Endpoint::Fixed(json) => Reply::fixed(json, rng),
                Endpoint::Generate(dialect) if method == Method::Head => {
                    let mode = request.conf().stream_mode();
                    Reply::generated_head(dialect, request.args(), mode, rng)
                }
                Endpoint::Generate(_) | Endpoint::Lookup(_) => return None,
            },
        })
    });
    match reply {
        None => Verdict::Fail,
        Some(None) => Verdict::ReadBody,
        Some(Some(reply)) => Verdict::Reply(reply.of(service)),
    }
}

/// Answers a request whose body matters, once that is there.
pub fn answer_body(request: &Request, body: &[u8]) -> Option<Reply> {
    let routed = routes::route(request.method(), request.path());
    let service = routed.service(request.path());
    let Routed::To(target) = routed else {
        return None;
    };
    if !memory::is_there(memory::FOR_A_REPLY) {
        return no_memory(request);
    }
    if let Err(violation) = check(request, &target, body)? {
        return error(service, &violation);
    }
    let mut settings = match request.conf().settings(request) {
        Ok(settings) => settings,
        Err(bad_setting) => return misconfigured(request, service, &bad_setting),
    };
    // With Azure a deployment is what answers a request that names no model.
    let deployed = match target.deployment() {
        Some(name) if memory::is_there(memory::FOR_A_REPLY + Escaped::memory(name)) => {
            Some(Escaped::new(name))
        }
        Some(_) => return no_memory(request),
        None => None,
    };
    settings.model = deployed.as_ref().unwrap_or(settings.model);
    let now = ngx::now();
    let reply = match target.route.endpoint {
        Endpoint::Fixed(_) => None,
        Endpoint::Lookup(lookup) => {
            let query = Query {
                name: target.name,
                body,
                unix: now.unix,
                id: &worker::with_rng(|rng| id::object("", rng))?,
                settings: &settings,
            };
            if !memory::is_there(memory::FOR_A_REPLY + lookup.memory(&query)) {
                return no_memory(request);
            }
            worker::with_rng(|rng| Reply::look_up(service, lookup, &query, now.monotonic, rng))
        }
        Endpoint::Generate(dialect) => {
            let name = target.name;
            if !memory::is_there(memory::FOR_A_REPLY + Ask::memory(body) + Ask::memory(name)) {
                return no_memory(request);
            }
            let mut ask = dialect.ask(body);
            dialect.heed_path(name, request.args(), &mut ask);
            let model = ask.model.as_deref().map(str::as_bytes);
            let model = model.unwrap_or(settings.model.as_bytes());
            if let Some(encoding) = settings.tokenizer.encoding(model) {
                if !memory::is_there(memory::FOR_A_REPLY + dialect.memory_of_prompt(body)) {
                    return no_memory(request);
                }
                ask.prompt_tokens = dialect.prompt_tokens(body, encoding);
                settings.script = match request.conf().script(Some(encoding), request) {
                    Ok(script) => script,
                    Err(bad_setting) => return misconfigured(request, service, &bad_setting),
                };
            }
            if !memory::is_there(Reply::memory(&ask, &settings)) {
                return no_memory(request);
            }
            let client = client(request);
            worker::with_rng(|rng| Reply::compose(dialect, &ask, client, &settings, now, rng))
        }
    };
    reply.map(|reply| reply.of(service))
}

/// Checks a body, where bodies are checked. `None` if there is no memory for it.
fn check(request: &Request, target: &Target, body: &[u8]) -> Option<Result<(), Error>> {
    let form = match target.route.form {
        // A HEAD has no body that could be wrong.
        Some(form) if request.conf().is_strict() && request.method() != Method::Head => form,
        _ => return Some(Ok(())),
    };
    if !memory::is_there(memory::FOR_A_REPLY + validate::memory(body)) {
        return no_memory(request);
    }
    let names_model = target.deployment().is_some();
    Some(validate::check(form, body, names_model))
}

/// A refusal for what the configuration has made of a request.
fn misconfigured(request: &Request, service: Service, bad_setting: &Error) -> Option<Reply> {
    request.log_error(&bad_setting.message);
    error(service, bad_setting)
}

/// A refusal, as `service` words it.
fn error(service: Service, error: &Error) -> Option<Reply> {
    worker::with_rng(|rng| Reply::error(service, error, rng).of(service))
}

fn client(request: &Request) -> Client {
    Client {
        is_api_client: request.headers().any(|(name, value)| match name {
            b"authorization" | b"api-key" | b"x-api-key" => !value.is_empty(),
            b"accept" => accepts_json(value),
            _ => false,
        }),
    }
}

fn no_memory<T>(request: &Request) -> Option<T> {
    request.log_error("llm_mock: no memory for a reply");
    None
}
