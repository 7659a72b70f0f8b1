import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LengthFinishReasonError } from 'openai/error';
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod';

import { HI, SAID, Weather } from '../server.js';
import { connect } from './connect.js';

const chat = connect().chat.completions;
const ask = { model: 'gpt-4o', messages: HI };
const format = zodResponseFormat(Weather, 'weather');

test('a reply is parsed', async () => {
  const reply = await chat.parse({ ...ask, response_format: format });
  const { parsed, content, refusal } = reply.choices[0].message;
  assert.deepEqual(Weather.parse(JSON.parse(content)), parsed);
  assert.equal(refusal, null);
});

test('a stream is parsed', async () => {
  const pieces = [];
  const stream = chat.stream({ ...ask, response_format: format }).on('content', (delta) => pieces.push(delta));
  const final = await stream.finalChatCompletion();
  assert.ok(pieces.length > 3, `${pieces}`);
  assert.deepEqual(final.choices[0].message.parsed, Weather.parse(JSON.parse(pieces.join(''))));
});

test('arguments are parsed', async () => {
  const reply = await chat.parse({ ...ask, tools: [zodFunction({ name: 'get_weather', parameters: Weather })] });
  const [call] = reply.choices[0].message.tool_calls;
  assert.equal(call.function.name, 'get_weather');
  assert.deepEqual(Weather.parse(call.function.parsed_arguments), JSON.parse(call.function.arguments));
});

test('a reply that is cut is an error', async () => {
  const cut = chat.parse({ ...ask, response_format: format, max_tokens: 2 });
  await assert.rejects(cut, LengthFinishReasonError);
});

for (const stream of [false, true]) {
  test(`tools are run${stream ? ', streamed' : ''}`, async () => {
    const called = [];
    const getWeather = (weather) => {
      called.push(Weather.parse(weather));
      return 'sun';
    };
    const tool = zodFunction({ name: 'get_weather', parameters: Weather, function: getWeather });
    const runner = chat.runTools({ ...ask, stream, tools: [tool] });
    assert.equal(await runner.finalContent(), SAID);
    assert.equal(called.length, 1);
    assert.deepEqual(
      runner.messages.map((message) => message.role),
      ['user', 'assistant', 'tool', 'assistant'],
    );
  });
}
