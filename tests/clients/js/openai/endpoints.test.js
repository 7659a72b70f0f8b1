// The endpoints beside chat and responses.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { all, SAID, WORDS } from '../server.js';
import { connect } from './connect.js';

const client = connect();

test('completions', async () => {
  const ask = { model: 'gpt-3.5-turbo-instruct', prompt: 'Hi!' };
  const reply = await client.completions.create(ask);
  assert.equal(reply.choices[0].text, SAID);
  const chunks = await all(await client.completions.create({ ...ask, stream: true }));
  assert.deepEqual(chunks.map((chunk) => chunk.choices[0].text).filter(Boolean), WORDS);
});

test('embeddings', async () => {
  const ask = { model: 'text-embedding-3-small', input: ['one', 'two', 'one'], dimensions: 8 };
  const packed = (await client.embeddings.create(ask)).data.map((item) => item.embedding);
  const numbers = (await client.embeddings.create({ ...ask, encoding_format: 'float' })).data;
  assert.deepEqual(packed[0], packed[2]);
  assert.notDeepEqual(packed[0], packed[1]);
  for (const [index, item] of numbers.entries()) {
    assert.equal(item.index, index);
    assert.equal(item.embedding.length, 8);
    for (const [nth, number] of item.embedding.entries()) {
      assert.ok(Math.abs(number - packed[index][nth]) < 1e-6);
    }
  }
});

test('moderations', async () => {
  const reply = await client.moderations.create({ input: ['What a nice day', 'Such violence!'] });
  assert.deepEqual(
    reply.results.map((result) => [result.flagged, result.categories.violence]),
    [
      [false, false],
      [true, true],
    ],
  );
});

test('models', async () => {
  const names = (await all(client.models.list())).map((model) => model.id);
  assert.ok(names.includes('gpt-4o'));
  assert.equal((await client.models.retrieve('any/name:tag')).id, 'any/name:tag');
  const mine = (await all(connect('/mine/v1').models.list())).map((model) => model.id);
  assert.deepEqual(mine, ['my-model', 'my-other']);
});
