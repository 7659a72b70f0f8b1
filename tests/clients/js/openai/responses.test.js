import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NotFoundError } from 'openai';

import { all, first, SAID, WORDS, lenient } from '../server.js';
import { connect } from './connect.js';

const { responses } = connect();
const ask = { model: 'gpt-4o', input: 'Hi!' };

const words = (events) =>
  events.filter((event) => event.type === 'response.output_text.delta').map((event) => event.delta);

test('the plain reply', async () => {
  const response = await responses.create({ ...ask, instructions: 'Be brief.' });
  assert.equal(response.output_text, SAID);
  assert.equal(response.status, 'completed');
  assert.equal(response.instructions, 'Be brief.');
  assert.equal(response.usage.output_tokens, WORDS.length);
});

test('the stream', async () => {
  const events = await all(await responses.create({ ...ask, stream: true }));
  assert.deepEqual(words(events), WORDS);
  assert.deepEqual(
    events.map((event) => event.sequence_number),
    [...events.keys()],
  );
  assert.equal(events.at(-1).type, 'response.completed');
});

test('a word does not wait for the next', async () => {
  const stream = await connect('/slow/v1').responses.create({ ...ask, stream: true });
  const word = await first(stream, (event) => event.type === 'response.output_text.delta');
  assert.equal(word.delta, WORDS[0]);
});

test('the stream helper', async () => {
  const stream = responses.stream(ask);
  assert.deepEqual(words(await all(stream)), WORDS);
  const final = await stream.finalResponse();
  assert.equal(final.output_text, SAID);
});

test('a reply that is cut', lenient, async () => {
  const response = await responses.create({ ...ask, max_output_tokens: 2 });
  assert.equal(response.status, 'incomplete');
  assert.equal(response.incomplete_details.reason, 'max_output_tokens');
  assert.equal(response.output_text, 'Hello there, ');
});

test('nothing is stored', async () => {
  const { id } = await responses.create(ask);
  await assert.rejects(responses.retrieve(id), NotFoundError);
  await responses.delete(id);
});
