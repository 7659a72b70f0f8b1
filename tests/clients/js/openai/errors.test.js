import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  APIConnectionTimeoutError,
  AuthenticationError,
  AzureOpenAI,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from 'openai';

import { HI, SAID, URL } from '../server.js';
import { connect } from './connect.js';

const ask = (client, more) => client.chat.completions.create({ model: 'gpt-4o', messages: HI, ...more });

// For assert.rejects: whether an error is of this class and says this.
const is = (cls, said) => (error) => {
  assert.ok(error instanceof cls, `${error}`);
  for (const [field, value] of Object.entries(said)) assert.equal(error[field], value, field);
  return true;
};

for (const stream of [false, true]) {
  for (const [base, cls, status, code] of [
    ['/denied/v1', AuthenticationError, 401, 'invalid_api_key'],
    ['/busy/v1', RateLimitError, 429, 'rate_limit_exceeded'],
    ['/broken/v1', InternalServerError, 500, null],
  ]) {
    test(`what nginx refuses with ${status} is a typed error${stream ? ' of a stream' : ''}`, async () => {
      await assert.rejects(ask(connect(base), { stream }), is(cls, { status, code }));
    });
  }
}

test('what is not there', async () => {
  const missing = connect('/mine/v1').models.retrieve('no-such-model');
  await assert.rejects(missing, is(NotFoundError, { code: 'model_not_found', param: 'model' }));
  await assert.rejects(connect().files.list(), is(NotFoundError, { code: 'unknown_url' }));
});

test('too many inputs', async () => {
  const asked = connect().embeddings.create({ model: 'm', input: Array(2049).fill('a') });
  await assert.rejects(asked, is(BadRequestError, { param: 'input' }));
});

test('the client tries again', async () => {
  const reply = await ask(connect('/once/v1', { maxRetries: 1 }));
  assert.equal(reply.choices[0].message.content, SAID);
});

test('the client does not wait for ever', async () => {
  await assert.rejects(ask(connect('/slow/v1', { timeout: 200 })), APIConnectionTimeoutError);
});

test("Azure's client", async () => {
  const azure = new AzureOpenAI({ endpoint: URL, apiKey: 'any', apiVersion: '2024-10-21', maxRetries: 0 });
  const reply = await azure.chat.completions.create({ model: 'my-deployment', messages: HI });
  assert.equal(reply.model, 'my-deployment');
  assert.equal(reply.choices[0].message.content, SAID);
});
