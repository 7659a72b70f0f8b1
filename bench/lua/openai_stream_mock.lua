-- The script that the module replaces, written from its description: the same
-- events, ngx.sleep between the words, ngx.flush(true) after each event.
-- The benchmark fills in the words and the delay.
local words = { @words@ }
local delay = @delay@

ngx.req.read_body()
ngx.header["Content-Type"] = "text/event-stream"
ngx.header["Cache-Control"] = "no-cache"
ngx.header["X-Accel-Buffering"] = "no"
ngx.header["Access-Control-Allow-Origin"] = "*"

local head = 'data: {"id":"chatcmpl-' .. ngx.var.request_id
    .. '","object":"chat.completion.chunk","created":' .. ngx.time()
    .. ',"model":"gpt-4o","choices":[{"index":0,"delta":'

local function event(delta, finish_reason)
    ngx.print(head, delta, ',"finish_reason":', finish_reason, "}]}\n\n")
    ngx.flush(true)
end

event('{"role":"assistant"}', "null")
for k, word in ipairs(words) do
    if k > 1 and delay > 0 then
        ngx.sleep(delay)
    end
    event('{"content":"' .. word .. '"}', "null")
end
event("{}", '"stop"')
ngx.print("data: [DONE]\n\n")
ngx.flush(true)
