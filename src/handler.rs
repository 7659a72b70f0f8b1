//! From a request to a reply.

use llm_mock_core::api::openai::error::Error;
use llm_mock_core::api::routes::{self, ROUTES, Route, Routed, Target};
use llm_mock_core::api::service::Service;
use llm_mock_core::api::{Endpoint, Generation, Method, Query, validate};
use llm_mock_core::ask::{Ask, Client, accepts_json};
use llm_mock_core::id;
use llm_mock_core::json::Escaped;
use llm_mock_core::reply::Reply;
use rand::RngCore;

use crate::ngx::{self, Request};
use crate::worker;

/// What is to be done with a request whose headers are there.
pub enum Verdict {
    /// It is not for this module.
    Decline,
    /// This is the reply, whatever the body holds.
    Reply(Box<Reply>),
    /// The body decides, on this route: see [`answer_body`].
    ReadBody(&'static Route),
    /// There is no reply to be had; nginx makes one of status 500.
    Fail,
}

/// Decides on a request by its method, path and headers.
pub fn answer(request: &Request) -> Verdict {
    if !request.conf().is_enabled() {
        return Verdict::Decline;
    }
    let reply = match request.refused_with() {
        // The path is the error page's.
        Some(status) => {
            let service = Service::of(request.target());
            make(request, service, |rng| {
                Some(Reply::error(service, &Error::refused(status), rng))
            })
        }
        None => match routes::route(request.method(), request.path()) {
            Routed::To(target) if reads_body(request.method(), target.route) => {
                return Verdict::ReadBody(target.route);
            }
            routed => answer_at_once(request, &routed),
        },
    };
    reply.map_or(Verdict::Fail, |reply| Verdict::Reply(Box::new(reply)))
}

/// Whether the body decides about the reply.
fn reads_body(method: Method, route: &Route) -> bool {
    match route.endpoint {
        Endpoint::Fixed(_) => false,
        Endpoint::Generate(_) => method != Method::Head,
        Endpoint::Lookup(_) => true,
    }
}

/// Answers a request whose body does not matter.
fn answer_at_once(request: &Request, routed: &Routed) -> Option<Reply> {
    let service = routed.service(request.path());
    make(request, service, |rng| match routed {
        Routed::Preflight => Some(Reply::preflight(rng)),
        Routed::NotFound => {
            let error = Error::not_found(request.method_name(), request.path(), ROUTES);
            Some(Reply::error(service, &error, rng))
        }
        Routed::NotAllowed(route) => {
            let method = request.method_name();
            Some(Reply::not_allowed(service, method, route, rng))
        }
        Routed::To(target) => match target.route.endpoint {
            Endpoint::Fixed(json) => Some(Reply::fixed(json, rng)),
            Endpoint::Generate(dialect) => {
                let mode = request.conf().stream_mode();
                Some(Reply::generated_head(dialect, request.args(), mode, rng))
            }
            Endpoint::Lookup(_) => None,
        },
    })
}

/// Answers a request whose body matters, once that is there.
pub fn answer_body(request: &Request, route: &'static Route, body: &[u8]) -> Option<Reply> {
    let path = request.path();
    let service = route.service(path);
    let target = Target::of(route, path)?;
    if let Err(violation) = check(request, &target, body)? {
        return error(request, service, &violation);
    }
    ask_for(0, request)?;
    let mut settings = match request.conf().settings(request) {
        Ok(settings) => settings,
        Err(bad_setting) => return misconfigured(request, service, &bad_setting),
    };
    // The path may name a model, or a deployment. Variables have just taken
    // memory of nginx's.
    let reading = Ask::memory(body) + Ask::memory(path) + Escaped::memory(path);
    ask_for(reading, request)?;
    // With Azure a deployment is what answers a request that names no model.
    let deployed = target.deployment().map(Escaped::new);
    settings.model = deployed.as_ref().unwrap_or(settings.model);
    let now = ngx::now();
    let mut reply = match route.endpoint {
        Endpoint::Fixed(_) => None,
        Endpoint::Lookup(lookup) => {
            let query = Query {
                name: target.name,
                body,
                unix: now.unix,
                id: worker::with_rng(|rng| id::object("", rng))?,
                settings: &settings,
            };
            ask_for(lookup.memory(&query), request)?;
            worker::with_rng(|rng| Reply::look_up(service, lookup, &query, now.monotonic, rng))
        }
        Endpoint::Generate(dialect) => {
            let name = target.name;
            let mut ask = dialect.ask(body);
            dialect.heed_path(name, request.args(), &mut ask);
            let model = ask.model.as_deref().map(str::as_bytes);
            let model = model.unwrap_or(settings.model.as_bytes());
            let encoding = settings.tokenizer.encoding(model);
            if let Some(encoding) = encoding {
                ask_for(dialect.memory_of_prompt(body), request)?;
                ask.prompt_tokens = dialect.prompt_tokens(body, encoding);
            }
            let script = match request.conf().script(encoding, request) {
                Ok(script) => script,
                Err(bad_setting) => return misconfigured(request, service, &bad_setting),
            };
            let generation = Generation {
                dialect,
                ask: &ask,
                client: client(request),
                script: &script,
                settings: &settings,
            };
            ask_for(Reply::memory(&generation), request)?;
            worker::with_rng(|rng| Reply::compose(&generation, now, rng))
        }
    };
    if let Some(reply) = &mut reply {
        reply.set_service(service);
    }
    reply
}

/// Checks a body, where bodies are checked. `None` if there is no memory for it.
fn check(request: &Request, target: &Target, body: &[u8]) -> Option<Result<(), Error>> {
    let form = match target.route.form {
        // A HEAD has no body that could be wrong.
        Some(form) if request.conf().is_strict() && request.method() != Method::Head => form,
        _ => return Some(Ok(())),
    };
    ask_for(validate::memory(body), request)?;
    let names_model = target.deployment().is_some();
    Some(validate::check(form, body, names_model))
}

/// A refusal for what the configuration has made of a request.
fn misconfigured(request: &Request, service: Service, bad_setting: &Error) -> Option<Reply> {
    request.log_error(&bad_setting.message);
    error(request, service, bad_setting)
}

/// A refusal, as `service` words it.
fn error(request: &Request, service: Service, error: &Error) -> Option<Reply> {
    make(request, service, |rng| {
        Some(Reply::error(service, error, rng))
    })
}

/// A small reply, if there is memory for it.
fn make(
    request: &Request,
    service: Service,
    reply: impl FnOnce(&mut dyn RngCore) -> Option<Reply>,
) -> Option<Reply> {
    ask_for(0, request)?;
    let mut reply = worker::with_rng(reply)??;
    reply.set_service(service);
    Some(reply)
}

/// Asks for memory, beside what a reply takes in any case. `None` if it is not
/// there.
fn ask_for(bytes: usize, request: &Request) -> Option<()> {
    let is_there = worker::is_there_for(bytes);
    if !is_there {
        request.log_error("llm_mock: no memory for a reply");
    }
    is_there.then_some(())
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
