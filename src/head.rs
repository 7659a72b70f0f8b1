//! The headers of a reply.

use llm_mock_core::response::{Extra, Head};

use crate::ngx::{HeadersOut, NoMemory, Request};

/// For how many seconds a browser may remember a preflight: as long as any
/// browser does.
const PREFLIGHT_AGE: &str = "86400";

/// Sets what goes before the body, but for the status. Pages of any origin may
/// read the reply.
///
/// # Errors
///
/// There is no memory for a header.
pub fn write(head: &Head, request: &Request, out: &mut HeadersOut) -> Result<(), NoMemory> {
    if let Some(content_type) = head.content_type {
        out.content_type(content_type);
    }
    if let Some(length) = head.length {
        out.content_length(length);
    }
    match head.extra {
        Extra::Nothing => {}
        Extra::Stream => {
            out.add("Cache-Control", "no-cache")?;
            // To an nginx in front: pass on each chunk as it comes.
            out.add("X-Accel-Buffering", "no")?;
        }
        Extra::Allow(methods) => out.add("Allow", methods)?,
        Extra::Preflight => {
            out.add(
                "Access-Control-Allow-Methods",
                "GET, POST, DELETE, HEAD, OPTIONS",
            )?;
            out.add("Access-Control-Max-Age", PREFLIGHT_AGE)?;
            // Whatever the browser asks for: a "*" would leave out
            // Authorization, and SDKs send headers of their own.
            let asked = request
                .headers()
                .find(|(name, _)| name == b"access-control-request-headers");
            if let Some((_, headers)) = asked {
                out.add_copy("Access-Control-Allow-Headers", headers)?;
            }
        }
    }
    out.add("Access-Control-Allow-Origin", "*")?;
    out.add("Access-Control-Expose-Headers", head.request_id_header)?;
    out.add_copy(head.request_id_header, head.request_id.as_bytes())
}
