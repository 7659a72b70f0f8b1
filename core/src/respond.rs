//! The entry point: composes the response to a request.

use crate::completion::{Generation, Timing, generate};
use crate::engine::{Schedule, Stream, WholeBody};
use crate::error::Error;
use crate::host::{Host, HostRng};
use crate::http::Method;
use crate::json::Escaped;
use crate::providers::dialect::{Dialect, Source};
use crate::providers::direct::{Answer, DirectEndpoint, DirectRequest};
use crate::providers::provider::Provider;
use crate::request::Request;
use crate::response::{Head, JSON, Level, LogLine, Response};
use crate::routes::{Endpoint, Matched, Target};
use crate::util::id;
use crate::util::time::Micros;
use crate::validate;

/// How long a browser may cache a preflight response, in seconds. This is the
/// longest time that any browser supports.
const PREFLIGHT_AGE: &[u8] = b"86400";

/// Composes the response to a request.
///
/// Composing never fails. An invalid request gets the error object of the
/// provider.
pub fn respond(request: &Request, host: &dyn Host) -> Response {
    let Some(provider) = request.matched.provider() else {
        return preflight(request, host);
    };
    let error = match request.matched {
        Matched::Route(target) => match endpoint(request, &target, provider, host) {
            Ok(response) => return response,
            Err(error) => error,
        },
        Matched::NotAllowed(_) => Error::not_allowed(request.method_name, request.path),
        Matched::Refused(_, status) => provider.refused(status),
        Matched::NotFound(_) | Matched::Preflight => {
            Error::not_found(request.method_name, request.path)
        }
    };
    refuse(request, provider, error, host)
}

/// Returns the response of the endpoint that the route leads to.
fn endpoint(
    request: &Request,
    target: &Target,
    provider: &dyn Provider,
    host: &dyn Host,
) -> Result<Response, Error> {
    match target.route.endpoint {
        Endpoint::Fixed(json) => {
            let mut head = head(provider, host);
            head.content_type = Some(JSON);
            let body = json.as_bytes().to_vec();
            Ok(Response::whole(head, body, Schedule::default()))
        }
        Endpoint::Direct(endpoint) => {
            check(request, target, host)?;
            direct(request, target, endpoint, provider, host)
        }
        Endpoint::Generate(dialect) => {
            check(request, target, host)?;
            completion(request, target, dialect, provider, host)
        }
    }
}

/// Refuses a body that is compressed, or that the provider would refuse.
fn check(request: &Request, target: &Target, host: &dyn Host) -> Result<(), Error> {
    if let Some(coding) = request.headers.get("content-encoding")
        && !coding.is_empty()
        && !coding.eq_ignore_ascii_case(b"identity")
    {
        return Err(target.route.provider.unsupported_encoding(coding));
    }
    let Some(spec) = target.route.spec else {
        return Ok(());
    };
    // A HEAD request has no body to validate.
    if request.method == Method::Head || host.validation()? == validate::Mode::Lenient {
        return Ok(());
    }
    let names_model = target.deployment(request.path).is_some();
    validate::check(spec, request.body, names_model)
}

fn direct(
    request: &Request,
    target: &Target,
    endpoint: &dyn DirectEndpoint,
    provider: &dyn Provider,
    host: &dyn Host,
) -> Result<Response, Error> {
    let (schedule, timing) = plan(host, 0)?;
    let answer = endpoint.answer(&DirectRequest {
        name: target.name(request.path),
        deployment: target.deployment(request.path),
        body: request.body,
        timing,
        host,
    })?;
    let mut head = head(provider, host);
    head.content_type = Some(JSON);
    Ok(match answer {
        Answer::Whole(body) => Response::whole(head, body, schedule),
        Answer::Steps(body) => Response::streamed(head, Stream::new(body, schedule)),
    })
}

