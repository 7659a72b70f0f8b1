import assert from 'node:assert/strict';
import { test } from 'node:test';

import { zodResponsesFunction, zodTextFormat } from 'openai/helpers/zod';

import { all, SAID, Weather } from '../server.js';
import { connect } from './connect.js';

const { responses } = connect();
const ask = { model: 'gpt-4o', input: 'Hi!' };
const tools = [zodResponsesFunction({ name: 'get_weather', parameters: Weather })];

test('a tool is called and its result answered', async () => {
  const called = await responses.parse({ ...ask, tools });
  const [call] = called.output;
  assert.equal(call.type, 'function_call');
  assert.deepEqual(Weather.parse(call.parsed_arguments), JSON.parse(call.arguments));
  const result = { type: 'function_call_output', call_id: call.call_id, output: 'sun' };
  const { parsed_arguments, ...sent } = call;
  const input = [{ role: 'user', content: 'Hi!' }, sent, result];
  assert.equal((await responses.create({ ...ask, input, tools })).output_text, SAID);
});

test('arguments are streamed', async () => {
  const events = await all(responses.stream({ ...ask, tools }));
  const deltas = events.filter((event) => event.type === 'response.function_call_arguments.delta');
  assert.ok(deltas.length > 3, `${deltas.length}`);
  const done = events.find((event) => event.type === 'response.function_call_arguments.done');
  assert.equal(deltas.map((event) => event.delta).join(''), done.arguments);
});

test('a reply is parsed', async () => {
  const response = await responses.parse({ ...ask, text: { format: zodTextFormat(Weather, 'weather') } });
  assert.deepEqual(Weather.parse(response.output_parsed), JSON.parse(response.output_text));
});
