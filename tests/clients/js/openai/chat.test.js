import assert from 'node:assert/strict';
import { test } from 'node:test';

import { all, first, HI, SAID, WORDS, lenient } from '../server.js';
import { connect } from './connect.js';

const chat = connect().chat.completions;
const ask = { model: 'gpt-4o', messages: HI };

const words = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta.content).filter(Boolean);

test('the plain reply', async () => {
  const reply = await chat.create(ask);
  assert.equal(reply.choices.length, 1);
  assert.equal(reply.choices[0].message.content, SAID);
  assert.equal(reply.choices[0].finish_reason, 'stop');
  assert.equal(reply.model, 'gpt-4o');
  assert.match(reply._request_id, /^req_/);
  assert.equal(reply.usage.completion_tokens, WORDS.length);
  assert.equal(reply.usage.total_tokens, reply.usage.prompt_tokens + WORDS.length);
});

test('the stream', async () => {
  const chunks = await all(await chat.create({ ...ask, stream: true }));
  assert.deepEqual(words(chunks), WORDS);
  assert.equal(chunks[0].choices[0].delta.role, 'assistant');
  assert.deepEqual(chunks.map((chunk) => chunk.choices[0].finish_reason).filter(Boolean), ['stop']);
});

test('a word does not wait for the next', async () => {
  const stream = await connect('/slow/v1').chat.completions.create({ ...ask, stream: true });
  const word = await first(stream, (chunk) => chunk.choices[0].delta.content);
  assert.equal(word.choices[0].delta.content, WORDS[0]);
});

test('usage in a stream', async () => {
  const chunks = await all(await chat.create({ ...ask, stream: true, stream_options: { include_usage: true } }));
  assert.deepEqual(words(chunks), WORDS);
  assert.equal(chunks.at(-1).usage.completion_tokens, WORDS.length);
  assert.deepEqual(chunks.at(-1).choices, []);
});

test('limits and choices', async () => {
  const reply = await chat.create({ ...ask, n: 2, max_completion_tokens: 2 });
  for (const [index, choice] of reply.choices.entries()) {
    assert.equal(choice.index, index);
    assert.equal(choice.finish_reason, 'length');
    assert.equal(choice.message.content, 'Hello there, ');
  }
  assert.equal(reply.choices.length, 2);
});

test('the stream helper', async () => {
  const pieces = [];
  const stream = chat.stream(ask).on('content', (delta) => pieces.push(delta));
  assert.equal(await stream.finalContent(), SAID);
  assert.deepEqual(pieces, WORDS);
  const final = await stream.finalChatCompletion();
  assert.equal(final.choices[0].finish_reason, 'stop');
});

test('the headers', async () => {
  const { data, response } = await chat.create(ask).withResponse();
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal(response.headers.get('x-request-id'), data._request_id);
});

test('the model that is not named', lenient, async () => {
  const reply = await connect('/mine/v1').chat.completions.create({ messages: HI });
  assert.equal(reply.model, 'my-model');
});