fn completion(
    request: &Request,
    target: &Target,
    dialect: &dyn Dialect,
    provider: &dyn Provider,
    host: &dyn Host,
) -> Result<Response, Error> {
    let (schedule, timing) = plan(host, host.delay()?)?;
    let mode = host.stream_mode()?;
    let asked = dialect.read(&Source {
        body: request.body,
        name: target.name(request.path),
        args: request.args,
    });
    let streams = asked.wants_stream(mode, || request.is_from_api_client());
    let mut head = head(provider, host);
    head.content_type = Some(if streams {
        // Lets a proxying nginx pass on each chunk at once.
        head.add("Cache-Control", b"no-cache".as_slice());
        head.add("X-Accel-Buffering", b"no".as_slice());
        asked.framing.content_type()
    } else {
        JSON
    });
    if request.method == Method::Head {
        return Ok(Response::bodiless(head));
    }
    let named = match &asked.model {
        Some(name) => Some(Escaped::of(name)),
        // On Azure, the deployment is the model of a request that names none.
        None => target.deployment(request.path).map(Escaped::new),
    };
    let default;
    let model = match &named {
        Some(name) => name,
        None => {
            default = host.model()?;
            &*default
        }
    };
    let encoding = host.tokenizer()?.encoding(match &asked.model {
        Some(name) => name.as_bytes(),
        None => model.as_bytes(),
    });
    let rng = &mut HostRng(host);
    let generation = Generation {
        id: id::object(dialect.id_prefix(), rng),
        timing,
        model,
        completion: generate(&asked, &host.text(encoding)?, dialect.call_id_prefix(), rng),
        prompt_tokens: match encoding {
            Some(encoding) => dialect.prompt_tokens(request.body, encoding),
            None => asked.estimated_prompt_tokens,
        },
        request: &asked,
    };
    if streams {
        let body = dialect.stream(&generation);
        return Ok(Response::streamed(head, Stream::new(body, schedule)));
    }
    // A plain response is due when the last chunk of the stream would be.
    let last = generation.completion.len().saturating_sub(1);
    let steps = generation.completion.steps();
    let reason = dialect.finish_reason(&generation.completion, &asked);
    let body = WholeBody {
        bytes: dialect.plain(&generation),
        progress: generation.completion.progress(steps, asked.choices, reason),
    };
    Ok(Response::whole(head, body, schedule.after(last)))
}

/// Returns when the steps of a response are due if `delay` separates them: the
/// schedule on the engine's clock, and the timing that the response reports.
fn plan(host: &dyn Host, delay: Micros) -> Result<(Schedule, Timing), Error> {
    let (now, first_delay) = (host.now(), host.first_delay()?);
    let timing = Timing {
        start: now.unix,
        schedule: Schedule::new(0, first_delay, delay),
    };
    Ok((Schedule::new(now.monotonic, first_delay, delay), timing))
}

/// Returns the error as a response with the provider's error object.
fn refuse(request: &Request, provider: &dyn Provider, error: Error, host: &dyn Host) -> Response {
    let mut head = head(provider, host);
    head.status = error.status;
    head.content_type = Some(JSON);
    if let Matched::NotAllowed(route) = request.matched {
        head.add("Allow", route.allow.as_bytes());
    }
    let body = provider.error_body(&error, head.request_id.as_bytes());
    let mut response = Response::whole(head, body, Schedule::default());
    response.log = match request.matched {
        // nginx has already logged it.
        Matched::Refused(..) => None,
        _ => Some(log_line(error)),
    };
    response
}

fn log_line(error: Error) -> LogLine {
    if error.status >= 500 {
        return LogLine {
            level: Level::Error,
            message: error.message,
        };
    }
    let Error {
        status, message, ..
    } = error;
    LogLine {
        level: Level::Info,
        message: format!("llm_mock: request refused with {status}: {message}").into(),
    }
}

/// Returns the response to the preflight request of a browser.
fn preflight(request: &Request, host: &dyn Host) -> Response {
    let provider = crate::providers::openai::OpenAi;
    let mut head = head(&provider, host);
    head.status = 204;
    let methods = b"GET, POST, DELETE, HEAD, OPTIONS".as_slice();
    head.add("Access-Control-Allow-Methods", methods);
    head.add("Access-Control-Max-Age", PREFLIGHT_AGE);
    // A "*" does not cover Authorization, and SDKs send their own headers.
    if let Some(headers) = request.headers.get("access-control-request-headers") {
        head.add("Access-Control-Allow-Headers", headers.to_vec());
    }
    Response::bodiless(head)
}

/// Returns the head of a response of `provider` with status 200.
fn head(provider: &dyn Provider, host: &dyn Host) -> Head {
    let request_id = id::request(&mut HostRng(host));
    Head::new(200, provider.request_id_header(), request_id)
}

#[cfg(test)]
mod tests;
